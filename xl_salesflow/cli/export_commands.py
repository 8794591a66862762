"""The command export: every non-empty table as a plain file, with the values that the sheets show."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from datetime import date
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.cli.command_options import BOOK_ARGUMENT, JSON_OPTION, TODAY_OPTION, translated_option, verb_command
from xl_salesflow.locale.texts import Language

if TYPE_CHECKING:
    import pandas as pd

    from xl_salesflow.schema.table_columns import TableSchema


@verb_command("export")
@BOOK_ARGUMENT
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@translated_option("--format", "The format of the files.", type=click.Choice(["csv", "json"]), default="csv")
@JSON_OPTION
@TODAY_OPTION
def export_command(book: Path, folder: Path, format: str, json: bool, today: date | None) -> int:

    return export_tables(book, folder, format, json, today)


_FORMULA_START = re.compile(r"[=@\t\r\n]|[+\-](?![\d\s().,/-]*$)")
"""Matches texts that a spreadsheet would take for a formula; phone numbers are not."""


def export_tables(path: Path, folder: Path, file_format: str, as_json: bool, today: date | None) -> int:
    """Write every non-empty table of *path* into *folder*, one file each, named after the table."""
    from xl_salesflow.cli.printed_answers import WrittenFiles
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.core.file_saving import save_file_atomically
    from xl_salesflow.engine import recompute_formula_columns
    from xl_salesflow.schema.table_registry import TABLES
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = recompute_formula_columns(ClosedBook(path).read(today or date.today()))
    write = _EXPORT_FORMATS[file_format]
    files = [
        save_file_atomically(folder / f"{name}.{file_format}", write(table, pipeline[name], pipeline.language), path)
        for name, table in TABLES.items()
        if len(pipeline[name])
    ]
    if as_json:
        print_json(WrittenFiles(tuple(map(str, files))))
        return 0
    for file in files:
        click.echo(str(file))
    return 0


def format_table_csv(table: TableSchema, rows: pd.DataFrame, language: Language) -> bytes:
    """Return *rows* as CSV with the sheet's headers, in UTF-8 with a byte order mark, so that Excel detects it.

    A text that a spreadsheet would take for a formula is prefixed with an apostrophe.
    """
    from xl_salesflow.workbook.template.starter_content import template_cell_value

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.header.in_(language) for column in table.columns])
    for row in rows.to_dict("records"):
        writer.writerow(
            [_disarm_formula(template_cell_value(column, row[column.id], language)) for column in table.columns]
        )
    return text.getvalue().encode("utf-8-sig")


def format_table_json(table: TableSchema, rows: pd.DataFrame, language: Language) -> bytes:
    """Return *rows* as a JSON array of objects by column id; choices and list values are ids, dates ISO, blanks null."""
    from xl_salesflow.schema.plain_values import json_value

    objects = [{column.id: json_value(row[column.id]) for column in table.columns} for row in rows.to_dict("records")]
    return dumps(objects, ensure_ascii=False, indent=1).encode("utf-8")


def _disarm_formula(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA_START.match(value) else value


_EXPORT_FORMATS: Mapping[str, Callable[[TableSchema, pd.DataFrame, Language], bytes]] = {
    "csv": format_table_csv,
    "json": format_table_json,
}
