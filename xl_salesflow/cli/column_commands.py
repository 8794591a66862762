"""The command column: declare a column of the team's own."""

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

_CELL_OPTIONS = (
    "type",
    "values",
    "needed_before",
    "effect",
    "only_if",
    "group",
    "import_names",
    "other_title",
    "printed",
)
_COLUMN_IDS = ("kind", "values", "stage", "effect", "condition", "slice", "aliases", "other_title", "printed")


@verb_command("column")
@BOOK_ARGUMENT
@click.argument("sheet", metavar=terminal_text("SHEET"))
@click.argument("header", metavar=terminal_text("HEADER"))
@translated_option(
    "--type", "What its cells hold: text, number, amount, percent, date, yes_no or list.", default="", metavar="TYPE"
)
@translated_option("--values", "The values of a list, with semicolons between.", default="", metavar="VALUES")
@translated_option("--needed-before", "The stage that needs this cell filled in.", default="", metavar="STAGE")
@translated_option("--effect", "If the cell is blank: block or warn.", default="", metavar="EFFECT")
@translated_option("--only-if", "The deals that are asked, such as: Amount > 100000.", default="", metavar="CONDITION")
@translated_option("--group", "Numbers can be grouped and filtered by it.", is_flag=True)
@translated_option("--import-names", "Headers of other programs, with semicolons between.", default="", metavar="NAMES")
@translated_option("--other-title", "Its header in the other language.", default="", metavar="HEADER")
@translated_option("--printed", "Papers for customers may show it.", is_flag=True)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def column_command(book: Path, sheet: str, header: str, **options: Any) -> int:

    return write_own_column(book, sheet, header, options)


def write_own_column(path: Path, sheet: str, header: str, options: dict[str, Any]) -> int:
    """Declare the column *header* of *sheet* in the workbook, and print what changed."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import column

    named = zip(_COLUMN_IDS, (options[name] for name in _CELL_OPTIONS), strict=True)
    cells = {column_id: "yes" if given is True else given for column_id, given in named if given}
    session = WorkbookSession(path, options["as"], options["today"], options["dry_run"])
    plan = session.write(partial(column, sheet=sheet, title=header, cells=cells, run=session.run))
    print_change_set(path, plan, options["dry_run"], options["json"], session.pipeline)
    return 0
