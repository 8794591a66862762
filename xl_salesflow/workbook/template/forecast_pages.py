"""Write the pages of the module forecast, whose tables updates fill: the flow of the pipeline and the outlook, with charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from openpyxl import Workbook
from openpyxl.styles import Alignment

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.page_charts import (
    ChartBox,
    SeriesLook,
    build_column_chart,
    build_waterfall_chart,
    place_chart,
)
from xl_salesflow.workbook.template.page_parts import PagePanel, write_page_heading, write_page_title
from xl_salesflow.workbook.template.print_and_pack import set_up_printing
from xl_salesflow.workbook.template.starter_content import BLANK_TEMPLATE_ROW
from xl_salesflow.workbook.template.table_sheets import PlacedTable, column_width, place_table
from xl_salesflow.workbook.template.template_styles import (
    ACCENT_COLOUR,
    ACCENT_MID_COLOUR,
    MUTED_COLOUR,
    PAGE_LOOK,
    RED_INK_COLOUR,
    show_dash_for_zero,
    template_font,
)

WRITTEN_PAGES = ("FlowSteps", "Outlook")
"""The tables whose sheets are pages with a chart, though their rows are written and no formulas."""

_FLOW_SUBTITLE = Text(
    "The button Flow fills this sheet, and updates keep it. The Funnel's period and dropdowns apply; blank is the quarter "
    "so far."
)
_FLOW_CHART_TITLE = Text("How the open pipeline changed")
_FLOW_ROWS = 12  # the steps of the sum, and one that is not part of it
_FLOW_LOOKS = (
    SeriesLook("end", ACCENT_COLOUR),
    SeriesLook("gain", ACCENT_MID_COLOUR),
    SeriesLook("drop", RED_INK_COLOUR),
)
_OUTLOOK_SUBTITLE = Text(
    "The button Forecast fills this sheet, and updates keep it. All deals count as of today, whatever the Funnel shows. "
    "What a column means is in the note on its header."
)
_OUTLOOK_CHART_TITLE = Text("Value won by month: nine, five and one of ten simulated futures pass it")
_OUTLOOK_ROWS, _OUTLOOK_MONTHS = 11, 6  # months and quarters; the first six rows are months
_OUTLOOK_LOOKS = (
    SeriesLook("p10", ACCENT_COLOUR),
    SeriesLook("p50", ACCENT_MID_COLOUR),
    SeriesLook("p90", "C9D9E3"),
)
_WRITTEN_CHART_TOP, _WRITTEN_CHART_ROWS = 5, 20
_TWO_LINES = 27  # points


def add_forecast_pages(workbook: Workbook, language: Language) -> Iterator[PlacedTable]:
    """Write the pages; yield their tables, whose rows are blank until they are filled."""
    yield _write_flow_page(workbook, language)
    yield _write_outlook_page(workbook, language)


def _write_flow_page(workbook: Workbook, language: Language) -> PlacedTable:
    table = TABLES["FlowSteps"]
    sheet = workbook[table.title.in_(language)]
    page_ = PagePanel(workbook, sheet, language, [(2, 5)])
    write_page_title(page_, table.title, _FLOW_SUBTITLE, [column_width(column, language) for column in table.columns])
    row = _WRITTEN_CHART_TOP + _WRITTEN_CHART_ROWS + 1
    write_page_heading(page_, row, table.purpose)
    placed = place_table(sheet, table, language, [BLANK_TEMPLATE_ROW] * _FLOW_ROWS, row + 1, 2, PAGE_LOOK)
    sheet.row_dimensions[placed.top].height = 32
    for number in range(placed.first, placed.last + 1):
        sheet.row_dimensions[number].height = _TWO_LINES
        meaning = sheet.cell(number, placed.column_number("meaning"))
        meaning.alignment = Alignment(horizontal="left", vertical="center", indent=1, wrap_text=True)
        meaning.font = template_font(language, size=9, colour=MUTED_COLOUR)
        for column in ("count", "value"):
            show_dash_for_zero(sheet.cell(number, placed.column_number(column)))
        for look in (*_FLOW_LOOKS, SeriesLook("base", MUTED_COLOUR)):
            sheet.cell(number, placed.column_number(look.column)).font = template_font(
                language, size=8, colour=MUTED_COLOUR
            )
    summed = replace(placed, length=_FLOW_ROWS - 1)
    chart = build_waterfall_chart(summed, "step", "base", _FLOW_LOOKS, _FLOW_CHART_TITLE.in_(language))
    chart.y_axis.number_format = "#,##0"
    place_chart(sheet, chart, ChartBox(2, _WRITTEN_CHART_TOP, 6, _WRITTEN_CHART_TOP + _WRITTEN_CHART_ROWS))
    sheet.print_area = f"A1:E{placed.last}"
    set_up_printing(sheet, language, landscape=True, tall=1)
    return placed


def _write_outlook_page(workbook: Workbook, language: Language) -> PlacedTable:
    table = TABLES["Outlook"]
    sheet = workbook[table.title.in_(language)]
    page_ = PagePanel(workbook, sheet, language, [(2, len(table.columns) + 1)])
    write_page_title(
        page_, table.title, _OUTLOOK_SUBTITLE, [column_width(column, language) for column in table.columns]
    )
    row = _WRITTEN_CHART_TOP + _WRITTEN_CHART_ROWS + 1
    write_page_heading(page_, row, table.purpose)
    placed = place_table(sheet, table, language, [BLANK_TEMPLATE_ROW] * _OUTLOOK_ROWS, row + 1, 2, PAGE_LOOK)
    sheet.row_dimensions[placed.top].height = 32
    for number in range(placed.first, placed.last + 1):
        sheet.row_dimensions[number].height = 18
        for column in table.columns:
            show_dash_for_zero(sheet.cell(number, placed.column_number(column.id)))
    months = replace(placed, length=_OUTLOOK_MONTHS)
    chart = build_column_chart(months, "period", _OUTLOOK_LOOKS, _OUTLOOK_CHART_TITLE.in_(language))
    chart.y_axis.number_format = "#,##0"
    place_chart(sheet, chart, ChartBox(2, _WRITTEN_CHART_TOP, 14, _WRITTEN_CHART_TOP + _WRITTEN_CHART_ROWS))
    sheet.print_area = f"A1:M{placed.last}"
    set_up_printing(sheet, language, landscape=True, tall=1)
    return placed
