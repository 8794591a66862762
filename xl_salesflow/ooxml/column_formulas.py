"""Shared formulas, and cells of a calculated column whose formula was overwritten."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from xl_salesflow.ooxml.cell_contents import escape_formula, unescape_xml
from xl_salesflow.ooxml.cell_references import shift_formula
from xl_salesflow.ooxml.excel_notation import column_letters
from xl_salesflow.ooxml.row_shifts import FormulaFollower
from xl_salesflow.ooxml.sheet_stream import RowCell, SheetGrammar, SheetStream, find_row_spans, parse_row_cells
from xl_salesflow.ooxml.workbook_parts import ExcelTable

_SHARED_FORMULA_ID = re.compile(rb'\ssi="([0-9]+)"')
_SHARED_FORMULA_MARK = b't="shared"'


def shared_formula_id(attributes: bytes) -> bytes:
    """Return the number of a shared formula; empty for any other formula."""
    match = _SHARED_FORMULA_ID.search(attributes) if _SHARED_FORMULA_MARK in attributes else None
    return match.group(1) if match else b""


class SharedFormulas:
    """Remembers masters while rows are read, and returns the formulas of their followers."""

    def __init__(self) -> None:
        self._masters: dict[bytes, tuple[str, int, int]] = {}  # text, row and column of the master

    def __bool__(self) -> bool:
        return bool(self._masters)

    def remember(self, attributes: bytes, text: bytes | None, row: int, column: int) -> None:
        """Remember a formula if it is a master."""
        number = shared_formula_id(attributes)
        if number and text:
            self._masters[number] = (unescape_xml(text), row, column)

    def forget(self, attributes: bytes) -> None:
        """Forget a master whose number is used again."""
        self._masters.pop(shared_formula_id(attributes), None)

    def text(self, attributes: bytes, row: int, column: int) -> str | None:
        """Return the formula of a follower in a cell; None if its master is not known."""
        master = self._masters.get(shared_formula_id(attributes))
        if master is None:
            return None
        text, of_row, of_column = master
        return shift_formula(text, row - of_row, column - of_column)


class SharedFormulaSplitter:
    """Writes out the shared formulas of a sheet that cannot stay shared, row by row.

    The references are shifted afterwards; here the shifts only decide which formulas must be written out.
    """

    def __init__(self, patterns: SheetGrammar, follow: FormulaFollower) -> None:
        self._patterns, self._follow = patterns, follow
        self._lost = SharedFormulas()  # masters that were removed: their followers are written out
        self._kept = SharedFormulas()  # masters that remain but may change
        self._after = SharedFormulas()  # the same ones after the change

    def concerns(self, xml: bytes) -> bool:
        """Return whether some rows may have a formula to write out."""
        return bool(self._lost or self._follow) and _SHARED_FORMULA_MARK in xml

    def note_overwritten(self, row: int, column: int, content: bytes) -> None:
        """Note a cell whose content was replaced."""
        match = self._patterns.formula.search(content)
        if match:
            self._lost.remember(match.group(1), match.group(2), row, column)

    def write_out(self, number: int, row: bytes) -> bytes:
        """Return a row with those formulas written out that cannot stay shared."""
        if not self.concerns(row):
            return row
        out: list[bytes] = []
        copied = 0
        for match, cell in zip(self._patterns.cell.finditer(row), parse_row_cells(self._patterns, row), strict=True):
            out += (row[copied : match.start()], self._cell(number, cell))
            copied = match.end()
        return b"".join(out) + row[copied:]

    def _cell(self, row: int, cell: RowCell) -> bytes:
        formula = self._patterns.formula.search(cell.xml)
        if formula is None or not shared_formula_id(formula.group(1)):
            return cell.xml
        attributes, text = formula.groups()
        alone = self._master(attributes, text, row, cell) if text else self._follower(attributes, row, cell)
        if alone is None:
            return cell.xml
        p = self._patterns.prefix
        return cell.xml[: formula.start()] + b"<%bf>%b</%bf>" % (p, alone, p) + cell.xml[formula.end() :]

    def _master(self, attributes: bytes, text: bytes, row: int, cell: RowCell) -> bytes | None:
        for masters in (self._lost, self._kept, self._after):  # the number may be used again for another formula
            masters.forget(attributes)
        if self._follow.breaks_shared(text):
            self._lost.remember(attributes, text, row, cell.column)
            return text
        if self._follow.concerns(text):
            self._kept.remember(attributes, text, row, cell.column)
            self._after.remember(attributes, self._follow.shift(text), row, cell.column)
        return None

    def _follower(self, attributes: bytes, row: int, cell: RowCell) -> bytes | None:
        text = self._lost.text(attributes, row, cell.column)
        if text is not None:
            return escape_formula(text)
        text = self._kept.text(attributes, row, cell.column)
        if text is None:
            return None
        alone = escape_formula(text)
        stays = unescape_xml(self._follow.shift(alone)) == self._after.text(attributes, row, cell.column)
        return None if stays else alone


_POWER_OF_TEN = re.compile(r"(?<![\w.])(\d+)E\+?(\d\d?)(?![\w.])", re.IGNORECASE)  # LibreOffice writes 1E+15 in full
_IGNORED_IN_FORMULAS = re.compile(r"\s|_xlfn\.|_xlws\.")


ExpectedFormula = str | Mapping[int, str]
"""The formula of every cell of a column, or of some of its rows."""


class OverwrittenFormulas(NamedTuple):
    """Sheet column → body rows without their formula; and whether other formulas may be on the sheet."""

    rows: Mapping[int, list[int]]
    others: bool


def find_overwritten_formulas(
    stream: SheetStream, table: ExcelTable, expected: Mapping[int, ExpectedFormula]
) -> OverwrittenFormulas:
    """Find, for each sheet column, the body rows whose formula is missing or differs from the expected one."""
    found: dict[int, list[int]] = {column: [] for column in expected}
    if not expected:
        return OverwrittenFormulas(found, True)
    search = _OverwrittenSearch(stream.grammar, table, expected)
    before = 0
    for block in stream.blocks():
        before = search.block(block, before, found) if before < table.last_row else search.below(block)
    absent = search.rows_not_stored()
    rows = {column: _rows_with_expectation(expected[column], sorted(rows + absent)) for column, rows in found.items()}
    return OverwrittenFormulas(rows, search.others)


class _OverwrittenSearch:
    def __init__(self, patterns: SheetGrammar, table: ExcelTable, expected: Mapping[int, ExpectedFormula]) -> None:
        self._patterns, self._table = patterns, table
        self._wanted = {column: _normalize_expected(formula) for column, formula in expected.items()}
        alike = [(column, formula) for column, formula in expected.items() if isinstance(formula, str)]
        self._all_alike = len(alike) == len(expected)
        self._as_expected = re.compile(b"|".join(_expected_cell_pattern(patterns.prefix, *item) for item in alike))
        self._row_start = re.compile(rb'<%brow\b(?:\s[^<>]*?\br="([0-9]{1,9})")?' % re.escape(patterns.prefix))
        self._formula = b"<%bf" % patterns.prefix
        self._shared = SharedFormulas()
        self._rows_seen: set[int] = set()
        self.others = False

    def block(self, block: bytes, before: int, found: dict[int, list[int]]) -> int:
        """Search a block of rows; return the number of its last row."""
        starts = [(int(match[1] or 0), match.start()) for match in self._row_start.finditer(block)]
        body = range(self._table.first_row, self._table.last_row + 1)
        if self._all_alike and starts and all(number for number, _ in starts):
            numbers, rows = _rows_in_table_body(starts, block, body)
            right = len(self._as_expected.findall(rows))
            if right == len(numbers) * len(self._wanted):
                self._rows_seen.update(numbers)
                self.others |= block.count(self._formula) != right
                return starts[-1][0]
        self.others = True
        shared = _SHARED_FORMULA_MARK in block  # rows outside the table may hold the master of a cell inside
        for number, start, end in find_row_spans(self._patterns, block, before):
            before = number
            if (shared or number in body) and b"<" in block[start:end]:
                self._row(number, block[start:end], found, number in body)
        return before

    def below(self, block: bytes) -> int:
        """Skip a block of rows below the table; return the number of a row in it."""
        self.others |= self._formula in block
        return self._table.last_row

    def _row(self, number: int, row: bytes, found: dict[int, list[int]], in_body: bool) -> None:
        right = set()
        for cell in parse_row_cells(self._patterns, row):
            formula = self._patterns.formula.search(cell.content) if cell.content else None
            if formula is not None:
                text = self._text(number, cell.column, *formula.groups())
                if cell.column in self._wanted and normalize_formula(text) == _expected_formula_at(
                    self._wanted[cell.column], number
                ):
                    right.add(cell.column)
        if in_body:
            self._rows_seen.add(number)
            for column in sorted(self._wanted.keys() - right):
                found[column].append(number)

    def _text(self, row: int, column: int, attributes: bytes, text: bytes | None) -> str:
        """Return a cell's formula; a shared one is derived from its master."""
        self._shared.remember(attributes, text, row, column)
        return unescape_xml(text) if text else self._shared.text(attributes, row, column) or ""

    def rows_not_stored(self) -> list[int]:
        """Return the body rows that the sheet does not store."""
        return [row for row in range(self._table.first_row, self._table.last_row + 1) if row not in self._rows_seen]


def _rows_in_table_body(starts: list[tuple[int, int]], block: bytes, body: range) -> tuple[list[int], bytes]:
    """Return the rows of a block that are in the body, with their bytes; none if they are not consecutive."""
    inside = [number in body for number, _ in starts]
    numbers = [number for number, _ in starts if number in body]
    first = inside.index(True) if numbers else len(starts)
    last = first + len(numbers)
    if not all(inside[first:last]):
        return numbers, b""
    ends = [*(start for _, start in starts), len(block)]
    return numbers, block[ends[first] : ends[last]]


def _expected_cell_pattern(prefix: bytes, column: int, formula: str) -> bytes:
    text = re.escape(escape_formula(formula))
    return rb'<%bc r="%b[0-9]+"[^<>]*><%bf>%b</%bf>' % (prefix, column_letters(column).encode(), prefix, text, prefix)


def _rows_with_expectation(expected: ExpectedFormula, rows: list[int]) -> list[int]:
    return rows if isinstance(expected, str) else [row for row in rows if row in expected]


def _expected_formula_at(expected: ExpectedFormula, row: int) -> str | None:
    return expected if isinstance(expected, str) else expected.get(row)


def _normalize_expected(expected: ExpectedFormula) -> ExpectedFormula:
    return (
        normalize_formula(expected)
        if isinstance(expected, str)
        else {row: normalize_formula(text) for row, text in expected.items()}
    )


@lru_cache(8192)  # every read of a workbook compares the same few thousand formulas
def normalize_formula(formula: str) -> str:
    """Return a formula without spaces, case and the prefixes of newer functions."""
    written_out = _POWER_OF_TEN.sub(lambda number: number[1] + "0" * int(number[2]), formula.removeprefix("="))
    return _IGNORED_IN_FORMULAS.sub("", written_out).casefold()
