"""Number formats: which ones show a date or a time, and date formats for cells that have none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from xl_salesflow.ooxml.cell_writer import WriteMode
from xl_salesflow.ooxml.workbook_parts import child_elements, integer_attribute

NUMBER_FORMAT_KIND, DATE_FORMAT_KIND, DATETIME_FORMAT_KIND, TIME_FORMAT_KIND, DURATION_FORMAT_KIND = range(5)

_BUILT_IN_FORMAT_KINDS = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58), DATE_FORMAT_KIND),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), TIME_FORMAT_KIND),
    22: DATETIME_FORMAT_KIND,
    46: DURATION_FORMAT_KIND,
}
# Text in quotes, escaped and padding characters, colours, conditions and locales do not distinguish dates from numbers.
_FORMAT_CODE_NOISE = re.compile(r'"[^"]*"|\\.|[_*].|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED_TIME_CODE = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_MINUTE_CODE = re.compile(r"(?<=h)([^a-z]*)m+|m+(?=[^a-z]*s)", re.IGNORECASE)


def classify_number_format(code: str) -> int:
    """Return whether a number format shows a number, a date, a time, both, or elapsed time."""
    section = _FORMAT_CODE_NOISE.sub("", code).split(";")[0].lower()
    if "general" in section:
        return NUMBER_FORMAT_KIND
    if _ELAPSED_TIME_CODE.search(section):
        return DURATION_FORMAT_KIND
    clock = bool(re.search(r"[hs]|am/pm|\u4e0a\u5348/\u4e0b\u5348", section))  # the latter is AM/PM in Chinese
    calendar = bool(re.search(r"[dyegb]|m", _MINUTE_CODE.sub(r"\1", section.replace("am/pm", "").replace("a/p", ""))))
    if calendar and re.search(r"[0#?]", section.split(".")[0]):
        return NUMBER_FORMAT_KIND  # 0.00E+00 and similar
    return (
        DATETIME_FORMAT_KIND
        if clock and calendar
        else TIME_FORMAT_KIND
        if clock
        else DATE_FORMAT_KIND
        if calendar
        else NUMBER_FORMAT_KIND
    )


def read_format_kinds(root: etree._Element) -> list[int]:
    """Return the kind of every cell format, in the order of the `s` attribute."""
    custom = {
        integer_attribute(element, "numFmtId", -1): classify_number_format(element.get("formatCode") or "")
        for element in child_elements(root, "numFmts", "numFmt")
    }
    ids = [integer_attribute(xf, "numFmtId") for xf in child_elements(root, "cellXfs", "xf")]
    return [custom.get(number, _BUILT_IN_FORMAT_KINDS.get(number, NUMBER_FORMAT_KIND)) for number in ids]


_CELL_FORMATS_ELEMENT = re.compile(rb"(<(?:[\w.-]+:)?cellXfs\b)([^<>]*)(>)(.*?)(</(?:[\w.-]+:)?cellXfs>)", re.DOTALL)
_CELL_FORMAT_ELEMENT = re.compile(
    rb"<(?:[\w.-]+:)?xf\b[^<>]*?(?:/>|>(?:[^<]++|<(?!/?(?:[\w.-]+:)?xf[\s/>]))*+</(?:[\w.-]+:)?xf>)", re.DOTALL
)
_NUMBER_FORMAT_ATTRIBUTES = re.compile(rb'\s(?:numFmtId|applyNumberFormat)="[^"]*"')
_CELL_FORMAT_COUNT = re.compile(rb'\scount="[0-9]+"')
_CELL_FORMAT_INDEX = re.compile(rb'\ss="([0-9]{1,9})"')
_BUILT_IN_DATE_FORMATS = {
    WriteMode.DATE: 14,
    WriteMode.DATETIME: 22,
}  # built in; Excel shows them in the user's own order


class DateFormats:
    """Finds a date format similar to the cell's own, and adds the missing ones."""

    def __init__(self, kinds: Sequence[int]) -> None:
        self._kinds = kinds
        self._added: dict[tuple[int, int], int] = {}  # the original format and its number format, to the new one
        self._known: dict[tuple[bytes, WriteMode], bytes] = {}

    def __bool__(self) -> bool:
        return bool(self._added)

    def __call__(self, style: bytes, mode: WriteMode) -> bytes:
        """Return the format attribute for a date in a cell with the format *style*."""
        known = self._known.get((style, mode))
        return self._known.setdefault((style, mode), self._find(style, mode)) if known is None else known

    def _find(self, style: bytes, mode: WriteMode) -> bytes:
        match = _CELL_FORMAT_INDEX.search(style)
        index = int(match.group(1)) if match else 0
        if index >= len(self._kinds) or self._kinds[index] != NUMBER_FORMAT_KIND:
            return style
        new = self._added.setdefault((index, _BUILT_IN_DATE_FORMATS[mode]), len(self._kinds) + len(self._added))
        return b' s="%d"' % new

    def add_to(self, styles: bytes) -> bytes:
        """Add the missing formats to the styles part."""
        found = _CELL_FORMATS_ELEMENT.search(styles)
        if found is None or not self._added:
            return styles
        opening, attributes, bracket, inside, closing = found.groups()
        formats = _CELL_FORMAT_ELEMENT.findall(inside)
        new = b"".join(_replace_number_format(formats[index], number) for index, number in self._added)
        count = b' count="%d"' % (len(formats) + len(self._added))
        parts = (opening, _CELL_FORMAT_COUNT.sub(b"", attributes), count, bracket, inside, new, closing)
        return styles[: found.start()] + b"".join(parts) + styles[found.end() :]


def _replace_number_format(xf: bytes, number: int) -> bytes:
    name = re.match(rb"<(?:[\w.-]+:)?xf", xf)
    assert name is not None, xf
    rest = _NUMBER_FORMAT_ATTRIBUTES.sub(b"", xf[name.end() :])
    return b'%b numFmtId="%d" applyNumberFormat="1"%b' % (name.group(), number, rest)
