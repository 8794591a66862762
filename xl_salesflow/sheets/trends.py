"""The Trends page: month by month, group by group, and two groups against chance."""

from __future__ import annotations

from openpyxl import Workbook

from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.sheets import charts, live, page, panel, styles
from xl_salesflow.sheets.charts import Box, Look
from xl_salesflow.sheets.panel import Panel
from xl_salesflow.sheets.table_sheet import Placed, place

_TITLE = Text("Trends", "趋势")
_SUBTITLE = Text(
    "The last twelve months, and one group against another. The Funnel's dropdowns apply.",
    "最近十二个月的变化与各组对比；“销售漏斗”的筛选同样适用。",
)
_HINT = Text("Two groups of the table below, to compare.", "选择下表中的两组进行比较。")
_WIDTHS = (9, 22, 12, 15, 12, 12, 12, 15, 14, 26, 11)
_SLOTS = ((2, 3), (4, 5), (6, 7), (8, 9), (10, 12))
_COUNTS = Text("Created, won and lost", "新建、赢单与丢单")
_VALUE = Text("Won value", "赢单金额")
_OPEN_AND_WON = Text("Open and won value of each group", "各组进行中与赢单金额")
_INPUTS, _CHARTS, _CHART_ROWS = 5, 10, 18
_DASHED = {"#,##0": '#,##0;-#,##0;"–"', "#,##0.00": '#,##0.00;-#,##0.00;"–"'}


def add(workbook: Workbook, language: Language) -> tuple[Placed, ...]:
    """Write the page; return its tables."""
    sheet = workbook[TABLES["Trend"].title.in_(language)]
    page_ = Panel(workbook, sheet, language, _SLOTS)
    panel.title(page_, _TITLE, _SUBTITLE, _WIDTHS)
    panel.inputs(page_, _INPUTS, ("GroupBy", "SegmentA", "SegmentB", None, None))
    panel.small(page_, _INPUTS + 1, 3, _HINT)
    months = _table(page_, "Trend", _CHARTS + _CHART_ROWS + 1)
    groups = _table(page_, "Groups", months.last + 2 + _CHART_ROWS + 1)
    segments = _table(page_, "Segments", groups.last + 2)
    for row in sheet[months.body("month")]:
        row[0].number_format = "yyyy-mm"
    for row in sheet[segments.body("p_value")]:
        row[0].number_format = "0.0000"
    _charts(page_, months, groups)
    sheet.print_area = f"A1:L{segments.last}"
    page.prints(sheet, language, landscape=False, tall=1)
    return months, groups, segments


def _table(page_: Panel, name: str, row: int) -> Placed:
    table, language = TABLES[name], page_.language
    panel.heading(page_, row, table.purpose)
    placed = place(page_.sheet, table, language, live.position_rows(name, language), row + 1, 2, styles.PAGE)
    page_.sheet.row_dimensions[row + 1].height = 32
    for cells in page_.sheet[placed.body(table.columns[1].id, table.columns[-1].id)]:
        for cell in cells:
            cell.number_format = _DASHED.get(cell.number_format, cell.number_format)
    for number in range(placed.first, placed.last + 1):
        page_.sheet.row_dimensions[number].height = 16
    return placed


def _charts(page_: Panel, months: Placed, groups: Placed) -> None:
    language, bottom = page_.language, _CHARTS + _CHART_ROWS
    looks = [
        Look("created", "A9C4D3"), Look("won_count", styles.ACCENT), Look("lost_count", styles.RED_INK)
    ]  # fmt: skip
    counts = charts.columns(months, "month", looks, _COUNTS.in_(language))
    value = charts.columns(months, "month", [Look("won_value", styles.ACCENT)], _VALUE.in_(language))
    for chart, left, right in ((counts, 2, 7), (value, 7, 13)):
        chart.x_axis.number_format, chart.y_axis.number_format = "yyyy-mm", "#,##0"
        charts.stand(page_.sheet, chart, Box(left, _CHARTS, right, bottom))
    looks = [Look("won_value", styles.ACCENT), Look("open_value", styles.ACCENT_MID)]
    compared = charts.columns(groups, "name", looks, _OPEN_AND_WON.in_(language))
    compared.y_axis.number_format = "#,##0"
    charts.stand(page_.sheet, compared, Box(2, months.last + 2, 13, months.last + 1 + _CHART_ROWS))
