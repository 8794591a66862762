"""The command export: the tables of a workbook as files or a database, with the values that the sheets show."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    JSON_OPTION,
    TODAY_OPTION,
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.locale.texts import Text

_FORMATS = ("csv", "json", "jsonl", "sqlite", "duckdb", "parquet")  # export_files imports pandas


@verb_command("export")
@BOOK_ARGUMENT
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@translated_option("--format", "The format of the files.", type=click.Choice(_FORMATS), default="csv")
@translated_option(
    "--since",
    "Only the rows that changed since this export into the folder; last is the newest.",
    metavar="RUN",
)
@JSON_OPTION
@TODAY_OPTION
def export_command(book: Path, folder: Path, format: str, since: str | None, json: bool, today: date | None) -> int:

    return export_workbook(book, folder, format, since, json, today)


_RUN_TEXT = Text("This is the export {run}; the next one can write the changes only: --since {run}")
_CHANGES_TEXT = Text("Since {run}: {added} {added:row|rows} added, {changed} changed, {removed} removed.")


def export_workbook(
    path: Path, folder: Path, file_format: str, since: str | None, as_json: bool, today: date | None
) -> int:
    """Write the tables of the workbook at *path* into *folder*."""
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.engine import recompute_formula_columns
    from xl_salesflow.exports.export_files import EXPORT_FORMATS, write_export
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = recompute_formula_columns(ClosedBook(path).read(today or date.today()))
    named = next(one for one in EXPORT_FORMATS if one == file_format)
    answer = write_export(pipeline, path, folder, named, datetime.now(), since)
    if as_json:
        print_json(answer)
        return 0
    for file in answer.files:
        click.echo(file)
    # not among the names of the files, which other programs read
    if since:
        facts = {"run": answer.since, "added": answer.added, "changed": answer.changed, "removed": answer.removed}
        click.echo(terminal_text(_CHANGES_TEXT, **facts), err=True)
    click.echo(terminal_text(_RUN_TEXT, run=answer.run), err=True)
    return 0
