"""The Funnel page: what is asked, the headline numbers, the funnel, every stage, every number with its definition."""

from __future__ import annotations

from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment

from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.sheets import charts, live, page, panel, styles
from xl_salesflow.sheets.charts import Box, Look
from xl_salesflow.sheets.names import define
from xl_salesflow.sheets.panel import Panel
from xl_salesflow.sheets.table_sheet import Placed, place

# B holds a metric's id and a stage's number, C a name, D a value; definitions run from H to the right edge
_WIDTHS = {"B": 17, "C": 27, "D": 14, "E": 11, "F": 11, "G": 11, "H": 14, "I": 14, "J": 10, "K": 10, "L": 10, "M": 10, "N": 9, "O": 10}
_SLOTS = ((2, 2), (3, 3), (4, 5), (6, 7), (8, 9), (10, 12), (13, 15))
_INPUTS = (
    ("AsOfInput", "PeriodFromInput", "PeriodToInput", "ViewPlaybook", "Reading", "Reach", None),
    ("ViewOwner", "ViewProduct", "ViewSource", "ViewRegion", "ViewChannel", None, None),
)
_CARDS = ("open_count", "open_value", "weighted_value", "won_value", "win_rate", "win_rate_of_all", "won_cycle_mean")
_CHART_ROWS = 17

_TITLE = Text("Funnel", "销售漏斗")
_SUBTITLE = Text("Choose below; every number on this page follows.", "在下方选择,本页所有数字随之变化。")
_HINT = Text("Blank dates: today, all time. (All) filters nothing.", "日期留空:今天、全部时间。(全部)为不筛选。")
_STAGES = Text("Stage by stage", "各阶段")
_METRICS = Text("Every number and what it means", "全部指标及其定义")
_MORE = Text(
    "A process with more steps than rows: type the next number below the last row.", "若流程步骤多于行数:在最后一行下方填写下一序号。"
)
_FUNNEL_CHART = Text("Deals that reached each stage", "到达各阶段的商机数")
_CONVERSION_CHART = Text("Share that reached the next stage", "进入下一阶段的比例")
_DAYS_CHART = Text("Days in stage: median against limit", "停留天数:中位数与期限")


def add(workbook: Workbook, language: Language, pads: str, steps: int) -> tuple[Placed, ...]:
    """Write the page; return its tables."""
    table = TABLES["Metrics"]
    sheet = workbook[table.title.in_(language)]
    page_ = Panel(sheet, language, _SLOTS)
    panel.title(page_, _TITLE, _SUBTITLE)
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    panel.inputs(page_, 5, _INPUTS[0])
    panel.inputs(page_, 8, _INPUTS[1])
    hint = sheet.cell(9, _SLOTS[5][0], _HINT.in_(language))
    hint.font = styles.font(language, size=9, colour=styles.MUTED)
    top = 12 + 3 + 1
    stages = _stages(page_, top + _CHART_ROWS + 1, steps)
    metrics = _metrics(page_, stages.last + 6)
    _cards(page_, 12, metrics)
    _charts(page_, stages, pads, top)
    sheet.freeze_panes = "A11"
    sheet.print_area = f"A1:O{metrics.last}"
    page.prints(sheet, language, landscape=False, tall=1)
    return stages, metrics


def _stages(page_: Panel, row: int, steps: int) -> Placed:
    panel.heading(page_, row, _STAGES, _MORE)
    rows = live.stage_rows(page_.language, steps)
    placed = place(page_.sheet, TABLES["StageMetrics"], page_.language, rows, row + 1, 2)
    page_.sheet.row_dimensions[row + 1].height = 32
    for number in range(placed.first, placed.last + 1):
        page_.sheet.cell(number, 2).alignment = Alignment(horizontal="left")
        page_.sheet.row_dimensions[number].height = 17
    return placed


def _metrics(page_: Panel, row: int) -> Placed:
    sheet, language = page_.sheet, page_.language
    panel.heading(page_, row, _METRICS)
    rows = live.metric_rows(language)
    placed = place(sheet, TABLES["Metrics"], language, rows, row + 1, 2)
    for offset, metric in enumerate(rows):
        number = placed.first + offset
        sheet.cell(number, placed.number("value")).number_format = live.number_format(metric.get("metric"))
        for id in ("metric", "definition", "unit"):
            sheet.cell(number, placed.number(id)).font = styles.font(language, size=9, colour=styles.MUTED)
        value = sheet.cell(number, placed.number("value"))
        value.font = styles.font(language, bold=True)
        value.alignment = sheet.cell(number, placed.number("sample")).alignment = Alignment(horizontal="right")
        words = sheet.cell(number, placed.number("definition"))
        words.alignment = Alignment(vertical="center")  # runs over the empty cells at its right
        _underline(page_, number, placed.number("definition"))
        if metric.get("metric"):
            define(sheet.parent, str(metric["metric"]), placed.absolute("value", offset))
    return placed


def _underline(page_: Panel, row: int, first: int) -> None:
    for column in range(first, page_.right + 1):
        cell = page_.sheet.cell(row, column)
        cell.fill = styles.fill(styles.RECORD)
        cell.border = styles.lined(styles.LINE) if column == first else styles.under()


def _cards(page_: Panel, row: int, metrics: Placed) -> None:
    rows = {row["metric"]: row for row in live.metric_rows(page_.language) if row.get("metric")}
    for slot, id in enumerate(_CARDS):
        metric: dict[str, Any] = dict(rows.get(id, {}))
        if not metric:
            continue
        formula = f"={metrics.absolute('value', list(rows).index(id)).rpartition('!')[2]}"
        cell = panel.card(page_, row, slot, metric["name"], live.short(id, page_.language), formula, live.number_format(id))
        define(page_.sheet.parent, f"Card_{id}", panel.address(page_.sheet, cell))


def _charts(page_: Panel, stages: Placed, pads: str, row: int) -> None:
    language, bottom = page_.language, row + _CHART_ROWS
    shape = charts.funnel(stages, pads, _FUNNEL_CHART.in_(language), styles.ACCENT)
    charts.stand(page_.sheet, shape, Box(2, row, 5, bottom))
    conversion = charts.columns(
        stages, "stage", [Look("step_conversion", styles.ACCENT, "0%")], _CONVERSION_CHART.in_(language)
    )
    conversion.y_axis.number_format, conversion.y_axis.scaling.min = "0%", 0
    charts.stand(page_.sheet, conversion, Box(5, row, 9, bottom))
    days = charts.columns(
        stages,
        "stage",
        [Look("median_days", styles.ACCENT, "0"), Look("day_limit", styles.ACCENT_MID)],
        _DAYS_CHART.in_(language),
    )
    charts.stand(page_.sheet, days, Box(9, row, 16, bottom))
