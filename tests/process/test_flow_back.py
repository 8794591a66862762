"""A line of the list that is marked as done or has a result becomes an activity, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.process.desk import TODAY, ago, desk
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.due_followups import make_followup_frame
from xl_salesflow.process.followup_logging import log_followups


def handled(deal: dict[str, Any], **typed: str) -> Pipeline:
    """Make a pipeline in whose list somebody typed."""
    pipeline = desk(deal)
    return pipeline.with_tables(FollowUps=make_followup_frame(pipeline).assign(**typed))


@pytest.mark.parametrize(
    ("typed", "summary"),
    [
        ({"done": "yes"}, "Call Bob"),
        ({"done": "yes", "result": "He wants a demo"}, "He wants a demo"),
        ({"result": "No answer"}, "No answer"),
        ({"done": "no", "result": "Tried"}, "Tried"),  # typed text is never lost
    ],
)
def test_a_handled_line_becomes_an_activity(typed: dict[str, str], summary: str) -> None:
    pipeline = handled({"next_step": "Call Bob", "next_step_date": ago(2), "contact": "Bob"}, **typed)
    (append,) = log_followups(pipeline).appends
    (row,) = append.rows.to_dict("records")
    assert append.table == "Activities"
    assert (row["activity"], row["deal"], row["contact"], row["by"]) == ("F-20261122-D-1", "D-1", "Bob", "Li")
    assert (row["type"], row["summary"], row["date"]) == ("call", summary, pd.Timestamp(TODAY))


@pytest.mark.parametrize("typed", [{}, {"done": "no"}])
def test_other_lines_stay(typed: dict[str, str]) -> None:
    assert not log_followups(handled({"next_step_date": ago(2)}, **typed)).writes


@pytest.mark.parametrize(
    ("now", "cleared"),
    [
        ({}, True),  # the planned step was carried out
        ({"next_step": "Send the quote"}, False),  # planned again in the meantime
        ({"next_step_date": ago(-20)}, False),
        ({"next_step": ""}, True),  # a date without a text
    ],
)
def test_a_completed_step_is_cleared(now: dict[str, Any], cleared: bool) -> None:
    pipeline = handled({"next_step": "Call Bob", "next_step_date": ago(2)}, done="yes")
    deals = pipeline["Deals"].copy()
    for column_id, value in now.items():
        deals[column_id] = pd.Series([value], index=deals.index).astype(deals[column_id].dtype)
    after = apply_change_set(pipeline.with_tables(Deals=deals), log_followups(pipeline.with_tables(Deals=deals)))
    assert bool(after["Deals"]["next_step_date"].isna().all()) is cleared
    assert (after["Deals"]["next_step"].iloc[0] == "") is (cleared or now.get("next_step") == "")


LEAD = {"recorded_stage": "Lead", "next_step": "Call Bob", "next_step_date": ago(2)}
NEXT: list[tuple[dict[str, Any], dict[str, Any], str, date | None]] = [
    # the deal, what was typed in its line, the next step and its day (the 22nd is a Sunday; Lead asks for a contact every 7 days)
    (LEAD, {"done": "yes"}, "Call them.", date(2026, 11, 30)),  # a week later is a Sunday, so Monday
    (LEAD, {"result": "He wants a demo"}, "Call them.", date(2026, 11, 30)),
    (LEAD, {"done": "yes", "then": "Show it", "then_on": date(2026, 12, 5)}, "Show it", date(2026, 12, 5)),
    (LEAD, {"done": "yes", "then": "Show it"}, "Show it", date(2026, 11, 30)),
    (LEAD, {"done": "yes", "then_on": date(2026, 12, 5)}, "Call them.", date(2026, 12, 5)),
    (LEAD, {"then_on": date(2026, 12, 5)}, "Call them.", date(2026, 12, 5)),  # postponed, without an activity
    ({**LEAD, "next_step_date": None, "idle_days": 30}, {"done": "yes"}, "Call them.", date(2026, 11, 30)),
    (
        {**LEAD, "recorded_stage": "Demo"},
        {"done": "yes"},
        "Show it.",
        date(2026, 12, 7),
    ),  # no rhythm: the idle limit applies
    ({**LEAD, "recorded_stage": "", "outcome": ""}, {"done": "yes"}, "Get in touch", date(2026, 12, 7)),
    ({**LEAD, "recorded_stage": "Care", "outcome": "won"}, {"done": "yes"}, "Visit them.", date(2027, 2, 22)),
    ({**LEAD, "next_step_date": date(2026, 12, 24), "idle_days": 30}, {"done": "yes"}, "Call Bob", date(2026, 12, 24)),
]


@pytest.mark.parametrize(("deal", "typed", "step", "day"), NEXT)
def test_the_next_step_is_the_typed_one_or_the_rhythms(
    deal: dict[str, Any], typed: dict[str, Any], step: str, day: date | None
) -> None:
    pipeline = desk(deal, settings={"workweek": "mon_fri", "plan_next_contact": "yes"})
    if "then_on" in typed:
        typed = {**typed, "then_on": pd.Timestamp(typed["then_on"]).as_unit("s")}
    plan = log_followups(pipeline.with_tables(FollowUps=make_followup_frame(pipeline).assign(**typed)))
    after = apply_change_set(pipeline, plan)
    (row,) = after["Deals"].to_dict("records")
    assert (row["next_step"], row["next_step_date"].date()) == (step, day)
    logged = after["Activities"]
    assert len(logged) == ("done" in typed or "result" in typed)
    if len(logged) and plan.edits:
        assert (logged["next_step"].iloc[0], logged["next_step_date"].iloc[0].date()) == (step, day)
    assert after["FollowUps"].empty
    assert not log_followups(after).writes


def test_a_deal_followed_up_today_is_not_listed_until_tomorrow() -> None:
    """The quote still has no answer; the deal leaves today's list and is back once the customer has had time to answer."""
    quote = {"quote": "Q-7", "deal": "D-1", "status": "sent", "valid_until": ago(-2)}
    pipeline = desk({}, Quotes=[quote])
    after = apply_change_set(
        pipeline, log_followups(pipeline.with_tables(FollowUps=make_followup_frame(pipeline).assign(done="yes")))
    )
    assert make_followup_frame(after).empty
    assert len(make_followup_frame(replace(after, today=ago(-1)))) == 1


def test_a_second_activity_on_the_same_day_is_not_lost() -> None:
    pipeline = handled({"next_step_date": ago(2)}, result="No answer")
    after = apply_change_set(pipeline, log_followups(pipeline))
    again = after.with_tables(FollowUps=pipeline["FollowUps"].assign(result="Reached him"))
    logged = apply_change_set(again, log_followups(again))["Activities"]
    assert dict(zip(logged["activity"], logged["summary"], strict=True)) == {
        "F-20261122-D-1": "No answer",
        "F-20261122-D-1-2": "Reached him",
    }


def test_it_happens_once() -> None:
    pipeline = handled({"next_step_date": ago(2)}, done="yes")
    plan = log_followups(pipeline)
    after = apply_change_set(pipeline, plan)
    assert not log_followups(after).writes
    assert not log_followups(after.with_tables(FollowUps=pipeline["FollowUps"])).appends  # nor if the list comes back


def test_a_line_of_a_deleted_deal_is_still_logged() -> None:
    pipeline = handled({"next_step_date": ago(2)}, done="yes")
    (append,) = log_followups(pipeline.with_tables(Deals=pipeline["Deals"][:0])).appends
    assert list(append.rows["deal"]) == ["D-1"]
