"""Tasks of the stages: given once, and completed by events."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.deal_upkeep import fill_derived_cells
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.process.playbook_files import make_shipped_setup


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


@pytest.mark.parametrize(
    ("playbook", "first", "task", "activity_type", "outcome", "status"),
    [
        ("crm", "Lead", "Have a first conversation", "call", "", "done"),
        ("crm", "Lead", "Have a first conversation", "call", "reached", "done"),
        ("crm", "Lead", "Have a first conversation", "call", "not_interested", "done"),
        ("crm", "Lead", "Have a first conversation", "call", "no_answer", "open"),
        ("crm", "Lead", "Have a first conversation", "meeting", "postponed", "open"),
        ("crm", "Lead", "Have a first conversation", "meeting", "reached", "done"),
        ("crm", "Lead", "Have a first conversation", "mail", "reached", "open"),
        ("six_key_stages", "First contact", "Reach them by phone, mail or in person", "mail", "reached", "done"),
        ("six_key_stages", "First contact", "Reach them by phone, mail or in person", "visit", "", "done"),
        ("six_key_stages", "First contact", "Reach them by phone, mail or in person", "call", "no_answer", "open"),
        ("six_key_stages", "First contact", "Reach them by phone, mail or in person", "mail", "no_answer", "open"),
        ("six_key_stages", "First contact", "Reach them by phone, mail or in person", "mail", "", "done"),
        ("six_key_stages", "First contact", "Reach them by phone, mail or in person", "demo", "reached", "open"),
        ("awareness", "Awareness", "Send something worth reading", "mail", "no_answer", "done"),
        ("awareness", "Awareness", "Send something worth reading", "mail", "postponed", "open"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_activity_does_a_task_by_type_and_outcome(
    playbook: str, first: str, task: str, activity_type: str, outcome: str, status: str, language: Language
) -> None:
    setup = {each: make_shipped_setup(playbook, each) for each in ("en", language)}
    place = setup["en"]["Stages"]["stage"].tolist().index(first)
    at = setup["en"]["StageTasks"]["task"].tolist().index(task)
    stage = setup[language]["Stages"]["stage"].iloc[place]
    deal = {"deal": "D1", "stage": stage, "playbook": playbook, "created": TODAY, "recorded_stage": "", "owner": "Li"}
    act = {"activity": "A1", "deal": "D1", "type": activity_type, "date": TODAY, "outcome": outcome}
    pipeline = build_pipeline(TODAY, language, Deals=[deal], Activities=[act]).with_tables(**setup[language])
    after = apply_change_set(pipeline, judge_stage_moves(pipeline, "Li"))["Tasks"]
    rows = after[after["task"] == setup[language]["StageTasks"]["task"].iloc[at]]
    assert rows["status"].tolist() == [status]


@pytest.mark.parametrize(
    ("outcomes", "outcome", "status"),
    [
        ("Interested, approved", "interested", "done"),
        ("有兴趣", "interested", "done"),
        ("Interested", "reached", "open"),
        ("Interested", "", "done"),
        ("No answer", "no_answer", "done"),
    ],
)
def test_a_task_may_say_which_outcomes_complete_it(outcomes: str, outcome: str, status: str) -> None:
    act = {"activity": "A1", "deal": "D1", "type": "call", "date": TODAY, "outcome": outcome}
    pipeline = crm(Deals=[{"deal": "D1", "stage": "Lead", "created": TODAY}], Activities=[act])
    pipeline = pipeline.with_tables(StageTasks=pipeline["StageTasks"].assign(outcomes=outcomes))
    tasks = apply_change_set(pipeline, judge_stage_moves(pipeline, "Li"))["Tasks"]
    assert tasks.loc[tasks["task"] == "Have a first conversation", "status"].tolist() == [status]
