"""How the template looks: one accent, quiet greys, a tint where a person writes; it prints well in black and white."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from xl_salesflow.model.column import Column, Group, Type, Writer
from xl_salesflow.model.text import Language

ACCENT, ACCENT_MID, ACCENT_PALE = "1F5673", "7FA6BC", "DCE8EF"
INK, MUTED, LINE, WHITE = "22303C", "6B7A86", "D9DFE4", "FFFFFF"
INPUT, RECORD, PAPER = "EDF4F8", "F5F6F7", "FFFFFF"
AMBER, AMBER_INK = "FBE9B7", "7A5200"
RED, RED_INK = "F8D9D5", "9C1F14"
GREEN_INK = "2C6B4A"

TABS = {Group.WORK: ACCENT, Group.MANAGE: ACCENT_MID, Group.SETUP: "AEB8C0", Group.RECORD: "DDE2E6"}

_FACE: dict[Language, str] = {"en": "Arial", "zh": "Microsoft YaHei"}  # or their like, on every machine
_SIZE = 10


def font(
    language: Language, *, size: float | None = None, bold: bool = False, italic: bool = False, colour: str = INK,
    underline: bool = False,
) -> Font:  # fmt: skip
    """Return the workbook's typeface; Chinese has one of its own."""
    return Font(
        name=_FACE[language],
        sz=size or _SIZE,
        b=bold,
        i=italic,
        u="single" if underline else None,
        color=colour,
    )


def fill(colour: str) -> PatternFill:
    """Return a plain fill."""
    return PatternFill("solid", fgColor=colour, bgColor=colour)


def lined(colour: str = LINE) -> Border:
    """Return a hairline frame."""
    side = Side(style="thin", color=colour)
    return Border(left=side, right=side, top=side, bottom=side)


BODY_FILL = {Writer.PERSON: INPUT, Writer.FORMULA: PAPER, Writer.PRODUCT: RECORD}


@dataclass(frozen=True)
class Looks:
    """How a table looks, by who writes a column. *slanted* formulas stand back; *filtered* headers have buttons."""

    head: Mapping[Writer, str]
    head_ink: Mapping[Writer, str]
    body_ink: Mapping[Writer, str]
    slanted: bool
    filtered: bool
    upright: str  # where a cell stands in a high row: top or center


DATA = Looks(
    {Writer.PERSON: ACCENT, Writer.FORMULA: "E6EAED", Writer.PRODUCT: "CDD6DC"},
    {Writer.PERSON: WHITE, Writer.FORMULA: MUTED, Writer.PRODUCT: INK},
    {Writer.PERSON: INK, Writer.FORMULA: MUTED, Writer.PRODUCT: INK},
    slanted=True, filtered=True, upright="top",
)  # fmt: skip
"""A table people work in."""

PAGE = Looks(
    {Writer.PERSON: ACCENT, Writer.FORMULA: ACCENT_PALE, Writer.PRODUCT: ACCENT_PALE},
    {Writer.PERSON: WHITE, Writer.FORMULA: INK, Writer.PRODUCT: INK},
    {Writer.PERSON: INK, Writer.FORMULA: INK, Writer.PRODUCT: INK},
    slanted=False, filtered=False, upright="center",
)  # fmt: skip
"""A table people read."""

# text that looks like a number and must not become one
_VERBATIM = {"phone", "tax_id", "email", "bank"}
# fractions of which a tenth of a per cent matters
_FINE = {
    "discount",
    "tax_rate",
    "discount_limit",
    "step_conversion",
    "cumulative_conversion",
    "what_if",
    "conversion",
    "win_rate",
    "difference",
    "low",
    "high",
}
_FORMATS = {
    Type.INTEGER: "#,##0",
    Type.POINTS: "0",
    Type.MONEY: "#,##0.00",
    Type.PERCENT: "0%",
    Type.DATE: "yyyy-mm-dd",
    Type.TIME: "yyyy-mm-dd hh:mm:ss",
}
_OWN_FORMATS = {"founded": "0", "rate": "0.0000"}


def number_format(column: Column) -> str:
    """Return how the cells of *column* show their value."""
    if column.id in _OWN_FORMATS:
        return _OWN_FORMATS[column.id]
    if column.id in _VERBATIM:
        return "@"
    if column.id in _FINE:
        return "0.0%"
    if column.type is Type.NUMBER and column.is_formula:
        return "#,##0.0"
    return type_format(column.type)


def type_format(type: Type) -> str:
    """Return how a value of *type* is shown."""
    return _FORMATS.get(type, "General")


def alignment(column: Column, looks: Looks = DATA) -> Alignment:
    """Return where a value stands in its cell: text left, numbers right, marks in the middle; prose wraps."""
    across = _across(column)
    return Alignment(
        horizontal=across,
        vertical=looks.upright,
        indent=_indent(across, 0),
        wrap_text=column.type is Type.LONG and looks.filtered,
    )


def head_alignment(column: Column, looks: Looks) -> Alignment:
    """Return where a header stands: over its values, clear of the filter's button."""
    across = _across(column)
    return Alignment(
        horizontal=across, vertical="center", indent=_indent(across, 2 if looks.filtered else 0), wrap_text=True
    )


def _indent(across: str, right: int) -> int:
    return {"left": 1, "right": right}.get(across, 0)


def _across(column: Column) -> str:
    if column.type is Type.POINTS or column.options == "yes_no":
        return "center"
    return "left" if column.type.is_text else "right"


def under(colour: str = LINE) -> Border:
    """Return a hairline above and below, for a cell that its left neighbour runs into."""
    side = Side(style="thin", color=colour)
    return Border(top=side, bottom=side)
