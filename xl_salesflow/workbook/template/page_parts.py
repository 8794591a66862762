"""Parts of the pages for managers: title, inputs, headline cards, headings, and rows of live formulas."""

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
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.properties import Outline
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.metric_sheets import (
    card_formulas,
    comparison_formats,
    metric_card_format,
    metric_name,
    metric_sheet_rows,
)
from xl_salesflow.ooxml.excel_notation import quote_sheet_name
from xl_salesflow.schema.named_values import NAMED_CELLS, QUERY_FILTERS
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.defined_names import define_name, dropdown_list_name, structured_reference
from xl_salesflow.workbook.template.sheet_cell_rules import (
    CONDITIONAL_STYLES,
    closed_list_validation,
    open_list_validation,
    required_list_validation,
    type_validation,
)
from xl_salesflow.workbook.template.starter_content import TemplateRow
from xl_salesflow.workbook.template.table_sheets import PlacedTable, place_table
from xl_salesflow.workbook.template.template_styles import (
    ACCENT_COLOUR,
    ACCENT_MID_COLOUR,
    ACCENT_PALE_COLOUR,
    MUTED_COLOUR,
    PAGE_LOOK,
    RECORD_COLOUR,
    RED_INK_COLOUR,
    WHITE_COLOUR,
    band_border,
    frame_border,
    show_dash_for_zero,
    solid_fill,
    template_font,
    type_number_format,
)


def template_metric_rows(table: str, language: Language) -> list[TemplateRow]:
    """Return the rows of a metric table; the cell of an array formula is set when the table is placed."""
    return [
        {
            **row.cells,
            **{
                column: ArrayFormula("A1", f"={formula.text}") if formula.array else f"={formula.text}"
                for column, formula in row.formulas.items()
            },
        }
        for row in metric_sheet_rows(table, language)
    ]


_SEGMENT_INPUTS = ("SegmentA", "SegmentB")
_FOLDED_ROWS_WARNING = Text(
    "Some rows of the table are folded away, and so missing from the charts: open them with the + at the left."
)


@dataclass(frozen=True)
class PagePanel:
    """A sheet with a grid; *slots* are spans of columns (first, last), each for one field or card."""

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
        """Merge the cells of one slot of *row*, write *value*, and return the cell."""
        first, last = self.slots[slot]
        if last > first:
            self.sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)
        return cast(Cell, self.sheet.cell(row, first, value))

    def paint(self, row: int, colour: str, first: int | None = None, last: int | None = None) -> None:
        """Fill a row of the grid."""
        for column in range(first or self.left, (last or self.right) + 1):
            self.sheet.cell(row, column).fill = solid_fill(colour)


def write_page_title(panel: PagePanel, text: Text, subtitle: Text, widths: Sequence[float]) -> None:
    """Write the page's title into rows 2 and 3, set the *widths* of the columns from B on, hide the grid lines."""
    sheet = panel.sheet
    sheet.sheet_view.showGridLines = False
    for number, width in enumerate((2, *widths), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    head = sheet.cell(2, panel.left, text.in_(panel.language))
    head.font = template_font(panel.language, size=22, bold=True, colour=ACCENT_COLOUR)
    sheet.row_dimensions[2].height = 30
    below = sheet.cell(3, panel.left, subtitle.in_(panel.language))
    below.font = template_font(panel.language, colour=MUTED_COLOUR)


def write_page_heading(panel: PagePanel, row: int, text: Text) -> None:
    """Write a heading above a line across the page."""
    cell = panel.sheet.cell(row, panel.left, text.in_(panel.language))
    cell.font = template_font(panel.language, size=13, bold=True, colour=ACCENT_COLOUR)
    panel.sheet.row_dimensions[row].height = 24
    for column in range(panel.left, panel.right + 1):
        panel.sheet.cell(row, column).border = Border(bottom=Side(style="medium", color=ACCENT_COLOUR))


def write_metric_table(panel: PagePanel, name: str, row: int) -> PlacedTable:
    """Write the heading of a metric table in *row* and the table below it, with dashes for zeros; return its place."""
    table, language = TABLES[name], panel.language
    write_page_heading(panel, row, table.purpose)
    placed = place_table(panel.sheet, table, language, template_metric_rows(name, language), row + 1, 2, PAGE_LOOK)
    panel.sheet.row_dimensions[row + 1].height = 32
    for cells in panel.sheet[placed.body(table.columns[1].id, table.columns[-1].id)]:
        for cell in cells:
            show_dash_for_zero(cell)
    for number in range(placed.first, placed.last + 1):
        panel.sheet.row_dimensions[number].height = 16
    return placed


def write_page_hint(panel: PagePanel, row: int, slot: int, text: Text) -> None:
    """Write a hint in small grey letters, starting at *slot*."""
    cell = panel.sheet.cell(row, panel.slots[slot][0], text.in_(panel.language))
    cell.font = template_font(panel.language, size=9, colour=MUTED_COLOUR)
    cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)


def extend_row_band(panel: PagePanel, row: int, first: int, colour: str) -> None:
    """Extend the formatting of a table row to the right edge of the page."""
    for column in range(first, panel.right + 1):
        cell = panel.sheet.cell(row, column)
        cell.fill, cell.border = solid_fill(colour), band_border()


def shape_step_rows(panel: PagePanel, placed: PlacedTable, steps: int) -> None:
    """Format a table of one row per step: equal heights; rows beyond those of the playbook and two more are collapsed."""
    sheet, visible = placed.sheet, min(steps + 2, placed.length)
    sheet.sheet_properties.outlinePr = Outline(summaryBelow=False)
    sheet.row_dimensions[placed.top].height = 32
    for row in range(placed.top, placed.last + 1):
        sheet.cell(row, placed.left).alignment = Alignment(horizontal="left", vertical="center", indent=1)
    for row in range(placed.first, placed.last + 1):
        sheet.row_dimensions[row].height = 18
    for row in range(placed.first + visible, placed.last + 1):
        sheet.row_dimensions[row].outlineLevel, sheet.row_dimensions[row].hidden = 1, True
    sheet.row_dimensions[placed.first + visible - 1].collapsed = visible < placed.length
    _warn_of_folded_rows(panel, placed)


def _warn_of_folded_rows(panel: PagePanel, placed: PlacedTable) -> None:
    # charts ignore collapsed rows, so show a warning if a playbook needs them
    position, name = (
        structured_reference(placed.table.name, column.id, panel.language) for column in placed.table.columns[:2]
    )
    warning = _FOLDED_ROWS_WARNING.in_(panel.language)
    cell = panel.sheet.cell(4, panel.left, f'=IF(COUNTIF({name},"?*")>SUBTOTAL(103,{position}),"{warning}","")')
    cell.font = template_font(panel.language, size=9, bold=True, colour=RED_INK_COLOUR)


def write_page_inputs(panel: PagePanel, row: int, names: Sequence[str | None]) -> None:
    """Write one row of named inputs, with labels above the cells; None leaves a slot empty."""
    panel.paint(row, ACCENT_PALE_COLOUR)
    panel.paint(row + 1, ACCENT_PALE_COLOUR)
    panel.paint(row + 2, ACCENT_PALE_COLOUR)
    panel.sheet.row_dimensions[row + 1].height = 21
    panel.sheet.row_dimensions[row + 2].height = 6
    for slot, name in enumerate(names):
        if name is not None:
            _write_page_input(panel, row, slot, name)


def _write_page_input(panel: PagePanel, row: int, slot: int, name: str) -> None:
    named, language = NAMED_CELLS[name], panel.language
    label = panel.span(slot, row, named.label.in_(language))
    label.font = template_font(language, size=9, colour=MUTED_COLOUR)
    label.alignment = Alignment(horizontal="left", vertical="center", indent=1)
    cell = panel.span(slot, row + 1, named.default.in_(language) if named.default else None)
    cell.font = template_font(language, bold=True)
    cell.number_format = type_number_format(named.type)
    cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)
    first, last = panel.slots[slot]
    for column in range(first, last + 1):
        panel.sheet.cell(row + 1, column).fill = solid_fill(WHITE_COLOUR)
        panel.sheet.cell(row + 1, column).border = frame_border(ACCENT_MID_COLOUR)
    define_name(panel.workbook, name, absolute_cell_address(panel.sheet, cell))
    _restrict_page_input(panel, cell, name)


def _restrict_page_input(panel: PagePanel, cell: Cell, name: str) -> None:
    named, language = NAMED_CELLS[name], panel.language
    rule: DataValidation | None
    if name in _SEGMENT_INPUTS:
        rule = open_list_validation("=list_group", language)
    elif named.default is None:
        rule = type_validation(named.type, named.options, language)
    elif name in QUERY_FILTERS:
        rule = required_list_validation(f"={dropdown_list_name(name)}", language)
    else:  # a cell that is never blank: red if cleared
        rule = closed_list_validation(named.options or "", language)
        empty = Rule(type="expression", dxf=CONDITIONAL_STYLES["red"], formula=[f'${cell.column_letter}${cell.row}=""'])
        panel.sheet.conditional_formatting.add(cell.coordinate, empty)
        rule.allow_blank = False
    if rule is None:
        raise ValueError(f"{name} has no rule for what may be typed into it")
    rule.showInputMessage, rule.promptTitle, rule.prompt = True, named.label.in_(language), named.tip.in_(language)
    rule.add(cell.coordinate)
    panel.sheet.add_data_validation(rule)


def write_headline_card(
    panel: PagePanel, row: int, slot: int, label: str, foot: str, formula: str, number_format: str
) -> Cell:
    """Write a headline card of three rows; return the cell with its number."""
    first, last = panel.slots[slot]
    for offset, height in enumerate((18, 32, 18)):
        panel.paint(row + offset, RECORD_COLOUR, first, last)
        panel.sheet.row_dimensions[row + offset].height = height
        panel.sheet.cell(row + offset, last).border = Border(right=Side(style="thick", color=WHITE_COLOUR))
    for column in range(first, last + 1):
        right = Side(style="thick", color=WHITE_COLOUR) if column == last else None
        panel.sheet.cell(row, column).border = Border(top=Side(style="thick", color=ACCENT_COLOUR), right=right)
    language = panel.language
    head, value, below = (
        panel.span(slot, row, label),
        panel.span(slot, row + 1, formula),
        panel.span(slot, row + 2, foot),
    )
    head.font = template_font(language, size=9, bold=True, colour=MUTED_COLOUR)
    value.font = template_font(language, size=18, bold=True, colour=ACCENT_COLOUR)
    value.number_format = number_format
    below.font = template_font(language, size=8, colour=MUTED_COLOUR)
    for cell in (head, value, below):
        cell.alignment = Alignment(horizontal="left", vertical="center", indent=1, shrink_to_fit=cell is not head)
    return value


def write_headline_cards(panel: PagePanel, row: int, feet: Mapping[str, Text], compared: bool = False) -> None:
    """Write one card per metric, with its small print, into the slots of *row*; the number is named Card_<metric>.

    With *compared*, two more rows show the value on the day compared with, and the change: Then_<metric>,
    Change_<metric>.
    """
    for slot, (metric, foot) in enumerate(feet.items()):
        label, small_print = metric_name(metric, panel.language), foot.in_(panel.language)
        cell = write_headline_card(panel, row, slot, label, small_print, f"={metric}", metric_card_format(metric))
        define_name(panel.workbook, f"Card_{metric}", absolute_cell_address(panel.sheet, cell))
        if live_print := card_formulas(panel.language).get(f"Foot_{metric}"):
            below = panel.sheet.cell(row + 2, cell.column, f"={live_print}")
            define_name(panel.workbook, f"Foot_{metric}", absolute_cell_address(panel.sheet, below))
        if compared:
            _write_comparison_rows(panel, row + 3, slot, metric)


def _write_comparison_rows(panel: PagePanel, row: int, slot: int, metric: str) -> None:
    first, last = panel.slots[slot]
    language, formulas = panel.language, card_formulas(panel.language)
    for offset, (name, number_format) in enumerate(comparison_formats(metric, language).items()):
        panel.paint(row + offset, RECORD_COLOUR, first, last)
        panel.sheet.row_dimensions[row + offset].height = 15
        cell = panel.span(slot, row + offset, "=" + formulas[name])
        panel.sheet.cell(row + offset, last).border = Border(right=Side(style="thick", color=WHITE_COLOUR))
        cell.number_format = number_format
        is_change = name.startswith("Change_")
        cell.font = template_font(language, size=9, bold=is_change, colour=ACCENT_COLOUR if is_change else MUTED_COLOUR)
        cell.alignment = Alignment(horizontal="left", vertical="center", indent=1, shrink_to_fit=True)
        define_name(panel.workbook, name, absolute_cell_address(panel.sheet, cell))


def write_live_line(panel: PagePanel, row: int, name: str) -> None:
    """Write the sentence of the named cell *name*, which extends to the right edge of the page."""
    language = panel.language
    cell = panel.sheet.cell(row, panel.left, "=" + card_formulas(language)[name])
    cell.font = template_font(language, size=10, bold=True, colour=ACCENT_COLOUR)
    cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)
    panel.sheet.row_dimensions[row].height = 20
    define_name(panel.workbook, name, absolute_cell_address(panel.sheet, cell))


def absolute_cell_address(sheet: Worksheet, cell: Cell) -> str:
    """Return the absolute address of *cell* with its sheet."""
    return f"{quote_sheet_name(sheet.title)}!${get_column_letter(cell.column)}${cell.row}"
