"""Contracts on every path by which rows change: merged, rolled up, and renamed."""

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
CONTRACT = {"account": "Acme", "owner": "Li", "start": date(2025, 6, 1), "amount": 100.0, "period": "month"}


def team(*contracts: dict[str, object]) -> Pipeline:
    listed = [{**CONTRACT, **row} for row in contracts]
    return crm(Accounts=[{"account": "Acme"}], Team=[{"person": "Li"}], Subscriptions=listed)


def updated(pipeline: Pipeline) -> Pipeline:
    return apply_change_set(pipeline, update(pipeline, RUN))


def test_rows_of_two_copies_are_merged_and_numbered_apart() -> None:
    start = updated(team({"name": "Licence"}))
    ours, theirs = updated(add(start, {"name": "Ours"})), updated(add(end(start), {"name": "Theirs", "amount": 2.0}))
    merged = recompute_formula_columns(apply_change_set(ours, merge(ours, theirs, start, RUN)))["Subscriptions"]
    assert merged["subscription"].tolist() == ["S-00001", "S-00002", "S-00003"]
    assert merged["name"].tolist() == ["Licence", "Ours", "Theirs"]
    assert merged["status"].tolist() == ["leaving", "running", "running"]
    assert set(merged["now_value"]) == {202.0}


def add(pipeline: Pipeline, row: dict[str, object]) -> Pipeline:
    listed = [*pipeline["Subscriptions"].to_dict("records"), {**CONTRACT, **row}]
    return pipeline.with_tables(Subscriptions=team(*listed)["Subscriptions"])  # type: ignore[arg-type]


def end(pipeline: Pipeline) -> Pipeline:
    contracts = pipeline["Subscriptions"]
    return pipeline.with_tables(Subscriptions=contracts.assign(ended=datetime(2026, 4, 30)))


def test_a_renamed_customer_and_owner_are_renamed_there_too() -> None:
    now = updated(team({"name": "Licence"}))
    for old, new in (("Acme", "Acme Ltd"), ("Li", "Li Wei")):
        now = apply_change_set(now, rename(now, old, new, RUN))
    assert now["Subscriptions"][["account", "owner"]].values.tolist() == [["Acme Ltd", "Li Wei"]]


def test_a_roll_up_has_the_rows_and_the_numbers_of_all_workbooks() -> None:
    part = updated(team({"name": "Licence", "end": date(2026, 5, 31)}))
    made = apply_change_set(crm(), rollup(crm(), {"north": part, "south": part}, RUN))
    rows = made["Subscriptions"]
    assert rows["subscription"].tolist() == ["north/S-00001", "south/S-00001"]
    assert rows["renewed_by"].tolist() == ["north/D-00001", "south/D-00001"]
    assert rows["status"].tolist() == ["ending", "ending"]
    assert rows["now_value"].tolist() == [200.0, 200.0]  # one customer of both


def test_the_sheet_is_hidden_until_its_first_row() -> None:
    assert not TABLES["Subscriptions"].visible
    assert set(find_tables_shown_by(["Subscriptions"])) == {"Subscriptions", "Recurring"}
    assert MODULE_TABLES["recurring"][0] == "Subscriptions"
