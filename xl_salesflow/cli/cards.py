"""What the commands around a talk do: write a card, read a filled one back, hand out the checklist."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xl_salesflow import documents, flow
from xl_salesflow.cli import show
from xl_salesflow.cli.work import run_of
from xl_salesflow.documents.names import safe_name
from xl_salesflow.errors import UsageError
from xl_salesflow.sheets.card import card
from xl_salesflow.workbook import ClosedBook
from xl_salesflow.workbook.card import read_card


def written(path: Path, deal: str, output: Path | None, today: date | None) -> int:
    """Write the BANT card of *deal*, to be filled in; an existing file is never overwritten."""
    pipeline = ClosedBook(path).read(today or date.today())
    filled = flow.bant_card(pipeline, deal)
    name = safe_name(f"BANT {filled['deal'].iloc[0] if len(filled) else deal}")
    target = output or path.parent / f"{name}.xlsx"
    if target.exists():
        raise UsageError(
            f"{target} exists already and may be filled in; choose another name or move it away.",
            f"{target} 已存在，可能已填写；请换一个名称或先移走原文件。",
        )
    documents.save(target, card(filled, pipeline.language))
    click.echo(str(target))
    return 0


def read_back(path: Path, filled: Path, dry_run: bool, as_json: bool, today: date | None, by: str | None) -> int:
    """Take the answers of the card *filled* into the workbook; what it holds that cannot be used is told with its cell."""
    book, run = ClosedBook(path), run_of(by, today)
    pipeline = book.read(run.now.date())
    found = read_card(filled, pipeline.language)
    plan = flow.read_card(pipeline, found.frame, found.address, run, found.faults)
    if not dry_run:
        plan = book.written(plan)
    show.plan(path, plan, dry_run, as_json)
    return 1 if plan.blocks else 0


def prepared(path: Path, deal: str, dry_run: bool, as_json: bool, today: date | None, by: str | None) -> int:
    """Give *deal* the checklist before a visit."""
    book, run = ClosedBook(path), run_of(by, today)
    plan = flow.prepare(book.read(run.now.date()), deal, run)
    if not dry_run:
        plan = book.written(plan)
    show.plan(path, plan, dry_run, as_json)
    return 1 if plan.blocks else 0
