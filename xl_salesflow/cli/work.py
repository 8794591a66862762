"""What each command does: open the book, ask the flow, write the plan, show what came of it."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click

from xl_salesflow import flow
from xl_salesflow.cli import show
from xl_salesflow.cli.show_plan import back_from_target
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.errors import SalesflowError, UsageError
from xl_salesflow.model.text import Language
from xl_salesflow.model.view import View
from xl_salesflow.sheets import new_workbook
from xl_salesflow.workbook import ClosedBook


def run_of(by: str | None, today: date | None) -> flow.Run:
    """Return who runs now; *today* moves the day and keeps the time."""
    now = datetime.now().replace(microsecond=0)
    return flow.Run(by or getpass.getuser(), datetime.combine(today, now.time()) if today else now)


def init(path: Path, playbook: str, language: Language, today: date | None) -> int:
    """Make a new workbook at *path*; an existing file is never overwritten."""
    if path.exists():
        raise UsageError(
            f"{path} exists already; choose another name or move it away.",
            f"{path} 已存在；请换一个名称或先移走原文件。",
        )
    new_workbook(path, language, playbook)
    book, run = ClosedBook(path), run_of(None, today)
    book.write(flow.settled(book.read(run.now.date()), (), "init", run))
    click.echo(
        say(
            "{path} is ready: open it in Excel, or run salesflow import.",
            "{path} 已建好：可在 Excel 中打开，或运行 salesflow import。",
            path=path,
        )
    )
    return 0


def check(path: Path, repair: bool, as_json: bool, today: date | None) -> int:
    """Show the findings; with *repair* put formulas back first."""
    book = ClosedBook(path)
    restored = book.restore() if repair else []
    plan = flow.check(book.read(_today(today)), repair)
    more = {"restored": restored} if repair else {}
    if plan.writes:
        written = book.written(plan)
        plan = replace(flow.check(book.read(_today(today))), repairs=plan.repairs)
        more |= show.calculated(written.answer)
    show.findings(replace(plan, answer={**plan.answer, **more}), as_json)
    return 1 if plan.blocks else 0


def update(paths: Sequence[Path], dry_run: bool, as_json: bool, today: date | None, by: str | None) -> int:
    """Update every workbook; one that fails is reported and the others go on."""
    code = 0
    for path in paths:
        try:
            book, run = ClosedBook(path), run_of(by, today)
            plan = flow.update(book.read(run.now.date()), run)
            if not dry_run:
                plan = book.written(plan)
        except SalesflowError as error:
            if len(paths) == 1:
                raise
            click.echo(error.in_(LANGUAGE), err=True)
            code = max(code, error.exit_code)
            continue
        show.plan(path, plan, dry_run, as_json)
        code = max(code, 1 if plan.blocks else 0)
    return code


def funnel(path: Path, view: View, by: str | None, then: date | None, as_json: bool, today: date | None) -> int:
    """Show the funnel as asked; *then* is the day to compare with."""
    pipeline = flow.asked(ClosedBook(path).read(_today(today)), view)
    show.funnel(flow.funnel(pipeline, by, then), pipeline, as_json)
    return 0


def plan(path: Path, target: float | None, by: date | None, view: View, as_json: bool, today: date | None) -> int:
    """Show what it takes to win the target."""
    pipeline = flow.asked(ClosedBook(path).read(_today(today)), view)
    back_from_target(flow.plan(pipeline, target, by), pipeline.language, as_json)
    return 0


def _today(today: date | None) -> date:
    return today or date.today()
