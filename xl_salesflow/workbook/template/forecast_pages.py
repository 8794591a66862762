"""Write the pages of the module forecast, whose tables updates fill: the flow of the pipeline and the outlook, with charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.styles import Alignment

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.forecast_tables import COHORT_MONTHS
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.defined_names import structured_reference
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
    AMBER_INK_COLOUR,
    MUTED_COLOUR,
    PAGE_LOOK,
    RED_INK_COLOUR,
    show_dash_for_zero,
    template_font,
)

WRITTEN_PAGES = ("FlowSteps", "Outlook", "ForecastErrors", "SaidAndWon", "Cohorts")
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
_ACCURACY_SUBTITLE = Text(
    "The button Forecast accuracy fills this sheet, and an update writes it again when a month is over. All deals count as of "
    "today; the sheet Past forecasts has every number that was said."
)
_SAID_CHART_TITLE = Text("Said four weeks before the end of the month, and won")
_ERROR_ROWS, _SAID_ROWS = 12, 12  # two kinds of period, six methods; months
_SAID_LOOKS = (
    SeriesLook("won", ACCENT_COLOUR),
    SeriesLook("simulation", ACCENT_MID_COLOUR),
    SeriesLook("weighted", "C9D9E3"),
    SeriesLook("call", AMBER_INK_COLOUR),
)
_COHORTS_SUBTITLE = Text(
    "The button Cohorts fills this sheet, and updates keep it. The Funnel's dropdowns and day apply. Shaded: known; ~ in grey: "
    "projected with what each month since brought of older deals."
)
_COHORTS_CHART_TITLE = Text("Value won of the deals created in each month, and still projected")
_COHORT_LOOKS = (SeriesLook("won_value", ACCENT_COLOUR), SeriesLook("coming", "C9D9E3"))
_WRITTEN_CHART_TOP, _WRITTEN_CHART_ROWS = 5, 20
_TWO_LINES = 27  # points


def add_forecast_pages(workbook: Workbook, language: Language) -> Iterator[PlacedTable]:
    """Write the pages; yield their tables, whose rows are blank until they are filled."""
    yield _write_flow_page(workbook, language)
    yield _write_outlook_page(workbook, language)
    yield from _write_accuracy_page(workbook, language)
    yield _write_cohorts_page(workbook, language)


def _begin_chart_page(
    workbook: Workbook, name: str, language: Language, subtitle: Text, last_column: int, rows: int
) -> PlacedTable:
    """Write a title across the columns up to *last_column*, and the table *name* with blank *rows* below the place of a chart."""
    table = TABLES[name]
    sheet = workbook[table.title.in_(language)]
    page_ = PagePanel(workbook, sheet, language, [(2, last_column)])
    write_page_title(page_, table.title, subtitle, [column_width(column, language) for column in table.columns])
    row = _WRITTEN_CHART_TOP + _WRITTEN_CHART_ROWS + 1
    write_page_heading(page_, row, table.purpose)
    return place_table(sheet, table, language, [BLANK_TEMPLATE_ROW] * rows, row + 1, 2, PAGE_LOOK)


def _end_chart_page(placed: PlacedTable, language: Language, chart: BarChart, box: ChartBox, printed: str) -> None:
    """Place the chart, and print the columns up to *printed* on one page."""
    chart.y_axis.number_format = "#,##0"
    place_chart(placed.sheet, chart, box)
    placed.sheet.print_area = f"A1:{printed}{placed.last}"
    set_up_printing(placed.sheet, language, landscape=True, tall=1)


def _chart_box(last_column: int, top: int = _WRITTEN_CHART_TOP) -> ChartBox:
    return ChartBox(2, top, last_column, top + _WRITTEN_CHART_ROWS)


def _write_flow_page(workbook: Workbook, language: Language) -> PlacedTable:
    placed = _begin_chart_page(workbook, "FlowSteps", language, _FLOW_SUBTITLE, 5, _FLOW_ROWS)
    sheet = placed.sheet
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
    _end_chart_page(placed, language, chart, _chart_box(6), "E")
    return placed


def _write_outlook_page(workbook: Workbook, language: Language) -> PlacedTable:
    width = len(TABLES["Outlook"].columns) + 1
    placed = _begin_chart_page(workbook, "Outlook", language, _OUTLOOK_SUBTITLE, width, _OUTLOOK_ROWS)
    _shape_written_rows(placed)
    months = replace(placed, length=_OUTLOOK_MONTHS)
    chart = build_column_chart(months, "period", _OUTLOOK_LOOKS, _OUTLOOK_CHART_TITLE.in_(language))
    _end_chart_page(placed, language, chart, _chart_box(14), "M")
    return placed


def _write_accuracy_page(workbook: Workbook, language: Language) -> Iterator[PlacedTable]:
    """Write the verdicts, the errors by method and weeks, and beside them what the chart draws."""
    table, charted = TABLES["ForecastErrors"], TABLES["SaidAndWon"]
    sheet, beside = workbook[table.title.in_(language)], len(table.columns) + 3
    widths = [column_width(column, language) for column in table.columns]
    page_ = PagePanel(workbook, sheet, language, [(2, len(table.columns))])
    write_page_title(
        page_,
        table.title,
        _ACCURACY_SUBTITLE,
        [*widths, 3, *(column_width(each, language) for each in charted.columns)],
    )
    _write_verdicts(page_)
    chart_top = _WRITTEN_CHART_TOP + 3
    row = chart_top + _WRITTEN_CHART_ROWS + 1
    write_page_heading(page_, row, table.purpose)
    errors = place_table(sheet, table, language, [BLANK_TEMPLATE_ROW] * _ERROR_ROWS, row + 1, 2, PAGE_LOOK)
    write_page_heading(
        PagePanel(workbook, sheet, language, [(beside, beside + len(charted.columns) - 1)]), row, charted.purpose
    )
    months = place_table(sheet, charted, language, [BLANK_TEMPLATE_ROW] * _SAID_ROWS, row + 1, beside, PAGE_LOOK)
    _shape_written_rows(errors)
    _shape_written_rows(months)
    chart = build_column_chart(months, "period", _SAID_LOOKS, _SAID_CHART_TITLE.in_(language))
    _end_chart_page(errors, language, chart, _chart_box(12, chart_top), "K")
    yield errors
    yield months


def _write_verdicts(panel: PagePanel) -> None:
    """Write the sentences for months and quarters below the title; they are in the table, in the first row of each kind."""
    verdict, kind = (structured_reference("ForecastErrors", name, panel.language) for name in ("verdict", "kind"))
    quarters = choice_label("forecast_period", "quarter", panel.language)
    for row, place in ((_WRITTEN_CHART_TOP, "1"), (_WRITTEN_CHART_TOP + 1, f'MATCH("{quarters}",{kind},0)')):
        cell = panel.sheet.cell(row, panel.left, f'=IFERROR(INDEX({verdict},{place})&"","")')
        cell.font = template_font(panel.language, size=12, bold=True, colour=ACCENT_COLOUR)
        panel.sheet.row_dimensions[row].height = 22


def _write_cohorts_page(workbook: Workbook, language: Language) -> PlacedTable:
    width = len(TABLES["Cohorts"].columns)
    placed = _begin_chart_page(workbook, "Cohorts", language, _COHORTS_SUBTITLE, width, COHORT_MONTHS)
    sheet = placed.sheet
    _shape_written_rows(placed)
    for number in range(placed.first, placed.last + 1):
        sheet.cell(number, placed.column_number("known")).font = template_font(language, size=8, colour=MUTED_COLOUR)
    chart = build_column_chart(placed, "created", _COHORT_LOOKS, _COHORTS_CHART_TITLE.in_(language), stacked=True)
    printed = placed.column_letter(f"month_{COHORT_MONTHS - 1}")
    _end_chart_page(placed, language, chart, _chart_box(width + 1), printed)
    return placed


def _shape_written_rows(placed: PlacedTable) -> None:
    """Give the rows of *placed* a height, and dashes for zeros."""
    placed.sheet.row_dimensions[placed.top].height = 32
    for number in range(placed.first, placed.last + 1):
        placed.sheet.row_dimensions[number].height = 18
        for column in placed.table.columns:
            show_dash_for_zero(placed.sheet.cell(number, placed.column_number(column.id)))
