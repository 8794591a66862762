"""The look of the template: one accent colour, greys, and a tint for input cells.

It also prints well in black and white.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.table_columns import Column, ColumnType, ColumnWriter, SheetGroup

ACCENT_COLOUR, ACCENT_MID_COLOUR, ACCENT_PALE_COLOUR = "1F5673", "7FA6BC", "DCE8EF"
INK_COLOUR, MUTED_COLOUR, LINE_COLOUR, WHITE_COLOUR = "22303C", "5B6873", "D9DFE4", "FFFFFF"
INPUT_COLOUR, RECORD_COLOUR, PAPER_COLOUR = "EDF4F8", "F5F6F7", "FFFFFF"
AMBER_COLOUR, AMBER_INK_COLOUR = "FBE9B7", "7A5200"
RED_COLOUR, RED_INK_COLOUR = "F8D9D5", "9C1F14"
GREEN_INK_COLOUR = "2C6B4A"

TAB_COLOURS = {
    SheetGroup.WORK: ACCENT_COLOUR,
    SheetGroup.MANAGE: ACCENT_MID_COLOUR,
    SheetGroup.SETUP: "AEB8C0",
    SheetGroup.RECORD: "DDE2E6",
}

GROUP_COLOURS = (AMBER_INK_COLOUR, "00707A", ACCENT_COLOUR, GREEN_INK_COLOUR, "6A4C93", MUTED_COLOUR)
"""The band above each group of columns."""

_TEMPLATE_FONT_SIZE = 10


def template_font(
    language: Language, *, size: float | None = None, bold: bool = False, italic: bool = False, colour: str = INK_COLOUR,
    underline: bool = False,
) -> Font:  # fmt: skip
    """Return the workbook's font; a language may have its own."""
    return Font(
        name=language_traits(language).typeface,
        sz=size or _TEMPLATE_FONT_SIZE,
        b=bold,
        i=italic,
        u="single" if underline else None,
        color=colour,
    )


def solid_fill(colour: str) -> PatternFill:
    """Return a solid fill."""
    return PatternFill("solid", fgColor=colour, bgColor=colour)


def frame_border(colour: str = LINE_COLOUR) -> Border:
    """Return a hairline border on all sides."""
    side = Side(style="thin", color=colour)
    return Border(left=side, right=side, top=side, bottom=side)


BODY_COLOURS = {
    ColumnWriter.PERSON: INPUT_COLOUR,
    ColumnWriter.FORMULA: PAPER_COLOUR,
    ColumnWriter.PRODUCT: RECORD_COLOUR,
}


@dataclass(frozen=True)
class TableLook:
    """The look of a table, by who writes a column; *italic_formulas* are less prominent, *filtered* headers have buttons."""

    head: Mapping[ColumnWriter, str]
    head_ink: Mapping[ColumnWriter, str]
    body_ink: Mapping[ColumnWriter, str]
    italic_formulas: bool
    filtered: bool
    vertical_alignment: str  # top or center


DATA_LOOK = TableLook(
    {ColumnWriter.PERSON: ACCENT_COLOUR, ColumnWriter.FORMULA: "E6EAED", ColumnWriter.PRODUCT: "CDD6DC"},
    {ColumnWriter.PERSON: WHITE_COLOUR, ColumnWriter.FORMULA: MUTED_COLOUR, ColumnWriter.PRODUCT: INK_COLOUR},
    {ColumnWriter.PERSON: INK_COLOUR, ColumnWriter.FORMULA: MUTED_COLOUR, ColumnWriter.PRODUCT: INK_COLOUR},
    italic_formulas=True, filtered=True, vertical_alignment="top",
)  # fmt: skip
"""The look of a table that people work in."""

PAGE_LOOK = TableLook(
    {ColumnWriter.PERSON: ACCENT_COLOUR, ColumnWriter.FORMULA: ACCENT_PALE_COLOUR, ColumnWriter.PRODUCT: ACCENT_PALE_COLOUR},
    {ColumnWriter.PERSON: WHITE_COLOUR, ColumnWriter.FORMULA: INK_COLOUR, ColumnWriter.PRODUCT: INK_COLOUR},
    {ColumnWriter.PERSON: INK_COLOUR, ColumnWriter.FORMULA: INK_COLOUR, ColumnWriter.PRODUCT: INK_COLOUR},
    italic_formulas=False, filtered=False, vertical_alignment="center",
)  # fmt: skip
"""The look of a table that people only read."""

# texts that look like numbers and must stay texts
_VERBATIM_COLUMNS = {"phone", "tax_id", "email", "bank"}
# fractions for which tenths of a per cent matter
_FINE_PERCENT_COLUMNS = {
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
MONEY_FORMAT = '[>=100000000]#,##0,,"M";[>=100000]#,##0;#,##0.00'
"""Cents up to 100,000, millions from 100 million on: twelve characters hold a million million."""
_DASH_FOR_ZERO_FORMATS = {"#,##0": '#,##0;-#,##0;"–"', MONEY_FORMAT: '[>=100000]#,##0;[=0]"–";#,##0.00'}
_FORMATS_BY_TYPE = {
    ColumnType.INTEGER: "#,##0",
    ColumnType.POINTS: "0",
    ColumnType.MONEY: MONEY_FORMAT,
    ColumnType.PERCENT: "0%",
    ColumnType.DATE: "yyyy-mm-dd",
    ColumnType.TIME: "yyyy-mm-dd hh:mm:ss",
}
_FORMATS_BY_COLUMN = {"founded": "0", "rate": "0.0000", "from_attainment": "0%", "commission_rate": "0.00%"}


def column_number_format(column: Column) -> str:
    """Return the number format of the cells of *column*."""
    if column.id in _FORMATS_BY_COLUMN:
        return _FORMATS_BY_COLUMN[column.id]
    if column.id in _VERBATIM_COLUMNS:
        return "@"
    if column.id in _FINE_PERCENT_COLUMNS:
        return "0.0%"
    if column.type is ColumnType.NUMBER and column.is_formula:
        return "#,##0.0"
    return type_number_format(column.type)


def show_dash_for_zero(cell: Cell | MergedCell) -> None:
    """Make *cell* show a dash for a count or an amount of zero, for tables that are mostly zeros."""
    cell.number_format = _DASH_FOR_ZERO_FORMATS.get(cell.number_format, cell.number_format)


def type_number_format(cell_type: ColumnType) -> str:
    """Return the number format of a value of *cell_type*."""
    return _FORMATS_BY_TYPE.get(cell_type, "General")


def body_alignment(column: Column, looks: TableLook = DATA_LOOK) -> Alignment:
    """Return the alignment of values: text left, numbers right, ticks centred; long text wraps."""
    across = _horizontal_alignment(column)
    return Alignment(
        horizontal=across,
        vertical=looks.vertical_alignment,
        indent=_alignment_indent(across, 0),
        wrap_text=column.type is ColumnType.LONG and looks.filtered,
    )


def header_alignment(column: Column, looks: TableLook) -> Alignment:
    """Return the alignment of a header: like its values, but clear of the filter button."""
    across = _horizontal_alignment(column)
    return Alignment(
        horizontal=across,
        vertical="center",
        indent=_alignment_indent(across, 2 if looks.filtered else 0),
        wrap_text=True,
    )


def _alignment_indent(across: str, right: int) -> int:
    return {"left": 1, "right": right}.get(across, 0)


def _horizontal_alignment(column: Column) -> str:
    if column.type is ColumnType.POINTS or column.options == "yes_no":
        return "center"
    return "left" if column.type.is_text else "right"


def band_border(colour: str = LINE_COLOUR) -> Border:
    """Return a hairline above and below, for a cell into which its left neighbour overflows."""
    side = Side(style="thin", color=colour)
    return Border(top=side, bottom=side)
