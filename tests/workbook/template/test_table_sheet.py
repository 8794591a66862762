"""A declared table on a sheet: formulas, formats, notes, styles."""

from __future__ import annotations

import pytest
from openpyxl import Workbook
from openpyxl.cell import Cell

from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.excel_notation import quote_sheet_name
from xl_salesflow.schema.sheet_layouts import SHEET_LAYOUTS
from xl_salesflow.schema.table_columns import ColumnType, ColumnWriter
from xl_salesflow.schema.table_registry import TABLES, render_formula
from xl_salesflow.workbook.template.forecast_pages import WRITTEN_PAGES
from xl_salesflow.workbook.template.starter_content import BLANK_TEMPLATE_ROW
from xl_salesflow.workbook.template.table_sheets import column_width, display_width, place_table
from xl_salesflow.workbook.template.template_styles import INPUT_COLOUR, MONEY_FORMAT


def cell_of(book: Workbook, table: str, column: str, language: Language, row: int = 0) -> Cell:
    """Find a cell by table and column; row 0 is the header."""
    declared = TABLES[table]
    sheet = book[declared.title.in_(language)]
    head = sheet[sheet.tables[table].ref][0]
    number = next(cell.column for cell in head if cell.value == declared.header(column, language))
    cell: Cell = sheet.cell(head[0].row + row, number)
    return cell


def test_a_declared_formula_is_in_the_row_and_in_the_column(book: Workbook, language: Language) -> None:
    for table in TABLES.values():
        sheet = book[table.title.in_(language)]
        shown = {column.name: column for column in sheet.tables[table.name].tableColumns}
        for column in table.columns:
            if column.formula is None:
                continue
            text = render_formula(column.formula, language, table)
            assert cell_of(book, table.name, column.id, language, 1).value == f"={text}"
            calculated = shown[column.header.in_(language)].calculatedColumnFormula
            assert calculated is not None
            assert calculated.attr_text == text


@pytest.mark.parametrize("column", ["stage", "reached", "order", "median_days"])
def test_rows_that_share_a_formula_make_a_calculated_column(book: Workbook, language: Language, column: str) -> None:
    sheet = book[TABLES["StageMetrics"].title.in_(language)]
    header = TABLES["StageMetrics"].header(column, language)
    shown = next(c for c in sheet.tables["StageMetrics"].tableColumns if c.name == header)
    assert shown.calculatedColumnFormula is not None
    assert bool(shown.calculatedColumnFormula.array) == (column in ("stage", "order"))


def test_every_header_has_a_note_that_starts_with_its_tip(book: Workbook, language: Language) -> None:
    for table in TABLES.values():
        for column in table.columns:
            note = cell_of(book, table.name, column.id, language).comment
            assert note is not None, (table.name, column.id)
            assert note.text.startswith(column.tip.in_(language))


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("deal", "Required."),
        ("weighted_value", "do not type over it"),
        ("recorded_stage", "Written by an update."),
        ("budget", "3 strong: is there money for it?"),
        ("source", "add values on the sheet Lists"),
    ],
)
def test_a_note_says_who_writes_the_column_and_what_is_required(column: str, says: str) -> None:
    from xl_salesflow.workbook.template.table_sheets import header_note

    assert says in header_note(TABLES["Deals"][column], "en")


@pytest.mark.parametrize(
    ("table", "column", "shown"),
    [
        ("Deals", "amount", MONEY_FORMAT),
        ("Deals", "created", "yyyy-mm-dd"),
        ("Deals", "probability", "0%"),
        ("Deals", "budget", "0"),
        ("Deals", "bant_score", "#,##0.0"),
        ("Quotes", "discount", "0.0%"),
        ("Accounts", "founded", "0"),
        ("Contacts", "phone", "@"),
        ("Journal", "time", "yyyy-mm-dd hh:mm:ss"),
    ],
)
def test_a_cell_has_the_number_format_of_its_type(
    book: Workbook, language: Language, table: str, column: str, shown: str
) -> None:
    assert cell_of(book, table, column, language, 1).number_format == shown


def test_only_columns_for_people_are_tinted(book: Workbook, language: Language) -> None:
    for table in TABLES.values():
        for column in table.columns:
            tint = cell_of(book, table.name, column.id, language, 1).fill.fgColor.rgb
            assert (tint == f"00{INPUT_COLOUR}") == (column.writer is ColumnWriter.PERSON), (table.name, column.id)


def test_long_texts_wrap_in_tables_for_people(book: Workbook, language: Language) -> None:
    for table in TABLES.values():
        if table.sheet:
            continue
        for column in table.columns:
            wraps = bool(cell_of(book, table.name, column.id, language, 1).alignment.wrap_text)
            assert wraps == (column.type is ColumnType.LONG) or table.name in (
                "Settings",
                *SHEET_LAYOUTS,
                *WRITTEN_PAGES,
            )


def test_a_column_is_as_wide_as_its_longest_word_and_the_button(language: Language) -> None:
    for table in TABLES.values():
        for column in table.columns:
            words = column.header.in_(language).split(" ")
            if language == "en":
                assert column_width(column, language) >= max(map(display_width, words)) + 4


def test_chinese_characters_have_double_width() -> None:
    assert display_width("Deal 商机") == 9


def test_a_table_knows_its_addresses() -> None:
    sheet = Workbook().active
    assert sheet is not None
    sheet.title = "It's 1"
    placed = place_table(sheet, TABLES["Targets"], "en", [BLANK_TEMPLATE_ROW, BLANK_TEMPLATE_ROW], top=3, left=2)
    assert placed.ref == "B3:I5"
    assert placed.body("owner") == "D4:D5"
    assert placed.body("from", "owner") == "B4:D5"
    assert placed.absolute("target") == "'It''s 1'!$G$4:$G$5"
    assert placed.absolute("target", 1) == "'It''s 1'!$G$5"
    assert quote_sheet_name("Deals") == "'Deals'"
