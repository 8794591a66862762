# ruff: noqa: E501  # a value or an element is one line
"""Damage texts and bytes at random places, with values that are known to hurt."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from random import Random

from tests.ooxml.fuzzing import NASTY

WORDS = (
    *NASTY,
    *("1e400", "-1e308", "inf", "-inf", "1,5,5", "1.234,56", "12/31/9999", "0000-00-00", "9999-12-31", "31.02.2026", "24:61"),
    *("=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", '"', '""', "'", "\0", "\r", "\n", "\r\n", "\u2028", "\u202e", "\ufeff"),
    *("x" * 5_000, "é" * 300, "😀", "e\u0301", "\u4e0a\u6d77", "\x1b[31m", "{{ 7*7 }}", "{% raw %}", "#panic()", "<script>", "%00", "\\", "a\u0000b"),
)  # fmt: skip
_WINDOW = 4_096


def noise(data: bytes, chance: Random) -> bytes:
    """Write, insert or remove a few bytes."""
    at, length = chance.randrange(len(data) + 1), chance.choice((1, 1, 2, 4, 8, 64))
    new = chance.choice((b"", chance.randbytes(length), data[at : at + length] * 2, b"\xff\xfe", b"\0" * length))
    return data[:at] + new + data[at + chance.choice((0, length)) :]


def cut(data: bytes, chance: Random) -> bytes:
    """Cut the end off."""
    return data[: chance.randrange(len(data) + 1)]


def a_word(chance: Random) -> str:
    """Return a word that hurts, or several in a row."""
    return "".join(chance.choice(WORDS) for _ in range(chance.choice((1, 1, 1, 2, 3))))


def put_word(pattern: re.Pattern[bytes], text: bytes, chance: Random) -> bytes:
    """Put a word in the place of what the first group of *pattern* finds after a random place."""
    start = chance.randrange(len(text) + 1)
    found = pattern.search(text, start, start + _WINDOW) or pattern.search(text, 0, _WINDOW)
    if not found:
        return noise(text, chance)
    word = a_word(chance).encode("utf-8", "replace")
    return text[: found.start(1)] + word + text[found.end(1) :]


def drop_or_repeat(pattern: re.Pattern[bytes], text: bytes, chance: Random) -> bytes:
    """Leave out what *pattern* finds after a random place, or write it several times."""
    start = chance.randrange(len(text) + 1)
    found = pattern.search(text, start, start + _WINDOW)
    if not found:
        return cut(text, chance)
    return text[: found.start()] + found.group() * chance.choice((0, 0, 2, 40)) + text[found.end() :]


_ATTRIBUTE, _CONTENT = re.compile(rb"=[\"']([^\"'<>]*)[\"']"), re.compile(rb">([^<>]+)<")
_ELEMENT = re.compile(rb"<([\w:.-]+)[^<>]*(?:/>|>[^<>]*</\1>)|</?[\w:.-]+[^<>]*>")
_Damage = Callable[[bytes, Random], bytes]
XML_DAMAGE: tuple[_Damage, ...] = (
    *[lambda text, chance: put_word(_ATTRIBUTE, text, chance)] * 3,
    *[lambda text, chance: put_word(_CONTENT, text, chance)] * 3,
    *[lambda text, chance: drop_or_repeat(_ELEMENT, text, chance)] * 2,
    noise,
    cut,
)


def damage_xml(text: bytes, chance: Random) -> bytes:
    """Damage an XML part at one place."""
    return chance.choice(XML_DAMAGE)(text, chance)


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return the parts as a package; without compression, which is faster."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


def damage_package(parts: Mapping[str, bytes], chance: Random) -> bytes:
    """Damage one to three parts, rarely swap or lose one, rarely damage the package itself."""
    hurt = dict(parts)
    for _ in range(chance.randint(1, 3)):
        name = chance.choice(sorted(hurt))
        hurt[name] = damage_xml(hurt[name], chance)
    if chance.random() < 0.05:
        hurt.pop(chance.choice(sorted(hurt)))
    if chance.random() < 0.05:
        first, second = chance.choice(sorted(hurt)), chance.choice(sorted(hurt))
        hurt[first] = hurt[second]
    data = packed(hurt)
    return noise(data, chance) if chance.random() < 0.1 else data
