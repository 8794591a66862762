"""Many workbooks on the screen: a bar on a terminal, a line a workbook elsewhere, lines of JSON on request."""

from __future__ import annotations

import getpass
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

from xl_salesflow.batch.cluster import Cluster
from xl_salesflow.batch.ledger import past
from xl_salesflow.batch.processes import Bounds, Processes
from xl_salesflow.batch.run import Batch, Running, Summary, begin
from xl_salesflow.batch.task import Outcome, Status, Task
from xl_salesflow.batch.watch import Pace, watched
from xl_salesflow.batch.workers import Workers
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.errors import UsageError

STOPPED = 130
"""The exit code of a batch that was stopped before its end."""


class Stopping:
    """Whether somebody asked to stop, with Ctrl-C or SIGTERM; the second time ends it at once."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        return self.asked

    def ask(self, *_: object) -> None:
        """Note the wish."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        click.echo(say("Stopping after the workbooks under way.", "完成当前工作簿后停止。"), err=True)


@contextmanager
def stoppable() -> Iterator[Stopping]:
    """Take Ctrl-C and SIGTERM as a wish to stop in good order."""
    stopping = Stopping()
    before = {number: signal.signal(number, stopping.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def who_and_when(by: str | None, today: date | None) -> tuple[str, datetime]:
    """Return whose name goes into the record, and the moment of the run; *today* moves the day and keeps the time."""
    now = datetime.now().replace(microsecond=0)
    return by or getpass.getuser(), datetime.combine(today, now.time()) if today else now


def workers(jobs: int, cluster: str | None, bounds: Bounds) -> Callable[[], Workers]:
    """Return what makes the workers asked for."""
    return lambda: Cluster(cluster) if cluster else Processes(jobs, bounds)


def batch(batch: Batch, makes: Callable[[], Workers], resume: bool, as_json: bool) -> int:
    """Run *batch*, show it as it goes, and return the exit code."""
    if not resume and not (stopped := past(batch.journal)).over:
        told = "Run {number} was stopped before its end, and --resume would go on with it; a new one begins."
        click.echo(
            say(told, "运行 {number} 未完成，可用 --resume 继续；现开始新的运行。", number=stopped.number), err=True
        )
    with stoppable() as stopping:
        running = begin(batch, makes, resume, stopping)
        for outcome in _shown(running, as_json):
            if as_json or not sys.stderr.isatty():
                _echo(outcome, as_json)
    summary = running.summary
    if as_json:
        click.echo(json.dumps({"summary": _facts(summary)}, ensure_ascii=False))
    else:
        _summed_up(summary, batch.journal)
    return STOPPED if summary.stopped else summary.code


def watch(
    folder: Path, verb: str, options: dict[str, str], by: str | None, jobs: int, bounds: Bounds, pace: Pace,
    details: bool, as_json: bool,
) -> int:  # fmt: skip
    """Do *verb* to every workbook below *folder* as it is saved, a line each, until somebody stops it."""
    if not folder.is_dir():
        raise UsageError(
            f"{folder} is no folder; name the one the workbooks are in.",
            f"{folder} 不是文件夹；请给出工作簿所在的文件夹。",
        )

    def task(path: Path) -> Task:
        who, now = who_and_when(by, None)
        return Task(str(path), verb, who, now, now.strftime("%Y%m%d-%H%M%S"), options, False, details, False)

    made = Processes(jobs, bounds)
    with stoppable() as stopping:
        click.echo(
            say("Watching {folder}; Ctrl-C stops.", "正在监视 {folder}；按 Ctrl-C 停止。", folder=folder), err=True
        )
        for outcome in watched(folder.absolute(), task, made, pace, stopping):
            _echo(outcome, as_json)
            sys.stdout.flush()
    made.close()
    return 0


def _echo(outcome: Outcome, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"at": _now(), **outcome.to_json(LANGUAGE)}, ensure_ascii=False, default=str))
    else:
        click.echo(line(outcome))


def line(outcome: Outcome) -> str:
    """Return the one line of a workbook in a log."""
    says = outcome.says.in_(LANGUAGE)
    told = says if outcome.book in says else f"{_place(outcome.book)}: {says}"
    code = f" [{outcome.error}]" if outcome.error else ""
    again = say(" ({tries} tries)", "（{tries} 次）", tries=outcome.tries) if outcome.tries > 1 else ""
    return f"{_now()} {outcome.status:<9} {outcome.seconds:6.2f} s  {told}{code}{again}"


def _shown(running: Running, as_json: bool) -> Iterable[Outcome]:
    """Yield the outcomes; on a terminal, with a bar, the rate and what remains."""
    if as_json or not sys.stderr.isatty():
        yield from running
        return
    summary = running.summary
    bar: Any
    with click.progressbar(
        length=len(running.tasks), label=running.run.verb, show_pos=True, show_eta=True, file=sys.stderr,
        item_show_func=lambda _: _rate(summary),
    ) as bar:  # fmt: skip
        for outcome in running:
            bar.update(1, outcome)
            yield outcome


def _rate(summary: Summary) -> str:
    done = sum(summary.statuses.values())
    failed = say(", {count} failed", "，{count} 个失败", count=len(summary.failed)) if summary.failed else ""
    return say("{rate:.1f} a second", "每秒 {rate:.1f} 个", rate=done / max(summary.seconds, 0.001)) + failed


_STATUSES = {
    Status.CHANGED: ("changed", "已修改"),
    Status.UNCHANGED: ("unchanged", "未变"),
    Status.DONE: ("done before the stop", "中断前已完成"),
    Status.SKIPPED: ("not ours", "非本产品"),
    Status.FAILED: ("failed", "失败"),
}

_FORMULAS = {
    "recalculated": ("formulas of your own recalculated", "已重算的自有公式"),
    "to_calculate": ("formulas of your own left for Excel", "待 Excel 计算的自有公式"),
}


def _summed_up(summary: Summary, journal: Path) -> None:
    """Print the summary: a table of what became of the workbooks, then every one that failed, with its sentence."""
    from xl_salesflow.cli import show

    rows = [(say(*_STATUSES[s]), str(summary.statuses[s])) for s in Status if summary.statuses[s]]
    if summary.passed_by:
        rows.append((say("passed by, as done before", "此前已完成，已跳过"), str(summary.passed_by)))
    if summary.left:
        rows.append((say("had no turn", "未处理"), str(summary.left)))
    rows += [
        (say("cells changed", "修改单元格"), str(summary.counts["changes"])),
        (say("findings that block", "阻止性问题"), str(summary.counts["blocks"])),
        *((say(*words), str(summary.counts[id])) for id, words in _FORMULAS.items() if summary.counts[id]),
        (say("seconds", "秒"), f"{summary.seconds:.1f}"),
        (say("largest worker, MiB", "最大工作进程（MiB）"), f"{summary.mebibytes:.0f}"),
    ]
    show.table((say("Run {number}", "运行 {number}", number=summary.number), say("Workbooks", "工作簿")), rows)
    for outcome in summary.failed:
        says = outcome.says.in_(LANGUAGE)
        click.echo(f"✗ {says if outcome.book in says else f'{_place(outcome.book)}: {says}'}", err=True)
    if summary.stopped:
        click.echo(
            say(
                "Stopped; go on with --resume (run journal {file}).",
                "已停止；可用 --resume 继续（运行日志 {file}）。",
                file=journal,
            ),
            err=True,
        )


_COUNTED = ("changes", "added", "removed", "findings", "blocks", "warns", "recalculated", "to_calculate")


def _facts(summary: Summary) -> dict[str, Any]:
    return {
        "run": summary.number, "verb": summary.verb, "books": summary.books, "passed_by": summary.passed_by,
        **{str(status): summary.statuses[status] for status in Status}, "left": summary.left,
        **{id: summary.counts[id] for id in _COUNTED},
        "seconds": round(summary.seconds, 3), "busy": round(summary.busy, 3), "mebibytes": round(summary.mebibytes),
        "stopped": summary.stopped, "code": STOPPED if summary.stopped else summary.code,
    }  # fmt: skip


def _place(book: str) -> str:
    """Return a path as people give it: below this folder, or whole."""
    near = os.path.relpath(book) if os.path.splitdrive(book)[0] == os.path.splitdrive(os.getcwd())[0] else book
    return book if near.startswith("..") else near


def _now() -> str:
    return datetime.now().isoformat(timespec="seconds")
