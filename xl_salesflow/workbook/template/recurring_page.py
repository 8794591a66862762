"""Write the page Recurring revenue: the value on the as-of date, its retention, and the bridge month by month."""

from __future__ import annotations

from openpyxl import Workbook

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.page_charts import ChartBox, SeriesLook, build_column_chart, place_chart
from xl_salesflow.workbook.template.page_parts import PagePanel, write_metric_table, write_page_title
from xl_salesflow.workbook.template.print_and_pack import set_up_printing
from xl_salesflow.workbook.template.table_sheets import PlacedTable
from xl_salesflow.workbook.template.template_styles import (
    ACCENT_COLOUR,
    ACCENT_MID_COLOUR,
    AMBER_INK_COLOUR,
    RED_INK_COLOUR,
)

_RECURRING_SUBTITLE = Text(
    "All contracts of the sheet Subscriptions. The Funnel's as-of date applies, its period and dropdowns do not."
)
_VALUE_CHART_TITLE = Text("Recurring value at the end of each month")
_CHANGE_CHART_TITLE = Text("What changed, month by month")
_BRIDGE_WIDTHS = (10, 16, 16, 16, 16, 16, 16, 16, 14, 14)
_RECURRING_ROW, _BRIDGE_CHART_TOP, _BRIDGE_CHART_ROWS = 5, 9, 16


def add_recurring_page(workbook: Workbook, language: Language) -> tuple[PlacedTable, ...]:
    """Write the page; return its tables."""
    table = TABLES["Recurring"]
    sheet = workbook[table.title.in_(language)]
    page_ = PagePanel(workbook, sheet, language, [(2, len(_BRIDGE_WIDTHS) + 1)])
    write_page_title(page_, table.title, _RECURRING_SUBTITLE, _BRIDGE_WIDTHS)
    figures = write_metric_table(page_, "Recurring", _RECURRING_ROW)
    months = write_metric_table(page_, "RecurringMonths", _BRIDGE_CHART_TOP + _BRIDGE_CHART_ROWS + 1)
    for placed, column, shown in (
        (months, "month", "yyyy-mm"),
        *((placed, column, "0.0%") for placed in (figures, months) for column in ("gross_retention", "net_retention")),
    ):
        for row in sheet[placed.body(column)]:
            row[0].number_format = shown
    _draw_bridge_charts(page_, months)
    sheet.print_area = f"A1:K{months.last}"
    set_up_printing(sheet, language, landscape=True, tall=1)
    return figures, months


def _draw_bridge_charts(page_: PagePanel, months: PlacedTable) -> None:
    language, bottom = page_.language, _BRIDGE_CHART_TOP + _BRIDGE_CHART_ROWS
    values = build_column_chart(
        months, "month", [SeriesLook("closing", ACCENT_COLOUR)], _VALUE_CHART_TITLE.in_(language)
    )
    looks = [
        SeriesLook(column, colour)
        for column, colour in (
            ("new_value", ACCENT_COLOUR),
            ("expansion", ACCENT_MID_COLOUR),
            ("contraction", AMBER_INK_COLOUR),
            ("churn", RED_INK_COLOUR),
        )
    ]
    changes = build_column_chart(months, "month", looks, _CHANGE_CHART_TITLE.in_(language))
    for chart, left, right in ((values, 2, 7), (changes, 7, 12)):
        chart.x_axis.number_format = "yyyy-mm"
        chart.y_axis.number_format = "#,##0"
        place_chart(page_.sheet, chart, ChartBox(left, _BRIDGE_CHART_TOP, right, bottom))
