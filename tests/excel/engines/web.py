"""A workbook as a script in Excel on the web sees it: reads return the state at the start, writes happen at the end.

Formulas cannot be read there, and the application has none of the desktop's switches. See xlwings' documentation of Lite.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import xlwings as xw

from tests.excel.engines.application import Engine
from tests.excel.engines.books import Book
from tests.excel.engines.grid import Area
from tests.excel.engines.memory import MemoryGrid


class WebGrid(MemoryGrid):
    """Cells that do not change until `done`."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path)
        self._queue: list[Callable[[], None]] = []

    def formulas(self, area: Area) -> NoReturn:
        raise NotImplementedError("Formulas cannot be read while a script runs.")

    def put(self, area: Area, cells: list[list[Any]], arrays: bool = False) -> None:
        self._queue.append(partial(super().put, area, cells, arrays))

    def clear(self, area: Area) -> None:
        self._queue.append(partial(super().put, area, [[None] * area.shape[1] for _ in range(area.shape[0])]))

    def delete(self, area: Area) -> None:
        self._queue.append(partial(super().delete, area))

    def insert(self, area: Area) -> None:
        self._queue.append(partial(super().insert, area))

    def dress(self, like: Area, area: Area) -> NoReturn:
        raise NotImplementedError("Formats cannot be filled down.")

    def resize(self, name: str, area: Area) -> None:
        self._queue.append(partial(super().resize, name, area))

    def done(self) -> None:
        """Apply what the script wrote, in order."""
        while self._queue:
            self._queue.pop(0)()


ENGINE = Engine("web", WebGrid)
ENGINE.switches = False


def open_on_the_web(path: Path) -> xw.Book:
    """Open a workbook as a script on the web gets it."""
    if "web" not in xw.engines.engines_by_name:
        xw.engines.add(xw.Engine(impl=ENGINE))
    xw.engines.active = xw.engines["web"]
    return xw.Book(impl=Book(ENGINE.apps.running[0], WebGrid(path)))
