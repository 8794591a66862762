"""The names that other people's files use, and how two names are compared."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from xl_salesflow.model.tables import TABLES

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_UNIT = re.compile(r"[(\[][^()\[\]]*[)\]]")
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class StageWords:
    """One stage that many processes share: its names, its usual place, and which others may stand for it."""

    id: str
    names: frozenset[str]
    rank: int
    kind: str
    falls_to: tuple[str, ...]


def plain(name: str) -> str:
    """Return *name* as it is compared: width, case, marks and bracketed units aside, words apart by one blank."""
    wide = unicodedata.normalize("NFKC", name)
    bare = _UNIT.sub(" ", wide)
    return _words(bare) or _words(wide)


def squeezed(name: str) -> str:
    """Return *name* without case, blanks and marks: "GTX Pro", "GTXPro" and "gtx-pro" are one."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name).casefold())


def _words(name: str) -> str:
    return _MARKS.sub(" ", _CAMEL.sub(" ", name)).strip().casefold()


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("vocabulary.toml").read_text(encoding="utf-8"))


@cache
def header_words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return table → target → the names that mean it, compared as `plain` gives them."""
    read: Mapping[str, Mapping[str, list[str]]] = _read()["headers"]
    return {
        table: {target: tuple(plain(n) for n in names) for target, names in words.items()}
        for table, words in read.items()
    }


@cache
def every_header() -> frozenset[str]:
    """Return every name that means a column of some table, compared as `plain` gives them."""
    declared = (text for table in TABLES.values() for c in table.columns for text in (c.id, *c.header.both()))
    return frozenset(map(plain, declared)).union(
        *(names for words in header_words().values() for names in words.values())
    )


@cache
def file_words() -> Mapping[str, frozenset[str]]:
    """Return table → the words in a file's name that speak for it."""
    return {table: frozenset(words) for table, words in _read()["files"].items()}


@cache
def stage_words() -> tuple[StageWords, ...]:
    """Return the stages that many processes share, in their usual order."""
    return tuple(
        StageWords(
            entry["id"], frozenset(plain(name) for name in entry["names"]), entry["rank"], entry["kind"],
            tuple(entry.get("falls_to", ())),
        )
        for entry in _read()["stages"]
    )  # fmt: skip
