"""The commands init, check, update and demo: make a workbook, check it, bring it up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    DRY_RUN_OPTION,
    JSON_OPTION,
    TERMINAL_LANGUAGE,
    TODAY_OPTION,
    USER_OPTION,
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.errors import SalesflowError, UsageError
from xl_salesflow.locale.texts import LANGUAGES, Language


@verb_command("init")
@BOOK_ARGUMENT
@translated_option("--playbook", "The playbook to begin with.", default="crm", show_default=True, metavar="NAME")
@translated_option(
    "--lang",
    "Language of the workbook.",
    type=click.Choice(LANGUAGES),
    default=TERMINAL_LANGUAGE,
    show_default=True,
)
@translated_option(
    "--with",
    "Modules whose sheets are shown from the start: customers, tasks, bant, traits, objections, quotes, plan, analysis, "
    "feedback. A hidden sheet appears with its first row.",
    metavar="MODULE,…",
)
@TODAY_OPTION
def init_command(book: Path, playbook: str, lang: Any, today: date | None, **shown: str | None) -> int:

    modules = [name.strip() for name in (shown["with"] or "").split(",") if name.strip()]
    return create_workbook(book, playbook, lang, today, modules)


@verb_command("check")
@BOOK_ARGUMENT
@translated_option("--repair", "Restore overwritten formulas.", is_flag=True)
@translated_option("--seals", "Check only the seals of Stage history, and say what was changed.", is_flag=True)
@JSON_OPTION
@TODAY_OPTION
def check_command(book: Path, repair: bool, seals: bool, json: bool, today: date | None) -> int:
    if seals and repair:
        raise click.UsageError(terminal_text("--seals does not go with --repair."))
    if seals:
        return show_seal_check(book, json, today)

    return show_workbook_check(book, repair, json, today)


@verb_command("update")
@click.argument("books", type=click.Path(path_type=Path), nargs=-1, required=True)
@DRY_RUN_OPTION
@translated_option(
    "--sheet",
    "With --dry-run: write the changes as a workbook to tick, for salesflow apply.",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CHANGES.xlsx",
)
@translated_option(
    "--sort", "Then put the rows of Deals into working order: open ones first, by next step.", is_flag=True
)
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def update_command(
    books: tuple[Path, ...], dry_run: bool, sheet: Path | None, sort: bool, json: bool, today: date | None, **who: Any
) -> int:
    from xl_salesflow.cli.change_commands import write_change_sheet_file

    if sheet is not None:
        if not dry_run or len(books) > 1:
            raise click.UsageError(terminal_text("--sheet goes with --dry-run and one workbook."))

        return write_change_sheet_file(books[0], sheet, json, today, who["as"])

    if sort and dry_run:
        raise click.UsageError(terminal_text("--sort does not go with --dry-run."))
    return update_workbooks(books, dry_run, json, today, who["as"], sort)


@verb_command("demo")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), metavar="[DIR]")
@translated_option(
    "--lang",
    "Language of the workbook.",
    type=click.Choice(LANGUAGES),
    default=TERMINAL_LANGUAGE,
    show_default=True,
)
@TODAY_OPTION
def demo_command(folder: Path, lang: Any, today: date | None) -> int:
    from xl_salesflow.cli.demo.demo_workbook import write_demo

    for path in write_demo(folder, lang, datetime.combine(today, datetime.min.time()) if today else datetime.now()):
        click.echo(str(path))
    return 0


def create_workbook(
    path: Path, playbook: str, language: Language, today: date | None, modules: Sequence[str] = ()
) -> int:
    """Make a new workbook at *path* with the sheets of *modules*; an existing file is never overwritten."""
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.engine import run_steps
    from xl_salesflow.workbook.new_stores import new_workbook

    if path.exists():
        raise UsageError("{path} exists already; choose another name or move it away.", path=path)
    new_workbook(path, language, playbook, modules)
    session = WorkbookSession(path, None, today, keeps_backups=False)
    session.write(partial(run_steps, steps=(), verb="init", run=session.run))
    click.echo(
        terminal_text(
            "{path} is ready: open it in Excel, or run salesflow import.",
            path=path,
        )
    )
    return 0


_WRITES_OF_RESTORED_CELLS = 2
"""Cells that a query reads have their values after the first write, cells that follow from these after the second."""


def show_workbook_check(path: Path, repair: bool, as_json: bool, today: date | None) -> int:
    """Show the findings; with *repair*, restore formulas first."""
    from xl_salesflow.cli.screen_output import print_check
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import check
    from xl_salesflow.workbook.closed_book import ClosedBook

    session = WorkbookSession(path, None, today, dry_run=not repair)
    restored = tuple(session.attempt(session.book.restore)) if repair else None
    if restored:
        session.book = ClosedBook(path, keeps_backups=False)  # restoring has kept the version before
        for _ in range(_WRITES_OF_RESTORED_CELLS):
            session.write(partial(check, repair=repair))
    plan = session.write(partial(check, repair=repair))
    if plan.writes or restored:
        plan = replace(check(session.read()), repairs=plan.repairs, own_formulas=plan.own_formulas)
    print_check(replace(plan, answer=replace(plan.answer, restored=restored)), as_json)
    return 1 if plan.blocks else 0


def show_seal_check(path: Path, as_json: bool, today: date | None) -> int:
    """Show how much of History is sealed and signed, and each change that the seals reveal."""
    from xl_salesflow.cli.screen_output import print_seal_check
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.core.verb_answers import CheckAnswer
    from xl_salesflow.process.history_rules import check_seals

    counts, findings = check_seals(WorkbookSession(path, None, today, dry_run=True).read())
    print_seal_check(CheckAnswer(findings, seals=counts), counts, as_json)
    return 1 if any(finding.blocks for finding in findings) else 0


def update_workbooks(
    paths: Sequence[Path], dry_run: bool, as_json: bool, today: date | None, by: str | None, sort: bool = False
) -> int:
    """Update every workbook, and *sort* its deals; one that fails is reported and the others continue."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.process.working_order import arrange_deals
    from xl_salesflow.verbs import update
    from xl_salesflow.workbook.closed_book import ClosedBook

    code = 0
    for path in paths:
        try:
            session = WorkbookSession(path, by, today, dry_run)
            plan = session.write(partial(update, run=session.run))
            if sort:
                session.book = ClosedBook(path, keeps_backups=not plan.writes)  # one backup of the version before
                if session.write(arrange_deals).writes:
                    session.write(partial(update, run=session.run))  # findings name cells
        except SalesflowError as error:
            if len(paths) == 1:
                raise
            click.echo(error.in_(TERMINAL_LANGUAGE), err=True)
            code = max(code, error.exit_code)
            continue
        print_change_set(path, plan, dry_run, as_json, session.pipeline)
        code = max(code, 1 if plan.blocks else 0)
    return code
