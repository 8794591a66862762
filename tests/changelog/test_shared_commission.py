"""In a workbook that share made, a rep finds the own parts and plans with the same statement, and nothing of others."""

from __future__ import annotations

from datetime import date

import pytest

from tests.changelog.returned import share_with
from tests.metrics.test_commission import RUN, pay, team
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.metrics.funnel_answers import metric_table_rows
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.verbs import update

DEALS = """
    deal | amount | owner | closed
    D-1  | 100    | Ann   | 2026-01-10
    D-2  | 1000   | Ann   | 2026-02-10
    D-3  | 70000  | Bob   | 2026-03-10
"""


@pytest.fixture(scope="module")
def main() -> Pipeline:
    """Return a book in which a deal is divided in thirds, one is given away by its owner, and each has a plan."""
    split = [{"deal": "D-1", "person": name, "share": 1 / 3, "role": "rep"} for name in ("Ann", "Bob", "Cy")]
    split.append({"deal": "D-2", "person": "Bob", "share": 1.0, "role": "rep"})
    plans = [
        {"plan": "Reps", "role": "rep", "basis": "signature", "period": "quarter"},
        {"plan": "Bob's own", "person": "Bob", "basis": "signature", "period": "month"},
        {"plan": "Managers", "role": "manager", "basis": "payment", "period": "year"},
    ]
    tiers = [{"plan": plan["plan"], "commission_rate": 0.1} for plan in plans]
    made = team(DEALS, Credits=split, CommissionPlans=plans, CommissionTiers=tiers)
    return recompute_formula_columns(apply_change_set(made, update(made, RUN)))


@pytest.mark.parametrize("person", ["Ann", "Bob", "Cy"])
def test_the_statement_of_a_copy_is_that_of_the_main_workbook(main: Pipeline, person: str) -> None:
    copy = share_with(main, person)
    updated = apply_change_set(copy, update(copy, RUN))
    for one in (copy, updated):
        found = pay(recompute_formula_columns(one), start=date(2026, 1, 1)).statements
        expected = pay(main, start=date(2026, 1, 1), person=person).statements
        assert [(each.plan, each.total) for each in found] == [(each.plan, each.total) for each in expected]
        lines = [(line.deal, line.account, line.credited, line.amount) for each in found for line in each.lines]
        assert lines == [
            (line.deal, line.account, line.credited, line.amount) for each in expected for line in each.lines
        ]
    assert [one for one in check_pipeline(updated) if one.table == "Credits"] == []
    rows = {row["name"]: row["credited_value"] for row in metric_table_rows("Commission", build_cube(updated))}
    assert rows[person] == next(
        row["credited_value"] for row in metric_table_rows("Commission", build_cube(main)) if row["name"] == person
    )


def test_nothing_of_others_travels(main: Pipeline) -> None:
    ann = share_with(main, "Ann")
    assert set(ann["Credits"]["person"]) == {"Ann"}
    assert ann["Credits"][["deal", "share", "credited", "role"]].to_numpy().tolist() == [
        ["D-1", 1 / 3, 33.33, "rep"],
        ["D-2", 0.0, 0.0, ""],  # what says that the deal is others', not whose
    ]
    assert ann["CommissionPlans"]["plan"].tolist() == ann["CommissionTiers"]["plan"].tolist() == ["Reps"]
    assert share_with(main, "Bob")["CommissionPlans"]["plan"].tolist() == ["Reps", "Bob's own"]
    cy = share_with(main, "Cy")
    assert cy["Credits"]["deal"].tolist() == ["D-1"]
    assert cy["CommissionPlans"]["plan"].tolist() == ["Managers"]
