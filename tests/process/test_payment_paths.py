"""Instalments on every path by which rows change: merged, rolled up, and renamed."""

from __future__ import annotations

from datetime import date, datetime

from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.schema.sheet_modules import MODULE_TABLES, find_tables_shown_by
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import merge, rename, rollup, update

RUN = Run("Li", datetime.combine(TODAY, datetime.min.time()))


def team(*payments: dict[str, object]) -> Pipeline:
    deal = {"deal": "D-1", "stage": "Lead", "account": "Acme", "owner": "Li", "amount": 900.0, "created": TODAY}
    listed = [{"deal": "D-1", "due": date(2026, 5, 1), **row} for row in payments]
    return crm(Deals=[deal], Accounts=[{"account": "Acme"}], Team=[{"person": "Li"}], Payments=listed)


def updated(pipeline: Pipeline) -> Pipeline:
    return apply_change_set(pipeline, update(pipeline, RUN))


def test_rows_of_two_copies_are_merged_and_numbered_apart() -> None:
    start = updated(team({"name": "Deposit", "amount": 100.0}))
    ours = updated(add(start, {"name": "Ours", "amount": 1.0}))
    theirs = updated(add(pay(start, 40.0), {"name": "Theirs", "amount": 2.0}))
    merged = recompute_formula_columns(apply_change_set(ours, merge(ours, theirs, start, RUN)))["Payments"]
    assert merged["payment"].tolist() == ["P-00001", "P-00002", "P-00003"]
    assert merged["name"].tolist() == ["Deposit", "Ours", "Theirs"]
    assert merged["paid"].fillna(0).tolist() == [40, 0, 0]
    assert merged["open_amount"].tolist() == [60, 1, 2]


def add(pipeline: Pipeline, row: dict[str, object]) -> Pipeline:
    listed = [*pipeline["Payments"].to_dict("records"), {"deal": "D-1", "due": date(2026, 5, 1), **row}]
    return pipeline.with_tables(Payments=team(*listed)["Payments"])  # type: ignore[arg-type]


def pay(pipeline: Pipeline, paid: float) -> Pipeline:
    return pipeline.with_tables(Payments=pipeline["Payments"].assign(paid=paid, paid_on=datetime(2026, 3, 20)))


def test_a_renamed_customer_and_owner_are_renamed_there_too() -> None:
    now = updated(team({"amount": 900.0}))
    for old, new in (("Acme", "Acme Ltd"), ("Li", "Li Wei")):
        now = apply_change_set(now, rename(now, old, new, RUN))
    assert now["Payments"][["account", "owner"]].values.tolist() == [["Acme Ltd", "Li Wei"]]


def test_a_roll_up_has_the_rows_of_all_workbooks() -> None:
    part = updated(team({"name": "Deposit", "amount": 900.0}))
    one = rollup(crm(), {"north": part, "south": part}, RUN)
    rows = apply_change_set(crm(), one)["Payments"]
    assert rows["payment"].tolist() == ["north/P-00001", "south/P-00001"]
    assert rows["deal"].tolist() == ["north/D-1", "south/D-1"]
    assert rows["status"].tolist() == ["planned", "planned"]


def test_the_sheet_is_hidden_until_its_first_row() -> None:
    assert not TABLES["Payments"].visible
    assert "Payments" in set(find_tables_shown_by(["Payments"]))
    assert MODULE_TABLES["payments"][0] == "Payments"
