"""References that follow a table when it grows or shrinks.

A range that ends where the table's body ended, within the table's columns, ends where the body ends now: validations,
conditional formats and their x14 twins as they stand; formulas, names, charts and pivot sources only when they cover
the body from its first row, as Excel does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from xl_salesflow.ooxml.refs import Area, map_references
from xl_salesflow.ooxml.tables import Table
from xl_salesflow.ooxml.values import plain_text, xml_formula

_SQREF = re.compile(
    rb'(<(?:[\w.-]+:)?(?:conditionalFormatting|dataValidation|ignoredError|protectedRange)\s[^>]*?\bsqref=")([^"]*)'
)
_XM_SQREF = re.compile(rb"(<(?:[\w.-]+:)?sqref>)([^<]*)")
_FORMULA = re.compile(rb"(<(?:[\w.-]+:)?(?:formula[12]?|f)>)([^<]*)")
_NAME = re.compile(rb"(<(?:[\w.-]+:)?definedName\s[^>]*>)([^<]*)")
_SOURCE = re.compile(rb"<(?:[\w.-]+:)?worksheetSource\b[^>]*>")
_REF = re.compile(rb'(\bref=")([^"]*)')
_SHEET = re.compile(rb'\bsheet="([^"]*)"')
_LAST_ROW = re.compile(r"[0-9]+$")


class Growth(NamedTuple):
    """A table whose body ends elsewhere now."""

    table: Table
    last_row: int

    def moves(self, area: Area) -> bool:
        """Say whether a range ends with the table's body, inside its columns."""
        table = self.table
        return (
            area.last_row == table.last_row
            and area.first_row >= (table.header_row or table.first_row)
            and table.first_col <= area.first_col
            and area.last_col <= table.last_col
        )

    def reaches(self, ref: str, whole: bool) -> str:
        """Give a reference its new end; `whole` leaves those alone that do not cover the body from its first row."""
        try:
            area = Area.parse(ref)
        except ValueError:
            return ref
        if not self.moves(area) or (whole and (":" not in ref or area.first_row > self.table.first_row)):
            return ref
        last = max(self.last_row, area.first_row)
        if ":" in ref:
            return _LAST_ROW.sub(str(last), ref)
        return str(area._replace(last_row=last))


Growths = Sequence[Growth]


def grow_tail(growths: Growths, sheet: str) -> Callable[[bytes], bytes]:
    """Make the change to what follows a sheet's rows."""
    own = [growth for growth in growths if growth.table.sheet.casefold() == sheet.casefold()]

    def change(tail: bytes) -> bytes:
        if own:
            for pattern in (_SQREF, _XM_SQREF):
                tail = pattern.sub(lambda m: m.group(1) + _sqref(own, m.group(2)), tail)
        return grow_formulas(growths, tail, sheet) if growths else tail

    return change


def _sqref(growths: Growths, refs: bytes) -> bytes:
    words = refs.decode().split(" ")
    for growth in growths:
        words = [growth.reaches(word, whole=False) for word in words]
    return " ".join(words).encode()


def grow_formulas(growths: Growths, xml: bytes, sheet: str | None = None) -> bytes:
    """Change the formulas of a chart or of a sheet's tail; `sheet` is meant where a reference names none."""
    return _FORMULA.sub(lambda m: m.group(1) + _formula(growths, m.group(2), sheet), xml)


def grow_names(growths: Growths, xml: bytes) -> bytes:
    """Change the defined names of the workbook part."""
    return _NAME.sub(lambda m: m.group(1) + _formula(growths, m.group(2), None), xml)


def grow_pivot_source(growths: Growths, xml: bytes) -> bytes:
    """Change the source range of a pivot cache."""

    def source(match: re.Match[bytes]) -> bytes:
        sheet = _SHEET.search(match.group())
        if sheet is None:
            return match.group()
        here = [g for g in growths if g.table.sheet.casefold() == plain_text(sheet.group(1)).casefold()]
        return _REF.sub(lambda m: m.group(1) + _sqref(here, m.group(2)), match.group())

    return _SOURCE.sub(source, xml)


def _formula(growths: Growths, text: bytes, home: str | None) -> bytes:
    if not any(b"%d" % growth.table.last_row in text for growth in growths):
        return text

    def change(sheet: str | None, ref: str) -> str:
        named = sheet or home
        for growth in growths:
            if named is not None and named.casefold() == growth.table.sheet.casefold():
                ref = growth.reaches(ref, whole=True)
        return ref

    before = plain_text(text)
    after = map_references(before, change)
    return text if after == before else xml_formula(after)


def grow_table(growth: Growth, xml: bytes) -> bytes:
    """Change a table's own ref, its filter and its sort state."""
    table, totals = growth.table, growth.table.has_totals

    def change(match: re.Match[bytes]) -> bytes:
        area = Area.parse(match.group(2).decode())
        if area == table.area:
            area = area._replace(last_row=growth.last_row + totals)
        elif area.last_row == table.last_row:
            area = area._replace(last_row=growth.last_row)
        return match.group(1) + str(area).encode()

    return _REF.sub(change, xml)
