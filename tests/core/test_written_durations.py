"""Time spans as people write them, in days."""

from __future__ import annotations

import pytest

from tests.workbook.lines import lines
from xl_salesflow.core.written_numbers import NumberStyle, read_written_number
from xl_salesflow.core.written_times import read_duration_days
from xl_salesflow.schema.table_columns import ColumnType


@pytest.mark.parametrize(
    ("text", "least", "most"),
    lines("""
    text       | least | most
    10 days    | 10    | 10
    1 day      | 1     | 1
    2 weeks    | 14    | 14
    2 wks.     | 14    | 14
    1w 2d      | 9     | 9
    1,5 Wochen | 10.5  | 10.5
    3 Tage     | 3     | 3
    10 jours   | 10    | 10
    2 semanas  | 14    | 14
    5 дней     | 5     | 5
    10天       | 10    | 10
    两周       | 14    | 14
    48 h       | 2     | 2
    36 Std.    | 1.5   | 1.5
    3h 36m     | 0.15  | 0.15
    1h30       | 0.0625 | 0.0625
    1:30       | 0.0625 | 0.0625
    01:30:00   | 0.0625 | 0.0625
    45 min     | 0.03125 | 0.03125
    PT45M      | 0.03125 | 0.03125
    2 Std 24 Min | 0.1 | 0.1
    1个半小时  | 0.0625 | 0.0625
    半小时     | 0.020833333 | 0.020833333
    half an hour | 0.020833333 | 0.020833333
    2小时30分钟 | 0.104166667 | 0.104166667
    半个月     | 15    | 15.5
    两个半月   | 75    | 77.5
    P14D       | 14    | 14
    P2W        | 14    | 14
    1 month    | 30    | 31
    2个月      | 60    | 62
    1 Jahr     | 365   | 366
    """),
)
def test_a_span_is_a_number_of_days(text: str, least: str, most: str) -> None:
    span = read_duration_days(text)
    assert span is not None
    assert [round(float(days), 9) for days in span] == [float(least), float(most)]


@pytest.mark.parametrize("text", ["", "14", "soon", "two weeks or so", "5 apples", "P", "10 working days"])
def test_other_texts_are_no_span(text: str) -> None:
    assert read_duration_days(text) is None


@pytest.mark.parametrize(
    ("text", "means", "rule"),
    lines("""
    text      | means | rule
    14        | 14    | number_as_text
    2 weeks   | 14    | number_as_text
    10天      | 10    | number_as_text
    36 h      |       | not_whole
    1 month   |       | ambiguous_number
    soon      |       | not_a_number
    """),
)
def test_a_column_that_counts_days_takes_spans(text: str, means: str, rule: str) -> None:
    read = read_written_number(text, ColumnType.INTEGER, NumberStyle(in_days=True))
    assert (read.value, read.rule) == (float(means) if means else None, rule)


def test_other_columns_do_not() -> None:
    assert read_written_number("2 weeks", ColumnType.INTEGER).value is None
