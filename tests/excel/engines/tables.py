"""Tables and names of a workbook, in the interface that xlwings expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from tests.excel.engines.ranges import Range

if TYPE_CHECKING:
    from tests.excel.engines.books import Book, Sheet


class Tables(base_classes.Tables):
    api = True
    parent: Any = None

    def __init__(self, parent: Sheet) -> None:
        self.parent = parent

    def __call__(self, name: str | int) -> Table:
        known = self.parent.book.grid.tables(self.parent.name)
        if isinstance(name, str) and name.casefold() not in {one.casefold() for one in known}:
            raise KeyError(name)
        found = known[name - 1] if isinstance(name, int) else name
        return Table(self.parent, next(one for one in known if one.casefold() == found.casefold()))

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

    def resize(self, new_range: Any) -> None:
        self._parent.book.grid.resize(self._name, new_range.impl.area)


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
