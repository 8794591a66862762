"""The weekly digests: who gets one, whose deals it covers, and that its numbers are those of the verbs they come from."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.metrics.flow_stories import pipeline_of_changes
from tests.metrics.generated import TODAY, generated
from xl_salesflow.core.digest_answers import ManagerDigest
from xl_salesflow.core.flow_answers import SIGNED_FLOW_STEPS
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.metrics.forecasting.team_forecast import compute_forecast
from xl_salesflow.metrics.readings.pipeline_flow import FlowRequest, answer_flow
from xl_salesflow.metrics.readings.weekly_digest import answer_digests
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

TEAM = """
person | role    | manager | active | email
Mia    | manager |         |        | mia@north.example
Ann    | rep     | mia     |        |
Bo     | rep     | ANN     |        |
李雷   | rep     | Zoe     |        |
Zoe    |         | Mia     |        |
Dan    | director|         |        |
Old    | manager |         | no     |
"""


def read_rows(table: str) -> list[dict[str, Any]]:
    """Return the lines of *table* as column → text."""
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [dict(zip(header, line, strict=True)) for line in lines]


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """Return a team with enough closed deals, and targets for every quarter."""
    return generated(300).with_tables(Team=make_table_frame(TABLES["Team"], read_rows(TEAM)))


@pytest.fixture(scope="module")
def digests(pipeline: Pipeline) -> dict[str, ManagerDigest]:
    """Return every digest by its person."""
    return {each.person: each for each in answer_digests(pipeline, "", None).answer.digests}


def test_managers_get_the_deals_of_everybody_below_them(digests: dict[str, ManagerDigest]) -> None:
    """Mia has everybody who owns a deal, so that hers is of the whole team; nobody reports to Dan, the director."""
    assert {name: each.owners for name, each in digests.items()} == {
        "Mia": None,
        "Ann": ("Ann", "Bo"),
        "Zoe": ("Zoe", "李雷"),
        "Dan": None,
    }
    assert digests["Mia"].email == "mia@north.example"


def test_a_person_may_be_asked_for(pipeline: Pipeline) -> None:
    (only,) = answer_digests(pipeline, "bo", None).answer.digests
    assert (only.person, only.owners) == ("Bo", ("Bo",))
    with pytest.raises(UsageError, match="no active Old"):
        answer_digests(pipeline, "Old", None)


def test_without_managers_there_is_one_digest_for_nobody() -> None:
    plan = answer_digests(generated(20), "", None)
    assert [(each.person, each.owners) for each in plan.answer.digests] == [("", None)]
    assert [each.name for each in plan.documents] == [f"digest {TODAY.isoformat()}"]
    assert plan.answer.why_not, "there is too little to simulate"
    assert plan.answer.digests[0].outlook.chance is None


def test_a_manager_without_a_row_of_their_own_gets_the_digest_of_their_people() -> None:
    """As in a list of sales agents with a column for the manager."""
    rows = [{"person": "Ann", "manager": "Dustin"}, {"person": "Bo", "manager": "dustin "}, {"person": "Cy"}]
    team = generated(20).with_tables(Team=make_table_frame(TABLES["Team"], rows))
    (only,) = answer_digests(team, "", None).answer.digests
    assert (fold_text(only.person), only.owners and only.owners[1:]) == ("dustin", ("Ann", "Bo"))
    assert [each.owners for each in answer_digests(team, "Dustin", None).answer.digests] == [only.owners]


def test_a_circle_of_managers_ends() -> None:
    rows = [{"person": "Ann", "manager": "Bo"}, {"person": "Bo", "manager": "Ann"}]
    circle = generated(20).with_tables(Team=make_table_frame(TABLES["Team"], rows))
    assert [each.person for each in answer_digests(circle, "", None).answer.digests] == ["Ann", "Bo"]


def test_the_outlook_of_the_team_is_its_forecast(pipeline: Pipeline, digests: dict[str, ManagerDigest]) -> None:
    answer, outlook = compute_forecast(pipeline), digests["Mia"].outlook
    assert (outlook.won, outlook.won_count, outlook.target) == (answer.won, answer.won_count, answer.target)
    assert (outlook.weighted, outlook.commit) == (answer.weighted, answer.categories.commit)
    assert outlook.range.p50 == pytest.approx(answer.range.p50, rel=0.02), "the same simulation, summed by owner"


def test_a_group_wins_what_its_owners_win(pipeline: Pipeline, digests: dict[str, ManagerDigest]) -> None:
    owners = {one.owner: one for one in compute_forecast(pipeline).owners}
    outlook = digests["Ann"].outlook
    assert outlook.won == pytest.approx(owners["Ann"].won + owners["Bo"].won)
    assert outlook.commit == pytest.approx(
        (owners["Ann"].categories.commit or 0) + (owners["Bo"].categories.commit or 0)
    )
    targets = [owners[name].target for name in ("Ann", "Bo")]
    assert outlook.target == (pytest.approx(sum(filter(None, targets))) if any(targets) else None)
    low, high = outlook.range.p10 or 0, outlook.range.p90 or 0
    assert low > (owners["Ann"].range.p10 or 0) + (owners["Bo"].range.p10 or 0), "two owners spread less than each"
    assert high < (owners["Ann"].range.p90 or 0) + (owners["Bo"].range.p90 or 0)


@pytest.mark.parametrize("person", ["Mia", "Ann", "Zoe"])
def test_the_flow_of_a_week_adds_up(digests: dict[str, ManagerDigest], person: str) -> None:
    flow = digests[person].flow
    cents = {step: round(each.value * 100) for step, each in flow.items()}
    assert cents["opening"] + sum(sign * cents[step] for step, sign in SIGNED_FLOW_STEPS.items()) == cents["closing"]


def test_the_flow_of_the_team_is_the_verb_flow(pipeline: Pipeline, digests: dict[str, ManagerDigest]) -> None:
    answer = answer_flow(pipeline, FlowRequest(date(2026, 3, 25), TODAY, expected_by=date(2026, 6, 30)))
    for step, each in digests["Mia"].flow.items():
        assert (each.count, each.value) == (getattr(answer.steps, step).count, getattr(answer.steps, step).value), step


DEALS = """
deal|owner|account|amount|expected_close|forecast| visits                        | changes
D-1 |Anna |Acme   | 100  | 2026-06-01   |commit  | Lead 01-10                    | amount 05-15 90
D-2 |Anna |Acme   | 200  | 2026-06-01   |commit  | Lead 01-10                    | close 05-15 2026-09-01
D-3 |Anna |Acme   | 300  | 2026-06-01   |commit  | Lead 01-10                    | forecast 05-15 pipeline
D-4 |Anna |Acme   | 400  | 2026-06-01   |pipeline| Lead 01-10, Demo 03-01, Lead 05-16 |
D-5 |Anna |Acme   | 500  | 2026-06-01   |pipeline| Lead 01-10, Demo 05-16        | amount 05-15 600; close 05-15 2026-05-25
D-6 |Anna |Acme   | 600  | 2026-06-01   |commit  | Lead 01-10                    | amount 05-01 500
D-7 |Ben  |Bolt   | 700  | 2026-06-01   |commit  | Lead 01-10                    | amount 05-15 10
"""
MEASURES = [
    {"measure": "M-1", "action": "Call first", "owner": "Anna", "due": "2026-05-27"},
    {"measure": "M-2", "problem": "Late", "owner": "", "due": "2026-05-01"},
    {"measure": "M-3", "action": "Later", "owner": "Anna", "due": "2026-05-28"},
    {"measure": "M-4", "action": "Done", "owner": "Anna", "due": "2026-05-01", "closed": "2026-05-02"},
    {"measure": "M-5", "action": "Of Ben", "owner": "Ben", "due": "2026-05-01"},
]
REQUESTS = [
    {"approval": "AP-1", "deal": "D-1", "kind": "discount", "status": "waiting", "waits_for": "Anna"},
    {"approval": "AP-2", "deal": "D-7", "kind": "discount", "status": "waiting", "waits_for": "Ben"},
]


@pytest.fixture(scope="module")
def anna() -> ManagerDigest:
    """Return the digest of somebody to whom nobody reports and who owns some deals."""
    team = [{"person": "Anna"}, {"person": "Ben"}]
    tables = {"Team": team, "Measures": MEASURES, "Approvals": REQUESTS}
    made = pipeline_of_changes(DEALS, date(2026, 5, 20), **tables)
    (digest,) = answer_digests(made, "Anna", None).answer.digests
    return digest


def test_what_moved_against_us_this_week_comes_first(anna: ManagerDigest) -> None:
    """Lower amount, later close, weaker category, earlier stage; what rose, came nearer or fell weeks ago is no risk."""
    moved = [(risk.deal, [change.column for change in risk.against]) for risk in anna.risks if risk.against]
    assert moved == [
        ("D-4", ["recorded_stage"]),
        ("D-3", ["forecast"]),
        ("D-2", ["expected_close"]),
        ("D-1", ["amount"]),
    ]
    assert all(risk.owner == "Anna" for risk in anna.risks)


def test_measures_are_due_within_a_week(anna: ManagerDigest) -> None:
    assert [(each.measure, each.action) for each in anna.measures] == [("M-2", "Late"), ("M-1", "Call first")]


def test_requests_wait_for_the_person(anna: ManagerDigest) -> None:
    assert [each["approval"] for each in anna.approvals] == ["AP-1"]
