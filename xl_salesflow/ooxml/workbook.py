"""A workbook on disk: read it, collect edits, write it. Nothing the edits do not name is touched."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from xl_salesflow.errors import MissingColumn, MissingTable, NotAWorkbook, UnsupportedEdit
from xl_salesflow.ooxml.assemble import Assembly, Edits
from xl_salesflow.ooxml.edits import REMOVED, Fresh, column_edit
from xl_salesflow.ooxml.grow import Growth
from xl_salesflow.ooxml.package import Package
from xl_salesflow.ooxml.parts import ByName, DefinedName, Sheet, WorkbookPart
from xl_salesflow.ooxml.reader import CellReader, read_area, read_rows
from xl_salesflow.ooxml.refs import MAX_ROW, Area, address
from xl_salesflow.ooxml.sheet_scan import SheetStream
from xl_salesflow.ooxml.strings import shared_strings
from xl_salesflow.ooxml.styles import format_kinds
from xl_salesflow.ooxml.tables import Table, TableColumn, read_tables
from xl_salesflow.ooxml.values import Formula

Columns = Mapping[str, Sequence[Any]]


class Workbook:
    """An Excel workbook as it is on disk, and the edits collected for it.

    `read_*` always answers from the file; `tables` shows the tables as they will be once the edits are written.
    """

    path: Path
    digest: str  # sha256 of the bytes read, in hexadecimal
    date1904: bool
    strict: bool
    sheets: Mapping[str, Sheet]
    names: Mapping[str, DefinedName]

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self._package = Package(path, data)
        self._part = WorkbookPart(self._package)
        self.digest = self._package.digest
        self.date1904, self.strict = self._part.date1904, self._part.strict
        self.sheets, self.names = self._part.sheets, self._part.names
        self._edits = Edits()

    @classmethod
    def open(cls, path: Path) -> Workbook:
        """Open a workbook; raises NotAWorkbook or EncryptedWorkbook, in one sentence."""
        try:
            return cls(path, Path(path).read_bytes())
        except FileNotFoundError as error:
            raise NotAWorkbook(path, "does not exist; check the name") from error
        except IsADirectoryError as error:
            raise NotAWorkbook(path, "is a folder; name the workbook in it") from error
        except OSError as error:
            raise NotAWorkbook(path, f"cannot be read ({error.strerror or error})") from error

    # -- what is there ------------------------------------------------------------------------------------------

    @cached_property
    def _on_disk(self) -> ByName[Table]:
        return ByName({t.name: t for sheet in self.sheets.values() for t in read_tables(self._package, sheet)})

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables by name, ignoring case."""
        grown = {g.table.name: replace(g.table, last_row=g.last_row) for g in self._edits.growths.values()}
        return (
            ByName({table.name: grown.get(table.name, table) for table in self._on_disk.values()})
            if grown
            else self._on_disk
        )

    @cached_property
    def _reader(self) -> CellReader:
        strings, styles = self._part.target("sharedStrings"), self._part.target("styles")
        return CellReader(
            shared_strings(self._package, strings) if strings and self._package.find(strings) else [],
            format_kinds(self._package.parse(styles)) if styles and self._package.find(styles) else [],
            self.date1904,
        )

    def _stream(self, sheet: str) -> SheetStream:
        return SheetStream(self._package, self.sheets[sheet].part)

    def read_table(self, name: str) -> dict[str, list[Any]]:
        """Read a table's body by column: header to Python values; raises MissingTable."""
        table = self._table(name, self._on_disk)
        area = Area(table.first_row, table.first_col, table.last_row, table.last_col)
        return dict(zip(table.headers, read_area(self._stream(table.sheet), self._reader, area), strict=True))

    def read_range(self, sheet: str, ref: str) -> list[list[Any]]:
        """Read a rectangle such as B2:D9, row by row; raises KeyError for a sheet that is not there."""
        return read_rows(self._stream(sheet), self._reader, Area.parse(ref))

    def read_name(self, name: str) -> Any:
        """Read the first cell of a defined name; raises KeyError for one that points at no cell."""
        at = self.names[name]
        return read_rows(self._stream(at.sheet), self._reader, Area(at.row, at.col, at.row, at.col))[0][0]

    def _table(self, name: str, among: Mapping[str, Table] | None = None) -> Table:
        try:
            return (self.tables if among is None else among)[name]
        except KeyError:
            raise MissingTable(self.path, name) from None

    def _column(self, table: Table, header: str) -> int:
        try:
            return table.column(header)
        except KeyError:
            raise MissingColumn(self.path, table.name, header) from None

    # -- what is to change --------------------------------------------------------------------------------------

    def set_column(self, table: str, header: str, values: Mapping[int, Any] | tuple[Any, Sequence[Any]]) -> None:
        """Set cells of a table's column, by sheet row: `{row: value}` or `(rows, values)`.

        A value is None (clears the cell, keeps its format), bool, int, float, str, date, datetime, time, timedelta,
        Decimal, ErrorValue, Formula or Cached. Raises MissingTable, MissingColumn, UnsupportedEdit.
        """
        at = self._table(table)
        column = self._column(at, header)
        rows, cells = column_edit(values)
        if len(rows) and (rows[0] < at.first_row or rows[-1] > at.last_row):
            outside = int(rows[0] if rows[0] < at.first_row else rows[-1])
            raise UnsupportedEdit(
                self.path, f"{at.sheet}!{address(outside, column)}", f"lies outside the table {at.name}"
            )
        self._edits.sheet(at.sheet).set(column, rows, cells)

    def set_cell(self, sheet: str, row: int, col: int, value: Any) -> None:
        """Set one cell, rows and columns from 1; raises KeyError for a sheet that is not there."""
        self._edits.sheet(self.sheets[sheet].name).set(col, np.array([row], dtype=np.int64), [value])

    def set_name(self, name: str, value: Any) -> None:
        """Set the first cell of a defined name; raises KeyError for one that points at no cell."""
        at = self.names[name]
        self.set_cell(at.sheet, at.row, at.col, value)

    def append_rows(self, table: str, columns: Columns) -> None:
        """Add rows below a table's last one, its empty starter row first; raises UnsupportedEdit.

        Calculated columns get their formula, with the values given as cached ones; columns not given stay empty, in the
        format of the last row.
        """
        at = self._table(table)
        first = at.first_row if self._starts_empty(at) else at.last_row + 1
        self._put(at, first, columns)

    def replace_rows(self, table: str, columns: Columns) -> None:
        """Replace a table's whole body; it grows or shrinks, to one empty row at least."""
        at = self._table(table)
        self._put(at, at.first_row, columns if _length(columns) else {header: [None] for header in at.headers})
        last = self.tables[at.name].last_row
        new_last = max(at.first_row, at.first_row + _length(columns) - 1)
        if new_last < last:
            self._resize(at, new_last)
            gone = np.arange(new_last + 1, last + 1)
            for column in range(at.first_col, at.last_col + 1):
                self._edits.sheet(at.sheet).set(column, gone, [REMOVED] * len(gone))

    def require_recalculation(self) -> None:
        """Ask Excel to calculate every formula when it opens the workbook."""
        self._edits.recalculate = True

    def _starts_empty(self, table: Table) -> bool:
        if table.first_row != table.last_row or table.name in self._edits.growths:
            return False
        ref = str(Area(table.first_row, table.first_col, table.last_row, table.last_col))
        row = self.read_range(table.sheet, ref)[0]
        return all(value is None for column, value in zip(table.columns, row, strict=True) if column.formula is None)

    def _put(self, table: Table, first: int, columns: Columns) -> None:
        count = _length(columns)
        given = {self._column(table, header): values for header, values in columns.items()}
        rows = np.arange(first, first + count)
        last = first + count - 1
        if last > MAX_ROW:
            raise UnsupportedEdit(
                self.path, f"{table.sheet}, table {table.name}", f"would need {last:,} rows, a sheet has {MAX_ROW:,}"
            )
        if last > table.last_row:
            self._resize(table, last)
        for offset, column in enumerate(table.columns):
            number = table.first_col + offset
            self._edits.sheet(table.sheet).set(number, rows, _body(column, given.get(number), count))

    def _resize(self, table: Table, last: int) -> None:
        """Let a table end at another row; rows it gains must be empty."""
        on_disk = self._on_disk[table.name]
        if last > on_disk.last_row:
            gained = Area(on_disk.last_row + 1, table.first_col, last, table.last_col)
            self._refuse_neighbours(table, gained)
            sheet = self._edits.sheet(table.sheet)
            sheet.fresh = [f for f in sheet.fresh if f.style_row != on_disk.last_row or f.area[1] != gained[1]]
            sheet.fresh.append(Fresh(gained, on_disk.last_row))
        self._edits.growths[table.name] = Growth(on_disk, last)

    def _refuse_neighbours(self, table: Table, gained: Area) -> None:
        for other in self.tables.values():
            if other.name != table.name and other.sheet == table.sheet and other.area.meets(gained):
                place = f"{table.sheet}!{address(other.area.first_row, other.area.first_col)}"
                raise UnsupportedEdit(
                    self.path, place, f"table {other.name} is in the way of {table.name}; move it and run again"
                )
        if table.has_totals:
            place = f"{table.sheet}!{address(table.last_row + 1, table.first_col)}"
            raise UnsupportedEdit(
                self.path, place, f"the totals row of {table.name} is in the way; switch it off and run again"
            )

    # -- writing ------------------------------------------------------------------------------------------------

    def write_to(self, file: BinaryIO) -> None:
        """Write the workbook with the edits applied; raises UnsupportedEdit before the first byte."""
        self._package.write(file, Assembly(self._package, self._part, self._edits).changed())

    def to_bytes(self) -> bytes:
        """Return the workbook with the edits applied."""
        out = io.BytesIO()
        self.write_to(out)
        return out.getvalue()


def _length(columns: Columns) -> int:
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns of different length: {sorted(lengths)}")
    return lengths.pop() if lengths else 0


def _body(column: TableColumn, values: Sequence[Any] | None, count: int) -> Sequence[Any]:
    """What goes into new cells of a column: the values given, under its formula where it calculates."""
    if column.formula is None:
        return values if values is not None else [None] * count
    cached = values if values is not None else [None] * count
    return [value if isinstance(value, Formula) else Formula(column.formula, value) for value in cached]
