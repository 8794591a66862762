"""Money as people write it: the currency is never dropped."""

from __future__ import annotations

import pytest

from tests.workbook.lines import lines
from xl_salesflow.core.written_money import currency_codes_of_text, is_same_currency
from xl_salesflow.core.written_numbers import NumberStyle, read_written_number
from xl_salesflow.schema.table_columns import ColumnType


@pytest.mark.parametrize(
    ("text", "currency", "means"),
    lines("""
    text            | currency | means
    $1,000          | USD      | 1000
    $1,000          | AUD      | 1000
    US$ 200         | USD      | 200
    $ (1,200.00)    | USD      | -1200
    ($5)            | USD      | -5
    -$5             | USD      | -5
    $-5             | USD      | -5
    $.50            | USD      | 0.5
    $1.2MM          | USD      | 1200000
    $ 5 USD         | USD      | 5
    USD 3,000       | USD      | 3000
    5 usd           | USD      | 5
    USDm 5          | USD      | 5000000
    512,77 €        | EUR      | 512.77
    €1.234,50       | EUR      | 1234.5
    85 TEUR         | EUR      | 85000
    T€ 85           | EUR      | 85000
    85 k€           | EUR      | 85000
    3,5 Mio. EUR    | EUR      | 3500000
    12.500,- Euro   | EUR      | 12500
    £300            | GBP      | 300
    ¥1,200          | CNY      | 1200
    ¥1,200          | JPY      | 1200
    1.2万元         | CNY      | 12000
    人民币 500      | CNY      | 500
    RMB 500         | CNY      | 500
    伍佰元整        | CNY      | 500
    30万円          | JPY      | 300000
    ₹1,20,500       | INR      | 120500
    Rs. 500         | INR      | 500
    ₹ 1.5 Cr        | INR      | 15000000
    12 500 kr       | SEK      | 12500
    5 mkr           | SEK      | 5000000
    1 200,50 zł     | PLN      | 1200.5
    12 тыс. руб.    | RUB      | 12000
    CHF 1'234.50    | CHF      | 1234.5
    R$ 1.234,50     | BRL      | 1234.5
    1,000           | EUR      | 1000
    """),
)
def test_an_amount_in_the_workbooks_currency_is_taken(text: str, currency: str, means: str) -> None:
    read = read_written_number(text, ColumnType.MONEY, NumberStyle(currency=currency))
    assert (read.value, read.rule) == (float(means), "number_as_text")


@pytest.mark.parametrize(
    ("text", "currency", "named"),
    lines("""
    text         | currency | named
    € 1,500      | USD      | EUR
    ¥100         | USD      | CNY/JPY
    2000 GBP     | USD      | GBP
    $5           | EUR      | USD…
    US$ 200      | AUD      | USD
    A$ 200       | USD      | AUD
    1.2万元      | USD      | CNY/TWD/HKD
    5美元        | CNY      | USD
    12 500 kr    | USD      | SEK/NOK/DKK/ISK
    ₹9,900       | USD      | INR
    85 TEUR      | USD      | EUR
    100 CAD      | USD      | CAD
    """),
)
def test_an_amount_in_another_currency_is_never_taken_as_ours(text: str, currency: str, named: str) -> None:
    read = read_written_number(text, ColumnType.MONEY, NumberStyle(currency=currency))
    assert (read.value, read.rule, dict(read.facts)) == (
        None, "other_currency", {"currency": currency, "named": named},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "own", "rate", "means"),
    lines("""
    text     | own | rate | means
    1,500    | EUR |      |
    1,500    | EUR | 1.08 | 1620
    € 1,500  | EUR | 1.08 | 1620
    $ 1,500  | EUR | 1.08 | 1500
    £ 1,500  | EUR | 1.08 |
    1,500    | USD |      | 1500
    """),
)
def test_the_currency_of_the_column_is_converted_at_a_rate_or_not_taken(
    text: str, own: str, rate: str, means: str
) -> None:
    style = NumberStyle(currency="USD", own=(own,), rate=float(rate) if rate else None)
    assert read_written_number(text, ColumnType.MONEY, style).value == (float(means) if means else None)


@pytest.mark.parametrize(
    ("text", "first", "known"),
    lines("""
    text       | first | known
    EUR        | EUR   | yes
    eur        | EUR   | yes
    €          | EUR   | yes
    Euro       | EUR   | yes
    RMB        | CNY   | yes
    人民币     | CNY   | yes
    US Dollar  | USD   | yes
    zł         | PLN   | yes
    XYZ        |       | no
    """),
)
def test_a_currency_has_many_names(text: str, first: str, known: str) -> None:
    codes = currency_codes_of_text(text)
    assert (codes[:1] == (first,)) is (known == "yes")
    assert is_same_currency(codes, first or "USD")
