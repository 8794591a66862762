"""Numbers written as text: which are read, which are ambiguous."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbook.lines import lines
from xl_salesflow.core.written_numbers import NumberStyle
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.workbook.cell_conversion import read_typed_number
from xl_salesflow.workbook.cell_findings import ValueFinding

TAKEN = """
    text          | means
    1234.5        | 1234.5
    1,234.50      | 1234.5
    1 234 567     | 1234567
    1'234.5       | 1234.5
    1.234,50      | 1234.5
    1.234.567     | 1234567
    -5            | -5
    −5            | -5
    +7            | 7
    (300)         | -300
    (¥1,200)      | -1200
    .5            | 0.5
    1e3           | 1000
    １２          | 12
    ￥１，２００  | 1200
    ¥1,200        | 1200
    1.2万         | 12000
    1.2万元       | 12000
    3亿           | 300000000
    20k           | 20000
    1200元        | 1200
    CNY 1200      | 1200
    1200 CNY      | 1200
    300-          | -300
    1,50          | 1.5
    0,5           | 0.5
    5m            | 5000000
    12 lakh       | 1200000
    1,5 Mio.      | 1500000
    1,5E+11       | 150000000000
    三千万        | 30000000
    500,-         | 500
"""
ASKED_ABOUT = """
    text       | type    | rule
    abc        | money   | not_a_number
    n/a        | money   | not_a_number
    1.2.3      | money   | not_a_number
    1,2,3      | money   | not_a_number
    12 %       | money   | not_a_number
    --5        | money   | not_a_number
    (5         | money   | not_a_number
    1,5        | money   | ambiguous_number
    1234,5678  | money   | ambiguous_number
    85.000     | money   | ambiguous_number
    1.200 abc  | money   | not_a_number
    150 %      | percent | not_a_share
    US$ 200    | money   | other_currency
    12 500 kr  | money   | other_currency
    13         | percent | ambiguous_number
    €5         | money   | other_currency
    5 USD      | money   | other_currency
    1e15       | money   | too_large
    -9,9E+307  | number  | too_large
"""


def parse_typed_number(
    text: str, column_type: ColumnType, currency: str = ""
) -> tuple[float | None, ValueFinding | None]:
    return read_typed_number(text, column_type, NumberStyle(currency=currency))


@pytest.mark.parametrize(("text", "means"), lines(TAKEN))
def test_money_written_as_text_is_taken_with_a_note(text: str, means: str) -> None:
    value, doubt = parse_typed_number(text, ColumnType.MONEY, "CNY")
    assert value == float(means)
    assert doubt is not None
    assert doubt.rule == "number_as_text"


@pytest.mark.parametrize(("text", "column_type", "rule"), lines(ASKED_ABOUT))
def test_an_ambiguous_or_invalid_number_is_a_finding(text: str, column_type: str, rule: str) -> None:
    value, doubt = parse_typed_number(text, ColumnType(column_type), "CNY")
    assert value is None
    assert doubt is not None
    assert doubt.rule == rule


@pytest.mark.parametrize(
    ("text", "means"), [("12 %", 0.12), ("12.3%", 0.123), ("１３％", 0.13), ("0.13", 0.13), ("1", 1.0)]
)
def test_a_percentage_is_a_fraction(text: str, means: float) -> None:
    assert parse_typed_number(text, ColumnType.PERCENT)[0] == means


def test_an_ambiguous_number_names_both_readings() -> None:
    _, doubt = parse_typed_number("1,5", ColumnType.MONEY)
    assert doubt is not None
    assert dict(doubt.facts) == {"first": "1.5", "second": "15"}


@given(st.decimals(-(10**12), 10**12, places=2))
def test_a_number_with_thousands_separators_is_read(number: object) -> None:
    assert parse_typed_number(f"{number:,}", ColumnType.MONEY)[0] == float(str(number))


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_finding_and_never_an_error(text: str) -> None:
    value, doubt = parse_typed_number(text, ColumnType.MONEY, "USD")
    assert value is not None or doubt is not None
