"""Numbers, money and dates as each language writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from xl_salesflow.documents.template_values import (
    localize_amount,
    localize_currency_name,
    localize_day,
    localize_money,
    localize_number,
    localize_percent,
    localize_short_money,
    unit_label,
)
from xl_salesflow.locale.texts import Language


@pytest.mark.parametrize(
    ("amount", "currency", "language", "shown"),
    [
        ("1234.5", "USD", "en", "$1,234.50"),
        ("1234.5", "USD", "zh", "US$1,234.50"),
        ("1234.5", "CNY", "zh", "¥1,234.50"),
        ("1234.5", "CNY", "en", "CN¥1,234.50"),
        ("-0.5", "EUR", "en", "−€0.50"),
        ("100", "JPY", "en", "¥100.00"),  # two decimals in every currency, as on the sheets
        ("12345678901234.56", "USD", "en", "$12,345,678,901,234.56"),  # not through a float
    ],
)
def test_money(amount: str, currency: str, language: Language, shown: str) -> None:
    assert localize_money(Decimal(amount), currency, language) == shown


def test_an_unknown_currency_is_shown_by_its_code() -> None:
    assert "XYZQ" in localize_money(Decimal(1), "XYZQ", "en")
    assert localize_currency_name("XYZQ", "zh") == "XYZQ"


@pytest.mark.parametrize(
    ("value", "shown"), [("2.50", "2.5"), ("3", "3"), ("1234567.125", "1,234,567.125"), ("-0.001", "−0.001")]
)
def test_numbers(value: str, shown: str) -> None:
    assert localize_number(Decimal(value), "en") == shown


@pytest.mark.parametrize(("value", "shown"), [("5", "5.00"), ("0.0125", "0.0125"), ("1e3", "1,000.00")])
def test_prices_keep_their_decimals(value: str, shown: str) -> None:
    assert localize_amount(Decimal(value), "en") == shown


@pytest.mark.parametrize(
    ("share", "shown"), [("0.13", "13%"), ("0.065", "6.5%"), ("0.3333", "33.33%"), ("0", "0%"), ("1", "100%")]
)
def test_percent(share: str, shown: str) -> None:
    assert localize_percent(Decimal(share), "en") == shown


def test_days() -> None:
    assert localize_day(date(2026, 3, 1), "en") == "1 Mar 2026"
    assert localize_day(date(2026, 3, 1), "zh") == "2026年3月1日"
    assert localize_day(None, "en") == ""


@pytest.mark.parametrize(
    ("unit", "quantity", "language", "shown"),
    [
        ("piece", "1", "en", "piece"),
        ("piece", "2.5", "en", "pieces"),
        ("piece", "2", "zh", "件"),
        ("crate", "2", "en", "crate"),
        ("", "2", "en", ""),
    ],
)
def test_units(unit: str, quantity: str, language: Language, shown: str) -> None:
    assert unit_label(unit, Decimal(quantity), language) == shown


@pytest.mark.parametrize(("amount", "shown"), [(2.5, "$3"), (-2.5, "−$3"), (Decimal("1234.49"), "$1,234"), (0, "$0")])
def test_whole_money_rounds_halves_away_from_zero(amount: Decimal | float, shown: str) -> None:
    assert localize_short_money(amount, "USD", "en") == shown
