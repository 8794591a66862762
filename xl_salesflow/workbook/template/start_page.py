"""Write the sheet Start: what is due today, the next calls, the month against its target, and where everything is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.ooxml.excel_notation import quote_sheet_name
from xl_salesflow.schema.cell_declaration import NamedCell
from xl_salesflow.schema.named_values import NAMED_CELLS
from xl_salesflow.schema.start_cells import START_CALLS
from xl_salesflow.schema.table_columns import ColumnWriter, SheetGroup, TableSchema
from xl_salesflow.schema.table_registry import TABLES, render_formula
from xl_salesflow.workbook.template.defined_names import define_name
from xl_salesflow.workbook.template.page_charts import ChartBox, SeriesLook, build_column_chart, place_chart
from xl_salesflow.workbook.template.page_parts import absolute_cell_address
from xl_salesflow.workbook.template.print_and_pack import set_up_printing
from xl_salesflow.workbook.template.sheet_cell_rules import CONDITIONAL_STYLES, required_list_validation
from xl_salesflow.workbook.template.starter_content import (
    SHEET_GROUP_TITLES,
    START_TITLE,
    TEMPLATE_TITLE,
    WRITER_LEGEND,
)
from xl_salesflow.workbook.template.table_sheets import PlacedTable
from xl_salesflow.workbook.template.template_styles import (
    ACCENT_COLOUR,
    ACCENT_MID_COLOUR,
    BODY_COLOURS,
    DATA_LOOK,
    INK_COLOUR,
    LINE_COLOUR,
    MUTED_COLOUR,
    RECORD_COLOUR,
    TAB_COLOURS,
    WHITE_COLOUR,
    frame_border,
    solid_fill,
    template_font,
    type_number_format,
)

_START_WIDTHS = (2, 16, 11, 13, 12, 12, 12, 12, 13, 11, 16, 2, 13, 13, 13, 13)
_START_LEFT, _START_RIGHT = (2, 11), (13, 16)  # the columns of both halves
_TILE_ROW, _CALL_ROW, _DIRECTORY_ROW = 5, 10, 18
_DIRECTORY_RIGHT = 9  # the first column of the second list of sheets
_START_HELPERS = 20  # a hidden column to the right, for cells that nobody reads
_CALL_PARTS = (("StartWho", 2, 3), ("StartReach", 4, 6), ("StartWhy", 7, 11))

# the cell of each tile, the table whose sheet it leads to, and the colour of a number above zero
_START_TILES = (
    ("StartOverdue", "FollowUps", "red ink"),
    ("StartDue", "FollowUps", "strong"),
    ("StartUnplanned", "Deals", "amber ink"),
    ("StartRefused", "Deals", "red ink"),
    ("StartPassed", "Deals", "amber ink"),
)
_DAY_FORMAT = Text("dddd d mmmm yyyy", context="number format")
_CALLS_HEADING = Text("The next calls")
_MONTH_HEADING = Text("This month")
_STAGES_CHART_TITLE = Text("Open value by stage")
_MORE_SHEETS_HEADING = Text("More sheets: each appears with its first row; to see one now, right-click a tab › Unhide")
_SHEETS_HEADING = Text("Sheets")


def add_start_sheet(workbook: Workbook, language: Language, stages: PlacedTable) -> None:
    """Write the sheet as the workbook's first; *stages* is the table of the open value of each stage."""
    sheet = workbook.create_sheet(START_TITLE.in_(language), 0)
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = INK_COLOUR
    for number, width in enumerate(_START_WIDTHS, 1):
        sheet.column_dimensions[sheet.cell(1, number).column_letter].width = width
    page = _StartPage(workbook, sheet, language)
    page.write_title()
    for number, (name, table, look) in enumerate(_START_TILES):
        page.write_tile(_START_LEFT[0] + 2 * number, name, table, look)
    page.write_heading(_CALL_ROW - 1, _CALLS_HEADING, *_START_LEFT)
    for number in range(1, START_CALLS + 1):
        page.write_call(number)
    page.write_month()
    _draw_stage_chart(sheet, stages, language)
    page.write_legend(_CALL_ROW + START_CALLS + 1)
    last = page.write_directory(_DIRECTORY_ROW)
    page.write_helpers()
    sheet.print_area = f"A1:Q{last}"
    set_up_printing(sheet, language, landscape=True, tall=1)


def named_cell_content(named: NamedCell, language: Language) -> str:
    """Return what a new workbook has in a named cell: its formula, or its default."""
    if named.formula is not None:
        return "=" + render_formula(named.formula, language)
    return cast(Text, named.default).in_(language)


class _StartPage:
    def __init__(self, workbook: Workbook, sheet: Worksheet, language: Language) -> None:
        self.workbook, self.sheet, self.language = workbook, sheet, language
        self._written: set[str] = set()

    def write_title(self) -> None:
        sheet = self.sheet
        sheet.row_dimensions[1].height = 6
        sheet.row_dimensions[2].height = 30
        title = sheet.cell(2, _START_LEFT[0], TEMPLATE_TITLE.in_(self.language))
        title.font = template_font(self.language, size=22, bold=True, colour=ACCENT_COLOUR)
        title.alignment = Alignment(vertical="center")
        day = self._span(3, *_START_LEFT, "=Today")
        day.number_format = _DAY_FORMAT.in_(self.language)
        day.font = template_font(self.language, colour=MUTED_COLOUR)
        day.alignment = Alignment(horizontal="left")
        label = sheet.cell(2, _START_RIGHT[0], NAMED_CELLS["StartOwner"].label.in_(self.language))
        label.font = template_font(self.language, size=9, colour=MUTED_COLOUR)
        label.alignment = Alignment(horizontal="right", vertical="center", indent=1)
        cell = self._write_named("StartOwner", 2, _START_RIGHT[0] + 1, _START_RIGHT[1])
        cell.font = template_font(self.language, bold=True)
        cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)
        for column in range(_START_RIGHT[0] + 1, _START_RIGHT[1] + 1):
            sheet.cell(2, column).fill = solid_fill(BODY_COLOURS[ColumnWriter.PERSON])
            sheet.cell(2, column).border = frame_border(ACCENT_MID_COLOUR)
        rule = required_list_validation("=choose_owner", self.language)
        rule.showInputMessage, rule.promptTitle = True, str(label.value)
        rule.prompt = NAMED_CELLS["StartOwner"].tip.in_(self.language)
        rule.add(cell.coordinate)
        sheet.add_data_validation(rule)

    def write_heading(self, row: int, text: Text, first: int, last: int) -> None:
        head = self.sheet.cell(row, first, text.in_(self.language))
        head.font = template_font(self.language, size=12, bold=True, colour=ACCENT_COLOUR)
        for column in range(first, last + 1):
            self.sheet.cell(row, column).border = Border(bottom=Side(style="medium", color=ACCENT_COLOUR))
        self.sheet.row_dimensions[row].height = 22

    def write_tile(self, first: int, name: str, table: str, look: str) -> None:
        sheet, last = self.sheet, first + 1
        for offset, height in enumerate((18, 34)):
            sheet.row_dimensions[_TILE_ROW + offset].height = height
            for column in (first, last):
                cell = sheet.cell(_TILE_ROW + offset, column)
                cell.fill = solid_fill(RECORD_COLOUR)
                top = Side(style="thick", color=ACCENT_COLOUR) if offset == 0 else None
                cell.border = Border(top=top, right=Side(style="thick", color=WHITE_COLOUR) if column == last else None)
        label = self._span(_TILE_ROW, first, last, NAMED_CELLS[name].label.in_(self.language))
        label.font = template_font(self.language, size=9, bold=True, colour=MUTED_COLOUR)
        number = self._write_named(name, _TILE_ROW + 1, first, last)
        number.font = template_font(self.language, size=22, bold=True, colour=ACCENT_COLOUR)
        for cell in (label, number):
            cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)
            self._link(cell, TABLES[table])
        rule = Rule(type="expression", dxf=CONDITIONAL_STYLES[look], formula=[f"N({number.coordinate})>0"])
        sheet.conditional_formatting.add(number.coordinate, rule)

    def write_call(self, number: int) -> None:
        row = _CALL_ROW + number - 1
        self.sheet.row_dimensions[row].height = 29
        for name, first, last in _CALL_PARTS:
            cell = self._write_named(f"{name}{number}", row, first, last)
            cell.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
            bold, colour = name == "StartWho", ACCENT_COLOUR if name == "StartWho" else INK_COLOUR
            cell.font = template_font(self.language, bold=bold, colour=colour)
            for column in range(first, last + 1):
                self.sheet.cell(row, column).border = Border(bottom=Side(style="thin", color=LINE_COLOUR))

    def write_month(self) -> None:
        first, last = _START_RIGHT
        self.write_heading(_TILE_ROW - 1, _MONTH_HEADING, first, last)
        cells = (("StartWon", first, first), ("StartTarget", first + 1, first + 1), ("StartWaiting", last, last))
        for name, left, right in cells:
            label = self._span(_TILE_ROW, left, right, NAMED_CELLS[name].label.in_(self.language))
            label.font = template_font(self.language, size=9, bold=True, colour=MUTED_COLOUR)
            value = self._write_named(name, _TILE_ROW + 1, left, right)
            value.font = template_font(self.language, size=14, bold=True, colour=ACCENT_COLOUR)
            value.number_format = "#,##0"
            for cell in (label, value):
                cell.alignment = Alignment(horizontal="left", vertical="center", shrink_to_fit=True)
        bar = self._write_named("StartBar", _TILE_ROW + 2, first, last - 1)
        bar.font = template_font(self.language, size=9, colour=ACCENT_COLOUR)
        bar.alignment = Alignment(horizontal="left", vertical="center")
        share = self._write_named("StartAttained", _TILE_ROW + 2, last, last)
        share.font, share.number_format = template_font(self.language, bold=True), "0%"
        share.alignment = Alignment(horizontal="left", vertical="center")
        self.sheet.row_dimensions[_TILE_ROW + 2].height = 18

    def write_legend(self, row: int) -> None:
        cells = ((ColumnWriter.PERSON, 2, 3), (ColumnWriter.FORMULA, 4, 6), (ColumnWriter.PRODUCT, 7, 8))
        for writer, first, last in cells:
            cell = self._span(row, first, last, WRITER_LEGEND[writer].in_(self.language))
            italic = writer is ColumnWriter.FORMULA
            cell.font = template_font(self.language, size=9, italic=italic, colour=DATA_LOOK.body_ink[writer])
            cell.alignment = Alignment(horizontal="center", vertical="center")
            for column in range(first, last + 1):
                edge = self.sheet.cell(row, column)
                edge.fill = solid_fill(BODY_COLOURS[writer])
                edge.border = frame_border(ACCENT_MID_COLOUR if writer is ColumnWriter.PERSON else LINE_COLOUR)

    def write_directory(self, row: int) -> int:
        """Write the visible sheets as links, then the hidden ones, each under its group; return the last row."""
        tables = list(_first_table_of_sheets())
        self.write_heading(row, _SHEETS_HEADING, _START_LEFT[0], _START_RIGHT[1])
        shown = [table for table in tables if table.visible]
        for offset, table in enumerate(shown):
            self._write_entry(row + 1 + offset // 2, 2 if offset % 2 == 0 else _DIRECTORY_RIGHT, table)
        row += 2 + (len(shown) + 1) // 2
        self.write_heading(row, _MORE_SHEETS_HEADING, _START_LEFT[0], _START_RIGHT[1])
        ends = []
        for groups, column in (
            ((SheetGroup.WORK, SheetGroup.RECORD), 2),
            ((SheetGroup.MANAGE, SheetGroup.SETUP), _DIRECTORY_RIGHT),
        ):
            at = row + 1
            for group in groups:
                at = self._write_group(at, column, group, (t for t in tables if t.group is group and not t.visible))
            ends.append(at - 1)
        return max(ends)

    def _write_group(self, row: int, column: int, group: SheetGroup, tables: Iterable[TableSchema]) -> int:
        head = self.sheet.cell(row, column, SHEET_GROUP_TITLES[group].in_(self.language))
        head.font = template_font(self.language, size=9, bold=True, colour=MUTED_COLOUR)
        for table in tables:
            row += 1
            self._write_entry(row, column, table)
        return row + 2

    def _write_entry(self, row: int, column: int, table: TableSchema) -> None:
        name = self.sheet.cell(row, column, table.title.in_(self.language))
        words = self.sheet.cell(row, column + 2, table.purpose.in_(self.language))
        words.font = template_font(self.language, colour=INK_COLOUR if table.visible else MUTED_COLOUR)
        if table.visible:
            self._link(name, table)
        colour = ACCENT_COLOUR if table.visible else INK_COLOUR
        name.font = template_font(self.language, colour=colour, underline=table.visible, bold=table.visible)
        name.border = Border(left=Side(style="thick", color=TAB_COLOURS[table.group]))
        name.alignment = Alignment(horizontal="left", vertical="center", indent=1)
        self.sheet.row_dimensions[row].height = 17

    def write_helpers(self) -> None:
        """Write the cells that nobody reads into a hidden column."""
        names = [cell.name for cell in NAMED_CELLS.values() if cell.sheet == "Start" and cell.name not in self._written]
        for row, name in enumerate(names, 1):
            self._write_named(name, row, _START_HELPERS, _START_HELPERS)
        self.sheet.column_dimensions[get_column_letter(_START_HELPERS)].hidden = True

    def _link(self, cell: Cell, table: TableSchema) -> None:
        place = f"{quote_sheet_name(table.title.in_(self.language))}!A1"
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place, display=str(cell.value))

    def _span(self, row: int, first: int, last: int, value: str | None = None) -> Cell:
        if last > first:
            self.sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)
        return self.sheet.cell(row, first, value)

    def _write_named(self, name: str, row: int, first: int, last: int) -> Cell:
        named = NAMED_CELLS[name]
        cell = self._span(row, first, last, named_cell_content(named, self.language))
        cell.number_format = type_number_format(named.type)
        define_name(self.workbook, name, absolute_cell_address(self.sheet, cell))
        self._written.add(name)
        return cell


def _first_table_of_sheets() -> Iterator[TableSchema]:
    """Yield the first table of each sheet, which describes it."""
    seen = set()
    for table in TABLES.values():
        if table.title not in seen:
            seen.add(table.title)
            yield table


def _draw_stage_chart(sheet: Worksheet, stages: PlacedTable, language: Language) -> None:
    looks = [SeriesLook("open_value", ACCENT_MID_COLOUR, "#,##0")]
    chart = build_column_chart(stages, "stage", looks, _STAGES_CHART_TITLE.in_(language), lying=True)
    chart.y_axis.delete, chart.y_axis.majorGridlines = True, None
    bottom = _DIRECTORY_ROW - 1
    place_chart(sheet, chart, ChartBox(_START_RIGHT[0], _CALL_ROW - 1, _START_RIGHT[1] + 1, bottom))
