"""Values written in the style of a country are read correctly or are ambiguous, but never read as another value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from xl_salesflow.core.written_columns import (
    judge_date_order,
    judge_decimal_mark,
    read_date_column,
    read_number_column,
)
from xl_salesflow.core.written_dates import DateStyle
from xl_salesflow.core.written_numbers import NumberStyle
from xl_salesflow.schema.table_columns import ColumnType


def grouped(cents: int, decimals: int, mark: str, by: str) -> str:
    text = f"{abs(cents) / 100:,.{decimals}f}".translate(str.maketrans({",": by, ".": mark}))
    return f"-{text}" if cents < 0 else text


def bracketed(cents: int, decimals: int) -> str:
    text = grouped(abs(cents), decimals, ".", ",")
    return f"$({text})" if cents < 0 else text


def indian(cents: int, decimals: int) -> str:
    whole, _, tail = f"{abs(cents) / 100:.{decimals}f}".partition(".")
    head, last = whole[:-3], whole[-3:]
    while len(head) > 2:
        head, last = head[:-2], f"{head[-2:]},{last}"
    text = f"{head},{last}" if head else last
    return f"{'-' if cents < 0 else ''}₹{text}{f'.{tail}' if tail else ''}"


WAYS: dict[str, tuple[str, str, Callable[[int, int], str]]] = {
    "plain": ("USD", ",", lambda cents, decimals: f"{cents / 100:.{decimals}f}"),
    "United States": ("USD", ",", lambda cents, decimals: grouped(cents, decimals, ".", ",")),
    "accounts": ("USD", "\t", lambda cents, decimals: bracketed(cents, decimals)),
    "Germany": ("EUR", ";", lambda cents, decimals: f"{grouped(cents, decimals, ',', '.')} €"),
    "Germany by commas": ("EUR", ",", lambda cents, decimals: grouped(cents, decimals, ",", ".")),
    "France": ("EUR", ";", lambda cents, decimals: f"{grouped(cents, decimals, ',', chr(0x202F))} €"),
    "Switzerland": ("CHF", ";", lambda cents, decimals: f"CHF {grouped(cents, decimals, '.', chr(0x2019))}"),
    "India": ("INR", ",", indian),
    "Sweden": ("SEK", ";", lambda cents, decimals: f"{grouped(cents, decimals, ',', ' ')} kr"),
    "minus behind": ("EUR", ";", lambda cents, decimals: f"{grouped(abs(cents), decimals, ',', '.')}{'-' if cents < 0 else ''}"),
    "China": ("CNY", ",", lambda cents, decimals: f"￥{grouped(cents, decimals, '．', '，')}"),
    "exponents": ("USD", "\t", lambda cents, decimals: f"{cents / 100:.15E}"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@given(cents=st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=8), decimals=st.sampled_from([0, 1, 2]))
def test_amounts_are_read_correctly_or_are_ambiguous(way: str, cents: list[int], decimals: int) -> None:
    """Money has at most two decimals: unless something else decides, 1,234 are thousands."""
    currency, delimiter, write = WAYS[way]
    texts = [write(cent, decimals) for cent in cents]
    judged = judge_decimal_mark(dict.fromkeys(texts), delimiter, ColumnType.MONEY)
    if judged.is_open:
        return
    style = NumberStyle(judged.answer, currency=currency)
    read = read_number_column(pd.Series(texts, dtype=object), ColumnType.MONEY, style)
    written = [float(f"{cent / 100:.{decimals}f}") if way != "exponents" else cent / 100 for cent in cents]
    for text, value, was in zip(texts, read.values, written, strict=True):
        assert value == was or (value != value and text in read.verdicts), text


@pytest.mark.parametrize("way", WAYS)
def test_amounts_with_cents_and_thousands_are_never_ambiguous(way: str) -> None:
    currency, delimiter, write = WAYS[way]
    cents = [123_456_789, -4_200, 99, 850_000]
    texts = [write(cent, 2) for cent in cents]
    judged = judge_decimal_mark(texts, delimiter, ColumnType.MONEY)
    style = NumberStyle(judged.answer, currency=currency)
    read = read_number_column(pd.Series(texts, dtype=object), ColumnType.MONEY, style)
    assert list(read.values) == [cent / 100 for cent in cents]


LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "sv", "da", "nb", "fi", "tr", "cs", "uk", "zh", "ja")
FORMS: dict[str, Callable[[date], str]] = {
    **{f"{language} {length}": lambda day, language=language, length=length: format_date(day, length, language)
       for language in LANGUAGES for length in ("medium", "full")},
    "ISO": date.isoformat,
    "day first": lambda day: f"{day:%d/%m/%Y}",
    "month first": lambda day: f"{day:%m/%d/%Y}",
    "dots": lambda day: f"{day:%d.%m.%Y}",
    "short dots": lambda day: f"{day:%d.%m.%y}",
    "short day first": lambda day: f"{day:%d/%m/%y}",
    "short year first": lambda day: f"{day:%y-%m-%d}",
    "digits": lambda day: f"{day:%Y%m%d}",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@examples(10)
@given(days=st.lists(st.dates(date(1990, 1, 1), date(2060, 12, 31)), min_size=1, max_size=8))
def test_days_are_read_correctly_or_are_ambiguous(form: str, days: list[date]) -> None:
    texts = [FORMS[form](day) for day in days]
    judged = judge_date_order(dict.fromkeys(texts))
    if judged.is_open:
        return
    read = read_date_column(pd.Series(texts, dtype=object), DateStyle(judged.answer, date(2026, 7, 1)))
    for text, value, was in zip(texts, read.values, days, strict=True):
        assert (value is not pd.NaT and value.date() == was) or (value is pd.NaT and text in read.verdicts), text


@pytest.mark.parametrize("form", [form for form in FORMS if "short" not in form])
def test_days_written_out_or_with_a_day_above_twelve_are_read(form: str) -> None:
    days = [date(2026, month, 28) for month in range(1, 13)]
    texts = [FORMS[form](day) for day in days]
    read = read_date_column(pd.Series(texts, dtype=object), DateStyle(judge_date_order(texts).answer))
    assert [day.date() for day in read.values.dropna()] == days
