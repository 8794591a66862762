"""Shared formulas: one cell holds the text, its followers only a number.

A follower has the formula of its master, moved to its own cell. Followers are written out if that is no longer true:
their master was overwritten, or shifted rows change the master and the followers in different ways.
"""

from __future__ import annotations

import re

from xl_salesflow.ooxml.cell_contents import escape_formula, unescape_xml
from xl_salesflow.ooxml.cell_references import shift_formula
from xl_salesflow.ooxml.row_shifts import FormulaFollower
from xl_salesflow.ooxml.sheet_stream import RowCell, SheetGrammar, parse_row_cells

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
