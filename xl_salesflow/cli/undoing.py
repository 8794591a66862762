"""Putting back a run: what came of it; where somebody changed something since, a terminal is asked and a script refused."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from xl_salesflow import flow
from xl_salesflow.cli import show
from xl_salesflow.cli.texts import say
from xl_salesflow.cli.work import run_of
from xl_salesflow.model.plan import Finding, Plan
from xl_salesflow.workbook import ClosedBook

_SHOWN = 20


def undo(
    path: Path,
    which: str | None,
    force: bool,
    keep: bool,
    dry_run: bool,
    as_json: bool,
    today: date | None,
    by: str | None,
) -> int:
    """Put back run *which* (default: the last); exit code 1 where something was left, or nothing done for its sake.

    *force* puts back what somebody changed since as well, *keep* leaves it and puts back the rest; a terminal is asked.
    """
    book, run = ClosedBook(path), run_of(by, today)
    pipeline = book.read(run.now.date())
    plan = flow.undo(pipeline, run, which, force)
    if plan.answer["left"] and not (force or keep or dry_run):
        wish = _asked(plan, as_json)
        if wish == "force":
            plan = flow.undo(pipeline, run, plan.answer["run"], force=True)
        if wish == "nothing":
            return _refused(path, plan, as_json)
    if not dry_run:
        plan = book.written(plan)
    return _told(path, plan, dry_run, as_json)


def _asked(plan: Plan, as_json: bool) -> str:
    """Show what was changed since and ask what to do: keep, force or nothing; without a terminal, nothing."""
    if as_json or not sys.stdin.isatty():
        return "nothing"
    _listed(_left(plan))
    wishes = {"k": "keep", "f": "force", "n": "nothing"}
    question = say(
        "Keep these and put back the rest (k), put back these too (f), or do nothing (n)?",
        "保留这些并恢复其余（k）、连同这些一并恢复（f），还是不作处理（n）？",
    )
    return wishes[click.prompt(question, type=click.Choice(list(wishes)), default="n")]


def _refused(path: Path, plan: Plan, as_json: bool) -> int:
    if as_json:
        show.as_json({"book": str(path), "dry_run": False, "refused": True, **plan.answer, "undone": 0})
        return 1
    _listed(_left(plan))
    click.echo(
        say(
            "{path}: {left} changes of run {run} were changed since; nothing was put back (--keep leaves them, --force none).",
            "{path}：运行 {run} 有 {left} 处之后又被修改；未恢复任何内容。--keep 保留这些，--force 全部恢复。",
            path=path,
            **{fact: plan.answer[fact] for fact in ("run", "left")},
        ),
        err=True,
    )
    return 1


def _told(path: Path, plan: Plan, dry_run: bool, as_json: bool) -> int:
    if as_json:
        show.as_json({"book": str(path), "dry_run": dry_run, **plan.answer})
        return 1 if plan.answer["left"] else 0
    _listed(_left(plan))
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
    show.formulas_of_yours(plan.answer)
    return 1 if plan.answer["left"] else 0


def _left(plan: Plan) -> list[Finding]:
    return [finding for finding in plan.findings if finding.rule.startswith("undo_")]


def _listed(left: Sequence[Finding]) -> None:
    for finding in left[:_SHOWN]:
        click.echo(f"! {finding.message}")
    if len(left) > _SHOWN:
        click.echo(
            say("… and {count} more; --json has them all.", "…… 另有 {count} 条；见 --json。", count=len(left) - _SHOWN)
        )
