"""Every sheet can be printed and scrolled: header rows are repeated and frozen."""

from __future__ import annotations

from openpyxl import Workbook

from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.metric_sheets import METRIC_ROW_KEYS
from xl_salesflow.schema.table_columns import SheetGroup
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.template_styles import TAB_COLOURS


def test_tables_print_landscape_one_page_wide_with_their_header(book: Workbook, language: Language) -> None:
    for table in TABLES.values():
        if table.name in METRIC_ROW_KEYS:
            continue
        sheet = book[table.title.in_(language)]
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.freeze_panes == {"Deals": "C2", "FollowUps": "D2", "Subscriptions": "C2", "Credits": "C2"}.get(
            table.name, "B2"
        )
        assert str(sheet.print_area).endswith("$1048576")  # future rows are printed too


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
