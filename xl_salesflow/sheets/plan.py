"""The Plan page: from the target back to leads, and by when."""

from __future__ import annotations

from openpyxl import Workbook

from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.sheets import charts, live, page, panel, styles
from xl_salesflow.sheets.charts import Box, Look
from xl_salesflow.sheets.panel import Panel
from xl_salesflow.sheets.table_sheet import Placed, place

_TITLE = Text("Plan", "计划")
_SUBTITLE = Text(
    "From the target back to the deals each stage needs, by the team's own conversion and times. Type a what-if beside it.",
    "按团队自身的转化率与时间，由目标反推各阶段所需商机；可在旁边填写假设值。",
)
_HINT = Text("Blank: the sheet Targets, the end of the year.", "留空：取“销售目标”与年末。")
_CHART = Text("Deals needed and deals there", "所需商机与现有商机")
_TABLE = Text("Back from the target", "由目标反推")
_WIDTHS = (18, 26, 15, 13, 14, 16, 12, 14, 14, 18)
_SLOTS = ((2, 2), (3, 3), (4, 5), (6, 7), (8, 11))
_CARDS = {
    "plan_value": Text("the target, or what is missing of it", "目标或其缺口"),
    "mean_won_value": Text("won value ÷ won deals", "赢单金额 ÷ 赢单数"),
    "won_needed": Text("rounded up", "向上取整"),
    "target_gap": Text("target − won so far", "目标 − 已赢单金额"),
    "activities_per_week": Text("to the last day", "至截止日期"),
}
_CARD_ROW, _CHART_TOP, _CHART_ROWS = 9, 13, 18


def add(workbook: Workbook, language: Language, steps: int) -> Placed:
    """Write the page; return its table."""
    table = TABLES["PlanStages"]
    sheet = workbook[table.title.in_(language)]
    page_ = Panel(workbook, sheet, language, _SLOTS)
    panel.title(page_, _TITLE, _SUBTITLE, _WIDTHS)
    panel.inputs(page_, 5, ("PlanTarget", "PlanBy", None, None, None))
    panel.small(page_, 6, 2, _HINT)
    panel.cards(page_, _CARD_ROW, _CARDS)
    row = _CHART_TOP + _CHART_ROWS + 1
    panel.heading(page_, row, _TABLE)
    placed = place(sheet, table, language, live.position_rows(table.name, language), row + 1, 2, styles.PAGE)
    panel.steps(page_, placed, steps)
    looks = [Look("deals_needed", styles.ACCENT_MID, "#,##0"), Look("deals_now", styles.ACCENT, "#,##0")]
    chart = charts.columns(placed, "stage", looks, _CHART.in_(language))
    charts.stand(sheet, chart, Box(2, _CHART_TOP, 12, _CHART_TOP + _CHART_ROWS))
    sheet.print_area = f"A1:K{placed.last}"
    page.prints(sheet, language, landscape=True, tall=1)
    return placed
