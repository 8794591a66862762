"""Read files that people have filled in: a change sheet with ticks, a BANT card with answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from xl_salesflow.changelog.change_sheet_table import CHANGE_SHEET_FACTS, CHANGE_SHEET_TABLE, ChangeLine, ChangeSheet
from xl_salesflow.core.pipelines import Finding
from xl_salesflow.errors import NotAWorkbook, UsageError
from xl_salesflow.locale.texts import LANGUAGES, Language, Text, TextList
from xl_salesflow.ooxml.cell_references import cell_address
from xl_salesflow.ooxml.excel_notation import address_on_sheet
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.choice_lists import CHOICES, identify_choice
from xl_salesflow.schema.deal_tables import USABLE_YEARS
from xl_salesflow.schema.table_columns import ColumnType, SheetGroup, TableSchema, declare_column
from xl_salesflow.schema.work_tables import BANT_CARD_ANSWER_COLUMNS, BANT_CARD_TABLE
from xl_salesflow.workbook.cell_conversion import Dialect, read_frame
from xl_salesflow.workbook.cell_findings import CELL_FINDING_KINDS, CellFinding

ChangeSheetCells = Mapping[str, list[Any]]


def read_change_sheet_file(path: Path) -> ChangeSheet:
    """Return the change sheet at *path*.

    Raises:
        NotAWorkbook: the file is not a workbook.
        UsageError: it is a workbook but not a change sheet, or a tick is neither yes nor no.
    """
    workbook = Workbook.open(path)
    if not {CHANGE_SHEET_TABLE.name.casefold(), ABOUT_TABLE.name.casefold()} <= {
        name.casefold() for name in workbook.tables
    }:
        raise UsageError(
            "{path} is not a change sheet; make one with: salesflow update BOOK --dry-run --sheet {name}.",
            path=path,
            name=path.name,
        )
    columns = _change_cells_by_id(path, workbook.read_table(CHANGE_SHEET_TABLE.name))
    headers = workbook.tables[CHANGE_SHEET_TABLE.name].headers
    language: Language = next((one for one in LANGUAGES if CHANGE_SHEET_TABLE.header("apply", one) in headers), "en")
    facts = _read_about_facts(path, workbook.read_table(ABOUT_TABLE.name))
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    lines = tuple(_read_change_line(path, number, row) for number, row in enumerate(rows, 2) if row["mark"])
    return ChangeSheet(
        str(facts["book"]),
        str(facts["verb"]),
        _parse_about_day(path, facts["today"]),
        str(facts["by"]),
        language,
        lines,
    )


def _change_cells_by_id(path: Path, cells: ChangeSheetCells) -> dict[str, list[Any]]:
    found = {column.id: cells for header, cells in cells.items() if (column := CHANGE_SHEET_TABLE.find_column(header))}
    missing = tuple(column.header for column in CHANGE_SHEET_TABLE.columns if column.id not in found)
    if missing:
        raise UsageError(
            "{path}: the column {columns} is missing; make the change sheet again.",
            path=path,
            columns=TextList(missing),
        )
    return found


def _read_about_facts(path: Path, cells: ChangeSheetCells) -> dict[str, Any]:
    names, values = list(cells.values())[:2]
    facts = {str(name): value for name, value in zip(names, values, strict=True)}
    found = {
        fact_id: facts[name]
        for fact_id, text in CHANGE_SHEET_FACTS.items()
        for name in text.translations()
        if name in facts
    }
    if len(found) < len(CHANGE_SHEET_FACTS):
        raise NotAWorkbook(path, Text("the sheet About is damaged; make the change sheet again"))
    return found


def _parse_about_day(path: Path, value: Any) -> date:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        USABLE_YEARS.index(day.year)
        return day.date() if isinstance(day, datetime) else day
    except ValueError:
        raise NotAWorkbook(path, Text("the sheet About has no day; make the change sheet again")) from None


def _read_change_line(path: Path, number: int, row: Mapping[str, Any]) -> ChangeLine:
    tick = str(row["apply"] or "").strip()
    choice = identify_choice(CHOICES["yes_no"], tick) if tick else "no"
    if choice is None:
        raise UsageError(
            "{path}, row {number}: “{value}” is neither Yes nor No; nothing was done.",
            path=path,
            number=number,
            value=tick,
        )
    texts = {
        field_name: str(row[field_name] or "")
        for field_name in ("table", "key", "column", "mark", "held", "where", "name", "because", "follows")
    }
    return ChangeLine(**texts, before=row["before"], after=row["after"], apply=choice == "yes")


@dataclass(frozen=True)
class FilledBantCard:
    """A card that was read: *frame* is that of BANT_CARD_TABLE; *columns* holds the position of each column, from 1."""

    path: Path
    sheet: str
    columns: dict[str, int]
    frame: pd.DataFrame
    findings: tuple[Finding, ...]

    def address(self, row: int, column: str) -> str:
        """Return the address of a cell, including the file name."""
        return _card_cell_address(self.path, self.sheet, row, self.columns[column])


def read_bant_card_file(path: Path, language: Language) -> FilledBantCard:
    """Read the card in the file *path*; its headers may be in either language, findings are in *language*.

    Raises:
        WorkbookError: the file cannot be read.
        UsageError: it is not a card, or a column is missing.
    """
    workbook = Workbook.open(path)
    named = next((name for name in workbook.tables if name.casefold() == BANT_CARD_TABLE.name.casefold()), None)
    if named is None:
        raise UsageError(
            "{path} is not a BANT card: it has no table {table}; salesflow bant BOOK DEAL writes one.",
            path=path,
            table=BANT_CARD_TABLE.name,
        )
    table = workbook.tables[named]
    found = {
        column.id: place
        for place, header in enumerate(table.headers)
        if (column := BANT_CARD_TABLE.find_column(header))
    }
    for column_id in ("deal", "question", *BANT_CARD_ANSWER_COLUMNS):
        if column_id not in found:
            header = BANT_CARD_TABLE.header(column_id, language)
            raise UsageError("{path}: the card has no column “{header}”; write a new card.", path=path, header=header)
    cells = workbook.read_table(named)
    held = {
        c.id: cells[table.headers[found[c.id]]] if c.id in found else _blank_card_cells(cells)
        for c in BANT_CARD_TABLE.columns
    }
    frame, cell_findings = read_frame(BANT_CARD_TABLE, held, table.first_row, Dialect("", workbook.date1904))
    columns = {column_id: table.first_col + place for column_id, place in found.items()}
    findings = tuple(
        _describe_card_finding(path, table.sheet, columns, cell_finding, language)
        for cell_finding in cell_findings
        if cell_finding.column in BANT_CARD_ANSWER_COLUMNS
    )
    return FilledBantCard(path, table.sheet, columns, frame, findings)


def _blank_card_cells(cells: dict[str, list[object]]) -> list[object]:
    return [None] * len(next(iter(cells.values())))


def _describe_card_finding(
    path: Path, sheet: str, columns: dict[str, int], finding: CellFinding, language: Language
) -> Finding:
    cell = _card_cell_address(path, sheet, finding.row, columns[finding.column])
    facts = {name: fact.in_(language) if isinstance(fact, Text) else fact for name, fact in finding.facts.items()}
    kind, header = CELL_FINDING_KINDS[finding.rule], BANT_CARD_TABLE.header(finding.column, language)
    message = kind.message.in_(language, cell=cell, header=header, shown=finding.cell_text, **facts)
    return Finding(finding.rule, kind.severity, message, "Answers", "", finding.column, cell)


def _card_cell_address(path: Path, sheet: str, row: int, column: int) -> str:
    return address_on_sheet(f"[{path.name}]{sheet}", cell_address(row, column))


ABOUT_TABLE = TableSchema(
    "ChangeSheet", Text("About", context="ChangeSheet"), Text("What the change sheet is about"), SheetGroup.MANAGE,
    (
        declare_column("fact", "Fact", ColumnType.TEXT, Text("What", context="ChangeSheet")),
        declare_column("value", Text("Value", context="ChangeSheet"), ColumnType.TEXT, "Which", width=60),
    ),
)  # fmt: skip
