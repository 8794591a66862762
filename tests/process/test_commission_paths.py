"""Credit splits and plans follow a rename, a merge, a roll-up and a lost deal like everything else; wrong rows are findings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.metrics.test_commission import PLAN, RUN, pay, team
from tests.tables import crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.rule_declarations import list_rule_findings
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.process.commission_rules import COMMISSION_RULES
from xl_salesflow.schema.table_columns import ColumnWriter
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import merge, rename, rollup, update

HALVES = [{"deal": "D-1", "person": "Ann", "share": 0.5}, {"deal": "D-1", "person": "Bob", "share": 0.5}]


def test_a_renamed_person_keeps_parts_and_plan() -> None:
    made = team(plan={"person": "Ann"}, Credits=HALVES)
    after = apply_change_set(made, rename(made, "Ann", "Anna", RUN))
    assert after["Credits"]["person"].tolist() == ["Anna", "Bob"]
    assert after["CommissionPlans"]["person"].tolist() == ["Anna"]
    assert pay(recompute_formula_columns(after)).total == pay(made).total == 15000.0


def test_a_roll_up_joins_parts_and_takes_equal_plans_once() -> None:
    made = team(Credits=HALVES)
    into = crm()
    after = apply_change_set(into, rollup(into, {"one.xlsx": made, "two.xlsx": team("deal | amount\nD-9 | 1")}, RUN))
    assert {name: len(after[name]) for name in ("Credits", "CommissionPlans", "CommissionTiers")} == {
        "Credits": 2, "CommissionPlans": 1, "CommissionTiers": 1,
    }  # fmt: skip
    assert pay(recompute_formula_columns(after)).total == pay(made).total


def test_a_merge_takes_the_new_shares_and_no_conflict_comes_from_what_runs_fill_in() -> None:
    ancestor = team(Credits=HALVES)
    ours = apply_change_set(ancestor, update(ancestor, RUN))
    theirs = ancestor.with_tables(Credits=ancestor["Credits"].assign(share=[0.7, 0.3]))
    merged = apply_change_set(ours, merge(ours, theirs, ancestor, Run("Li", datetime(2026, 3, 31, 10))))
    assert merged["Credits"]["share"].tolist() == [0.7, 0.3]
    assert merged["Conflicts"].empty
    now = apply_change_set(merged, update(merged, Run("Li", datetime(2026, 3, 31, 11))))
    assert now["Credits"]["credited"].tolist() == [42000.0, 18000.0]


_ROW = {"deal": "D-1", "person": "Ann"}


@pytest.mark.parametrize(
    ("rule", "column", "tables"),
    [
        ("credit_sum", "share", {"Credits": [{**_ROW, "share": 0.999}]}),
        ("credit_person", "person", {"Credits": [{"deal": "D-1", "share": 1.0}]}),
        ("plan_unusable", "basis", {"CommissionPlans": [{"plan": "Reps", "period": "month"}]}),
        ("plan_without_rates", "plan", {"CommissionPlans": [PLAN, {**PLAN, "plan": "Empty"}]}),
    ],
)
def test_a_wrong_row_is_a_finding(rule: str, column: str, tables: dict[str, list[dict[str, Any]]]) -> None:
    found = [one for each in COMMISSION_RULES for one in list_rule_findings(team(**tables), each)]
    assert {(one.rule, one.column) for one in found} == {(rule, column)}


def test_a_split_of_a_deal_that_is_won_later_counts_from_then_on() -> None:
    made = team("deal | amount | owner\nD-1 | 100 | Ann", Credits=HALVES)
    after = apply_change_set(made, update(made, RUN))
    assert after["Credits"]["won_on"].isna().all()
    deals = after["Deals"].assign(outcome="won", closed=date(2026, 3, 30))
    assert after["Credits"]["credited"].tolist() == [50.0, 50.0]
    assert pay(after).total == 0.0
    won = after.with_tables(Deals=deals.astype(after["Deals"].dtypes.to_dict()))
    assert pay(won).total == 10.0


def test_only_the_shares_and_the_role_are_typed() -> None:
    typed = [one.id for one in TABLES["Credits"].columns if one.writer is ColumnWriter.PERSON]
    assert typed == ["credit", "deal", "person", "share", "role"]
