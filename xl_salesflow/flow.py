"""The product on one page.

    Book.read()  →  Pipeline  →  a verb  →  Plan  →  Book.write(plan)

A Book is a workbook, closed on disk or open in Excel. A verb is a plain function from a Pipeline to a Plan of values; a dry run
prints the plan that the real run writes, and a second run plans nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Protocol

import pandas as pd

from xl_salesflow import followups as calls
from xl_salesflow import journal, metrics, moves, quotes, rules
from xl_salesflow import report as overview
from xl_salesflow.calculated import refreshed
from xl_salesflow.errors import UsageError
from xl_salesflow.model.apply import applied
from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import frame, series
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Cell, Edit, Finding, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.view import View
from xl_salesflow.scoring import bant, classes, probability, traits
from xl_salesflow.undo import put_back

Step = Callable[[Pipeline], Plan]


class Book(Protocol):
    """A workbook that can be read as a pipeline and written by a plan, wherever it is."""

    def read(self, today: date) -> Pipeline:
        """Return the workbook as values; *today* is what "now" means to every rule."""

    def write(self, plan: Plan) -> None:
        """Carry out *plan*; the workbook is left as it was when it cannot be carried out whole."""


@dataclass(frozen=True, slots=True)
class Run:
    """Who runs a verb, and when; both go into the record."""

    by: str
    now: datetime


def check(pipeline: Pipeline, repair: bool = False) -> Plan:
    """Say what is wrong with which row; with *repair*, also put typed-over formulas back."""
    pipeline = refreshed(pipeline)
    findings = (*moves.judge(pipeline, "").findings, *rules.check(pipeline))
    repairs = _repairs(pipeline.faults) if repair else {}
    return Plan(findings=findings, repairs=repairs, answer={"findings": [_told(finding) for finding in findings]})


def update(pipeline: Pipeline, run: Run) -> Plan:
    """Do the main job: judge stage moves, score, warn, list follow-ups, refresh every number."""
    steps: tuple[Step, ...] = (
        calls.flow_back,
        moves.upkeep,
        bant.from_answers,
        traits.score,
        classes.classify,
        partial(moves.judge, by=run.by),
        probability.learn,
        _warn,
    )
    return settled(pipeline, steps, "update", run)


def asked(pipeline: Pipeline, view: View) -> Pipeline:
    """Return *pipeline* with the question *view*; its filters may name values as cells show them, in either language.

    Raises:
        UsageError: a filter names a value that no deal has, or the period ends before it begins.
    """
    if view.start and view.end and view.start > view.end:
        raise UsageError(
            f"The period ends ({view.end}) before it begins ({view.start}); swap the two.",
            f"期间止（{view.end}）早于期间起（{view.start}）；请交换两者。",
        )
    filters = {column: _value(pipeline, column, value) for column, value in view.filters.items()}
    return replace(pipeline, view=replace(view, filters=filters))


def funnel(pipeline: Pipeline, by: str | None = None, then: date | None = None) -> Plan:
    """Answer with every metric for the pipeline's view.

    *by* adds one group of metrics per value of that column; *then* adds what every metric was on that day.
    """
    pipeline = refreshed(pipeline)
    answer = metrics.funnel(pipeline).to_json(metrics.by(pipeline, by) if by else [])
    if then:
        past = replace(pipeline, view=replace(pipeline.view, as_of=then))
        answer |= {"compared_to": then.isoformat(), "comparison": metrics.compare(pipeline, past)}
    return Plan(answer=answer)


def plan(pipeline: Pipeline, target: float | None = None, by: date | None = None) -> Plan:
    """Answer with what it takes to win *target* by a day; unsaid, the sheets Plan and Targets say both.

    Raises:
        UsageError: neither says what is to be won, or the day is over.
    """
    if by and by < pipeline.as_of:
        raise UsageError(
            f"The day to win by ({by}) is before {pipeline.as_of}; choose a later one.",
            f"最迟赢单日期（{by}）早于 {pipeline.as_of}；请选择更晚的日期。",
        )
    answer = metrics.planned(refreshed(pipeline), target, by)
    if answer["value_to_win"] is None:
        raise UsageError(
            "No target is set for this period and slice; give --target, or fill in the sheet Targets.",
            "此期间与筛选没有目标；请给出 --target，或填写“销售目标”表。",
        )
    return Plan(answer=answer)


def followups(pipeline: Pipeline, owner: str | None = None) -> Plan:
    """Answer with who to call today and why, for everybody or one *owner*; the list as a document too."""
    rows = calls.due(refreshed(pipeline))
    if owner:
        rows = rows[rows["owner"].str.casefold() == owner.casefold()]
    return Plan(
        answer={"as_of": pipeline.today.isoformat(), "followups": _records(rows)},
        documents=(calls.document(pipeline, rows),),
    )


def report(pipeline: Pipeline) -> Plan:
    """Give the report on the pipeline's view as a document."""
    return Plan(documents=(overview.document(refreshed(pipeline)),))


def quote(pipeline: Pipeline, key: str, run: Run) -> Plan:
    """Print the quote of deal or quote *key*; a deal without one gets a draft."""
    offer = quotes.offer(refreshed(pipeline), key)
    return settled(pipeline, (lambda _: offer,), "quote", run)


def bring_in(pipeline: Pipeline, imported: Plan, run: Run) -> Plan:
    """Return the whole plan of an import whose rows are *imported*: with numbers refreshed and the run written down."""
    return settled(pipeline, (lambda _: imported,), "import", run)


def undo(pipeline: Pipeline, run: Run, which: str | None = None, force: bool = False) -> Plan:
    """Put back what the run *which* (default: the last one) changed; with *force*, over what people changed since."""
    return settled(pipeline, (partial(put_back, run=which, force=force), _warn), "undo", run)


def settled(pipeline: Pipeline, steps: Iterable[Step], verb: str, run: Run) -> Plan:
    """Run *steps* one after the other and return what differs in the end, written down in the Journal.

    Each step sees what the ones before it did. Generated lists, formula columns and named cells are brought up to date.
    """
    now, told, reasons = refreshed(pipeline), Plan(), dict[tuple[str, str], pd.Series]()
    for step in steps:
        plan = step(now)
        told += replace(plan, edits=(), appends=(), fills=(), removes=())
        _remember(reasons, plan.edits)
        if plan.edits or plan.appends or plan.fills or plan.removes:
            now = refreshed(applied(now, plan))
    now, findings = _listed(now, told.findings)
    values = metrics.sheet_values(now)
    now = _shown(now, values.tables)
    changed = difference(pipeline, now, verb, reasons)
    cells = tuple(_cells(pipeline, values.cells))
    entries = journal.entries(changed, verb, run.by, run.now, pipeline["Journal"]["run"])
    answer = {**told.answer, **_summary(changed, findings, now)}
    return replace(changed + entries, cells=cells, findings=findings, documents=told.documents, answer=answer)


def _value(pipeline: Pipeline, column: str, wanted: str) -> str:
    held = {str(value) for value in pipeline["Deals"][column].unique() if value}
    labels = LISTS.get(TABLES["Deals"][column].options or "", {})
    id = identify(labels, wanted) or next((value for value in held if value.casefold() == wanted.casefold()), None)
    if id in held:
        return id
    known = sorted({text.in_(pipeline.language) for key, text in labels.items() if key in held} | (held - set(labels)))
    near = nearest(wanted, known)
    raise UsageError(
        f"No deal has {wanted!r} as its {column}"
        + (f"; did you mean {near!r}?" if near else f"; there are {', '.join(known)}."),
        f"没有商机的{TABLES['Deals'].header(column, 'zh')}为“{wanted}”"
        + (f"；是否指“{near}”？" if near else f"；现有：{'、'.join(known)}。"),
    )


def _warn(pipeline: Pipeline) -> Plan:
    deals, warnings = pipeline["Deals"], rules.warnings(pipeline)
    return Plan(edits=(Edit("Deals", "warnings", deals["deal"], deals["warnings"], warnings, "update"),))


def _listed(pipeline: Pipeline, found: tuple[Finding, ...]) -> tuple[Pipeline, tuple[Finding, ...]]:
    # the sheets FollowUps and Findings are lists of what holds now
    findings = (*found, *rules.check(pipeline))
    rows = [
        {"severity": f.severity, "rule": f.rule, "table": f.table, "key": f.key, "cell": f.cell, "message": f.message}
        for f in sorted(findings, key=lambda f: ("block", "warn", "note").index(f.severity))
    ]
    return pipeline.with_tables(Findings=frame(TABLES["Findings"], rows), FollowUps=calls.due(pipeline)), findings


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


def _repairs(faults: Iterable[Finding]) -> dict[str, dict[str, list[int]]]:
    repairs: dict[str, dict[str, list[int]]] = {}
    for fault in faults:
        if fault.rule == "formula_typed_over":
            first, _, last = fault.cell.rpartition("!")[2].partition(":")  # neighbours are told together
            rows = range(_row(first), _row(last or first) + 1)
            repairs.setdefault(fault.table, {}).setdefault(fault.column, []).extend(rows)
    return repairs


def _row(cell: str) -> int:
    return int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def _summary(plan: Plan, findings: Iterable[Finding], pipeline: Pipeline) -> dict[str, Any]:
    return {
        "changes": sum(map(len, plan.edits)),
        "added": {append.table: len(append.rows) for append in plan.appends},
        "removed": {remove.table: len(remove.rows) for remove in plan.removes},
        "refreshed": sum(map(len, plan.caches)),
        "followups": len(pipeline["FollowUps"]),
        "findings": [_told(finding) for finding in findings],
    }


def _told(finding: Finding) -> dict[str, str]:
    return {
        "rule": finding.rule, "severity": finding.severity, "table": finding.table, "key": finding.key,
        "column": finding.column, "cell": finding.cell, "message": finding.message,
    }  # fmt: skip


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[Any, Any]] = rows.to_dict("records")
    return [{str(key): _plain(value) for key, value in record.items()} for record in records]


def _plain(value: Any) -> Any:
    if value is pd.NaT or value != value or value == "":
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value
