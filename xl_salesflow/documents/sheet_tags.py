"""A worksheet with Jinja tags as one Jinja template, and the cells it fills.

The template has a line for each row and each cell with tags. A row whose cells hold nothing but block tags is not printed;
a row that opens a loop in its first tag and ends it in its last one is repeated. The value of a tag is passed to `row` and
`cell`. Text is written as text, so that nothing typed becomes a formula; figures are numbers in the cell's own format.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from jinja2 import TemplateSyntaxError
from lxml import etree

from xl_salesflow.documents.template_values import Figure, strip_unprintable

FILLED_SHEET_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_BLOCK_TAG = re.compile(r"\{%-?\s*(\w+).*?-?%\}", re.DOTALL)
_ANY_TAG = re.compile(r"\{\{|\{%|\{#")
_COMMENT_TAG = re.compile(r"\{#.*?#\}", re.DOTALL)
_SINGLE_EXPRESSION = re.compile(r"\s*\{\{-?(.*?)-?\}\}\s*", re.DOTALL)
_OPENING_TAGS = ("for", "if")
_CLOSING_TAGS = ("endfor", "endif")
_LEADING_TAGS = re.compile(r"\s*(?:\{%-?\s*(?:for|if)\b(?:(?!%\}).)*%\}\s*)+", re.DOTALL)
_TRAILING_TAGS = re.compile(r"(?:\s*\{%-?\s*(?:endfor|endif)\s*-?%\})+\s*", re.DOTALL)


def sheet_element_name(name: str) -> str:
    """Return the name of an element of a worksheet."""
    return f"{{{FILLED_SHEET_NAMESPACE}}}{name}"


@dataclass
class SheetSource:
    """The Jinja text, and for each of its lines the cell it came from."""

    lines: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def add(self, text: str, place: str) -> None:
        """Put *text* on lines of its own."""
        for line in text.split("\n"):
            self.lines.append(line)
            self.places.append(place)

    @property
    def text(self) -> str:
        """Return the whole template."""
        return "\n".join(self.lines)


def build_sheet_source(rows: list[etree._Element], texts: dict[str, str]) -> SheetSource:
    """Return the template of a sheet's *rows*; *texts* holds what the cells with text say, by address.

    Raises:
        TemplateSyntaxError: a loop begins in one row and ends in the middle of another.
    """
    source, before = SheetSource(), 0
    for row in rows:
        number = int(row.get("r", "0"))
        if number - before > 1:  # rows without cells are not in the file; they keep their place all the same
            source.add(f"{{{{ _row({before + 1}, {number - before - 1}) }}}}", str(before + 1))
        before = number
        said = {
            address: texts[address]
            for address in _source_cell_addresses(row)
            if _ANY_TAG.search(texts.get(address, ""))
        }
        if said and _is_tag_row(row, said):
            for address, text in said.items():
                source.add(_COMMENT_TAG.sub("", text).strip(), address)
        else:
            _add_source_row(source, number, said)
    return source


def _add_source_row(source: SheetSource, number: int, said: dict[str, str]) -> None:
    opening, closing, inner = list[tuple[str, str]](), list[tuple[str, str]](), dict[str, str]()
    for address, text in said.items():
        before, middle, after = _split_row_tags(text)
        opening += [(before, address)] if before else []
        closing += [(after, address)] if after else []
        inner[address] = middle
    for text, address in opening:
        source.add(text, address)
    source.add(f"{{{{ _row({number}) }}}}", str(number))
    for address, text in inner.items():
        source.add(_cell_source(address, text), address)
    for text, address in closing:
        source.add(text, address)


def _cell_source(address: str, text: str) -> str:
    single = _SINGLE_EXPRESSION.fullmatch(text)
    if single and "}}" not in single[1]:
        expression = " ".join(single[1].split())
        return f'{{{{ _cell("{address}", {expression}) }}}}'
    return f'{{% set _text %}}{text}{{% endset %}}{{{{ _cell("{address}", _text) }}}}'


def _split_row_tags(text: str) -> tuple[str, str, str]:
    # tags that are not closed in their own cell belong to the row
    depth = _block_tag_depth(text)
    if depth > 0 and (leading := _LEADING_TAGS.match(text)):
        return leading[0].strip(), text[leading.end() :], ""
    if depth < 0:
        for trailing in _TRAILING_TAGS.finditer(text):
            if trailing.end() == len(text):
                return "", text[: trailing.start()], trailing[0].strip()
    if depth:
        raise TemplateSyntaxError("a loop or condition of a row begins its first cell and ends its last one", 1)
    return "", text, ""


def _block_tag_depth(text: str) -> int:
    tags = [match[1] for match in _BLOCK_TAG.finditer(text)]
    return sum(tag in _OPENING_TAGS for tag in tags) - sum(tag in _CLOSING_TAGS for tag in tags)


def _is_tag_row(row: etree._Element, said: dict[str, str]) -> bool:
    # every cell that says something says only block tags, and not a whole block of its own
    filled = [cell.get("r", "") for cell in row if len(cell)]
    only_tags = all(not _BLOCK_TAG.sub("", _COMMENT_TAG.sub("", text)).strip() for text in said.values())
    return only_tags and set(filled) <= set(said) and any(_BLOCK_TAG.search(text) for text in said.values())


def _source_cell_addresses(row: etree._Element) -> Iterator[str]:
    for cell in row:
        yield cell.get("r", "")


_XML_SPACE_ATTRIBUTE = "{http://www.w3.org/XML/1998/namespace}space"
_MAX_FILLED_CELL_LENGTH = 32_767  # marks in a cell
_FILLED_DATE_EPOCH = date(1899, 12, 30)
_FIRST_FILLED_DATE = date(1900, 3, 1)
_FILLED_LINE_HEIGHT = 15.0  # points


def fill_sheet_cell(cell: etree._Element, value: Any, general: bool) -> None:
    """Write *value* into *cell*; a day stays text where the cell's format is *general* and would show its number."""
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", "")
    held = value.value if isinstance(value, Figure) else value
    if isinstance(held, date):
        held = None if general or held < _FIRST_FILLED_DATE else (held - _FILLED_DATE_EPOCH).days
    if isinstance(held, int | float | Decimal) and not isinstance(held, bool):
        etree.SubElement(cell, sheet_element_name("v")).text = f"{held:f}" if isinstance(held, Decimal) else repr(held)
    elif text := strip_unprintable("" if value is None else str(value))[:_MAX_FILLED_CELL_LENGTH]:
        cell.set("t", "inlineStr")
        shown = etree.SubElement(etree.SubElement(cell, sheet_element_name("is")), sheet_element_name("t"))
        shown.text = text
        shown.set(_XML_SPACE_ATTRIBUTE, "preserve")


def wrapped_text_height(text: str, width: float) -> float:
    """Return the height in points that *text* needs in a cell of *width* characters."""
    lines = sum(max(1, -(-_east_asian_columns(line) // max(1, int(width)))) for line in text.split("\n"))
    return lines * _FILLED_LINE_HEIGHT


def _east_asian_columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)


def template_cell_text(cell: etree._Element, shared: Iterable[str]) -> str:
    """Return what a cell with text says, "" for any other."""
    if cell.get("t") == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(sheet_element_name("t")))
    value = cell.find(sheet_element_name("v"))
    if cell.get("t") == "s" and value is not None and (value.text or "").isdigit():
        texts = list(shared) if not isinstance(shared, list) else shared
        return texts[int(value.text or "0")] if int(value.text or "0") < len(texts) else ""
    return ""
