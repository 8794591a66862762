"""Shared and inline strings: what a reader shows of them, phonetic hints left out."""

from __future__ import annotations

import re

from xl_salesflow.ooxml.package import Package
from xl_salesflow.ooxml.text import cell_text

_ITEM = re.compile(
    rb"<(?:[\w.-]+:)?si\b[^>]*?(?:/>|>\s*(?:<(?:[\w.-]+:)?t(?:\s[^>]*)?>([^<]*)</(?:[\w.-]+:)?t>\s*)?(.*?)</(?:[\w.-]+:)?si>)",
    re.DOTALL,
)
_PHONETIC = re.compile(rb"<((?:[\w.-]+:)?)rPh\b.*?</\1rPh>", re.DOTALL)
_TEXT = re.compile(rb"<(?:[\w.-]+:)?t(?:\s[^>]*)?>([^<]*)</(?:[\w.-]+:)?t>")


def rich_text(xml: bytes) -> str:
    """Join the runs of a string item or of an inline string."""
    return "".join(map(cell_text, _TEXT.findall(_PHONETIC.sub(b"", xml))))


def shared_strings(package: Package, part: str) -> list[str]:
    """Read the shared strings in their order."""
    return [cell_text(text) + (rich_text(runs) if runs else "") for text, runs in _ITEM.findall(package.read(part))]
