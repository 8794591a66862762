"""An engine for xlwings over any grid of sheets, through the classes xlwings offers for engines of one's own.

A `Grid` is what really holds the cells: one in memory (memory.py), one in a running LibreOffice (calc.py). Every call to it is
counted, as a call to Excel would cost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from xlwings import base_classes


class Area(NamedTuple):
    """A rectangle of one sheet; rows and columns count from 1."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.bottom - self.top + 1, self.right - self.left + 1


class Grid(Protocol):
    """One workbook, as an application holds it."""

    path: Path
    calls: Counter[str]

    def sheets(self) -> list[str]: ...
    def values(self, area: Area) -> list[list[Any]]: ...
    def formulas(self, area: Area) -> list[list[Any]]: ...
    def put(self, area: Area, cells: list[list[Any]], arrays: bool = False) -> None: ...
    def clear(self, area: Area) -> None: ...
    def delete(self, area: Area) -> None: ...
    def insert(self, area: Area) -> None: ...
    def tables(self, sheet: str) -> list[str]: ...
    def table(self, name: str) -> Area: ...
    def add_table(self, name: str, area: Area) -> None: ...
    def resize(self, name: str, area: Area) -> None: ...
    def totals(self, name: str) -> bool: ...
    def show_totals(self, name: str, shown: bool) -> None: ...
    def names(self) -> dict[str, str]: ...
    def add_sheet(self, name: str, at: int) -> None: ...
    def rename_sheet(self, name: str, new: str) -> None: ...
    def delete_sheet(self, name: str) -> None: ...
    def used(self, sheet: str) -> tuple[int, int]: ...
    def add_name(self, name: str, refers_to: str) -> None: ...
    def delete_name(self, name: str) -> None: ...
    def save(self, path: Path) -> None: ...
    def calculate(self) -> None: ...
    def close(self) -> None: ...


LAST = (1_048_576, 16_384)
"""The last row and the last column of a sheet."""

ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+)")


def letters(number: int) -> str:
    """Name a column."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def place(text: str) -> tuple[int, int]:
    """Read an address."""
    found = ADDRESS.fullmatch(text)
    assert found, f"{text} is no address"
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - 64
    return int(found[2]), number


class Engine:
    """What xlwings is given: xw.engines.add(xw.Engine(impl=Engine(name)))."""

    type = "desktop"
    switches = True  # False: calculation, events and the screen cannot be held still

    def __init__(self, name: str, open: Callable[[Path | None], Grid]) -> None:
        """Take the *name* of the engine and what opens a workbook, or makes an empty one."""
        self.name, self.open = name, open
        self.apps = Apps(self)

    @staticmethod
    def prepare_xl_data_element(x: Any, date_format: Any) -> Any:
        return "" if x is None or x != x else x

    @staticmethod
    def clean_value_data(data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool) -> Any:
        def clean(cell: Any) -> Any:
            if cell is None or cell == "":
                return empty_as
            if isinstance(cell, date):
                moment = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
                return datetime_builder(
                    year=moment.year, month=moment.month, day=moment.day, hour=moment.hour, minute=moment.minute,
                    second=moment.second, microsecond=moment.microsecond, tzinfo=None,
                )  # fmt: skip
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                return number_builder(cell) if number_builder else float(cell)
            return cell if err_to_str or not str(cell).startswith("#") else None

        return [[clean(cell) for cell in row] for row in data]


class Apps(base_classes.Apps):
    def __init__(self, engine: Engine) -> None:
        self.engine, self.running = engine, [App(engine)]

    def add(self, spec: Any = None, add_book: Any = None, xl: Any = None, visible: Any = None) -> App:
        self.running.append(App(self.engine))
        if add_book:
            self.running[-1].books.add()
        return self.running[-1]

    def keys(self) -> list[int]:
        return [app.pid for app in self.running]

    def __iter__(self) -> Iterator[App]:
        return iter(self.running)

    def __len__(self) -> int:
        return len(self.running)

    def __getitem__(self, pid: int) -> App:
        found = [app for app in self.running if app.pid == pid]
        if not found:
            raise KeyError(pid)
        return found[0]


class App(base_classes.App):
    """The application: its switches are plain attributes; *alerts* are the boxes it showed; *busy* refuses calls."""

    api = True
    pid: Any = None
    visible = True
    version = "16.0"
    path = startup_path = "."
    status_bar: Any = False
    engine: Any = None
    SWITCHES = ("calculation", "screen_updating", "enable_events")

    def __init__(self, engine: Engine) -> None:
        self.engine, self.open = engine, dict[str, Book]()
        self.pid = next(_PIDS)
        self.alerts: list[str] = []
        self.history: list[tuple[str, Any]] = []
        self.switched: dict[str, Any] = {"calculation": "automatic", "screen_updating": True, "enable_events": True}
        self.status_bar = False
        self.selected: Area | None = None
        self.busy = 0

    def alert(self, prompt: str, title: Any, buttons: Any, mode: Any, callback: Any) -> str:
        self.alerts.append(prompt)
        return "ok"

    def calculate(self) -> None:
        for book in self.open.values():
            book.grid.calculate()

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def selection(self) -> Range | None:
        return Range(Sheet(self.books.active, self.selected.sheet), self.selected) if self.selected else None

    def activate(self, steal_focus: bool = False) -> None:
        running = self.engine.apps.running
        running.insert(0, running.pop(running.index(self)))

    def quit(self) -> None:
        for book in list(self.open.values()):
            book.close()
        if len(self.engine.apps.running) > 1:
            self.engine.apps.running.remove(self)

    kill = quit


_PIDS = count(1)


class Refused(Exception):
    """What this engine raises while a cell is being edited."""


def _switch(name: str) -> property:
    def get(app: App) -> Any:
        if not app.engine.switches:
            raise NotImplementedError(name)
        if app.busy:
            app.busy -= 1
            raise Refused
        return app.switched[name]

    def set(app: App, value: Any) -> None:
        app.history.append((name, value))
        app.switched[name] = value

    return property(get, set)


for _name in App.SWITCHES:
    setattr(App, _name, _switch(_name))


class Books(base_classes.Books):
    api = True

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def active(self) -> Book:
        return list(self.app.open.values())[-1]

    def __call__(self, name: str | int) -> Book:
        if isinstance(name, int):
            return list(self.app.open.values())[name - 1]
        return self.app.open[name]

    def add(self) -> Book:
        return Book(self.app, self.app.engine.open(None))

    def open(self, fullname: str, *options: Any, **named: Any) -> Book:
        return Book(self.app, self.app.engine.open(Path(fullname)))

    def __len__(self) -> int:
        return len(self.app.open)

    def __iter__(self) -> Iterator[Book]:
        return iter(list(self.app.open.values()))


class Book(base_classes.Book):
    api = True
    app: Any = None

    def __init__(self, app: App, grid: Grid) -> None:
        self.app, self.grid = app, grid
        app.open[self.name] = self
        self.shown = grid.sheets()[0]
        self.hidden = set[str]()

    @property
    def name(self) -> str:
        return self.grid.path.name

    @property
    def fullname(self) -> str:
        return str(self.grid.path)

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    @property
    def names(self) -> Names:
        return Names(self)

    def save(self, path: Any = None, password: Any = None) -> None:
        self.grid.save(Path(path) if path else self.grid.path)

    def close(self) -> None:
        self.app.open.pop(self.name, None)
        self.grid.close()

    def activate(self) -> None:
        self.app.open[self.name] = self.app.open.pop(self.name)
        self.app.activate()


class Sheets(base_classes.Sheets):
    api = True

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def active(self) -> Sheet:
        return Sheet(self.book, self.book.shown)

    def __call__(self, name: str | int) -> Sheet:
        known = self.book.grid.sheets()
        if isinstance(name, int):
            return Sheet(self.book, known[name - 1])
        if name not in known:
            raise KeyError(name)
        return Sheet(self.book, name)

    def __len__(self) -> int:
        return len(self.book.grid.sheets())

    def __iter__(self) -> Iterator[Sheet]:
        return iter([Sheet(self.book, name) for name in self.book.grid.sheets()])

    def add(self, before: Any = None, after: Any = None, name: str | None = None) -> Sheet:
        known = self.book.grid.sheets()
        name = name or next(name for name in (f"Sheet{at}" for at in count(len(self) + 1)) if name not in known)
        at = after.index if after else (before or self.active).index - 1
        self.book.grid.add_sheet(name, at)
        self.book.shown = name
        return Sheet(self.book, name)


class Sheet(base_classes.Sheet):
    api = True

    def __init__(self, book: Book, name: str) -> None:
        self._book, self._name = book, name

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, new: str) -> None:
        self.book.grid.rename_sheet(self._name, new)
        if self.book.shown == self._name:
            self.book.shown = new
        self._name = new

    @property
    def book(self) -> Book:
        return self._book

    @property
    def names(self) -> Names:
        return Names(self.book)

    @property
    def visible(self) -> bool:
        return self.name not in self.book.hidden

    @visible.setter
    def visible(self, shown: bool) -> None:
        (self.book.hidden.discard if shown else self.book.hidden.add)(self.name)

    @property
    def cells(self) -> Range:
        return Range(self, Area(self.name, 1, 1, *LAST))

    @property
    def used_range(self) -> Range:
        return Range(self, Area(self.name, 1, 1, *self.book.grid.used(self.name)))

    def clear_contents(self) -> None:
        self.used_range.clear_contents()

    clear = clear_contents

    def delete(self) -> None:
        self.book.grid.delete_sheet(self.name)
        if self.book.shown == self.name:
            self.book.shown = self.book.grid.sheets()[0]

    @property
    def index(self) -> int:
        return self.book.grid.sheets().index(self.name) + 1

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        return Range(self, _area(self, arg1, arg2))

    @property
    def tables(self) -> Tables:
        return Tables(self)

    def activate(self) -> None:
        self.book.shown = self.name

    def select(self) -> None:
        self.activate()


def _area(sheet: Sheet, arg1: Any, arg2: Any) -> Area:
    """Give the rectangle that *arg1* and *arg2* span: cells as (row, column), addresses, names, tables or ranges."""
    if isinstance(arg1, str) and ":" in arg1 and arg2 is None:
        arg1, arg2 = arg1.split(":")
    corners = [_corners(sheet, one) for one in (arg1, arg2) if one is not None]
    tops, lefts, bottoms, rights = zip(*corners, strict=True)
    return Area(sheet.name, min(tops), min(lefts), max(bottoms), max(rights))


def _corners(sheet: Sheet, one: Any) -> tuple[int, int, int, int]:
    one = getattr(one, "impl", one)
    if isinstance(one, Range):
        return one.area[1:]
    if isinstance(one, tuple):
        if min(one[:2]) < 1:
            raise IndexError(f"{one} is no cell: rows and columns count from 1")
        row, col, height, width = one if len(one) == 4 else (*one, 1, 1)
        return row, col, row + height - 1, col + width - 1
    one = one.replace("$", "")
    grid = sheet.book.grid
    if ADDRESS.fullmatch(one):
        return (*place(one), *place(one))
    if one.isdigit():
        return int(one), 1, int(one), LAST[1]
    if one in grid.names():
        return _corners(sheet, Name(sheet.book, one).refers_to_range)
    if one in grid.tables(sheet.name):
        area = grid.table(one)
        return area.top + 1, area.left, area.bottom - grid.totals(one), area.right
    col = place(f"{one}1")[1]
    return 1, col, LAST[0], col


class Range(base_classes.Range):
    api = True
    max_cells_per_read = max_cells_per_write = None
    has_array = False
    sheet: Any = None
    options: Any = None

    def __init__(self, sheet: Sheet, area: Area) -> None:
        self.sheet, self.area, self.options = sheet, area, dict[str, Any]()

    @property
    def coords(self) -> tuple[str, int, int, int, int]:
        return (self.sheet.name, self.row, self.column, *self.shape)

    @property
    def row(self) -> int:
        return self.area.top

    @property
    def column(self) -> int:
        return self.area.left

    @property
    def shape(self) -> tuple[int, int]:
        return self.area.shape

    def __len__(self) -> int:
        return self.shape[0] * self.shape[1]

    def __call__(self, arg1: int, arg2: int | None = None) -> Range:
        row, col = (arg1, arg2) if arg2 else (1 + (arg1 - 1) // self.shape[1], 1 + (arg1 - 1) % self.shape[1])
        return self.sheet.range((self.row + row - 1, self.column + col - 1))

    @property
    def address(self) -> str:
        first, last = f"${letters(self.area.left)}${self.area.top}", f"${letters(self.area.right)}${self.area.bottom}"
        return first if first == last else f"{first}:{last}"

    @property
    def raw_value(self) -> Any:
        return self.sheet.book.grid.values(self.area)

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        self.sheet.book.grid.put(self.area, self._block(value))

    @property
    def formula(self) -> Any:
        found = self.sheet.book.grid.formulas(self.area)
        shown = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in found)
        return shown[0][0] if len(self) == 1 else shown

    @formula.setter
    def formula(self, value: Any) -> None:
        self.sheet.book.grid.put(self.area, self._block(value))

    @property
    def formula2(self) -> Any:
        return self.formula

    @formula2.setter
    def formula2(self, value: Any) -> None:
        self.sheet.book.grid.put(self.area, self._block(value), arrays=True)

    def delete(self, shift: str | None = None) -> None:
        assert shift == "up", "rows are what this engine deletes"
        self.sheet.book.grid.delete(self.area)

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        assert shift == "down", "rows are what this engine inserts"
        self.sheet.book.grid.insert(self.area)

    def _block(self, value: Any) -> list[list[Any]]:
        height, width = self.shape
        if not isinstance(value, list | tuple):
            return [[value] * width for _ in range(height)]
        rows = [list(row) if isinstance(row, list | tuple) else [row] for row in value]
        assert (len(rows), len(rows[0])) == self.shape, f"{self.address} was given {len(rows)} × {len(rows[0])}"
        return rows

    def clear_contents(self) -> None:
        self.sheet.book.grid.clear(self.area)

    clear = clear_contents

    def end(self, direction: str) -> Range:
        """Go as Ctrl and an arrow do: to the end of what is filled, else to the next filled cell, else to the edge."""
        down, right = {"d": (1, 0), "u": (-1, 0), "r": (0, 1), "l": (0, -1)}[direction[0]]
        last_row, last_col = self.sheet.book.grid.used(self.sheet.name)

        def filled(row: int, col: int) -> bool:
            inside = 1 <= row <= last_row and 1 <= col <= last_col
            return inside and self.sheet.range((row, col)).raw_value[0][0] not in (None, "")

        row, col = self.row, self.column
        together = filled(row, col) and filled(row + down, col + right)
        while 1 <= row + down <= LAST[0] and 1 <= col + right <= LAST[1]:
            if together and not filled(row + down, col + right):
                break
            row, col = row + down, col + right
            if not together and filled(row, col):
                break
            if row > last_row or col > last_col:  # nothing more to come
                row, col = (LAST[0] if down else row), (LAST[1] if right else col)
        return self.sheet.range((row, col))

    def select(self) -> None:
        self.sheet.book.app.selected = self.area


class Tables(base_classes.Tables):
    api = True
    parent: Any = None

    def __init__(self, parent: Sheet) -> None:
        self.parent = parent

    def __call__(self, name: str | int) -> Table:
        known = self.parent.book.grid.tables(self.parent.name)
        return Table(self.parent, known[name - 1] if isinstance(name, int) else name)

    def __len__(self) -> int:
        return len(self.parent.book.grid.tables(self.parent.name))

    def __iter__(self) -> Iterator[Table]:
        return iter([Table(self.parent, name) for name in self.parent.book.grid.tables(self.parent.name)])

    def __contains__(self, name: str) -> bool:
        return name in self.parent.book.grid.tables(self.parent.name)

    def add(self, source: Any = None, name: str | None = None, **looks: Any) -> Table:
        new = name or f"Table{len(self) + 1}"
        self.parent.book.grid.add_table(new, source.impl.area)
        return Table(self.parent, new)


class Table(base_classes.Table):
    api = True
    show_headers = True
    insert_row_range: Any = None

    def __init__(self, parent: Sheet, name: str) -> None:
        self._parent, self._name = parent, name

    @property
    def name(self) -> str:
        return self._name

    @property
    def parent(self) -> Sheet:
        return self._parent

    @property
    def range(self) -> Range:
        return Range(self._parent, self._parent.book.grid.table(self._name))

    @property
    def show_totals(self) -> bool:
        return self._parent.book.grid.totals(self._name)

    @show_totals.setter
    def show_totals(self, shown: bool) -> None:
        self._parent.book.grid.show_totals(self._name, shown)

    @property
    def totals_row_range(self) -> Range | None:
        whole = self.range.area
        return Range(self._parent, whole._replace(top=whole.bottom)) if self.show_totals else None

    @property
    def data_body_range(self) -> Range:
        whole = self.range.area
        return Range(self._parent, whole._replace(top=whole.top + 1, bottom=whole.bottom - self.show_totals))

    @property
    def header_row_range(self) -> Range:
        whole = self.range.area
        return Range(self._parent, whole._replace(bottom=whole.top))

    def resize(self, range: Any) -> None:
        self._parent.book.grid.resize(self._name, range.impl.area)


class Names(base_classes.Names):
    api = True

    def __init__(self, book: Book) -> None:
        self.book = book

    def snapshot(self) -> list[tuple[str, Name]]:
        return [(name, Name(self.book, name, refers_to)) for name, refers_to in self.book.grid.names().items()]

    def __call__(self, name: str | int) -> Name:
        return Name(self.book, name if isinstance(name, str) else list(self.book.grid.names())[name - 1])

    def contains(self, name: str) -> bool:
        return name in self.book.grid.names()

    def __len__(self) -> int:
        return len(self.book.grid.names())

    def add(self, name: str, refers_to: str) -> Name:
        self.book.grid.add_name(name, refers_to)
        return Name(self.book, name)


class Name(base_classes.Name):
    def __init__(self, book: Book, name: str, refers_to: str = "") -> None:
        self.book, self._name, self._refers_to = book, name, refers_to

    @property
    def name(self) -> str:
        return self._name

    def delete(self) -> None:
        self.book.grid.delete_name(self._name)

    @property
    def refers_to(self) -> str:
        return self._refers_to or self.book.grid.names()[self._name]

    @property
    def refers_to_range(self) -> Range:
        sheet, _, address = self.refers_to[1:].rpartition("!")
        return self.book.sheets(sheet.strip("'").replace("''", "'")).range(address.replace("$", ""))
