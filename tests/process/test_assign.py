"""Who gets a deal without an owner, and when a deal goes back to the pool."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import Run
from xl_salesflow.process.owner_assignment import assign_owners, reclaim_deals
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.verbs import assign

TODAY = date(2026, 5, 4)


def deal(number: int, owner: str = "", region: str = "", **cells: Any) -> dict[str, Any]:
    created = date(2026, 1, number)
    return {"deal": f"D-{number}", "owner": owner, "region": region, "outcome": "open", "created": created, **cells}


def person(name: str, region: str = "", quota: float | None = None, active: str = "", role: str = "") -> dict[str, Any]:
    return {"person": name, "region": region, "quota": quota, "active": active, "role": role}


ANN, BEN, CAO = person("Ann"), person("Ben"), person("Cao")
EAST, WEST = person("Eva", "east"), person("Wu", "west")
BOSS, REP = person("Bea", role="manager"), person("Ray", role="rep")

CASES = [
    # how, team, deals → the new owners of deals without one
    ("leave", [ANN], [deal(1)], {}),
    ("in_turn", [ANN, BEN], [deal(1), deal(2), deal(3)], {1: "Ann", 2: "Ben", 3: "Ann"}),
    ("in_turn", [ANN, BEN, CAO], [deal(1, "Ben"), deal(2), deal(3)], {2: "Cao", 3: "Ann"}),
    ("least_busy", [ANN, BEN], [deal(1, "Ann"), deal(2), deal(3), deal(4)], {2: "Ben", 3: "Ann", 4: "Ben"}),
    ("least_busy", [ANN, BEN], [deal(1, "Ann", outcome="won"), deal(2)], {2: "Ann"}),
    (
        "in_turn",
        [ANN, EAST, WEST],
        [deal(1, region="west"), deal(2, region="east"), deal(3)],
        {1: "Wu", 2: "Eva", 3: "Ann"},
    ),
    ("in_turn", [EAST], [deal(1, region="west")], {}),
    ("in_turn", [person("Ann", quota=1), BEN], [deal(1), deal(2), deal(3)], {1: "Ann", 2: "Ben", 3: "Ben"}),
    ("in_turn", [person("Ann", quota=1)], [deal(1), deal(2)], {1: "Ann"}),
    ("in_turn", [person("Ann", active="no"), BEN], [deal(1)], {1: "Ben"}),
    ("in_turn", [ANN], [deal(1, outcome="lost")], {}),
    ("in_turn", [BOSS, REP], [deal(1), deal(2)], {1: "Ray", 2: "Ray"}),
    (
        "least_busy",
        [REP, BOSS, person("Dee", role="director"), person("Oz", role="operations")],
        [deal(1, "Ray"), deal(2)],
        {2: "Ray"},
    ),
    ("in_turn", [BOSS], [deal(1)], {1: "Bea"}),  # nobody else sells
    ("in_turn", [person("Bea", quota=3, role="manager"), REP], [deal(1), deal(2)], {1: "Bea", 2: "Ray"}),
    ("in_turn", [person("Bea", "east", role="manager"), REP], [deal(1, region="east")], {1: "Ray"}),
    ("in_turn", [person("Bea", "east", role="manager"), WEST], [deal(1, region="east")], {1: "Bea"}),
]


def book(team: list[dict[str, Any]], deals: list[dict[str, Any]], **tables: Any) -> Pipeline:
    return build_pipeline(TODAY, Team=team, Deals=deals, **tables)


@pytest.mark.parametrize(("how", "team", "deals", "owners"), CASES)
def test_who_gets_it(how: str, team: Any, deals: Any, owners: dict[int, str]) -> None:
    pipeline = book(team, deals)
    plan = assign_owners(pipeline, how)
    assert {c.key: c.after for c in plan.changes if c.column == "owner"} == {f"D-{n}": who for n, who in owners.items()}
    waiting = (
        {row["deal"] for row in deals if not row["owner"] and row["outcome"] == "open"} if how != "leave" else set()
    )
    assert {finding.key for finding in plan.findings} == waiting - {f"D-{n}" for n in owners}
    assert not list(assign_owners(apply_change_set(pipeline, plan), how).changes)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


IDLE = [
    # the deal → back to the pool after 30 days?
    ({"last_activity": ago(31)}, True),
    ({"last_activity": ago(30)}, False),
    ({"last_activity": ago(99), "since": ago(5)}, False),
    ({"last_activity": ago(99), "assigned": ago(5)}, False),
    ({"last_activity": ago(99), "next_step_date": ago(-3)}, False),
    ({"last_activity": ago(99), "furthest": 3}, False),
    ({"last_activity": ago(99), "outcome": "won"}, False),
    ({"last_activity": ago(99), "owner": ""}, False),
    ({"created": None}, False),
]


@pytest.mark.parametrize(("cells", "back"), IDLE)
def test_when_a_deal_goes_back_to_the_pool(cells: dict[str, Any], back: bool) -> None:
    row = deal(1, "Ann", furthest=1) | {"created": ago(200)} | cells
    plan = reclaim_deals(book([ANN], [row]), 30)
    assert [(c.column, c.after) for c in plan.changes if c.column == "owner"] == ([("owner", "")] if back else [])
    if back:
        assert "31 days" in next(plan.changes).because or "99 days" in next(plan.changes).because


def test_zero_days_reclaims_nothing() -> None:
    assert not list(reclaim_deals(book([ANN], [deal(1, "Ann", last_activity=ago(900))])).changes)


def test_a_previous_owner_does_not_get_a_deal_back() -> None:
    logged = {"run": "r1", "operation": "change", "table": "Deals", "key": "D-1", "column": "owner", "before": "Ann"}
    assert (
        next(c.after for c in assign_owners(book([ANN, BEN], [deal(1)], Journal=[logged]), "in_turn").changes) == "Ben"
    )
    alone = assign_owners(book([ANN], [deal(1)], Journal=[logged]), "in_turn")
    assert "had it before" in alone.findings[0].message


def test_a_run_reclaims_and_assigns_and_a_second_one_changes_nothing() -> None:
    pipeline = book([ANN, BEN], [deal(1, "Ann", last_activity=ago(60))]).with_tables(**make_shipped_setup("crm", "en"))
    run = Run("boss", datetime(2026, 5, 4, 9))
    plan = assign(pipeline, run, "in_turn", 30)
    done = apply_change_set(pipeline, plan)
    assert list(done["Deals"]["owner"]) == ["Ben"]
    assert not list(assign(done, run, "in_turn", 30).changes)
