"""The Funnel page: what is asked, the headline numbers, the funnel, every stage, every number with its definition."""

from __future__ import annotations

from openpyxl import Workbook

from xl_salesflow.metrics import METRICS
from xl_salesflow.metrics.comparison import COMPARED
from xl_salesflow.metrics.headlines import SMALL_PRINT
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.sheets import charts, live, page, panel, styles
from xl_salesflow.sheets.charts import Box, Look
from xl_salesflow.sheets.names import define
from xl_salesflow.sheets.panel import Panel
from xl_salesflow.sheets.table_sheet import Placed, display_width, place

# two tables share these columns: B a metric's id and a step, C a name, D a value; definitions run on from H to Q
_WIDTHS = (20, 25, 14, 10, 10, 13, 10, 10, 14, 14, 9, 9, 9, 9, 8, 9)
_SLOTS = ((2, 2), (3, 3), (4, 5), (6, 7), (8, 9), (10, 11), (12, 14), (15, 17))
_INPUTS = (
    ("AsOfInput", "PeriodFromInput", "PeriodToInput", "ViewPlaybook", "Reading", "Reach", "CompareInput", None),
    ("ViewOwner", "ViewProduct", "ViewSource", "ViewRegion", "ViewChannel", None, None, None),
)
_CARDS = {id: SMALL_PRINT[id] for id in COMPARED}
_CARD_ROW, _CHART_ROW, _CHART_ROWS = 12, 18, 18
_LINE = 140  # signs of a definition that fit the page's width at nine points
_PADS = 19  # a column right of the page

_TITLE = Text("Funnel", "销售漏斗")
_SUBTITLE = Text("Choose below; every number on this page follows.", "在下方选择，本页所有数字随之变化。")
_HINT = Text(
    "Blank dates mean today and all time; (All) filters nothing.", "日期留空为今天与全部时间；（全部）为不筛选。"
)
_STAGES = Text("Stage by stage", "各阶段")
_METRICS = Text("Every number and what it means", "全部指标及其定义")
_FOR_CHART = Text("for the chart", "供图表使用")
_FUNNEL_CHART = Text("Deals that reached each stage", "到达各阶段的商机数")
_CONVERSION_CHART = Text("Share that reached the next stage", "进入下一阶段的比例")
_DAYS_CHART = Text("Days in stage: median and limit", "停留天数：中位数与期限")


def add(workbook: Workbook, language: Language, steps: int) -> tuple[Placed, ...]:
    """Write the page for a process of *steps* funnel steps; return its tables."""
    sheet = workbook[TABLES["Metrics"].title.in_(language)]
    page_ = Panel(workbook, sheet, language, _SLOTS)
    panel.title(page_, _TITLE, _SUBTITLE, _WIDTHS)
    for row, names in zip((5, 8), _INPUTS, strict=True):
        panel.inputs(page_, row, names)
    panel.small(page_, 9, 5, _HINT)
    stages = _stages(page_, _CHART_ROW + _CHART_ROWS + 1, steps)
    metrics = _metrics(page_, stages.last + 2)
    panel.cards(page_, _CARD_ROW, _CARDS, compared=True)
    _charts(page_, stages)
    sheet.freeze_panes = "A11"
    sheet.print_area = f"A1:Q{metrics.last}"
    page.prints(sheet, language, landscape=False, tall=1)
    return stages, metrics


def _stages(page_: Panel, row: int, steps: int) -> Placed:
    sheet, language = page_.sheet, page_.language
    panel.heading(page_, row, _STAGES)
    placed = place(
        sheet, TABLES["StageMetrics"], language, live.position_rows("StageMetrics", language), row + 1, 2, styles.PAGE
    )
    panel.steps(page_, placed, steps)
    head = sheet.cell(placed.top, _PADS, _FOR_CHART.in_(language))
    head.font = styles.font(language, size=8, colour=styles.ACCENT_MID)
    for number in range(placed.first, placed.last + 1):
        reached = f"{placed.letter('reached')}{number}"
        pad = sheet.cell(number, _PADS, f'=IF({reached}="",0,(MAX({placed.body("reached")})-{reached})/2)')
        pad.font = styles.font(language, size=8, colour=styles.LINE)
    return placed


def _metrics(page_: Panel, row: int) -> Placed:
    sheet, language = page_.sheet, page_.language
    panel.heading(page_, row, _METRICS)
    placed = place(sheet, TABLES["Metrics"], language, live.metric_rows(language), row + 1, 2, styles.PAGE)
    sheet.row_dimensions[placed.top].height = 30
    panel.band(page_, placed.top, placed.number("definition") + 1, styles.ACCENT_PALE)
    sheet.cell(placed.top, placed.number("definition")).border = styles.under()
    for offset, id in enumerate(METRICS):
        number = placed.first + offset
        define(page_.workbook, id, placed.absolute("value", offset))
        for small in ("metric", "unit"):
            sheet.cell(number, placed.number(small)).font = styles.font(language, size=8, colour=styles.MUTED)
        words = sheet.cell(number, placed.number("definition"))  # runs on over the empty cells at its right
        words.border = styles.under()
        size = 9 if display_width(str(words.value)) <= _LINE else 8
        words.font = styles.font(language, size=size, colour=styles.MUTED)
        sheet.row_dimensions[number].height = 16
        value = sheet.cell(number, placed.number("value"))
        value.font = styles.font(language, bold=True)
        value.number_format = live.number_format(id)
        panel.band(page_, number, placed.number("definition") + 1, styles.RECORD)
    return placed


def _charts(page_: Panel, stages: Placed) -> None:
    language, bottom = page_.language, _CHART_ROW + _CHART_ROWS
    shape = charts.funnel(stages, _PADS, _FUNNEL_CHART.in_(language), styles.ACCENT)
    charts.stand(page_.sheet, shape, Box(2, _CHART_ROW, 5, bottom))
    share = charts.columns(
        stages, "stage", [Look("step_conversion", styles.ACCENT, "0%")], _CONVERSION_CHART.in_(language)
    )
    share.y_axis.number_format, share.y_axis.scaling.min = "0%", 0
    charts.stand(page_.sheet, share, Box(5, _CHART_ROW, 11, bottom))
    looks = [Look("median_days", styles.ACCENT, "0"), Look("day_limit", styles.ACCENT_MID)]
    days = charts.columns(stages, "stage", looks, _DAYS_CHART.in_(language))
    charts.stand(page_.sheet, days, Box(11, _CHART_ROW, 18, bottom))
