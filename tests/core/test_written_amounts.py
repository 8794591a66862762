# ruff: noqa: E501  # a case is one line
"""Amounts as people write them in their countries, with the value that each has in a workbook of its currency.

None is a text that is refused, because it names no amount or more than one.
"""

from __future__ import annotations

import pytest

from xl_salesflow.core.written_columns import judge_decimal_mark
from xl_salesflow.core.written_numbers import NumberStyle, read_written_number
from xl_salesflow.schema.table_columns import ColumnType

AMOUNTS: dict[str, dict[str, float | None]] = {
    "KRW": {
        "1억 2천만": 120_000_000, "1억2천만원": 120_000_000, "3천만 원": 30_000_000, "5백만원": 5_000_000,
        "1억 2,000만원": 120_000_000, "₩1,200,000": 1_200_000, "12억 3,456만 7,890원": 1_234_567_890,
    },
    "JPY": {
        "1億2千万": 120_000_000, "1億2,000万円": 120_000_000, "3千5百万円": 35_000_000, "1,200千円": 1_200_000,
        "120百万円": 120_000_000, "￥1,200,000-": 1_200_000, "1,200,000円(税抜)": None, "五百万円": 5_000_000,
    },
    "CNY": {
        "1亿2千万": 120_000_000, "三千五": None, "三千五百": 3_500, "十二万五千元": 125_000, "1亿2000万元": 120_000_000,
        "壹佰贰拾万元整": 1_200_000, "人民币1,200,000.00元": 1_200_000, "RMB 1.2M": 1_200_000, "120余万": None,
        "约120万": 1_200_000, "100-120万": None, "1.2千万": 12_000_000,
    },
    "USD": {
        "1.2 million": 1_200_000, "$ 1,200.50 USD": 1_200.5, "USD1,200": 1_200, "1 200,50 $": 1_200.5,
        "$1.2M USD": 1_200_000, "($1,200.00)": -1_200, "-$1,200": -1_200, "$-1,200": -1_200, "1200 usd": 1_200,
        "approx. 1200": 1_200, "1200+": 1_200, "1,200-1,500": None, "> 1000": 1_000, "~1000": 1_000,
        "1,200/mo": None, "12x100": None, "1\u00a0200\u00a0000": 1_200_000, "1\u2009200\u2009000": 1_200_000,
        "1\u2019200\u2019000": 1_200_000, "1`200`000": 1_200_000, "1_200_000": 1_200_000, "１２００": 1_200,
        "1.2e6": 1_200_000, "1,2E6": 1_200_000, "#N/A": None, "=1200": 1_200, "'1200": 1_200,
        "1,200.00 CR": None, "1,200.00 DR": None, "1 200.5": 1_200.5, "1.200.000": 1_200_000,
        "1,200.000,00": None, "12,34": 12.34, "0.5M": 500_000, ".5M": 500_000, "$5MM": 5_000_000,
        "5 thousand": 5_000, "2.5K": 2_500, "$ -": None, "$0.00": 0, "0": 0, "zero": None,
    },
    "EUR": {
        "1.200.000,00 €": 1_200_000, "€1.200.000,00": 1_200_000, "1.200.000,-- €": 1_200_000,
        "EUR 1.200,--": 1_200, "1,2 Mio. €": 1_200_000, "1,2 Mrd. €": 1_200_000_000, "85 T€": 85_000,
        "85 TEUR": 85_000, "85k€": 85_000, "85 k€ HT": None, "1 200 000,00 EUR": 1_200_000,
        "1.200,- Euro": 1_200, "\u22121.200,50 \u20ac": -1_200.5, "1.200,50- €": -1_200.5,
        "1.200,50 € -": -1_200.5,
    },
    "INR": {
        "₹ 1,20,00,000": 12_000_000, "1.2 Cr": 12_000_000, "Rs. 45,000/-": 45_000, "₹12.5L": 1_250_000,
        "INR 5 Lakhs": 500_000,
    },
    "RUB": {
        "1 200 000 руб.": 1_200_000, "1,2 млн руб": 1_200_000, "1200 тыс. руб.": 1_200_000,
        "1 200 000,50 ₽": 1_200_000.5, "1.2 млн ₽": 1_200_000,
    },
    "BRL": {
        "R$ 1.200.000,00": 1_200_000, "R$1,2 mi": 1_200_000, "R$ 85 mil": 85_000, "1,2 milhões": 1_200_000,
    },
    "CHF": {
        "CHF 1'200'000.-": 1_200_000, "Fr. 1'200.50": 1_200.5,
    },
    "PLN": {
        "1 200 000,00 zł": 1_200_000, "85 tys. zł": 85_000, "1,2 mln zł": 1_200_000,
    },
    "SEK": {
        "1 200 000 kr": 1_200_000, "1,2 mkr": 1_200_000, "850 tkr": 850_000, "1:50 kr": None,
    },
    "VND": {
        "1.200.000.000 ₫": 1_200_000_000, "1,2 tỷ đồng": 1_200_000_000,
    },
    "IDR": {
        "Rp 1.200.000": 1_200_000, "Rp 1,2 juta": 1_200_000,
    },
    "TRY": {
        "1.200.000,50 TL": 1_200_000.5, "85 bin TL": 85_000,
    },
    "MXN": {
        "$1,200,000.00 M.N.": 1_200_000,
    },
    "ILS": {
        "\u200f1,200 \u20aa": 1_200,
    },
    "THB": {
        "1,200,000.00 บาท": 1_200_000,
    },
    "AED": {
        "AED 1,200": 1_200, "1,200 د.إ": 1_200,
    },
    "SAR": {
        "١٬٢٠٠٬٠٠٠": 1_200_000,
    },
    "GBP": {
        "£1.2m": 1_200_000, "£85k": 85_000, "£1,200 + VAT": None, "GBP 1.2 mil": None,
    },
}  # fmt: skip
CASES = [(currency, text, value) for currency, texts in AMOUNTS.items() for text, value in texts.items()]


@pytest.mark.parametrize(("currency", "text", "value"), CASES)
def test_an_amount_of_a_country_is_read_or_refused(currency: str, text: str, value: float | None) -> None:
    found = judge_decimal_mark([text], ",", ColumnType.MONEY)
    style = NumberStyle("" if found.is_open else found.answer, currency=currency)
    assert read_written_number(text, ColumnType.MONEY, style).value == value


@pytest.mark.parametrize(
    ("currency", "text", "value"),
    [("USD", "₹12.5L", None), ("INR", "₹12.5L", 1_250_000), ("EUR", "85 mil", None), ("BRL", "85 mil", 85_000), ("USD", "12L", None)],
)  # fmt: skip
def test_a_unit_of_one_country_counts_among_its_amounts(currency: str, text: str, value: float | None) -> None:
    assert read_written_number(text, ColumnType.MONEY, NumberStyle(currency=currency)).value == value
