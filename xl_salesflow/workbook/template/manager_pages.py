"""Write the pages Funnel, Trends and Forecast: inputs, headline cards, charts and live tables."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.worksheet.pagebreak import Break

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.metric_sheets import COMPARED_CARDS, METRIC_ROW_KEYS, metric_number_format
from xl_salesflow.schema.named_values import BOTTLENECK_LINE, NEVER_ENTERED_LINE
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.defined_names import define_name, structured_reference
from xl_salesflow.workbook.template.page_charts import (
    ChartBlock,
    ChartBox,
    SeriesLook,
    build_column_chart,
    build_funnel_chart,
    draw_line_over_columns,
    place_chart,
)
from xl_salesflow.workbook.template.page_parts import (
    PagePanel,
    extend_row_band,
    shape_step_rows,
    template_metric_rows,
    write_headline_cards,
    write_live_line,
    write_metric_table,
    write_page_heading,
    write_page_hint,
    write_page_inputs,
    write_page_title,
)
from xl_salesflow.workbook.template.print_and_pack import set_up_printing
from xl_salesflow.workbook.template.table_sheets import PlacedTable, display_width, place_table
from xl_salesflow.workbook.template.template_styles import (
    ACCENT_COLOUR,
    ACCENT_MID_COLOUR,
    ACCENT_PALE_COLOUR,
    AMBER_INK_COLOUR,
    MUTED_COLOUR,
    PAGE_LOOK,
    RECORD_COLOUR,
    RED_INK_COLOUR,
    WHITE_COLOUR,
    band_border,
    show_dash_for_zero,
    template_font,
)

# two tables share these columns: B holds a metric's id or a step, C a name, D a value; definitions extend from H to Q
_FUNNEL_WIDTHS = (20, 25, 14, 10, 10, 13, 10, 10, 14, 14, 9, 9, 9, 9, 8, 9)
_FUNNEL_SLOTS = ((2, 2), (3, 3), (4, 5), (6, 7), (8, 9), (10, 11), (12, 14), (15, 17))
_FUNNEL_INPUTS = (
    ("AsOfInput", "PeriodFromInput", "PeriodToInput", "ViewPlaybook", "Reading", "Reach", "CompareInput", None),
    ("ViewOwner", "ViewProduct", "ViewSource", "ViewRegion", "ViewChannel", None, None, None),
)
_FUNNEL_CARD_ROW, _FUNNEL_CHART_ROW, _FUNNEL_CHART_ROWS = 12, 18, 18
_DEFINITION_LENGTH = 140  # characters of a definition that fit into the page's width at nine points
_CHART_BLOCK_COLUMN = 19  # to the right of the page
_CHART_BLOCK = ("pad", "stage", "reached", "step_conversion", "median_days", "day_limit", "number")

_FUNNEL_TITLE = Text("Funnel")
_FUNNEL_SUBTITLE = Text("Filter here; every number on this page updates.")
_FUNNEL_HINT = Text("Blank dates mean today and all time; (All) filters nothing.")
_STAGE_METRICS_HEADING = Text("Stage by stage")
_METRICS_HEADING = Text("Every number and what it means")
_FOR_CHART_TEXT = Text("for the chart")
_FUNNEL_CHART_TITLE = Text("Deals that reached each stage")
_CONVERSION_CHART_TITLE = Text("Share that reached the next stage")
_DAYS_CHART_TITLE = Text("Days in stage: median and limit")


def add_funnel_page(workbook: Workbook, language: Language, steps: int) -> tuple[PlacedTable, ...]:
    """Write the page for a playbook with *steps* funnel steps; return its tables."""
    sheet = workbook[TABLES["Metrics"].title.in_(language)]
    page_ = PagePanel(workbook, sheet, language, _FUNNEL_SLOTS)
    write_page_title(page_, _FUNNEL_TITLE, _FUNNEL_SUBTITLE, _FUNNEL_WIDTHS)
    for row, names in zip((5, 8), _FUNNEL_INPUTS, strict=True):
        write_page_inputs(page_, row, names)
    write_page_hint(page_, 9, 5, _FUNNEL_HINT)
    stages = _write_stage_metrics(page_, _FUNNEL_CHART_ROW + _FUNNEL_CHART_ROWS + 1, steps)
    metrics = _write_metrics_table(page_, stages.last + 2)
    write_headline_cards(page_, _FUNNEL_CARD_ROW, COMPARED_CARDS, compared=True)
    write_live_line(page_, _FUNNEL_CHART_ROW - 1, BOTTLENECK_LINE)
    _draw_funnel_charts(page_, _write_chart_block(page_, stages))
    write_live_line(page_, _FUNNEL_CHART_ROW + _FUNNEL_CHART_ROWS, NEVER_ENTERED_LINE)
    sheet.freeze_panes = "A4"  # the title; the filters take a third of a small screen
    sheet.print_area = f"A1:Q{metrics.last}"
    set_up_printing(sheet, language, landscape=True, tall=0)
    for table in (stages, metrics):  # cards and charts, stages, and every number begin a page
        sheet.row_breaks.append(Break(id=table.top - 2))
    return stages, metrics


def _write_stage_metrics(page_: PagePanel, row: int, steps: int) -> PlacedTable:
    sheet, language = page_.sheet, page_.language
    write_page_heading(page_, row, _STAGE_METRICS_HEADING)
    placed = place_table(
        sheet, TABLES["StageMetrics"], language, template_metric_rows("StageMetrics", language), row + 1, 2, PAGE_LOOK
    )
    shape_step_rows(page_, placed, steps)
    return placed


def _write_chart_block(page_: PagePanel, stages: PlacedTable) -> ChartBlock:
    """Write the rows that the charts draw, to the right of the page: the stages that somebody entered, closed up."""
    block = ChartBlock(page_.sheet, stages.top, _CHART_BLOCK_COLUMN, stages.length, _CHART_BLOCK)
    entries, position = (structured_reference("Moves", column, page_.language) for column in ("entries", "position"))
    for column in _CHART_BLOCK[1:-1]:
        header = TABLES["StageMetrics"].header(column, page_.language)
        _write_chart_cell(page_, block, column, block.top, header)
    _write_chart_cell(page_, block, "pad", block.top, _FOR_CHART_TEXT.in_(page_.language))
    for row in range(block.first, block.last + 1):
        stage, step = (f"{stages.column_letter(column)}{row}" for column in ("stage", "position"))
        number, reached = (block.column_letter(column) for column in ("number", "reached"))
        above = f"COUNT({number}${block.top}:{number}{row - 1})"
        never = f"(INDEX({entries},MATCH({step},{position},0))=0)*(SUM({entries})>0)>0"  # deals just pasted have no stays yet
        is_left_out = f'IF({stage}="",1,{never})'  # TRUE is TRUE() in LibreOffice
        _write_chart_cell(page_, block, "number", row, f'=IF({is_left_out},"",{above}+1)')
        missing = f"(MAX({block.body('reached')})-{reached}{row})/2"
        _write_chart_cell(page_, block, "pad", row, f'=IF({reached}{row}="",0,{missing})')
        for column in _CHART_BLOCK[1:-1]:
            place = f"MATCH({step},{block.body('number')},0)"
            _write_chart_cell(page_, block, column, row, f'=IFERROR(INDEX({stages.body(column)},{place}),"")')
    return block


def _write_chart_cell(page_: PagePanel, block: ChartBlock, column: str, row: int, value: str) -> None:
    cell = page_.sheet[f"{block.column_letter(column)}{row}"]
    cell.value, cell.font = value, template_font(page_.language, size=8, colour=WHITE_COLOUR)


def _write_metrics_table(page_: PagePanel, row: int) -> PlacedTable:
    sheet, language = page_.sheet, page_.language
    write_page_heading(page_, row, _METRICS_HEADING)
    placed = place_table(
        sheet, TABLES["Metrics"], language, template_metric_rows("Metrics", language), row + 1, 2, PAGE_LOOK
    )
    sheet.row_dimensions[placed.top].height = 30
    extend_row_band(page_, placed.top, placed.column_number("definition") + 1, ACCENT_PALE_COLOUR)
    sheet.cell(placed.top, placed.column_number("definition")).border = band_border()
    for offset, metric in enumerate(METRIC_ROW_KEYS["Metrics"]):
        number = placed.first + offset
        define_name(page_.workbook, str(metric), placed.absolute("value", offset))
        for small in ("metric", "unit"):
            sheet.cell(number, placed.column_number(small)).font = template_font(language, size=8, colour=MUTED_COLOUR)
        words = sheet.cell(number, placed.column_number("definition"))  # overflows into the empty cells to the right
        words.border = band_border()
        size = 9 if display_width(str(words.value)) <= _DEFINITION_LENGTH else 8
        words.font = template_font(language, size=size, colour=MUTED_COLOUR)
        sheet.row_dimensions[number].height = 16
        value = sheet.cell(number, placed.column_number("value"))
        value.font = template_font(language, bold=True)
        value.number_format = metric_number_format(str(metric))
        extend_row_band(page_, number, placed.column_number("definition") + 1, RECORD_COLOUR)
    return placed


def _draw_funnel_charts(page_: PagePanel, stages: ChartBlock) -> None:
    language, bottom = page_.language, _FUNNEL_CHART_ROW + _FUNNEL_CHART_ROWS
    shape = build_funnel_chart(stages, _FUNNEL_CHART_TITLE.in_(language), ACCENT_COLOUR)
    place_chart(page_.sheet, shape, ChartBox(2, _FUNNEL_CHART_ROW, 5, bottom))
    share = build_column_chart(
        stages, "stage", [SeriesLook("step_conversion", ACCENT_COLOUR, "0%")], _CONVERSION_CHART_TITLE.in_(language)
    )
    share.y_axis.number_format, share.y_axis.scaling.min, share.y_axis.scaling.max = "0%", 0, 1
    place_chart(page_.sheet, share, ChartBox(5, _FUNNEL_CHART_ROW, 11, bottom))
    looks = [SeriesLook("median_days", ACCENT_COLOUR, "0"), SeriesLook("day_limit", ACCENT_MID_COLOUR)]
    days = build_column_chart(stages, "stage", looks, _DAYS_CHART_TITLE.in_(language))
    place_chart(page_.sheet, days, ChartBox(11, _FUNNEL_CHART_ROW, 18, bottom))


_TRENDS_TITLE = Text("Trends")
_TRENDS_SUBTITLE = Text("The last twelve months, and one group against another. The Funnel's dropdowns apply.")
_TRENDS_HINT = Text("Two groups of the table below, to compare.")
_TRENDS_WIDTHS = (9, 22, 12, 15, 12, 12, 12, 15, 14, 26, 11)
_TRENDS_SLOTS = ((2, 3), (4, 5), (6, 7), (8, 9), (10, 12))
_DEAL_COUNTS_CHART_TITLE = Text("Created, won and lost")
_WON_VALUE_CHART_TITLE = Text("Won value")
_GROUP_VALUES_CHART_TITLE = Text("Open and won value of each group")
_TRENDS_INPUT_ROW, _TRENDS_CHART_TOP, _TRENDS_CHART_ROWS = 5, 10, 18


def add_trends_page(workbook: Workbook, language: Language) -> tuple[PlacedTable, ...]:
    """Write the page; return its tables."""
    sheet = workbook[TABLES["Trend"].title.in_(language)]
    page_ = PagePanel(workbook, sheet, language, _TRENDS_SLOTS)
    write_page_title(page_, _TRENDS_TITLE, _TRENDS_SUBTITLE, _TRENDS_WIDTHS)
    write_page_inputs(page_, _TRENDS_INPUT_ROW, ("GroupBy", "SegmentA", "SegmentB", None, None))
    write_page_hint(page_, _TRENDS_INPUT_ROW + 1, 3, _TRENDS_HINT)
    months = write_metric_table(page_, "Trend", _TRENDS_CHART_TOP + _TRENDS_CHART_ROWS + 1)
    groups = write_metric_table(page_, "Groups", months.last + 2 + _TRENDS_CHART_ROWS + 1)
    segments = write_metric_table(page_, "Segments", groups.last + 2)
    for row in sheet[months.body("month")]:
        row[0].number_format = "yyyy-mm"
    for row in sheet[segments.body("p_value")]:
        row[0].number_format = "0.0000"
    _draw_trends_charts(page_, months, groups)
    sheet.print_area = f"A1:L{segments.last}"
    set_up_printing(sheet, language, landscape=False, tall=1)
    return months, groups, segments


def _draw_trends_charts(page_: PagePanel, months: PlacedTable, groups: PlacedTable) -> None:
    language, bottom = page_.language, _TRENDS_CHART_TOP + _TRENDS_CHART_ROWS
    looks = [
        SeriesLook("created", "A9C4D3"), SeriesLook("won_count", ACCENT_COLOUR), SeriesLook("lost_count", RED_INK_COLOUR)
    ]  # fmt: skip
    counts = build_column_chart(months, "month", looks, _DEAL_COUNTS_CHART_TITLE.in_(language))
    value = build_column_chart(
        months, "month", [SeriesLook("won_value", ACCENT_COLOUR)], _WON_VALUE_CHART_TITLE.in_(language)
    )
    for chart, left, right in ((counts, 2, 7), (value, 7, 13)):
        chart.x_axis.number_format, chart.y_axis.number_format = "yyyy-mm", "#,##0"
        place_chart(page_.sheet, chart, ChartBox(left, _TRENDS_CHART_TOP, right, bottom))
    looks = [SeriesLook("won_value", ACCENT_COLOUR), SeriesLook("open_value", ACCENT_MID_COLOUR)]
    compared = build_column_chart(groups, "name", looks, _GROUP_VALUES_CHART_TITLE.in_(language))
    compared.y_axis.number_format = "#,##0"
    place_chart(page_.sheet, compared, ChartBox(2, months.last + 2, 13, months.last + 1 + _TRENDS_CHART_ROWS))


_FORECAST_TITLE = Text("Forecast")
_FORECAST_SUBTITLE = Text(
    "Open deals by the month of their expected close, from the month of the as-of date. The Funnel's dropdowns apply."
)
_FORECAST_CHART_TITLE = Text("Closed, commit, best case and pipeline against the target")
_WEIGHTED_CHART_TITLE = Text("Open and weighted value")
_FORECAST_TABLE_HEADING = Text("Month by month", context="page")
_FORECAST_WIDTHS = (10, 13, 13, 16, 16, 15, 15, 15, 15, 18, 20)
_FORECAST_SLOTS = ((2, 3), (4, 5), (6, 7), (8, 9), (10, 11), (12, 12))
_FORECAST_CARDS = {
    "target": Text("of the period"),
    "won_to_date": Text("towards the target"),
    "attainment": Text("won ÷ target"),
    "expected_value": Text("open, due in the period"),
    "coverage": Text("expected ÷ still to win"),
    "required_coverage": Text("1 ÷ win rate by value"),
}
_FORECAST_CARD_ROW, _FORECAST_CHART_TOP, _FORECAST_CHART_ROWS = 5, 9, 18


def add_forecast_page(workbook: Workbook, language: Language) -> PlacedTable:
    """Write the page; return its table."""
    table = TABLES["ForecastMonths"]
    sheet = workbook[table.title.in_(language)]
    page_ = PagePanel(workbook, sheet, language, _FORECAST_SLOTS)
    write_page_title(page_, _FORECAST_TITLE, _FORECAST_SUBTITLE, _FORECAST_WIDTHS)
    write_headline_cards(page_, _FORECAST_CARD_ROW, _FORECAST_CARDS)
    row = _FORECAST_CHART_TOP + _FORECAST_CHART_ROWS + 1
    write_page_heading(page_, row, _FORECAST_TABLE_HEADING)
    placed = place_table(sheet, table, language, template_metric_rows(table.name, language), row + 1, 2, PAGE_LOOK)
    sheet.row_dimensions[row + 1].height = 32
    for row in sheet[placed.body("month", "target")]:
        for cell in row:
            show_dash_for_zero(cell)
    for (month,) in sheet[placed.body("month")]:
        month.number_format = "yyyy-mm"
    _draw_forecast_charts(page_, placed)
    sheet.print_area = f"A1:L{placed.last}"
    set_up_printing(sheet, language, landscape=True, tall=1)
    return placed


def _draw_forecast_charts(page_: PagePanel, placed: PlacedTable) -> None:
    language, bottom = page_.language, _FORECAST_CHART_TOP + _FORECAST_CHART_ROWS
    looks = [
        SeriesLook("closed", ACCENT_COLOUR),
        SeriesLook("commit", "4C84A0"),
        SeriesLook("best_case", ACCENT_MID_COLOUR),
        SeriesLook("pipeline", "C9DAE4"),
    ]
    stack = build_column_chart(placed, "month", looks, _FORECAST_CHART_TITLE.in_(language), stacked=True)
    draw_line_over_columns(stack, placed, "month", SeriesLook("target", AMBER_INK_COLOUR))
    _format_month_axes(stack)
    place_chart(page_.sheet, stack, ChartBox(2, _FORECAST_CHART_TOP, 8, bottom))
    looks = [SeriesLook("open_value", ACCENT_MID_COLOUR), SeriesLook("weighted_value", ACCENT_COLOUR)]
    weighted = build_column_chart(placed, "month", looks, _WEIGHTED_CHART_TITLE.in_(language))
    _format_month_axes(weighted)
    place_chart(page_.sheet, weighted, ChartBox(8, _FORECAST_CHART_TOP, 13, bottom))


def _format_month_axes(chart: BarChart) -> None:
    chart.x_axis.number_format, chart.y_axis.number_format = "yyyy-mm", "#,##0"
