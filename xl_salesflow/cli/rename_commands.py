"""The commands rename and merge-accounts: one name for another in every row."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    DRY_RUN_OPTION,
    JSON_OPTION,
    TODAY_OPTION,
    USER_OPTION,
    terminal_text,
    translated_option,
    verb_command,
)


@verb_command("rename")
@BOOK_ARGUMENT
@click.argument("old", metavar=terminal_text("OLD"))
@click.argument("new", metavar=terminal_text("NEW"))
@translated_option(
    "--in", "The sheet or column that declares the name, such as Stages or Source.", default="", metavar="SHEET"
)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def rename_command(book: Path, old: str, new: str, **options: Any) -> int:

    return rename_in_workbook(book, old, new, options)


@verb_command("merge-accounts")
@BOOK_ARGUMENT
@click.argument("duplicate", metavar=terminal_text("DUPLICATE"))
@click.argument("kept", metavar=terminal_text("KEPT"))
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def merge_accounts_command(book: Path, duplicate: str, kept: str, **options: Any) -> int:

    return merge_accounts_in_workbook(book, duplicate, kept, options)


def rename_in_workbook(path: Path, old: str, new: str, options: dict[str, Any]) -> int:
    """Rename *old* to *new* in the workbook and print what changed."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import rename

    session = WorkbookSession(path, options["as"], options["today"], options["dry_run"])
    plan = session.write(partial(rename, old=old, new=new, run=session.run, sheet=options["in"]))
    print_change_set(path, plan, options["dry_run"], options["json"])
    return 0


def merge_accounts_in_workbook(path: Path, duplicate: str, kept: str, options: dict[str, Any]) -> int:
    """Make two customers of the workbook one and print what changed."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import merge_customers

    session = WorkbookSession(path, options["as"], options["today"], options["dry_run"])
    plan = session.write(partial(merge_customers, duplicate=duplicate, kept=kept, run=session.run))
    print_change_set(path, plan, options["dry_run"], options["json"])
    return 0
