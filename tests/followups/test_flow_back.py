"""A line that was ticked off, or that a result was written to, becomes an activity: once."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.followups.desk import TODAY, ago, desk
from xl_salesflow.followups import due, flow_back
from xl_salesflow.model.apply import applied
from xl_salesflow.model.pipeline import Pipeline


def handled(deal: dict[str, Any], **typed: str) -> Pipeline:
    """Make a pipeline whose list was typed into."""
    pipeline = desk(deal)
    return pipeline.with_tables(FollowUps=due(pipeline).assign(**typed))


@pytest.mark.parametrize(
    ("typed", "summary"),
    [
        ({"done": "yes"}, "Call Bob"),
        ({"done": "yes", "result": "He wants a demo"}, "He wants a demo"),
        ({"result": "No answer"}, "No answer"),
        ({"done": "no", "result": "Tried"}, "Tried"),  # what was written is never lost
    ],
)
def test_a_handled_line_becomes_an_activity(typed: dict[str, str], summary: str) -> None:
    pipeline = handled({"next_step": "Call Bob", "next_step_date": ago(2), "contact": "Bob"}, **typed)
    (append,) = flow_back(pipeline).appends
    (row,) = append.rows.to_dict("records")
    assert append.table == "Activities"
    assert (row["activity"], row["deal"], row["contact"], row["by"]) == ("F-20261122-D-1", "D-1", "Bob", "Li")
    assert (row["type"], row["summary"], row["date"]) == ("check_in", summary, pd.Timestamp(TODAY))


@pytest.mark.parametrize("typed", [{}, {"done": "no"}])
def test_other_lines_stay(typed: dict[str, str]) -> None:
    assert not flow_back(handled({"next_step_date": ago(2)}, **typed)).writes


@pytest.mark.parametrize(
    ("now", "cleared"),
    [
        ({}, True),  # the planned step was carried out
        ({"next_step": "Send the quote"}, False),  # planned anew meanwhile
        ({"next_step_date": ago(-20)}, False),
        ({"next_step": ""}, True),  # a date without words
    ],
)
def test_the_step_that_was_carried_out_is_cleared(now: dict[str, Any], cleared: bool) -> None:
    pipeline = handled({"next_step": "Call Bob", "next_step_date": ago(2)}, done="yes")
    deals = pipeline["Deals"].copy()
    for id, value in now.items():
        deals[id] = pd.Series([value], index=deals.index).astype(deals[id].dtype)
    after = applied(pipeline.with_tables(Deals=deals), flow_back(pipeline.with_tables(Deals=deals)))
    assert bool(after["Deals"]["next_step_date"].isna().all()) is cleared
    assert (after["Deals"]["next_step"].iloc[0] == "") is (cleared or now.get("next_step") == "")


def test_it_happens_once() -> None:
    pipeline = handled({"next_step_date": ago(2)}, done="yes")
    plan = flow_back(pipeline)
    after = applied(pipeline, plan)
    assert not flow_back(after).writes
    assert not flow_back(after.with_tables(FollowUps=pipeline["FollowUps"])).appends  # nor if the list comes back


def test_a_line_of_a_deal_that_is_gone_is_still_logged() -> None:
    pipeline = handled({"next_step_date": ago(2)}, done="yes")
    (append,) = flow_back(pipeline.with_tables(Deals=pipeline["Deals"][:0])).appends
    assert list(append.rows["deal"]) == ["D-1"]
