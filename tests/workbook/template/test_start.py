"""The sheet Start shows the day, and names every sheet: those that a new workbook shows as links."""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.cell import Cell

from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.named_values import NAMED_CELLS
from xl_salesflow.schema.start_cells import START_STEPS
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.starter_content import WRITER_LEGEND


def cells_of(book: Workbook) -> Iterator[Cell]:
    for row in book.worksheets[0].iter_rows():
        yield from row  # type: ignore[misc]


def test_start_names_and_describes_every_sheet(book: Workbook, language: Language) -> None:
    words = {cell.value: cell.offset(0, 2).value for cell in cells_of(book) if cell.column in (2, 9) and cell.row > 17}
    expected: dict[str, str] = {}
    for table in TABLES.values():
        expected.setdefault(table.title.in_(language), table.purpose.in_(language))
    assert {title: words.get(title) for title in expected} == expected


def test_links_lead_to_visible_sheets_and_every_visible_sheet_has_one(book: Workbook) -> None:
    links = {str(cell.hyperlink.location).rpartition("!")[0].strip("'") for cell in cells_of(book) if cell.hyperlink}
    shown = {sheet.title for sheet in book.worksheets[1:] if sheet.sheet_state == "visible"}
    assert links == shown


def test_start_holds_the_steps_and_explains_the_colours(book: Workbook, language: Language) -> None:
    words = {cell.value for cell in cells_of(book)}
    assert {step.in_(language) for _, step in START_STEPS} <= words
    assert {text.in_(language) for text in WRITER_LEGEND.values()} <= words


def test_every_declared_cell_of_start_is_named_on_it(book: Workbook) -> None:
    title = book.worksheets[0].title
    for cell in NAMED_CELLS.values():
        if cell.sheet == "Start":
            assert str(book.defined_names[cell.name].attr_text).startswith(f"'{title}'!$")
