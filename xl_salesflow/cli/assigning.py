"""Deals given to people on the terminal: who got which, and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xl_salesflow import flow
from xl_salesflow.cli import show
from xl_salesflow.cli.texts import say
from xl_salesflow.cli.work import run_of
from xl_salesflow.workbook import ClosedBook


def assign(
    path: Path, how: str, days: int | None, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Give the deals without owner to people and print who got which."""
    run, book = run_of(by, today), ClosedBook(path)
    plan = flow.assign(book.read(run.now.date()), run, how, days)
    given = [change for change in plan.changes if (change.table, change.column) == ("Deals", "owner")]
    if not dry_run:
        plan = book.written(plan)
    if as_json:
        told = [{"deal": c.key, "from": c.before or None, "to": c.after or None, "because": c.because} for c in given]
        show.as_json({"book": str(path), "dry_run": dry_run, "assigned": told, **show.calculated(plan.answer)})
        return 0
    pool = say("the pool", "公海")
    for change in given:
        click.echo(f"{change.key}: {change.before or pool} → {change.after or pool} ({change.because})")
    for finding in plan.findings:
        if finding.rule == "unassigned":
            click.echo(f"! {finding.message}")
    done = (
        say("would change owner; nothing was written", "将变更负责人；未写入")
        if dry_run
        else say("changed owner", "已变更负责人")
    )
    click.echo(
        say("{path}: {count} deals {done}.", "{path}：{count} 个商机{done}。", path=path, count=len(given), done=done)
    )
    show.formulas_of_yours(plan.answer)
    return 0
