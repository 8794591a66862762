"""Numbers, money and dates as each language writes them."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_name

from xl_salesflow.model.choices import label
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.text import Language

# looked up once: finding a locale by its name takes longer than writing a number in it
LOCALES: dict[Language, Locale] = {"en": Locale.parse("en_US"), "zh": Locale.parse("zh_CN")}
Number = Decimal | int | float


def money(amount: Number, currency: str, language: Language) -> str:
    """Return an amount with the sign of its currency and two decimals, such as $1,250.00 or ¥1,250.00."""
    text = format_currency(amount, currency, "¤#,##0.00", locale=LOCALES[language], currency_digits=False)
    return str(text).replace("-", "−")


def short_money(amount: Number, currency: str, language: Language) -> str:
    """Return an amount without its decimals."""
    text = format_currency(_to(amount, 0), currency, "¤#,##0", locale=LOCALES[language], currency_digits=False)
    return str(text).replace("-", "−")


def amount(value: Number, language: Language) -> str:
    """Return an amount with two decimals, or more where it has more, and no sign of a currency."""
    return str(format_decimal(value, "#,##0.00######", locale=LOCALES[language])).replace("-", "−")


def number(value: Number, language: Language) -> str:
    """Return a plain number with the decimals it has, six at most."""
    return str(format_decimal(value, "#,##0.######", locale=LOCALES[language])).replace("-", "−")


def percent(share: Number, language: Language, decimals: int = 2) -> str:
    """Return a fraction as per cent."""
    pattern = "0." + "#" * decimals + "%" if decimals else "0%"
    return str(format_percent(_to(share, decimals + 2), pattern, locale=LOCALES[language])).replace("-", "−")


def rate(share: Number, language: Language) -> str:
    """Return a fraction as per cent with one decimal always, so that a column of them stands in line."""
    return str(format_percent(_to(share, 3), "0.0%", locale=LOCALES[language])).replace("-", "−")


def _to(value: Number, decimals: int) -> Decimal:
    # halves away from zero, like the sheets; the library rounds them to even
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def day(value: date | None, language: Language) -> str:
    """Return a date in words that cannot be misread; blank when there is none."""
    pattern = "y年M月d日" if language == "zh" else "d MMM y"
    return "" if value is None else str(format_date(value, pattern, locale=LOCALES[language]))


def currency_name(code: str, language: Language) -> str:
    """Return the name of a currency; an unknown code names itself."""
    return str(get_currency_name(code, locale=LOCALES[language]))


def listed(name: str, value: str, language: Language) -> str:
    """Return what a cell shows for *value* of the open list *name*; a team's own value shows as it is."""
    text = LISTS[name].get(value)
    return text.in_(language) if text else value


def unit(value: str, quantity: Number, language: Language) -> str:
    """Return the name of a unit as it follows *quantity*: 1 piece, 3 pieces; a team's own unit shows as it is."""
    name = listed("unit", value, language)
    return f"{name}s" if language == "en" and value in LISTS["unit"] and quantity != 1 else name


def chosen(name: str, id: str, language: Language) -> str:
    """Return the label of *id* of the closed list *name*."""
    return label(name, id, language)
