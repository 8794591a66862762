"""Tasks of the stages: given once, and completed by events."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.deal_upkeep import fill_derived_cells
from xl_salesflow.process.move_judging import judge_stage_moves


def contract(**tables: Any) -> Pipeline:
    """Return a deal that an override has just moved to Contract."""
    boss = {"override_by": "Wang", "override_reason": "framework"}
    deal = {"deal": "D1", "owner": "Li", "stage": "Contract", "created": date(2026, 3, 20), **boss}
    pipeline = crm(Deals=[deal], **tables)
    return apply_change_set(pipeline, judge_stage_moves(pipeline, "Li"))


def test_entering_a_stage_gives_its_tasks() -> None:
    tasks = contract()["Tasks"]
    assert tasks["task"].tolist() == [
        "Send the contract",
        "Win the support of everybody who decides",
        "Settle price and terms",
        "Get the signed contract back",
    ]
    assert tasks["task_id"].tolist() == ["T000001", "T000002", "T000003", "T000004"]
    assert tasks["due"].dt.date.tolist()[:2] == [date(2026, 3, 23), date(2026, 3, 27)]
    assert set(tasks["owner"]) == {"Li"}
    assert set(tasks["status"]) == {"open"}


@pytest.mark.parametrize(
    ("activity_type", "day", "status"),
    [
        ("contract_sent", date(2026, 3, 21), "done"),
        ("contract_sent", date(2026, 3, 19), "open"),
        ("call", TODAY, "open"),
    ],
)
def test_an_activity_of_the_right_type_in_the_stage_completes_a_task(
    activity_type: str, day: date, status: str
) -> None:
    act = {"activity": "A7", "deal": "D1", "type": activity_type, "date": day}
    after = contract(Activities=[act])
    sent = after["Tasks"].iloc[0]
    assert sent["status"] == status
    assert (sent["evidence"], sent["done"].date()) == ("Contract sent A7", day) if status == "done" else True
    assert not judge_stage_moves(after, "Li").writes


def test_a_signed_contract_completes_its_task() -> None:
    pipeline = contract()
    signed = pipeline["Deals"].assign(contract_signed=TODAY).astype({"contract_signed": "datetime64[s]"})
    pipeline = pipeline.with_tables(Deals=signed)
    assert apply_change_set(pipeline, fill_derived_cells(pipeline))["Tasks"]["status"].tolist() == [
        "open",
        "open",
        "open",
        "done",
    ]


def test_a_task_completed_by_a_rep_gets_a_date() -> None:
    pipeline = contract()
    tasks = pipeline["Tasks"].copy()
    tasks.iloc[1, tasks.columns.get_loc("status")] = "done"
    pipeline = pipeline.with_tables(Tasks=tasks)
    assert apply_change_set(pipeline, fill_derived_cells(pipeline))["Tasks"]["done"].iloc[1].date() == TODAY


def test_a_deal_that_comes_back_gets_no_task_twice_and_a_lost_one_needs_none() -> None:
    pipeline = contract()
    lost = pipeline.with_tables(Deals=pipeline["Deals"].assign(stage="Lost", loss_reason="price"))
    lost = apply_change_set(lost, judge_stage_moves(lost, "Li"))
    assert set(lost["Tasks"]["status"]) == {"dropped"}
    boss = {"move_reason": "again", "override_by": "Wang", "override_reason": "again"}
    back = lost.with_tables(Deals=lost["Deals"].assign(stage="Contract", **boss))
    assert len(apply_change_set(back, judge_stage_moves(back, "Li"))["Tasks"]) == 4
