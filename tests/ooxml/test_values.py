"""Any value written into a cell is read back by two independent readers."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from tests.ooxml.packages import opened, package, rows_of, sheet
from xl_salesflow.ooxml.cell_contents import ErrorValue
from xl_salesflow.ooxml.excel_notation import date_to_serial, serial_to_datetime
from xl_salesflow.ooxml.workbook_editor import Workbook

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
NUMBER = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
DAY = st.dates(date(1900, 1, 1))
MOMENT = st.datetimes(datetime(1904, 1, 2), datetime(2200, 1, 1)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)


def written(value: object, style: int = 0) -> Workbook:
    workbook = opened(package({"S": sheet(f'<row r="1"><c r="A1" s="{style}"/></row>')}))
    workbook.set_cell("S", 1, 1, value)
    return opened(workbook.to_bytes())


def everywhere(value: object) -> tuple[object, object, object]:
    """Return the values that our reader, openpyxl and calamine find."""
    workbook = written(value)
    data = workbook.to_bytes()
    ours = workbook.read_range("S", "A1")[0][0]
    theirs = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]["A1"].value
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return ours, theirs, rows[0][0] if rows else None


@given(TEXT)
@example(" lead and trail ")
@example("two\nlines\r\nand a\ttab")
@example("_x0041_ and _x005F_")
@example("<&>\"'")
@example("😀 已编辑")
@example("\x00\x1f\ufffe\uffff")
@example("#N/A")
@example("=1+1")
@example("1e5")
def test_text_comes_back(text: str) -> None:
    ours, theirs, calamines = everywhere(text)
    assert ours == text
    assert isinstance(theirs, str)
    assert unescape(theirs) == text, "openpyxl leaves the escapes of inline text to its own unescape"
    if not {"\ufffe", "\uffff"} & set(text):  # calamine leaves the escapes of these two
        assert calamines == text


@given(st.text())
def test_text_that_is_no_unicode_comes_back(text: str) -> None:
    assert written(f"x{text}\ud800").read_range("S", "A1")[0][0] == f"x{text}\ud800"


@given(NUMBER)
@example(0.1 + 0.2)
@example(5e-324)
@example(1.7976931348623157e308)
def test_numbers_come_back(number: float) -> None:
    assert everywhere(number) == (number, number, number)


@given(DAY)
@example(date(1900, 2, 28))
@example(date(1900, 3, 1))
@example(date(9999, 12, 31))
def test_days_come_back_in_cells_of_any_format(day: date) -> None:
    ours, theirs, calamines = everywhere(day)
    assert ours == day
    if day >= date(1900, 3, 1):  # before that, readers differ because of the nonexistent leap day of 1900
        assert theirs == datetime(day.year, day.month, day.day)
        assert calamines == day


@given(MOMENT)
def test_moments_come_back_to_the_millisecond(moment: datetime) -> None:
    ours, theirs, _ = everywhere(moment)
    assert ours == moment
    assert isinstance(theirs, datetime)
    assert abs(theirs - moment) < timedelta(milliseconds=1)


@given(MOMENT, st.booleans())
def test_serials_of_both_date_systems_read_back(moment: datetime, date1904: bool) -> None:
    assert serial_to_datetime(date_to_serial(moment, date1904), date1904) == moment


@pytest.mark.parametrize(
    ("day", "date1904", "number"),
    [
        (date(1900, 1, 1), False, 1),
        (date(1900, 2, 28), False, 59),
        (date(1900, 3, 1), False, 61),
        (date(2026, 11, 22), False, 46348),
        (date(1904, 1, 1), True, 0),
        (date(2026, 11, 22), True, 44886),
        (datetime(2026, 11, 22, 18), False, 46348.75),
        (time(6), False, 0.25),
        (timedelta(hours=36), False, 1.5),
    ],
)
def test_serials_are_excels(day: date | time | timedelta, date1904: bool, number: float) -> None:
    assert date_to_serial(day, date1904) == number


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(1066, 10, 14)])
def test_days_before_the_calendar_are_refused(day: date) -> None:
    with pytest.raises(ValueError, match="first day"):
        date_to_serial(day, False)


@pytest.mark.parametrize(
    ("value", "xml"),
    [
        (True, '<c r="A1" s="0" t="b"><v>1</v></c>'),
        (np.bool_(False), '<c r="A1" s="0" t="b"><v>0</v></c>'),
        (np.float64(1.5), '<c r="A1" s="0"><v>1.5</v></c>'),
        (np.int64(7), '<c r="A1" s="0"><v>7</v></c>'),
        (np.datetime64("2026-11-22"), '<c r="A1" s="4"><v>46348</v></c>'),
        (Decimal("19.90"), '<c r="A1" s="0"><v>19.90</v></c>'),
        (ErrorValue("#N/A"), '<c r="A1" s="0" t="e"><v>#N/A</v></c>'),
        (float("nan"), '<c r="A1" s="0"/>'),
        (None, '<c r="A1" s="0"/>'),
        ("", '<c r="A1" s="0" t="inlineStr"><is><t></t></is></c>'),
    ],
)
def test_values_of_other_kinds(value: object, xml: str) -> None:
    assert rows_of(written(value).to_bytes()) == f'<row r="1">{xml}</row>'


@pytest.mark.parametrize("style", [1, 2])
def test_a_date_keeps_a_format_that_shows_dates(style: int) -> None:
    assert f's="{style}"' in rows_of(written(date(2026, 11, 22), style).to_bytes())
