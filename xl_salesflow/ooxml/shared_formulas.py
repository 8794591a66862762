"""Shared formulas: one cell holds the text, the others only its number."""

from __future__ import annotations

import re

from xl_salesflow.ooxml.refs import shift
from xl_salesflow.ooxml.sheet_scan import Grammar
from xl_salesflow.ooxml.splice import Cell, cells_of
from xl_salesflow.ooxml.text import plain_text, xml_formula

_ID = re.compile(rb'\ssi="([0-9]+)"')


class SharedFormulas:
    """Remembers masters as they come by, and works out what their followers say."""

    def __init__(self) -> None:
        self._masters: dict[bytes, tuple[str, int, int]] = {}  # text, row and column of the master

    def __bool__(self) -> bool:
        return bool(self._masters)

    def remember(self, attributes: bytes, text: bytes | None, row: int, column: int) -> None:
        """Take note of a formula if it is a master."""
        shared = self._id(attributes)
        if shared and text:
            self._masters[shared] = (plain_text(text), row, column)

    def forget(self, attributes: bytes) -> None:
        """Drop a master whose number is used again."""
        self._masters.pop(self._id(attributes), None)

    def text(self, attributes: bytes, row: int, column: int) -> str | None:
        """What a follower in a cell says; None when its master is not known."""
        master = self._masters.get(self._id(attributes))
        if master is None:
            return None
        text, of_row, of_column = master
        return shift(text, row - of_row, column - of_column)

    @staticmethod
    def _id(attributes: bytes) -> bytes:
        match = _ID.search(attributes) if b't="shared"' in attributes else None
        return match.group(1) if match else b""


class Orphans:
    """Shared formulas whose master was overwritten: their followers must stand alone."""

    def __init__(self, patterns: Grammar) -> None:
        self._patterns = patterns
        self._lost = SharedFormulas()

    def __bool__(self) -> bool:
        return bool(self._lost)

    def overwritten(self, row: int, column: int, content: bytes) -> None:
        """Take note of a cell whose content went."""
        match = self._patterns.formula.search(content)
        if match:
            self._lost.remember(match.group(1), match.group(2), row, column)

    def written_out(self, number: int, row: bytes) -> bytes:
        """Write a row with the formulas of its orphans in full."""
        if b't="shared"' not in row:
            return row
        out: list[bytes] = []
        copied = 0
        for match, cell in zip(self._patterns.cell.finditer(row), cells_of(self._patterns, row), strict=True):
            out += (row[copied : match.start()], self._cell(number, cell))
            copied = match.end()
        return b"".join(out) + row[copied:]

    def _cell(self, row: int, cell: Cell) -> bytes:
        formula = self._patterns.formula.search(cell.xml)
        if formula is None:
            return cell.xml
        if formula.group(2):  # a master: its number may be used again, for another formula
            self._lost.forget(formula.group(1))
            return cell.xml
        text = self._lost.text(formula.group(1), row, cell.column)
        if text is None:
            return cell.xml
        p = self._patterns.prefix
        return cell.xml[: formula.start()] + b"<%bf>%b</%bf>" % (p, xml_formula(text), p) + cell.xml[formula.end() :]
