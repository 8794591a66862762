"""File names that are safe on Windows, macOS and Linux, whatever a customer is called."""

from __future__ import annotations

import re
import unicodedata

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?=\.|$)")
_LONGEST = 180  # bytes, so that name, ending and a temporary mark fit into the 255 of every file system


def safe_name(name: str, fallback: str = "document") -> str:
    """Return *name* as a file name without ending: no path, no control or invisible direction marks, not reserved."""
    kept = "".join(" " if mark.isspace() else mark for mark in unicodedata.normalize("NFC", name) if _shown(mark))
    plain = re.sub(r" {2,}", " ", _FORBIDDEN.sub("-", kept))
    short = plain.strip(" .").encode("utf-8")[:_LONGEST].decode("utf-8", "ignore").strip(" .")
    if not short.strip("-_ "):
        return fallback
    return f"_{short}" if _RESERVED.match(short) else short


def _shown(mark: str) -> bool:
    # control, format (bidi overrides), surrogate, private and unassigned characters do not belong in a name
    return mark.isspace() or not unicodedata.category(mark).startswith("C")
