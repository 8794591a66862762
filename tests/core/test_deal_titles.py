"""A deal is named by customer and name, each once, and by its number only if it has neither."""

from __future__ import annotations

import pytest

from xl_salesflow.core.deal_titles import deal_title


@pytest.mark.parametrize(
    ("name", "account", "title"),
    [
        ("Shift Board", "Acme", "Acme · Shift Board"),
        ("Acme · Shift Board", "Acme", "Acme · Shift Board"),
        ("Shift Board", "", "Shift Board"),
        ("", "Acme", "Acme"),
        ("", "", "D-1"),
    ],
)
def test_titles(name: str, account: str, title: str) -> None:
    assert deal_title("D-1", name, account) == title
