"""A value is computed once per content of the frames it was computed from, and again for any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from xl_salesflow.core.deal_standing import compute_discounts, find_unapproved_discounts, select_open_deals
from xl_salesflow.core.kept_values import keep_value
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.schema.named_values import Settings

DAY = date(2026, 3, 31)


@pytest.fixture
def selling() -> Pipeline:
    """Return a pipeline with one deal, and its quote with a discount of 30 %."""
    return build_pipeline(
        DAY,
        Deals=[{"deal": "D-1", "owner": "Ann", "outcome": "open"}],
        Quotes=[{"quote": "Q-1", "deal": "D-1", "discount": 0.3}],
        Team=[{"person": "Ann", "discount_limit": 0.2}, {"person": "Bea", "discount_limit": 0.5}],
    )


def count_calls(read: Callable[[Pipeline], object]) -> tuple[Callable[[Pipeline], object], list[Pipeline]]:
    """Return a function that keeps what *read* returns, and the list of its calls."""
    calls: list[Pipeline] = []

    def counted(pipeline: Pipeline) -> object:
        calls.append(pipeline)
        return read(pipeline)

    return keep_value(counted), calls


def test_a_value_is_computed_once_for_all_states_with_the_same_frames(selling: Pipeline) -> None:
    count, calls = count_calls(lambda pipeline: len(pipeline["Quotes"]))
    other_table = selling.with_tables(Deals=selling["Deals"].head(0))
    assert [count(state) for state in (selling, selling, other_table, selling)] == [1, 1, 1, 1]
    assert len(calls) == 1


def test_another_frame_setting_or_day_is_computed_anew(selling: Pipeline) -> None:
    describe, calls = count_calls(
        lambda pipeline: (len(pipeline["Quotes"]), pipeline.settings.number("discount_limit"), pipeline.today)
    )
    states = (
        selling,
        selling.with_tables(Quotes=selling["Quotes"].head(0)),
        replace(selling, settings=Settings({"discount_limit": 0.9})),
        replace(selling, today=date(2027, 1, 1)),
        selling,
    )
    assert [describe(state) for state in states] == [
        (1, 0.1, DAY), (0, 0.1, DAY), (1, 0.9, DAY), (1, 0.1, date(2027, 1, 1)), (1, 0.1, DAY),
    ]  # fmt: skip
    assert len(calls) == len(states)


def test_what_a_kept_value_reads_counts_for_the_value_that_asks_for_it(selling: Pipeline) -> None:
    inner, _ = count_calls(lambda pipeline: len(pipeline["Quotes"]))
    outer, calls = count_calls(inner)
    assert (inner(selling), outer(selling)) == (1, 1)  # the outer one finds the inner one known
    assert outer(selling.with_tables(Quotes=selling["Quotes"].head(0))) == 0
    assert len(calls) == 2


def test_a_value_made_from_frames_of_its_own_is_not_kept(selling: Pipeline) -> None:
    def read(pipeline: Pipeline) -> int:
        return len(pipeline.with_tables(Quotes=pipeline["Quotes"].head(0))["Quotes"])

    count, calls = count_calls(read)
    assert (count(selling), count(selling), len(calls)) == (0, 0, 2)


def test_a_discount_follows_every_table_that_it_depends_on(selling: Pipeline) -> None:
    """The owner may grant 20 %; the quote gives 30 %."""
    assert find_unapproved_discounts(selling).tolist() == [True]
    approved = selling.with_tables(Quotes=selling["Quotes"].assign(approved_by="Bea"))
    promoted = selling.with_tables(Team=selling["Team"].assign(discount_limit=0.4))
    handed_over = selling.with_tables(Deals=selling["Deals"].assign(owner="Bea"))
    lower = selling.with_tables(Quotes=selling["Quotes"].assign(discount=0.1))
    for state in (approved, promoted, handed_over, lower):
        assert find_unapproved_discounts(state).tolist() == [False]
        assert find_unapproved_discounts(selling).tolist() == [True]
    assert compute_discounts(lower).tolist() == pytest.approx([0.1])
    won = selling.with_tables(Deals=selling["Deals"].assign(outcome="won"))
    assert (len(select_open_deals(selling)), len(select_open_deals(won))) == (1, 0)
