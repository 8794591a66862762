"""The Forecast page: expected closings month by month, by category, against the target."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.chart import BarChart

from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.sheets import charts, live, page, panel, styles
from xl_salesflow.sheets.charts import Box, Look
from xl_salesflow.sheets.panel import Panel
from xl_salesflow.sheets.table_sheet import Placed, place

_TITLE = Text("Forecast", "预测")
_SUBTITLE = Text(
    "Open deals by the month of their expected close, from the month of the as-of date. The Funnel's dropdowns apply.",
    "按预计成交月份统计进行中商机，自截至日期所在月起；“销售漏斗”的筛选同样适用。",
)
_CHART = Text("Closed, commit, best case and pipeline against the target", "已成交、承诺、乐观、储备与目标")
_WEIGHTED = Text("Open and weighted value", "金额与加权金额")
_TABLE = Text("Month by month", "按月明细")
_WIDTHS = (10, 13, 13, 16, 16, 15, 15, 15, 15, 18, 20)
_SLOTS = ((2, 3), (4, 5), (6, 7), (8, 9), (10, 11), (12, 12))
_CARDS = {
    "target": Text("of the period", "期内目标"),
    "won_to_date": Text("towards the target", "计入目标"),
    "attainment": Text("won ÷ target", "已赢 ÷ 目标"),
    "expected_value": Text("open, due in the period", "期内预计成交"),
    "coverage": Text("expected ÷ still to win", "预计 ÷ 缺口"),
    "required_coverage": Text("1 ÷ win rate by value", "1 ÷ 金额赢单率"),
}
# a month without anything shows a dash
_DASHED = {"#,##0": '#,##0;-#,##0;"–"', "#,##0.00": '#,##0.00;-#,##0.00;"–"'}
_CARD_ROW, _CHART_TOP, _CHART_ROWS = 5, 9, 18


def add(workbook: Workbook, language: Language) -> Placed:
    """Write the page; return its table."""
    table = TABLES["ForecastMonths"]
    sheet = workbook[table.title.in_(language)]
    page_ = Panel(workbook, sheet, language, _SLOTS)
    panel.title(page_, _TITLE, _SUBTITLE, _WIDTHS)
    panel.cards(page_, _CARD_ROW, _CARDS)
    row = _CHART_TOP + _CHART_ROWS + 1
    panel.heading(page_, row, _TABLE)
    placed = place(sheet, table, language, live.position_rows(table.name, language), row + 1, 2, styles.PAGE)
    sheet.row_dimensions[row + 1].height = 32
    for row in sheet[placed.body("month", "target")]:
        for cell in row:
            cell.number_format = _DASHED.get(cell.number_format, "yyyy-mm")
    _charts(page_, placed)
    sheet.print_area = f"A1:L{placed.last}"
    page.prints(sheet, language, landscape=True, tall=1)
    return placed


def _charts(page_: Panel, placed: Placed) -> None:
    language, bottom = page_.language, _CHART_TOP + _CHART_ROWS
    looks = [
        Look("closed", styles.ACCENT),
        Look("commit", "4C84A0"),
        Look("best_case", styles.ACCENT_MID),
        Look("pipeline", "C9DAE4"),
    ]
    stack = charts.columns(placed, "month", looks, _CHART.in_(language), stacked=True)
    charts.line_over(stack, placed, "month", Look("target", styles.AMBER_INK))
    _months(stack)
    charts.stand(page_.sheet, stack, Box(2, _CHART_TOP, 8, bottom))
    looks = [Look("open_value", styles.ACCENT_MID), Look("weighted_value", styles.ACCENT)]
    weighted = charts.columns(placed, "month", looks, _WEIGHTED.in_(language))
    _months(weighted)
    charts.stand(page_.sheet, weighted, Box(8, _CHART_TOP, 13, bottom))


def _months(chart: BarChart) -> None:
    chart.x_axis.number_format, chart.y_axis.number_format = "yyyy-mm", "#,##0"
