"""How Excel writes columns, names of sheets and days, whoever asks."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from openpyxl.utils import get_column_letter

from tests.tables import crm
from xl_salesflow.core.pipelines import TablePosition
from xl_salesflow.core.written_dates import DateStyle, read_written_date
from xl_salesflow.engine import _diff_named_cells
from xl_salesflow.excel.table_reading import normalize_excel_formula
from xl_salesflow.excel.worksheet_functions import _cell_to_day
from xl_salesflow.ooxml.excel_notation import (
    address_on_sheet,
    column_letters,
    column_number,
    date_to_serial,
    quote_sheet_name,
    serial_to_datetime,
    split_sheet_reference,
    unquote_sheet_name,
)
from xl_salesflow.schema.table_columns import ColumnType, declare_column
from xl_salesflow.workbook.cell_conversion import Dialect, cells_to_values
from xl_salesflow.workbook.loose_cells import LostFormula
from xl_salesflow.workbook.missing_parts import find_named_sheets

NAMES = [
    # the sheet, and how an address shows it
    ("Deals", "Deals"),
    ("商机", "商机"),
    ("_list", "_list"),
    ("My deals", "'My deals'"),
    ("Bob's deals", "'Bob''s deals'"),
    ("2026", "'2026'"),
    ("a.b", "'a.b'"),
    ("Wow!", "'Wow!'"),
    ("Q1", "'Q1'"),  # as a cell of another sheet
    ("xfd1048576", "'xfd1048576'"),
    ("R1C1", "'R1C1'"),
    ("RC", "'RC'"),
    ("C", "'C'"),
    ("TRUE", "'TRUE'"),
]


@pytest.mark.parametrize(("sheet", "shown"), NAMES)
def test_an_address_is_one_that_excel_follows(sheet: str, shown: str) -> None:
    assert address_on_sheet(sheet, "E34") == f"{shown}!E34"
    pipeline = crm().__class__(
        crm().tables, date(2026, 1, 1), table_positions={"Deals": TablePosition(sheet, {"a": "E"})}
    )
    assert pipeline.cell_address("Deals", 34, "a") == f"{shown}!E34"
    assert pipeline.cell_address("Deals", 0, "a") == shown
    assert LostFormula(sheet, 34, 5, "", "").cell == f"{shown}!E34"


@pytest.mark.parametrize(("sheet", "_"), NAMES)
def test_what_a_formula_names_is_read_back(sheet: str, _: str) -> None:
    for written in (address_on_sheet(sheet, "$A$1"), f"{quote_sheet_name(sheet)}!$A$1"):
        quoted, cells = split_sheet_reference(written)
        assert (unquote_sheet_name(quoted), cells) == (sheet, "$A$1")
    quoted, bare = f"{quote_sheet_name(sheet)}!A1+1", address_on_sheet(sheet, "A1+1")
    assert normalize_excel_formula(f"={quoted}") == normalize_excel_formula(f"={bare}")


@pytest.mark.parametrize("text", ["A1", "", "SUM(1,2)", "#REF!"])
def test_a_text_without_a_sheet_names_none(text: str) -> None:
    assert unquote_sheet_name(split_sheet_reference(text)[0]) in ("", "#REF")


def test_a_name_may_point_to_a_sheet_with_an_exclamation_mark() -> None:
    class Book:
        name_texts = {"a": "'Wow!'!$A$1", "b": "Deals!$B$2", "c": "'[other.xlsx]Deals'!$A$1"}  # noqa: RUF012

    assert find_named_sheets(Book()) == {"Wow!", "Deals"}  # type: ignore[arg-type]


def test_columns_are_lettered_as_excel_letters_them() -> None:
    for column in (1, 26, 27, 702, 703, 16_384):
        assert column_letters(column) == get_column_letter(column)
        assert column_number(column_letters(column)) == column


SERIALS = [
    # serial, counted from 1904, the moment
    (45_000.0, False, datetime(2023, 3, 15)),
    (45_000.1, False, datetime(2023, 3, 15, 2, 24)),  # to the millisecond: not 02:23:59.999999
    (45_000.0, True, datetime(2027, 3, 16)),
    (79_999.5, False, datetime(2119, 1, 10, 12)),
]


@pytest.mark.parametrize(("serial", "date1904", "moment"), SERIALS)
def test_a_day_that_lost_its_format_is_the_same_in_a_cell_a_file_and_a_formula(
    serial: float, date1904: bool, moment: datetime
) -> None:
    assert serial_to_datetime(serial, date1904) == moment
    assert date_to_serial(moment, date1904) == pytest.approx(serial, abs=1e-9)
    assert read_written_date(str(serial), DateStyle(date1904=date1904)).value == moment
    column = declare_column("x", "X", ColumnType.TIME, "X")
    cell = cells_to_values(column, [serial], Dialect(date1904=date1904)).values[0]
    assert cell.astype(datetime) == moment
    if not date1904:
        assert _cell_to_day(serial) == moment.date()


@pytest.mark.parametrize(
    ("number", "day"),
    [
        (1, date(1900, 1, 1)),  # Excel counts a 29 February 1900 that never was
        (59, date(1900, 2, 28)),
        (61, date(1900, 3, 1)),
        (2_958_465, date(9999, 12, 31)),
        (2_958_466, None),
        (0, None),
    ],
)
def test_a_worksheet_function_reads_the_days_that_excel_shows(number: int, day: date | None) -> None:
    assert _cell_to_day(number) == day


def test_a_named_cell_with_a_clock_is_compared_as_its_number() -> None:
    """A date that no date format shows is read as its number."""
    noon = datetime(2026, 3, 31, 12)
    pipeline = crm().__class__(crm().tables, date(2026, 3, 31), named={"AsOf": date_to_serial(noon), "Today": 46_112.0})
    changes = list(_diff_named_cells(pipeline, {"AsOf": noon, "Today": date(2026, 4, 1)}))
    assert [change.name for change in changes] == ["Today"]
