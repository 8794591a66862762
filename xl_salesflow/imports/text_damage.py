"""Recognise text that another program has read in a wrong encoding, and repair it where nothing was lost.

UTF-8 that was read as Western European or as Chinese (GBK) can be read again. Characters that were replaced are lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from xl_salesflow.imports.text_encodings import are_common_characters
from xl_salesflow.schema.plain_values import LOST_CHARACTER

_LOST_AS_CHINESE = "\u951f\u65a4\u62f7"  # the replacement character in UTF-8, read as GBK
_UNDEFINED_IN_CP1252 = "\x81\x8d\x8f\x90\x9d"
_MOST_READINGS = 3  # text may be damaged more than once


def has_lost_characters(text: str) -> bool:
    """Return whether characters of *text* were replaced because a program could not read them."""
    return LOST_CHARACTER in text or _LOST_AS_CHINESE in text


def is_maybe_misread(texts: Iterable[str]) -> bool:
    """Return whether one of *texts* has characters that UTF-8 becomes when it is read in another encoding."""
    joined = "\n".join(texts)
    return not joined.isascii() and (
        _misread_as_western().search(joined) is not None or _misread_as_chinese().search(joined) is not None
    )


def repair_misread_text(text: str) -> str:
    """Return *text* as it was before another program read it in a wrong encoding; other text as it is."""
    for _ in range(_MOST_READINGS):
        repaired = _read_again(text)
        if repaired is None:
            break
        text = repaired
    return text


def repair_misread_rows(rows: Sequence[Sequence[str]]) -> tuple[Sequence[Sequence[str]], tuple[int, ...]]:
    """Return *rows* with misread cells repaired, and the positions of the rows that had some."""
    if not is_maybe_misread(cell for row in rows for cell in row):
        return rows, ()
    repaired = [[cell if cell.isascii() else repair_misread_text(cell) for cell in row] for row in rows]
    return repaired, tuple(at for at, (old, new) in enumerate(zip(rows, repaired, strict=True)) if list(old) != new)


@lru_cache(1 << 12)
def _read_again(text: str) -> str | None:
    if _misread_as_western().search(text):
        try:
            bytes_of_file = b"".join(
                letter.encode("latin-1" if letter in _UNDEFINED_IN_CP1252 else "cp1252") for letter in text
            )
            return bytes_of_file.decode("utf-8")
        except UnicodeError:
            return None
    if _misread_as_chinese().search(text):
        try:
            again = text.encode("gb18030").decode("utf-8")
        except UnicodeError:
            return None
        return again if are_common_characters(again) and not are_common_characters(text) else None
    return None


@cache
def _misread_as_western() -> re.Pattern[str]:
    """Return the pattern of a character beyond ASCII in UTF-8, read as Windows-1252."""
    following = "".join(re.escape(bytes([code]).decode("cp1252", "ignore")) for code in range(0x80, 0xC0))
    return re.compile(f"[\xc2-\xdf\xe0-\xf4][{following}{_UNDEFINED_IN_CP1252}]")


@cache
def _misread_as_chinese() -> re.Pattern[str]:
    """Return the pattern of the first two bytes of a Chinese character in UTF-8, read as GBK."""
    codes = (bytes([first, second]) for first in range(0xE4, 0xEA) for second in range(0x80, 0xC0))
    return re.compile(f"[{''.join(code.decode('gbk', 'ignore') for code in codes)}]")
