"""Pipeline flow: a known answer for each step and each combination, and that every slice of every history adds up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import SCALE, examples
from tests.metrics.flow_stories import pipeline_of_changes
from xl_salesflow.core.answers import answer_to_json
from xl_salesflow.core.flow_answers import FLOW_STEPS, SIGNED_FLOW_STEPS, FlowSteps
from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.past_deals import read_deal_record
from xl_salesflow.metrics.readings.pipeline_flow import FLOW_PERIODS, FlowRequest, answer_flow
from xl_salesflow.schema.named_values import Query

TODAY = date(2026, 9, 30)
SECOND_QUARTER = FlowRequest(date(2026, 4, 1), date(2026, 6, 30))
HEADER = "deal | amount | expected_close | visits | changes\n"


def flow_text(steps: FlowSteps) -> str:
    """Return the steps that have deals, as "opening 1 100, raised 1 20"."""
    found = {step: getattr(steps, step) for step in FLOW_STEPS if step != "later"}
    return ", ".join(f"{step} {one.count} {one.value:g}" for step, one in found.items() if one.count)


def require_sum(steps: FlowSteps) -> None:
    """Fail unless opening and the signed steps are the closing, in deals and in cents."""
    cents = sum(sign * round(getattr(steps, step).value * 100) for step, sign in SIGNED_FLOW_STEPS.items())
    assert round(steps.opening.value * 100) + cents == round(steps.closing.value * 100)
    deals = {step: sign for step, sign in SIGNED_FLOW_STEPS.items() if step not in ("raised", "lowered")}
    assert steps.opening.count + sum(sign * getattr(steps, step).count for step, sign in deals.items()) == (
        steps.closing.count
    )
    for step in FLOW_STEPS:
        bar = getattr(steps, step)
        assert bar.count == len(bar.deals)
        assert round(bar.value * 100) == sum(round(deal.value * 100) for deal in bar.deals)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        # nothing happens
        ("100 | 2026-06-01 | Lead 01-10 |", "opening 1 100, closing 1 100"),
        ("100 |            | Lead 01-10 |", "opening 1 100, closing 1 100"),
        ("    | 2026-06-01 | Lead 01-10 |", "opening 1 0, closing 1 0"),
        ("100 | 2026-03-01 | Lead 01-10 |", "opening 1 100, closing 1 100"),  # overdue: still to be decided
        ("100 | 2026-07-01 | Lead 01-10 |", ""),
        ("100 | 2026-06-01 | Lead 07-01 |", ""),
        ("100 | 2026-02-01 | Lead 01-10, Won 03-31 |", ""),
        # one step
        ("100 | 2026-06-01 | Lead 04-01 |", "new 1 100, closing 1 100"),
        ("100 | 2026-06-01 | Lead 06-30 |", "new 1 100, closing 1 100"),
        ("100 | 2026-06-01 | Lead 01-10 | amount 05-05 120.05", "opening 1 100, raised 1 20.05, closing 1 120.05"),
        ("100 | 2026-06-01 | Lead 01-10 | amount 04-01 80", "opening 1 100, lowered 1 20, closing 1 80"),
        ("100 | 2026-06-01 | Lead 01-10 | amount 03-31 80", "opening 1 80, closing 1 80"),
        ("100 | 2026-07-01 | Lead 01-10 | close 05-05 2026-06-30", "pulled_in 1 100, closing 1 100"),
        ("100 | 2026-06-30 | Lead 01-10 | close 05-05 2026-07-01", "opening 1 100, pushed_out 1 100"),
        ("100 | 2026-06-01 | Lead 01-10 | close 05-05 2026-06-20", "opening 1 100, closing 1 100"),  # pushed within
        ("100 | 2026-06-01 | Lead 01-10, Won 05-05 |", "opening 1 100, won 1 100"),
        ("100 | 2026-06-01 | Lead 01-10, Lost 06-30 |", "opening 1 100, lost 1 100"),
        ("100 | 2026-06-01 | Lead 01-10, Lost 02-10, Lead 04-01 |", "reopened 1 100, closing 1 100"),
        ("100 | 2026-06-01 | Lead 01-10, Demo 05-05 |", "opening 1 100, closing 1 100, moved_stage 1 100"),
        ("100 | 2026-06-01 | Lead ?, Demo 05-05 |", "opening 1 100, closing 1 100, moved_stage 1 100"),
        # several on one day
        (
            "100 | 2026-06-01 | Lead 01-10 | amount 05-05 120; close 05-05 2026-07-01",
            "opening 1 100, raised 1 20, pushed_out 1 120",
        ),
        (
            "100 | 2026-07-01 | Lead 01-10 | amount 05-05 70; close 05-05 2026-06-01",
            "lowered 1 30, pulled_in 1 100, closing 1 70",
        ),
        ("100 | 2026-06-01 | Lead 05-05, Won 05-05 |", "new 1 100, won 1 100"),
        ("100 | 2026-06-01 | Won 05-05 |", "new 1 100, won 1 100"),
        ("100 | 2026-06-01 | Lead 01-10, Won 05-05, Demo 05-05 |", "opening 1 100, reopened 1 100, won 1 100, closing 1 100"),
        (
            "100 | 2026-06-01 | Lead 05-05, Won 05-05, Demo 05-05, Lost 05-05 |",
            "new 1 100, reopened 1 100, won 1 100, lost 1 100",
        ),
        ("100 | 2026-06-01 | Lead 05-05 | amount 05-05 150", "new 1 150, closing 1 150"),
        ("100 | 2026-06-01 | Lead 05-05 | amount 05-06 150", "new 1 100, raised 1 50, closing 1 150"),
        ("100 | 2026-06-01 | Lead 01-10, Won 05-05 | amount 05-05 150", "opening 1 100, raised 1 50, won 1 150"),
        # several in one period
        ("100 | 2026-06-01 | Lead 01-10, Won 05-05 | amount 05-20 90", "opening 1 100, lowered 1 10, won 1 90"),
        ("100 | 2026-06-01 | Lead 01-10, Won 05-05 | amount 07-20 90", "opening 1 100, won 1 100"),
        ("100 | 2026-06-01 | Lead 01-10 | amount 05-05 150; amount 06-05 100", "opening 1 100, closing 1 100"),
        ("100 | 2026-06-01 | Lead 01-10 | close 05-05 2026-09-01; close 06-05 2026-06-20", "opening 1 100, closing 1 100"),
        ("100 | 2026-09-01 | Lead 01-10, Won 05-05 |", "pulled_in 1 100, won 1 100"),
        ("100 | 2026-09-01 | Lead 01-10, Lost 05-05 |", "pulled_in 1 100, lost 1 100"),
        ("100 | 2026-06-01 | Lead 04-05 | close 05-05 2026-09-01", "new 1 100, pushed_out 1 100"),
        ("100 | 2026-09-01 | Lead 04-05 | close 05-05 2026-06-20", "new 1 100, closing 1 100"),
        ("100 | 2026-09-01 | Lead 04-05 |", ""),
        (
            "100 | 2026-06-01 | Lead 01-10, Lost 04-05, Lead 05-05, Won 06-06 | amount 05-20 130",
            "opening 1 100, raised 1 30, reopened 1 100, won 1 130, lost 1 100",
        ),
    ],
)  # fmt: skip
def test_a_deal_takes_known_steps(story: str, expected: str) -> None:
    pipeline = pipeline_of_changes(f"{HEADER}D-1 | {story}", TODAY)
    answer = answer_flow(pipeline, SECOND_QUARTER)
    assert flow_text(answer.steps) == expected
    require_sum(answer.steps)


TEAM = """
deal | name   | account | owner | source   | amount | expected_close | visits                     | changes
D-1  | Lathes | Acme    | Anna  | referral | 100.10 | 2026-06-01     | Lead 01-10                 | owner 05-05 Ben
D-2  | Mills  | Bolt    | Ben   |          | 200.20 | 2026-06-01     | Lead 01-10, Won 05-05      |
D-3  |        | Acme    | Anna  | website  | 50     | 2026-06-01     | Lead 04-10                 | amount 05-01 75.05
"""


def test_a_deal_counts_for_the_owner_at_the_end() -> None:
    answer = answer_flow(pipeline_of_changes(TEAM, TODAY), FlowRequest(date(2026, 4, 1), date(2026, 6, 30), by="owner"))
    assert {group.key: flow_text(group.steps) for group in answer.groups} == {
        "Ben": "opening 2 300.3, won 1 200.2, closing 1 100.1",
        "Anna": "new 1 50, raised 1 25.05, closing 1 75.05",
    }
    assert flow_text(answer.steps) == "opening 2 300.3, new 1 50, raised 1 25.05, won 1 200.2, closing 2 175.15"


def test_a_filter_selects_deals_by_the_end_of_the_period() -> None:
    pipeline = pipeline_of_changes(TEAM, TODAY)
    filtered = replace(pipeline, query=Query(filters={"owner": "ben", "source": "referral"}))
    assert flow_text(answer_flow(filtered, SECOND_QUARTER).steps) == "opening 1 100.1, closing 1 100.1"


def test_groups_are_labelled_as_cells_show_them() -> None:
    pipeline = pipeline_of_changes(TEAM, TODAY)
    answer = answer_flow(pipeline, replace(SECOND_QUARTER, by="source"))
    assert {group.key for group in answer.groups} == {"Referral", "Website form", ""}


def test_each_step_names_its_deals_with_what_changed() -> None:
    steps = answer_flow(pipeline_of_changes(TEAM, TODAY), SECOND_QUARTER).steps
    assert answer_to_json(steps.raised.deals[0]) == {
        "deal": "D-3", "name": "", "account": "Acme", "owner": "Anna", "value": 25.05, "before": 50.0, "after": 75.05,
    }  # fmt: skip
    assert [deal.deal for deal in steps.opening.deals] == ["D-2", "D-1"]
    assert answer_to_json(steps.won.deals[0]) == {
        "deal": "D-2", "name": "Mills", "account": "Bolt", "owner": "Ben", "value": 200.2,
    }  # fmt: skip


def test_deals_expected_after_the_last_day_counted_are_told_apart() -> None:
    pipeline = pipeline_of_changes(TEAM, TODAY)
    steps = answer_flow(pipeline, replace(SECOND_QUARTER, expected_by=date(2026, 5, 31))).steps
    assert [deal.deal for deal in steps.later.deals] == ["D-1", "D-3"]
    assert flow_text(steps) == "pulled_in 1 200.2, won 1 200.2"


def removal(day: str, **cells: object) -> dict[str, Any]:
    """Return a line of the Journal about a deal that a run removed."""
    row = {"outcome": "open", "recorded_stage": "Lead", "owner": "Anna", "created": "2026-01-10", **cells}
    return {
        "run": day, "time": f"{day}T10:00:00", "verb": "undo", "operation": "remove", "table": "Deals", "key": "D-9",
        "before": json.dumps({"deal": "D-9", **row}),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (removal("2026-05-05", amount=40.0, since="2026-01-10"), "removed 1 40"),
        (removal("2026-07-05", amount=40.0, since="2026-01-10"), "closing 1 40"),
        (removal("2026-03-05", amount=40.0, since="2026-01-10"), ""),
        (removal("2026-05-05", amount=40.0, since="2026-04-10"), "new 1 40, removed 1 40"),
        (removal("2026-05-05", amount=40.0, since="2026-05-05"), "new 1 40, removed 1 40"),
        (removal("2026-05-05", amount=40.0, since="2026-01-10", expected_close="2026-09-01"), ""),
        (removal("2026-05-05", since="2026-01-10", outcome="won", recorded_stage="Won"), ""),
    ],
)
def test_a_removed_deal_is_missed_on_the_day_of_its_removal(line: dict[str, Any], expected: str) -> None:
    pipeline = pipeline_of_changes(f"{HEADER}D-1 | 100 | 2026-06-01 | Lead 01-10 |", TODAY, Journal=[line])
    answer = answer_flow(pipeline, SECOND_QUARTER)
    opened = 1 if "new" not in expected and expected else 0
    mine = {step: bar for step in FLOW_STEPS if (bar := getattr(answer.steps, step)).count and "D-9" in str(bar)}
    told = ", ".join(f"{step} 1 {next(d.value for d in bar.deals if d.deal == 'D-9'):g}" for step, bar in mine.items())
    assert told == (f"opening 1 40, {expected}" if opened else expected)
    require_sum(answer.steps)


def test_the_periods_end_on_the_day_and_count_to_the_end_of_the_quarter() -> None:
    pipeline = pipeline_of_changes(TEAM, date(2026, 8, 5))  # a Wednesday
    found = {each: answer_flow(pipeline, FlowRequest(period=each)) for each in FLOW_PERIODS}
    assert {each: (str(one.from_), str(one.to), str(one.expected_by)) for each, one in found.items()} == {
        "week": ("2026-08-03", "2026-08-05", "2026-09-30"),
        "month": ("2026-08-01", "2026-08-05", "2026-09-30"),
        "quarter": ("2026-07-01", "2026-08-05", "2026-09-30"),
    }


@pytest.mark.parametrize(("day", "last"), [("2026-12-31", "2026-12-31"), ("2026-01-01", "2026-03-31")])
def test_a_quarter_ends_with_its_last_month(day: str, last: str) -> None:
    answer = answer_flow(pipeline_of_changes(TEAM, TODAY), FlowRequest(end=date.fromisoformat(day)))
    assert str(answer.expected_by) == last


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UsageError, match="swap the two"):
        answer_flow(pipeline_of_changes(TEAM, TODAY), FlowRequest(TODAY, date(2026, 1, 1)))


STAGES = ("Lead", "Qualified", "Demo", "Won", "Lost")
DAYS = st.integers(1, 270).map(lambda day: date(2026, 1, 1) + timedelta(days=day))
AMOUNTS = st.integers(0, 10_000_00).map(lambda cents: f"{cents / 100:.2f}")
CLOSES = st.one_of(st.just(""), DAYS.map(str))


@st.composite
def stories(draw: st.DrawFn) -> str:
    """Draw one line: a deal with its stays and changes on any days, on one day too."""
    days = sorted(draw(st.lists(DAYS, min_size=1, max_size=5)))
    visits = ", ".join(f"{draw(st.sampled_from(STAGES))} {day:%m-%d}" for day in days)
    changes = [f"amount {day:%m-%d} {draw(AMOUNTS)}" for day in sorted(draw(st.lists(DAYS, max_size=2, unique=True)))]
    changes += [f"close {day:%m-%d} {draw(DAYS)}" for day in sorted(draw(st.lists(DAYS, max_size=2, unique=True)))]
    owner, source = draw(st.sampled_from(["Anna", "Ben"])), draw(st.sampled_from(["", "website"]))
    return f"{owner} | {source} | {draw(AMOUNTS)} | {draw(CLOSES)} | {visits} | {'; '.join(changes)}"


@examples(20 if SCALE == 1 else 50)
@given(
    st.lists(stories(), min_size=1, max_size=6),
    st.tuples(DAYS, DAYS),
    DAYS,
    st.sampled_from(["owner", "source", "playbook"]),
)
def test_every_slice_of_every_history_adds_up(lines: list[str], days: tuple[date, date], last: date, by: str) -> None:
    table = "deal | owner | source | amount | expected_close | visits | changes\n"
    pipeline = pipeline_of_changes(table + "\n".join(f"D-{k} | {line}" for k, line in enumerate(lines)), TODAY)
    start, end = sorted(days)
    answer = answer_flow(pipeline, FlowRequest(start, end, expected_by=last, by=by))
    require_sum(answer.steps)
    for group in answer.groups:
        require_sum(group.steps)
    for step in FLOW_STEPS:
        bars = [getattr(group.steps, step) for group in answer.groups]
        assert sum(bar.count for bar in bars) == getattr(answer.steps, step).count
        assert sum(round(bar.value * 100) for bar in bars) == round(getattr(answer.steps, step).value * 100)
    record = read_deal_record(pipeline)
    for step, day in (("opening", start - timedelta(days=1)), ("closing", end)):
        there = record.on(day)
        considered = there[(there["outcome"] == "open") & ~(there["expected_close"] > pd.Timestamp(last))]
        assert getattr(answer.steps, step).count == len(considered)
        assert getattr(answer.steps, step).value == pytest.approx(considered["amount"].sum(), abs=0.001)
