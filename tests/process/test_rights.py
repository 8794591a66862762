"""Who may let a deal pass, approve a discount, switch playbooks and record history; and what waits for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from tests.quotes.selling import selling
from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.deal_standing import find_unapproved_discounts
from xl_salesflow.core.person_identity import is_same_person
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.team_rights import list_discount_approvers, list_overriders, require_right
from xl_salesflow.engine import Run
from xl_salesflow.errors import UsageError
from xl_salesflow.process.approval_decisions import ApprovalChoice
from xl_salesflow.process.approval_requests import request_discount_approvals
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import approvals, decide, undo, update

Row = dict[str, Any]
NOW = datetime(2026, 3, 31, 9)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ann", "ANN", True),
        ("Ann", " ann ", True),
        ("Ann Lee", "AnnLee", True),
        ("Ann-Lee", "ann  lee.", True),
        ("Ann", "Ａｎｎ", True),
        ("Ann", "\u0410nn", True),  # a Cyrillic A
        ("Ann", "\u0391nn", True),  # a Greek A
        ("Ann", "A\u200bnn", True),  # with a blank of no width
        ("Andre", "André", True),
        ("Iris", "lris", True),  # with a small L
        ("Bob", "B0b", True),
        ("王芳", "王 芳", True),
        ("Ann", "Anna", False),
        ("Ann", "Wang", False),
        ("王芳", "王方", False),
        ("", "", False),
    ],
)
def test_one_person_however_spelled(one: str, other: str, same: bool) -> None:
    assert is_same_person(one, other) is is_same_person(other, one) is same


LI, WANG, BO = ({"person": "Li", "role": "rep"}, {"person": "Wang", "role": "manager"}, {"person": "Bo", "role": "rep"})


def may(person: Row, gates: str, **cells: Any) -> Row:
    return {**person, "may_override": gates, **cells}


def one_deal(team: list[Row], settings: Row | None = None, **cells: Any) -> Pipeline:
    """Return a deal of Li in Lead that asks for Qualified, which two gates refuse; without required tasks."""
    deal = {
        **{"deal": "D1", "owner": "Li", "stage": "Qualified", "recorded_stage": "Lead", "outcome": "open"},
        **{"amount": 500.0, "furthest": 1.0, "since": date(2026, 3, 1), "created": date(2026, 3, 1), **cells},
    }
    stay = {"visit": "V1", "deal": "D1", "playbook": "crm", "stage": "Lead", "entered": date(2026, 3, 1)}
    stay |= {"left": date(9999, 12, 31), "position": 1.0, "outcome": "open", "first": 1.0, "furthest": 1.0}
    pipeline = crm(Deals=[deal], Team=team, History=[stay])
    gates = [
        {"gate": gate, "playbook": "crm", "stage": "Qualified", "check": "filled", "subject": column, "effect": "block"}
        for gate, column in (("g1", "Pain"), ("g2", "Notes"))
    ]
    return replace(
        pipeline.with_tables(
            Gates=make_table_frame(TABLES["Gates"], gates), StageTasks=pipeline["StageTasks"].assign(required="no")
        ),
        settings=Settings({"playbook": "crm", **(settings or {})}),
    )


def judged(pipeline: Pipeline, by: str = "somebody") -> Pipeline:
    return apply_change_set(pipeline, judge_stage_moves(pipeline, by))


def status(pipeline: Pipeline) -> str:
    return str(pipeline["Deals"]["move_status"].iloc[0])


def waiting(pipeline: Pipeline) -> list[tuple[str, ...]]:
    columns = ["deal", "stage", "gates", "why", "waits_for", "status"]
    return [tuple(row) for row in pipeline["Approvals"][columns].itertuples(index=False)]


OWNER = "Li owns the deal and cannot let it pass."
NO_RIGHTS = (
    "Nobody has an entry in the column May override of the sheet Team, "
    "so anybody on it but the owner may let a deal pass."
)
NOBODY = "Nobody on the sheet Team may let it pass; enter the right in the column May override."
TEAM = [LI, may(WANG, "Yes"), BO]


@pytest.mark.parametrize(
    ("team", "person", "by", "passes", "said"),
    [
        # rights are in use
        (TEAM, "Wang", "somebody", True, ""),
        (TEAM, " WANG", "Wang", True, ""),
        (TEAM, "Li", "somebody", False, f"{OWNER}\nThe override waits for: Wang."),
        (TEAM, "L\u0456", "somebody", False, f"{OWNER.replace('Li', 'L' + chr(0x456))}\nThe override waits for: Wang."),
        (TEAM, "Bo", "somebody", False, "Bo may not let the deal pass by the sheet Team.\nThe override waits for: Wang."),
        (TEAM, "Boss", "somebody", False, "The sheet Team has no active person “Boss” who could let it pass.\n"
         "The override waits for: Wang."),
        (TEAM, "", "somebody", False, "The override waits for: Wang."),
        (TEAM, "Wang", "Li", False, "Li cannot override for Wang.\nThe override waits for: Wang."),
        ([LI, may(WANG, "g1"), BO], "Wang", "somebody", False, "Wang may not let the deal pass by the sheet Team.\n" + NOBODY),
        ([LI, may(WANG, "g1, g2"), BO], "Wang", "somebody", True, ""),
        ([LI, may(WANG, "qualified"), BO], "Wang", "somebody", True, ""),
        ([LI, may(WANG, "Contract"), BO], "Wang", "somebody", False,
         "Wang may not let the deal pass by the sheet Team.\n" + NOBODY),
        ([LI, may(WANG, "Yes", override_limit=500.0)], "Wang", "somebody", True, ""),
        ([LI, may(WANG, "Yes", override_limit=499.0)], "Wang", "somebody", False,
         "Wang may not let the deal pass by the sheet Team.\n" + NOBODY),
        ([LI, may(WANG, "Yes", active="no"), may(BO, "No")], "Wang", "somebody", False,
         "The sheet Team has no active person “Wang” who could let it pass.\n" + NOBODY),
        ([may(LI, "Yes"), WANG], "Li", "Li", False, f"{OWNER}\n{NOBODY}"),
        # a second row of the owner, by the letters or by the e-mail
        ([LI, may(WANG, "Yes"), may({"person": "L I"}, "Yes")], "L I", "somebody", False,
         f"{OWNER.replace('Li', 'L I')}\nThe override waits for: Wang."),
        ([{**LI, "email": "li@x.example"}, may({"person": "Boss", "email": "LI@x.example"}, "Yes")], "Boss", "somebody", False,
         "Boss may not let the deal pass by the sheet Team.\n" + NOBODY),
        # nobody has an entry
        ([LI, WANG], "Wang", "somebody", True, ""),
        ([LI, WANG], "Wang", "Li", True, ""),
        ([LI, WANG], "Li", "Li", False, f"{OWNER}\n{NO_RIGHTS}\nThe override waits for: Wang."),
        ([LI, WANG], "Boss", "Li", False, "The sheet Team has no active person “Boss” who could let it pass.\n"
         f"{NO_RIGHTS}\nThe override waits for: Wang."),
        ([LI], "Li", "Li", False, f"{OWNER}\n{NO_RIGHTS}\n{NOBODY}"),
        # nobody is on the sheet Team
        ([], "Boss", "Li", True, ""),
        ([], "Li", "Li", False, f"{OWNER}\nName somebody else in Override by."),
    ],
)  # fmt: skip
# attack: an owner lets their own deal pass: another spelling, a second row in Team, in another's name
# outcome: refused; who may is named
def test_who_may_let_a_deal_pass(team: list[Row], person: str, by: str, passes: bool, said: str) -> None:
    after = judged(one_deal(team, override_by=person, override_reason="known customer"), by)
    deal = after["Deals"].iloc[0]
    assert status(after) == ("overridden" if passes else "refused")
    assert deal["recorded_stage"] == ("Qualified" if passes else "Lead")
    if not passes:
        assert deal["move_reasons"].split("\n", 2)[2] == said
        asked = said.rpartition("waits for: ")[2].rstrip(".") if "waits for" in said else ""
        assert waiting(after) == ([("D1", "Qualified", "g1, g2", "known customer", asked, "waiting")] if asked else [])
    assert not judge_stage_moves(after, by).writes


def test_an_override_without_rights_says_why_it_counts() -> None:
    after = judged(one_deal([LI, WANG], override_by="Wang", override_reason="known customer"))
    assert after["Deals"]["move_warnings"].tolist() == [NO_RIGHTS]


def asked_of_wang(**settings: Any) -> Pipeline:
    """Return the deal whose override waits for Wang."""
    asking = one_deal(TEAM, {"refusal": "keep", **settings}, override_reason="known customer")
    plan = update(asking, Run("Li", NOW, "li.smith"))
    return apply_change_set(asking, plan)


def decided(pipeline: Pipeline, person: str, approves: bool, reason: str = "") -> Pipeline:
    key = pipeline["Approvals"]["approval"].iloc[0]
    return apply_change_set(pipeline, decide(pipeline, ApprovalChoice(key, approves, reason), Run(person, NOW, "wang")))


@pytest.mark.parametrize("refusal", ["keep", "restore"])
def test_an_approved_override_moves_the_deal_at_once_and_can_be_undone(refusal: str) -> None:
    asking = asked_of_wang(refusal=refusal)
    assert approvals(asking, "wang").answer.approvals[0]["waits_for"] == "Wang"
    assert approvals(asking, "Bo").answer.approvals == ()
    after = decided(asking, "wang", True)
    deal, stay, request = (after[table].iloc[-1] for table in ("Deals", "History", "Approvals"))
    assert (deal["recorded_stage"], deal["move_status"], deal["override_reason"]) == ("Qualified", "overridden", "")
    assert (stay["stage"], stay["override_by"], stay["override_reason"]) == ("Qualified", "Wang", "known customer")
    assert (request["status"], request["decided_by"], request["used"].date()) == ("approved", "Wang", TODAY)
    assert set(after["Journal"].tail(3)["account"]) == {"wang"}
    assert approvals(after).answer.approvals == ()
    assert not update(after, Run("Li", NOW)).edits
    back = apply_change_set(after, undo(after, Run("Wang", NOW)))
    assert (back["Deals"]["recorded_stage"].iloc[0], back["Approvals"]["status"].iloc[0]) == ("Lead", "waiting")


def test_a_rejected_override_says_who_and_why_and_is_not_asked_again() -> None:
    after = decided(asked_of_wang(), "Wang", False, "No budget seen")
    deal = after["Deals"].iloc[0]
    assert (deal["recorded_stage"], deal["move_status"]) == ("Lead", "refused")
    assert deal["move_reasons"].endswith("Wang rejected the override: No budget seen")
    again = apply_change_set(after, update(after, Run("Li", NOW)))
    assert again["Approvals"]["status"].tolist() == ["rejected"]
    other = again.with_tables(Deals=again["Deals"].assign(override_reason="They signed elsewhere"))
    assert judged(other)["Approvals"]["status"].tolist() == ["rejected", "waiting"]


@pytest.mark.parametrize(
    ("person", "approves", "reason", "said"),
    [
        ("Li", True, "", "Li may not decide AP-00001, only: Wang. Run it with --as and your name."),
        ("Bo", True, "", "Bo may not decide AP-00001, only: Wang. Run it with --as and your name."),
        ("Wang", False, " ", "A rejection needs a reason; give it with --reason."),
    ],
)
def test_a_decision_that_is_refused(person: str, approves: bool, reason: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        decided(asked_of_wang(), person, approves, reason)
    assert refused.value.in_("en") == said


def test_a_request_is_decided_once() -> None:
    with pytest.raises(UsageError, match="no longer waits"):
        decided(decided(asked_of_wang(), "Wang", False, "no"), "Wang", True)
    with pytest.raises(UsageError, match="no request AP-9"):
        decide(asked_of_wang(), ApprovalChoice("AP-9", True), Run("Wang", NOW))


def test_a_request_that_is_no_longer_needed_is_withdrawn() -> None:
    asking = asked_of_wang()
    filled = asking.with_tables(Deals=asking["Deals"].assign(pain="Breakdowns", notes="none"))
    after = apply_change_set(filled, update(filled, Run("Li", NOW)))
    assert status(after) == "accepted"
    assert after["Approvals"]["status"].tolist() == ["withdrawn"]


@pytest.mark.parametrize(
    ("person", "counts"),
    [("Wang", True), ("wang", True), ("Li", False), ("L\u0456", False), ("Bo", False), ("", False)],
)
# attack: a decision is typed into the sheet Approvals by somebody without the right
# outcome: a finding; it has no effect
def test_a_decision_typed_into_the_sheet_counts_with_the_right_and_is_a_finding_without(
    person: str, counts: bool
) -> None:
    asking = asked_of_wang()
    requests = asking["Approvals"].assign(status="approved", decided_by=person)
    typed = asking.with_tables(Approvals=requests)
    after = apply_change_set(typed, update(typed, Run("somebody", NOW)))
    assert status(after) == ("overridden" if counts else "refused")
    found = [finding.message for finding in check_pipeline(after) if finding.rule == "wrong_decider"]
    who = person or "nobody"
    said = f"The decision about AP-00001 does not count: it names {who}, and these may decide: Wang."
    assert found == ([] if counts else [said])


# -- discounts ---------------------------------------------------------------------------------------------------------


def with_discount(discount: float, **quote: Any) -> Pipeline:
    """Return a quote of Li: a rep may grant 10 %, Ann 20 %, Bo 35 %, Cy 50 %."""
    return selling({"discount": discount, "status": "draft", **quote})


@pytest.mark.parametrize(
    ("discount", "waits_for"), [(0.1, None), (0.15, "Ann, Bo, Cy"), (0.3, "Bo, Cy"), (0.5, "Cy"), (0.6, None)]
)
def test_a_discount_above_the_limit_waits_for_those_who_may_grant_it(discount: float, waits_for: str | None) -> None:
    after = apply_change_set(with_discount(discount), request_discount_approvals(with_discount(discount), "Li"))
    asked = [(row["kind"], row["quote"], row["waits_for"]) for row in after["Approvals"].to_dict("records")]
    assert asked == ([("discount", "Q-1", waits_for)] if waits_for else [])


def test_an_approved_discount_is_entered_in_the_quote() -> None:
    before = with_discount(0.3)
    asking = apply_change_set(before, request_discount_approvals(before, "Li"))
    with pytest.raises(UsageError, match="Ann may not decide"):
        decided(asking, "Ann", True)
    after = decided(asking, "Bo", True)
    assert after["Quotes"]["approved_by"].tolist() == ["Bo"]
    assert not find_unapproved_discounts(after).any()
    rejected = decided(asking, "Cy", False, "too much")
    assert rejected["Quotes"]["approved_by"].tolist() == [""]
    assert find_unapproved_discounts(rejected).all()


@pytest.mark.parametrize("spelled", ["Li", "LI ", "L i", "L\u0456", "\uff2c\uff49"])
# attack: an owner approves their own discount by another spelling
# outcome: still not approved
def test_nobody_approves_their_own_discount_by_any_spelling(spelled: str) -> None:
    before = with_discount(0.3, approved_by=spelled)
    second = make_table_frame(
        TABLES["Team"], [*before["Team"].to_dict("records"), {"person": spelled, "role": "director"}]
    )
    for team in (before["Team"], second, before["Team"].iloc[:0]):
        assert find_unapproved_discounts(before.with_tables(Team=team)).all()


def test_nobody_is_among_those_who_may_approve_what_is_their_own() -> None:
    team = [may(LI, "Yes", discount_limit=0.5), may(WANG, "Yes", discount_limit=0.5), may({"person": "l.i."}, "Yes")]
    pipeline = one_deal(team)
    assert list_overriders(pipeline, "Li", ("g1",), "Qualified", 1.0) == ("Wang",)
    assert list_discount_approvers(pipeline, "LI", 0.3) == ("Wang",)


# -- the other rights --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("right", ["may_switch", "may_record"])
def test_a_right_is_asked_for_once_somebody_has_an_entry(right: str) -> None:
    require_right(one_deal([LI, WANG]), right, "whoever")
    given = one_deal([LI, {**WANG, right: "yes"}])
    require_right(given, right, "WANG")
    for person in ("Li", "whoever", ""):
        with pytest.raises(UsageError) as refused:
            require_right(given, right, person)
        assert "by the sheet Team, only: Wang." in refused.value.in_("en")
    with pytest.raises(UsageError, match="only: nobody"):
        require_right(one_deal([LI, {**WANG, right: "no"}]), right, "Wang")


def test_a_right_for_what_does_not_exist_is_a_finding() -> None:
    pipeline = one_deal([LI, may(WANG, "g1, Contract, Qualifed")])
    found = [(one.column, one.message) for one in check_pipeline(pipeline) if one.rule == "unknown_right"]
    assert [column for column, _ in found] == ["may_override"]
    assert "“Qualifed”" in found[0][1]
    assert "did you mean “Qualified”" in found[0][1]
