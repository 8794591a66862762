"""Draw native charts in the workbook's colours.

A funnel and a waterfall are stacked bars whose first series is an invisible pad.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import NumDataSource, NumRef, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend, LegendEntry
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.ooxml.excel_notation import quote_sheet_name
from xl_salesflow.workbook.template.table_sheets import PlacedTable
from xl_salesflow.workbook.template.template_styles import INK_COLOUR, LINE_COLOUR, MUTED_COLOUR, WHITE_COLOUR

SheetChart = BarChart | LineChart


class ChartBlock(NamedTuple):
    """Rows on a sheet that charts draw instead of a table: *top* has the headers, *left* the first of *columns*, from 1."""

    sheet: Worksheet
    top: int
    left: int
    length: int
    columns: tuple[str, ...]

    @property
    def first(self) -> int:
        """Return the first row below the headers."""
        return self.top + 1

    @property
    def last(self) -> int:
        """Return the last row."""
        return self.top + self.length

    def column_letter(self, column_id: str) -> str:
        """Return the sheet column of *column_id* as letters."""
        return get_column_letter(self.left + self.columns.index(column_id))

    def body(self, column_id: str) -> str:
        """Return the range of a column, from wherever it is copied to."""
        letter = self.column_letter(column_id)
        return f"${letter}${self.first}:${letter}${self.last}"

    def absolute(self, column_id: str) -> str:
        """Return the absolute address of a column, with the sheet."""
        return f"{quote_sheet_name(self.sheet.title)}!{self.body(column_id)}"


class ChartBox(NamedTuple):
    """The position of a chart: columns and rows from 1, excluding the last ones."""

    left: int
    top: int
    right: int
    bottom: int


class SeriesLook(NamedTuple):
    """The look of a series: its column, its colour, the number format of its labels (None: no labels) and their position."""

    column: str
    colour: str
    labels: str | None = None  # the number format of the labels
    inside: bool = False


def build_funnel_chart(placed: ChartBlock, title: str, colour: str) -> BarChart:
    """Return the funnel over *placed*, whose column `pad` holds half of each bar's missing width."""
    chart = _build_bar_chart("bar", title, stacked=True)
    chart.gapWidth = 18
    chart.series.append(_build_invisible_series(placed, "pad"))
    chart.series.append(_build_chart_series(placed, SeriesLook("reached", colour, "#,##0;;", inside=True)))
    chart.set_categories(_chart_column_reference(placed, "stage"))
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    return chart


def build_column_chart(
    placed: PlacedTable | ChartBlock,
    category: str,
    looks: Sequence[SeriesLook],
    title: str,
    stacked: bool = False,
    lying: bool = False,
) -> BarChart:
    """Return a column chart of *looks* over *category*, or a bar chart if *lying*; several series get a legend."""
    chart = _build_bar_chart("bar" if lying else "col", title, stacked=stacked)
    chart.y_axis.scaling.min = 0  # bars that do not start at zero exaggerate small differences
    if lying:
        chart.x_axis.scaling.orientation = "maxMin"
    chart.gapWidth = 45
    for look in looks:
        chart.series.append(_build_chart_series(placed, look))
    chart.set_categories(_chart_column_reference(placed, category))
    if len(looks) > 1:
        chart.legend = Legend(legendPos="b", txPr=_chart_rich_text(900, MUTED_COLOUR))
    else:
        chart.legend = None
    return chart


def build_waterfall_chart(
    placed: PlacedTable | ChartBlock, category: str, base: str, looks: Sequence[SeriesLook], title: str
) -> BarChart:
    """Return columns of *looks* that stand on an invisible column *base*, so that each begins where another ended."""
    chart = build_column_chart(placed, category, looks, title, stacked=True)
    chart.series.insert(0, _build_invisible_series(placed, base))
    chart.legend.legendEntry = [LegendEntry(idx=0, delete=True)]
    chart.set_categories(_chart_column_reference(placed, category))
    return chart


def draw_line_over_columns(chart: BarChart, placed: PlacedTable, category: str, look: SeriesLook) -> None:
    """Draw a line over the columns of *chart*, on the same axes."""
    line = LineChart()
    series = _build_chart_series(placed, look)
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=look.colour, w=25400))
    series.smooth = False
    line.series.append(series)
    line.set_categories(_chart_column_reference(placed, category))
    chart += line  # the line shares the axes; this changes the chart itself


def place_chart(sheet: Worksheet, chart: SheetChart, box: ChartBox) -> None:
    """Place *chart* over the cells of *box*, so that it moves and resizes with them."""
    start = AnchorMarker(col=box.left - 1, row=box.top - 1)
    end = AnchorMarker(col=box.right - 1, row=box.bottom - 1)
    anchor: Any = TwoCellAnchor(editAs="twoCell", _from=start, to=end)
    chart.anchor = anchor  # the type stubs only allow the name of a cell
    sheet.add_chart(chart)


def _build_bar_chart(direction: str, title: str, *, stacked: bool) -> BarChart:
    chart = BarChart()
    chart.type, chart.style, chart.roundedCorners = direction, 2, False
    chart.grouping, chart.overlap = ("stacked", 100) if stacked else ("clustered", -5)
    chart.title = _build_chart_title(title)
    chart.graphical_properties = GraphicalProperties(solidFill=WHITE_COLOUR, ln=LineProperties(solidFill=LINE_COLOUR))
    chart.plot_area.graphicalProperties = GraphicalProperties(noFill=True)
    if direction == "bar":
        chart.legend = None
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete = False
        axis.txPr = _chart_rich_text(900, MUTED_COLOUR)
        axis.majorTickMark = "none"
        axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=LINE_COLOUR))
    chart.y_axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill="ECEFF1")))
    chart.y_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    return chart


def _build_chart_title(text: str) -> Title:
    run = RegularTextRun(rPr=_chart_characters(1100, INK_COLOUR, bold=True), t=text)
    rich = RichText(bodyPr=RichTextProperties(), p=[Paragraph(r=[run])])
    return Title(tx=Text(rich=rich), overlay=False)


def _build_chart_series(placed: PlacedTable | ChartBlock, look: SeriesLook) -> Series:
    series = _build_bare_series(_chart_column_reference(placed, look.column))
    header = f"{placed.absolute(look.column).partition('!')[0]}!${placed.column_letter(look.column)}${placed.top}"
    series.tx = SeriesLabel(strRef=StrRef(header))
    series.graphicalProperties = GraphicalProperties(solidFill=look.colour)
    series.graphicalProperties.line.noFill = True
    if look.labels:
        series.dLbls = DataLabelList(
            showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False,
            numFmt=look.labels, dLblPos="ctr" if look.inside else "outEnd",
            txPr=_chart_rich_text(900, WHITE_COLOUR if look.inside else INK_COLOUR),
        )  # fmt: skip
    return series


def _build_invisible_series(placed: PlacedTable | ChartBlock, column: str) -> Series:
    series = _build_bare_series(_chart_column_reference(placed, column))
    series.graphicalProperties = GraphicalProperties(noFill=True)
    series.graphicalProperties.line.noFill = True
    return series


def _build_bare_series(values: Reference) -> Series:
    return Series(val=NumDataSource(numRef=NumRef(f=str(values))))


def _chart_column_reference(placed: PlacedTable | ChartBlock, column: str) -> Reference:
    return Reference(range_string=placed.absolute(column))


def _chart_characters(size: int, colour: str, *, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, solidFill=colour, latin=Font(typeface="Arial"))


def _chart_rich_text(size: int, colour: str) -> RichText:
    properties = ParagraphProperties(defRPr=_chart_characters(size, colour))
    return RichText(
        bodyPr=RichTextProperties(), p=[Paragraph(pPr=properties, endParaRPr=_chart_characters(size, colour))]
    )
