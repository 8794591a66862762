"""Numbers in all forms found in files."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imports.conftest import read_column
from xl_salesflow.core.written_columns import OPEN_DECIMAL, judge_decimal_mark, read_number_column
from xl_salesflow.core.written_money import read_header_unit
from xl_salesflow.core.written_numbers import NumberStyle


def parse_file_numbers(cells: pd.Series, decimal: str = ".", times: float = 1.0) -> pd.Series:
    return read_number_column(cells, None, NumberStyle(decimal, times)).values


def number(text: str, decimal: str = ".", times: float = 1.0) -> float | None:
    read = float(parse_file_numbers(pd.Series([text], dtype=object), decimal, times)[0])
    return None if math.isnan(read) else read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1054", 1054.0),
        ("1,234.50", 1234.5),
        ("12,34,567", 1234567.0),
        ("1 234 567", 1234567.0),
        ("1'234'567.8", 1234567.8),
        ("$1,000", 1000.0),
        ("-$5", -5.0),
        ("¥12.3万", 123000.0),
        ("12.3万元", 123000.0),
        ("1.2亿", 120000000.0),
        ("１２３", 123.0),
        ("USD 3,000", 3000.0),
        ("3000 EUR", 3000.0),
        ("1.5k", 1500.0),
        ("2M", 2000000.0),
        ("50%", 0.5),
        ("50％", 0.5),
        ("(200)", -200.0),
        ("5-", -5.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1,23", None),
        ("1,2,3", None),
        ("(200", None),
        ("20 PCS", None),
        ("about 5", 5.0),
        ("1e999", None),
        ("1e9999999999", None),
        ("9" * 400, None),
        ("inf", None),
        ("nan", None),
        ("", None),
    ],
)
def test_a_number_is_read_completely_or_not_at_all(text: str, expected: float | None) -> None:
    assert number(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("1.234,50", 1234.5), ("1,5", 1.5), ("1.234", 1234.0), ("12,5 %", 0.125)]
)
def test_a_comma_may_be_the_decimal_mark(text: str, expected: float) -> None:
    assert number(text, decimal=",") == expected


@pytest.mark.parametrize(
    ("text", "times", "expected"),
    [
        ("12.3", 10000.0, 123000.0),
        ("60", 0.01, 0.6),
        ("60%", 0.01, 0.6),
        ("1.1", 1000.0, 1100.0),
        ("8万", 10000.0, 80000.0),
    ],
)
def test_the_unit_of_the_header_multiplies_exactly(text: str, times: float, expected: float) -> None:
    assert number(text, times=times) == expected


@pytest.mark.parametrize(
    ("texts", "delimiter", "expected"),
    [
        (["1,234.5", "1,000"], ",", "."),
        (["1.234,5"], ",", ","),
        (["0,5", "12"], ";", ","),
        (["1.234"], ",", OPEN_DECIMAL),
        (["1.234"], ";", ","),
        (["1,234"], ",", "."),
        ([], ",", "."),
    ],
)
def test_the_cells_decide_the_decimal_mark(texts: list[str], delimiter: str, expected: str) -> None:
    assert judge_decimal_mark(texts, delimiter).answer == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("金额(万元)", 10000.0),
        ("金额(单位:万元)", 10000.0),
        ("Probability (%)", 0.01),
        ("Value [k]", 1000.0),
        ("Amount (USD)", 1.0),
        ("Amount", 1.0),
    ],
)
def test_a_unit_in_brackets_multiplies_the_numbers(header: str, expected: float) -> None:
    assert read_header_unit(header).times == expected


@given(st.lists(st.integers(-(10**13), 10**13)))
def test_cents_written_with_separators_are_read_exactly(cents: list[int]) -> None:
    values = [cent / 100 for cent in cents]
    english = pd.Series([f"{value:,.2f}" for value in values], dtype=object)
    swapped = english.map(lambda text: text.translate(str.maketrans(",.", ".,"))).astype(object)
    assert list(parse_file_numbers(english)) == values
    assert list(parse_file_numbers(swapped, ",")) == values


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        pytest.param("60 20 100", [0.6, 0.2, 1.0], id="per cent"),
        pytest.param("60 0.5 20%", [0.6, 0.5, 0.2], id="cells formatted as per cent beside typed numbers"),
        pytest.param("60 0.5 1", [0.6, 0.5, 1.0], id="1 beside a fraction is all"),
        pytest.param("60 1", [0.6, 0.01], id="1 beside whole numbers is one per cent"),
        pytest.param("0% 0.5%", [0.0, 0.005], id="what says per cent is per cent"),
    ],
)
def test_shares_may_be_written_both_ways_in_one_column(cells: str, read: list[float]) -> None:
    assert list(read_column("Deals", "probability_override", cells.split(), times=0.01)) == read
