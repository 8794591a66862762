"""Values that cells hold: formulas, errors, text as XML escapes it.

Characters that XML forbids are written as _x0000_. Imports neither lxml nor numpy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from xl_salesflow.locale.texts import Text


class UnsupportedValue(ValueError):
    """A value that no cell can hold; `why` is the reason as a sentence."""

    def __init__(self, message: str, /, **facts: object) -> None:
        self.why = Text(message).with_facts(**facts)
        super().__init__(self.why.in_("en"))


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An Excel error such as #N/A, as opposed to text that looks like one."""

    code: str

    def __str__(self) -> str:
        return self.code


class CellFormula(NamedTuple):
    """A formula in file syntax without its leading =, and the value it has now.

    *array* is the range that a formula entered as an array fills; the cell is its first one.
    """

    text: str
    cached: Any = None
    array: str = ""


class CachedValue(NamedTuple):
    """A new cached value for a cell that keeps its formula; a cell without a formula is left alone."""

    value: Any


class _NoValue:
    """Marks a missing value where None is a value."""


NO_VALUE = _NoValue()


class RawCell(NamedTuple):
    """A cell that moves unchanged: its attributes without its address, its content, and a value that was set afterwards."""

    attributes: bytes
    content: bytes
    value: Any = NO_VALUE


class _RemovedCell:
    """The value of a cell that is removed."""


REMOVED_CELL = _RemovedCell()

_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORBIDDEN_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_HEX_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_XML_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,8})|#([0-9]{1,8})|(\w+));")
_NAMED_ENTITIES = {
    "lt": "<",
    "gt": ">",
    "quot": '"',
    "apos": "'",
    "amp": "&",
}  # & last, so that nothing is decoded twice
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def escape_cell_text(text: str) -> bytes:
    """Escape a cell's text: XML's own characters, and as _x0000_ what XML forbids."""
    if "_x" in text:
        text = _ESCAPE_LOOKALIKE.sub("_x005F_", text)
    if _FORBIDDEN_IN_XML.search(text):
        text = _FORBIDDEN_IN_XML.sub(lambda m: f"_x{ord(m.group()):04X}_", text)
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.encode("utf-8")


def unescape_xml(raw: bytes) -> str:
    """Decode XML character data: entities and line ends."""
    text = raw.decode("utf-8", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&#" in text:
        return _decode_references(text)
    if "&" in text:  # frequent in formulas, so without a pattern
        for name, character in _NAMED_ENTITIES.items():
            text = text.replace(f"&{name};", character)
    return text


def unescape_cell_text(raw: bytes) -> str:
    """Decode a cell's text: character data, then the _x0000_ escapes."""
    text = unescape_xml(raw)
    if "_x" in text:
        text = _HEX_ESCAPE.sub(lambda m: chr(int(m.group(1), 16)), text)
        text = _SURROGATE_PAIR.sub(lambda m: m.group().encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return text


@lru_cache(maxsize=1 << 9)
def _decode_references(text: str) -> str:
    """Decode a text with character references; in some writers' files each formula of a long column is full of them."""
    return _XML_ENTITY.sub(_decode_entity, text)


def _decode_entity(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED_ENTITIES.get(name, match.group())
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(number) if number < 0xD800 or 0xDFFF < number < 0x110000 else match.group()


def escape_formula(text: str) -> bytes:
    """Escape a formula, which only uses XML's own escapes."""
    return text.removeprefix("=").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode("utf-8")


_PHONETIC_RUN_TAG = re.compile(rb"<((?:[\w.-]+:)?)rPh(?:\s[^<>]*)?>")
_TEXT_RUN = re.compile(rb"<(?:[\w.-]+:)?t(?:\s[^<>]*)?>([^<]*)</(?:[\w.-]+:)?t>")


def join_rich_text(xml: bytes) -> str:
    """Join the runs of a string item or of an inline string."""
    return "".join(map(unescape_cell_text, _TEXT_RUN.findall(_leave_out_phonetic_runs(xml) if b"rPh" in xml else xml)))


def _leave_out_phonetic_runs(xml: bytes) -> bytes:
    """Return *xml* without the runs that say how a text is pronounced; one that is never closed stays."""
    kept, end = list[bytes](), 0
    for tag in _PHONETIC_RUN_TAG.finditer(xml):
        if tag.start() < end:
            continue
        closing = b"</%brPh>" % tag.group(1)
        after = tag.end() if tag.group().endswith(b"/>") else xml.find(closing, tag.end()) + len(closing)
        if after < len(closing):
            break  # searching for the end of each would take time in proportion to the square of their number
        kept.append(xml[end : tag.start()])
        end = after
    return b"".join((*kept, xml[end:]))
