"""The commands rename and merge-accounts: one name for another in every row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.verb_answers import RenamedRows, RunAnswer


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
    from xl_salesflow.verbs import rename

    return _write_new_names(book, partial(rename, old=old, new=new, sheet=options["in"]), options)


@verb_command("merge-accounts")
@BOOK_ARGUMENT
@click.argument("duplicate", metavar=terminal_text("DUPLICATE"))
@click.argument("kept", metavar=terminal_text("KEPT"))
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def merge_accounts_command(book: Path, duplicate: str, kept: str, **options: Any) -> int:
    from xl_salesflow.verbs import merge_customers

    return _write_new_names(book, partial(merge_customers, duplicate=duplicate, kept=kept), options)


def _write_new_names(
    path: Path, verb: Callable[..., ChangeSet[RunAnswer[RenamedRows]]], options: dict[str, Any]
) -> int:
    """Carry out *verb* on the workbook and print what changed."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession

    session = WorkbookSession(path, options["as"], options["today"], options["dry_run"])
    plan = session.write(partial(verb, run=session.run))
    print_change_set(path, plan, options["dry_run"], options["json"], session.pipeline)
    return 0
