"""Stage moves: which are recorded, which are refused, and that a second update changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.tables import TODAY, crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.deal_tables import OPEN_STAY_END
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_frames import make_column_series
from xl_salesflow.schema.table_registry import TABLES

QUALIFIED = {"need": 2, "budget": 2, "authority": 2, "timeline": 1, "account": "Acme"}

WHO_DECIDES = {
    "task_id": "T000001", "deal": "D1", "stage": "Qualified", "task": "Find out who decides", "status": "done",
    "required": "yes",
}  # fmt: skip
"""The required task of Qualified, done."""


def judged(pipeline: Pipeline, by: str = "Li") -> Pipeline:
    return apply_change_set(pipeline, judge_stage_moves(pipeline, by))


def typed(pipeline: Pipeline, **cells: Any) -> Pipeline:
    """Return *pipeline* with cells of every deal overwritten."""
    deals = pipeline["Deals"]
    made = {
        column_id: make_column_series(TABLES["Deals"][column_id], [cell] * len(deals), deals.index)
        for column_id, cell in cells.items()
    }
    return pipeline.with_tables(Deals=deals.assign(**made))


def later(pipeline: Pipeline, days: int) -> Pipeline:
    return replace(pipeline, today=pipeline.today + timedelta(days=days))


def visits(pipeline: Pipeline, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in pipeline["History"][list(columns)].itertuples(index=False)]


def test_a_new_deal_enters_its_first_stage_on_the_day_it_was_created() -> None:
    after = judged(crm(Deals=[{"deal": "D1", "stage": "Lead", "created": date(2026, 3, 1)}]))
    deal, visit = after["Deals"].iloc[0], after["History"].iloc[0]
    assert (deal["recorded_stage"], deal["outcome"], deal["move_status"]) == ("Lead", "open", "accepted")
    assert deal["since"].date() == date(2026, 3, 1)
    assert (deal["furthest"], deal["playbook"]) == (1, "crm")
    assert (visit["visit"], visit["deal"], visit["stage"], visit["by"]) == ("V000001", "D1", "Lead", "Li")
    assert visit["left"].date() == OPEN_STAY_END
    assert (visit["position"], visit["first"], visit["probability"]) == (1, 1, 0.1)


def test_a_new_deal_without_a_day_begins_today() -> None:
    after = judged(crm(Deals=[{"deal": "D1", "stage": "Lead"}]))
    assert after["Deals"]["created"].iloc[0].date() == TODAY


def test_a_new_deal_in_a_later_stage_goes_through_the_first_stage() -> None:
    """The first and the second stay are on the same day; the gates judge the second."""
    deal = {"deal": "D1", "stage": "Presentation", "created": date(2026, 3, 1), **QUALIFIED}
    after = judged(crm(Deals=[deal], Tasks=[WHO_DECIDES]))
    day = pd.Timestamp(2026, 3, 1)
    assert visits(after, "stage", "entered", "left", "days", "moved_to", "move")[0] == (
        "Lead", day, day, 0, "Presentation", "skip",
    )  # fmt: skip
    assert visits(after, "stage", "entered")[1] == ("Presentation", day)
    assert after["Tasks"]["stage"].unique().tolist() == ["Qualified", "Presentation"]


def test_a_new_deal_refused_in_a_later_stage_counts_in_the_first_stage() -> None:
    after = judged(crm(Deals=[{"deal": "D1", "stage": "Presentation", "created": date(2026, 3, 1)}]))
    deal = after["Deals"].iloc[0]
    assert (deal["stage"], deal["recorded_stage"], deal["move_status"]) == ("Presentation", "Lead", "refused")
    assert deal["move_reasons"].splitlines() == [
        "Need is blank; it must be at least 2. Ask what they want solved and what it costs them (N1 to N4), then fill in Need.",
        "Budget is blank; it must be at least 2. Ask how the purchase is paid for (B1 to B4), then fill in Budget.",
        "Authority is blank; it must be at least 2. Reach the person who decides (A1 to A4), then fill in Authority.",
        "The task “Find out who decides” is not done. Tick the task off in the sheet Tasks once it is done.",
    ]
    assert deal["move_warnings"].splitlines() == [
        "Qualified: “Account” is blank. Choose the customer from the sheet Accounts.",
        "Timeline is blank; it must be at least 1. Ask by when they want to decide (T1 to T4), then fill in Timeline.",
    ]


def test_warnings_stand_apart_from_reasons_for_refusal() -> None:
    """
    cells that are blank  status      Why                    Move warnings    findings
    need, timeline        refused     Need …                 Timeline …       one of each
    timeline              warned      –                      Timeline …       of the warning
    need, timeline        overridden  Need …                 Timeline …       one of each
    """
    blank: dict[str, Any] = {"need": None, "timeline": None}
    boss = {"override_by": "Wang", "override_reason": "known customer"}
    expected = {
        "refused": (blank, {}, ["move_refused", "move_also_warned"]),
        "warned": ({"timeline": None}, {}, ["move_warned"]),
        "overridden": (blank, boss, ["move_also_warned", "move_overridden"]),
    }
    for status, (cells, override, rules) in expected.items():
        deals = [{"deal": "D1", "stage": "Lead", "owner": "Li", **QUALIFIED, **cells}]
        pending = typed(judged(crm(Deals=deals, Tasks=[WHO_DECIDES])), stage="Presentation", **override)
        plan = judge_stage_moves(pending, "Wang")
        deal = apply_change_set(pending, plan)["Deals"].iloc[0]
        assert deal["move_status"] == status
        assert deal["move_reasons"].startswith("Need is blank") == (status != "warned")
        assert ("Timeline" in deal["move_reasons"], "Timeline is blank" in deal["move_warnings"]) == (False, True)
        found = {finding.rule: finding.message for finding in plan.findings}
        assert sorted(found) == sorted(rules)
        assert {rule: "Timeline" in text for rule, text in found.items()} == {rule: "warned" in rule for rule in rules}


def test_a_move_ends_one_stage_stay_and_begins_the_next() -> None:
    start = judged(crm(Deals=[{"deal": "D1", "stage": "Lead", "amount": 900, "owner": "Li", **QUALIFIED}]))
    after = judged(typed(later(start, 10), stage="Qualified", probability_override=0.5), by="Wu")
    today = pd.Timestamp(TODAY) + pd.Timedelta(days=10)
    assert visits(after, "visit", "stage", "left", "days", "moved_to", "move") == [
        ("V000001", "Lead", today, 10, "Qualified", "forward"),
        ("V000002", "Qualified", pd.Timestamp(OPEN_STAY_END), pytest.approx(np.nan, nan_ok=True), "", ""),
    ]
    assert visits(after, "probability", "amount", "owner", "by")[1] == (0.5, 900, "Li", "Wu")
    assert after["Deals"]["since"].iloc[0] == today


def test_won_lost_and_reopened() -> None:
    """
    what is typed     outcome  closed  furthest
    Lost              lost     day 10  1
    back to Lead      open     -       1
    """
    start = judged(crm(Deals=[{"deal": "D1", "stage": "Lead"}]))
    lost = judged(typed(later(start, 10), stage="Lost", loss_reason="price"))
    deal, visit = lost["Deals"].iloc[0], lost["History"].iloc[-1]
    assert (deal["outcome"], deal["closed"].date(), deal["furthest"]) == ("lost", TODAY + timedelta(days=10), 1)
    assert (visit["closed"].date(), visit["cycle_days"], visit["reason"]) == (TODAY + timedelta(days=10), 10, "Price")
    again = judged(typed(later(lost, 5), stage="Lead", move_reason="they called"))
    deal, visit = again["Deals"].iloc[0], again["History"].iloc[-1]
    assert (deal["outcome"], deal["move_reason"], pd.isna(deal["closed"])) == ("open", "", True)
    assert (visit["reason"], visit["first"]) == ("they called", 0)
    assert visits(again, "move") == [("lost",), ("reopened",), ("",)]


def test_aftercare_is_reached_through_won_and_keeps_the_day_of_winning() -> None:
    done = {"contract_signed": date(2026, 3, 30), "amount": 5, "expected_close": TODAY, **QUALIFIED}
    start = judged(crm(Deals=[{"deal": "D1", "stage": "Lead"}]))
    boss = {"override_by": "Wang", "override_reason": "framework contract"}
    after = judged(typed(later(start, 3), stage="Nurture", **done, **boss))
    assert visits(after, "stage", "outcome", "furthest") == [
        ("Lead", "open", 1),
        ("Won", "won", 6),
        ("Nurture", "won", 6),
    ]
    assert visits(after, "override_by") == [("",), ("Wang",), ("",)]
    deal = after["Deals"].iloc[0]
    assert (deal["outcome"], deal["move_status"], deal["override_by"]) == ("won", "overridden", "")
    much_later = judged(typed(later(after, 50), stage="Won", move_reason="typed too early"))
    assert much_later["Deals"]["closed"].iloc[0] == deal["closed"]


@pytest.mark.parametrize(("refusal", "stage"), [("keep", "Presentation"), ("restore", "Lead")])
def test_a_refused_stage_stays_or_is_reset(refusal: str, stage: str) -> None:
    start = judged(crm(Deals=[{"deal": "D1", "stage": "Lead"}]))
    start = replace(start, settings=Settings({"refusal": refusal}))
    after = judged(typed(start, stage="Presentation"))
    deal = after["Deals"].iloc[0]
    assert (deal["stage"], deal["recorded_stage"], deal["move_status"]) == (stage, "Lead", "refused")
    assert not judge_stage_moves(after, "Li").writes
    assert [finding.rule for finding in judge_stage_moves(after, "Li").findings] == ["move_refused", "move_also_warned"]


def test_a_move_taken_back_is_forgotten() -> None:
    refused = judged(typed(judged(crm(Deals=[{"deal": "D1", "stage": "Lead"}])), stage="Presentation"))
    deal = judged(typed(refused, stage="Lead"))["Deals"].iloc[0]
    assert (deal["move_status"], deal["move_reasons"]) == ("", "")


def test_a_finding_says_where_and_why() -> None:
    start = judged(crm(Deals=[{"deal": "D1", "stage": "Lead", **QUALIFIED, "need": 1}]))
    (finding,) = judge_stage_moves(typed(start, stage="Presentation"), "Li").findings
    assert (finding.rule, finding.severity, finding.table, finding.key, finding.column) == (
        "move_refused", "block", "Deals", "D1", "stage",
    )  # fmt: skip
    assert "Need is 1; it must be at least 2." in finding.message


def test_case_and_blanks_do_not_make_a_move() -> None:
    start = judged(crm(Deals=[{"deal": "D1", "stage": "Lead"}]))
    assert not judge_stage_moves(typed(start, stage=" lead "), "Li").writes


def test_a_move_is_recorded_by_the_name_of_the_stage_table() -> None:
    after = judged(typed(judged(crm(Deals=[{"deal": "D1", "stage": "Lead", **QUALIFIED}])), stage="qualified "))
    assert after["Deals"][["stage", "recorded_stage"]].iloc[0].tolist() == ["Qualified", "Qualified"]


@pytest.mark.parametrize("stage", ["Presentatoin", "线索"])
def test_an_unknown_stage_is_not_recorded(stage: str) -> None:
    after = judged(crm(Deals=[{"deal": "D1", "stage": stage}]))
    assert after["History"].empty
    assert after["Deals"][["recorded_stage", "move_status"]].iloc[0].tolist() == ["", "refused"]


def test_rows_without_a_unique_key_are_left_alone() -> None:
    plan = judge_stage_moves(
        crm(Deals=[{"deal": "D1", "stage": "Lead"}, {"deal": "D1", "stage": "Lead"}, {"stage": "Lead"}]), "Li"
    )
    assert not plan.writes


def test_a_playbook_that_cannot_be_won_judges_nothing_and_says_so() -> None:
    pipeline = crm(Deals=[{"deal": "D1", "stage": "Lead"}])
    pipeline["Stages"]["kind"] = pipeline["Stages"]["kind"].replace("won", "lost")
    plan = judge_stage_moves(pipeline, "Li")
    assert not plan.writes
    assert [finding.rule for finding in plan.findings] == ["moves_not_judged"]


def test_two_playbooks_side_by_side() -> None:
    pipeline = crm(Deals=[{"deal": "D1", "stage": "Lead"}, {"deal": "D2", "stage": "Erstkontakt", "playbook": "de"}])
    other = pipeline["Stages"].iloc[[0, 5, 6]].assign(playbook="de", stage=["Erstkontakt", "Gewonnen", "Verloren"])
    both = pd.concat([pipeline["Stages"], other.set_axis(range(50, 53), axis=0)])
    after = judged(pipeline.with_tables(Stages=both))
    assert after["Deals"]["recorded_stage"].tolist() == ["Lead", "Erstkontakt"]
    assert visits(after, "playbook") == [("crm",), ("de",)]


STAGES = (
    "Lead",
    "Qualified",
    "Presentation",
    "Objections",
    "Contract",
    "Won",
    "Lost",
    "Nurture",
    "Nowhere",
    "",
    " won ",
)
EDITS = st.fixed_dictionaries(
    {
        "deal": st.integers(0, 2),
        "stage": st.sampled_from(STAGES),
        "move_reason": st.sampled_from(["", "", "why not"]),
        "override_by": st.sampled_from(["", "", "Wang"]),
        "override_reason": st.sampled_from(["", "", "urgent"]),
        "loss_reason": st.sampled_from(["", "price"]),
        "need": st.sampled_from([np.nan, 1.0, 3.0]),
        "budget": st.sampled_from([1.0, 3.0]),
        "authority": st.sampled_from([3.0]),
        "amount": st.sampled_from([np.nan, 10.0]),
        "contract_signed": st.sampled_from([pd.NaT, pd.Timestamp(2026, 3, 1)]),
        "days": st.integers(0, 40),
    }
)


@examples(5)
@given(st.lists(EDITS, min_size=1, max_size=8), st.sampled_from(["keep", "restore"]))
def test_a_recorded_stage_changes_only_through_an_accepted_move(edits: list[dict[str, Any]], refusal: str) -> None:
    """Every such change has a stage stay, so that History is consistent whatever people type."""
    now = crm(Deals=[{"deal": f"D{n}", "stage": "Lead"} for n in range(3)])
    now = replace(now, settings=Settings({"refusal": refusal}))
    for edit in edits:
        deals = now["Deals"].copy()
        row = deals.index[edit["deal"]]
        for column in edit.keys() - {"deal", "days"}:
            deals.loc[row, column] = edit[column]
        before = later(now.with_tables(Deals=deals), edit["days"])
        now = judged(before)
        assert not judge_stage_moves(now, "Li").writes
        moved = before["Deals"]["recorded_stage"] != now["Deals"]["recorded_stage"]
        assert now["Deals"].loc[moved, "move_status"].isin(["accepted", "warned", "overridden", "refused"]).all()
        current = now["History"][now["History"]["left"] == np.datetime64(OPEN_STAY_END, "s")]
        recorded = now["Deals"].set_index("deal")["recorded_stage"]
        assert current.set_index("deal")["stage"].to_dict() == recorded[recorded != ""].to_dict()
        assert entries_are_accounted_for(now["History"])
    assert [f for f in check_pipeline(now) if f.rule == "broken_history"] == []


def entries_are_accounted_for(history: pd.DataFrame) -> bool:
    """Tell whether, for every stage, entries = moved forward + moved back + won + lost + still there."""
    way = history["move"].replace({"skip": "forward", "aftercare": "forward", "reopened": "back"})
    there = history["left"] == np.datetime64(OPEN_STAY_END, "s")
    way = way.where(~there, "there")
    counts = pd.crosstab(history["stage"], way).reindex(
        columns=["forward", "back", "won", "lost", "there"], fill_value=0
    )
    return bool((counts.sum(axis=1) == history.groupby("stage").size()).all())


def test_the_table_of_this_file_is_read_right() -> None:
    assert rows("deal | need\nD1 | 2") == [{"deal": "D1", "need": 2.0}]


DEMO = {"activity": "A1", "deal": "D1", "type": "demo", "date": TODAY, "outcome": "interested"}


@pytest.mark.parametrize(
    ("recorded", "target", "done", "acts", "status", "missing"),
    [
        ("Lead", "Objections", [], [], "refused", ["Find out who decides", "Arrange and hold the demo"]),
        ("Lead", "Objections", [WHO_DECIDES], [], "refused", ["Arrange and hold the demo"]),
        ("Lead", "Objections", [WHO_DECIDES], [DEMO], "accepted", []),
        (
            "Lead",
            "Objections",
            [WHO_DECIDES],
            [{**DEMO, "outcome": "postponed"}],
            "refused",
            ["Arrange and hold the demo"],
        ),
        ("Qualified", "Presentation", [], [], "refused", ["Find out who decides"]),
        ("Qualified", "Presentation", [WHO_DECIDES], [], "accepted", []),
        ("Qualified", "Lost", [], [], "accepted", []),
        ("Presentation", "Qualified", [], [], "accepted", []),
    ],
)
@pytest.mark.parametrize("gates", ["as shipped", "none"])
def test_a_stage_gone_past_needs_its_required_tasks(
    recorded: str, target: str, done: list[Any], acts: list[Any], status: str, missing: list[str], gates: str
) -> None:
    """Whether they were given or not, and whether a gate asks for them or not; what is missing is given to the deal."""
    deal = {"deal": "D1", "recorded_stage": recorded, "stage": target, "amount": 5, "move_reason": "x", **QUALIFIED}
    pipeline = crm(Deals=[{**deal, "loss_reason": "price", "outcome": "open"}], Tasks=done, Activities=acts)
    if gates == "none":
        pipeline = pipeline.with_tables(Gates=pipeline["Gates"].iloc[:0])
    after = judged(pipeline)
    row, tasks = after["Deals"].iloc[0], after["Tasks"]
    assert row["move_status"] == status
    assert [
        task for task in missing if f"“{task}”" not in row["move_reasons"] and task not in row["move_reasons"]
    ] == []
    assert (
        tasks.loc[(tasks["status"] == "open") & (tasks["required"] == "yes"), "task"].tolist()[: len(missing)]
        == missing
    )
    again = judge_stage_moves(after, "Li")
    assert not again.writes


def test_a_gate_about_tasks_that_only_warns_lets_the_move_pass() -> None:
    deal = {"deal": "D1", "recorded_stage": "Qualified", "stage": "Presentation", "outcome": "open", **QUALIFIED}
    pipeline = crm(Deals=[deal])
    gates = pipeline["Gates"]
    gates = gates.assign(effect=gates["effect"].mask(gates["check"] == "task_done", "warn"))
    after = judged(pipeline.with_tables(Gates=gates))
    assert after["Deals"]["move_status"].iloc[0] == "warned"
