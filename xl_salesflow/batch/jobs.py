"""What each verb does to one workbook of many. A job reads, plans, writes, and tells in counts what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from xl_salesflow import documents, flow
from xl_salesflow.batch.books import digest_of
from xl_salesflow.batch.task import Outcome, Status, Task, filled
from xl_salesflow.errors import NotOurWorkbook, UsageError
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding, Plan
from xl_salesflow.model.text import Text
from xl_salesflow.workbook import ClosedBook

Job = Callable[[Pipeline, Task], Plan]

_WRITTEN = Text(
    "{changes} cells changed, {added} rows added, {blocks} findings that block",
    "修改 {changes} 个单元格，新增 {added} 行，阻止性问题 {blocks} 个",
)
_WOULD = Text(
    "would change {changes} cells and add {added} rows; nothing was written",
    "将修改 {changes} 个单元格、新增 {added} 行；未写入",
)
_NOTHING = Text("nothing to change, {blocks} findings that block", "无需修改，阻止性问题 {blocks} 个")
_LOOKED = Text("{findings} findings, {blocks} of them block", "问题 {findings} 个，其中阻止性 {blocks} 个")
_MADE = Text("{files} files written", "已生成 {files} 个文件")
_CALCULATED = Text(
    "{says}; of formulas of your own {recalculated} recalculated, {to_calculate} left for Excel",
    "{says}；自有公式已重算 {recalculated} 个，待 Excel 计算 {to_calculate} 个",
)
_BEFORE = Text("the run stands in its Journal already", "日志中已有本次运行")
_NOT_OURS = Text("not a salesflow workbook; passed by", "不是 salesflow 工作簿，已跳过")


def done(task: Task) -> Outcome:
    """Do one workbook's turn.

    Raises:
        SalesflowError: the workbook cannot be used, or the verb refuses; the file is as it was.
    """
    path = Path(task.book)
    book = ClosedBook(path)
    try:
        pipeline = book.read(task.now.date())
    except NotOurWorkbook:
        if task.named:
            raise
        return Outcome(task.book, task.verb, Status.SKIPPED, _NOT_OURS)
    if task.doubtful and _in_journal(pipeline, task):
        return Outcome(task.book, task.verb, Status.DONE, _BEFORE, digest=digest_of(path))
    plan = JOBS[task.verb](pipeline, task)
    if plan.writes and not task.dry_run:
        plan = book.written(plan)
    files = () if task.dry_run else _papers(plan, pipeline, task)
    return _outcome(task, plan, files, digest_of(path))


def _in_journal(pipeline: Pipeline, task: Task) -> bool:
    journal = pipeline["Journal"]
    alike = (journal["run"] == task.number) & (journal["verb"] == task.verb) & (journal["by"] == task.by)
    return bool(alike.any())


def _update(pipeline: Pipeline, task: Task) -> Plan:
    return flow.update(pipeline, flow.Run(task.by, task.now))


def _check(pipeline: Pipeline, task: Task) -> Plan:
    return flow.check(pipeline, repair="repair" in task.options)


def _followups(pipeline: Pipeline, task: Task) -> Plan:
    return flow.followups(pipeline, task.options.get("owner"))


def _funnel(pipeline: Pipeline, task: Task) -> Plan:
    return flow.funnel(pipeline, task.options.get("by"))


def _report(pipeline: Pipeline, _: Task) -> Plan:
    return flow.report(pipeline)


def _undo(pipeline: Pipeline, task: Task) -> Plan:
    """Put back a run, which a batch gives the same number in every workbook; where somebody edited since, refuse."""
    plan = flow.undo(pipeline, flow.Run(task.by, task.now), task.options.get("run"))
    if left := plan.answer["left"]:
        raise UsageError(
            f"{left} changes of run {plan.answer['run']} were edited since; undo this workbook by itself.",
            f"运行 {plan.answer['run']} 的 {left} 处修改之后又被编辑；请单独撤销此工作簿。",
        )
    return plan


JOBS: Mapping[str, Job] = MappingProxyType(
    {"update": _update, "check": _check, "followups": _followups, "funnel": _funnel, "report": _report, "undo": _undo}
)
"""The verbs that a batch knows."""

_FORMATS = {"followups": "md", "report": "html"}


def _papers(plan: Plan, pipeline: Pipeline, task: Task) -> tuple[str, ...]:
    """Write the documents of *plan* beside the workbook, or into the folder asked for, under the workbook's name."""
    if task.verb not in _FORMATS:
        return ()
    path, format = Path(task.book), task.options.get("format") or _FORMATS[task.verb]
    folder = Path(task.options.get("output") or path.parent)
    return tuple(
        str(documents.put(document, folder / f"{path.stem}.{task.verb}.{format}", pipeline.language, format))
        for document in plan.documents
    )


def _outcome(task: Task, plan: Plan, files: tuple[str, ...], left: str) -> Outcome:
    counts = _counts(plan)
    wrote = plan.writes
    says = _WOULD if wrote and task.dry_run else _WRITTEN if wrote else _NOTHING
    if task.verb == "check" and not wrote:
        says = _LOOKED
    if files:
        says = _MADE
    status = Status.CHANGED if wrote else Status.UNCHANGED
    told = filled(says, **counts, files=len(files))
    if counts["recalculated"] or counts["to_calculate"]:
        told = filled(_CALCULATED, says=told, **counts)
    answer = _answer(plan, task)
    return Outcome(task.book, task.verb, status, told, digest=left, counts=counts, files=files, answer=answer)


def _counts(plan: Plan) -> dict[str, int]:
    severities = Counter(finding.severity for finding in plan.findings)
    return {
        "changes": sum(map(len, plan.edits)),
        "added": sum(len(append.rows) for append in plan.appends),
        "removed": sum(len(remove.rows) for remove in plan.removes),
        "repaired": sum(len(rows) for columns in plan.repairs.values() for rows in columns.values()),
        "findings": len(plan.findings),
        "blocks": severities["block"],
        "warns": severities["warn"],
        "recalculated": len(plan.answer.get("recalculated", ())),
        "to_calculate": len(plan.answer.get("to_calculate", ())),
    }


def _answer(plan: Plan, task: Task) -> dict[str, Any]:
    """Return what the verb answered: always the figures of a funnel; names and sentences only where details are asked for."""
    if task.verb == "funnel":
        return (
            dict(plan.answer)
            if task.details
            else {id: plan.answer[id] for id in ("as_of", "period", "metrics", "stages")}
        )
    if not task.details:
        return {}
    return {**plan.answer, "findings": [_told(finding) for finding in plan.findings]}


def _told(finding: Finding) -> dict[str, str]:
    return {"rule": finding.rule, "severity": finding.severity, "cell": finding.cell, "message": finding.message}
