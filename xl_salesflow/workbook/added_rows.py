"""Rows that the tables of metrics and settings should have and lack, put back where they belong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xl_salesflow.metrics.formulas import POSITIONS
from xl_salesflow.model.tables import TABLES
from xl_salesflow.ooxml import Workbook
from xl_salesflow.workbook.layout import language_of_headers, match_headers
from xl_salesflow.workbook.missing import ROWS, Missing, our_tables


def add_rows(workbook: Workbook, shipped: Workbook, lacking: Iterable[Missing]) -> Workbook:
    """Return *workbook* with the missing rows; formulas that belong into them are put there by the repair that follows."""
    lacking = list(lacking)
    for table in dict.fromkeys(one.table for one in lacking):
        keys = [one.what for one in lacking if one.table == table]
        _append(workbook, shipped, table, keys)
        if table in POSITIONS:
            workbook = Workbook(workbook.path, workbook.to_bytes())
            _number(workbook, table)
        workbook = Workbook(workbook.path, workbook.to_bytes())
    return workbook


def _append(workbook: Workbook, shipped: Workbook, name: str, keys: Iterable[str | int]) -> None:
    declared, language = TABLES[name], language_of_headers(our_tables(workbook))
    here = match_headers(declared, workbook.tables[name].headers, language)
    there = match_headers(declared, shipped.tables[name].headers, language)
    pattern = shipped.read_table(name)
    place = {str(key): at for at, key in enumerate(pattern[there[declared.key or ""]])}
    rows = [place[str(key)] for key in keys if str(key) in place]
    columns: dict[str, list[Any]] = {
        header: [pattern[there[id]][row] for row in rows]
        for id, header in here.items()
        if id in there and not declared[id].is_formula
    }
    workbook.append_rows(name, columns)


def _number(workbook: Workbook, name: str) -> None:
    """Count the positions anew from the top: the rows of such a table are alike but for that number."""
    declared, table = TABLES[name], workbook.tables[name]
    headers = match_headers(declared, table.headers, language_of_headers(our_tables(workbook)))
    header = headers[declared.key or ""]
    cells = workbook.read_table(name)[header]
    numbers = sorted((cell for cell in cells if cell in ROWS[name]), key=ROWS[name].index)
    filled = [row for row, cell in enumerate(cells, table.first_row) if cell in ROWS[name]]
    workbook.set_column(name, header, dict(zip(filled, numbers, strict=True)))
