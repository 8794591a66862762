"""Dates in all forms found in files."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_salesflow.core.written_columns import DAY_OR_MONTH_FIRST, MAYBE_SWAPPED_DAYS, judge_date_order, read_date_column
from xl_salesflow.core.written_dates import DAY_FIRST, MONTH_FIRST, YEAR_DAY_MONTH, YEAR_FIRST, DateStyle


def parse_file_dates(cells: pd.Series, order: str = YEAR_FIRST) -> pd.Series:
    return read_date_column(cells, DateStyle(order)).values


DAYS = st.dates(date(1970, 1, 1), date(2069, 12, 31))


def day(text: str, date_format: str = YEAR_FIRST) -> str | None:
    read = parse_file_dates(pd.Series([text], dtype=object), date_format)[0]
    return None if read is pd.NaT else str(read.date())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-05-01", "2025-05-01"),
        ("2025/5/1", "2025-05-01"),
        ("2025.05.01", "2025-05-01"),
        ("20250501", "2025-05-01"),
        ("2025年5月1日", "2025-05-01"),
        ("2025年05月01号", "2025-05-01"),
        ("2025-05-01 23:59:59", "2025-05-01"),
        ("2025-05-01T23:59:59.123Z", "2025-05-01"),
        ("1 May 2025", "2025-05-01"),
        ("01-May-25", "2025-05-01"),
        ("May 1, 2025", "2025-05-01"),
        ("Thursday, May 1st, 2025", "2025-05-01"),
        ("45778", "2025-05-01"),
        ("45778.75", "2025-05-01"),
        ("Do. 01.05.2025", "2025-05-01"),
        ("lun., 5/05/2025", "2025-05-05"),
        ("May '25", "2025-05-31"),
        ("1º de maio de 2025", "2025-05-01"),
        ("2025年第3四半期", "2025-09-30"),
        ("2025-30-05", None),  # the other dates of its column may show that days stand before months
        ("31/12/2024", "2024-12-31"),
        ("12/31/2024", "2024-12-31"),
        ("2025-02-29", None),
        ("2025-13-01", None),
        ("31/31/2024", None),
        ("1899-12-31", None),
        ("soon", None),
        ("12", None),
        ("2025", None),
        ("123456", None),
        ("1 Nope 2025", None),
        ("", None),
    ],
)
def test_an_unambiguous_date_needs_no_format(text: str, expected: str | None) -> None:
    assert day(text) == expected


@pytest.mark.parametrize(
    ("text", "date_format", "expected"),
    [
        ("03/04/2025", DAY_FIRST, "2025-04-03"),
        ("03/04/2025", MONTH_FIRST, "2025-03-04"),
        ("3.4.25", DAY_FIRST, "2025-04-03"),
        ("3-4-99", DAY_FIRST, "1999-04-03"),
        ("3/4/2025 9:30 PM", MONTH_FIRST, "2025-03-04"),
    ],
)
def test_day_and_month_are_read_by_the_format(text: str, date_format: str, expected: str) -> None:
    assert day(text, date_format) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2025-05-01", "2025年5月2日"], YEAR_FIRST),
        (["03/04/2025", "13/04/2025"], DAY_FIRST),
        (["03/04/2025", "04/13/2025"], MONTH_FIRST),
        (["03/04/2025", "05/06/2025"], DAY_OR_MONTH_FIRST),
        (["03.04.2025"], DAY_FIRST),
        (["03/03/2025"], DAY_FIRST),
        (["2025-30-05", "2025-04-05"], YEAR_DAY_MONTH),
        (["2025-30-05", "2025-05-30"], MAYBE_SWAPPED_DAYS),
        ([], YEAR_FIRST),
    ],
)
def test_the_cells_decide_the_format_or_leave_it_open(texts: list[str], expected: str) -> None:
    assert judge_date_order(texts).answer == expected


@given(st.lists(DAYS), st.sampled_from([(DAY_FIRST, "%d/%m/%Y"), (MONTH_FIRST, "%m/%d/%Y"), (YEAR_FIRST, "%Y-%m-%d")]))
def test_days_written_in_a_format_are_read_correctly(days: list[date], how: tuple[str, str]) -> None:
    date_format, pattern = how
    texts = pd.Series([day.strftime(pattern) for day in days], dtype=object)
    assert [stamp.date() for stamp in parse_file_dates(texts, date_format)] == days
