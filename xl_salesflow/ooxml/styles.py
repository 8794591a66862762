"""Which cell formats show a number as a date or a time."""

from __future__ import annotations

import re

from lxml import etree

from xl_salesflow.ooxml.parts import children

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
        int(element.get("numFmtId") or -1): kind_of_format(element.get("formatCode") or "")
        for element in children(root, "numFmts", "numFmt")
    }
    ids = [int(xf.get("numFmtId") or 0) for xf in children(root, "cellXfs", "xf")]
    return [custom.get(number, _BUILT_IN.get(number, NUMBER)) for number in ids]
