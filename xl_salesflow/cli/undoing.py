"""Putting back a run: what came of it, and what was left because somebody changed it since."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xl_salesflow import flow
from xl_salesflow.cli import show
from xl_salesflow.cli.texts import say
from xl_salesflow.cli.work import run_of
from xl_salesflow.workbook import ClosedBook

_SHOWN = 20


def undo(
    path: Path, which: str | None, force: bool, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Put back run *which* (default: the last); exit code 1 where something was left."""
    book, run = ClosedBook(path), run_of(by, today)
    plan = flow.undo(book.read(run.now.date()), run, which, force)
    if not dry_run:
        plan = book.written(plan)
    if as_json:
        show.as_json({"book": str(path), "dry_run": dry_run, **plan.answer})
        return 1 if plan.answer["left"] else 0
    left = [finding for finding in plan.findings if finding.rule.startswith("undo_")]
    for finding in left[:_SHOWN]:
        click.echo(f"! {finding.message}")
    if len(left) > _SHOWN:
        click.echo(
            say("… and {count} more; --json has them all.", "…… 另有 {count} 条；见 --json。", count=len(left) - _SHOWN)
        )
    done = say("would be put back; nothing was written", "将被恢复；未写入") if dry_run else say("put back", "已恢复")
    click.echo(
        say(
            "{path}: run {run} ({verb}): {undone} changes {done}, {left} left.",
            "{path}：运行 {run}（{verb}）：{undone} 处修改{done}，{left} 处保留。",
            path=path,
            done=done,
            **{fact: plan.answer[fact] for fact in ("run", "verb", "undone", "left")},
        )
    )
    return 1 if left else 0
