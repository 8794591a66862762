"""Write the page Plan and the analysis pages, each with charts and one live table.

Plan computes from the target back to leads. The analysis pages, such as Leaks, Loss reasons and Moves, differ only in
what this module declares for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.choice_lists import LISTS
from xl_salesflow.schema.named_values import PLAN_LINE
from xl_salesflow.schema.planning_tables import TEAM_OWNER_ROWS
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.page_charts import ChartBox, SeriesLook, build_column_chart, place_chart
from xl_salesflow.workbook.template.page_parts import (
    PagePanel,
    shape_step_rows,
    template_metric_rows,
    write_headline_cards,
    write_live_line,
    write_page_heading,
    write_page_hint,
    write_page_inputs,
    write_page_title,
)
from xl_salesflow.workbook.template.print_and_pack import set_up_printing
from xl_salesflow.workbook.template.table_sheets import PlacedTable, column_width, place_table
from xl_salesflow.workbook.template.template_styles import (
    ACCENT_COLOUR,
    ACCENT_MID_COLOUR,
    MUTED_COLOUR,
    PAGE_LOOK,
    RED_INK_COLOUR,
    show_dash_for_zero,
    template_font,
    type_number_format,
)

_CHARTED_PEOPLE = 8
_CHARTED_COMPETITORS = 7  # with the row of none; the table below has them all
_SALES_PLAN_TITLE = Text("Plan")
_SALES_PLAN_SUBTITLE = Text(
    "From the target back to the deals each stage needs, by the team's own conversion and times, or by what the sheet "
    "Stages assumes as long as few deals have passed. Type a what-if next to it."
)
_SALES_PLAN_HINT = Text("Leave blank to use the sheet Targets and year-end.")
_SALES_PLAN_CHART_TITLE = Text("Deals needed vs. deals in hand")
_SALES_PLAN_TABLE_HEADING = Text("Back from the target")
_SALES_PLAN_WIDTHS = (18, 26, 15, 13, 14, 16, 12, 14, 14, 18)
_SALES_PLAN_SLOTS = ((2, 2), (3, 3), (4, 5), (6, 7), (8, 11))
_SALES_PLAN_CARDS = {
    "plan_value": Text("the target, or the part still missing"),
    "mean_won_value": Text("won value ÷ won deals"),
    "won_needed": Text("rounded up"),
    "target_gap": Text("target − won so far"),
    "activities_per_week": Text("to the last day"),
}
_SALES_PLAN_CARD_ROW, _SALES_PLAN_CHART_TOP, _SALES_PLAN_CHART_ROWS = 9, 13, 18


def add_sales_plan_page(workbook: Workbook, language: Language, steps: int) -> PlacedTable:
    """Write the page; return its table."""
    table = TABLES["PlanStages"]
    sheet = workbook[table.title.in_(language)]
    page_ = PagePanel(workbook, sheet, language, _SALES_PLAN_SLOTS)
    write_page_title(page_, _SALES_PLAN_TITLE, _SALES_PLAN_SUBTITLE, _SALES_PLAN_WIDTHS)
    write_page_inputs(page_, 5, ("PlanTarget", "PlanBy", None, None, None))
    write_page_hint(page_, 6, 2, _SALES_PLAN_HINT)
    write_live_line(page_, _SALES_PLAN_CARD_ROW - 2, PLAN_LINE)
    write_headline_cards(page_, _SALES_PLAN_CARD_ROW, _SALES_PLAN_CARDS)
    row = _SALES_PLAN_CHART_TOP + _SALES_PLAN_CHART_ROWS + 1
    write_page_heading(page_, row, _SALES_PLAN_TABLE_HEADING)
    placed = place_table(sheet, table, language, template_metric_rows(table.name, language), row + 1, 2, PAGE_LOOK)
    shape_step_rows(page_, placed, steps)
    looks = [SeriesLook("deals_needed", ACCENT_MID_COLOUR, "#,##0"), SeriesLook("deals_now", ACCENT_COLOUR, "#,##0")]
    chart = build_column_chart(placed, "stage", looks, _SALES_PLAN_CHART_TITLE.in_(language))
    place_chart(sheet, chart, ChartBox(2, _SALES_PLAN_CHART_TOP, 12, _SALES_PLAN_CHART_TOP + _SALES_PLAN_CHART_ROWS))
    sheet.print_area = f"A1:K{placed.last}"
    set_up_printing(sheet, language, landscape=True, tall=1)
    return placed


class AnalysisChart(NamedTuple):
    """A chart of the page's table: its title, the column of its categories, its series."""

    title: Text
    category: str
    looks: tuple[SeriesLook, ...]
    stacked: bool = False
    lying: bool = False  # long names need horizontal bars instead of columns
    rows: int | None = None  # only the first ones


class AnalysisPage(NamedTuple):
    """The texts and charts of a page."""

    subtitle: Text
    charts: tuple[AnalysisChart, ...]


_LOST_VALUE_SERIES = (SeriesLook("lost_value", ACCENT_COLOUR),)
_STAGE_MOVE_SHADES = (ACCENT_COLOUR, "4C84A0", ACCENT_MID_COLOUR, "A9C4D3", RED_INK_COLOUR)
ANALYSIS_PAGES = {
    "StageChanges": AnalysisPage(
        Text("Each stage now and on the day chosen at the top of the Funnel under “Compare with”."),
        (
            AnalysisChart(
                Text("Deals that reached each stage"),
                "stage",
                (SeriesLook("reached_then", ACCENT_MID_COLOUR), SeriesLook("reached", ACCENT_COLOUR)),
            ),
            AnalysisChart(
                Text("Open deals in each stage"),
                "stage",
                (SeriesLook("open_count_then", ACCENT_MID_COLOUR), SeriesLook("open_count", ACCENT_COLOUR)),
            ),
        ),
    ),
    "TeamPlan": AnalysisPage(
        Text(
            "What is still needed for each person's target, by their own conversion and mean won "
            "value. Type targets on the sheet Targets; the Funnel's dropdowns apply."
        ),
        (),
    ),
    "TeamActivity": AnalysisPage(
        Text(
            "The seven days up to the as-of date against the goals of the sheet Team; costs in the period of the target."
        ),
        (
            AnalysisChart(
                Text("Calls of the week and the goal"),
                "name",
                (SeriesLook("calls", ACCENT_COLOUR), SeriesLook("calls_goal", ACCENT_MID_COLOUR)),
                rows=TEAM_OWNER_ROWS,
            ),
        ),
    ),
    "Leaks": AnalysisPage(
        Text("Where deals are lost, and which step is most worth improving. The Funnel's dropdowns apply."),
        (
            AnalysisChart(Text("Value lost in each stage"), "stage", _LOST_VALUE_SERIES),
            AnalysisChart(
                Text("Extra won value from one more point of conversion"),
                "stage",
                (SeriesLook("one_point_more", ACCENT_MID_COLOUR),),
            ),
        ),
    ),
    "LossReasons": AnalysisPage(
        Text("Why deals are lost. The Funnel's dropdowns apply."),
        (
            AnalysisChart(
                Text("Value lost for each reason"),
                "reason",
                (SeriesLook("lost_value", ACCENT_COLOUR),),
                lying=True,
            ),
        ),
    ),
    "Competitors": AnalysisPage(
        Text(
            "How often deals are won against each competitor. List them in the sheet Lists, and choose one in the column "
            "Competitor of a deal. The Funnel's dropdowns apply."
        ),
        (
            AnalysisChart(
                Text("Deals won and lost"),
                "competitor",
                (SeriesLook("won_count", ACCENT_COLOUR), SeriesLook("lost_count", RED_INK_COLOUR)),
                rows=_CHARTED_COMPETITORS,
            ),
        ),
    ),
    "Commission": AnalysisPage(
        Text(
            "What each person is credited with, by the sheet Credit split. The button Commission shows what it pays, line "
            "by line. The Funnel's period and as-of date apply, its dropdowns do not."
        ),
        (
            AnalysisChart(
                Text("Credited value and target"),
                "name",
                (SeriesLook("credited_value", ACCENT_COLOUR), SeriesLook("target", ACCENT_MID_COLOUR)),
                rows=_CHARTED_PEOPLE,
            ),
        ),
    ),
    "Moves": AnalysisPage(
        Text("All moves in Stage history. Check must be 0 in every row."),
        (
            AnalysisChart(
                Text("How visits of each stage ended"),
                "stage",
                tuple(map(SeriesLook, ("forward", "skip", "won", "back", "lost"), _STAGE_MOVE_SHADES)),
                stacked=True,
            ),
        ),
    ),
    "MoveValues": AnalysisPage(
        Text("The moves of the sheet Moves by their value. Columns are stages, by their row."),
        (),
    ),
}
_COMPARED_WITH_TEXT = Text("Compared with")
_NO_COMPARISON_DAY_TEXT = Text("No day to compare with is chosen, or it lies after the as-of date.")
_ANALYSIS_CHART_TOP, _ANALYSIS_CHART_ROWS = 5, 18
_FEW_COLUMNS = 10  # few enough columns to make them wide


def add_analysis_pages(
    workbook: Workbook, language: Language, steps: int, tables: Iterable[str]
) -> Iterator[PlacedTable]:
    """Write a page for each of these metric tables and yield it; without a declared page, the subtitle is its purpose."""
    for name in tables:
        analysis = ANALYSIS_PAGES.get(name, AnalysisPage(TABLES[name].purpose, ()))
        yield _write_analysis_page(workbook, language, name, analysis, steps)


def _write_analysis_page(
    workbook: Workbook, language: Language, name: str, analysis: AnalysisPage, steps: int
) -> PlacedTable:
    table = TABLES[name]
    sheet = workbook[table.title.in_(language)]
    narrowest = 8 if len(table.columns) > _FEW_COLUMNS else 16
    widths = [max(column_width(column, language), narrowest) for column in table.columns]
    page_ = PagePanel(workbook, sheet, language, [(2, len(widths) + 1)])
    write_page_title(page_, table.title, analysis.subtitle, widths)
    row = _ANALYSIS_CHART_TOP + (_ANALYSIS_CHART_ROWS + 1 if analysis.charts else 0)
    write_page_heading(page_, row, table.purpose)
    placed = place_table(sheet, table, language, template_metric_rows(name, language), row + 1, 2, PAGE_LOOK)
    if name == "StageChanges":
        _write_comparison_day(page_, placed)
    shape_step_rows(page_, placed, _count_used_rows(placed, steps))
    if name in ("Moves", "MoveValues"):
        _shape_move_matrix(page_, placed, row)
    last = (
        _fold_extra_columns(placed, steps)
        if name in ("Moves", "MoveValues")
        else placed.column_number(table.columns[-1].id)
    )
    _draw_analysis_charts(page_, placed, analysis, last)
    sheet.print_area = f"A1:{get_column_letter(last)}{placed.last}"
    set_up_printing(sheet, language, landscape=True, tall=1)
    return placed


def _shape_move_matrix(page_: PagePanel, placed: PlacedTable, row: int) -> None:
    # the header of a table column is fixed, so the name of its stage stands above it
    sheet, stages = page_.sheet, placed.column_letter("stage")
    for column in placed.table.columns:
        for cells in sheet[placed.body(column.id)]:
            show_dash_for_zero(cells[0])
        if column.id.startswith("to_"):
            place = int(column.id.removeprefix("to_"))
            name = sheet.cell(row, placed.column_number(column.id), f'=${stages}${placed.first + place - 1}&""')
            name.font = template_font(page_.language, size=9, colour=MUTED_COLOUR)
            name.alignment = Alignment(horizontal="right", vertical="center", shrink_to_fit=True)


def _count_used_rows(placed: PlacedTable, steps: int) -> int:
    if placed.table.name == "LossReasons":
        return len(LISTS["loss_reason"])
    return steps if "stage" in placed.table.by_id else placed.length


def _write_comparison_day(page_: PagePanel, placed: PlacedTable) -> None:
    # the day compared with, next to the title
    number = placed.column_number(placed.table.columns[-1].id)
    text, none = _COMPARED_WITH_TEXT.in_(page_.language), _NO_COMPARISON_DAY_TEXT.in_(page_.language)
    words = page_.sheet.cell(2, number - 1, f'=IF(CompareTo="","{none}","{text}")')
    words.font = template_font(page_.language, colour=MUTED_COLOUR)
    words.alignment = Alignment(horizontal="right", vertical="center")
    day = page_.sheet.cell(2, number, "=CompareTo")
    day.font = template_font(page_.language, bold=True, colour=ACCENT_COLOUR)
    day.number_format = type_number_format(ColumnType.DATE)
    day.alignment = Alignment(horizontal="right", vertical="center", indent=1)


def _draw_analysis_charts(page_: PagePanel, placed: PlacedTable, analysis: AnalysisPage, last: int) -> None:
    share = (last - page_.left + 1) / max(len(analysis.charts), 1)
    for number, chart in enumerate(analysis.charts):
        drawn = build_column_chart(
            replace(placed, length=chart.rows or placed.length),
            chart.category,
            chart.looks,
            chart.title.in_(page_.language),
            chart.stacked,
            chart.lying,
        )
        drawn.y_axis.number_format = "#,##0"
        left, right = (page_.left + round(share * (number + side)) for side in (0, 1))
        place_chart(
            page_.sheet, drawn, ChartBox(left, _ANALYSIS_CHART_TOP, right, _ANALYSIS_CHART_TOP + _ANALYSIS_CHART_ROWS)
        )


def _fold_extra_columns(placed: PlacedTable, steps: int) -> int:
    # stage columns beyond those of the playbook and two more are collapsed, like the rows
    last = placed.column_number(placed.table.columns[-1].id)
    last_visible = min(placed.column_number("to_1") + steps + 1, last)
    for number in range(last_visible + 1, last + 1):
        dimension = placed.sheet.column_dimensions[get_column_letter(number)]
        dimension.outlineLevel, dimension.hidden = 1, True
    return last_visible
