"""Build the empty workbook from the declarations, with its sheets Start and Settings."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.workbook.properties import CalcProperties

from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.metric_sheets import METRIC_ROW_KEYS
from xl_salesflow.ooxml.excel_notation import quote_sheet_name
from xl_salesflow.process.playbook_files import playbook_title
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.named_values import NAMED_CELLS, SETTINGS_BY_ID
from xl_salesflow.schema.row_names import ROW_NAMES
from xl_salesflow.schema.sheet_layouts import arrange_columns
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.row_name_texts import declared_layout, render_row_name
from xl_salesflow.workbook.template.analysis_pages import add_analysis_pages, add_sales_plan_page
from xl_salesflow.workbook.template.defined_names import (
    add_dropdowns_sheet,
    add_workings_sheet,
    define_list_names,
    define_name,
)
from xl_salesflow.workbook.template.forecast_pages import add_forecast_pages
from xl_salesflow.workbook.template.manager_pages import add_forecast_page, add_funnel_page, add_trends_page
from xl_salesflow.workbook.template.print_and_pack import lay_out_table_sheet, pack_workbook
from xl_salesflow.workbook.template.receivables_page import add_receivables_page
from xl_salesflow.workbook.template.recurring_page import add_recurring_page
from xl_salesflow.workbook.template.sheet_cell_rules import (
    add_conditional_formats,
    add_validations,
    open_list_validation,
    type_validation,
)
from xl_salesflow.workbook.template.start_page import add_start_sheet, named_cell_content
from xl_salesflow.workbook.template.starter_content import (
    TEMPLATE_TITLE,
    TemplateRow,
    build_starter_rows,
)
from xl_salesflow.workbook.template.table_sheets import PlacedTable, place_table
from xl_salesflow.workbook.template.template_styles import (
    ACCENT_COLOUR,
    MUTED_COLOUR,
    TAB_COLOURS,
    frame_border,
    template_font,
    type_number_format,
)

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
        value = sheet.cell(row, _NAMED_CELLS_COLUMN + 1, named_cell_content(named, language))
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
    _define_row_names(workbook, placed, language)
    add_start_sheet(workbook, language, next(table for table in placed if table.table.name == "StageMetrics"))
    workbook.active = 0
    return pack_workbook(workbook, store=True)


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
        *add_receivables_page(workbook, language),
        *add_recurring_page(workbook, language),
        *add_forecast_pages(workbook, language),
    ]
    yield from pages
    written = {placed.table.name for placed in pages}
    yield from add_analysis_pages(workbook, language, steps, (name for name in METRIC_ROW_KEYS if name not in written))
    for table in TABLES.values():
        if table.name in METRIC_ROW_KEYS or table.name in written:  # on one of the pages above
            continue
        placed = place_table(
            workbook[table.title.in_(language)], arrange_columns(table.name), language, rows[table.name]
        )
        lay_out_table_sheet(placed, language)
        if table.name == "Settings":
            finish_settings_sheet(workbook, placed, language)
        yield placed


def _define_row_names(workbook: Workbook, placed: Iterable[PlacedTable], language: Language) -> None:
    tables, layout = {one.table.name: one for one in placed}, declared_layout(language)
    for name, one in ROW_NAMES.items():
        table = tables[one.table]
        letters = {column.id: table.column_letter(column.id) for column in table.table.columns}
        define_name(workbook, name, render_row_name(name, table.sheet.title, letters, layout))


def _count_funnel_steps(stages: Iterable[TemplateRow], language: Language) -> int:
    kinds = {choice_label("kind", kind, language) for kind in ("open", "won")}
    return sum(1 for stage in stages if stage["kind"] in kinds)
