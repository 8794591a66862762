"""Text files: which encoding, which delimiter, and the rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from xl_salesflow.errors import UsageError

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1252")
DELIMITERS = (",", ";", "\t", "|")
_PAIRS = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")
_SAMPLE = 200  # lines are enough to see how a file is parted


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text file is written; both blank for a sheet."""

    encoding: str = ""
    delimiter: str = ""


def layout_of(raw: bytes) -> Layout:
    """Return how the text file *raw* is written, by its marks, its bytes and the width of its lines."""
    encoding = _encoding(raw)
    return Layout(encoding, _delimiter(_decoded(raw, encoding)))


def rows_of(raw: bytes, layout: Layout, path: Path) -> list[list[str]]:
    """Return the records of *raw*; quoted cells may hold line breaks.

    Raises:
        UsageError: the bytes are not of the encoding that a mapping names, or a cell never ends.
    """
    try:
        text = _decoded(raw, layout.encoding)
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter))
    except (UnicodeDecodeError, LookupError) as error:
        raise UsageError(
            f"{path} is not written in {layout.encoding} ({error}); name another encoding in the map.",
            f"{path} 的编码不是 {layout.encoding}({error})；请在映射中改用其他编码。",
        ) from error
    except csv.Error as error:
        raise UsageError(
            f"{path} cannot be parted into cells ({error}); is a quotation mark missing?",
            f"{path} 无法拆分为单元格（{error}）；是否缺少引号？",
        ) from error


def _decoded(raw: bytes, encoding: str) -> str:
    # five bytes of cp1252 mean nothing; a file that has them keeps them as control marks, cleaned away later
    return raw.decode(encoding) if encoding != "cp1252" else raw.decode("cp1252", errors="replace")


def _encoding(raw: bytes) -> str:
    if raw.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _reads(raw, "utf-8"):
        return "utf-8"
    # Chinese comes in pairs of high bytes, an accent stands alone between plain letters
    high, paired = len(_HIGH.findall(raw)), 2 * len(_PAIRS.findall(raw))
    return "gb18030" if paired >= 0.8 * high and _reads(raw, "gb18030") else "cp1252"


def _reads(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(text: str) -> str:
    lines = "\n".join(text.splitlines()[:_SAMPLE])
    return max(DELIMITERS, key=lambda mark: _steadiness(lines, mark))


def _steadiness(lines: str, mark: str) -> tuple[float, int]:
    """Return how many lines share the usual width, times that width; one column counts for nothing."""
    widths = [len(row) for row in csv.reader(io.StringIO(lines, newline=""), delimiter=mark) if row]
    if not widths:
        return 0.0, 0
    usual = max(set(widths), key=widths.count)
    return (widths.count(usual) / len(widths) if usual > 1 else 0.0), usual
