"""Cell references: A1 text, rows and columns as numbers, and the references inside a formula.

Rows and columns count from 1 everywhere, as on the sheet. Imports neither lxml nor numpy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from xl_salesflow.ooxml.excel_notation import column_letters, column_number, unquote_sheet_name

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384


def cell_address(row: int, column: int) -> str:
    """Return a cell's address in A1 notation."""
    return f"{column_letters(column)}{row}"


class Area(NamedTuple):
    """A rectangle of cells, both ends included."""

    first_row: int
    first_col: int
    last_row: int
    last_col: int

    @classmethod
    def parse(cls, ref: str) -> Area:
        """Read `B2`, `$B$2:C9`, `B:C` or `2:9`; raises ValueError for anything else."""
        ends = [_REFERENCE_END.fullmatch(end) for end in ref.strip().split(":")]
        start, end = ends[0], ends[-1]
        if start is None or end is None or len(ends) > 2:
            raise ValueError(f"“{ref}” is no cell reference")
        (c1, r1), (c2, r2) = start.groups(), end.groups()
        if (bool(c1), bool(r1)) != (bool(c2), bool(r2)) or not (c1 or r1) or (start is end and not (c1 and r1)):
            raise ValueError(f"“{ref}” is no cell reference")
        rows = sorted((int(r1), int(r2))) if r1 else [1, MAX_ROW]
        columns = sorted((column_number(c1), column_number(c2))) if c1 else [1, MAX_COLUMN]
        if rows[0] < 1 or rows[1] > MAX_ROW or columns[1] > MAX_COLUMN:
            raise ValueError(f"“{ref}” lies outside the sheet")
        return cls(rows[0], columns[0], rows[1], columns[1])

    @classmethod
    def find(cls, ref: str | bytes) -> Area | None:
        """Read a reference; None if the text is not a reference."""
        try:
            return cls.parse(ref if isinstance(ref, str) else ref.decode())
        except ValueError:
            return None

    def __str__(self) -> str:
        start, end = cell_address(self.first_row, self.first_col), cell_address(self.last_row, self.last_col)
        return start if start == end else f"{start}:{end}"

    def contains_cell(self, row: int, column: int) -> bool:
        """Return whether a cell lies inside."""
        return self.first_row <= row <= self.last_row and self.first_col <= column <= self.last_col

    def contains(self, other: Area) -> bool:
        """Return whether another rectangle lies wholly inside."""
        return self.contains_cell(other.first_row, other.first_col) and self.contains_cell(
            other.last_row, other.last_col
        )

    def overlaps(self, other: Area) -> bool:
        """Return whether two rectangles share a cell."""
        return (
            self.first_row <= other.last_row
            and other.first_row <= self.last_row
            and self.first_col <= other.last_col
            and other.first_col <= self.last_col
        )


_REFERENCE_END = re.compile(r"\$?([A-Za-z]{1,3})?\$?([0-9]{1,7})?")

# The tokens of a formula that matter for references. Texts, sheet prefixes, structured references and names are one
# token each, so that text
# in them that looks like a cell is not changed.
FORMULA_TOKEN = re.compile(
    r'(?P<text>"(?:[^"]|"")*")'
    r"|(?P<sheet>'(?:[^']|'')*'!|[\w.\\?\[\]]+(?::[\w.]+)?!)"
    r"|(?P<book>\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\])"
    r"|(?P<ref>\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?(?![\w.(!\[])"
    r"|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.(!\[])|\$?[0-9]{1,7}:\$?[0-9]{1,7}(?![\w.(!\[]))"
    r"|(?P<word>[\w.\\?]+)",
)
_REFERENCE_PARTS = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)([0-9]*)")


def map_references(formula: str, change: Callable[[str | None, str], str]) -> str:
    """Rewrite every A1 reference of a formula.

    `change(sheet, ref)` gets the unquoted sheet name (None if the formula has none) and the reference, and returns the
    new reference. References into other workbooks and 3-D references are not changed.
    """
    out: list[str] = []
    end, sheet = 0, None
    foreign = False
    for match in FORMULA_TOKEN.finditer(formula):
        if match.start() != end:
            sheet, foreign = None, False
        out.append(formula[end : match.start()])
        token, end = match.group(), match.end()
        if match.lastgroup == "sheet":
            foreign = "[" in token or (":" in token and not token.startswith("'"))
            sheet = unquote_sheet_name(token[:-1])
        else:
            if match.lastgroup == "ref" and not foreign:
                token = change(sheet, token)
            sheet, foreign = None, False
        out.append(token)
    out.append(formula[end:])
    return "".join(out)


def shift_formula(formula: str, rows: int, columns: int) -> str:
    """Move a formula's relative references, as filling a formula down and right does."""
    if not rows and not columns:
        return formula
    return map_references(formula, lambda _sheet, ref: _offset_reference(ref, rows, columns))


def _offset_reference(ref: str, rows: int, columns: int) -> str:
    ends = []
    for end in ref.split(":"):
        match = _REFERENCE_PARTS.fullmatch(end)
        assert match is not None, ref
        col_fixed, col, row_fixed, row = match.groups()
        if col and not col_fixed:
            col = column_letters((column_number(col) + columns - 1) % MAX_COLUMN + 1)
        if row and not row_fixed and not (not col and col_fixed):
            row = str((int(row) + rows - 1) % MAX_ROW + 1)
        ends.append(f"{col_fixed}{col}{row_fixed}{row}")
    return ":".join(ends)


class CellRange(NamedTuple):
    """A rectangle of one sheet, with the sheet's name in lower case."""

    sheet: str
    area: Area


class CellPlace(NamedTuple):
    """A cell, with its sheet's name in lower case."""

    sheet: str
    row: int
    column: int
