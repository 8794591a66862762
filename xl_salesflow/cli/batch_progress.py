"""Show a batch on the terminal: a progress bar, or one line per workbook if there is no terminal, or JSON lines."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from xl_salesflow.batch.batch_run import Batch, BatchRun, BatchSummary, begin_batch
from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome, TaskStatus, describe_outcome
from xl_salesflow.batch.folder_watch import WatchPace, watch_workbooks
from xl_salesflow.batch.outcome_lines import (
    SUMMARY_COUNTS,
    BatchFigures,
    BatchSummaryLine,
    TimedOutcomeLine,
)
from xl_salesflow.batch.run_log import read_past_run
from xl_salesflow.batch.worker_pools import ClusterPool, ProcessPool, WorkerLimits, WorkerPool
from xl_salesflow.cli.command_options import TERMINAL_LANGUAGE, terminal_text
from xl_salesflow.core.answers import Answer, answer_to_json
from xl_salesflow.core.key_numbers import next_run_number
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text
from xl_salesflow.workbook.atomic_save import find_system_account

STOPPED_EXIT_CODE = 130
"""The exit code of an interrupted batch."""


class StopRequest:
    """Whether somebody asked to stop, with Ctrl-C or SIGTERM; a second request stops at once."""

    def __init__(self) -> None:
        self.requested = False

    def __call__(self) -> bool:
        return self.requested

    def ask(self, *_: object) -> None:
        """Record the request."""
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        click.echo(terminal_text("Stopping after the workbooks in progress."), err=True)


@contextmanager
def catch_stop_signals() -> Iterator[StopRequest]:
    """Treat Ctrl-C and SIGTERM as a request to stop after the current workbooks."""
    stopping = StopRequest()
    before = {number: signal.signal(number, stopping.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def batch_user_and_time(by: str | None, today: date | None) -> tuple[str, datetime]:
    """Return the user's name for the change log, and the moment of the run; *today* changes the day but not the time."""
    now = datetime.now().replace(microsecond=0)
    return by or find_system_account(), datetime.combine(today, now.time()) if today else now


def workers_factory(jobs: int, cluster: str | None, bounds: WorkerLimits) -> Callable[[], WorkerPool]:
    """Return a function that makes the requested workers."""
    return lambda: ClusterPool(cluster) if cluster else ProcessPool(jobs, bounds)


def show_batch(batch: Batch, makes: Callable[[], WorkerPool], resume: bool, as_json: bool) -> int:
    """Run *batch*, show its progress, and return the exit code."""
    if not resume and not (stopped := read_past_run(batch.run_log)).is_over:
        click.echo(
            terminal_text(
                "Run {number} was interrupted and could be continued with --resume; a new run begins.",
                number=stopped.number,
            ),
            err=True,
        )
    with catch_stop_signals() as stopping:
        running = begin_batch(batch, makes, resume, stopping)
        for outcome in _show_progress_bar(running, as_json):
            if as_json or not sys.stderr.isatty():
                _print_outcome(outcome, as_json)
    summary = running.summary
    if as_json:
        print_json_line(BatchSummaryLine(_sum_up_batch(summary)))
    else:
        _print_batch_summary(summary, batch.run_log)
    return STOPPED_EXIT_CODE if summary.stopped else summary.code


def show_watched_folder(
    folder: Path, verb: str, options: dict[str, str], by: str | None, jobs: int, bounds: WorkerLimits, pace: WatchPace,
    details: bool, as_json: bool,
) -> int:  # fmt: skip
    """Run *verb* on every workbook below *folder* when it is saved, and print a line for each, until stopped."""
    if not folder.is_dir():
        raise UsageError("{folder} is not a folder; give the one with the workbooks.", folder=folder)

    def task(path: Path) -> BatchTask:
        who, now = batch_user_and_time(by, None)
        return BatchTask(str(path), verb, who, now, next_run_number(now), options, False, details, False)

    made = ProcessPool(jobs, bounds)
    with catch_stop_signals() as stopping:
        click.echo(
            terminal_text("Watching {folder}; Ctrl-C stops.", folder=folder),
            err=True,
        )
        for outcome in watch_workbooks(folder.absolute(), task, made, pace, stopping):
            _print_outcome(outcome, as_json)
            sys.stdout.flush()
    made.close()
    return 0


def _print_outcome(outcome: TaskOutcome, as_json: bool) -> None:
    if as_json:
        print_json_line(TimedOutcomeLine(_timestamp_text(), describe_outcome(outcome, TERMINAL_LANGUAGE)))
    else:
        click.echo(format_outcome_line(outcome))


def print_json_line(answer: Answer) -> None:
    """Print *answer* as one line of JSON."""
    click.echo(json.dumps(answer_to_json(answer), ensure_ascii=False))


def format_outcome_line(outcome: TaskOutcome) -> str:
    """Return the one line of a workbook in a log."""
    sentence = outcome.says.in_(TERMINAL_LANGUAGE)
    line = sentence if outcome.book in sentence else f"{_format_book_path(outcome.book)}: {sentence}"
    code = f" [{outcome.error}]" if outcome.error else ""
    again = terminal_text(" ({tries} {tries:try|tries})", tries=outcome.tries) if outcome.tries > 1 else ""
    return f"{_timestamp_text()} {outcome.status:<9} {outcome.seconds:6.2f} s  {line}{code}{again}"


def _show_progress_bar(running: BatchRun, as_json: bool) -> Iterable[TaskOutcome]:
    """Yield the outcomes; on a terminal, with a progress bar, the rate and the remaining time."""
    if as_json or not sys.stderr.isatty():
        yield from running
        return
    summary = running.summary
    bar: Any
    with click.progressbar(
        length=len(running.tasks), label=running.run.verb, show_pos=True, show_eta=True, file=sys.stderr,
        item_show_func=lambda _: _format_batch_rate(summary),
    ) as bar:  # fmt: skip
        for outcome in running:
            bar.update(1, outcome)
            yield outcome


def _format_batch_rate(summary: BatchSummary) -> str:
    done = sum(summary.statuses.values())
    failed = terminal_text(", {count} failed", count=len(summary.failed)) if summary.failed else ""
    return terminal_text("{rate:.1f} a second", rate=done / max(summary.seconds, 0.001)) + failed


_STATUS_LABELS = {
    TaskStatus.CHANGED: Text("changed"),
    TaskStatus.UNCHANGED: Text("unchanged"),
    TaskStatus.DONE: Text("done before the stop"),
    TaskStatus.SKIPPED: Text("not ours"),
    TaskStatus.FAILED: Text("failed"),
}

_OWN_FORMULA_LABELS = {
    "recalculated": Text("your own formulas recalculated"),
    "to_calculate": Text("your own formulas left to Excel"),
}


def _print_batch_summary(summary: BatchSummary, journal: Path) -> None:
    """Print the summary: a table of the outcomes, then every failed workbook with its message."""
    from xl_salesflow.cli.screen_layout import print_screen_table

    rows = [(terminal_text(_STATUS_LABELS[s]), str(summary.statuses[s])) for s in TaskStatus if summary.statuses[s]]
    if summary.passed_by:
        rows.append((terminal_text("skipped, because done before"), str(summary.passed_by)))
    if summary.left:
        rows.append((terminal_text("not started"), str(summary.left)))
    rows += [
        (terminal_text("cells changed"), str(summary.counts["changes"])),
        (terminal_text("findings that block"), str(summary.counts["blocks"])),
        *(
            (terminal_text(words), str(summary.counts[count_id]))
            for count_id, words in _OWN_FORMULA_LABELS.items()
            if summary.counts[count_id]
        ),
        (terminal_text("seconds"), f"{summary.seconds:.1f}"),
        (terminal_text("largest worker, MiB"), f"{summary.mebibytes:.0f}"),
    ]
    print_screen_table(
        (terminal_text("Run {number}", number=summary.number), terminal_text("Workbooks")),
        rows,
    )
    for outcome in summary.failed:
        sentence = outcome.says.in_(TERMINAL_LANGUAGE)
        click.echo(
            f"✗ {sentence if outcome.book in sentence else f'{_format_book_path(outcome.book)}: {sentence}'}", err=True
        )
    if summary.stopped:
        click.echo(
            terminal_text(
                "Stopped; continue with --resume (run log {file}).",
                file=journal,
            ),
            err=True,
        )


def _sum_up_batch(summary: BatchSummary) -> BatchFigures:
    return BatchFigures(
        run=summary.number,
        verb=summary.verb,
        books=summary.books,
        passed_by=summary.passed_by,
        statuses={str(status): summary.statuses[status] for status in TaskStatus},
        left=summary.left,
        counts={count_id: summary.counts[count_id] for count_id in SUMMARY_COUNTS},
        seconds=round(summary.seconds, 3),
        busy=round(summary.busy, 3),
        mebibytes=round(summary.mebibytes),
        stopped=summary.stopped,
        code=STOPPED_EXIT_CODE if summary.stopped else summary.code,
    )


def _format_book_path(book: str) -> str:
    """Return a path as people write it: relative to the current folder, or absolute."""
    near = os.path.relpath(book) if os.path.splitdrive(book)[0] == os.path.splitdrive(os.getcwd())[0] else book
    return book if near.startswith("..") else near


def _timestamp_text() -> str:
    return datetime.now().isoformat(timespec="seconds")
