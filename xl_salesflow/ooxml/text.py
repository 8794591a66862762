"""Text in XML: its own escapes, and Excel's _x0000_ for what XML forbids."""

from __future__ import annotations

import re

_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,8})|#([0-9]{1,8})|(\w+));")
_NAMED = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}  # & last: what it leaves is text
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def xml_text(text: str) -> bytes:
    """Escape a cell's text: XML's own characters, and as _x0000_ what XML forbids."""
    if "_x" in text:
        text = _ESCAPE_LIKE.sub("_x005F_", text)
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub(lambda m: f"_x{ord(m.group()):04X}_", text)
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.encode("utf-8")


def plain_text(raw: bytes) -> str:
    """Read XML character data: entities and line ends."""
    text = raw.decode("utf-8", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&#" in text:
        return _ENTITY.sub(_entity, text)
    if "&" in text:  # a sheet's formulas are full of them
        for name, character in _NAMED.items():
            text = text.replace(f"&{name};", character)
    return text


def cell_text(raw: bytes) -> str:
    """Read a cell's text: character data, then the _x0000_ escapes."""
    text = plain_text(raw)
    if "_x" in text:
        text = _ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), text)
        text = _PAIR.sub(lambda m: m.group().encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return text


def _entity(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED.get(name, match.group())
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(number) if number < 0xD800 or 0xDFFF < number < 0x110000 else match.group()


def xml_formula(text: str) -> bytes:
    """Escape a formula, which knows XML's escapes only."""
    return text.removeprefix("=").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode("utf-8")
