"""The product on one page.

    Book.read()  →  Pipeline  →  a verb  →  Plan  →  Book.write(plan)

A Book is a workbook, closed on disk or open in Excel. A verb is a plain function from a Pipeline to a Plan of values; a dry run
prints the plan that the real run writes, and a second run plans nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, Protocol

import pandas as pd

from xl_salesflow import assigning, duplicates, merging, metrics, moves, quotes, rules
from xl_salesflow import followups as calls
from xl_salesflow import report as overview
from xl_salesflow import rollup as rolling
from xl_salesflow.asking import asked
from xl_salesflow.calculated import refreshed
from xl_salesflow.changes import MESSAGES, ChangeSheet, lines, picked
from xl_salesflow.errors import UsageError
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Finding, Plan
from xl_salesflow.papers import Printing, amiss
from xl_salesflow.repairing import repaired
from xl_salesflow.scoring import bant, card, classes, probability, traits
from xl_salesflow.settling import Run, Step, settled, told
from xl_salesflow.undo import put_back

__all__ = [
    "Book",
    "Run",
    "apply",
    "asked",
    "assign",
    "bant_card",
    "bring_in",
    "change_sheet",
    "check",
    "compare",
    "contributions",
    "diff",
    "followups",
    "funnel",
    "holidays",
    "merge",
    "paper",
    "plan",
    "prepare",
    "quote",
    "read_card",
    "report",
    "revise",
    "rollup",
    "settled",
    "switch",
    "undo",
    "update",
]


class Book(Protocol):
    """A workbook that can be read as a pipeline and written by a plan, wherever it is."""

    def read(self, today: date) -> Pipeline:
        """Return the workbook as values; *today* is what "now" means to every rule."""

    def write(self, plan: Plan) -> None:
        """Carry out *plan*; the workbook is left as it was when it cannot be carried out whole."""


def check(pipeline: Pipeline, repair: bool = False) -> Plan:
    """Say what is wrong with which row; with *repair*, also put typed-over formulas back."""
    pipeline = refreshed(pipeline)
    judged, twice = moves.judge(pipeline, "").findings, duplicates.findings(pipeline)
    findings = (*judged, *rules.check(pipeline), *amiss(pipeline, pipeline), *twice)
    answer = {"findings": [told(finding) for finding in findings]}
    return replace(repaired(pipeline) if repair else Plan(), findings=findings, answer=answer)


def update(pipeline: Pipeline, run: Run) -> Plan:
    """Do the main job: judge stage moves, score, warn, list follow-ups, refresh every number."""
    steps: tuple[Step, ...] = (
        merging.resolved,
        calls.flow_back,
        quotes.keep,
        quotes.amounts,
        moves.upkeep,
        assigning.distribute,
        bant.from_answers,
        traits.score,
        classes.classify,
        partial(moves.judge, by=run.by),
        probability.learn,
        _warn,
    )
    return settled(pipeline, steps, "update", run)


def funnel(pipeline: Pipeline, by: str | None = None, then: date | None = None) -> Plan:
    """Answer with every metric for the pipeline's view, its stages and every move between them.

    *by* adds one group of metrics per value of that column; *then* adds what every metric was on that day.
    """
    pipeline = refreshed(pipeline)
    answer = metrics.funnel(pipeline).to_json(metrics.by(pipeline, by) if by else [])
    answer["moves"] = metrics.move_matrix(pipeline)
    if then:
        past = replace(pipeline, view=replace(pipeline.view, as_of=then))
        answer |= {
            "compared_to": then.isoformat(),
            "comparison": metrics.compare(pipeline, past),
            "stage_comparison": metrics.compare_stages(pipeline, past),
        }
    return Plan(answer=answer)


def compare(pipeline: Pipeline, column: str, first: str, second: str) -> Plan:
    """Answer whether the deals of one value of *column* are won more often than those of another, and by more than chance."""
    found = metrics.compare_segments(refreshed(pipeline), column, first, second)
    low, high = found.interval or (None, None)
    return Plan(
        answer={
            "by": column, "first": first, "second": second, "first_closed": found.tried[0], "second_closed": found.tried[1],
            "first_rate": found.first_rate, "second_rate": found.second_rate, "difference": found.difference,
            "low": low, "high": high, "p_value": found.p_value, "verdict": found.verdict,
        }
    )  # fmt: skip


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


def followups(pipeline: Pipeline, owner: str | None = None, made: datetime | None = None) -> Plan:
    """Answer with who to call and why, for everybody or one *owner*; the list as a document too, dated *made*."""
    listed = calls.listed(refreshed(pipeline))
    listed = listed.of(owner) if owner else listed
    answer = {
        "as_of": pipeline.today.isoformat(), "day": listed.day.isoformat(), "left": listed.left,
        "followups": _records(listed.rows),
    }  # fmt: skip
    return Plan(
        answer=answer,
        documents=(calls.document(pipeline, listed, made, owner or ""),),
        findings=tuple(calls.waiting(pipeline, listed)),
    )


def report(pipeline: Pipeline) -> Plan:
    """Give the report on the pipeline's view as a document."""
    return Plan(documents=(overview.document(refreshed(pipeline)),))


def quote(pipeline: Pipeline, key: str, run: Run) -> Plan:
    """Print the quote of deal or quote *key*; a deal without one gets a draft."""
    return paper(pipeline, Printing("quote", (key,)), run)


def paper(pipeline: Pipeline, printing: Printing, run: Run) -> Plan:
    """Print papers, and write down which files were made and what was sent."""
    return settled(pipeline, (printing.offer, printing.record), "print", run)


def revise(pipeline: Pipeline, key: str, run: Run, beside: bool = False) -> Plan:
    """Copy the quote *key* (or that of deal *key*) into its next version, a draft; or into an offer *beside* it."""
    return settled(pipeline, (lambda now: quotes.revise(now, key, beside),), "revise", run)


def bant_card(pipeline: Pipeline, deal: str) -> pd.DataFrame:
    """Return the BANT card of a deal as rows: every question, with what is known already."""
    return card.asked(refreshed(pipeline), deal)


def read_card(
    pipeline: Pipeline, filled: pd.DataFrame, address: card.Address, run: Run, faults: tuple[Finding, ...] = ()
) -> Plan:
    """Take the answers of a filled BANT card into the workbook, and the points that follow.

    *address* says where a cell of it is, *faults* what its cells hold that cannot be used.
    """
    found = partial(card.taken, card=filled, address=address)
    return settled(pipeline, (lambda _: Plan(findings=faults), found, bant.from_answers, _warn), "bant", run)


def prepare(pipeline: Pipeline, deal: str, run: Run) -> Plan:
    """Give a deal the checklist before a visit, as tasks due on the day of its next step."""
    return settled(pipeline, (partial(moves.prepared, deal=deal),), "prepare", run)


def switch(pipeline: Pipeline, wanted: moves.Switch, run: Run) -> Plan:
    """Move the open deals of one playbook to another one, their stages mapped; undone like any run."""
    return settled(pipeline, (partial(moves.switch, wanted=wanted, by=run.by), _warn), "playbook", run)


def holidays(pipeline: Pipeline, days: pd.DataFrame, run: Run) -> Plan:
    """Add those of *days* (a frame of Holidays) to the sheet that it does not have."""
    new = days[~days["day"].isin(pipeline["Holidays"]["day"])]
    added = Plan(appends=(Append("Holidays", new, "holidays"),) if len(new) else ())
    return settled(pipeline, (lambda _: added,), "holidays", run)


def bring_in(pipeline: Pipeline, imported: Plan, run: Run) -> Plan:
    """Return the whole plan of an import whose rows are *imported*: with numbers refreshed and the run written down."""
    return settled(pipeline, (lambda _: imported,), "import", run)


def change_sheet(pipeline: Pipeline, plan: Plan, verb: str, run: Run) -> ChangeSheet:
    """Return what *plan*, made by *verb*, asks a person to decide, for somebody to tick."""
    return ChangeSheet(pipeline.source, verb, pipeline.today, run.by, pipeline.language, lines(pipeline, plan))


def apply(pipeline: Pipeline, asked: ChangeSheet, run: Run) -> Plan:
    """Do what is ticked on a change sheet, as far as an update of its day still wants it from the same cells.

    Raises:
        UsageError: the sheet was made by a verb that cannot be asked again.
    """
    if asked.verb != "update":
        raise UsageError(
            f"A change sheet of {asked.verb!r} cannot be applied; make one with update --dry-run --sheet.",
            f"“{asked.verb}”的修改清单无法执行；请用 update --dry-run --sheet 生成。",
        )
    then = replace(run, now=datetime.combine(asked.today, run.now.time()))
    wanted = update(replace(pipeline, today=asked.today), then)

    def moved(now: Pipeline) -> Plan:
        # judged on what was ticked besides, so that no move passes by a cell that was not
        return picked(now, moves.judge(replace(now, today=asked.today), run.by), asked.moves, asked.verb)

    steps: tuple[Step, ...] = (lambda _: picked(pipeline, wanted, asked.others, asked.verb), moved, _warn)
    plan = settled(pipeline, steps, "apply", run)
    refused = sum(finding.rule in MESSAGES for finding in plan.findings)
    wished = len(asked.moves) + len(asked.others)
    return replace(plan, answer={**plan.answer, "wished": wished, "applied": wished - refused, "refused": refused})


def undo(pipeline: Pipeline, run: Run, which: str | None = None, force: bool = False) -> Plan:
    """Put back what the run *which* (default: the last one) changed; with *force*, over what people changed since."""
    return settled(pipeline, (partial(put_back, run=which, force=force), _warn), "undo", run)


def assign(pipeline: Pipeline, run: Run, how: str = "", days: float | None = None) -> Plan:
    """Take idle deals back into the pool (*days*) and give those without owner to somebody (*how*); unsaid, as Settings say."""
    steps = (moves.upkeep, partial(assigning.distribute, how=how, days=days))
    return settled(pipeline, steps, "assign", run)


def diff(first: Pipeline, second: Pipeline) -> Plan:
    """Answer with what differs between two workbooks, cell by cell and row by row."""
    return Plan(answer={"differences": [_difference(one) for one in merging.differences(first, second)]})


def merge(ours: Pipeline, theirs: Pipeline, ancestor: Pipeline | None, run: Run) -> Plan:
    """Take into *ours* what another copy says; *ancestor* is what both once were, else the Journals tell.

    What both changed stands on the sheet Conflicts, where a person decides.

    Raises:
        UsageError: there is no ancestor, and the Journals have no run in common: they are no copies of one workbook.
    """
    if not ancestor and not merging.related(ours, theirs):
        raise UsageError(
            f"{theirs.source} is no copy of {ours.source}: their Journals have no run in common, so all of it would be new or "
            "in conflict. Give the workbook both once were with --base, or bring its rows in with: salesflow rollup.",
            f"{theirs.source} 不是 {ours.source} 的副本：两者的日志没有共同的运行，全部内容都会成为新增或冲突。"
            "请用 --base 给出两者的共同原件，或用 salesflow rollup 汇总。",
        )
    known = merging.Ancestor(ancestor.tables) if ancestor else merging.remembered(ours, theirs)
    steps: tuple[Step, ...] = (lambda now: merging.merged(known, now, theirs), calls.flow_back)
    return settled(ours, steps, "merge", run)


def rollup(into: Pipeline, parts: Mapping[str, Pipeline], run: Run) -> Plan:
    """Fill the new workbook *into* with the rows of many, by name; its formulas then tell about them all."""
    parts = {book: refreshed(part) for book, part in parts.items()}
    ready, rows = rolling.joined(into, parts)
    plan = settled(ready, (lambda _: rows,), "rollup", run)
    return replace(plan, answer={**plan.answer, "books": rolling.numbers(parts)})


def contributions(parts: Mapping[str, Pipeline]) -> list[dict[str, Any]]:
    """Return what each of many workbooks, by name, brings to the team: the metrics that add up."""
    return rolling.numbers({book: refreshed(part) for book, part in parts.items()})


def _difference(one: merging.Difference) -> dict[str, Any]:
    told = {"what": one.what, "table": one.table, "key": one.key}
    if not one.column:
        return told
    return {**told, "column": one.column, "first": _plain(one.first), "second": _plain(one.second)}


def _warn(pipeline: Pipeline) -> Plan:
    deals, found = pipeline["Deals"], rules.early_warnings(pipeline)
    return Plan(
        edits=tuple(Edit("Deals", id, deals["deal"], deals[id], found[id], "update") for id in ("warnings", "warned"))
    )


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[Any, Any]] = rows.to_dict("records")
    return [{str(key): _plain(value) for key, value in record.items()} for record in records]


def _plain(value: Any) -> Any:
    if value is pd.NaT or value != value or value == "":
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value
