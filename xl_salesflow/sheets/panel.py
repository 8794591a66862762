"""Parts of a page for managers: the grid, the title, inputs in a tinted band, headline cards, headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import Outline
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.metrics import METRICS, Unit
from xl_salesflow.metrics.comparison import COMPARED_CELLS
from xl_salesflow.model.formulas import render
from xl_salesflow.model.text import Language, Text
from xl_salesflow.model.view import FILTERS, NAMED_CELLS
from xl_salesflow.sheets import live, styles, validation
from xl_salesflow.sheets.conditional import LOOKS
from xl_salesflow.sheets.dropdowns import dropdown
from xl_salesflow.sheets.names import define, structured
from xl_salesflow.sheets.table_sheet import Placed, quoted

_WAS, _SAME, _POINTS = Text("was ", "当时 "), Text("no change", "无变化"), Text('" points"', '"（百分点）"')
_SEGMENTS = ("SegmentA", "SegmentB")
_FOLDED = Text(
    "Some rows of the table are folded away, and so missing from the charts: open them with the + at the left.",
    "表中部分行已折叠，图表中未显示：请点击左侧 + 展开。",
)


@dataclass(frozen=True)
class Panel:
    """A sheet with a grid: *slots* are spans of columns (first, last), one field or card each."""

    workbook: Workbook
    sheet: Worksheet
    language: Language
    slots: Sequence[tuple[int, int]]

    @property
    def left(self) -> int:
        """Return the first column in use."""
        return self.slots[0][0]

    @property
    def right(self) -> int:
        """Return the last column in use."""
        return self.slots[-1][1]

    def span(self, slot: int, row: int, value: Any = None) -> Cell:
        """Merge one slot of *row* into a cell, write *value*, return the cell."""
        first, last = self.slots[slot]
        if last > first:
            self.sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)
        return cast(Cell, self.sheet.cell(row, first, value))

    def paint(self, row: int, colour: str, first: int | None = None, last: int | None = None) -> None:
        """Fill a row of the grid."""
        for column in range(first or self.left, (last or self.right) + 1):
            self.sheet.cell(row, column).fill = styles.fill(colour)


def title(panel: Panel, text: Text, subtitle: Text, widths: Sequence[float]) -> None:
    """Write the page's title in rows 2 and 3, give the columns from B on their *widths*, hide the grid lines."""
    sheet = panel.sheet
    sheet.sheet_view.showGridLines = False
    for number, width in enumerate((2, *widths), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    head = sheet.cell(2, panel.left, text.in_(panel.language))
    head.font = styles.font(panel.language, size=22, bold=True, colour=styles.ACCENT)
    sheet.row_dimensions[2].height = 30
    below = sheet.cell(3, panel.left, subtitle.in_(panel.language))
    below.font = styles.font(panel.language, colour=styles.MUTED)


def heading(panel: Panel, row: int, text: Text) -> None:
    """Write a heading over a rule across the page."""
    cell = panel.sheet.cell(row, panel.left, text.in_(panel.language))
    cell.font = styles.font(panel.language, size=13, bold=True, colour=styles.ACCENT)
    panel.sheet.row_dimensions[row].height = 24
    for column in range(panel.left, panel.right + 1):
        panel.sheet.cell(row, column).border = Border(bottom=Side(style="medium", color=styles.ACCENT))


def small(panel: Panel, row: int, slot: int, text: Text) -> None:
    """Write a hint in small grey letters, from *slot* on."""
    cell = panel.sheet.cell(row, panel.slots[slot][0], text.in_(panel.language))
    cell.font = styles.font(panel.language, size=9, colour=styles.MUTED)
    cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)


def band(panel: Panel, row: int, first: int, colour: str) -> None:
    """Carry a table's row on to the right edge of the page."""
    for column in range(first, panel.right + 1):
        cell = panel.sheet.cell(row, column)
        cell.fill, cell.border = styles.fill(colour), styles.under()


def steps(panel: Panel, placed: Placed, wanted: int) -> None:
    """Shape a table of one row per step: even rows; those beyond the process and two more are folded away."""
    sheet, shown = placed.sheet, min(wanted + 2, placed.length)
    sheet.sheet_properties.outlinePr = Outline(summaryBelow=False)
    sheet.row_dimensions[placed.top].height = 32
    for row in range(placed.top, placed.last + 1):
        sheet.cell(row, placed.left).alignment = Alignment(horizontal="left", vertical="center", indent=1)
    for row in range(placed.first, placed.last + 1):
        sheet.row_dimensions[row].height = 18
    for row in range(placed.first + shown, placed.last + 1):
        sheet.row_dimensions[row].outlineLevel, sheet.row_dimensions[row].hidden = 1, True
    sheet.row_dimensions[placed.first + shown - 1].collapsed = shown < placed.length
    _warn_of_folded(panel, placed)


def _warn_of_folded(panel: Panel, placed: Placed) -> None:
    # charts leave out rows that are folded away, so a process that needs them says so
    position, name = (structured(placed.table.name, column.id, panel.language) for column in placed.table.columns[:2])
    told = _FOLDED.in_(panel.language)
    cell = panel.sheet.cell(4, panel.left, f'=IF(COUNTIF({name},"?*")>SUBTOTAL(103,{position}),"{told}","")')
    cell.font = styles.font(panel.language, size=9, bold=True, colour=styles.RED_INK)


def inputs(panel: Panel, row: int, names: Sequence[str | None]) -> None:
    """Write one band of named inputs, label over cell; None leaves a slot free."""
    panel.paint(row, styles.ACCENT_PALE)
    panel.paint(row + 1, styles.ACCENT_PALE)
    panel.paint(row + 2, styles.ACCENT_PALE)
    panel.sheet.row_dimensions[row + 1].height = 21
    panel.sheet.row_dimensions[row + 2].height = 6
    for slot, name in enumerate(names):
        if name is not None:
            _input(panel, row, slot, name)


def _input(panel: Panel, row: int, slot: int, name: str) -> None:
    named, language = NAMED_CELLS[name], panel.language
    label = panel.span(slot, row, named.label.in_(language))
    label.font = styles.font(language, size=9, colour=styles.MUTED)
    label.alignment = Alignment(horizontal="left", vertical="center", indent=1)
    cell = panel.span(slot, row + 1, named.default.in_(language) if named.default else None)
    cell.font = styles.font(language, bold=True)
    cell.number_format = styles.type_format(named.type)
    cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)
    first, last = panel.slots[slot]
    for column in range(first, last + 1):
        panel.sheet.cell(row + 1, column).fill = styles.fill(styles.WHITE)
        panel.sheet.cell(row + 1, column).border = styles.lined(styles.ACCENT_MID)
    define(panel.workbook, name, address(panel.sheet, cell))
    _rule(panel, cell, name)


def _rule(panel: Panel, cell: Cell, name: str) -> None:
    named, language = NAMED_CELLS[name], panel.language
    rule: DataValidation | None
    if name in _SEGMENTS:
        rule = validation.offering("=list_group", language)
    elif named.default is None:
        rule = validation.for_type(named.type, named.options, language)
    elif name in FILTERS:
        rule = validation.insisting(f"={dropdown(name)}", language)
    else:  # a cell that always says something: red when emptied
        rule = validation.choosing(named.options or "", language)
        empty = Rule(type="expression", dxf=LOOKS["red"], formula=[f'${cell.column_letter}${cell.row}=""'])
        panel.sheet.conditional_formatting.add(cell.coordinate, empty)
        rule.allow_blank = False
    if rule is None:
        raise ValueError(f"{name} has no rule for what may be typed into it")
    rule.showInputMessage, rule.promptTitle, rule.prompt = True, named.label.in_(language), named.tip.in_(language)
    rule.add(cell.coordinate)
    panel.sheet.add_data_validation(rule)


def card(panel: Panel, row: int, slot: int, label: str, foot: str, formula: str, number_format: str) -> Cell:
    """Write a headline card of three rows; return the cell of its number."""
    first, last = panel.slots[slot]
    for offset, height in enumerate((18, 32, 18)):
        panel.paint(row + offset, styles.RECORD, first, last)
        panel.sheet.row_dimensions[row + offset].height = height
        panel.sheet.cell(row + offset, last).border = Border(right=Side(style="thick", color=styles.WHITE))
    for column in range(first, last + 1):
        right = Side(style="thick", color=styles.WHITE) if column == last else None
        panel.sheet.cell(row, column).border = Border(top=Side(style="thick", color=styles.ACCENT), right=right)
    language = panel.language
    head, value, below = (
        panel.span(slot, row, label),
        panel.span(slot, row + 1, formula),
        panel.span(slot, row + 2, foot),
    )
    head.font = styles.font(language, size=9, bold=True, colour=styles.MUTED)
    value.font = styles.font(language, size=18, bold=True, colour=styles.ACCENT)
    value.number_format = number_format
    below.font = styles.font(language, size=8, colour=styles.MUTED)
    for cell in (head, value, below):
        cell.alignment = Alignment(horizontal="left", vertical="center", indent=1, shrink_to_fit=cell is not head)
    return value


def cards(panel: Panel, row: int, feet: Mapping[str, Text], compared: bool = False) -> None:
    """Write one card per metric id, with its small print, in the slots of *row*; its number is named Card_<id>.

    With *compared* two more rows say what it was on the day compared with, and the change: Then_<id>, Change_<id>.
    """
    for slot, (id, foot) in enumerate(feet.items()):
        label, said = METRICS[id].name.in_(panel.language), foot.in_(panel.language)
        cell = card(panel, row, slot, label, said, f"={id}", live.card_format(id))
        define(panel.workbook, f"Card_{id}", address(panel.sheet, cell))
        if compared:
            _compared(panel, row + 3, slot, id)


def _compared(panel: Panel, row: int, slot: int, id: str) -> None:
    first, last = panel.slots[slot]
    language, plain = panel.language, live.headline_format(id)
    unit = _POINTS.in_(language) if METRICS[id].unit is Unit.RATIO else ""
    formats = {
        "Then": f'"{_WAS.in_(language)}"{plain}',
        "Change": f'"▲ "{plain}{unit};"▼ "{plain}{unit};"{_SAME.in_(language)}"',
    }
    for offset, (part, format) in enumerate(formats.items()):
        panel.paint(row + offset, styles.RECORD, first, last)
        panel.sheet.row_dimensions[row + offset].height = 15
        name = f"{part}_{id}"
        cell = panel.span(slot, row + offset, "=" + render(COMPARED_CELLS[name], language))
        panel.sheet.cell(row + offset, last).border = Border(right=Side(style="thick", color=styles.WHITE))
        cell.number_format = format
        cell.font = styles.font(
            language, size=9, bold=part == "Change", colour=styles.ACCENT if part == "Change" else styles.MUTED
        )
        cell.alignment = Alignment(horizontal="left", vertical="center", indent=1, shrink_to_fit=True)
        define(panel.workbook, name, address(panel.sheet, cell))


def address(sheet: Worksheet, cell: Cell) -> str:
    """Return the absolute address of *cell* with its sheet."""
    return f"{quoted(sheet.title)}!${get_column_letter(cell.column)}${cell.row}"
