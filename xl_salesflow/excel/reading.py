"""One table of an open workbook as a frame: the whole of it, or the rows of one deal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd

from xl_salesflow.excel.same_formula import alike
from xl_salesflow.excel.tables import OnSheet, formulas, is_formula, runs, values
from xl_salesflow.model.column import Table
from xl_salesflow.model.tables import TABLES
from xl_salesflow.workbook.columns import Dialect, shown
from xl_salesflow.workbook.faults import Fault
from xl_salesflow.workbook.grid import read_frame
from xl_salesflow.workbook.layout import Layout
from xl_salesflow.workbook.live import LiveFormulas, live_formulas

_NUMBER = re.compile(r"(\d{1,18})\D*$")


class Part(NamedTuple):
    """What was read of a table: its frame, what is wrong in it, the first row of its blank tail, keys that are numbers.

    *live* are the formulas that belong into the rows of a metric table.
    """

    frame: pd.DataFrame
    faults: list[Fault]
    free: int
    numbered: set[str]
    live: LiveFormulas


def read_whole(place: OnSheet, layout: Layout, dialect: Dialect) -> Part:
    """Read a table: one call for the values, one for each stretch of formula columns."""
    table, headers = _declared(place, layout)
    columns = dict(zip(place.headers, place.values(place.first_col, place.last_col), strict=True))
    cells = {id: columns.pop(header) for id, header in headers.items()}
    numbered = _numbers(cells[table.key]) if table.key else set()
    rows, faults = read_frame(table, cells, place.first_row, dialect)
    live = live_formulas(layout, table, rows)
    faults += _typed_over(place, layout, table, rows, live)
    free = int(rows.index[-1]) + 1 if len(rows) else place.first_row
    for row in range(place.last_row, free - 1, -1):
        if any(own[row - place.first_row] is not None for own in columns.values()):
            free = row + 1  # that row is the person's own
            break
    return Part(rows, faults, free, numbered, live)


def read_rows_of(deal: str, place: OnSheet, layout: Layout, dialect: Dialect) -> Part:
    """Read the rows of one deal: two whole columns to find them, then one call for each stretch of rows."""
    table, headers = _declared(place, layout)
    found = [place.values(*(2 * [place.column_of(headers[id])]))[0] for id in (table.key or "", "deal")]
    keys, deals = ([shown(cell) for cell in cells] for cells in found)
    wanted = {at for at, key in enumerate(deals) if key == deal}
    if counted := [(int(number[1]), at) for at, key in enumerate(keys) if (number := _NUMBER.search(key))]:
        wanted.add(max(counted)[1])
    last = max((at for at, key in enumerate(keys) if key or deals[at]), default=-1)
    body = _rows(place, sorted(wanted))
    columns = {id: [row[place.headers.index(header)] for row in body] for id, header in headers.items()}
    rows, faults = read_frame(table, columns, 0, dialect)
    at = [place.first_row + row for row in sorted(wanted)]
    rows.index = pd.Index([at[row] for row in rows.index], dtype="int64")
    faults = [replace(fault, row=at[fault.row], last=0) for fault in faults]
    return Part(rows, faults, _free(place, layout, last + 1), _numbers(found[0]) | _numbers(found[1]), {})


def free_row(place: OnSheet, layout: Layout) -> int:
    """Return the first row of the blank tail of a table that was not read: its first column tells, then the rows below."""
    cells = place.values(place.first_col, place.first_col)[0]
    return _free(place, layout, max((at for at, cell in enumerate(cells, start=1) if cell is not None), default=0))


def _declared(place: OnSheet, layout: Layout) -> tuple[Table, Mapping[str, str]]:
    name = next(name for name, one in layout.tables.items() if one.name == place.name)
    return TABLES[name], layout.headers[name]


def _rows(place: OnSheet, at: Sequence[int]) -> list[list[Any]]:
    blocks = (
        values(place.block(place.first_row + first, place.first_row + last, place.first_col, place.last_col))
        for first, last in runs(at)
    )
    return [row for block in blocks for row in block]


def _free(place: OnSheet, layout: Layout, used: int) -> int:
    """Return the first row after which nothing but formulas stands, at or after *used* rows."""
    first = place.first_row + used
    if first > place.last_row:
        return first
    table, headers = _declared(place, layout)
    computed = {place.headers.index(headers[column.id]) for column in table.formulas}
    free = first
    tail = values(place.block(first, place.last_row, place.first_col, place.last_col))
    for row, cells in enumerate(tail, start=first):
        if any(cell is not None for at, cell in enumerate(cells) if at not in computed):
            free = row + 1
    return free


def _numbers(cells: Sequence[Any]) -> set[str]:
    # lookups tell 7 from "7": what is a number stays one
    return {shown(cell) for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)}


def _typed_over(
    place: OnSheet, layout: Layout, table: Table, rows: pd.DataFrame, live: LiveFormulas
) -> Iterator[Fault]:
    """Yield the cells in use that should hold a formula and hold none, or another one."""
    expected: dict[int, tuple[str, str | Mapping[int, str]]] = {}
    for column in table.formulas:
        at = place.column_of(layout.headers[table.name][column.id])
        if column.id in live:
            expected[at] = column.id, {row: formula.text for row, formula in live[column.id].items()}
        elif column.formula:
            expected[at] = column.id, layout.formula(table, column)
    used = set(rows.index)
    for first, last in runs(sorted(expected)) if used else ():
        block = formulas(place.block(place.first_row, place.last_row, first, last)) or ()
        for row, line in enumerate(block, start=place.first_row):
            for (id, wanted), held in zip((expected[col] for col in range(first, last + 1)), line, strict=True):
                text = wanted if isinstance(wanted, str) else wanted.get(row)
                if text is not None and row in used and not (is_formula(held) and alike(text, held, place.name)):
                    yield Fault("formula_typed_over", row, id, "")
