"""A worksheet with Jinja tags, as one Jinja template: a line for each row and each cell with tags.

A row whose cells hold nothing but block tags is a mark and is not printed; a row that opens a loop in its first tag and ends it
in its last one is repeated. What a tag comes to is handed to `row` and `cell`, numbers as numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jinja2 import TemplateSyntaxError
from lxml import etree

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TAG = re.compile(r"\{%-?\s*(\w+).*?-?%\}", re.DOTALL)
_ANY = re.compile(r"\{\{|\{%|\{#")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_SINGLE = re.compile(r"\s*\{\{-?(.*?)-?\}\}\s*", re.DOTALL)
_OPENING = ("for", "if")
_CLOSING = ("endfor", "endif")
_LEADING = re.compile(r"\s*(?:\{%-?\s*(?:for|if)\b(?:(?!%\}).)*%\}\s*)+", re.DOTALL)
_TRAILING = re.compile(r"(?:\s*\{%-?\s*(?:endfor|endif)\s*-?%\})+\s*", re.DOTALL)


def qualified(name: str) -> str:
    """Return the name of an element of a worksheet."""
    return f"{{{MAIN}}}{name}"


@dataclass
class Source:
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


def sheet_source(rows: list[etree._Element], texts: dict[str, str]) -> Source:
    """Return the template of a sheet's *rows*; *texts* holds what the cells with text say, by address.

    Raises:
        TemplateSyntaxError: a loop begins in one row and ends in the middle of another.
    """
    source, before = Source(), 0
    for row in rows:
        number = int(row.get("r", "0"))
        if number - before > 1:  # rows without cells are not in the file; they keep their place all the same
            source.add(f"{{{{ _row({before + 1}, {number - before - 1}) }}}}", str(before + 1))
        before = number
        said = {address: texts[address] for address in _addresses(row) if _ANY.search(texts.get(address, ""))}
        if said and _is_mark(row, said):
            for address, text in said.items():
                source.add(_COMMENT.sub("", text).strip(), address)
        else:
            _add_row(source, number, said)
    return source


def _add_row(source: Source, number: int, said: dict[str, str]) -> None:
    opening, closing, inner = list[tuple[str, str]](), list[tuple[str, str]](), dict[str, str]()
    for address, text in said.items():
        before, middle, after = _parted(text)
        opening += [(before, address)] if before else []
        closing += [(after, address)] if after else []
        inner[address] = middle
    for text, address in opening:
        source.add(text, address)
    source.add(f"{{{{ _row({number}) }}}}", str(number))
    for address, text in inner.items():
        source.add(_cell(address, text), address)
    for text, address in closing:
        source.add(text, address)


def _cell(address: str, text: str) -> str:
    single = _SINGLE.fullmatch(text)
    if single and "}}" not in single[1]:
        expression = " ".join(single[1].split())
        return f'{{{{ _cell("{address}", {expression}) }}}}'
    return f'{{% set _text %}}{text}{{% endset %}}{{{{ _cell("{address}", _text) }}}}'


def _parted(text: str) -> tuple[str, str, str]:
    # tags that are not closed in their own cell belong to the row
    depth = _depth(text)
    if depth > 0 and (leading := _LEADING.match(text)):
        return leading[0].strip(), text[leading.end() :], ""
    if depth < 0:
        for trailing in _TRAILING.finditer(text):
            if trailing.end() == len(text):
                return "", text[: trailing.start()], trailing[0].strip()
    if depth:
        raise TemplateSyntaxError("a loop or condition of a row begins its first cell and ends its last one", 1)
    return "", text, ""


def _depth(text: str) -> int:
    tags = [match[1] for match in _TAG.finditer(text)]
    return sum(tag in _OPENING for tag in tags) - sum(tag in _CLOSING for tag in tags)


def _is_mark(row: etree._Element, said: dict[str, str]) -> bool:
    # every cell that says something says only block tags, and not a whole block of its own
    filled = [cell.get("r", "") for cell in row if len(cell)]
    only_tags = all(not _TAG.sub("", _COMMENT.sub("", text)).strip() for text in said.values())
    return only_tags and set(filled) <= set(said) and any(_TAG.search(text) for text in said.values())


def _addresses(row: etree._Element) -> Iterator[str]:
    for cell in row:
        yield cell.get("r", "")
