"""Quote numbers: none is given twice, none is left out, and merging copies renumbers quotes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quotes.selling import selling
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import list_rule_findings
from xl_salesflow.engine import Run
from xl_salesflow.process.deal_rules import QUOTE_NUMBER_GAP
from xl_salesflow.verbs import merge


@given(st.lists(st.integers(1, 50), max_size=10), st.integers(0, 6))
def test_numbers_continue_without_a_gap(taken: list[int], count: int) -> None:
    numbers = next_keys(selling(*({"quote": f"q-2026-{n:04d}"} for n in taken)), "Quotes", count)
    last = max(taken, default=0)
    assert numbers == [f"Q-2026-{n:04d}" for n in range(last + 1, last + 1 + count)]


def copy(*quotes: dict[str, Any]) -> Pipeline:
    """Return a copy of a workbook with two deals and these quotes."""
    deals = [{"deal": name, "name": name, "owner": "Li", "outcome": "open"} for name in ("D-1", "D-2")]
    return selling(*quotes, Deals=deals)


def test_quotes_with_the_same_number_in_two_copies_are_renumbered_by_a_merge() -> None:
    """Each copy made Q-2026-0001 for a different deal; the lines follow their quotes."""
    ours, theirs = copy({"quote": "Q-2026-0001"}), copy({"quote": "Q-2026-0001", "deal": "D-2", "terms": "30 days"})
    run = Run("Li", datetime(2026, 11, 23, 9))
    merged = apply_change_set(ours, merge(ours, theirs, copy(), run))
    numbers = dict(zip(merged["Quotes"]["deal"], merged["Quotes"]["quote"], strict=True))
    assert numbers == {"D-1": "Q-2026-0001", "D-2": "Q-2026-0002"}
    assert sorted(merged["QuoteLines"]["quote"]) == ["Q-2026-0001", "Q-2026-0002"]


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        (["Q-2026-0001", "Q-2026-0002"], []),
        (["Q-2026-0001", "Q-2026-0003"], ["Q-2026-0002"]),
        (["Q-2026-0007", "Q-2026-0003", "q-2026-0001"], ["Q-2026-0002", "Q-2026-0004–0006"]),
        (["Q-2025-0009", "Q-2026-0001", "Offer 12", ""], []),
        (["Q-2026-0005"], []),  # a team may start with any number
    ],
)
def test_a_gap_is_reported(numbers: list[str], missing: list[str]) -> None:
    messages = [
        one.message for one in list_rule_findings(selling(*({"quote": number} for number in numbers)), QUOTE_NUMBER_GAP)
    ]
    assert len(messages) == len(missing)
    assert all(any(f"the number {gap} is missing" in message for message in messages) for gap in missing)


def test_the_numbers_of_others_are_no_gap_in_a_workbook_shared_with_one_person() -> None:
    """The quotes between are in the workbook that it was shared from; only its own numbers are without gaps."""
    numbers = ("Q-2026-0001", "Q-2026-0003", "Q-2026-AL-0001", "Q-2026-AL-0003")
    shared = selling(*({"quote": number} for number in numbers), settings={"number_mark": "AL"})
    (found,) = list_rule_findings(shared, QUOTE_NUMBER_GAP)
    assert "the number Q-2026-AL-0002 is missing" in found.message
