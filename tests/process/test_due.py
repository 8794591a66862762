"""Who is on the list, why, in which order, and what to do and ask."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.process.desk import QUIET, TODAY, ago, desk
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.due_followups import make_followup_frame
from xl_salesflow.schema.table_frames import DATE_DTYPE
from xl_salesflow.schema.table_registry import TABLES

NO_STEP = {"next_step": "", "next_step_date": None}
SENT = {"quote": "Q-7", "deal": "D-1", "status": "sent"}
TASK = {"task_id": "T", "deal": "D-1", "stage": "Demo", "task": "Find budget", "required": "yes"}
UNHAPPY = {"feedback": "F", "deal": "D-1", "satisfaction": 2.5, "date": ago(3)}
LEAD = {"next_step": "First answer", "created": ago(4)}
WON = {"recorded_stage": "Won", "outcome": "won"}
CARE = {"recorded_stage": "Care", "outcome": "won", "next_step_date": None}

REASONS: list[tuple[dict[str, Any], dict[str, list[dict[str, Any]]], str]] = [
    # next steps
    ({"next_step_date": ago(3)}, {}, "Next step overdue by 3 working days."),
    ({"next_step_date": ago(1)}, {}, "Next step overdue by 1 working day."),
    ({**LEAD, "next_step_date": ago(3)}, {}, "First answer to the lead overdue by 3 working days."),
    ({"next_step_date": TODAY}, {}, "Next step is due today."),
    ({"next_step_date": ago(-1)}, {}, "Next step in 1 working day."),
    ({"next_step_date": ago(-2)}, {}, ""),
    (NO_STEP, {}, "No next step planned."),
    ({**WON, "next_step_date": ago(3)}, {}, ""),
    ({**CARE, "next_step_date": ago(3), "since": ago(2)}, {}, "Next step overdue by 3 working days."),
    ({"recorded_stage": "", "outcome": "", "next_step_date": ago(2)}, {}, "Next step overdue by 2 working days."),  # no stage yet
    # idle days: the rhythm of the stage, else the limit of the settings
    ({"idle_days": 14}, {}, ""),
    ({"idle_days": 15}, {}, "No contact for 15 days (every 14 in this stage)."),
    ({"recorded_stage": "Lead", "idle_days": 8}, {}, "No contact for 8 days (every 7 in this stage)."),
    ({"recorded_stage": "Lead", "days_in_stage": 11}, {}, "11 days in the stage (limit 10)."),
    ({"recorded_stage": "Lead", "days_in_stage": 10}, {}, ""),
    ({"days_in_stage": 400}, {}, ""),  # no limit, none exceeded
    ({**CARE, "since": ago(91)}, {}, "Time for an after-sales visit: last contact 91 days ago."),
    ({**CARE, "since": ago(91), "last_activity": ago(90)}, {}, ""),
    # quotes and contracts
    ({}, {"Quotes": [{**SENT, "sent": ago(6)}]}, "No answer to quote Q-7 sent 6 days ago."),
    ({}, {"Quotes": [{**SENT, "sent": ago(5)}]}, ""),
    ({}, {"Quotes": [{**SENT, "date": ago(6)}]}, "No answer to quote Q-7 sent 6 days ago."),
    ({}, {"Quotes": [{**SENT, "sent": ago(6), "decided": ago(1)}]}, ""),
    ({}, {"Quotes": [{**SENT, "sent": ago(1), "valid_until": ago(-7)}]}, "Quote Q-7 expires on 2026-11-29."),
    ({}, {"Quotes": [{**SENT, "sent": ago(1), "valid_until": ago(-8)}]}, ""),
    ({}, {"Quotes": [{**SENT, "valid_until": ago(1)}]}, "Quote Q-7 expired on 2026-11-21 without an answer."),
    ({}, {"Quotes": [{**SENT, "status": "draft", "valid_until": ago(1)}]}, ""),
    (WON, {"Quotes": [{**SENT, "valid_until": ago(1)}]}, ""),
    ({}, {"Quotes": [{**SENT, "deal": "D-99", "valid_until": ago(1)}]}, ""),
    (
        {},
        {"Quotes": [{**SENT, "quote": "Q-8", "valid_until": ago(-5)}, {**SENT, "valid_until": ago(-2)}]},
        "Quote Q-7 expires on 2026-11-24.",
    ),
    ({}, {"Activities": [{"deal": "D-1", "type": "contract_sent", "date": ago(6)}]}, "Contract sent 6 days ago is not signed."),
    ({"contract_signed": ago(1)}, {"Activities": [{"deal": "D-1", "type": "contract_sent", "date": ago(6)}]}, ""),
    # tasks
    ({}, {"Tasks": [{**TASK, "due": ago(1)}]}, "Task overdue: Find budget."),
    ({}, {"Tasks": [{**TASK, "due": TODAY}]}, "Task to do: Find budget."),
    ({}, {"Tasks": [{**TASK, "due": ago(-2)}]}, ""),
    ({}, {"Tasks": [TASK]}, "Task to do: Find budget."),
    ({}, {"Tasks": [{**TASK, "stage": "Lead"}]}, ""),
    ({}, {"Tasks": [{**TASK, "due": ago(1), "status": "done"}]}, ""),
    ({}, {"Tasks": [{**TASK, "due": ago(1), "required": "no"}]}, ""),
    ({}, {"Tasks": [{**TASK, "task": "Later", "due": ago(1)}, {**TASK, "due": ago(9)}]}, "Task overdue: Find budget."),
    # feedback
    (WON, {"Feedback": [UNHAPPY]}, "Satisfaction 2.5 of 5, not resolved."),
    (WON, {"Feedback": [{**UNHAPPY, "satisfaction": 3}]}, ""),
    (WON, {"Feedback": [{**UNHAPPY, "resolved": ago(1)}]}, ""),
    ({**WON, "account": "A"}, {"Feedback": [{**UNHAPPY, "deal": "", "account": "A"}]}, "Satisfaction 2.5 of 5, not resolved."),
    # a lost deal has no reason
    ({"recorded_stage": "Lost", "outcome": "lost", "next_step_date": ago(9), "idle_days": 99}, {}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("deal", "tables", "why"), REASONS)
def test_each_reason_has_its_limit(deal: dict[str, Any], tables: dict[str, list[dict[str, Any]]], why: str) -> None:
    assert list(make_followup_frame(desk(deal, **tables))["why"]) == ([why] if why else [])


def test_all_reasons_are_on_one_line_the_most_urgent_first() -> None:
    deal = {"recorded_stage": "Lead", "next_step_date": ago(2), "idle_days": 9, "days_in_stage": 12, "account": "Acme"}
    pipeline = desk(deal, Tasks=[{**TASK, "stage": "Lead"}], Accounts=[{"account": "Acme", "trait_score": 2}])
    (row,) = make_followup_frame(pipeline).to_dict("records")
    assert row["why"] == (
        "Next step overdue by 2 working days; no contact for 9 days (every 7 in this stage); 12 days in the stage (limit 10); "
        "task to do: Find budget; key account."
    )
    assert (row["due"], row["days_late"]) == (pd.Timestamp(ago(2)), 2)


def test_the_list_is_available_in_chinese() -> None:
    (row,) = make_followup_frame(
        desk({"recorded_stage": "Lead", "next_step_date": ago(2), "idle_days": 9}, language="zh")
    ).to_dict("records")
    assert row["why"] == "下一步已逾期 2 个工作日\uff1b9 天没有联系\uff08该阶段每 7 天一次\uff09。"


GOLD = [
    {"account": "Gold", "trait_score": 1},
    {"account": "Key", "account_class": "key"},
    {"account": "Plain", "trait_score": -1},
]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"next_step_date": ago(1)}, {"idle_days": 30}),  # an overdue step before a missing contact
        ({"idle_days": 20}, NO_STEP),
        ({"idle_days": 20, "account": "Gold"}, {"idle_days": 30, "account": "Plain"}),  # golden customers first
        ({"idle_days": 20, "account": "Key"}, {"idle_days": 30}),
        (
            {"next_step_date": ago(4)},
            {"next_step_date": ago(3), "amount": 9000},
        ),  # more days late before a larger amount
        ({"next_step_date": ago(3), "amount": 9000}, {"next_step_date": ago(3), "amount": 10}),
        (
            {"next_step_date": ago(31), "amount": 20},
            {"next_step_date": ago(900), "amount": 10},
        ),  # more than a month late makes no difference
        ({"next_step_date": ago(3), "amount": 10}, {"next_step_date": ago(3)}),
        ({"next_step_date": ago(3)}, {"next_step_date": ago(3)}),  # the number decides
    ],
)
def test_more_important_lines_come_first(first: dict[str, Any], second: dict[str, Any]) -> None:
    listed = make_followup_frame(desk(first, second, Accounts=GOLD))
    assert list(listed["deal"]) == ["D-1", "D-2"]
    if first != second:
        swapped = make_followup_frame(desk(second, first, Accounts=GOLD))
        assert list(swapped["deal"]) == ["D-2", "D-1"]


@pytest.mark.parametrize(
    ("deal", "priority"),
    [
        ({"next_step_date": ago(1)}, "high"),
        ({"idle_days": 30}, "medium"),
        (NO_STEP, "low"),
        ({**NO_STEP, "account": "Gold"}, "medium"),
        ({"idle_days": 30, "account": "Gold"}, "high"),
    ],
)
def test_priority_follows_from_reasons_and_customer(deal: dict[str, Any], priority: str) -> None:
    assert list(make_followup_frame(desk(deal, Accounts=GOLD))["priority"]) == [priority]


def test_a_large_deal_is_raised_and_the_line_says_so() -> None:
    """A large deal is above four fifths of the open deals; with fewer than ten there is none."""
    small = [{"amount": float(n)} for n in range(1, 10)]
    deal = {"amount": 1000.0, **NO_STEP}
    assert list(make_followup_frame(desk(deal, *small))[["priority", "why"]].iloc[0]) == [
        "medium",
        "No next step planned; large deal, raised one level.",
    ]
    assert list(make_followup_frame(desk(deal, *small[:-1]))[["priority", "why"]].iloc[0]) == [
        "low",
        "No next step planned.",
    ]


def test_each_owner_has_ranks_and_a_daily_limit() -> None:
    deals = [{"next_step_date": ago(n), "owner": owner} for n in range(1, 6) for owner in ("Li", "Wu", "")]
    listed = make_followup_frame(desk(*deals, settings={"followups_per_day": 3, "followup_days": 1}))
    assert listed.groupby("owner")["rank"].apply(list).to_dict() == {owner: [1, 2, 3] for owner in ("", "Li", "Wu")}
    assert listed.loc[listed["owner"] == "Li", "days_late"].tolist() == [5, 4, 3]


def test_the_order_of_the_sheet_does_not_matter() -> None:
    deals = [
        {"deal": f"D-{n}", "next_step_date": ago(n % 3), "amount": float(n % 4), "owner": f"P{n % 2}"}
        for n in range(40)
    ]
    expected = make_followup_frame(desk(*deals))
    random.Random(7).shuffle(deals)
    pd.testing.assert_frame_equal(make_followup_frame(desk(*deals)), expected)


ANSWERED = {"question": "B1", "deal": "D-1"}


@pytest.mark.parametrize(
    ("deal", "answers", "asks"),
    [
        ({}, [], "Budget?"),
        ({}, [{**ANSWERED, "points": 2}], "Who signs?"),
        ({}, [{**ANSWERED, "answer": "They told us"}], "Who signs?"),
        ({}, [ANSWERED], "Budget?"),  # a row without an answer does not count
        ({"budget": 2}, [], "Who signs?"),  # dimensions without any answer come first
        ({"budget": 2, "authority": 1}, [], "Budget?"),
        ({"budget": 3, "authority": 3}, [], "How do they do it today?"),  # after BANT comes SPIN
        ({**CARE, "since": ago(99)}, [], ""),
        ({}, [{**ANSWERED, "deal": "D-2", "points": 2}], "Budget?"),
    ],
)
def test_the_first_open_question_is_asked(deal: dict[str, Any], answers: list[dict[str, Any]], asks: str) -> None:
    questions = [
        {"question": "B1", "dimension": "budget", "text": "Budget?"},
        {"question": "A1", "dimension": "authority", "text": "Who signs?"},
        {"question": "", "dimension": "need", "text": "Not numbered"},
    ]
    listed = make_followup_frame(desk({**NO_STEP, **deal}, Questions=questions, Answers=answers))
    assert list(listed["question"]) == [asks]


@pytest.mark.parametrize(
    ("noted", "asks"),
    [
        ([], "How do they do it today?"),
        (["situation"], "What gives them trouble with it?"),
        (["problem"], "How do they do it today?"),
        (["situation", "problem", "implication"], "What would it be worth to them to have it solved?"),
        (["situation", "problem", "implication", "need_payoff"], ""),
    ],
)
def test_spin_is_asked_in_its_order(noted: list[str], asks: str) -> None:
    activities = [{"deal": "D-1", "type": "call", column: "They said"} for column in noted]
    assert list(make_followup_frame(desk(NO_STEP, Activities=activities))["question"]) == [asks]


ANSWER = {"deal": "D-1", "type": "price", "status": "answered", "date": ago(3)}


@pytest.mark.parametrize(
    ("objections", "asks"),
    [
        ([ANSWER], "Did our answer on price convince? How do they do it today?"),
        ([{**ANSWER, "worked": "yes"}], "How do they do it today?"),
        ([{**ANSWER, "status": "open"}], "How do they do it today?"),
        (
            [{**ANSWER, "type": "trust", "date": ago(1)}, ANSWER],
            "Did our answer on trust convince? How do they do it today?",
        ),
        ([{**ANSWER, "type": "Colour"}], "Did our answer on Colour convince? How do they do it today?"),
    ],
)
def test_whether_the_last_answer_convinced_is_asked(objections: list[dict[str, Any]], asks: str) -> None:
    assert list(make_followup_frame(desk(NO_STEP, Objections=objections))["question"]) == [asks]


SAID = {**ANSWER, "concern": "Too dear", "answer": "Pays back in a year"}


@pytest.mark.parametrize(
    ("objections", "language", "shown"),
    [
        ([SAID], "en", "Price: Too dear → Pays back in a year"),
        ([SAID], "zh", "价格：Too dear → Pays back in a year"),
        ([{**SAID, "status": "resolved"}], "en", "Price: Too dear → Pays back in a year"),
        ([{**SAID, "status": "open"}], "en", ""),
        (
            [SAID, {**SAID, "type": "trust", "concern": "", "date": ago(9)}],
            "en",
            "Price: Too dear → Pays back in a year",
        ),
        ([{**SAID, "type": "Colour", "concern": "", "answer": ""}], "en", "Colour"),
    ],
)
def test_the_objection_answered_last_is_shown(objections: list[dict[str, Any]], language: Language, shown: str) -> None:
    assert list(make_followup_frame(desk(NO_STEP, language=language, Objections=objections))["objection"]) == [shown]


@pytest.mark.parametrize(
    ("deal", "step"),
    [
        ({"next_step": "Send the case", "next_step_date": ago(1)}, "Send the case"),
        ({**NO_STEP, "recorded_stage": "Lead"}, "Call them."),
        ({**NO_STEP, "recorded_stage": "", "outcome": ""}, "Agree on the next step and its date."),
    ],
)
def test_what_to_do_next(deal: dict[str, Any], step: str) -> None:
    assert list(make_followup_frame(desk(deal))["next_step"]) == [step]


@pytest.mark.parametrize(
    ("deal", "reach"),
    [
        ({"contact": "Bob"}, ("Bob", "1", "bob@acme.example")),
        ({"account": "Acme"}, ("Eve", "020", "")),  # the contact closest to the decision, through the switchboard
        ({"contact": "Zed", "account": "Acme"}, ("Zed", "020", "")),
        ({}, ("", "", "")),
    ],
)
def test_whom_to_reach(deal: dict[str, Any], reach: tuple[str, str, str]) -> None:
    contacts = [
        {"contact": "Bob", "account": "Acme", "phone": "1", "email": "bob@acme.example"},
        {"contact": "Eve", "account": "Acme", "decision_role": "decision_maker"},
    ]
    listed = make_followup_frame(
        desk({**deal, **NO_STEP}, Contacts=contacts, Accounts=[{"account": "Acme", "phone": "020"}])
    )
    assert tuple(listed[["contact", "phone", "email"]].iloc[0]) == reach


def test_the_frame_is_complete_even_when_nobody_is_due() -> None:
    for pipeline in (desk(), desk({}), desk(NO_STEP)):
        listed = make_followup_frame(pipeline)
        assert list(listed.columns) == list(TABLES["FollowUps"].by_id)
        assert listed["due"].dtype == DATE_DTYPE
        assert listed["rank"].dtype == np.float64
        assert listed["why"].dtype == object


def test_making_the_list_again_gives_the_same_list() -> None:
    pipeline = desk({"next_step_date": ago(3)}, NO_STEP)
    listed = make_followup_frame(pipeline)
    pd.testing.assert_frame_equal(make_followup_frame(pipeline.with_tables(FollowUps=listed)), listed)


@pytest.mark.parametrize(
    ("typed", "left"), [({"done": "yes"}, []), ({"result": "Spoke"}, []), ({"done": "no"}, ["no"])]
)
def test_a_handled_line_leaves_the_list(typed: dict[str, str], left: list[str]) -> None:
    pipeline = desk({"next_step_date": ago(3)})
    listed = make_followup_frame(pipeline).assign(**typed)
    assert list(make_followup_frame(pipeline.with_tables(FollowUps=listed))["done"]) == left


@pytest.mark.parametrize("language", ["en", "zh"])
def test_duplicate_and_blank_keys_do_no_harm(language: Language) -> None:
    """A row without a number is not listed; rows related to a duplicate number belong to the first row."""
    pipeline = desk(
        {"deal": "D-1"},
        {"deal": "D-1"},
        {"deal": "", **NO_STEP},
        {**CARE, "deal": "", "since": ago(99)},
        language=language,
        Tasks=[{**TASK, "due": ago(1)}],
    )
    assert list(make_followup_frame(pipeline)["deal"]) == ["D-1"]


def test_texts_are_made_only_for_lines_that_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    from xl_salesflow.process import due_followups
    from xl_salesflow.process.due_followups import _word_followup_reason

    described: list[int] = []
    original = _word_followup_reason
    monkeypatch.setattr(
        due_followups,
        "_word_followup_reason",
        lambda signal, row, language: described.append(row) or original(signal, row, language),
    )
    pipeline: Pipeline = desk(*[{"next_step_date": ago(2)} for _ in range(500)], settings={"followups_per_day": 2})
    assert len(make_followup_frame(pipeline)) == 10
    assert len(described) == 10


def test_the_quiet_deal_has_no_reason() -> None:
    assert isinstance(QUIET["next_step_date"], date)
    assert make_followup_frame(desk({}, {}, {})).empty
