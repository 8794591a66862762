"""What of the declared workbook a file lacks: made by an older version, or taken out by somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xl_salesflow.errors import NotOurWorkbook
from xl_salesflow.metrics import METRICS
from xl_salesflow.metrics.formulas import POSITIONS
from xl_salesflow.model.settings import SETTINGS_BY_ID
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.ooxml import Table, Workbook
from xl_salesflow.ooxml.refs import unquote
from xl_salesflow.workbook.helper_sheets import outdated
from xl_salesflow.workbook.layout import language_of_headers, match_headers, renamed

ROWS: Mapping[str, tuple[str | int, ...]] = {
    "Metrics": tuple(METRICS),
    "Settings": tuple(SETTINGS_BY_ID),
    **{table: tuple(positions) for table, positions in POSITIONS.items()},
}
"""The tables whose rows are declared, and the keys of those rows."""

_TOLD = {
    "table": Text("the table {table}", "表 {table}"),
    "column": Text("the column “{what}” of {table}", "表 {table} 的列“{what}”"),
    "row": Text("the row of {what} in {table}", "表 {table} 中 {what} 一行"),
    "name": Text("the name {what}", "名称 {what}"),
    "sheet": Text("the sheet {what} as it is now", "工作表 {what} 的现有版本"),
}


_SHEET = re.compile(r"'(?:[^'\[\]]|'')+'|[\w.]+")  # of this workbook, not of another


class Missing(NamedTuple):
    """One thing a workbook lacks: its *kind* (table, column, row, sheet or name), its table, and what it is called there."""

    kind: str
    table: str
    what: str | int = ""

    def told(self, language: Language) -> str:
        """Return it in words."""
        what = self.what
        if self.kind == "column":
            what = TABLES[self.table].header(str(what), language)
        return _TOLD[self.kind].in_(language, table=self.table, what=str(what))


def missing(workbook: Workbook, shipped: Workbook) -> list[Missing]:
    """Return what *workbook* lacks of the template *shipped*, tables first.

    A column that seems to have been renamed, and a table, do not count: the reader says so, with the name it may have now.

    Raises:
        NotOurWorkbook: none of our tables is there.
    """
    ours = our_tables(workbook)
    language = language_of_headers(ours)
    found = [Missing("table", name) for name in TABLES if name not in ours]
    for name, table in ours.items():
        declared, matched = TABLES[name], match_headers(TABLES[name], table.headers, language)
        lacking = [column for column in declared.columns if column.id not in matched]
        added = [column for column in lacking if renamed(declared, column, matched, table.headers) is None]
        found += [Missing("column", name, column.id) for column in added]
        found += [Missing("row", name, key) for key in _rows(workbook, name, matched)]
    found += [Missing("sheet", "", sheet) for sheet in outdated(workbook, shipped)]
    return found + [Missing("name", "", name) for name in _names(workbook, shipped)]


def our_tables(workbook: Workbook) -> dict[str, Table]:
    """Return the declared tables that are there; raises NotOurWorkbook."""
    found = {name: workbook.tables[name] for name in TABLES if name in workbook.tables}
    if not found:
        raise NotOurWorkbook(workbook.path)
    return found


def _rows(workbook: Workbook, table: str, headers: Mapping[str, str]) -> Iterator[str | int]:
    """The declared rows that a table lacks; one that was never filled lacks none."""
    key = TABLES[table].key or ""
    if table in ROWS and key in headers:
        there = {_plain(cell) for cell in workbook.read_table(table)[headers[key]]} - {""}
        yield from (row for row in ROWS[table] if there and str(row) not in there)


def _plain(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _names(workbook: Workbook, shipped: Workbook) -> Iterator[str]:
    """The names of the template that are gone, or point to nothing."""
    there = workbook.name_texts
    for name in shipped.name_texts:
        text = there.get(name)
        if text is None or leads_nowhere(workbook, text):
            yield name


def leads_nowhere(workbook: Workbook, text: str) -> bool:
    """Say whether what a name stands for is gone."""
    sheet, mark, _ = text.partition("!")
    return "#REF!" in text.upper() or (
        bool(mark) and _SHEET.fullmatch(sheet) is not None and unquote(sheet) not in workbook.sheets
    )


def home_of(workbook: Workbook, shipped: Workbook) -> Mapping[str, str]:
    """Which sheet of a workbook each sheet of the template is: the one of the same name, or with the same tables."""
    by_table = {t.sheet: workbook.tables[t.name].sheet for t in shipped.tables.values() if t.name in workbook.tables}
    by_name = {name: workbook.sheets[name].name for name in shipped.sheets if name in workbook.sheets}
    return by_name | by_table


def named_sheets(workbook: Workbook) -> set[str]:
    """Return the sheets that defined names point to, whether they are there or not."""
    texts = (text.partition("!") for text in workbook.name_texts.values())
    return {unquote(sheet) for sheet, mark, _ in texts if mark and _SHEET.fullmatch(sheet)}
