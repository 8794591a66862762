"""Every sheet can be printed and scrolled: header rows are repeated and frozen."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.utils import get_column_letter, range_boundaries

from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.metric_sheets import METRIC_ROW_KEYS
from xl_salesflow.schema.sheet_layouts import SHEET_LAYOUTS
from xl_salesflow.schema.table_columns import SheetGroup
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.forecast_pages import WRITTEN_PAGES
from xl_salesflow.workbook.template.template_styles import TAB_COLOURS


def test_tables_print_landscape_one_page_wide_with_their_header(book: Workbook, language: Language) -> None:
    for table in TABLES.values():
        if table.name in METRIC_ROW_KEYS or table.name in WRITTEN_PAGES:
            continue
        sheet = book[table.title.in_(language)]
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"
        frozen = SHEET_LAYOUTS[table.name].frozen if table.name in SHEET_LAYOUTS else 1
        assert sheet.freeze_panes == f"{get_column_letter(frozen + 1)}2"
        assert str(sheet.print_area).endswith("$1048576")  # future rows are printed too


MILLIMETRES = {"landscape": 297 - 2 * 10.16, "portrait": 210 - 2 * 10.16}
WIDE = ("TeamActivity", "Moves", "Trend")
"""Pages of more than twenty columns, and one that stays whole on a page, where a break would cut a chart."""


def test_paper_shows_letters_of_seven_points_and_more(book: Workbook, language: Language) -> None:
    wide = {TABLES[name].title.in_(language) for name in WIDE}
    for sheet in book.worksheets:
        if sheet.print_area and sheet.title not in wide:
            left, _, right, _ = range_boundaries(sheet.print_area.split("!")[-1].replace("$", ""))
            columns = [sheet.column_dimensions[get_column_letter(number)] for number in range(left, right + 1)]
            pixels = sum(column.width * 7 + 5 for column in columns if not column.hidden)
            scale = MILLIMETRES[sheet.page_setup.orientation] / 25.4 * 96 / pixels
            assert round(min(scale, 1) * 10, 1) >= 7, sheet.title


def test_every_printed_sheet_has_its_name_and_page_number(book: Workbook) -> None:
    for sheet in book.worksheets:
        if sheet.tables:
            assert sheet.oddHeader.left.text == "&A"
            assert "&P" in str(sheet.oddFooter.right.text)
            assert sheet.page_setup.paperSize == 9


def test_tabs_are_coloured_by_group(book: Workbook, language: Language) -> None:
    assert set(TAB_COLOURS) == set(SheetGroup)
    for table in TABLES.values():
        tab = book[table.title.in_(language)].sheet_properties.tabColor
        assert tab is not None
        assert tab.rgb == f"00{TAB_COLOURS[table.group]}"
