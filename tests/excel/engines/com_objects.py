"""Excel's objects as its COM server offers them, over the cells of a workbook in memory: the least kind of the test engines.

What they do follows xlwings' Windows layer, which reads these properties, and the issues of xlwings in which users report what
Excel did:

- an array written over rows some of which a filter hides: each visible cell gets the first element, hidden cells keep theirs
  (#747, #679, #1483; a maintainer in #2619 on hidden rows and filters). A single row, and a fill with one value, are written.
- cells in a currency format arrive as Decimal with four decimals, also when they hold more (#65, #640, #2634);
- errors arrive as numbers, of which xlwings names seven (`cell_errors` in `_xlwindows.py`);
- dates arrive as times of pywin32 in UTC, a date without a time zone is refused by pywin32 (`_datetime_to_com_time`);
- text that is written is typed: "#N/A" becomes the error (#776), numbers and dates become those;
- a string in an array has at most 8,203 characters;
- `Count` overflows for a whole sheet, of which `CountLarge` is the number (documentation of Range.CountLarge);
- `Visible` of a sheet is -1, 0 or 2 (very hidden), and only a visible sheet can be activated or selected.

Every call that would cross to Excel is counted: a property read or set, a method, an item of a collection.
"""

# ruff: noqa: N802, N803 - the names are those of Excel
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from openpyxl import load_workbook

from tests.excel.engines.com_modules import CDispatch, refuse
from tests.excel.engines.com_values import (
    ERROR_NUMBERS,
    ErrorText,
    formula_of,
    refuse_argument,
    rows_of,
    typed_of,
    value_of,
)
from tests.excel.engines.grid import LAST, Area, letters, place
from tests.excel.engines.memory import MemoryGrid

SHEET_PROTECTED = "The cell or chart you're trying to change is on a protected sheet."


class Com(CDispatch):
    """An object of the server: its capitalised attributes are calls, counted by its application."""

    application: Any = None

    def __getattribute__(self, name: str) -> Any:
        if name[0].isupper():
            object.__getattribute__(self, "application").calls[name] += 1
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name[0].isupper():
            if name not in dir(type(self)):
                raise AttributeError(name)
            self.application.calls[f"{name}="] += 1
        object.__setattr__(self, name, value)

    def count(self, name: str) -> None:
        self.application.calls[name] += 1


def _prop(name: str, settable: bool = True) -> Any:
    """Return a counted property that is kept in the attribute *name*."""
    read = property(lambda self: getattr(self, name))
    return read.setter(lambda self, value: setattr(self, name, value)) if settable else read


class Application(Com):
    """One running Excel, with its window *hwnd*; *calls* counts what crossed to it."""

    Name, Version, Path, StartupPath = "Microsoft Excel", "16.0", "C:\\Office", ""
    Visible = DisplayAlerts = Interactive = True
    CutCopyMode = 0
    Calculation, ScreenUpdating, EnableEvents = _prop("calculation"), _prop("screen"), _prop("events")
    StatusBar, Hwnd = _prop("bar"), _prop("hwnd", settable=False)

    def __init__(self, hwnd: int = 1) -> None:
        self.application, self.calls, self.hwnd = self, Counter[str](), hwnd
        self.calculation, self.screen, self.events, self.bar = -4105, True, True, False
        self.books: list[Workbook] = []
        self.alerts: list[str] = []
        self.reply = "no"
        self.selected: Cells | None = None

    def Calculate(self) -> None:
        pass

    @property
    def Workbooks(self) -> Workbooks:
        return Workbooks(self)

    @property
    def ActiveWorkbook(self) -> Workbook | None:
        return self.books[-1] if self.books else None

    @property
    def Selection(self) -> Cells:
        if self.selected is None:
            refuse("Object doesn't support this property or method")
        return self.selected


class _Collection(Com):
    """A collection by name in any case, or by position."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def items(self) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def Count(self) -> int:
        return len(self.items())

    @property
    def Application(self) -> Application:
        return self.application

    def __iter__(self) -> Iterator[Any]:
        for item in self.items().values():
            self.count("Next")
            yield item

    def __call__(self, key: str | int) -> Any:
        self.count("Item")
        found = self.items()
        if isinstance(key, int):
            return list(found.values())[key - 1]
        for name, item in found.items():
            if name.casefold() == str(key).casefold():
                return item
        refuse("Subscript out of range")

    def Item(self, key: str | int) -> Any:
        self.application.calls["Item"] -= 1
        return self(key)


class Workbooks(_Collection):
    def items(self) -> dict[str, Any]:
        return {book.path.name: book for book in self.application.books}


@dataclass
class Filter:
    """The filter of a table: the rows whose cell in column *field* (from 1) shows one of the *kept* texts stay visible."""

    field: int
    kept: frozenset[str]


class Workbook(Com):
    """An open workbook, and what a person has done to its sheets."""

    MultiUserEditing = ReadOnly = False
    FileFormat = 51

    def __init__(self, application: Application, path: FilePath) -> None:
        self.application, self.path, self.grid = application, path, MemoryGrid(path)
        self.filters = dict[str, Filter]()
        self.hidden = dict[str, set[int]]()  # sheet → rows hidden by a filter
        self.protected, self.visibility = set[str](), dict[str, int]()
        self.unlocked, self.currency = set[tuple[str, int]](), set[tuple[str, int]]()  # sheet and column
        self.active = next(iter(self.grid.cells))
        application.books.append(self)

    Name = property(lambda self: self.path.name)
    FullName = property(lambda self: str(self.path))
    Path = property(lambda self: str(self.path.parent))
    Application = property(lambda self: self.application)
    Worksheets = property(lambda self: Sheets(self))
    Sheets = Worksheets
    Names = property(lambda self: Names(self))
    ActiveSheet = property(lambda self: Worksheet(self, self.active))

    @cached_property
    def hidden_columns(self) -> dict[str, set[int]]:
        """The hidden columns of each sheet: first as the file has them."""
        sheets = load_workbook(self.path).worksheets
        return {
            sheet.title: {
                number for one in sheet.column_dimensions.values() if one.hidden for number in range(one.min, one.max + 1)
            }
            for sheet in sheets
        }  # fmt: skip

    def Activate(self) -> None:
        self.application.books.remove(self)
        self.application.books.append(self)

    def Close(self, SaveChanges: bool = False) -> None:
        self.application.books.remove(self)

    def Save(self) -> None:
        self.grid.save(self.path)

    def SaveAs(self, Filename: str, FileFormat: int = 51, Password: Any = None) -> None:
        self.grid.save(FilePath(Filename))

    def filter(self, table: str, header: str, *kept: str) -> None:
        """Filter a table as a person does: rows with other texts in that column are hidden."""
        area = self.grid.table(table)
        headers = self.grid.values(area._replace(bottom=area.top))[0]
        self.filters[table] = Filter(headers.index(header) + 1, frozenset(kept))
        self.apply(table)

    def apply(self, table: str) -> None:
        area, kept = self.grid.table(table), self.filters[table]
        body = range(area.top + 1, area.bottom + 1 - self.grid.totals(table))
        column = area._replace(top=area.top, left=area.left + kept.field - 1, right=area.left + kept.field - 1)
        shown = [str(row[0] or "") for row in self.grid.values(column)]
        out = {row for row in body if shown[row - area.top] not in kept.kept}
        self.hidden[area.sheet] = (self.hidden.get(area.sheet, set()) - set(body)) | out


class Sheets(_Collection):
    def __init__(self, book: Workbook) -> None:
        self.application, self.book = book.application, book

    def items(self) -> dict[str, Any]:
        return {name: Worksheet(self.book, name) for name in self.book.grid.cells}

    Parent = property(lambda self: self.book)


class Names(_Collection):
    def __init__(self, book: Workbook) -> None:
        self.application, self.book = book.application, book

    def items(self) -> dict[str, Any]:
        return {name: Name(self.book, name, refers) for name, refers in self.book.grid.names().items()}


class Name(Com):
    def __init__(self, book: Workbook, name: str, refers: str) -> None:
        self.application, self.book, self.name, self.refers = book.application, book, name, refers

    Name, RefersTo = _prop("name", settable=False), _prop("refers", settable=False)

    @property
    def RefersToRange(self) -> Cells:
        sheet, _, address = self.refers[1:].rpartition("!")
        return Cells(Worksheet(self.book, sheet.strip("'").replace("''", "'")), address)


class Worksheet(Com):
    def __init__(self, book: Workbook, name: str) -> None:
        self.application, self.book, self.name = book.application, book, name

    Name, Parent = _prop("name", settable=False), property(lambda self: self.book)
    Application = property(lambda self: self.application)
    Index = property(lambda self: list(self.book.grid.cells).index(self.name) + 1)
    ListObjects = property(lambda self: ListObjects(self))
    ProtectContents = property(lambda self: self.name in self.book.protected)
    AutoFilterMode, AutoFilter = False, None  # tables have filters of their own
    Visible = property(
        lambda self: self.book.visibility.get(self.name, -1),
        lambda self, value: self.book.visibility.__setitem__(self.name, -1 if value is True else int(value)),
    )

    def Activate(self) -> None:
        if self.book.visibility.get(self.name, -1) != -1:
            refuse("Activate method of Worksheet class failed")
        self.book.active = self.name

    @property
    def Cells(self) -> Cells:
        return Cells(self, Area(self.name, 1, 1, *LAST))

    def _area_of_table(self, name: str) -> Area | None:
        """Return the body of the table *name*; of another sheet's table, Excel refuses the range."""
        grid = self.book.grid
        known = (one for sheet in grid.cells for one in grid.tables(sheet) if one.casefold() == name.casefold())
        table = next(known, None)
        if table is None:
            return None
        area = grid.table(table)
        if area.sheet != self.name:
            refuse("Method 'Range' of object '_Worksheet' failed")
        return area._replace(top=area.top + 1, bottom=area.bottom - bool(grid.totals(table)))

    def Range(self, first: Any, last: Any = None) -> Cells:
        if isinstance(first, str):
            return Cells(self, self._area_of_table(first) or first)
        one, other = (getattr(end, "_inner", end).area for end in (first, last or first))
        area = Area(self.name, *(min(pair) for pair in zip(one[1:3], other[1:3], strict=True)), 0, 0)
        return Cells(self, area._replace(bottom=max(one.bottom, other.bottom), right=max(one.right, other.right)))


class _Lines(Com):
    """The rows or the columns of a range."""

    def __init__(self, cells: Cells, count: int) -> None:
        self.application, self.cells, self.lines = cells.application, cells, count

    Count = _prop("lines", settable=False)

    @property
    def Hidden(self) -> bool | None:
        hidden = {row in self.cells.hidden_rows for row in range(self.cells.area.top, self.cells.area.bottom + 1)}
        return hidden.pop() if len(hidden) == 1 else None

    @Hidden.setter
    def Hidden(self, value: bool) -> None:
        if self.cells.protected:
            refuse("Unable to set the Hidden property of the Range class")
        rows = set(range(self.cells.area.top, self.cells.area.bottom + 1))
        hidden = self.cells.sheet.book.hidden
        before = hidden.get(self.cells.sheet.name, set())
        hidden[self.cells.sheet.name] = before | rows if value else before - rows


class _SheetColumns(_Lines):
    """The columns of a range, as those of the whole sheet."""

    Columns = property(lambda self: self)

    def Item(self, number: int) -> _SheetColumns:
        at = self.cells.area.left + number - 1
        return _SheetColumns(Cells(self.cells.sheet, self.cells.area._replace(left=at, right=at)), 1)

    @property
    def Hidden(self) -> bool | None:
        hidden = {column in self._hidden_columns for column in self._numbers}
        return hidden.pop() if len(hidden) == 1 else None

    @Hidden.setter
    def Hidden(self, value: bool) -> None:
        if self.cells.protected:
            refuse("Unable to set the Hidden property of the Range class")
        (self._hidden_columns.update if value else self._hidden_columns.difference_update)(self._numbers)

    @property
    def _numbers(self) -> range:
        return range(self.cells.area.left, self.cells.area.right + 1)

    @property
    def _hidden_columns(self) -> set[int]:
        return self.cells.sheet.book.hidden_columns.setdefault(self.cells.sheet.name, set())


class Cells(Com):
    """A range; *areas* are its rectangles, of which the first is what is read and written."""

    def __init__(self, sheet: Worksheet, where: Area | str) -> None:
        self.application, self.sheet, self.grid = sheet.application, sheet, sheet.book.grid
        self.areas = [where] if isinstance(where, Area) else [self._parse(part) for part in where.split(",")]
        self.area = self.areas[0]

    def _parse(self, text: str) -> Area:
        refers = {name.casefold(): refers for name, refers in self.grid.names().items()}.get(text.casefold())
        if refers:
            sheet, _, text = refers[1:].rpartition("!")
            if sheet.strip("'").replace("''", "'") != self.sheet.name:
                refuse("Method 'Range' of object '_Worksheet' failed")
        try:
            ends = [place(part.replace("$", "")) for part in text.split(":")]
        except AssertionError:
            refuse("Method 'Range' of object '_Worksheet' failed")
        return Area(self.sheet.name, *ends[0], *ends[-1])

    Worksheet, Parent = _prop("sheet", settable=False), _prop("sheet", settable=False)
    Application = property(lambda self: self.application)
    Row, Column = property(lambda self: self.area.top), property(lambda self: self.area.left)
    Rows = property(lambda self: _Lines(self, self.area.shape[0]))
    Columns = property(lambda self: _SheetColumns(self, self.area.shape[1]))
    EntireRow = property(lambda self: _Lines(self, self.area.shape[0]))
    EntireColumn = property(lambda self: _SheetColumns(self, self.area.shape[1]))

    @property
    def Count(self) -> int:
        number = self.area.shape[0] * self.area.shape[1]
        if number >= 2**31:
            refuse("Overflow")
        return number

    @property
    def CountLarge(self) -> int:
        return self.area.shape[0] * self.area.shape[1]

    @property
    def Address(self) -> str:
        shown = []
        for area in self.areas:
            first, last = f"${letters(area.left)}${area.top}", f"${letters(area.right)}${area.bottom}"
            shown.append(first if first == last else f"{first}:{last}")
        return ",".join(shown)[:255]

    @property
    def Locked(self) -> bool | None:
        book, columns = self.sheet.book, range(self.area.left, self.area.right + 1)
        locked = {(self.sheet.name, col) not in book.unlocked for col in columns}
        return locked.pop() if len(locked) == 1 else None

    @property
    def protected(self) -> bool:
        return self.sheet.name in self.sheet.book.protected and self.Locked is not False

    @property
    def hidden_rows(self) -> set[int]:
        hidden = self.sheet.book.hidden.get(self.sheet.name, set())
        return hidden & set(range(self.area.top, min(self.area.bottom, 200_000) + 1))

    def __call__(self, row: int, col: int = 1) -> Cells:
        self.count("Item")
        top, left = self.area.top + row - 1, self.area.left + col - 1
        return Cells(self.sheet, Area(self.sheet.name, top, left, top, left))

    def Select(self) -> None:
        if self.sheet.book.active != self.sheet.name:
            refuse("Select method of Range class failed")
        self.application.selected = self

    def _read(self, shown: bool) -> Any:
        cells, book = self.grid.cells[self.sheet.name], self.sheet.book
        lines = tuple(
            tuple(
                value_of(*cells.get((row, col), (None, None)), (self.sheet.name, col) in book.currency)
                if shown
                else formula_of(cells.get((row, col), (None, None))[1])
                for col in range(self.area.left, self.area.right + 1)
            )
            for row in range(self.area.top, self.area.bottom + 1)
        )
        return lines[0][0] if self.area.shape == (1, 1) else lines

    def _write(self, value: Any, arrays: bool = False) -> None:
        if self.protected:
            refuse(SHEET_PROTECTED)
        rows, array = rows_of(value, *self.area.shape)
        for cell in (cell for row in rows for cell in row):
            refuse_argument(cell, array)
        if array and self.hidden_rows and len(rows) > 1:
            rows = [rows[0][:1] * self.area.shape[1] for _ in rows]
        keep = self.hidden_rows if array and len(rows) > 1 else set()
        for row, line in enumerate(rows, start=self.area.top):
            if row not in keep:
                self.grid.put(self.area._replace(top=row, bottom=row), [[typed_of(cell) for cell in line]], arrays)
                for col, cell in enumerate(line, start=self.area.left):
                    if isinstance(cell, str) and cell.upper() in ERROR_NUMBERS:
                        self.grid.cells[self.sheet.name][row, col] = (ErrorText(cell.upper()),) * 2

    Value = property(lambda self: self._read(True), lambda self, value: self._write(value))
    Formula = property(lambda self: self._read(False), lambda self, value: self._write(value))
    Formula2 = property(lambda self: self._read(False), lambda self, value: self._write(value, arrays=True))

    def _refuse_on_protected_sheet(self) -> None:
        if self.sheet.name in self.sheet.book.protected:
            refuse(SHEET_PROTECTED)

    def ClearContents(self) -> None:
        """Clear the visible cells only, like every command on a filtered range."""
        if self.protected:
            refuse(SHEET_PROTECTED)
        for row in range(self.area.top, self.area.bottom + 1):
            if row not in self.hidden_rows:
                self.grid.clear(self.area._replace(top=row, bottom=row))

    def Delete(self, Shift: Any = None) -> None:
        self._refuse_on_protected_sheet()
        if self._in_filtered_table():
            refuse("This operation is not allowed. The operation is attempting to shift cells in a filtered table.")
        self.grid.delete(self.area)

    def Insert(self, Shift: Any = None, CopyOrigin: Any = None) -> None:
        self._refuse_on_protected_sheet()
        if self._in_filtered_table():
            refuse("This operation is not allowed. The operation is attempting to shift cells in a filtered table.")
        self.grid.insert(self.area)

    def _in_filtered_table(self) -> bool:
        return bool(self.sheet.book.hidden.get(self.sheet.name))

    def AutoFill(self, Destination: Any, Type: Any = None) -> None:
        self._refuse_on_protected_sheet()
        if self.hidden_rows:
            refuse("AutoFill method of Range class failed")
        self.grid.dress(self.area, getattr(Destination, "_inner", Destination).area)


class ListObjects(_Collection):
    def __init__(self, sheet: Worksheet) -> None:
        self.application, self.sheet = sheet.application, sheet

    def items(self) -> dict[str, Any]:
        return {name: ListObject(self.sheet, name) for name in self.sheet.book.grid.tables(self.sheet.name)}


class _TableFilter(Com):
    def __init__(self, table: ListObject) -> None:
        self.application, self.table = table.application, table

    FilterMode = property(lambda self: self.table.name in self.table.book.filters)

    def ApplyFilter(self) -> None:
        if self.table.name in self.table.book.filters:
            self.table.book.apply(self.table.name)


class ListObject(Com):
    def __init__(self, sheet: Worksheet, name: str) -> None:
        self.application, self.sheet, self.book, self.name = sheet.application, sheet, sheet.book, name

    Name, DisplayName = _prop("name", settable=False), _prop("name", settable=False)
    Parent = property(lambda self: self.sheet)
    Range = property(lambda self: Cells(self.sheet, self.book.grid.table(self.name)))
    AutoFilter = property(lambda self: _TableFilter(self))
    ShowTotals = property(
        lambda self: self.book.grid.totals(self.name),
        lambda self, shown: self.book.grid.show_totals(self.name, shown),
    )

    def Resize(self, Range: Any) -> None:
        if self.sheet.name in self.book.protected:
            refuse(SHEET_PROTECTED)
        self.book.grid.resize(self.name, getattr(Range, "_inner", Range).area)
