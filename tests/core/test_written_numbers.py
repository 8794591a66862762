"""Numbers as people write them: the meaning of each text, and which texts are ambiguous."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbook.lines import lines
from xl_salesflow.core.written_numbers import NumberStyle, parse_number_reading, read_written_number
from xl_salesflow.schema.table_columns import ColumnType

SIGNS = """
    text           | means
    -5             | -5
    5-             | -5
    +7             | 7
    7+             | 7
    −5             | -5
    –5             | -5
    － ５          | -5
    (300)          | -300
    （３００）     | -300
    (1.234,50)     | -1234.5
    5 -            | -5
"""
THOUSANDS = """
    text           | means
    1,234          | 1234
    1,234,567.8    | 1234567.8
    1.234.567      | 1234567
    1.234.567,8    | 1234567.8
    1 234 567      | 1234567
    1\u00a0234,50  | 1234.5
    1\u202f234,50  | 1234.5
    1\u2009234.50  | 1234.5
    1'234'567.80   | 1234567.8
    1’234,5        | 1234.5
    1_000_000      | 1000000
    12,34,567      | 1234567
    1,20,500       | 120500
    1,2345,6789    | 123456789
    １，２００     | 1200
    1٬234          | 1234
"""
DECIMALS = """
    text           | means
    .5             | 0.5
    5.             | 5
    12.5           | 12.5
    12,50          | 12.5
    1234,5         | 1234.5
    0,5            | 0.5
    0,850          | 0.85
    0.850          | 0.85
    1,123456       | 1.123456
    500,-          | 500
    500.--         | 500
    1'234.—        | 1234
    ٣٫٥            | 3.5
"""
EXPONENTS = """
    text           | means
    1e3            | 1000
    1.5E+11        | 150000000000
    1,5E+11        | 150000000000
    1,234E+5       | 123400
    2.5e-3         | 0.0025
"""
MAGNITUDES = """
    text           | means
    20k            | 20000
    1.5 K          | 1500
    5m             | 5000000
    1.2MM          | 1200000
    2 mn           | 2000000
    3bn            | 3000000000
    1.2 million    | 1200000
    3 Mio.         | 3000000
    3,5 Mrd.       | 3500000000
    85 Tsd.        | 85000
    12 тыс.        | 12000
    1,5 млн        | 1500000
    2 milliards    | 2000000000
    12 lakh        | 1200000
    1.5 Cr         | 15000000
    5千            | 5000
    1.2万          | 12000
    3百万          | 3000000
    2千万          | 20000000
    3亿            | 300000000
    3億            | 300000000
    5만            | 50000
"""
NUMERALS = """
    text           | means
    三千万         | 30000000
    两百万         | 2000000
    一百二十三     | 123
    十二           | 12
    一千零五       | 1005
    1亿2000万      | 120000000
    1万5千         | 15000
    1万零5         | 10005
    伍佰元整       | 500
    壹拾贰万       | 120000
"""
PER_CENT = """
    text           | means
    12 %           | 0.12
    12,5 %         | 0.125
    １３％         | 0.13
    5 percent      | 0.05
    %7             | 0.07
    5 ‰            | 0.005
"""
NO_NUMBERS = """
    text
    abc
    20 PCS
    5 bar
    85 T
    --5
    (5
    5)
    (-5)
    1.2.3
    1,2,3
    1 23
    007,500
    1/2
    1万5
    一百五
    5 EUR USD
    5 k m
    inf
    nan
    0x10
    +
    1e9999
"""


@pytest.mark.parametrize(
    ("text", "means"),
    [
        pytest.param(text, means, id=f"{kind}: {text}")
        for kind, table in {
            "sign": SIGNS, "thousands": THOUSANDS, "decimals": DECIMALS, "exponent": EXPONENTS, "magnitude": MAGNITUDES,
            "numerals": NUMERALS, "per cent": PER_CENT,
        }.items()
        for text, means in lines(table)
    ],
)  # fmt: skip
def test_an_unambiguous_text_is_read_as_its_number(text: str, means: str) -> None:
    assert read_written_number(text).value == float(means)


@pytest.mark.parametrize("text", [text for (text,) in lines(NO_NUMBERS)] + ["", "9" * 400])
def test_other_texts_are_no_number(text: str) -> None:
    read = read_written_number(text)
    assert (read.value, read.rule) == (None, "not_a_number")


@pytest.mark.parametrize(
    ("text", "means"),
    lines("""
    text            | means
    ~1000           | 1000
    ca. 5k          | 5000
    ca.5k           | 5000
    approx. 1,000   | 1000
    about 3 万      | 30000
    约5万           | 50000
    大约 5万元      | 50000
    5万左右         | 50000
    5万元左右       | 50000
    5万多元         | 50000
    1000+           | 1000
    >1000           | 1000
    at least 5k     | 5000
    5万以上         | 50000
    rund 3 Mio.     | 3000000
    environ 2 M€    | 2000000
    1,000 (est.)    | 1000
    1000 or so      | 1000
    1000?           | 1000
    """),
)
def test_a_rough_number_is_read_and_reported(text: str, means: str) -> None:
    read = read_written_number(text)
    assert (read.value, read.rule, dict(read.facts)) == (float(means), "rough_number", {"number": means})


@pytest.mark.parametrize(
    "text",
    ["10-15k", "$10k – $15k", "1,000 - 2,000", "10~15万", "5万至8万", "10 to 15k", "between 10k and 15k", "5-7", "<5k",
     "up to 5k", "bis 5.000", "5万以内", "不超过5万", "ca. 10-15k"],
)  # fmt: skip
def test_a_range_or_a_limit_is_no_number(text: str) -> None:
    read = read_written_number(text)
    assert (read.value, read.rule) == (None, "number_range")


@pytest.mark.parametrize(
    ("text", "first", "second"),
    lines("""
    text      | first    | second
    85.000    | 85       | 85000
    1.200     | 1.2      | 1200
    -85.000   | -85      | -85000
    85.000 k  | 85000    | 85000000
    1,5       | 1.5      | 15
    123,4     | 123.4    | 1234
    1234,5678 | 12345678 | 1234.5678
    1,2345    | 12345    | 1.2345
    12W       | 12       | 120000
    -1.5w     | -1.5     | -15000
    """),
)
def test_a_text_that_can_mean_two_numbers_is_ambiguous(text: str, first: str, second: str) -> None:
    read = read_written_number(text, ColumnType.MONEY)
    assert (read.value, read.rule, dict(read.facts)) == (None, "ambiguous_number", {"first": first, "second": second})


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("12W", NumberStyle(".", currency="CNY")),
        ("¥12w", NumberStyle(".")),
        ("12 W", NumberStyle(".", currency="USD", is_chinese=True)),
    ],
)
def test_w_is_ten_thousand_among_chinese_amounts(text: str, style: NumberStyle) -> None:
    assert read_written_number(text, ColumnType.MONEY, style).value == 120_000


@pytest.mark.parametrize(
    ("text", "column_type", "means", "rule"),
    lines("""
    text   | type    | means | rule
    1.200  | integer | 1200  | number_as_text
    85.000 | integer |       | ambiguous_number
    12.5   | integer |       | not_whole
    12.345% | percent | 0.12345 | number_as_text
    12 %   | money   |       | not_a_number
    12 %   | integer |       | not_a_number
    12 %   | number  | 0.12  | number_as_text
    0.13   | percent | 0.13  | number_as_text
    1      | percent | 1     | number_as_text
    13     | percent |       | ambiguous_number
    150 %  | percent |       | not_a_share
    -5 %   | percent |       | not_a_share
    """),
)
def test_the_type_of_the_column_decides_too(text: str, column_type: str, means: str, rule: str) -> None:
    read = read_written_number(text, ColumnType(column_type))
    assert (read.value, read.rule) == (float(means) if means else None, rule)


@pytest.mark.parametrize(
    ("text", "decimal", "means"),
    lines("""
    text      | decimal | means
    85.000    | .       | 85
    85.000    | ,       | 85000
    1,5       | ,       | 1.5
    1,5       | .       |
    1,23      | .       |
    1.5       | ,       |
    1.234,5   | .       | 1234.5
    1,234.5   | ,       | 1234.5
    1,5E+3    | .       | 1500
    1.234.567 | .       | 1234567
    """),
)
def test_the_decimal_mark_of_the_column_decides(text: str, decimal: str, means: str) -> None:
    """A likely typo (1,23 among 1,234.50) is not taken; a text with only one meaning is."""
    assert read_written_number(text, None, NumberStyle(decimal)).value == (float(means) if means else None)


def test_a_number_cell_has_a_decimal_dot_whatever_the_texts_beside_it() -> None:
    assert read_written_number("85.125", None, NumberStyle(","), is_cell=True).value == 85.125


@pytest.mark.parametrize(
    ("text", "times", "means"),
    [("12.3", 10_000.0, 123_000.0), ("1.1", 1000.0, 1100.0), ("8万", 10_000.0, 80_000.0), ("60%", 0.01, 0.6)],
)
def test_the_unit_multiplies_exactly_unless_the_text_has_its_own(text: str, times: float, means: float) -> None:
    assert read_written_number(text, None, NumberStyle(".", times)).value == means


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from([",", " ", "'", "\u202f", "_"]))
def test_a_number_survives_every_grouping(number: Decimal, mark: str) -> None:
    text = f"{number:,.2f}".replace(",", mark)
    assert read_written_number(text).value == float(number)
    swapped = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    assert read_written_number(swapped).value == float(number)


@given(st.text(max_size=14))
def test_any_text_is_read_or_rejected_without_an_error(text: str) -> None:
    read = read_written_number(text, ColumnType.MONEY, NumberStyle(currency="USD"))
    assert (read.value is None) == (read.rule != "number_as_text")


@given(st.text("0123456789.,' -+()eE%万亿千k€$", max_size=12))
def test_texts_like_numbers_are_read_or_rejected_without_an_error(text: str) -> None:
    read = read_written_number(text, ColumnType.MONEY, NumberStyle(currency="USD"))
    assert (read.value is None) == (read.rule != "number_as_text")
    reading = parse_number_reading(text)
    assert reading is None or reading.dot is not None or reading.comma is not None
