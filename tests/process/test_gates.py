"""Gates: the kinds of checks, the gates that a move has to pass, and the sentence for the rep."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.tables import TODAY, crm, rows
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.gate_judging import GATE_CHECKS, judge_by_gates
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

DEALS = """
    deal | owner | account | amount | need | created    | loss_reason | bant_score
    D1   | Li    | Acme    | 500    | 2    | 2026-03-01 | price       | 60
    D2   |       |         |        |      |            |             |
"""
"""D1 has everything, D2 nothing."""


def one_gate(check: str, subject: str = "", value: str = "", effect: str = "block", **tables: Any) -> Pipeline:
    """Return D1 and D2 with a single gate before Qualified, and no required task."""
    pipeline = without_required_tasks(crm(Deals=rows(DEALS), **tables))
    gate = {"gate": "g", "playbook": "crm", "stage": "Qualified", "check": check, "subject": subject, "value": value}
    return pipeline.with_tables(Gates=make_table_frame(TABLES["Gates"], [{**gate, "effect": effect}]))


def without_required_tasks(pipeline: Pipeline) -> Pipeline:
    return pipeline.with_tables(StageTasks=pipeline["StageTasks"].assign(required="no"))


def moved(pipeline: Pipeline, before: str = "Lead", after: str = "Qualified") -> pd.DataFrame:
    """Judge a move of every deal from *before* to *after*."""
    moves = pd.DataFrame({"from": before, "to": after}, index=pipeline["Deals"].index, dtype=object)
    return judge_by_gates(pipeline, moves)


def verdicts(pipeline: Pipeline, before: str = "Lead", after: str = "Qualified") -> list[str]:
    return moved(pipeline, before, after)["verdict"].tolist()


@pytest.mark.parametrize(
    ("check", "subject", "value", "d1", "d2"),
    [
        ("filled", "Account", "", "accepted", "refused"),
        ("filled", "客户", "", "accepted", "refused"),
        ("filled", "account", "", "accepted", "refused"),
        ("at_least", "Need", "2", "accepted", "refused"),
        ("at_least", "Need", "3", "refused", "refused"),
        ("at_least", "Amount", "500", "accepted", "refused"),
        ("at_least", "Amount", "1,000", "refused", "refused"),
        ("at_most", "Amount", "500", "accepted", "refused"),
        ("at_most", "Amount", "499.99", "refused", "refused"),
        ("one_of", "Loss reason", "Price, Contract terms", "accepted", "refused"),
        ("one_of", "Loss reason", "价格", "accepted", "refused"),
        ("one_of", "Loss reason", "Timing", "refused", "refused"),
        ("one_of", "Owner", "li; wu", "accepted", "refused"),
        ("one_of", "Need", "2、3", "accepted", "refused"),
        ("before_today", "Created", "", "accepted", "refused"),
        ("bant_at_least", "", "60", "accepted", "refused"),
        ("bant_at_least", "", "60.1", "refused", "refused"),
    ],
)
def test_a_check_of_a_column(check: str, subject: str, value: str, d1: str, d2: str) -> None:
    assert verdicts(one_gate(check, subject, value)) == [d1, d2]


def test_before_today_means_before() -> None:
    pipeline = one_gate("before_today", "Created")
    pipeline["Deals"]["created"] = np.datetime64(TODAY, "s")
    assert verdicts(pipeline) == ["refused", "refused"]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "within", "verdict"),
    [(0, "7", "accepted"), (7, "7", "accepted"), (8, "7", "refused"), (800, "", "accepted"), (-1, "7", "refused")],
)
def test_an_activity_within_days(days: int, within: str, verdict: str) -> None:
    done = [{"deal": "D1", "type": "demo", "date": ago(days)}]
    assert verdicts(one_gate("activity_within", "Demo", within, Activities=done)) == [verdict, "refused"]


@pytest.mark.parametrize(
    ("status", "asked", "verdict"),
    [
        ("sent", "Sent", "accepted"),
        ("accepted", "Sent", "accepted"),
        ("sent", "Accepted", "refused"),
        ("draft", "Sent", "refused"),
        ("sent", "已发送", "accepted"),
        ("draft", "Draft, Sent", "accepted"),
    ],
)
def test_a_quote_in_a_state(status: str, asked: str, verdict: str) -> None:
    quotes = [{"quote": "Q-1", "deal": "D1", "status": status}]
    assert verdicts(one_gate("quote_is", "", asked, Quotes=quotes)) == [verdict, "refused"]


@pytest.mark.parametrize(
    ("outcome", "by", "asked", "verdict"),
    [
        ("approved", "Wang", "Wang", "accepted"),
        ("approved", "wang", "Wang", "accepted"),
        ("approved", "Li", "Wang", "refused"),
        ("declined", "Wang", "Wang", "refused"),
        ("", "Wang", "Wang", "refused"),
        ("approved", "Wang", "Sales manager", "accepted"),
        ("approved", "Li", "Sales manager", "refused"),
        ("approved", "Wang", "", "accepted"),
        ("approved", "Li", "", "refused"),
    ],
)
def test_an_approval(outcome: str, by: str, asked: str, verdict: str) -> None:
    """D1 belongs to Li; Wang is a sales manager; without a given approver, anybody except the owner may approve."""
    done = [{"deal": "D1", "type": "approval", "date": ago(1), "outcome": outcome, "by": by}]
    team = [{"person": "Wang", "role": "manager"}, {"person": "Li", "role": "rep"}]
    assert verdicts(one_gate("approved_by", asked, Activities=done, Team=team)) == [verdict, "refused"]


@pytest.mark.parametrize("asked", ["Wang", "Sales manager", ""])
@pytest.mark.parametrize(
    ("by", "owner", "verdict"),
    [
        ("Wang", "Li", "accepted"),
        ("Wang", "Wang", "refused"),
        ("Wang", "W ang", "refused"),
        ("Wang", "\uff37ang", "refused"),
        ("Wang", "Boss", "refused"),  # a second row of Wang, by the e-mail
        ("Nobody", "Li", "refused"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
# attack: the owner of a deal holds the role that a gate asks for, and approves the own deal
# outcome: the approval does not count, and the refusal says so
def test_nobody_approves_what_is_their_own(asked: str, by: str, owner: str, verdict: str, language: Language) -> None:
    done = [{"deal": "D1", "type": "approval", "date": ago(1), "outcome": "approved", "by": by}]
    team = [
        {"person": "Wang", "role": "manager", "email": "w@x.example"},
        {"person": "Boss", "role": "director", "email": "W@x.example"},
        {"person": "Li", "role": "rep"},
    ]
    pipeline = replace(one_gate("approved_by", asked, Activities=done, Team=team), language=language)
    judged = moved(pipeline.with_tables(Deals=pipeline["Deals"].assign(owner=owner)))
    assert judged["verdict"].tolist() == [verdict, "refused"]
    said = {"en": "(not by the deal's owner, nor by", "zh": "（商机负责人本人、“团队”表之外的人的批准不算）"}[language]
    told = verdict == "refused" and (by == "Wang" or not asked)
    assert [said in reasons for reasons in judged["reasons"]] == [told, False]


def test_a_later_refusal_revokes_an_approval() -> None:
    done = [
        {"deal": "D1", "type": "approval", "date": ago(5), "outcome": "approved", "by": "Wang"},
        {"deal": "D1", "type": "approval", "date": ago(1), "outcome": "declined", "by": "Wang"},
    ]
    assert verdicts(one_gate("approved_by", "Wang", Activities=done)) == ["refused", "refused"]


@pytest.mark.parametrize(
    ("subject", "status", "verdict"),
    [
        ("Have a first conversation", "done", "accepted"),
        ("have a first conversation", "done", "accepted"),
        ("Have a first conversation", "open", "refused"),
        ("Have a first conversation", "dropped", "refused"),
        ("", "done", "accepted"),
        ("", "open", "refused"),
    ],
)
def test_a_task_done(subject: str, status: str, verdict: str) -> None:
    """Without a given task, every required task of the stages passed must be done; D2 has none."""
    task = {"task_id": "T1", "deal": "D1", "stage": "Lead", "task": "Have a first conversation"}
    tasks = [{**task, "status": status, "required": "yes"}]
    assert verdicts(one_gate("task_done", subject, Tasks=tasks)) == [verdict, "refused" if subject else "accepted"]


def test_a_move_that_skips_stages_names_an_open_task_once() -> None:
    """Both gates hold the move, and both must be overridden, but each task is named where it is missed first."""
    tasks = [
        {
            "task_id": f"T{stage}",
            "deal": "D1",
            "stage": stage,
            "task": f"Task of {stage}",
            "status": "open",
            "required": "yes",
        }
        for stage in ("Lead", "Qualified")
    ]
    gate = {"playbook": "crm", "check": "task_done", "effect": "block"}
    gates = [{**gate, "gate": stage, "stage": stage} for stage in ("Qualified", "Presentation", "Objections")]
    pipeline = one_gate("filled", Tasks=tasks).with_tables(Gates=make_table_frame(TABLES["Gates"], gates))
    pipeline["Stages"]["may_skip"] = "yes"
    found = moved(pipeline, "Lead", "Objections").iloc[0]
    assert [found["reasons"].count(f"Task of {stage}") for stage in ("Lead", "Qualified")] == [1, 1]
    assert (found["verdict"], found["blocks"]) == ("refused", "Qualified, Presentation, Objections")


def test_every_check_of_the_list_can_be_judged() -> None:
    assert set(GATE_CHECKS) == set(CHOICES["check"])


MOVES = [
    # the gate guards Objections (4): which moves have to pass it?
    ("Lead", "Objections", True),
    ("Presentation", "Objections", True),
    ("Lead", "Contract", True),
    ("Presentation", "Won", True),
    ("Lead", "Presentation", False),
    ("Contract", "Won", False),
    ("Contract", "Objections", False),
    ("Contract", "Lead", False),
    ("Lead", "Lost", False),
    ("Won", "Nurture", False),
    ("Lost", "Contract", True),
]


@pytest.mark.parametrize(("before", "after", "met"), MOVES)
def test_a_gate_guards_its_stage_and_moves_that_skip_it(before: str, after: str, met: bool) -> None:
    pipeline = one_gate("filled", "Notes", effect="warn")
    pipeline["Gates"]["stage"] = "Objections"
    pipeline["Deals"]["move_reason"] = "because"
    pipeline["Stages"]["may_skip"] = "yes"
    assert verdicts(pipeline, before, after) == ["warned" if met else "accepted"] * 2


def test_a_reopened_deal_has_to_pass_only_gates_beyond_its_furthest_stage() -> None:
    pipeline = one_gate("filled", "Notes")
    pipeline["Gates"]["stage"] = "Objections"
    pipeline["Deals"]["move_reason"] = "they came back"
    pipeline["Deals"]["furthest"] = [4.0, 3.0]
    assert verdicts(pipeline, "Lost", "Objections") == ["accepted", "refused"]


@pytest.mark.parametrize(
    ("before", "after", "reason", "verdict"),
    [
        ("Presentation", "Lead", "", "refused"),
        ("Presentation", "Lead", "wrong person", "accepted"),
        ("Won", "Contract", "", "refused"),
        ("Lost", "Lead", "", "refused"),
        ("Lost", "Lead", "new budget", "accepted"),
        ("Nurture", "Won", "", "refused"),
        ("Won", "Nurture", "", "accepted"),
    ],
)
def test_a_move_back_needs_a_reason(before: str, after: str, reason: str, verdict: str) -> None:
    pipeline = crm(Deals=rows(DEALS)).with_tables(Gates=make_table_frame(TABLES["Gates"]))
    pipeline["Deals"]["move_reason"] = reason
    pipeline["Deals"]["furthest"] = 6.0
    assert verdicts(pipeline, before, after) == [verdict] * 2


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("Presentation", "Won", "refused"),
        ("Contract", "Won", "accepted"),
        ("Presentation", "Contract", "accepted"),
        ("Presentation", "Lost", "accepted"),
    ],
)
def test_a_stage_can_be_skipped_only_if_allowed(before: str, after: str, verdict: str) -> None:
    """The stage Contract may not be skipped."""
    pipeline = without_required_tasks(crm(Deals=rows(DEALS))).with_tables(Gates=make_table_frame(TABLES["Gates"]))
    assert verdicts(pipeline, before, after) == [verdict] * 2


@pytest.mark.parametrize(
    ("person", "reason", "verdict"),
    [("", "", "refused"), ("Wang", "", "refused"), ("", "urgent", "refused"), ("Wang", "urgent", "overridden")],
)
def test_an_override_needs_a_person_and_a_reason(person: str, reason: str, verdict: str) -> None:
    pipeline = one_gate("filled", "Notes")
    pipeline["Deals"]["override_by"], pipeline["Deals"]["override_reason"] = person, reason
    judged = moved(pipeline)
    assert judged["verdict"].tolist() == [verdict] * 2
    assert judged["reasons"].str.contains("override").tolist() == [(person == "") != (reason == "")] * 2


def test_an_override_cannot_enter_an_unknown_stage() -> None:
    pipeline = one_gate("filled", "Notes")
    pipeline["Deals"]["override_by"] = pipeline["Deals"]["override_reason"] = "x"
    judged = moved(pipeline, after="Presentatoin")
    assert judged["verdict"].tolist() == ["refused"] * 2
    assert "did you mean “Presentation”" in judged["reasons"].iloc[0]


def test_a_block_outweighs_a_warning() -> None:
    pipeline = one_gate("filled", "Notes", effect="warn")
    gate = {"gate": "h", "stage": "Qualified", "check": "filled", "subject": "Pain", "effect": "block"}
    both = pd.concat([pipeline["Gates"], make_table_frame(TABLES["Gates"], [gate], first_row=3)])
    judged = moved(pipeline.with_tables(Gates=both))
    assert judged["verdict"].tolist() == ["refused"] * 2
    assert judged["gates"].tolist() == ["g, h"] * 2
    assert judged["reasons"].tolist() == ["“Pain” is blank. Fill it in."] * 2
    assert judged["warnings"].tolist() == ["“Notes” is blank. Fill it in."] * 2


def test_an_invalid_gate_blocks_every_move() -> None:
    judged = moved(one_gate("filled", "No such column"))
    assert judged["verdict"].tolist() == ["refused"] * 2
    assert judged["reasons"].iloc[0] == "The gate g cannot be judged; correct its row in the sheet Gates."


def test_a_gate_that_is_switched_off_is_not_judged() -> None:
    pipeline = one_gate("filled", "Notes")
    pipeline["Gates"]["active"] = "no"
    assert verdicts(pipeline) == ["accepted"] * 2


def test_the_sentence_says_what_is_missing_and_what_to_do() -> None:
    """It says what is missing, then the remedy of the gate or of the check; it starts with the stage if the move skips it."""
    pipeline = one_gate("at_least", "Need", "3")
    assert moved(pipeline)["reasons"].tolist() == [
        "Need is 2; it must be at least 3. Bring it up to 3, or fill it in.",
        "Need is blank; it must be at least 3. Bring it up to 3, or fill it in.",
    ]
    pipeline = one_gate("at_least", "Need", "3")
    pipeline["Gates"]["remedy"] = "Ask them {why}."
    assert moved(pipeline, after="Presentation")["reasons"].iloc[0] == (
        "Qualified: Need is 2; it must be at least 3. Ask them {why}."
    )


def test_the_sentence_is_chinese_in_a_chinese_workbook() -> None:
    gate = {"gate": "g", "stage": "合格", "check": "filled", "subject": "Account", "effect": "block"}
    pipeline = crm("zh", Deals=rows(DEALS)).with_tables(Gates=make_table_frame(TABLES["Gates"], [gate]))
    assert moved(pipeline, "线索", "合格")["reasons"].tolist() == ["", "“客户”未填写。请填写。"]


def test_gates_of_another_playbook_do_not_count() -> None:
    pipeline = one_gate("filled", "Notes")
    pipeline["Gates"]["playbook"] = "b2b"
    assert verdicts(pipeline) == ["accepted"] * 2


def test_no_gate_is_judged_deal_by_deal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two thousand deals take as many calls of a check as two deals: one for each gate."""
    calls = []
    check = GATE_CHECKS["at_least"]
    counted = type(check)(
        check.id,
        check.missing,
        check.remedy,
        lambda *a: calls.append(1) or check.judge(*a),
        check.find_misconfiguration,
    )
    monkeypatch.setattr("xl_salesflow.process.gate_judging.GATE_CHECKS", {**GATE_CHECKS, "at_least": counted})
    many = crm(Deals=[{"deal": f"D{n}", "need": n % 4} for n in range(2000)])
    moved(many, after="Presentation")
    assert len(calls) == 4  # need, money, authority, timeline
