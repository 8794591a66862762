"""The Chinese words of pages in both languages, which stand in docs/page_words.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_PAGE_WORDS = Path(__file__).resolve().parents[1] / "docs" / "page_words.toml"


def in_chinese(english: str) -> str:
    """Return the Chinese word beside *english* on a page."""
    return _read_page_words()[english]


@cache
def _read_page_words() -> Mapping[str, str]:
    return tomllib.loads(_PAGE_WORDS.read_text(encoding="utf-8"))
