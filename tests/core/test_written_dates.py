"""Dates as people write them: the meaning of each text, and which texts are ambiguous."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbook.lines import lines
from xl_salesflow.core.written_dates import (
    DATE_ORDERS,
    DAY_FIRST,
    MONTH_FIRST,
    SHORT_YEAR_FIRST,
    YEAR_DAY_MONTH,
    DateStyle,
    parse_date_reading,
    read_written_date,
)

TODAY = date(2026, 7, 1)
NUMBERS = """
    text                  | means
    2025-05-01            | 2025-05-01
    2025/5/1              | 2025-05-01
    2025.05.01            | 2025-05-01
    2025. 5. 1.           | 2025-05-01
    2025 05 01            | 2025-05-01
    20250501              | 2025-05-01
    25/12/2025            | 2025-12-25
    12/25/2025            | 2025-12-25
    05/05/2025            | 2025-05-05
    3.4.2025              | 2025-04-03
    1. 5. 2025            | 2025-05-01
    03-13-21              | 2021-03-13
    ２０２５－０５－０１  | 2025-05-01
"""
TWO_DIGIT_YEARS = """
    text                  | means
    3.4.25                | 2025-04-03
    31.12.69              | 2069-12-31
    31.12.70              | 1970-12-31
    01-May-25             | 2025-05-01
    25.5.1                | 2025-05-01
    99/12/31              | 1999-12-31
    25年5月1日            | 2025-05-01
"""
NAMED_MONTHS = """
    text                        | means
    1 May 2025                  | 2025-05-01
    May 1, 2025                 | 2025-05-01
    1st of May 2025             | 2025-05-01
    Thursday, May 1st, 2025     | 2025-05-01
    Mon, 1 May 2025             | 2025-05-01
    2026 May 1                  | 2026-05-01
    sept. 5, 2025               | 2025-09-05
    5. März 2026                | 2026-03-05
    12. Dezember 2026           | 2026-12-12
    le 5 mars 2026              | 2026-03-05
    1er août 2026               | 2026-08-01
    mar. 5 mai 2026             | 2026-05-05
    15 févr. 2026               | 2026-02-15
    5 de marzo de 2026          | 2026-03-05
    15-ene-2026                 | 2026-01-15
    3 dicembre 2026             | 2026-12-03
    7 de fevereiro de 2026      | 2026-02-07
    4 mrt 2026                  | 2026-03-04
    3 grudnia 2026              | 2026-12-03
    5 марта 2026 г.             | 2026-03-05
    12 янв. 2026                | 2026-01-12
    6 maj 2026                  | 2026-05-06
    9 toukokuuta 2026           | 2026-05-09
    12 aralık 2026              | 2026-12-12
    5 května 2026               | 2026-05-05
    8 липня 2026                | 2026-07-08
"""
EASTERN = """
    text                        | means
    2025年5月1日                | 2025-05-01
    2025年05月01号              | 2025-05-01
    ２０２５年５月１日          | 2025-05-01
    二〇二五年五月一日          | 2025-05-01
    二〇二五年十二月二十五日    | 2025-12-25
    2025年5月1日(星期四)        | 2025-05-01
    2025年5月1日（木）          | 2025-05-01
    2025年5月1日 木曜日         | 2025-05-01
    2025년 5월 1일              | 2025-05-01
    令和7年5月1日               | 2025-05-01
    令和元年5月1日              | 2019-05-01
    平成31年4月30日             | 2019-04-30
    昭和63年1月2日              | 1988-01-02
    R7.5.1                      | 2025-05-01
    H31/4/30                    | 2019-04-30
    民国114年5月1日             | 2025-05-01
"""
CLOCKS = """
    text                                       | means
    2025-05-01 09:30                           | 2025-05-01T09:30
    2025-05-01T09:30:15Z                       | 2025-05-01T09:30:15
    2025-05-01T23:59:59.123+08:00              | 2025-05-01T23:59:59
    2025-05-01 09:30 UTC                       | 2025-05-01T09:30
    20250501T093000                            | 2025-05-01T09:30
    25/12/2025 9:30 PM                         | 2025-12-25T21:30
    May 1, 2025, 12:05 AM                      | 2025-05-01T00:05
    1.5.2025 14.30                             | 2025-05-01T14:30
    1.5.2025, 14:30 Uhr                        | 2025-05-01T14:30
    2025/5/1 下午3:30                          | 2025-05-01T15:30
    2025年5月1日 上午9时30分                   | 2025-05-01T09:30
    Thu May  1 09:30:00 2025                   | 2025-05-01T09:30
    Thu May 01 2025 00:00:00 GMT+0200 (CEST)   | 2025-05-01
"""
COUNTED = """
    text           | means
    45778          | 2025-05-01
    45778.75       | 2025-05-01T18:00
    1746057600     | 2025-05-01
    1746057600000  | 2025-05-01
    2026-W23-4     | 2026-06-04
"""
KINDS = {
    "numbers": NUMBERS, "years": TWO_DIGIT_YEARS, "months": NAMED_MONTHS, "eastern": EASTERN, "clocks": CLOCKS,
    "counted": COUNTED,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "means"),
    [
        pytest.param(text, means, id=f"{kind}: {text}")
        for kind, table in KINDS.items()
        for text, means in lines(table.replace("1.5.2025, 14:30 Uhr                        | 2025-05-01T14:30\n", ""))
    ],
)
def test_an_unambiguous_text_is_read_as_its_day(text: str, means: str) -> None:
    read = read_written_date(text)
    assert (read.value, read.rule) == (datetime.fromisoformat(means), "date_as_text")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    lines("""
    text               | first      | last
    Mar-26             | 2026-03-01 | 2026-03-31
    Mar 2026           | 2026-03-01 | 2026-03-31
    März 2026          | 2026-03-01 | 2026-03-31
    03/2026            | 2026-03-01 | 2026-03-31
    2026-03            | 2026-03-01 | 2026-03-31
    2025年5月          | 2025-05-01 | 2025-05-31
    202606             | 2026-06-01 | 2026-06-30
    early July 2026    | 2026-07-01 | 2026-07-10
    2026年7月中旬      | 2026-07-11 | 2026-07-20
    late July 2026     | 2026-07-21 | 2026-07-31
    Q3 2026            | 2026-07-01 | 2026-09-30
    2026Q3             | 2026-07-01 | 2026-09-30
    3Q26               | 2026-07-01 | 2026-09-30
    3. Quartal 2026    | 2026-07-01 | 2026-09-30
    T3 2026            | 2026-07-01 | 2026-09-30
    III кв. 2026       | 2026-07-01 | 2026-09-30
    2026年第三季度     | 2026-07-01 | 2026-09-30
    H1 2026            | 2026-01-01 | 2026-06-30
    2026年上半年       | 2026-01-01 | 2026-06-30
    W23 2026           | 2026-06-01 | 2026-06-07
    2026-W23           | 2026-06-01 | 2026-06-07
    KW 23/2026         | 2026-06-01 | 2026-06-07
    2026年第23周       | 2026-06-01 | 2026-06-07
    """),
)
def test_a_month_or_a_quarter_is_its_last_day_or_in_start_columns_its_first(text: str, first: str, last: str) -> None:
    for style, means in ((DateStyle(), last), (DateStyle(takes_first=True), first)):
        read = read_written_date(text, style)
        assert (read.value, read.rule) == (datetime.fromisoformat(means), "period_as_date")
        assert read.facts["day"] == means


@pytest.mark.parametrize(
    ("text", "means"),
    [("end of March 2026", "2026-03-31"), ("Ende März 2026", "2026-03-31"), ("2025年5月底", "2025-05-31")],
)
def test_the_end_of_a_month_is_a_day(text: str, means: str) -> None:
    assert read_written_date(text, DateStyle(takes_first=True)).value == datetime.fromisoformat(means)


@pytest.mark.parametrize(
    ("text", "means"),
    lines("""
    text          | means
    today         | 2026-07-01
    Yesterday     | 2026-06-30
    tomorrow      | 2026-07-02
    gestern       | 2026-06-30
    avant         |
    hier          | 2026-06-30
    вчера         | 2026-06-30
    昨天          | 2026-06-30
    3 days ago    | 2026-06-28
    vor 3 Tagen   | 2026-06-28
    il y a 2 semaines | 2026-06-17
    3天前         | 2026-06-28
    in 2 Wochen   | 2026-07-15
    两周后        | 2026-07-15
    2 months ago  |
    EOM           | 2026-07-31
    月底          | 2026-07-31
    下月底        | 2026-08-31
    下月5号       | 2026-08-05
    end of the quarter | 2026-09-30
    年底          | 2026-12-31
    next week     | 2026-07-12
    nächsten Monat | 2026-08-31
    下周五        | 2026-07-10
    本周五        | 2026-07-03
    next Monday   | 2026-07-06
    明年3月       | 2027-03-31
    30 June next year | 2027-06-30
    """),
)
def test_relative_dates_are_reported(text: str, means: str) -> None:
    read = read_written_date(text, DateStyle(today=TODAY))
    assert read.rule == ("relative_date" if means else "not_a_date")
    assert read.value == (datetime.fromisoformat(means) if means else None)
    assert read_written_date(text).value is None


@pytest.mark.parametrize(
    ("text", "rule"),
    lines("""
    text              | rule
    2025-02-30        | impossible_date
    2025-13-01        | impossible_date
    31/31/2025        | impossible_date
    20250230          | impossible_date
    2025年2月30日     | impossible_date
    平成40年1月1日    | impossible_date
    2026-W54-1        | impossible_date
    1 May 2025 25:70  | impossible_date
    Q5 2026           | impossible_date
    soon              | undecided
    ASAP              | undecided
    TBD               | undecided
    待定              | undecided
    尽快              | undecided
    Q3 FY26           | not_a_date
    Friday            | not_a_date
    0.5               | not_a_date
    12.99             | not_a_date
    mid Q3            | not_a_date
    201206            | not_a_date
    31 June           | not_a_date
    Summer 2026       | not_a_date
    1 Mud 2025        | not_a_date
    12                | not_a_date
    2025              | not_a_date
    123456            | not_a_date
    2025-05-01 to 2025-06-01 | not_a_date
    """),
)
def test_other_texts_are_no_day(text: str, rule: str) -> None:
    read = read_written_date(text, DateStyle(today=TODAY))
    assert (read.value, read.rule) == (None, rule)


@pytest.mark.parametrize(
    ("text", "means", "in_the_past"),
    lines("""
    text            | means      | in_the_past
    30 June         | 2026-06-30 | 2026-06-30
    5 August        | 2026-08-05 |
    Aug 5th         | 2026-08-05 |
    5. August       | 2026-08-05 |
    15 déc          | 2026-12-15 | 2025-12-15
    6月30日         | 2026-06-30 | 2026-06-30
    六月三十日      | 2026-06-30 | 2026-06-30
    7월 15일        | 2026-07-15 |
    9/25            | 2026-09-25 |
    25/9            | 2026-09-25 |
    25.09.          | 2026-09-25 |
    9.25            | 2026-09-25 |
    25.9            | 2026-09-25 |
    July            | 2026-07-31 | 2026-07-31
    6月             | 2026-06-30 | 2026-06-30
    Q3              | 2026-09-30 |
    end of Q3       | 2026-09-30 | 2025-09-30
    第三季度末      | 2026-09-30 | 2025-09-30
    H2              | 2026-12-31 |
    W30             | 2026-07-26 |
    mid July        | 2026-07-15 |
    mid-July        | 2026-07-15 |
    Mitte Juli      | 2026-07-15 |
    mi-juillet      | 2026-07-15 |
    early September | 2026-09-10 |
    7月上旬         | 2026-07-10 | 2026-07-10
    7月中旬         | 2026-07-20 |
    8月底           | 2026-08-31 |
    fin août        | 2026-08-31 |
    15 February     |            | 2026-02-15
    3月             | 2026-03-31 | 2026-03-31
    2月             |            | 2026-02-28
    30 Dec          | 2026-12-30 | 2025-12-30
    """),
)
def test_a_day_without_a_year_is_the_one_near_today(text: str, means: str, in_the_past: str) -> None:
    """Three months before to six months after the first of July 2026; or nine months before it, for what has happened."""
    for day, is_past in ((means, False), (in_the_past, True)):
        read = read_written_date(text, DateStyle(today=TODAY, is_past=is_past))
        assert (read.value, read.rule) == (
            (datetime.fromisoformat(day), "day_without_year") if day else (None, "no_year")
        )
    assert read_written_date(text).value is None


@pytest.mark.parametrize(
    ("text", "rule", "first", "second"),
    lines("""
    text        | rule           | first      | second
    15 February | no_year        | 2026-02-15 | 2027-02-15
    Mar 26      | no_year        | 2026-03-26 | 2027-03-26
    5/6         | ambiguous_date | 2026-05-06 | 2026-06-05
    5.6         | ambiguous_date | 2026-05-06 | 2026-06-05
    next Friday | ambiguous_date | 2026-07-03 | 2026-07-10
    """),
)
def test_what_may_lie_in_two_years_or_weeks_is_open(text: str, rule: str, first: str, second: str) -> None:
    read = read_written_date(text, DateStyle(today=TODAY))
    assert (read.value, read.rule, dict(read.facts)) == (None, rule, {"first": first, "second": second})


def test_the_year_of_the_column_is_that_of_its_days_without_one() -> None:
    for text, means in (("15 February", "2025-02-15"), ("5/6", "2025-06-05"), ("Q3", "2025-09-30")):
        read = read_written_date(text, DateStyle(DAY_FIRST, TODAY, year=2025))
        assert (read.value, read.rule) == (datetime.fromisoformat(means), "day_without_year")
    assert read_written_date("29 February", DateStyle(today=TODAY, year=2025)).rule == "impossible_date"


@pytest.mark.parametrize(
    ("text", "first", "second"),
    lines("""
    text               | first      | second
    03/04/2025         | 2025-03-04 | 2025-04-03
    1-5-2025           | 2025-01-05 | 2025-05-01
    3/4/2025 9:30 PM   | 2025-03-04 | 2025-04-03
    1/5/25             | 2025-01-05 | 2025-05-01
    25/12/24           | 2024-12-25 | 2025-12-24
    03/04/25           | 2025-03-04 | 2025-04-03 / 2003-04-25
    """),
)
def test_a_text_that_can_mean_two_days_is_ambiguous(text: str, first: str, second: str) -> None:
    read = read_written_date(text)
    assert (read.value, read.rule, dict(read.facts)) == (None, "ambiguous_date", {"first": first, "second": second})


@pytest.mark.parametrize(
    ("text", "order", "means"),
    [
        ("03/04/2025", DAY_FIRST, "2025-04-03"),
        ("03/04/2025", MONTH_FIRST, "2025-03-04"),
        ("25/12/2025", MONTH_FIRST, "2025-12-25"),
        ("25-12-24", SHORT_YEAR_FIRST, "2025-12-24"),
        ("25-12-24", DAY_FIRST, "2024-12-25"),
        ("2026-03-01", YEAR_DAY_MONTH, "2026-01-03"),
        ("2026-03-25", YEAR_DAY_MONTH, "2026-03-25"),
        ("25/12/2026", YEAR_DAY_MONTH, "2026-12-25"),
    ],
)
def test_the_order_of_the_column_decides(text: str, order: str, means: str) -> None:
    assert read_written_date(text, DateStyle(order)).value == datetime.fromisoformat(means)


def test_a_day_number_counts_from_the_year_of_its_workbook() -> None:
    assert read_written_date("44316", DateStyle(date1904=True)).value == datetime(2025, 5, 1)


@given(st.dates(date(1000, 1, 1)), st.sampled_from(["{0:%Y-%m-%d}", "{0.year}年{0.month}月{0.day}日", "{0:%Y/%m/%d}"]))
def test_every_day_survives_a_round_trip(day: date, form: str) -> None:
    read = read_written_date(form.format(day)).value
    assert read is not None
    assert read.date() == day


@given(st.text(max_size=16), st.sampled_from(["", *DATE_ORDERS]))
def test_any_text_is_read_or_rejected_without_an_error(text: str, order: str) -> None:
    read = read_written_date(text, DateStyle(order, TODAY))
    assert (read.value is None) == (
        read.rule not in ("date_as_text", "period_as_date", "relative_date", "day_without_year")
    )


@given(st.text("0123456789./-: 年月日季第QWKMTZ", max_size=14))
def test_texts_like_dates_are_read_or_rejected_without_an_error(text: str) -> None:
    parse_date_reading(text)
    read_written_date(text, DateStyle(today=TODAY))
