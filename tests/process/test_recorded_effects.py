"""What people record has its effect: next steps, leads from recommendations, tasks of stages that were left."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.process.desk import ago, desk
from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.due_followups import make_followup_frame
from xl_salesflow.process.followup_logging import log_followups
from xl_salesflow.process.rule_catalogue import match_early_warnings
from xl_salesflow.verbs import update

RUN = Run("Wang", datetime(2026, 3, 31, 9))
OPEN = {"deal": "D1", "stage": "Lead", "recorded_stage": "Lead", "outcome": "open", "owner": "Li", "account": "Acme"}


def updated(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline after an update; a second one must change nothing."""
    after = apply_change_set(pipeline, update(pipeline, RUN))
    again = update(after, RUN)
    assert not again.edits
    assert not again.appends
    return after


CALL = {"activity": "A1", "deal": "D1", "type": "call", "date": date(2026, 3, 30), "next_step": "Send a case"}
APRIL = date(2026, 4, 7)


AGREED: list[tuple[dict[str, Any], list[dict[str, Any]], str, date | None]] = [
    # the deal, its activities → the step and its day after an update
    ({}, [{**CALL, "next_step_date": APRIL}], "Send a case", APRIL),
    ({}, [CALL], "Send a case", None),
    # a step whose day has come is replaced; one planned for later is kept, unless the new one is still to come
    ({"next_step": "Ring", "next_step_date": date(2026, 3, 30)}, [CALL], "Send a case", None),
    ({"next_step": "Ring", "next_step_date": date(2026, 5, 1)}, [CALL], "Ring", date(2026, 5, 1)),
    ({"next_step": "Ring", "next_step_date": date(2026, 5, 1)}, [{**CALL, "next_step_date": APRIL}], "Send a case", APRIL),
    # only the latest activity counts, nothing from the future, and nothing twice
    ({}, [CALL, {**CALL, "activity": "A2", "next_step": "", "date": TODAY}], "", None),
    ({}, [{**CALL, "date": date(2026, 4, 1)}], "", None),
    ({"next_step": "Mine"}, [{**CALL, "step_given": "Send a case"}], "Mine", None),
    ({"recorded_stage": "Lost", "stage": "Lost", "outcome": "lost"}, [CALL], "", None),
]  # fmt: skip


def test_the_step_agreed_in_an_activity_becomes_the_deals() -> None:
    """Each case is a deal of one workbook."""
    keys = [f"D{number}" for number in range(1, len(AGREED) + 1)]
    deals = [{**OPEN, **deal, "deal": key} for key, (deal, *_) in zip(keys, AGREED, strict=True)]
    acts = [
        {**act, "deal": key, "activity": f"{key} {act['activity']}"}
        for key, (_, logged, *_) in zip(keys, AGREED, strict=True)
        for act in logged
    ]
    after = updated(crm(Deals=deals, Activities=acts))["Deals"].set_index("deal")
    found = [(after.at[key, "next_step"], str(after.at[key, "next_step_date"])[:10]) for key in keys]
    assert found == [(step, str(day or "NaT")) for _, _, step, day in AGREED]


WON = {**OPEN, "stage": "Won", "recorded_stage": "Won", "outcome": "won", "created": date(2026, 1, 5)}
GIVEN = {"feedback": "F-1", "deal": "D1", "kind": "referral", "referred": "Nova GmbH", "date": date(2026, 3, 20)}


@pytest.mark.parametrize(("language", "first"), [("en", "Lead"), ("zh", "线索")])
def test_a_recommendation_becomes_a_lead(language: Language, first: str) -> None:
    after = updated(crm(language, Deals=[{**WON, "stage": "", "recorded_stage": ""}], Feedback=[GIVEN]))
    lead = after["Deals"].iloc[1]
    assert (lead["account"], lead["owner"], lead["source"], lead["referred_by"]) == (
        "Nova GmbH",
        "Li",
        "referral",
        "D1",
    )
    assert (lead["recorded_stage"], lead["created"].date()) == (first, date(2026, 3, 20))
    assert after["Feedback"]["referral_deal"].tolist() == [lead["deal"]]
    assert "Nova GmbH" in after["Accounts"]["account"].tolist()


@pytest.mark.parametrize(
    ("feedback", "deals", "accounts", "links"),
    [
        # no deal named: the customer's latest one; nobody known: a lead all the same
        ({"deal": "", "account": "Acme"}, [], [], ["D-00001"]),
        ({"deal": ""}, [], [], ["D-00001"]),
        # the lead is there already: linked, not doubled
        ({}, [{"deal": "D9", "stage": "Lead", "account": "nova gmbh"}], [], ["D9"]),
        ({"referred": "Ｎova  gmbh"}, [{"deal": "D9", "stage": "Lead", "account": "Nova GmbH"}], [], ["D9"]),
        ({}, [{"deal": "D9", "stage": "Lost", "outcome": "lost", "account": "Nova GmbH", "referred_by": "D1"}], [], ["D9"]),
        ({}, [{"deal": "D9", "stage": "Lost", "outcome": "lost", "account": "Nova GmbH"}], [], ["D-00001"]),
        ({}, [], [{"account": "NOVA GMBH"}], ["D-00001"]),
        ({"referred": "nova\u3000ＧmbＨ"}, [], [{"account": "NOVA GMBH"}], ["D-00001"]),
        ({"referral_deal": "D7"}, [], [], ["D7"]),
        ({"referred": " "}, [], [], [""]),
    ],
)  # fmt: skip
def test_a_lead_is_opened_once_and_linked(
    feedback: dict[str, Any], deals: list[dict[str, Any]], accounts: list[dict[str, Any]], links: list[str]
) -> None:
    after = updated(crm(Deals=[WON, *deals], Accounts=accounts, Feedback=[{**GIVEN, **feedback}]))
    assert after["Feedback"]["referral_deal"].tolist() == links
    made = after["Deals"].set_index("deal")
    for lead in links:
        if lead in made.index and (feedback.get("deal") != "" or feedback.get("account")):
            assert made.loc[lead, "referred_by"] == "D1"
    assert after["Accounts"]["account"].str.casefold().is_unique


def test_two_recommendations_of_one_company_are_one_lead() -> None:
    after = updated(crm(Deals=[WON], Feedback=[GIVEN, {**GIVEN, "feedback": "F-2"}]))
    assert after["Feedback"]["referral_deal"].tolist() == ["D-00001"] * 2
    assert len(after["Deals"]) == 2


@pytest.mark.parametrize(
    ("outcomes", "yes"),
    [(["no_answer"] * 4, False), (["no_answer"] * 5, True), (["no_answer"] * 4 + ["reached"], False),
     (["reached", *["no_answer"] * 5], True), (["no_answer"] * 3 + ["", "no_answer"], False)],
)  # fmt: skip
def test_a_lead_is_let_go_after_five_tries_without_an_answer(outcomes: list[str], yes: bool) -> None:
    acts = [
        {"deal": "D1", "type": "call", "date": date(2026, 3, n), "outcome": one} for n, one in enumerate(outcomes, 1)
    ]
    assert bool(match_early_warnings(crm(Deals=[OPEN], Activities=acts))["unanswered"].iloc[0]) is yes


ISSUE = {"feedback": "F-7", "deal": "D-1", "kind": "issue", "date": ago(3)}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (ISSUE, "Issue F-7 is not resolved."),
        ({**ISSUE, "satisfaction": 4}, "Issue F-7 is not resolved."),
        ({**ISSUE, "satisfaction": 1}, "Satisfaction 1 of 5, not resolved."),
        ({**ISSUE, "resolved": ago(1)}, ""),
        ({**ISSUE, "kind": "survey"}, ""),
    ],
)
def test_an_issue_asks_for_an_answer_with_or_without_a_score(given: dict[str, Any], why: str) -> None:
    listed = make_followup_frame(desk({"recorded_stage": "Won", "outcome": "won"}, Feedback=[given]))
    assert "".join(listed["why"]) == why


@pytest.mark.parametrize(
    ("stage", "typed", "prefers", "kind"),
    [
        ("Demo", {}, "", "call"),
        ("Demo", {"type": "visit"}, "email", "visit"),
        ("Demo", {}, "email", "mail"),
        ("Demo", {}, "in_person", "meeting"),
        ("Care", {}, "email", "check_in"),
        ("Care", {"type": "call"}, "", "call"),
    ],
)
def test_a_handled_line_is_logged_with_what_was_done(
    stage: str, typed: dict[str, str], prefers: str, kind: str
) -> None:
    deal = {"recorded_stage": stage, "next_step_date": ago(2), "contact": "Bob"}
    pipeline = desk(deal, Contacts=[{"contact": "Bob", "prefers": prefers}])
    listed = make_followup_frame(pipeline).assign(done="yes", outcome="no_answer", **typed)
    (append,) = log_followups(pipeline.with_tables(FollowUps=listed)).appends
    assert append.rows[["type", "outcome"]].to_numpy().tolist() == [[kind, "no_answer"]]


def test_a_step_that_nobody_answered_is_planned_again() -> None:
    deal = {"recorded_stage": "Lead", "next_step": "Call Bob", "next_step_date": ago(2)}
    pipeline = desk(deal, settings={"plan_next_contact": "yes"})
    listed = make_followup_frame(pipeline).assign(done="yes", outcome="no_answer")
    pipeline = pipeline.with_tables(FollowUps=listed)
    row = apply_change_set(pipeline, log_followups(pipeline))["Deals"].iloc[0]
    assert (row["next_step"], row["next_step_date"].date()) == ("Call Bob", ago(-7))


TASK = {"task_id": "T1", "deal": "D-1", "stage": "Care", "task": "Call after delivery", "status": "open"}
CARE = {"recorded_stage": "Care", "outcome": "won", "since": ago(4), "next_step_date": None}


@pytest.mark.parametrize(
    ("deal", "task", "why"),
    [
        (CARE, {"due": ago(1)}, "Task overdue: Call after delivery."),
        (CARE, {"due": ago(0)}, "Task to do: Call after delivery."),
        (CARE, {"due": ago(-9)}, ""),
        (CARE, {"due": ago(1), "status": "done"}, ""),
        (CARE, {"due": ago(1), "stage": "Demo"}, ""),
        # a deal that was won and stays where it is
        ({**CARE, "recorded_stage": "Won"}, {}, "Won 4 days ago and not in “Care” yet: Call on delivery."),
        ({**CARE, "recorded_stage": "Won", "since": ago(31)}, {}, ""),
    ],
)
def test_tasks_after_the_sale_are_on_the_list(deal: dict[str, Any], task: dict[str, Any], why: str) -> None:
    after = [
        {"playbook": "crm", "stage": "Care", "task": "Visit", "due_days": 30},
        {"playbook": "crm", "stage": "Care", "task": "Call on delivery", "due_days": 3},
    ]
    listed = make_followup_frame(desk(deal, Tasks=[{**TASK, **task}], StageTasks=after))
    assert "".join(listed["why"]) == why


def moved(stage: str, pipeline: Pipeline) -> Pipeline:
    deals = pipeline["Deals"].assign(stage=stage, move_reason="again", override_by="Wang", override_reason="known")
    return updated(pipeline.with_tables(Deals=deals))


def test_tasks_of_a_stage_that_was_left_are_closed_and_open_again_on_return() -> None:
    pipeline = updated(crm(Deals=[{"deal": "D1", "stage": "Lead", "owner": "Li"}]))
    assert pipeline["Tasks"]["status"].tolist() == ["open"] * 3
    further = moved("Presentation", moved("Qualified", pipeline))
    status = further["Tasks"].groupby("stage", sort=False)["status"].agg(list).to_dict()
    # the decision-maker is a required task: it stays open
    assert status == {
        "Lead": ["dropped"] * 3,
        "Qualified": ["dropped", "dropped", "open"],
        "Presentation": ["open"] * 4,
    }
    back = moved("Lead", further)["Tasks"].groupby("stage", sort=False)["status"].agg(list).to_dict()
    assert back["Lead"] == ["open"] * 3
    lost = moved("Lost", further.with_tables(Deals=further["Deals"].assign(loss_reason="price")))
    assert lost["Tasks"]["status"].eq("dropped").all()


def test_a_closed_task_that_somebody_opens_again_stays_open() -> None:
    pipeline = moved("Qualified", updated(crm(Deals=[{"deal": "D1", "stage": "Lead"}])))
    opened = pipeline.with_tables(Tasks=pipeline["Tasks"].assign(status="open"))
    assert updated(opened)["Tasks"]["status"].eq("open").all()
