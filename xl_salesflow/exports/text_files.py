"""Exported tables as text: CSV for spreadsheets, JSON and JSON lines for programs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from json import dumps
from typing import Any

from xl_salesflow.exports.exported_tables import ExportedTable
from xl_salesflow.locale.texts import Language
from xl_salesflow.workbook.template.starter_content import template_cell_value

_FORMULA_START = re.compile(r"[=@\t\r\n]|[+\-](?![\d\s().,/-]*$)")
"""Matches texts that a spreadsheet would take for a formula; phone numbers are not."""


def format_table_csv(table: ExportedTable, language: Language) -> bytes:
    """Return *table* as CSV with the sheet's headers, in UTF-8 with a byte order mark, so that Excel detects it.

    A text that a spreadsheet would take for a formula is prefixed with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_disarm_formula(column.header.in_(language)) for column in table.columns])
    for record in table.records:
        writer.writerow(
            [_disarm_formula(template_cell_value(column, record[column.id], language)) for column in table.columns]
        )
    return text.getvalue().encode("utf-8-sig")


def format_table_json(table: ExportedTable) -> bytes:
    """Return *table* as a JSON array of objects by column id; choices and list values are ids, dates ISO, blanks null."""
    return dumps([plain_record(record) for record in table.records], ensure_ascii=False, indent=1).encode("utf-8")


def format_json_lines(events: Iterable[Mapping[str, Any]]) -> bytes:
    """Return one JSON object a line, in UTF-8, each line with its end."""
    return "".join(dumps(event, ensure_ascii=False) + "\n" for event in events).encode("utf-8")


def plain_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return *record* as JSON holds it: days and moments as ISO text."""
    return {column: value.isoformat() if isinstance(value, date) else value for column, value in record.items()}


def _disarm_formula(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA_START.match(value) else value
