"""How a sheet prints, and where its panes freeze."""

from __future__ import annotations

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.model.text import Language
from xl_salesflow.sheets import wording
from xl_salesflow.sheets.table_sheet import Placed, column_width

_PAGE = 250  # characters that fit the width of a landscape page and can still be read
_HEAD_HEIGHT = 34
_LAST_ROW = 1_048_576


def lay_out(placed: Placed, language: Language) -> None:
    """Set widths, freeze the header and the key, and print landscape, one page wide, the header on every page."""
    sheet, columns = placed.sheet, placed.table.columns
    for column in columns:
        sheet.column_dimensions[placed.letter(column.id)].width = column_width(column, language)
    sheet.row_dimensions[placed.top].height = _HEAD_HEIGHT
    frozen = 2 if placed.table.name == "Deals" else 1
    sheet.freeze_panes = f"{get_column_letter(placed.left + frozen)}{placed.first}"
    sheet.print_title_rows = f"{placed.top}:{placed.top}"
    sheet.print_area = f"A1:{placed.letter(_printed(placed, language))}{_LAST_ROW}"  # whole columns: tables grow
    prints(sheet, language, landscape=True, tall=0)


def prints(sheet: Worksheet, language: Language, *, landscape: bool, tall: int) -> None:
    """Print *sheet* on A4, one page wide and *tall* pages high (0: as many as it takes), name and page at its foot."""
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, tall
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.6
    margins.header = margins.footer = 0.3
    sheet.oddHeader = _line("&A", "&D")
    sheet.oddFooter = _line("&F", wording.FOOTER_PAGE.in_(language))


def _line(left: str, right: str) -> HeaderFooterItem:
    return HeaderFooterItem(left=_HeaderFooterPart(left, size=8), right=_HeaderFooterPart(right, size=8))


def _printed(placed: Placed, language: Language) -> str:
    # a row of many columns prints its leading ones: the rest is for the screen
    width, last = 0.0, placed.table.columns[0].id
    for column in placed.table.columns:
        width += column_width(column, language)
        if width > _PAGE:
            break
        last = column.id
    return last
