"""The option ``--write`` of the commands of the module forecast, which fills their sheets in the workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from click.core import ParameterSource

from xl_salesflow.cli.command_options import terminal_text, translated_option

WRITE_OPTION = translated_option(
    "--write",
    "Fill the sheets of this command in the workbook, which every update then keeps up to date.",
    is_flag=True,
)


_TAKEN_WITH_WRITE = ("book", "write", "today", "part")


def _refuse_other_options() -> None:
    context = click.get_current_context()
    given = [
        f"--{name.replace('_', '-')}"
        for name in context.params
        if name not in _TAKEN_WITH_WRITE and context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(
            terminal_text("a sheet does not take {options}; leave that out", options=", ".join(given))
        )


def fill_sheets(path: Path, verb: str, table: str, today: date | None) -> int:
    """Fill the sheets of *verb*, of which *table* is the first, in the workbook at *path*.

    Raises:
        click.UsageError: the command has options that the sheets could not keep to.
    """
    _refuse_other_options()
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.schema.table_registry import TABLES
    from xl_salesflow.verbs import write_sheet

    session = WorkbookSession(path, None, today)
    session.write(lambda pipeline: write_sheet(pipeline, verb))
    title = terminal_text(TABLES[table].title)
    click.echo(
        terminal_text("{path}: the sheet {sheet} is filled; every update keeps it up to date.", path=path, sheet=title)
    )
    return 0
