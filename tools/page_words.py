"""Chinese words for pages in both languages, read from docs/page_words.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_PAGE_WORDS = Path(__file__).resolve().parents[1] / "docs" / "page_words.toml"


def in_chinese(english: str) -> str:
    """Return the Chinese word for *english*."""
    return _read_page_words()[english]


@cache
def _read_page_words() -> Mapping[str, str]:
    return tomllib.loads(_PAGE_WORDS.read_text(encoding="utf-8"))
