"""Quote numbers: none given twice, none left out, and copies that meet are numbered anew."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quotes.selling import selling
from xl_salesflow.model.frames import frame
from xl_salesflow.model.tables import TABLES
from xl_salesflow.quotes import renumbered
from xl_salesflow.quotes.numbers import next_numbers


def theirs(*quotes: dict[str, Any]) -> tuple[Any, Any]:
    """Make the quotes of another copy with a line each."""
    rows = [{"deal": "D-2", **quote} for quote in quotes]
    return frame(TABLES["Quotes"], rows), frame(TABLES["QuoteLines"], [{"quote": row["quote"]} for row in rows])


def test_a_quote_of_another_copy_with_a_taken_number_gets_the_next_one() -> None:
    """Both copies made Q-2026-0002, each for a deal of its own; the lines and the versions go with it."""
    ours = selling({"quote": "Q-2026-0001"}, {"quote": "Q-2026-0002"})
    quotes, lines = theirs({"quote": "Q-2026-0002"}, {"quote": "Q-2026-0003", "supersedes": "q-2026-0002"})
    found, of_them, names = renumbered(ours, quotes, lines)
    assert list(found["quote"]) == ["Q-2026-0004", "Q-2026-0003"]
    assert list(found["supersedes"]) == ["", "Q-2026-0004"]
    assert list(of_them["quote"]) == ["Q-2026-0004", "Q-2026-0003"]
    assert names == {"Q-2026-0002": "Q-2026-0004"}


@pytest.mark.parametrize(
    ("quote", "kept"),
    [
        ({"deal": "d-1", "version": 1, "date": date(2026, 11, 1)}, True),  # the same quote, seen twice
        ({"deal": "D-2", "version": 1, "date": date(2026, 11, 1)}, False),
        ({"deal": "D-1", "version": 2, "date": date(2026, 11, 1)}, False),
        ({"deal": "D-1", "version": 1, "date": date(2026, 11, 2)}, False),
    ],
)
def test_the_same_quote_keeps_its_number(quote: dict[str, Any], kept: bool) -> None:
    ours = selling({"quote": "Q-2026-0001", "version": 1, "date": date(2026, 11, 1)})
    found, _, _ = renumbered(ours, *theirs({"quote": "Q-2026-0001", **quote}))
    assert found["quote"].iloc[0] == ("Q-2026-0001" if kept else "Q-2026-0002")


@given(st.lists(st.integers(1, 30), unique=True, max_size=12), st.lists(st.integers(1, 30), unique=True, max_size=12))
def test_after_copies_meet_no_number_is_there_twice(mine: list[int], others: list[int]) -> None:
    ours = selling(*({"quote": f"Q-2026-{n:04d}"} for n in mine))
    found, lines, _ = renumbered(ours, *theirs(*({"quote": f"Q-2026-{n:04d}"} for n in others)))
    both = [*ours["Quotes"]["quote"], *found["quote"]]
    assert len(set(both)) == len(both)
    assert list(lines["quote"]) == list(found["quote"])


@given(st.lists(st.integers(1, 50), max_size=10), st.integers(0, 6))
def test_numbers_go_on_without_a_gap(taken: list[int], count: int) -> None:
    numbers = next_numbers(selling(*({"quote": f"q-2026-{n:04d}"} for n in taken)), count)
    last = max(taken, default=0)
    assert numbers == [f"Q-2026-{n:04d}" for n in range(last + 1, last + 1 + count)]
