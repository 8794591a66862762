"""Formulas worked out by formualizer, over the cells they read and no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from xl_salesflow.ooxml.formula_cells import cells_at, raw_value
from xl_salesflow.ooxml.resolve import CellRange
from xl_salesflow.ooxml.source import Source
from xl_salesflow.ooxml.values import ErrorValue

MOST_CELLS = 1_000_000  # read for one run; loading them takes about five seconds
_SCRATCH = "?"  # a name that no sheet can have
_ERRORS = {
    "Div": "#DIV/0!", "Na": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!", "Value": "#VALUE!",
}  # fmt: skip
_KINDS = {code: kind for kind, code in _ERRORS.items()}


class Place(NamedTuple):
    """A cell, by its sheet's name in lower case."""

    sheet: str
    row: int
    column: int


class TooMuch(Exception):
    """More cells are read than a run should load."""


class NotCalculated:
    """The value of a formula that the engine cannot work out."""


NOT_CALCULATED = NotCalculated()


def each_alone(book: Source, formulas: Mapping[Place, str], ranges: Iterable[CellRange]) -> dict[Place, Any]:
    """Work out each formula from the values that its cells show, other formulas' among them; raises TooMuch."""
    scratch = {Place(_SCRATCH, at, 1): text for at, text in enumerate(formulas.values(), 1)}
    found = _evaluated(book, scratch, ranges)
    return dict(zip(formulas, found.values(), strict=True))


def together(book: Source, formulas: Mapping[Place, str], ranges: Iterable[CellRange]) -> dict[Place, Any]:
    """Work out formulas that may build on one another; raises TooMuch."""
    return _evaluated(book, formulas, ranges)


def _evaluated(book: Source, formulas: Mapping[Place, str], ranges: Iterable[CellRange]) -> dict[Place, Any]:
    import formualizer  # here, as most runs have nothing for it to do

    settings = formualizer.EvaluationConfig()
    settings.date_system = "1904" if book.date1904 else "1900"
    engine = formualizer.Workbook(config=formualizer.WorkbookConfig(eval_config=settings))
    engine.set_temporal_egress("serial")
    names = {name.casefold(): name for name in book.sheets} | {_SCRATCH: _SCRATCH}
    for name in names.values():
        engine.add_sheet(name)
    error = formualizer.LiteralValue.error
    for sheet, column, first, rows in _blocks(book, ranges):
        cells = [
            [error(_KINDS.get(v.code, "Na"), None) if isinstance(v, ErrorValue) else v for v in row] for row in rows
        ]
        engine.set_values_batch(sheet, first, column, cells)
    refused = set()
    for place, text in formulas.items():
        try:
            engine.set_formula(names[place.sheet], place.row, place.column, f"={text}")
        except (RuntimeError, ValueError):  # not a formula to the engine, or one that reads itself
            refused.add(place)
    engine.evaluate_all()
    return {
        place: NOT_CALCULATED
        if place in refused
        else _value(engine.get_value(names[place.sheet], place.row, place.column))
        for place in formulas
    }


def _value(found: Any) -> Any:
    if isinstance(found, dict):
        code = _ERRORS.get(found.get("kind", ""))
        return ErrorValue(code) if code else NOT_CALCULATED
    if isinstance(found, list):
        return NOT_CALCULATED
    if isinstance(found, float) and found.is_integer() and abs(found) < 1e15:
        return int(found)
    return 0 if found is None else found  # a formula that reads an empty cell shows 0


def _blocks(book: Source, ranges: Iterable[CellRange]) -> Iterator[tuple[str, int, int, list[tuple[Any, ...]]]]:
    """Yield rectangles of stored cells, as few as may be: sheet, first column, first row, values row by row."""
    strings, loaded = book.strings(), 0
    for sheet in book.sheets:
        here = {found.area for found in ranges if found.sheet == sheet.casefold()}
        if not here:
            continue
        columns = frozenset(column for area in here for column in range(area.first_col, area.last_col + 1))
        rows = min(area.first_row for area in here), max(area.last_row for area in here)
        by_column: dict[int, list[tuple[int, Any]]] = {}
        for row, cell in cells_at(book.stream(sheet), columns, rows):
            by_column.setdefault(cell.column, []).append((row, raw_value(cell, strings)))
            loaded += 1
            if loaded > MOST_CELLS:
                raise TooMuch
        yield from ((sheet, *block) for block in _rectangles(by_column))


def _rectangles(by_column: Mapping[int, Sequence[tuple[int, Any]]]) -> Iterator[tuple[int, int, list[tuple[Any, ...]]]]:
    """Join runs of cells that stand side by side and are equally long."""
    runs: dict[tuple[int, int], dict[int, list[Any]]] = {}
    for column, cells in sorted(by_column.items()):
        for first, values in _runs(cells):
            runs.setdefault((first, len(values)), {})[column] = values
    for (first, _), beside in runs.items():
        for group in _consecutive([(column, column) for column in beside]):
            yield group[0], first, [*zip(*(beside[column] for column in group), strict=True)]


def _runs(cells: Sequence[tuple[int, Any]]) -> Iterator[tuple[int, list[Any]]]:
    """Cut a column into runs without gaps."""
    at = 0
    for run in _consecutive(cells):
        yield cells[at][0], run
        at += len(run)


def _consecutive(numbered: Sequence[tuple[int, Any]]) -> Iterator[list[Any]]:
    for _, run in groupby(enumerate(numbered), key=lambda one: one[1][0] - one[0]):
        yield [value for _, (_, value) in run]
