"""Which cell formats show a number as a date or a time, and formats for dates in cells that have none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from xl_salesflow.ooxml.cell_writer import Mode
from xl_salesflow.ooxml.parts import children, whole

NUMBER, DATE, DATETIME, TIME, DURATION = range(5)

_BUILT_IN = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58), DATE),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), TIME),
    22: DATETIME,
    46: DURATION,
}
# Text in quotes, escaped and padding characters, colours, conditions and locales say nothing about dates.
_NOISE = re.compile(r'"[^"]*"|\\.|[_*].|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_MONTH_IN_TIME = re.compile(r"(?<=h)([^a-z]*)m+|m+(?=[^a-z]*s)", re.IGNORECASE)


def kind_of_format(code: str) -> int:
    """Tell whether a number format shows a number, a date, a time, both, or elapsed time."""
    section = _NOISE.sub("", code).split(";")[0].lower()
    if "general" in section:
        return NUMBER
    if _ELAPSED.search(section):
        return DURATION
    clock = bool(re.search(r"[hs]|am/pm|上午/下午", section))
    calendar = bool(re.search(r"[dyegb]|m", _MONTH_IN_TIME.sub(r"\1", section.replace("am/pm", "").replace("a/p", ""))))
    if calendar and re.search(r"[0#?]", section.split(".")[0]):
        return NUMBER  # 0.00E+00 and its like
    return DATETIME if clock and calendar else TIME if clock else DATE if calendar else NUMBER


def format_kinds(root: etree._Element) -> list[int]:
    """Give the kind of every cell format, in the order that a cell's `s` counts."""
    custom = {
        whole(element, "numFmtId", -1): kind_of_format(element.get("formatCode") or "")
        for element in children(root, "numFmts", "numFmt")
    }
    ids = [whole(xf, "numFmtId") for xf in children(root, "cellXfs", "xf")]
    return [custom.get(number, _BUILT_IN.get(number, NUMBER)) for number in ids]


_FORMATS = re.compile(rb"(<(?:[\w.-]+:)?cellXfs\b)([^>]*)(>)(.*?)(</(?:[\w.-]+:)?cellXfs>)", re.DOTALL)
_FORMAT = re.compile(rb"<(?:[\w.-]+:)?xf\b[^>]*?(?:/>|>.*?</(?:[\w.-]+:)?xf>)", re.DOTALL)
_NUMBER_FORMAT = re.compile(rb'\s(?:numFmtId|applyNumberFormat)="[^"]*"')
_COUNT = re.compile(rb'\scount="[0-9]+"')
_STYLE = re.compile(rb'\ss="([0-9]{1,9})"')
_SHOWN_AS = {Mode.DATE: 14, Mode.DATETIME: 22}  # built in; Excel shows them in the reader's own order


class DateFormats:
    """Finds for a date a format like the cell's own that shows it as one, and adds those that are missing."""

    def __init__(self, kinds: Sequence[int]) -> None:
        self._kinds = kinds
        self._added: dict[tuple[int, int], int] = {}  # the format taken after and its number format, to the new one
        self._known: dict[tuple[bytes, Mode], bytes] = {}

    def __bool__(self) -> bool:
        return bool(self._added)

    def __call__(self, style: bytes, mode: Mode) -> bytes:
        """Give the format attribute for a date, from the one that the cell has."""
        known = self._known.get((style, mode))
        return self._known.setdefault((style, mode), self._find(style, mode)) if known is None else known

    def _find(self, style: bytes, mode: Mode) -> bytes:
        match = _STYLE.search(style)
        index = int(match.group(1)) if match else 0
        if index >= len(self._kinds) or self._kinds[index] != NUMBER:
            return style
        new = self._added.setdefault((index, _SHOWN_AS[mode]), len(self._kinds) + len(self._added))
        return b' s="%d"' % new

    def add_to(self, styles: bytes) -> bytes:
        """Add the formats that were asked for to the styles part."""
        found = _FORMATS.search(styles)
        if found is None or not self._added:
            return styles
        opening, attributes, bracket, inside, closing = found.groups()
        formats = _FORMAT.findall(inside)
        new = b"".join(_with_number_format(formats[index], number) for index, number in self._added)
        count = b' count="%d"' % (len(formats) + len(self._added))
        parts = (opening, _COUNT.sub(b"", attributes), count, bracket, inside, new, closing)
        return styles[: found.start()] + b"".join(parts) + styles[found.end() :]


def _with_number_format(xf: bytes, number: int) -> bytes:
    name = re.match(rb"<(?:[\w.-]+:)?xf", xf)
    assert name is not None, xf
    rest = _NUMBER_FORMAT.sub(b"", xf[name.end() :])
    return b'%b numFmtId="%d" applyNumberFormat="1"%b' % (name.group(), number, rest)
