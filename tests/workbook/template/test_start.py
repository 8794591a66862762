"""The sheet Start has a link to every sheet."""

from __future__ import annotations

from openpyxl import Workbook

from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.starter_content import START_STEPS, WRITER_LEGEND


def test_start_lists_every_sheet_with_a_link_and_a_description(book: Workbook, language: Language) -> None:
    sheet = book.worksheets[0]
    links = {
        cell.value: (cell.hyperlink.location, cell.offset(0, 1).value)
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink
    }
    expected: dict[str, tuple[str, str]] = {}
    for table in TABLES.values():
        title = table.title.in_(language)
        expected.setdefault(title, (f"'{title}'!A1", table.purpose.in_(language)))
    assert links == expected


def test_start_shows_three_steps_and_explains_the_colours(book: Workbook, language: Language) -> None:
    words = {cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    assert {step.in_(language) for _, step in START_STEPS} <= words
    assert {text.in_(language) for text in WRITER_LEGEND.values()} <= words


def test_links_lead_to_existing_sheets(book: Workbook) -> None:
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.hyperlink:
                assert str(cell.hyperlink.location).rpartition("!")[0].strip("'") in book.sheetnames
