"""Cells of a filled sheet: text as text, so that nothing typed becomes a formula; figures as numbers in the cell's own format."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from xl_salesflow.documents.sheet_source import qualified
from xl_salesflow.documents.values import Figure, printable

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LONGEST = 32_767  # marks in a cell
_EPOCH = date(1899, 12, 30)
_FIRST_DAY = date(1900, 3, 1)
_LINE = 15.0  # points


def put(cell: etree._Element, value: Any, general: bool) -> None:
    """Write *value* into *cell*; a day stays text where the cell's format is *general* and would show its number."""
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", "")
    held = value.value if isinstance(value, Figure) else value
    if isinstance(held, date):
        held = None if general or held < _FIRST_DAY else (held - _EPOCH).days
    if isinstance(held, int | float | Decimal) and not isinstance(held, bool):
        etree.SubElement(cell, qualified("v")).text = f"{held:f}" if isinstance(held, Decimal) else repr(held)
    elif text := printable("" if value is None else str(value))[:_LONGEST]:
        cell.set("t", "inlineStr")
        shown = etree.SubElement(etree.SubElement(cell, qualified("is")), qualified("t"))
        shown.text = text
        shown.set(_SPACE, "preserve")


def height(text: str, width: float) -> float:
    """Return the height in points that *text* needs in a cell of *width* characters."""
    lines = sum(max(1, -(-_columns(line) // max(1, int(width)))) for line in text.split("\n"))
    return lines * _LINE


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)


def text_of(cell: etree._Element, shared: Iterable[str]) -> str:
    """Return what a cell with text says, "" for any other."""
    if cell.get("t") == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(qualified("t")))
    value = cell.find(qualified("v"))
    if cell.get("t") == "s" and value is not None and (value.text or "").isdigit():
        texts = list(shared) if not isinstance(shared, list) else shared
        return texts[int(value.text or "0")] if int(value.text or "0") < len(texts) else ""
    return ""
