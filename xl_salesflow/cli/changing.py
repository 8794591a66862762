"""A dry run as a change sheet, and a ticked one carried out."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import click

from xl_salesflow import documents, flow
from xl_salesflow.cli import show
from xl_salesflow.cli.texts import say
from xl_salesflow.cli.work import run_of
from xl_salesflow.errors import UsageError
from xl_salesflow.sheets.change_sheet import change_sheet
from xl_salesflow.sheets.ticked import ticked
from xl_salesflow.workbook import ClosedBook


def sheet(path: Path, output: Path, as_json: bool, today: date | None, by: str | None) -> int:
    """Write what an update of *path* would change to *output*, for somebody to tick; the workbook stays as it is."""
    run = run_of(by, today)
    pipeline = ClosedBook(path).read(run.now.date())
    plan = flow.update(pipeline, run)
    asked = flow.change_sheet(pipeline, plan, "update", run)
    documents.save(output, change_sheet(asked))
    if as_json:
        show.as_json({"book": str(path), "sheet": str(output), "decisions": len(asked.lines), "dry_run": True})
        return 0
    click.echo(
        say(
            "{output}: {count} changes to tick. Nothing was written to {path}.",
            "{output}：{count} 项修改待勾选。{path} 未写入。",
            output=output,
            count=len(asked.lines),
            path=path,
        )
    )
    return 0


def apply(path: Path, changes: Path, dry_run: bool, as_json: bool, today: date | None, by: str | None) -> int:
    """Do what is ticked on the change sheet *changes*; exit code 1 where a tick could not be followed."""
    book, run = ClosedBook(path), run_of(by, today)
    asked = ticked(changes)
    made_for = re.split(r"[\\/]", asked.book)[-1]
    if made_for != path.name:
        raise UsageError(
            f"{changes} was made for {made_for}, not for {path.name}; make one for this workbook.",
            f"{changes} 是为 {made_for} 生成的，不适用于 {path.name}；请为此工作簿重新生成。",
        )
    plan = flow.apply(book.read(run.now.date()), asked, run)
    if not dry_run and plan.answer["applied"]:
        plan = book.written(plan)
    if as_json:
        show.as_json({"book": str(path), "sheet": str(changes), "dry_run": dry_run, **plan.answer})
        return 1 if plan.answer["refused"] else 0
    for finding in plan.findings:
        if finding.rule.startswith("change_"):
            click.echo(f"! {finding.cell + ': ' if finding.cell else ''}{finding.message}")
    done = say("would be done; nothing was written", "将执行；未写入") if dry_run else say("done", "已执行")
    click.echo(
        say(
            "{path}: {applied} of {wished} ticked changes {done}, {refused} refused.",
            "{path}：勾选的 {wished} 项修改中 {applied} 项{done}，{refused} 项未执行。",
            path=path,
            done=done,
            **{fact: plan.answer[fact] for fact in ("applied", "wished", "refused")},
        )
    )
    show.formulas_of_yours(plan.answer)
    return 1 if plan.answer["refused"] else 0
