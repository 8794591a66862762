"""The pages Leaks, Loss reasons and Moves: a title, charts, one live table; alike but for what this file declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from xl_salesflow.model.column import Type
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.sheets import charts, live, page, panel, styles
from xl_salesflow.sheets.charts import Box, Look
from xl_salesflow.sheets.panel import Panel
from xl_salesflow.sheets.table_sheet import Placed, column_width, place


class Chart(NamedTuple):
    """A chart over the page's table: its title, the column of its categories, its series."""

    title: Text
    category: str
    looks: tuple[Look, ...]
    stacked: bool = False
    lying: bool = False  # long names want bars, not columns


class Analysis(NamedTuple):
    """What a page says and draws."""

    subtitle: Text
    charts: tuple[Chart, ...]


_LOST = (Look("lost_value", styles.ACCENT),)
_SHADES = (styles.ACCENT, "4C84A0", styles.ACCENT_MID, "A9C4D3", styles.RED_INK)
PAGES = {
    "StageChanges": Analysis(
        Text(
            "Each stage now and on the day chosen at the top of the Funnel under “Compare with”.",
            "各阶段现状与“销售漏斗”顶部“对比日期”所选之日的对照。",
        ),
        (
            Chart(
                Text("Deals that reached each stage", "到达各阶段的商机数"),
                "stage",
                (Look("reached_then", styles.ACCENT_MID), Look("reached", styles.ACCENT)),
            ),
            Chart(
                Text("Open deals in each stage", "各阶段进行中商机"),
                "stage",
                (Look("open_count_then", styles.ACCENT_MID), Look("open_count", styles.ACCENT)),
            ),
        ),
    ),
    "TeamPlan": Analysis(
        Text(
            "What everybody's own target still takes, by their own conversion and mean won value. Type targets on the "
            "sheet Targets; the Funnel's dropdowns apply.",
            "按各自的转化率与平均赢单金额，推算各自目标尚需的赢单与线索。目标在“销售目标”中填写；“销售漏斗”的筛选同样适用。",
        ),
        (),
    ),
    "Leaks": Analysis(
        Text(
            "Where deals are lost, and which step pays most to mend. The Funnel's dropdowns apply.",
            "商机在何处流失、改善哪一步收益最大；“销售漏斗”的筛选同样适用。",
        ),
        (
            Chart(Text("Value lost in each stage", "各阶段流失金额"), "stage", _LOST),
            Chart(
                Text("Won value that one point more of conversion would bring", "转化率提高一个百分点可增加的赢单金额"),
                "stage",
                (Look("one_point_more", styles.ACCENT_MID),),
            ),
        ),
    ),
    "LossReasons": Analysis(
        Text("Why deals are lost. The Funnel's dropdowns apply.", "商机为何丢失；“销售漏斗”的筛选同样适用。"),
        (
            Chart(
                Text("Value lost for each reason", "各原因丢单金额"),
                "reason",
                (Look("lost_value", styles.ACCENT),),
                lying=True,
            ),
        ),
    ),
    "Moves": Analysis(
        Text(
            "Every move that History holds. Check must be nought in every row.",
            "历史记录中的全部流转；每行“平衡检查”应为 0。",
        ),
        (
            Chart(
                Text("How visits of each stage ended", "各阶段停留的去向"),
                "stage",
                tuple(map(Look, ("forward", "skip", "won", "back", "lost"), _SHADES)),
                stacked=True,
            ),
        ),
    ),
    "MoveValues": Analysis(
        Text(
            "The moves of the sheet Moves by their value. Columns are stages, by their row.",
            "按金额统计“阶段流转”表的流转；各列为对应行号的阶段。",
        ),
        (),
    ),
}
_COMPARED = Text("Compared with", "对比日")
_NO_DAY = Text("No day to compare with is chosen, or it lies after the as-of date.", "未选对比日期，或其晚于截至日期。")
_CHART_TOP, _CHART_ROWS = 5, 18
_FEW = 10  # columns that leave room to be wide


def add(workbook: Workbook, language: Language, steps: int) -> Iterator[Placed]:
    """Write the pages; yield their tables."""
    for name, analysis in PAGES.items():
        yield _page(workbook, language, name, analysis, steps)


def _page(workbook: Workbook, language: Language, name: str, analysis: Analysis, steps: int) -> Placed:
    table = TABLES[name]
    sheet = workbook[table.title.in_(language)]
    narrowest = 8 if len(table.columns) > _FEW else 16
    widths = [max(column_width(column, language), narrowest) for column in table.columns]
    page_ = Panel(workbook, sheet, language, [(2, len(widths) + 1)])
    panel.title(page_, table.title, analysis.subtitle, widths)
    row = _CHART_TOP + (_CHART_ROWS + 1 if analysis.charts else 0)
    panel.heading(page_, row, table.purpose)
    placed = place(sheet, table, language, live.position_rows(name, language), row + 1, 2, styles.PAGE)
    if name == "StageChanges":
        _other_day(page_, placed)
    panel.steps(page_, placed, {"LossReasons": len(LISTS["loss_reason"]), "TeamPlan": placed.length}.get(name, steps))
    last = _folded(placed, steps) if name in ("Moves", "MoveValues") else placed.number(table.columns[-1].id)
    _charts(page_, placed, analysis, last)
    sheet.print_area = f"A1:{get_column_letter(last)}{placed.last}"
    page.prints(sheet, language, landscape=True, tall=1)
    return placed


def _other_day(page_: Panel, placed: Placed) -> None:
    # which day "then" is, beside the title
    number = placed.number(placed.table.columns[-1].id)
    told, none = _COMPARED.in_(page_.language), _NO_DAY.in_(page_.language)
    words = page_.sheet.cell(2, number - 1, f'=IF(CompareTo="","{none}","{told}")')
    words.font = styles.font(page_.language, colour=styles.MUTED)
    words.alignment = Alignment(horizontal="right", vertical="center")
    day = page_.sheet.cell(2, number, "=CompareTo")
    day.font = styles.font(page_.language, bold=True, colour=styles.ACCENT)
    day.number_format = styles.type_format(Type.DATE)
    day.alignment = Alignment(horizontal="right", vertical="center", indent=1)


def _charts(page_: Panel, placed: Placed, analysis: Analysis, last: int) -> None:
    share = (last - page_.left + 1) / max(len(analysis.charts), 1)
    for number, chart in enumerate(analysis.charts):
        drawn = charts.columns(
            placed, chart.category, chart.looks, chart.title.in_(page_.language), chart.stacked, chart.lying
        )
        drawn.y_axis.number_format = "#,##0"
        left, right = (page_.left + round(share * (number + side)) for side in (0, 1))
        charts.stand(page_.sheet, drawn, Box(left, _CHART_TOP, right, _CHART_TOP + _CHART_ROWS))


def _folded(placed: Placed, steps: int) -> int:
    # columns of stages beyond the process and two more are folded away, as the rows are
    last = placed.number(placed.table.columns[-1].id)
    shown = min(placed.number("to_1") + steps + 1, last)
    for number in range(shown + 1, last + 1):
        dimension = placed.sheet.column_dimensions[get_column_letter(number)]
        dimension.outlineLevel, dimension.hidden = 1, True
    return shown
