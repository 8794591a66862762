"""The documents that a week and a status select."""

from __future__ import annotations

import pytest

from tests.quotes.desk import desk
from xl_salesflow.errors import UsageError
from xl_salesflow.quotes.document_requests import choose_document_keys


@pytest.mark.parametrize(
    ("kind", "of_week", "status", "keys"),
    [
        ("quote", True, "", ("Q-1",)),
        ("quote", False, "draft", ("Q-1",)),
        ("quote", False, "草稿", ("Q-1",)),
        ("quote", False, "Accepted", ("Q-2",)),
        ("contract", True, "accepted", ()),
        ("quote", False, "", ("Q-1", "Q-2")),
        ("visit", True, "", ("A-1",)),
        ("precall", True, "", ("D-1",)),  # D-3 has a step this week too, but is won
        ("bant_card", True, "", ("D-1",)),
    ],
)
def test_chosen(kind: str, of_week: bool, status: str, keys: tuple[str, ...]) -> None:
    assert choose_document_keys(desk(), kind, of_week, status) == keys


@pytest.mark.parametrize(
    ("kind", "status", "message"), [("quote", "drafd", "did you mean “draft”?"), ("visit", "draft", "no status")]
)
def test_an_unknown_status_is_a_usage_error(kind: str, status: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        choose_document_keys(desk(), kind, status=status)
