"""The jobs of the verbs: what each verb does to one workbook of a batch, and the function that every worker runs.

A job reads the workbook, makes the change set, writes it and counts the changes: one task in, one outcome out.
"""

from __future__ import annotations

import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import psutil

from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome, TaskStatus, digest_workbook_file
from xl_salesflow.batch.outcome_lines import JobAnswer, JobDetails, JobFinding
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.digest_answers import DigestsAnswer
from xl_salesflow.core.file_saving import safe_file_name
from xl_salesflow.core.metric_answers import FunnelAnswer, FunnelFigures
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.verb_answers import CheckAnswer, FollowUpsAnswer, RunAnswer, UndoneRun
from xl_salesflow.documents.document_writer import write_document_file
from xl_salesflow.engine import Run
from xl_salesflow.errors import NotOurWorkbook, SalesflowError, UsageError, WorkbookChanged, WorkbookInUse
from xl_salesflow.locale.texts import Text
from xl_salesflow.verbs import check, digest, followups, funnel, report, undo, update
from xl_salesflow.workbook.atomic_save import find_system_account
from xl_salesflow.workbook.closed_book import ClosedBook

VerbJob = Callable[[Pipeline, BatchTask], ChangeSet]

_JOB_WRITTEN = Text(
    "{changes} {changes:cell|cells} changed, {added} {added:row|rows} added, {blocks} "
    "{blocks:finding that blocks|findings that block}"
)
_JOB_DRY_RUN = Text("would change {changes} {changes:cell|cells} and add {added} {added:row|rows}; nothing was written")
_JOB_UNCHANGED = Text("nothing to change, {blocks} {blocks:finding that blocks|findings that block}")
_JOB_CHECKED = Text("{findings} {findings:finding|findings}, {blocks} of them {blocks:blocks|block}")
_JOB_FILES_WRITTEN = Text("{files} {files:file|files} written")
_JOB_RECALCULATED = Text("{says}; of your own formulas {recalculated} recalculated, {to_calculate} left to Excel")
_JOB_DONE_BEFORE = Text("its Journal already has this run")
_JOB_SKIPPED = Text("not a salesflow workbook; skipped")


def run_verb_job(task: BatchTask) -> TaskOutcome:
    """Process one workbook.

    Raises:
        SalesflowError: the workbook cannot be used, or the verb refuses; the file is unchanged.
    """
    path = Path(task.book)
    book = ClosedBook(path)
    try:
        pipeline = book.read(task.now.date())
    except NotOurWorkbook:
        if task.named:
            raise
        return TaskOutcome(task.book, task.verb, TaskStatus.SKIPPED, _JOB_SKIPPED)
    if task.maybe_done and _is_run_in_change_log(pipeline, task):
        return TaskOutcome(task.book, task.verb, TaskStatus.DONE, _JOB_DONE_BEFORE, digest=digest_workbook_file(path))
    plan = VERB_JOBS[task.verb](pipeline, task)
    if plan.writes and not task.dry_run:
        plan = book.write_and_report(plan)
    files = () if task.dry_run else _write_job_documents(plan, pipeline, task)
    return _make_job_outcome(task, plan, files, digest_workbook_file(path))


def _is_run_in_change_log(pipeline: Pipeline, task: BatchTask) -> bool:
    journal = pipeline["Journal"]
    alike = (journal["run"] == task.number) & (journal["verb"] == task.verb) & (journal["by"] == task.by)
    return bool(alike.any())


def _run_update_job(pipeline: Pipeline, task: BatchTask) -> ChangeSet[RunAnswer]:
    return update(pipeline, Run(task.by, task.now, find_system_account()))


def _run_check_job(pipeline: Pipeline, task: BatchTask) -> ChangeSet[CheckAnswer]:
    return check(pipeline, repair="repair" in task.options)


def _run_followups_job(pipeline: Pipeline, task: BatchTask) -> ChangeSet[FollowUpsAnswer]:
    return followups(pipeline, task.options.get("owner"))


def _run_funnel_job(pipeline: Pipeline, task: BatchTask) -> ChangeSet[FunnelAnswer]:
    return funnel(pipeline, task.options.get("by"))


def _run_report_job(pipeline: Pipeline, _: BatchTask) -> ChangeSet:
    return report(pipeline)


def _run_digest_job(pipeline: Pipeline, task: BatchTask) -> ChangeSet[DigestsAnswer]:
    return digest(pipeline, task.options.get("to", ""), task.now)


def _run_undo_job(pipeline: Pipeline, task: BatchTask) -> ChangeSet[RunAnswer[UndoneRun]]:
    """Undo a run, which has the same number in every workbook of a batch; refuse if somebody has edited its cells since."""
    plan = undo(pipeline, Run(task.by, task.now, find_system_account()), task.options.get("run"))
    if left := plan.answer.result.left:
        raise UsageError(
            "{left} {left:change|changes} of run {run} {left:was|were} edited since; undo this workbook separately.",
            left=left,
            run=plan.answer.result.run,
        )
    return plan


VERB_JOBS: Mapping[str, VerbJob] = MappingProxyType(
    {
        "update": _run_update_job,
        "check": _run_check_job,
        "followups": _run_followups_job,
        "funnel": _run_funnel_job,
        "report": _run_report_job,
        "digest": _run_digest_job,
        "undo": _run_undo_job,
    }
)
"""The verbs that a batch can run."""

_JOB_DOCUMENT_FORMATS = {"followups": "md", "report": "html", "digest": "eml"}


def _write_job_documents(plan: ChangeSet, pipeline: Pipeline, task: BatchTask) -> tuple[str, ...]:
    """Write the documents of *plan* next to the workbook, or into the requested folder under the workbook's name.

    Several documents are told apart by their own names.
    """
    if task.verb not in _JOB_DOCUMENT_FORMATS:
        return ()
    path, document_format = Path(task.book), task.options.get("format") or _JOB_DOCUMENT_FORMATS[task.verb]
    folder = Path(task.options.get("output") or path.parent)
    several = len(plan.documents) > 1
    names = [f"{task.verb}.{safe_file_name(each.name)}" if several else task.verb for each in plan.documents]
    targets = [folder / f"{path.stem}.{name}.{document_format}" for name in names]
    return tuple(
        str(write_document_file(document, target, pipeline.language, document_format))
        for document, target in zip(plan.documents, targets, strict=True)
    )


def _make_job_outcome(task: BatchTask, plan: ChangeSet, files: tuple[str, ...], left: str) -> TaskOutcome:
    counts = _count_job_changes(plan)
    wrote = plan.writes
    template = _JOB_DRY_RUN if wrote and task.dry_run else _JOB_WRITTEN if wrote else _JOB_UNCHANGED
    if task.verb == "check" and not wrote:
        template = _JOB_CHECKED
    if files:
        template = _JOB_FILES_WRITTEN
    status = TaskStatus.CHANGED if wrote else TaskStatus.UNCHANGED
    message = template.with_facts(**counts, files=len(files))
    if counts["recalculated"] or counts["to_calculate"]:
        message = _JOB_RECALCULATED.with_facts(says=message, **counts)
    answer = _select_job_answer(plan, task)
    return TaskOutcome(task.book, task.verb, status, message, digest=left, counts=counts, files=files, answer=answer)


def _count_job_changes(plan: ChangeSet) -> dict[str, int]:
    severities = Counter(finding.severity for finding in plan.findings)
    return {
        "changes": sum(map(len, plan.edits)),
        "added": sum(len(append.rows) for append in plan.appends),
        "removed": sum(len(remove.rows) for remove in plan.removes),
        "repaired": sum(len(rows) for columns in plan.repairs.values() for rows in columns.values()),
        "findings": len(plan.findings),
        "blocks": severities["block"],
        "warns": severities["warn"],
        "recalculated": len(plan.own_formulas.recalculated) if plan.own_formulas else 0,
        "to_calculate": len(plan.own_formulas.to_calculate) if plan.own_formulas else 0,
    }


def _select_job_answer(plan: ChangeSet, task: BatchTask) -> JobAnswer | None:
    """Return the verb's answer: always the numbers of a funnel, but names and sentences only if details were requested."""
    answer = plan.answer
    if isinstance(answer, FunnelAnswer):
        return answer if task.details else FunnelFigures(answer.as_of, answer.period, answer.metrics, answer.stages)
    if not task.details:
        return None
    return JobDetails(answer, plan.own_formulas, tuple(map(JobFinding.from_finding, plan.findings)))


PASSING_ERRORS = (WorkbookInUse, WorkbookChanged)
"""Temporary errors: somebody has the workbook open, or saved it while we worked."""


def run_one_task(task: BatchTask) -> TaskOutcome:
    """Run *task*. An error about the workbook becomes an outcome; anything else is a defect and is raised to the caller."""
    start, busy = time.perf_counter(), time.process_time()
    try:
        outcome = run_verb_job(task)
    except SalesflowError as error:
        outcome = _make_failed_outcome(task, error)
    return replace(
        outcome,
        seconds=time.perf_counter() - start,
        busy=time.process_time() - busy,
        mebibytes=psutil.Process().memory_info().rss / 2**20,
        worker=f"{socket.gethostname()}:{os.getpid()}",
    )


def _make_failed_outcome(task: BatchTask, error: SalesflowError) -> TaskOutcome:
    name = type(error).__name__
    return TaskOutcome(
        task.book, task.verb, TaskStatus.FAILED, error.text, error=name, passing=isinstance(error, PASSING_ERRORS)
    )
