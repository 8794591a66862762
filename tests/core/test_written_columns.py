"""Columns as a whole: what decides how they are read, and what stays open."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from tests.workbook.lines import lines
from xl_salesflow.core.written_columns import (
    DAY_OR_MONTH_FIRST,
    MAYBE_SWAPPED_DAYS,
    OPEN_DECIMAL,
    judge_date_order,
    judge_decimal_mark,
    judge_missing_year,
    read_date_column,
    read_number_column,
)
from xl_salesflow.core.written_dates import DAY_FIRST, MONTH_FIRST, SHORT_YEAR_FIRST, YEAR_FIRST, DateStyle
from xl_salesflow.core.written_numbers import NumberStyle
from xl_salesflow.schema.table_columns import ColumnType


@pytest.mark.parametrize(
    ("texts", "answer", "example"),
    lines("""
    texts                        | answer | example
    1200 ; 850                   | .      |
    12.50 ; 85                   | .      | 12.50
    1,234.50 ; 1,200             | .      | 1,234.50
    1.234,50 ; 1.200             | ,      | 1.234,50
    12,50 ; 9,90                 | ,      | 12,50
    1,200 ; 85,000               | .      | 1,200
    12,34,567 ; 85,000           | .      | 12,34,567
    ₹85,000 ; ₹1,20,500          | .      | ₹1,20,500
    1,5 ; 2,7                    | ,      | 1,5
    1,5E+11 ; 1200,75            | ,      | 1,5E+11
    85.000 ; 120.500 ; 9.900     | . or , | 85.000
    85.000 ; 1234.567            | .      | 1234.567
    85.000 ; 0.500               | .      | 0.500
    85.000 ; 1,200               | . or , | 85.000
    1,5                          | . or , | 1,5
    85,000 ; 9,900 ; 12,5        | . or , | 12,5
    85,000 ; 12,50               | . or , | 85,000
    1,234.5 ; 1.234,5            | .      | 1,234.5
    1,234.5 ; 1.234,5 ; 85.000   | . or , | 1.234,5
    """),
)
def test_the_cells_decide_the_decimal_mark_and_the_deciding_text_is_named(
    texts: str, answer: str, example: str
) -> None:
    judged = judge_decimal_mark(texts.split(" ; "))
    assert (judged.answer, judged.example) == (answer, example)
    assert judged.is_open == (answer == OPEN_DECIMAL)


@pytest.mark.parametrize(
    ("texts", "answer"),
    lines("""
    texts                 | answer
    85.000 ; 9.900        | ,
    1,5                   | ,
    1,234                 | . or ,
    12.50                 | .
    85,000 ; 12,50        | ,
    """),
)
def test_a_file_separated_by_semicolons_has_decimal_commas(texts: str, answer: str) -> None:
    assert judge_decimal_mark(texts.split(" ; "), ";").answer == answer


def test_one_typo_among_many_cells_leaves_the_decision() -> None:
    assert judge_decimal_mark([*(f"{n},234.50" for n in range(1, 30)), "1.234,5", "85.000"]).answer == "."


def test_the_type_and_the_number_cells_of_a_sheet_decide_too() -> None:
    assert judge_decimal_mark(["1.200", "9.500"], column_type=ColumnType.INTEGER).answer == ","
    assert judge_decimal_mark(["12.345%"], column_type=ColumnType.PERCENT).answer == "."
    assert judge_decimal_mark(["85.125", "12,50"], cells={"85.125"}).answer == ","


@pytest.mark.parametrize(
    ("texts", "answer"),
    [
        ("2025-05-01 2025年5月2日", YEAR_FIRST),
        ("03/04/2025 13/04/2025", DAY_FIRST),
        ("03/04/2025 04/13/2025", MONTH_FIRST),
        ("03/04/2025 05/06/2025", DAY_OR_MONTH_FIRST),
        ("03.04.2025 05.06.2025", DAY_FIRST),
        ("03/03/2025", DAY_FIRST),
        ("13/02/2026 02/13/2026", DAY_FIRST),
        ("13/02/2026 02/13/2026 03/04/2026", DAY_OR_MONTH_FIRST),
        ("99/12/31 25/01/30", SHORT_YEAR_FIRST),
        ("25-01-31 25-02-28 25-03-30 25-04-29", "dd/mm/yyyy or yy-mm-dd"),
        ("01/01/01 01/01/02", "dd/mm/yyyy or mm/dd/yyyy or yy-mm-dd"),
        (" ".join(f"25-0{1 + day % 9}-{day:02}" for day in range(10, 30)), SHORT_YEAR_FIRST),
        (" ".join(f"{day:02}/0{1 + day % 9}/25" for day in range(10, 30)), DAY_FIRST),
        ("25/12/24", "dd/mm/yyyy or yy-mm-dd"),
        ("25/12/2026 2026-05-12", MAYBE_SWAPPED_DAYS),
        ("25/12/2026 2026-05-13", DAY_FIRST),
        ("25/12/2026 03/04/2026 2026-05-12", DAY_FIRST),
        ("25/12/2026 2026-05-05", DAY_FIRST),
        ("", YEAR_FIRST),
    ],
)
def test_the_cells_decide_the_order_of_dates_or_leave_it_open(texts: str, answer: str) -> None:
    """Swapped days: all dates up to the twelfth are date cells (2026-05-12), all later ones texts (25/12/2026)."""
    assert judge_date_order(texts.split()).answer == answer


def test_the_text_that_decides_is_named() -> None:
    assert judge_date_order(["03/04/2025", "13/04/2025"]).example == "13/04/2025"


def test_each_text_is_read_and_reported_once() -> None:
    texts = pd.Series(["5", "much", "€ 5", "much", "1.5", ""], range(2, 8), dtype=object)
    read = read_number_column(texts, ColumnType.MONEY, NumberStyle(".", currency="USD"))
    assert read.values.dropna().to_dict() == {2: 5.0, 6: 1.5}
    assert {text: one.rule for text, one in read.verdicts.items()} == {
        "much": "not_a_number", "€ 5": "other_currency", "": "not_a_number",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "days", "why"),
    [
        ("15-Oct|Oct-20", "2026-10-15|", "beside days without a year, it is one or a month of 2020"),
        ("15-Oct|Oct-32", "2026-10-15|2032-10-31", "no month has 32 days"),
        ("Oct-20|Nov-20", "2020-10-31|2020-11-30", "months alone"),
        ("October|Oct-20", "2026-10-31|2020-10-31", "no day among them"),
        ("15-Oct-2026|Oct-20", "2026-10-15|2020-10-31", "days with a year"),
        ("10月15日|2020年10月", "2026-10-15|2020-10-31", "a year of four digits"),
    ],
)
def test_a_month_with_two_digits_may_be_a_day(texts: str, days: str, why: str) -> None:
    read = read_date_column(pd.Series(texts.split("|"), dtype=object), DateStyle(today=date(2026, 11, 30)))
    assert ["" if day is pd.NaT else str(day.date()) for day in read.values] == days.split("|"), why


def test_a_column_of_dates_is_read_by_its_order() -> None:
    texts = pd.Series(["03/04/2025", "Q3 2025", "yesterday", "1899-12-31", "soon"], dtype=object)
    read = read_date_column(texts, DateStyle(DAY_FIRST, date(2025, 6, 30)))
    assert [None if day is pd.NaT else str(day.date()) for day in read.values] == [
        "2025-04-03", "2025-09-30", "2025-06-29", None, None,
    ]  # fmt: skip
    assert [one.rule for one in read.verdicts.values()] == [
        "period_as_date", "relative_date", "unlikely_date", "undecided",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "year"),
    [
        ("2025-05-01|30 June", ""),  # near enough
        ("2025-05-01|2025-06-01|2025-07-01|5 February", "2025"),
        ("2025-05-01|2025-06-01|5 February", "?"),  # too few days with a year
        ("2025-05-01|2025-06-01|2026-07-01|5 February", "?"),
        ("2024-05-01|2024-06-01|2024-07-01|5 February|30 June", "?"),  # another year than that of the day near today
        ("5 February", "?"),
        ("2025-05-01|tomorrow", ""),
    ],
)
def test_days_without_a_year_are_in_that_of_the_others_or_open(texts: str, year: str) -> None:
    assert judge_missing_year(texts.split("|"), DateStyle(today=date(2025, 6, 30))).answer == year
