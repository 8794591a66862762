"""Calculate formulas with formualizer, and decide which formulas it can be trusted with.

It is trusted only with functions whose results were compared with Excel's, and with ranges only where Excel uses them
as a whole: a formula that is not entered as an array can have a different meaning in Excel than in an engine of arrays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from xl_salesflow.ooxml.cell_contents import ErrorValue
from xl_salesflow.ooxml.cell_references import CellPlace, CellRange
from xl_salesflow.ooxml.formula_cells import FormulaSource, find_stored_cells, read_raw_value
from xl_salesflow.ooxml.formula_resolver import FormulaToken, ResolvedFormula

_SCALAR_FUNCTIONS = """
    ABS CHOOSE CONCATENATE DATE DAY EDATE EOMONTH EXACT EXP FALSE FIND IF IFERROR IFNA INT ISBLANK ISERROR ISNA ISNUMBER
    ISTEXT LEFT LEN LN LOG10 LOWER MID MOD MONTH N NOT POWER RIGHT ROUND ROUNDDOWN ROUNDUP SIGN SQRT SUBSTITUTE TRIM TRUE
    TRUNC UPPER YEAR
"""
_RANGE_FUNCTIONS = """
    any             AND AVERAGE COLUMNS COUNT COUNTA COUNTBLANK MAX MEDIAN MIN OR PRODUCT ROWS STDEV STDEV.P STDEV.S STDEVP
    any             SUM SUMPRODUCT SUMSQ VAR VAR.P VAR.S VARP
    first           COUNTIF INDEX LARGE PERCENTILE PERCENTILE.INC QUARTILE QUARTILE.INC SMALL
    second          HLOOKUP MATCH RANK RANK.EQ VLOOKUP
    first,third     AVERAGEIF SUMIF
    second,third    XLOOKUP
    odd             COUNTIFS
    first,even      AVERAGEIFS MAXIFS MINIFS SUMIFS
"""
_ARGUMENT_PLACES = {
    "first": {0}, "second": {1}, "third": {2}, "odd": {*range(0, 256, 2)}, "even": {*range(1, 256, 2)}, "any": {*range(256)},
}  # fmt: skip
_RANGE_ARGUMENTS = {
    function: frozenset[int]().union(*(_ARGUMENT_PLACES[place] for place in places.split(",")))
    for places, *functions in map(str.split, _RANGE_FUNCTIONS.strip().splitlines())
    for function in functions
}
_UNTRUSTED_SIGNS = re.compile(r"[{#@:]")  # lists, spills, single values of ranges, computed ranges
_TRUSTED_FUNCTIONS = frozenset((*_SCALAR_FUNCTIONS.split(), *_RANGE_ARGUMENTS))


def find_untrusted_part(formula: ResolvedFormula) -> str | None:
    """Return the part of a formula that prevents calculating it here; None if there is none."""
    if formula.unknown:
        return formula.unknown
    for function in sorted(formula.functions):
        if function not in _TRUSTED_FUNCTIONS:
            return function
    for token, before, after, calls in _tokens_in_calls(formula.tokens):
        if token.kind == "other" and (sign := _UNTRUSTED_SIGNS.search(token.text)):
            return sign.group()
        if token.kind == "other" and token.text.isspace() and before.range and after.range:  # the intersection operator
            return after.text
        if token.range is None or token.range.area[:2] == token.range.area[2:]:
            continue
        function, place, depth = calls[-1] if calls else ("", 0, 0)
        if function == "SUMPRODUCT":
            continue
        if place not in _RANGE_ARGUMENTS.get(function, ()) or depth or not _is_entire_argument(before, after):
            return token.text
    return None


_EDGE_TOKEN = FormulaToken("other", "")
OpenCall = tuple[str, int, int]  # the function, the position of the argument, the open parentheses within it


def _tokens_in_calls(
    tokens: tuple[FormulaToken, ...],
) -> Iterator[tuple[FormulaToken, FormulaToken, FormulaToken, list[OpenCall]]]:
    """Yield each token with its neighbours and the calls around it, innermost last."""
    calls: list[OpenCall] = []
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else _EDGE_TOKEN
        after = tokens[at + 1] if at + 1 < len(tokens) else _EDGE_TOKEN
        yield token, before, after, calls
        if token.kind == "other":
            called = before.text if before.kind == "function" else ""
            for sign in token.text:
                calls = _calls_after_sign(calls, sign, called)
                called = ""


def _calls_after_sign(calls: list[OpenCall], sign: str, called: str) -> list[OpenCall]:
    if sign == "(":
        if called or not calls:
            return [*calls, (called, 0, 0)]
        function, place, depth = calls[-1]
        return [*calls[:-1], (function, place, depth + 1)]
    if sign == ")" and calls:
        function, place, depth = calls[-1]
        return [*calls[:-1], (function, place, depth - 1)] if depth else calls[:-1]
    if sign == "," and calls and not calls[-1][2]:
        function, place, _ = calls[-1]
        return [*calls[:-1], (function, place + 1, 0)]
    return calls


def _is_entire_argument(before: FormulaToken, after: FormulaToken) -> bool:
    """Return whether a range is an entire argument."""
    return before.text.rstrip()[-1:] in ("(", ",") and after.text.lstrip()[:1] in (")", ",")


MOST_CELLS = 1_000_000  # read for one run; loading them takes about five seconds
_SCRATCH_SHEET = "?"  # a name that no sheet can have
_ENGINE_ERROR_CODES = {
    "Div": "#DIV/0!", "Na": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!", "Value": "#VALUE!",
}  # fmt: skip
_ENGINE_ERROR_KINDS = {code: kind for kind, code in _ENGINE_ERROR_CODES.items()}


class TooManyCells(Exception):
    """A run would have to load too many cells."""


class NotCalculated:
    """The value of a formula that the engine cannot calculate."""


NOT_CALCULATED = NotCalculated()


def calculate_separately(
    book: FormulaSource, formulas: Mapping[CellPlace, str], ranges: Iterable[CellRange]
) -> dict[CellPlace, Any]:
    """Calculate each formula from the values currently shown in cells, including those of formulas; raises TooManyCells."""
    scratch = {CellPlace(_SCRATCH_SHEET, at, 1): text for at, text in enumerate(formulas.values(), 1)}
    found = _evaluate_formulas(book, scratch, ranges)
    return dict(zip(formulas, found.values(), strict=True))


def calculate_together(
    book: FormulaSource, formulas: Mapping[CellPlace, str], ranges: Iterable[CellRange]
) -> dict[CellPlace, Any]:
    """Calculate formulas that may depend on one another; raises TooManyCells."""
    return _evaluate_formulas(book, formulas, ranges)


def _evaluate_formulas(
    book: FormulaSource, formulas: Mapping[CellPlace, str], ranges: Iterable[CellRange]
) -> dict[CellPlace, Any]:
    import formualizer  # imported here, because most runs do not need it

    settings = formualizer.EvaluationConfig()
    settings.date_system = "1904" if book.date1904 else "1900"
    engine = formualizer.Workbook(config=formualizer.WorkbookConfig(eval_config=settings))
    engine.set_temporal_egress("serial")
    names = {name.casefold(): name for name in book.sheets} | {_SCRATCH_SHEET: _SCRATCH_SHEET}
    for name in names.values():
        engine.add_sheet(name)
    error = formualizer.LiteralValue.error
    for sheet, column, first, rows in _read_engine_blocks(book, ranges):
        cells = [
            [error(_ENGINE_ERROR_KINDS.get(v.code, "Na"), None) if isinstance(v, ErrorValue) else v for v in row]
            for row in rows
        ]
        engine.set_values_batch(sheet, first, column, cells)
    refused = set()
    for place, text in formulas.items():
        try:
            engine.set_formula(names[place.sheet], place.row, place.column, f"={text}")
        except (RuntimeError, ValueError):  # not a formula for the engine, or one that refers to itself
            refused.add(place)
    engine.evaluate_all()
    return {
        place: NOT_CALCULATED
        if place in refused
        else _read_engine_value(engine.get_value(names[place.sheet], place.row, place.column))
        for place in formulas
    }


def _read_engine_value(found: Any) -> Any:
    if isinstance(found, dict):
        code = _ENGINE_ERROR_CODES.get(found.get("kind", ""))
        return ErrorValue(code) if code else NOT_CALCULATED
    if isinstance(found, list):
        return NOT_CALCULATED
    if isinstance(found, float) and found.is_integer() and abs(found) < 1e15:
        return int(found)
    return 0 if found is None else found  # a formula that refers to an empty cell shows 0


def _read_engine_blocks(
    book: FormulaSource, ranges: Iterable[CellRange]
) -> Iterator[tuple[str, int, int, list[tuple[Any, ...]]]]:
    """Yield rectangles of stored cells, as few as possible: sheet, first column, first row, values row by row."""
    strings, loaded = book.strings(), 0
    for sheet in book.sheets:
        here = {found.area for found in ranges if found.sheet == sheet.casefold()}
        if not here:
            continue
        columns = frozenset(column for area in here for column in range(area.first_col, area.last_col + 1))
        rows = min(area.first_row for area in here), max(area.last_row for area in here)
        by_column: dict[int, list[tuple[int, Any]]] = {}
        for row, cell in find_stored_cells(book.stream(sheet), columns, rows):
            by_column.setdefault(cell.column, []).append((row, read_raw_value(cell, strings)))
            loaded += 1
            if loaded > MOST_CELLS:
                raise TooManyCells
        yield from ((sheet, *block) for block in _join_cell_rectangles(by_column))


def _join_cell_rectangles(
    by_column: Mapping[int, Sequence[tuple[int, Any]]],
) -> Iterator[tuple[int, int, list[tuple[Any, ...]]]]:
    """Join runs of cells that are side by side and of equal length."""
    runs: dict[tuple[int, int], dict[int, list[Any]]] = {}
    for column, cells in sorted(by_column.items()):
        for first, values in _cut_column_runs(cells):
            runs.setdefault((first, len(values)), {})[column] = values
    for (first, _), columns in runs.items():
        for group in _group_consecutive([(column, column) for column in columns]):
            yield group[0], first, [*zip(*(columns[column] for column in group), strict=True)]


def _cut_column_runs(cells: Sequence[tuple[int, Any]]) -> Iterator[tuple[int, list[Any]]]:
    """Cut a column into runs without gaps."""
    at = 0
    for run in _group_consecutive(cells):
        yield cells[at][0], run
        at += len(run)


def _group_consecutive(numbered: Sequence[tuple[int, Any]]) -> Iterator[list[Any]]:
    for _, run in groupby(enumerate(numbered), key=lambda one: one[1][0] - one[0]):
        yield [value for _, (_, value) in run]
