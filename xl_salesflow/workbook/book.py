"""The closed workbook: read as a pipeline, written by a plan, without Excel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.ooxml import Area, Workbook, address
from xl_salesflow.workbook.columns import Dialect
from xl_salesflow.workbook.faults import Fault, findings
from xl_salesflow.workbook.grid import read_frame
from xl_salesflow.workbook.layout import Layout, find_layout
from xl_salesflow.workbook.named import read_named, view_of
from xl_salesflow.workbook.save import save
from xl_salesflow.workbook.settings import language_of, read_settings
from xl_salesflow.workbook.write import Rows, Writer


@dataclass(frozen=True)
class _Opened:
    """A workbook as it was read, to be written later."""

    workbook: Workbook
    layout: Layout
    free: Mapping[str, int]
    typed_over: Rows


class ClosedBook:
    """A workbook on disk; the Book that every headless run uses."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self._opened: _Opened | None = None

    def read(self, today: date) -> Pipeline:
        """Return the workbook as values, what is wrong with single cells among them.

        Raises:
            WorkbookError: the file is no sound workbook of ours; it says what is missing.
        """
        workbook = Workbook.open(self.path)
        layout = find_layout(self.path, workbook.tables)
        frames, faults, free = dict[str, pd.DataFrame](), dict[str, list[Fault]](), dict[str, int]()

        def take(name: str, dialect: Dialect) -> pd.DataFrame:
            frames[name], faults[name], free[name] = _read_table(workbook, layout, name, dialect)
            return frames[name]

        settings, wrong = read_settings(take("Settings", Dialect()))
        dialect = Dialect(settings.text("currency"), workbook.date1904)
        for name in TABLES:
            if name != "Settings":
                take(name, dialect)
        faults["Settings"] += wrong
        typed_over = _typed_over(workbook, layout, frames)
        _add_typed_over(faults, typed_over)
        language = language_of(settings, layout.language)
        named, told = read_named(*_named_cells(workbook), dialect, language)
        pipeline = Pipeline(
            {name: frames[name] for name in TABLES}, today, language, settings, view_of(named), named, layout.places,
            source=str(self.path),
        )  # fmt: skip
        self._opened = _Opened(workbook, layout, free, typed_over)
        return replace(pipeline, faults=(*_told(pipeline, faults), *told))

    def write(self, plan: Plan) -> None:
        """Carry out *plan* on the workbook that was read; a plan that changes nothing leaves the file untouched.

        Raises:
            WorkbookError: somebody has it open or saved it meanwhile, or the disk refuses; the file is as it was.
        """
        if not plan.writes:
            return
        if self._opened is None:
            raise ValueError("read the workbook before writing to it: a plan is about what was read")
        opened, self._opened = self._opened, None
        writer = Writer(opened.workbook, opened.layout, opened.free, opened.typed_over)
        if writer.collect(plan):
            opened.workbook.require_recalculation()
            save(self.path, opened.workbook.write_to, opened.workbook.digest)


def _read_table(
    workbook: Workbook, layout: Layout, name: str, dialect: Dialect
) -> tuple[pd.DataFrame, list[Fault], int]:
    """Return a table's frame, its faults, and the first row of its blank tail."""
    on_sheet, headers = workbook.tables[layout.tables[name].name], layout.headers[name]
    cells = workbook.read_table(on_sheet.name)
    columns = {id: cells.pop(header) for id, header in headers.items()}
    formulas = {column.name for column in on_sheet.columns if column.formula}
    own = [values for header, values in cells.items() if header not in formulas]
    frame, faults = read_frame(TABLES[name], columns, on_sheet.first_row, dialect)
    free = int(frame.index[-1]) + 1 if len(frame) else on_sheet.first_row
    tail = range(on_sheet.last_row, free - 1, -1)
    marked = (row for row in tail if any(values[row - on_sheet.first_row] is not None for values in own))
    return frame, faults, next(marked, free - 1) + 1


def _typed_over(
    workbook: Workbook, layout: Layout, frames: Mapping[str, pd.DataFrame]
) -> dict[str, dict[str, list[int]]]:
    """Return the rows in use whose formula somebody replaced, by table and column."""
    found: dict[str, dict[str, list[int]]] = {}
    for table in TABLES.values():
        expected = {layout.headers[table.name][c.id]: layout.formula(table, c) for c in table.formulas if c.formula}
        if not expected or not len(frames[table.name]):
            continue
        ids = {header: id for id, header in layout.headers[table.name].items()}
        for header, rows in workbook.typed_over(table.name, expected).items():
            used = pd.Index(rows, dtype="int64").intersection(frames[table.name].index)
            if len(used):
                found.setdefault(table.name, {})[ids[header]] = used.tolist()
    return found


def _add_typed_over(faults: Mapping[str, list[Fault]], typed_over: Rows) -> None:
    for table, columns in typed_over.items():
        for column, rows in columns.items():
            faults[table].extend(Fault("formula_typed_over", row, column, "") for row in rows)


def _named_cells(workbook: Workbook) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values and the addresses of the names that stand for one cell, sheet by sheet."""
    single = [name for name in workbook.names.values() if (name.row, name.col) == (name.last_row, name.last_col)]
    values, addresses = dict[str, Any](), dict[str, str]()
    for sheet in dict.fromkeys(name.sheet for name in single):
        here = [name for name in single if name.sheet == sheet]
        area = Area(
            min(n.row for n in here), min(n.col for n in here), max(n.row for n in here), max(n.col for n in here)
        )
        grid = workbook.read_range(sheet, str(area))
        for name in here:
            values[name.name] = grid[name.row - area.first_row][name.col - area.first_col]
            quoted = sheet if sheet.isidentifier() else f"'{sheet}'"
            addresses[name.name] = f"{quoted}!{address(name.row, name.col)}"
    return values, addresses


def _told(pipeline: Pipeline, faults: Mapping[str, list[Fault]]) -> Iterator[Finding]:
    for table in TABLES:
        yield from findings(pipeline, table, faults[table])
