"""Everything that points into a table follows its moves: validations, formats, formulas, names, charts, pivot sources."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from xl_salesflow.ooxml.moves import DELETED, Move, Moves, moved
from xl_salesflow.ooxml.refs import Area, map_references
from xl_salesflow.ooxml.text import plain_text, xml_formula

_RANGES = re.compile(
    rb"(<(?:[\w.-]+:)?(?:conditionalFormatting|dataValidation|ignoredError|protectedRange|hyperlink)\s[^>]*?"
    rb'\b(?:sqref|ref)=")([^"]*)'
)
_XM_RANGES = re.compile(rb"(<(?:[\w.-]+:)?sqref>)([^<]*)")
_FORMULA = re.compile(rb"(<(?:[\w.-]+:)?(?:formula[12]?|f)(?:\s[^>]*[^/])?>)([^<]+)")
_NAME = re.compile(rb"(<(?:[\w.-]+:)?definedName\s[^>]*>)([^<]*)")
_SOURCE = re.compile(rb"<(?:[\w.-]+:)?worksheetSource\b[^>]*>")
_REF = re.compile(rb'(\bref=")([^"]*)')
_INSERT_ROW = re.compile(rb'\s(?:insertRow|insertRowShift)="[^"]*"')
_SHEET = re.compile(rb'\bsheet="([^"]*)"')
_ROW_FIXED = re.compile(r"\$?[A-Za-z]{1,3}\$[0-9]+(?::\$?[A-Za-z]{1,3}\$[0-9]+)?")

Change = Callable[[bytes], bytes]


def unchanged(xml: bytes) -> bytes:
    """Follow nothing."""
    return xml


def in_tail(moves: Moves, sheet: str) -> Change:
    """Make the change to what follows a sheet's rows."""
    own = [move for move in moves if _same(move.table.sheet, sheet)]

    def change(tail: bytes) -> bytes:
        for pattern in (_RANGES, _XM_RANGES) if own else ():
            tail = pattern.sub(lambda m: m.group(1) + _ranges(own, m.group(2)), tail)
        return in_formulas(moves, sheet)(tail)

    return change if moves else unchanged


def in_formulas(moves: Moves, sheet: str | None = None) -> Change:
    """Make the change to formulas of cells, charts and formats; `sheet` is meant where a reference names none."""
    if not moves:
        return unchanged

    @lru_cache(4096)  # a calculated column has one formula, as often as the table has rows
    def followed(text: bytes, shared: bool) -> bytes:
        return _formula(moves, text, sheet, shared)

    def change(xml: bytes) -> bytes:
        if not any(_mentions(xml, move, sheet) for move in moves):
            return xml
        return _FORMULA.sub(lambda m: m.group(1) + followed(m.group(2), b't="shared"' in m.group(1)), xml)

    return change


def in_names(moves: Moves) -> Change:
    """Make the change to the defined names of the workbook part."""
    return lambda xml: _NAME.sub(lambda m: m.group(1) + _formula(moves, m.group(2), None), xml)


def in_pivot_source(moves: Moves) -> Change:
    """Make the change to the source range of a pivot cache."""

    def source(match: re.Match[bytes]) -> bytes:
        sheet = _SHEET.search(match.group())
        here = [move for move in moves if sheet and _same(move.table.sheet, plain_text(sheet.group(1)))]
        return _REF.sub(lambda m: m.group(1) + _ranges(here, m.group(2)), match.group())

    return lambda xml: _SOURCE.sub(source, xml)


def in_table(move: Move) -> Change:
    """Make the change to a table's own ref, its filter and its sort state."""
    table = move.table

    def change(match: re.Match[bytes]) -> bytes:
        area = Area.find(match.group(2))
        if area is None:
            return match.group()
        if area == table.area:
            area = area._replace(last_row=move.last_row + table.has_totals)
        elif area.last_row == table.last_row:
            area = area._replace(last_row=move.last_row)
        return match.group(1) + str(area).encode()

    return lambda xml: _REF.sub(change, xml)


def without_insert_row(xml: bytes) -> bytes:
    """Make the row of an empty table, which Excel shows but does not count, a row like any other."""
    return _INSERT_ROW.sub(b"", xml)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _mentions(xml: bytes, move: Move, home: str | None) -> bool:
    """Rule out, at the speed of a text search, what cannot concern a move: most blocks of most sheets."""
    table = move.table
    named = home is not None and _same(home, table.sheet)
    sheet = xml_formula(table.sheet.replace("'", "''"))
    if not named and sheet + b"!" not in xml and sheet + b"'!" not in xml:
        return False
    return not move.rows or any(b"%d" % row in xml for row in move.rows)


def _ranges(moves: Moves, refs: bytes) -> bytes:
    words = refs.decode("utf-8", "replace").split(" ")
    for move in moves:
        after = [moved(move, word, whole=False) for word in words]
        words = [word for word in after if word != DELETED] or words
    return " ".join(words).encode()


def _formula(moves: Moves, text: bytes, home: str | None, shared: bool = False) -> bytes:
    def change(sheet: str | None, ref: str) -> str:
        named = sheet or home
        if shared and not _ROW_FIXED.fullmatch(ref):  # its followers would move differently
            return ref
        for move in moves:
            if named is not None and _same(named, move.table.sheet):
                ref = moved(move, ref, whole=True)
        return ref

    before = plain_text(text)
    after = map_references(before, change)
    return text if after == before else xml_formula(after)
