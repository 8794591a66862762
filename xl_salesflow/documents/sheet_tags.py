"""A worksheet with Jinja tags as one Jinja template.

The template has a line for each row and each cell with tags. A row whose cells contain only block tags is not printed;
a row that opens a loop in its first tag and ends it in its last one is repeated. The template passes rows and values of
tags to the functions `_row` and `_cell`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from jinja2 import TemplateSyntaxError

from xl_salesflow.ooxml.office_templates import StoredTemplateRow

_BLOCK_TAG = re.compile(r"\{%-?\s*(\w+).*?-?%\}", re.DOTALL)
_ANY_TAG = re.compile(r"\{\{|\{%|\{#")
_COMMENT_TAG = re.compile(r"\{#.*?#\}", re.DOTALL)
_SINGLE_EXPRESSION = re.compile(r"\s*\{\{-?(.*?)-?\}\}\s*", re.DOTALL)
_OPENING_TAGS = ("for", "if")
_CLOSING_TAGS = ("endfor", "endif")
_LEADING_TAGS = re.compile(r"\s*(?:\{%-?\s*(?:for|if)\b(?:(?!%\}).)*%\}\s*)+", re.DOTALL)
_TRAILING_TAGS = re.compile(r"(?:\s*\{%-?\s*(?:endfor|endif)\s*-?%\})+\s*", re.DOTALL)


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


def build_sheet_source(rows: Iterable[StoredTemplateRow]) -> SheetSource:
    """Return the template of a sheet's *rows*.

    Raises:
        TemplateSyntaxError: a loop begins in one row and ends in the middle of another.
    """
    source, before = SheetSource(), 0
    for row in rows:
        if row.number - before > 1:  # rows without cells are not in the file, but they keep their place
            source.add(f"{{{{ _row({before + 1}, {row.number - before - 1}) }}}}", str(before + 1))
        before = row.number
        tagged = {address: text for address, text in row.texts.items() if _ANY_TAG.search(text)}
        if tagged and _is_tag_row(row, tagged):
            for address, text in tagged.items():
                source.add(_COMMENT_TAG.sub("", text).strip(), address)
        else:
            _add_source_row(source, row.number, tagged)
    return source


def _add_source_row(source: SheetSource, number: int, tagged: dict[str, str]) -> None:
    opening, closing, inner = list[tuple[str, str]](), list[tuple[str, str]](), dict[str, str]()
    for address, text in tagged.items():
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


def _is_tag_row(row: StoredTemplateRow, tagged: dict[str, str]) -> bool:
    # all non-empty cells contain only block tags
    only_tags = all(not _BLOCK_TAG.sub("", _COMMENT_TAG.sub("", text)).strip() for text in tagged.values())
    return only_tags and row.filled <= set(tagged) and any(_BLOCK_TAG.search(text) for text in tagged.values())
