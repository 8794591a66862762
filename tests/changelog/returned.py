"""A team whose reps get workbooks of their own: what they type there, and what collecting it makes of the main one."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import pandas as pd

from tests.tables import TODAY, crm
from xl_salesflow.changelog.returned_copies import ReturnedCopy, list_merge_steps
from xl_salesflow.changelog.shared_rows import (
    fill_shared_book,
    log_sharing,
    select_shared_rows,
)
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.process.deal_upkeep import number_new_rows
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import collect, share, update

PEOPLE = ("Ann", "Bob", "李雷")


def run(minute: int, by: str = "Mara") -> Run:
    return Run(by, datetime(2026, 3, 31, 9, minute))


@cache
def main_book() -> Pipeline:
    """Return the main workbook: three reps with four deals each and their activities; two customers are of two reps."""
    deals = [
        {
            "deal": f"D-{n:05d}", "name": f"Offer {n}", "owner": PEOPLE[n % 3], "account": f"Customer {n % 4}",
            "contact": f"Person {n % 4}", "amount": 100.0 * n, "stage": "Lead", "created": TODAY,
        }
        for n in range(1, 13)
    ]  # fmt: skip
    start = crm(
        Deals=deals,
        Accounts=[{"account": f"Customer {n}", "owner": PEOPLE[n % 3]} for n in range(4)],
        Contacts=[{"contact": f"Person {n}", "account": f"Customer {n}"} for n in range(4)],
        Activities=[
            {"activity": f"A{n:06d}", "deal": f"D-{n:05d}", "by": by, "date": TODAY, "summary": f"Call {n}", "cost": 5.0}
            for n, by in zip(range(1, 13), ("Mara", "Ann", "Bob") * 4, strict=True)
        ],
        Team=[{"person": person, "quota": 9.0, "goal_calls": 20.0} for person in (*PEOPLE, "Mara")],
        Targets=[
            {"from": TODAY, "to": TODAY, "owner": owner, "target": 1e6, "cost": 1e4} for owner in (*PEOPLE, "")
        ],
        Calls=[{"call": "CC-0001", "owner": "Ann", "value": 5e5, "from": TODAY, "to": TODAY}],
        Measures=[{"measure": "M-0001", "owner": "Ann", "action": "Coach her"}],
    )  # fmt: skip
    return apply_change_set(start, update(start, run(0)))


def share_with(main: Pipeline, person: str, mark: str = "") -> Pipeline:
    """Return the workbook of *person*, as share makes it."""
    mark = mark or person[:2].upper()
    into = crm()
    part = select_shared_rows(main, person)
    names = [{"setting": setting} for setting in ("number_mark", "company")]
    into = into.with_tables(Settings=make_table_frame(TABLES["Settings"], names))
    plan = log_sharing(share(into, part, mark, run(1)), "20260331-090100", run(1).now, "Mara", person)
    ready, _ = fill_shared_book(into, part, mark)
    return apply_change_set(ready, plan)


def typed(pipeline: Pipeline, table: str, key: str, **cells: Any) -> Pipeline:
    """Return *pipeline* with cells that somebody typed into the row *key*."""
    rows = pipeline[table].copy()
    for column, cell in cells.items():
        rows.loc[rows[TABLES[table].key or ""] == key, column] = cell
    return pipeline.with_tables(**{table: rows})


def with_rows(pipeline: Pipeline, table: str, *rows: dict[str, Any]) -> Pipeline:
    """Return *pipeline* with *rows* that somebody typed below a table."""
    held = pipeline[table]
    more = make_table_frame(TABLES[table], rows, first_row=max([*held.index, 1]) + 1)
    return pipeline.with_tables(**{table: pd.concat([held, more])})


def without_row(pipeline: Pipeline, table: str, key: str) -> Pipeline:
    rows = pipeline[table]
    return pipeline.with_tables(**{table: rows[rows[TABLES[table].key or ""] != key]})


def merged(main: Pipeline, *copies: ReturnedCopy) -> Pipeline:
    """Return *main* after the steps of collect; a run of the engine around them costs half a second."""
    for step in list_merge_steps(copy.after(number_new_rows) for copy in copies):
        main = apply_change_set(main, step(main))
    return main


def collected(main: Pipeline, *copies: ReturnedCopy, minute: int = 30) -> Pipeline:
    return apply_change_set(main, collect(main, copies, run(minute)))


def cell(pipeline: Pipeline, table: str, key: str, column: str) -> Any:
    rows = pipeline[table]
    (found,) = rows.loc[rows[TABLES[table].key or ""] == key, column]
    return found


@cache
def shared_book(person: str) -> Pipeline:
    return share_with(main_book(), person)
