"""Write the page Receivables: what came in against what was due, receivables by age, and cash by month."""

from __future__ import annotations

from dataclasses import replace

from openpyxl import Workbook

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.page_charts import ChartBox, SeriesLook, build_column_chart, place_chart
from xl_salesflow.workbook.template.page_parts import (
    PagePanel,
    write_metric_table,
    write_page_title,
)
from xl_salesflow.workbook.template.print_and_pack import set_up_printing
from xl_salesflow.workbook.template.table_sheets import PlacedTable
from xl_salesflow.workbook.template.template_styles import (
    ACCENT_COLOUR,
    ACCENT_MID_COLOUR,
    AMBER_INK_COLOUR,
)

_SUBTITLE = Text(
    "All instalments of the sheet Payments. The Funnel's as-of date and period apply, its dropdowns do not."
)
_AGE_CHART_TITLE = Text("Still to pay, by age")
_CASH_CHART_TITLE = Text("Collected and expected, month by month")
_WIDTHS = (10, 17, 17, 17, 17, 17, 13, 13)
_FIGURES_ROW, _CHART_TOP, _CHART_ROWS = 5, 9, 18


def add_receivables_page(workbook: Workbook, language: Language) -> tuple[PlacedTable, ...]:
    """Write the page; return its tables."""
    table = TABLES["Collections"]
    sheet = workbook[table.title.in_(language)]
    page_ = PagePanel(workbook, sheet, language, [(2, len(_WIDTHS) + 1)])
    write_page_title(page_, table.title, _SUBTITLE, _WIDTHS)
    figures = write_metric_table(page_, "Collections", _FIGURES_ROW)
    ages = write_metric_table(page_, "Receivables", _CHART_TOP + _CHART_ROWS + 1)
    months = write_metric_table(page_, "CashMonths", ages.last + 2)
    for row in sheet[months.body("month")]:
        row[0].number_format = "yyyy-mm"
    _draw_charts(page_, ages, months)
    sheet.print_area = f"A1:I{months.last}"
    set_up_printing(sheet, language, landscape=False, tall=1)
    return figures, ages, months


def _draw_charts(page_: PagePanel, ages: PlacedTable, months: PlacedTable) -> None:
    language, bottom = page_.language, _CHART_TOP + _CHART_ROWS
    by_age = build_column_chart(
        replace(ages, length=ages.length - 1),  # without the sum
        "age",
        [SeriesLook("open_value", AMBER_INK_COLOUR)],
        _AGE_CHART_TITLE.in_(language),
    )
    looks = [SeriesLook("collected", ACCENT_COLOUR), SeriesLook("expected", ACCENT_MID_COLOUR)]
    by_month = build_column_chart(months, "month", looks, _CASH_CHART_TITLE.in_(language))
    by_month.x_axis.number_format = "yyyy-mm"
    for chart, left, right in ((by_age, 2, 5), (by_month, 5, 10)):
        chart.y_axis.number_format = "#,##0"
        place_chart(page_.sheet, chart, ChartBox(left, _CHART_TOP, right, bottom))
