"""What ``salesflow export`` does: every table that is in use as a file, values as the sheets show them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
import pandas as pd

from xl_salesflow import documents
from xl_salesflow.calculated import refreshed
from xl_salesflow.cli import show
from xl_salesflow.model.column import Table
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language
from xl_salesflow.sheets.rows import cell
from xl_salesflow.workbook import ClosedBook

_ACTS = re.compile(r"[=@\t\r\n]|[+\-](?![\d\s().,/-]*$)")
"""What a spreadsheet would take for a formula; a phone number is none."""


def exported(path: Path, folder: Path, format: str, as_json: bool, today: date | None) -> int:
    """Write every table of *path* that has rows into *folder*, one file each, named as the table."""
    pipeline = refreshed(ClosedBook(path).read(today or date.today()))
    write = _FORMATS[format]
    files = [
        documents.save(folder / f"{name}.{format}", write(table, pipeline[name], pipeline.language))
        for name, table in TABLES.items()
        if len(pipeline[name])
    ]
    if as_json:
        show.as_json({"files": [str(file) for file in files]})
        return 0
    for file in files:
        click.echo(str(file))
    return 0


def as_csv(table: Table, rows: pd.DataFrame, language: Language) -> bytes:
    """Return *rows* as CSV with the sheet's headers, in UTF-8 with a mark so that Excel reads it right.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.header.in_(language) for column in table.columns])
    for row in rows.to_dict("records"):
        writer.writerow([_harmless(cell(column, row[column.id], language)) for column in table.columns])
    return text.getvalue().encode("utf-8-sig")


def as_json(table: Table, rows: pd.DataFrame, language: Language) -> bytes:
    """Return *rows* as a JSON array of objects by column id; choices and list values are ids, dates ISO, blanks null."""
    told = [{column.id: _plain(row[column.id]) for column in table.columns} for row in rows.to_dict("records")]
    return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8")


_FORMATS: Mapping[str, Callable[[Table, pd.DataFrame, Language], bytes]] = {"csv": as_csv, "json": as_json}


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _ACTS.match(value) else value


def _plain(value: Any) -> Any:
    if value is pd.NaT or value == "" or value != value:
        return None
    if isinstance(value, pd.Timestamp):
        return (value.date() if value == value.normalize() else value).isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value
