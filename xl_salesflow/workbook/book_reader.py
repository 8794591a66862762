"""Read a workbook on disk into frames, with its findings and with what writing needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from xl_salesflow.core.own_columns import EXTENSIBLE_TABLES
from xl_salesflow.ooxml.cell_references import Area, cell_address
from xl_salesflow.ooxml.excel_notation import address_on_sheet
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_columns import TableSchema, extend_table
from xl_salesflow.schema.table_frames import TEXTS_IN_PYTHON
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_conversion import Dialect, format_cell_as_text, read_frame
from xl_salesflow.workbook.cell_findings import CellFinding
from xl_salesflow.workbook.own_cells import OwnTableCells
from xl_salesflow.workbook.workbook_layout import WorkbookLayout, with_declared_columns

if TYPE_CHECKING:
    from xl_salesflow.workbook.metric_formulas import LiveFormulas

OverwrittenFormulaRows = dict[str, dict[str, list[int]]]  # table → column id → sheet rows


@dataclass(frozen=True)
class WorkbookReading:
    """What was read of a workbook, filled table by table.

    *first_free_rows*: table → first row of its blank tail, where rows are added before the table grows. *numbered*:
    keys that are numbers in their cells; they are written as numbers, because lookups distinguish 7 and "7".
    *typed_over*: used formula cells, of the tables read so far, without their formula. *live*: table → formulas of its
    rows, for the metric tables. *own_cells*: table → the columns that the team added.
    """

    workbook: Workbook
    layout: WorkbookLayout
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: dict[str, list[CellFinding]] = field(default_factory=dict)
    first_free_rows: dict[str, int] = field(default_factory=dict)
    numbered: set[str] = field(default_factory=set)
    typed_over: OverwrittenFormulaRows = field(default_factory=dict)
    live: dict[str, LiveFormulas] = field(default_factory=dict)
    own_cells: dict[str, OwnTableCells] = field(default_factory=dict)

    @pd.option_context(*TEXTS_IN_PYTHON)
    def read_table(self, name: str, dialect: Dialect) -> pd.DataFrame:
        """Return the frame of one table, which is read on first use."""
        if name in self.frames:
            return self.frames[name]
        on_sheet, headers = self.workbook.tables[self.layout.tables[name].name], self.layout.headers[name]
        table, cells = extend_table(TABLES[name], headers), self.workbook.read_table(on_sheet.name)
        declared = [cells[headers[column.id]] for column in table.columns[len(TABLES[name].columns) :]]
        columns = {column_id: cells.pop(header) for column_id, header in headers.items()}
        if table.key:
            self.numbered.update(_find_number_keys(columns[table.key]))
        formulas = {column.name for column in on_sheet.columns if column.formula}
        own = [*declared, *(values for header, values in cells.items() if header not in formulas)]
        self.frames[name], self.findings[name] = read_frame(table, columns, on_sheet.first_row, dialect)
        self.first_free_rows[name] = self._first_free(name, own)
        if name in EXTENSIBLE_TABLES:
            self.own_cells[name] = OwnTableCells(range(on_sheet.first_row, on_sheet.last_row + 1), cells)
        return self.frames[name]

    def with_own_columns(self, dialect: Dialect) -> WorkbookReading:
        """Return the same reading, which reads the columns that the sheet Columns declares like ours."""
        declared = self.read_table("Columns", dialect)
        return self if declared.empty else replace(self, layout=with_declared_columns(self.layout, declared))

    def _first_free(self, name: str, own: Iterable[list[Any]]) -> int:
        """Return the row after the last one that holds anything of ours or of the user's."""
        frame, on_sheet = self.frames[name], self.layout.tables[name]
        free = int(frame.index[-1]) + 1 if len(frame) else on_sheet.first_row
        tail = range(on_sheet.last_row, free - 1, -1)
        marked = (row for row in tail if any(values[row - on_sheet.first_row] is not None for values in own))
        return next(marked, free - 1) + 1

    def find_typed_over(self, name: str) -> Mapping[str, list[int]]:
        """Return the rows of one table, by column, whose formula was overwritten; each becomes a finding, only once."""
        if name in self.live:
            return self.typed_over.get(name, {})
        table, headers, frame = TABLES[name], self.layout.headers[name], self.frames[name]
        expected: dict[str, str | dict[int, str]] = {
            headers[c.id]: self.layout.formula(table, c) for c in table.formulas if c.formula
        }
        self.live[name] = self._find_live_formulas(table, frame)
        for column_id, cells in self.live[name].items():
            expected[headers[column_id]] = {row: formula.text for row, formula in cells.items()}
        found = self.workbook.find_overwritten_formulas(name, expected) if expected and len(frame) else {}
        for column in table.formulas:
            rows = pd.Index(found.get(headers[column.id], []), dtype="int64").intersection(frame.index).tolist()
            if rows:
                self.typed_over.setdefault(name, {})[column.id] = rows
                self.findings[name].extend(CellFinding("formula_typed_over", row, column.id, "") for row in rows)
        return self.typed_over.get(name, {})

    def _find_live_formulas(self, table: TableSchema, frame: pd.DataFrame) -> LiveFormulas:
        if all(column.formula for column in table.formulas):
            return {}
        from xl_salesflow.workbook.metric_formulas import find_live_formulas  # this module imports every metric

        return find_live_formulas(self.layout, table, frame)


def read_single_cell_names(workbook: Workbook) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Return the values and the addresses of the names that refer to a single cell, sheet by sheet."""
    single = [name for name in workbook.names.values() if (name.row, name.col) == (name.last_row, name.last_col)]
    values, addresses = dict[str, Any](), dict[str, str]()
    for sheet in dict.fromkeys(name.sheet for name in single):
        here = [name for name in single if name.sheet == sheet]
        rows, columns = [name.row for name in here], [name.col for name in here]
        area = Area(min(rows), min(columns), max(rows), max(columns))
        grid = workbook.read_range(sheet, str(area))
        for name in here:
            values[name.name] = grid[name.row - area.first_row][name.col - area.first_col]
            addresses[name.name] = address_on_sheet(sheet, cell_address(name.row, name.col))
    return values, addresses


def _find_number_keys(cells: Iterable[Any]) -> set[str]:
    return {format_cell_as_text(cell) for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)}
