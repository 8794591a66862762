"""The application of an xlwings engine over any grid, based on the classes that xlwings provides for custom engines.

Every call to a grid is counted, since a call to Excel would be expensive. The switches of the application may refuse, as in
Excel while a cell is edited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

from xlwings import base_classes

from tests.excel.engines.books import Book, Books, Sheet
from tests.excel.engines.grid import Area, Grid
from tests.excel.engines.ranges import Range


class Engine:
    """The object that is registered with xlwings: xw.engines.add(xw.Engine(impl=Engine(name)))."""

    type = "desktop"
    switches = True  # False: calculation, events and screen updating cannot be switched off

    def __init__(self, name: str, open_grid: Callable[[Path | None], Grid]) -> None:
        """Take the *name* of the engine and the function that opens a workbook or makes an empty one."""
        self.name, self.open = name, open_grid
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
    """The application: its switches are plain attributes, *alerts* are the messages shown, *reply* is what a person answers
    to those that ask, and *busy* makes it refuse calls."""

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
        self.reply = "no"
        self.history: list[tuple[str, Any]] = []
        self.switched: dict[str, Any] = {"calculation": "automatic", "screen_updating": True, "enable_events": True}
        self.status_bar = False
        self.selected: Area | None = None
        self.busy = 0

    def alert(self, prompt: str, title: Any, buttons: Any, mode: Any, callback: Any) -> str:
        self.alerts.append(prompt)
        return self.reply if buttons == "yes_no" else "ok"

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

    def kill(self) -> None:
        self.quit()


_PIDS = count(1)


class Refused(Exception):
    """Raised by this engine while a cell is being edited."""


def _switch(name: str) -> property:
    def get(app: App) -> Any:
        if not app.engine.switches:
            raise NotImplementedError(name)
        if app.busy:
            app.busy -= 1
            raise Refused
        return app.switched[name]

    def assign(app: App, value: Any) -> None:
        app.history.append((name, value))
        app.switched[name] = value

    return property(get, assign)


for _name in App.SWITCHES:
    setattr(App, _name, _switch(_name))
