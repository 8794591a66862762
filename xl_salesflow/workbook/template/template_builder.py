"""Build the empty workbook from the declarations, with its sheets Start and Settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.metric_sheets import METRIC_ROW_KEYS
from xl_salesflow.ooxml.excel_notation import quote_sheet_name
from xl_salesflow.process.playbook_files import playbook_title
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.named_values import NAMED_CELLS, SETTINGS_BY_ID, NamedCell
from xl_salesflow.schema.table_columns import ColumnType, ColumnWriter, SheetGroup, TableSchema
from xl_salesflow.schema.table_registry import TABLES, render_formula
from xl_salesflow.workbook.template.analysis_pages import add_analysis_pages, add_sales_plan_page
from xl_salesflow.workbook.template.defined_names import (
    add_dropdowns_sheet,
    add_workings_sheet,
    define_list_names,
    define_name,
)
from xl_salesflow.workbook.template.manager_pages import add_forecast_page, add_funnel_page, add_trends_page
from xl_salesflow.workbook.template.print_and_pack import lay_out_table_sheet, pack_workbook, set_up_printing
from xl_salesflow.workbook.template.sheet_cell_rules import (
    add_conditional_formats,
    add_validations,
    open_list_validation,
    type_validation,
)
from xl_salesflow.workbook.template.starter_content import (
    SHEET_GROUP_TITLES,
    START_STEPS,
    START_TITLE,
    TEMPLATE_SUBTITLE,
    TEMPLATE_TITLE,
    WRITER_LEGEND,
    TemplateRow,
    build_starter_rows,
)
from xl_salesflow.workbook.template.table_sheets import PlacedTable, place_table
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

_LAST_START_COLUMN = 6  # columns B to F hold all content


def add_start_sheet(workbook: Workbook, language: Language) -> None:
    """Write the sheet as the workbook's first."""
    sheet = workbook.create_sheet(START_TITLE.in_(language), 0)
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = INK_COLOUR
    for letter, width in zip("ABCDEFG", (3, 20, 46, 3, 20, 46, 3), strict=True):
        sheet.column_dimensions[letter].width = width
    _write_start_title(sheet, language)
    row = _write_start_steps(sheet, language, 5)
    row = _write_start_legend(sheet, language, row + 1)
    last = _write_sheet_directory(sheet, language, row + 1)
    sheet.print_area = f"A1:G{last}"
    set_up_printing(sheet, language, landscape=True, tall=1)


def _write_start_title(sheet: Worksheet, language: Language) -> None:
    sheet.row_dimensions[2].height = 34
    title = sheet.cell(2, 2, TEMPLATE_TITLE.in_(language))
    title.font = template_font(language, size=24, bold=True, colour=ACCENT_COLOUR)
    title.alignment = Alignment(vertical="center")
    sheet.cell(3, 2, TEMPLATE_SUBTITLE.in_(language)).font = template_font(language, colour=MUTED_COLOUR)


def _write_start_heading(
    sheet: Worksheet, language: Language, row: int, text: Text, left: int = 2, right: int = _LAST_START_COLUMN
) -> None:
    sheet.cell(row, left, text.in_(language)).font = template_font(language, size=13, bold=True, colour=ACCENT_COLOUR)
    for column in range(left, right + 1):
        sheet.cell(row, column).border = Border(bottom=Side(style="medium", color=ACCENT_COLOUR))
    sheet.row_dimensions[row].height = 22


def _write_start_steps(sheet: Worksheet, language: Language, row: int) -> int:
    for number, (name, words) in enumerate(START_STEPS, 1):
        head = sheet.cell(row, 2, f"{number}  {name.in_(language)}")
        head.font = template_font(language, size=13, bold=True, colour=ACCENT_COLOUR)
        head.alignment = Alignment(vertical="center")
        sheet.merge_cells(start_row=row, start_column=3, end_row=row, end_column=_LAST_START_COLUMN)
        text = sheet.cell(row, 3, words.in_(language))
        text.font = template_font(language)
        text.alignment = Alignment(vertical="center", wrap_text=True)
        for column in range(2, _LAST_START_COLUMN + 1):
            sheet.cell(row, column).fill = solid_fill(RECORD_COLOUR)
            sheet.cell(row, column).border = Border(bottom=Side(style="thick", color=WHITE_COLOUR))
        sheet.row_dimensions[row].height = 34
        row += 1
    return row


def _write_start_legend(sheet: Worksheet, language: Language, row: int) -> int:
    cells = ((ColumnWriter.PERSON, 2), (ColumnWriter.FORMULA, 3), (ColumnWriter.PRODUCT, 5))
    for writer, column in cells:
        cell = sheet.cell(row, column, WRITER_LEGEND[writer].in_(language))
        cell.font = template_font(language, italic=writer is ColumnWriter.FORMULA, colour=DATA_LOOK.body_ink[writer])
        cell.fill = solid_fill(BODY_COLOURS[writer])
        cell.border = frame_border(ACCENT_MID_COLOUR if writer is ColumnWriter.PERSON else LINE_COLOUR)
        cell.alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[row].height = 20
    return row + 1


def _write_sheet_directory(sheet: Worksheet, language: Language, row: int) -> int:
    left = _write_directory_group(sheet, language, SheetGroup.WORK, row, 2)
    right = _write_directory_group(sheet, language, SheetGroup.MANAGE, row, 5)
    return max(
        _write_directory_group(sheet, language, SheetGroup.RECORD, left + 1, 2),
        _write_directory_group(sheet, language, SheetGroup.SETUP, right + 1, 5),
    )


def _write_directory_group(sheet: Worksheet, language: Language, group: SheetGroup, row: int, column: int) -> int:
    _write_start_heading(sheet, language, row, SHEET_GROUP_TITLES[group], column, column + 1)
    listed: dict[str, TableSchema] = {}
    for table in TABLES.values():  # if a sheet has several tables, the first one describes it
        if table.group is group:
            listed.setdefault(table.title.in_(language), table)
    for title, table in listed.items():
        row += 1
        link, words = sheet.cell(row, column, title), sheet.cell(row, column + 1, table.purpose.in_(language))
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"{quote_sheet_name(title)}!A1", display=title)
        link.font = template_font(language, colour=ACCENT_COLOUR, underline=True, bold=table.visible)
        words.font = template_font(language, colour=INK_COLOUR if table.visible else MUTED_COLOUR)
        for cell in (link, words):
            cell.border = Border(bottom=Side(style="thin", color=LINE_COLOUR))
            cell.alignment = Alignment(vertical="center")
        sheet.row_dimensions[row].height = 18
    return row + 1


_NAMED_CELLS_COLUMN = 6  # the first column to the right of the table, after a gap
_NAMED_CELLS_HEADING = Text("Computed from the Funnel's dropdowns; formulas read these cells")


def finish_settings_sheet(workbook: Workbook, placed: PlacedTable, language: Language) -> None:
    """Add format, validation and name to every setting, and write the named cells next to the table."""
    for row, setting in enumerate(SETTINGS_BY_ID.values()):
        cell = placed.sheet.cell(placed.first + row, placed.column_number("value"))
        cell.number_format = "0.0%" if setting.type is ColumnType.PERCENT else type_number_format(setting.type)
        cell.alignment = Alignment(horizontal="left", vertical="top", indent=1, wrap_text=True)
        rule = (
            open_list_validation("=list_playbook", language)
            if setting.id == "playbook"
            else type_validation(setting.type, setting.options, language)
        )
        if rule is not None:
            rule.add(cell.coordinate)
            placed.sheet.add_data_validation(rule)
        if setting.cell:
            define_name(workbook, setting.cell, placed.absolute("value", row))
    _write_named_cells(workbook, placed, language)


def _write_named_cells(workbook: Workbook, placed: PlacedTable, language: Language) -> None:
    sheet = placed.sheet
    head = sheet.cell(placed.top, _NAMED_CELLS_COLUMN, _NAMED_CELLS_HEADING.in_(language))
    head.font = template_font(language, bold=True, colour=ACCENT_COLOUR)
    head.alignment = Alignment(horizontal="left", vertical="center", indent=1)
    cells = [cell for cell in NAMED_CELLS.values() if cell.sheet == "Settings"]
    for row, named in enumerate(cells, placed.first):
        label = sheet.cell(row, _NAMED_CELLS_COLUMN, named.label.in_(language))
        value = sheet.cell(row, _NAMED_CELLS_COLUMN + 1, _named_cell_content(named, language))
        tip = sheet.cell(row, _NAMED_CELLS_COLUMN + 2, named.tip.in_(language))
        label.font = template_font(language)
        value.font = template_font(language, italic=True, colour=MUTED_COLOUR)
        value.number_format = type_number_format(named.type)
        tip.font = template_font(language, colour=MUTED_COLOUR)
        for cell in (label, value, tip):
            cell.border = frame_border()
            cell.alignment = Alignment(horizontal="left", vertical="top", indent=1)
        define_name(
            workbook,
            named.name,
            f"{quote_sheet_name(sheet.title)}!${get_column_letter(_NAMED_CELLS_COLUMN + 1)}${row}",
        )
    for offset, width in enumerate((24, 22, 58)):
        sheet.column_dimensions[get_column_letter(_NAMED_CELLS_COLUMN + offset)].width = width


def _named_cell_content(named: NamedCell, language: Language) -> str:
    if named.formula is not None:
        return "=" + render_formula(named.formula, language)
    return cast(Text, named.default).in_(language)


def build_template(language: Language, playbook: str = "crm") -> bytes:
    """Return a new workbook in *language* with the stages, gates, tasks and questions of *playbook*, as bytes.

    Raises:
        UsageError: there is no shipped playbook of this name.
    """
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.properties.title = TEMPLATE_TITLE.in_(language)
    workbook.properties.creator = "xl_salesflow"
    workbook.properties.subject = playbook_title(playbook).in_(language)
    workbook.properties.language = language_traits(language).locale.replace("_", "-")
    workbook.calculation = CalcProperties(fullCalcOnLoad=True)
    _create_template_sheets(workbook, language)
    placed = list(_write_template_tables(workbook, language, playbook))
    for table in placed:
        add_validations(table, language)
        add_conditional_formats(table, language)
    define_list_names(workbook, language)
    add_start_sheet(workbook, language)
    workbook.active = 0
    return pack_workbook(workbook)


def _create_template_sheets(workbook: Workbook, language: Language) -> None:
    for table in TABLES.values():
        name = table.title.in_(language)
        if name in workbook.sheetnames:
            continue
        sheet = workbook.create_sheet(name)
        sheet.sheet_properties.tabColor = TAB_COLOURS[table.group]
        sheet.sheet_state = "visible" if table.visible else "hidden"


def _write_template_tables(workbook: Workbook, language: Language, playbook: str) -> Iterable[PlacedTable]:
    rows = build_starter_rows(language, playbook)
    steps = _count_funnel_steps(rows["Stages"], language)
    add_dropdowns_sheet(workbook, language)
    add_workings_sheet(workbook, language)
    pages = [
        *add_funnel_page(workbook, language, steps),
        *add_trends_page(workbook, language),
        add_forecast_page(workbook, language),
        add_sales_plan_page(workbook, language, steps),
    ]
    yield from pages
    written = {placed.table.name for placed in pages}
    yield from add_analysis_pages(workbook, language, steps, (name for name in METRIC_ROW_KEYS if name not in written))
    for table in TABLES.values():
        if table.name in METRIC_ROW_KEYS:  # written on one of the pages above
            continue
        placed = place_table(workbook[table.title.in_(language)], table, language, rows[table.name])
        lay_out_table_sheet(placed, language)
        if table.name == "Settings":
            finish_settings_sheet(workbook, placed, language)
        yield placed


def _count_funnel_steps(stages: Iterable[TemplateRow], language: Language) -> int:
    kinds = {choice_label("kind", kind, language) for kind in ("open", "won")}
    return sum(1 for stage in stages if stage["kind"] in kinds)
