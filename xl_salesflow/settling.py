"""How a verb ends: its steps are run one after the other, every number is brought up to date, and the difference is the plan.

So a step that changes nothing plans nothing, and what a run did is written down in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from xl_salesflow import followups as calls
from xl_salesflow import journal, metrics, papers, rules
from xl_salesflow.calculated import refreshed
from xl_salesflow.model.apply import applied
from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import frame, series
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Cell, Edit, Finding, Plan
from xl_salesflow.model.seal import sealed
from xl_salesflow.model.tables import TABLES

Step = Callable[[Pipeline], Plan]


@dataclass(frozen=True, slots=True)
class Run:
    """Who runs a verb, and when; both go into the record."""

    by: str
    now: datetime


def settled(pipeline: Pipeline, steps: Iterable[Step], verb: str, run: Run) -> Plan:
    """Run *steps* one after the other and return what differs in the end, written down in the Journal.

    Each step sees what the ones before it did. Visits without a seal get one; generated lists, formula columns and named
    cells are brought up to date.
    """
    now, told, reasons = refreshed(pipeline), Plan(), dict[tuple[str, str], pd.Series]()
    for step in steps:
        plan = step(now)
        told += replace(plan, edits=(), appends=(), fills=(), removes=())
        _remember(reasons, plan.edits)
        if plan.edits or plan.appends or plan.fills or plan.removes:
            now = refreshed(applied(now, plan))
    now = now.with_tables(History=sealed(now["History"]))
    now, findings = _listed(now, (*told.findings, *papers.amiss(pipeline, now)))
    values = metrics.sheet_values(now)
    now = _shown(now, values.tables)
    changed = difference(pipeline, now, verb, reasons)
    cells = tuple(_cells(pipeline, values.cells))
    entries = journal.entries(changed, verb, run.by, run.now, pipeline["Journal"]["run"], now.tables)
    answer = {**told.answer, **_summary(changed, findings, now)}
    findings = (
        *rules.unsealed(pipeline),
        *findings,
    )  # of the workbook as it was: it is told once, with the run that seals
    return replace(changed + entries, cells=cells, findings=findings, documents=told.documents, answer=answer)


def _listed(pipeline: Pipeline, found: tuple[Finding, ...]) -> tuple[Pipeline, tuple[Finding, ...]]:
    # the sheets FollowUps and Findings are lists of what holds now
    listed = calls.listed(pipeline)
    findings = (*found, *rules.check(pipeline), *calls.waiting(pipeline, listed))
    rows = [
        {"severity": f.severity, "rule": f.rule, "table": f.table, "key": f.key, "cell": f.cell, "message": f.message}
        for f in sorted(findings, key=lambda f: ("block", "warn", "note").index(f.severity))
    ]
    return pipeline.with_tables(Findings=frame(TABLES["Findings"], rows), FollowUps=listed.rows), findings


def _shown(pipeline: Pipeline, values: Mapping[str, Mapping[Any, Mapping[str, Any]]]) -> Pipeline:
    # what the formulas of the funnel, forecast and plan tables come to; "" is a formula that shows nothing
    for name, rows in values.items():
        table, shown = TABLES[name], pipeline[name]
        lines = [rows.get(key, {}) for key in shown[table.key or ""]]
        cells = {c.id: series(c, (_held(c, line.get(c.id)) for line in lines), shown.index) for c in table.formulas}
        pipeline = pipeline.with_tables(**{name: shown.assign(**cells)})
    return pipeline


def _held(column: Column, cell: Any) -> Any:
    # a frame holds the id of a choice, and None for a formula that shows nothing
    if cell == "":
        return None
    return identify(CHOICES[column.options or ""], str(cell)) if cell and column.type is Type.CHOICE else cell


def _cells(pipeline: Pipeline, values: Mapping[str, Any]) -> Iterable[Cell]:
    for name, value in values.items():
        if name in pipeline.named and _serial(pipeline.named[name]) != _serial(value):
            yield Cell(name, pipeline.named[name], value)


def _serial(cell: Any) -> Any:
    # a date that no date format shows is read as its number
    return float((cell - date(1899, 12, 30)).days) if isinstance(cell, date) else cell


def _remember(reasons: dict[tuple[str, str], pd.Series], edits: Iterable[Edit]) -> None:
    for edit in edits:
        why = edit.because if isinstance(edit.because, pd.Series) else pd.Series(edit.because, index=edit.after.index)
        known = reasons.get((edit.table, edit.column))
        reasons[edit.table, edit.column] = (
            why if known is None else pd.concat([known.drop(why.index, errors="ignore"), why])
        )


def _summary(plan: Plan, findings: Iterable[Finding], pipeline: Pipeline) -> dict[str, Any]:
    return {
        "changes": sum(map(len, plan.edits)),
        "added": {append.table: len(append.rows) for append in plan.appends},
        "removed": {remove.table: len(remove.rows) for remove in plan.removes},
        "refreshed": sum(map(len, plan.caches)),
        "followups": len(pipeline["FollowUps"]),
        "findings": [told(finding) for finding in findings],
    }


def told(finding: Finding) -> dict[str, str]:
    return {
        "rule": finding.rule, "severity": finding.severity, "table": finding.table, "key": finding.key,
        "column": finding.column, "cell": finding.cell, "message": finding.message,
    }  # fmt: skip
