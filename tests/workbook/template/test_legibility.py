"""Texts can be read: enough contrast, headers that break between words only, room for large sums, columns in working order."""

from __future__ import annotations

from itertools import chain

import pytest
from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter, range_boundaries

from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.sheet_layouts import SHEET_LAYOUTS, arrange_columns, group_columns
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.sheet_cell_rules import CONDITIONAL_STYLES
from xl_salesflow.workbook.template.table_sheets import display_width

LEAST_CONTRAST = 4.5
FILTER_BUTTON = 3  # characters
ONE_LINE = 14  # points


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one[-6:]), luminance(other[-6:])))
    return (light + 0.05) / (dark + 0.05)


def _is_unread(cell: Cell | MergedCell) -> bool:
    """Return whether nobody is meant to read a cell: what charts draw, which is white beside the page that is printed."""
    if cell.number_format == ";;;":
        return True
    area = cell.parent.print_area
    right = range_boundaries(area.split("!")[-1].replace("$", ""))[2] if area else None
    return (
        right is not None and cell.column > right and cell.font.color is not None and cell.font.color.rgb == "00FFFFFF"
    )


def test_every_text_stands_out_from_its_cell(book: Workbook) -> None:
    pairs: dict[tuple[str, str], str] = {}
    for sheet in book.worksheets:
        for cell in chain.from_iterable(sheet.iter_rows()):
            ink = cell.font.color and cell.font.color.rgb
            if _is_unread(cell) or not isinstance(ink, str):  # others are black
                continue
            if cell.value is not None:
                paper = cell.fill.fgColor.rgb if cell.fill.fill_type == "solid" else "FFFFFF"
                pairs.setdefault((ink[-6:], paper[-6:]), f"{sheet.title}!{cell.coordinate}")
    assert {place: pair for pair, place in pairs.items() if contrast(*pair) < LEAST_CONTRAST} == {}


@pytest.mark.parametrize("look", CONDITIONAL_STYLES)
def test_highlighted_text_stands_out_too(look: str) -> None:
    style = CONDITIONAL_STYLES[look]
    if style.font is not None and style.font.color is not None:
        papers = [style.fill.bgColor.rgb] if style.fill else ["FFFFFF", "EDF4F8", "F5F6F7"]
        assert min(contrast(style.font.color.rgb, paper) for paper in papers) >= LEAST_CONTRAST


def test_no_header_of_a_laid_out_sheet_breaks_inside_a_word(book: Workbook, language: Language) -> None:
    for name in SHEET_LAYOUTS:
        sheet = book[TABLES[name].title.in_(language)]
        for number, column in enumerate(arrange_columns(name).columns, 1):
            words = column.header.in_(language).split(" ")
            longest = max(map(display_width, words)) if language == "en" else 0
            width = sheet.column_dimensions[get_column_letter(number)].width
            assert width >= longest + FILTER_BUTTON, (name, column.id)


def test_money_has_room_up_to_a_million_million(book: Workbook, language: Language) -> None:
    sheet = book[TABLES["Deals"].title.in_(language)]
    columns = arrange_columns("Deals").columns
    number = [column.id for column in columns].index("amount") + 1
    cell = sheet.cell(2, number)
    assert cell.number_format == '[>=100000000]#,##0,,"M";[>=100000]#,##0;#,##0.00'
    widest = max(len(shown) for shown in ("99,999.99", "99,999,999", "1,000,000M"))
    assert sheet.column_dimensions[get_column_letter(number)].width >= widest + 2


@pytest.mark.parametrize("name", SHEET_LAYOUTS)
def test_a_layout_places_every_column_once_and_keeps_ranges_of_formulas_together(name: str) -> None:
    placed = [column.id for column in arrange_columns(name).columns]
    assert sorted(placed) == sorted(column.id for column in TABLES[name].columns)
    known = set(chain.from_iterable(SHEET_LAYOUTS[name].groups))
    assert known <= set(placed)
    if name == "Deals":
        at = placed.index("budget")
        assert placed[at : at + 4] == ["budget", "authority", "need", "timeline"]


def test_what_a_gate_asks_for_stands_right_after_the_first_screen(book: Workbook, language: Language) -> None:
    sheet = book[TABLES["Deals"].title.in_(language)]
    first, _, asked, *_ = group_columns("Deals")
    placed = [column.id for column in arrange_columns("Deals").columns]

    def pixels(column_id: str) -> float:
        before = placed[: placed.index(column_id)]
        return sum(
            sheet.column_dimensions[get_column_letter(number)].width * 7 + 5 for number, _ in enumerate(before, 1)
        )

    assert pixels(asked[0]) <= 1310, "all twelve columns fit a screen of 1366 pixels"
    assert pixels("loss_reason") <= 2200
    assert placed[len(first)] == asked[0]


def test_rows_have_one_height_and_what_the_product_keeps_is_hidden(book: Workbook, language: Language) -> None:
    sheet = book[TABLES["Deals"].title.in_(language)]
    placed = [column.id for column in arrange_columns("Deals").columns]
    letters = {column: get_column_letter(number) for number, column in enumerate(placed, 1)}
    rows = {row: sheet.row_dimensions[row].height for row in range(2, sheet.max_row + 1)}
    assert set(rows.values()) == {ONE_LINE}, "a row without a height grows with the longest text in it"
    alignments = [sheet[f"{letter}2"].alignment for letter in letters.values()]
    assert {one.vertical for one in alignments if one.wrap_text} == {"top"}, "the first line of a text is shown"
    assert all(sheet.column_dimensions[letters[column]].hidden for column in SHEET_LAYOUTS["Deals"].hidden)
    for head, *rest in (*SHEET_LAYOUTS["Deals"].asked, *SHEET_LAYOUTS["Deals"].folded):
        assert sheet.column_dimensions[letters[head]].outlineLevel == 1
        assert {sheet.column_dimensions[letters[column]].outlineLevel for column in rest} == {2}


def test_excel_is_told_how_deep_the_outlines_are_or_it_shows_no_buttons(book: Workbook) -> None:
    for sheet in book.worksheets:
        depth = [
            max((one.outlineLevel or 0 for one in lines.values()), default=0)
            for lines in (sheet.column_dimensions, sheet.row_dimensions)
        ]
        said = sheet.sheet_format
        assert [said.outlineLevelCol or 0, said.outlineLevelRow or 0] == depth, sheet.title
