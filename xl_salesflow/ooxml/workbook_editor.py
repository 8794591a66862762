"""Edit a workbook: collect edits, then write them; nothing else is changed."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from xl_salesflow.errors import UnsupportedEdit
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.cell_contents import CachedValue
from xl_salesflow.ooxml.cell_references import MAX_COLUMN, MAX_ROW, Area, CellPlace, CellRange, cell_address
from xl_salesflow.ooxml.chart_caches import ChartCaches
from xl_salesflow.ooxml.column_folds import list_hidden_columns
from xl_salesflow.ooxml.edit_assembly import EditAssembly, WorkbookEdits
from xl_salesflow.ooxml.formula_cells import FormulaSource, KnownFormulas, find_formula_cells, find_plain_formulas
from xl_salesflow.ooxml.new_columns import NewColumn, set_new_column_cells
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.part_memory import PartMemory
from xl_salesflow.ooxml.recalculation import (
    ChangePredicate,
    ConcernedFormulas,
    Recalculation,
    extend_change_predicate,
    make_change_predicate,
)
from xl_salesflow.ooxml.shared_texts import read_shared_strings
from xl_salesflow.ooxml.sheet_edits import sort_column_edit
from xl_salesflow.ooxml.sheet_rewriter import find_array_areas
from xl_salesflow.ooxml.sheet_stream import SheetStream
from xl_salesflow.ooxml.table_resizer import TableResizer, ValuesByHeader, count_column_values
from xl_salesflow.ooxml.workbook_parts import CaseInsensitiveMapping, ExcelTable
from xl_salesflow.ooxml.workbook_reader import WorkbookOnDisk
from xl_salesflow.ooxml.zip_archive import deflate_chunks

_SHEET_FORMULAS: PartMemory[Mapping[CellPlace, str]] = PartMemory()
_SHEET_ARRAYS: PartMemory[Mapping[CellPlace, Area]] = PartMemory()


class Workbook(WorkbookOnDisk):
    """An Excel workbook on disk, and the edits collected for it.

    `read_*` always reads the file; `tables` gives the tables as they will be after the edits.
    """

    def __init__(self, path: Path, source: bytes | Package) -> None:
        super().__init__(path, source)
        self._edits = WorkbookEdits()
        self._replaced: dict[str, bytes] = {}  # parts that are replaced whatever the edits are

    @property
    def tables(self) -> Mapping[str, ExcelTable]:
        """Return the tables by name, ignoring case, in their size after the edits."""
        moved = {name: replace(shift.table, last_row=shift.last_row) for name, shift in self._edits.row_shifts.items()}
        return (
            CaseInsensitiveMapping({name: moved.get(name, table) for name, table in self._on_disk.items()})
            if moved
            else self._on_disk
        )

    def set_column(self, table: str, header: str, values: Mapping[int, Any] | tuple[Any, Sequence[Any]]) -> None:
        """Set cells of a table's column, by sheet row: `{row: value}` or `(rows, values)`.

        A value is None (clears the cell, keeps its format), bool, int, float, str, date, datetime, time, timedelta,
        Decimal, ErrorValue, CellFormula or CachedValue. Raises MissingTable, MissingColumn, UnsupportedEdit.
        """
        at = self._table(table, self.tables)
        column = self._column(at, header)
        rows, cells = sort_column_edit(values)
        if len(rows) and (rows[0] < at.first_row or rows[-1] > at.last_row):
            outside = int(rows[0] if rows[0] < at.first_row else rows[-1])
            why = Text("is outside the table {table}").with_facts(table=at.name)
            raise UnsupportedEdit(self.path, f"{at.sheet}!{cell_address(outside, column)}", why)
        self._edits.filled.add(at.part)
        self._edits.sheet(at.sheet).set(column, rows, cells)

    def set_cell(self, sheet: str, row: int, col: int, value: Any) -> None:
        """Set one cell, rows and columns from 1; raises KeyError for a sheet that does not exist, UnsupportedEdit."""
        name = self.sheets[sheet].name
        if not (1 <= row <= MAX_ROW and 1 <= col <= MAX_COLUMN):
            raise UnsupportedEdit(self.path, f"{name}, row {row}, column {col}", Text("lies outside the sheet"))
        for table in self.tables.values():
            if table.sheet == name and row == table.header_row and table.first_col <= col <= table.last_col:
                why = Text("is a header of table {table}; rename it in Excel").with_facts(table=table.name)
                raise UnsupportedEdit(self.path, f"{name}!{cell_address(row, col)}", why)
        self._edits.sheet(name).set(col, np.array([row], dtype=np.int64), [value])

    def empty(self, sheet: str, area: Area) -> None:
        """Clear a rectangle of cells; this is the only way to remove an array formula."""
        for row in range(area.first_row, area.last_row + 1):
            for column in range(area.first_col, area.last_col + 1):
                self.set_cell(sheet, row, column, None)
        self._edits.sheet(self.sheets[sheet].name).emptied.add(area)

    def set_name(self, name: str, value: Any) -> None:
        """Set the first cell of a defined name; raises KeyError for one that does not refer to a cell."""
        at = self.names[name]
        self.set_cell(at.sheet, at.row, at.col, value)

    def append_rows(self, table: str, columns: ValuesByHeader) -> None:
        """Add rows below a table's last one, or first into its empty starter row; raises UnsupportedEdit.

        Calculated columns get their formula, with the given values as cached ones; missing columns stay empty, in the
        format of the last row.
        """
        at, resizer = self._resizer(table)
        first = at.first_row if self._starts_empty(at) else at.last_row + 1
        resizer.put(first, {self._column(at, header): values for header, values in columns.items()})

    def replace_rows(self, table: str, columns: ValuesByHeader) -> None:
        """Replace the body of a table; it keeps at least one row, which may be empty."""
        at, resizer = self._resizer(table)
        count = count_column_values(columns)
        rows = columns if count else {header: [None] for header in at.headers}
        resizer.put(at.first_row, {self._column(at, header): values for header, values in rows.items()})
        resizer.cut(at.first_row + max(count, 1) - 1)

    def delete_rows(self, table: str, rows: Sequence[int]) -> None:
        """Delete rows of a table by their sheet rows; those below move up, cells outside the table do not.

        The last remaining row is cleared instead. Raises UnsupportedEdit; ValueError for a table that was resized or
        had rows deleted since the workbook was opened: write it first.
        """
        _, resizer = self._resizer(table)
        resizer.delete(rows)

    def order_rows(self, table: str, rows: Sequence[int]) -> None:
        """Put the rows of a table into the order of *rows*, their present sheet rows; rows not named follow.

        Raises UnsupportedEdit if rows of the table are hidden, as by a filter; ValueError if the table was edited before.
        """
        _, resizer = self._resizer(table)
        resizer.order(rows)

    def show_sheet(self, sheet: str) -> bool:
        """Make a hidden sheet visible; return whether it was hidden. Raises KeyError for a sheet that does not exist."""
        found = self.sheets[sheet]
        if found.state == "hidden":
            self._edits.shown.add(found.name)
        return found.state == "hidden"

    def open_columns(self, table: str, wanted: Collection[str], group: Iterable[str]) -> bool:
        """Make columns of *table* visible, by headers: all of *group* if one of *wanted* is hidden; return whether one was.

        Raises MissingTable, MissingColumn.
        """
        at = self._table(table, self._on_disk)
        hidden = list_hidden_columns(SheetStream(self._package, self.sheets[at.sheet].part).head)
        if hidden.isdisjoint(self._column(at, header) for header in wanted):
            return False
        self._edits.sheet(at.sheet).opened |= {self._column(at, header) for header in group}
        return True

    def require_recalculation(self) -> None:
        """Make Excel calculate every formula when it opens the workbook."""
        self._edits.recalculate = True

    @property
    def package(self) -> Package:
        """Return the package on disk."""
        return self._package

    @property
    def name_texts(self) -> Mapping[str, str]:
        """Return the text of each defined name; names that sheets define differently are left out."""
        return self._part.texts

    def widen(self, table: str, columns: Sequence[NewColumn]) -> None:
        """Set the cells of columns that `add_table_columns` added."""
        at = self._table(table, self._on_disk)
        set_new_column_cells(self._edits.sheet(at.sheet), at, columns)

    def with_recalculation(self, known: KnownFormulas) -> tuple[Workbook, Recalculation]:
        """Return the workbook with new values for the formulas that depend on the edits, and what was calculated.

        Formulas in *known* have their values already. Formulas that cannot be calculated here are left to Excel, which
        calculates when it opens the file.
        """
        from xl_salesflow.ooxml.recalculation import recalculate_formulas

        changed = make_change_predicate(self._edits)
        before = ConcernedFormulas(self._source(), changed, known)
        if before.nothing_calculable:  # the usual case
            return self._with_caches(changed), Recalculation()
        after, others = self._edited()
        same = self.sheets.keys() - others
        outcome = recalculate_formulas(before, ConcernedFormulas(after._source(), changed, known, before, same))
        after._renew(outcome.values)
        if outcome.left_for_excel:
            after.require_recalculation()
        places = {CellRange(p.sheet, Area(p.row, p.column, p.row, p.column)) for p in outcome.values}
        return after._with_caches(extend_change_predicate(changed, places)), outcome

    def _with_caches(self, changed: ChangePredicate) -> Workbook:
        """Update the values of changed cells cached in charts and pivot tables."""
        if not ChartCaches(self._package, self._source(), changed).has_stale_caches():
            return self
        after, _ = self._edited()
        after._replaced = ChartCaches(after._package, after._source(), changed).renew_caches()
        return after

    def formulas(self, sheet: str | None = None) -> dict[CellPlace, str]:
        """Return every formula on disk, or those of one sheet, in file syntax."""
        found = dict[CellPlace, str]()
        for name in [sheet] if sheet else self.sheets:
            part, folded = self.sheets[name].part, name.casefold()
            read = partial(_read_formulas, self._package, part, folded)
            found |= _SHEET_FORMULAS.recall(self._package, [part], folded, read)
        return found

    def arrays(self, sheet: str) -> dict[CellPlace, Area]:
        """Return the array formulas of a sheet on disk: the first cell of each, and the cells it fills."""
        part, folded = self.sheets[sheet].part, sheet.casefold()
        return dict(
            _SHEET_ARRAYS.recall(self._package, [part], folded, partial(_read_arrays, self._package, part, folded))
        )

    def _renew(self, values: Mapping[CellPlace, Any]) -> None:
        """Set new cached values of formulas, column by column."""
        by_column: defaultdict[tuple[str, int], dict[int, Any]] = defaultdict(dict)
        for place, value in values.items():
            by_column[place.sheet, place.column][place.row] = CachedValue(value)
        for (sheet, column), cells in by_column.items():
            self._edits.sheet(self.sheets[sheet].name).set(column, *sort_column_edit(cells))

    def _source(self) -> FormulaSource:
        part, package = self._part, self._package
        strings = part.target("sharedStrings")
        listed = cache(lambda: read_shared_strings(package, strings) if strings else [])
        return FormulaSource(
            [*self.sheets], self._on_disk, self.names, part.texts, self.date1904, listed,
            lambda sheet: SheetStream(package, self.sheets[sheet].part), self._fully_known_sheets,
            part.repeated_names,
        )  # fmt: skip

    def _edited(self) -> tuple[Workbook, Collection[str]]:
        """Return the edited workbook, and the sheets whose formulas change; raises UnsupportedEdit."""
        assembly = EditAssembly(self._package, self._part, self._edits)
        replaced = {part: deflate_chunks([data]) for part, data in self._replaced.items()}
        after = Workbook(self.path, self._package.with_parts({**assembly.changed_parts(), **replaced}))
        return after, assembly.other_formulas

    def write_to(self, file: BinaryIO) -> None:
        """Write the workbook with the edits applied; raises UnsupportedEdit before the first byte."""
        after, _ = self._edited()
        after._package.write(file)

    def to_bytes(self) -> bytes:
        """Return the workbook with the edits applied."""
        out = io.BytesIO()
        self.write_to(out)
        return out.getvalue()

    def _resizer(self, name: str) -> tuple[ExcelTable, TableResizer]:
        at = self._table(name, self.tables)
        return at, TableResizer(self._package, self._on_disk, self._edits, at, self.sheets[at.sheet])

    def _starts_empty(self, table: ExcelTable) -> bool:
        """Return whether a table's only row will be empty after the edits."""
        if table.first_row != table.last_row:
            return False
        row = dict(enumerate(self.read_range(table.sheet, str(table.body))[0], table.first_col))
        row |= self._edits.sheet(table.sheet).row(table.first_row)
        return all(
            row[at] is None for at, column in enumerate(table.columns, table.first_col) if column.formula is None
        )


def _read_formulas(package: Package, part: str, sheet: str) -> Mapping[CellPlace, str]:
    plain = find_plain_formulas(SheetStream(package, part))
    if plain is not None:
        return {CellPlace(sheet, *place): text for place, text in plain.items()}
    cells = find_formula_cells(SheetStream(package, part), {})
    return {CellPlace(sheet, cell.row, cell.column): cell.text or "" for cell in cells}


def _read_arrays(package: Package, part: str, sheet: str) -> Mapping[CellPlace, Area]:
    stream, found = SheetStream(package, part), dict[CellPlace, Area]()
    for block in stream.blocks():
        for area in find_array_areas(stream.grammar, block):
            found[CellPlace(sheet, area.first_row, area.first_col)] = area
    return found
