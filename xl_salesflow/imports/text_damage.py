"""Recognise text that another program has read in a wrong encoding, and repair it where nothing was lost.

UTF-8 that was read as Western European or as Chinese (GBK) can be read again, and so can Chinese or Russian text that was read
as Western European. Characters that were replaced are lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import islice

from xl_salesflow.imports.text_encodings import are_common_characters, detect_encodings
from xl_salesflow.schema.plain_values import LOST_CHARACTER

_LOST_AS_CHINESE = "\u951f\u65a4\u62f7"  # the replacement character in UTF-8, read as GBK
_UNDEFINED_IN_CP1252 = "\x81\x8d\x8f\x90\x9d"
_FOREIGN_AS_WESTERN = re.compile("(?<![\xa1-\xff])[\xa1-\xfe]{4,}(?![\xa1-\xff])")
"""Four and more letters in a row that are all accented or signs: Chinese or Cyrillic text, read as Windows-1252."""

_LATIN_LETTER = re.compile("[A-Za-z]")
_FOREIGN_ENCODINGS = ("gb18030", "cp1251", "big5hkscs", "cp932", "cp949", "cp1253", "cp1255", "cp1256", "koi8_r")
_MOST_TRIED_CELLS = 500
_MOST_READINGS = 3  # text may be damaged more than once


def has_lost_characters(text: str) -> bool:
    """Return whether characters of *text* were replaced because a program could not read them."""
    return LOST_CHARACTER in text or _LOST_AS_CHINESE in text


def is_maybe_misread(texts: Iterable[str]) -> bool:
    """Return whether one of *texts* has characters that text becomes when it is read in another encoding."""
    joined = "\n".join(texts)
    shapes = (_misread_as_western(), _misread_as_chinese(), _FOREIGN_AS_WESTERN)
    return not joined.isascii() and any(shape.search(joined) for shape in shapes)


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
    encoding = _find_foreign_encoding(cell for row in rows for cell in row)
    repaired = [[cell if cell.isascii() else _repair_cell(cell, encoding) for cell in row] for row in rows]
    return repaired, tuple(at for at, (old, new) in enumerate(zip(rows, repaired, strict=True)) if list(old) != new)


def _find_foreign_encoding(cells: Iterable[str]) -> str:
    """Return the encoding of the *cells* that were read as Windows-1252 although they are in no Western language, or ""."""
    foreign = list(islice(dict.fromkeys(cell for cell in cells if _FOREIGN_AS_WESTERN.search(cell)), _MOST_TRIED_CELLS))
    try:
        found = detect_encodings("\n".join(foreign).encode("cp1252")) if foreign else ()
    except UnicodeError:
        return ""
    rivals = set(found[1:]) - {"mac_cyrillic"}  # much like cp1251
    return found[0] if found and not rivals and found[0] in _FOREIGN_ENCODINGS else ""


def _repair_cell(cell: str, encoding: str) -> str:
    repaired = repair_misread_text(cell)
    is_foreign = _FOREIGN_AS_WESTERN.search(cell) or not _LATIN_LETTER.search(cell)
    if repaired != cell or not encoding or not is_foreign:
        return repaired
    try:
        return cell.encode("cp1252").decode(encoding)
    except UnicodeError:
        return cell


@lru_cache(1 << 12)
def _read_again(text: str) -> str | None:
    if _misread_as_western().search(text) and (again := _read_western_again(text)):
        return again
    if _misread_as_chinese().search(text):
        try:
            again = text.encode("gb18030").decode("utf-8")
        except UnicodeError:
            return None
        return again if are_common_characters(again) and not are_common_characters(text) else None
    return None


def _read_western_again(text: str) -> str | None:
    """Return *text* as the UTF-8 that was read as Windows-1252, or None."""
    try:
        bytes_of_file = b"".join(
            letter.encode("latin-1" if letter in _UNDEFINED_IN_CP1252 else "cp1252") for letter in text
        )
        return bytes_of_file.decode("utf-8")
    except UnicodeError:
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
