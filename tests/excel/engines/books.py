"""Workbooks and their sheets, in the interface that xlwings expects."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from tests.excel.engines.grid import LAST, Area, Grid
from tests.excel.engines.ranges import Range, area_of
from tests.excel.engines.tables import Names, Tables

if TYPE_CHECKING:
    from tests.excel.engines.application import App


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
        return Range(self, area_of(self, arg1, arg2))

    @property
    def tables(self) -> Tables:
        return Tables(self)

    def activate(self) -> None:
        self.book.shown = self.name

    def select(self) -> None:
        self.activate()
