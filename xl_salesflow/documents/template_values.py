"""The values for templates: text, together with the number or day behind it for cells that compute.

Numbers, money and dates are formatted as usual in each language; a document in both languages has Chinese and English
side by side. The head, the seller and rows of label and value are the same in all deal documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_name

from xl_salesflow.documents.document_texts import document_text
from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import COMMA_SEPARATOR, Language
from xl_salesflow.schema.choice_lists import LISTS, choice_label

DocumentLanguage = str
"""The language of a document; *both* prints Chinese and English side by side."""

TemplateContext = dict[str, Any]

_UNPRINTABLE_CHARACTERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_CHINESE_STOPS = frozenset("\u3002\uff0c\uff1b")  # full stop, comma, semicolon
_SAME_LINE_LENGTH = 44  # length up to which two languages share one line


class Figure(str):
    """A number, amount or day as text, with its *value*."""

    value: Decimal | int | date | None

    def __new__(cls, text: str, value: Decimal | int | date | None) -> Figure:
        figure = super().__new__(cls, text)
        figure.value = value
        return figure

    def __getnewargs__(self) -> tuple[str, Decimal | int | date | None]:  # type: ignore[override]
        return str(self), self.value


def strip_unprintable(text: str) -> str:
    """Return *text* without the characters that are not allowed in a document; line breaks become \\n, tabs are kept."""
    return _UNPRINTABLE_CHARACTERS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def merge_languages(zh: Any, en: Any) -> Any:
    """Merge two contexts of one document: differing texts are put side by side, numbers are in the Chinese format."""
    if isinstance(zh, Mapping):
        return {key: merge_languages(value, en[key]) for key, value in zh.items()}
    if isinstance(zh, str) and not isinstance(zh, Figure) and zh != en and zh and en:
        return _join_side_by_side(zh, en)
    if isinstance(zh, Sequence) and not isinstance(zh, str):
        return [merge_languages(*pair) for pair in zip(zh, en, strict=True)]
    return zh


def _join_side_by_side(zh: str, en: str) -> str:
    # a common start or end, such as a number after two labels, is printed once
    label = not _CHINESE_STOPS & set(zh)  # sentences are never split
    start, end = (_shared_edge_length(zh, en, 1), _shared_edge_length(zh, en, -1)) if label else (0, 0)
    if start + end < min(len(zh), len(en)):
        middle = (zh[start : len(zh) - end].strip(), en[start : len(en) - end].strip())
        if start or end:
            return zh[:start] + " ".join(filter(None, middle)) + (" " * (end > 0)) + zh[len(zh) - end :].lstrip()
    return f"{zh} {en}" if len(zh) + len(en) < _SAME_LINE_LENGTH and "\n" not in zh else f"{zh}\n{en}"


def _shared_edge_length(one: str, other: str, step: int) -> int:
    """Return how many characters two texts share at the start (step 1) or the end (-1), in whole words."""
    one, other = one[::step], other[::step]
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return one[:same].rfind(" ") + 1


def printed_languages(language: DocumentLanguage) -> tuple[Language, ...]:
    """Return the languages that are printed, the leading one first."""
    return ("zh", "en") if language == "both" else (language,)


@cache
def babel_locale(language: Language) -> Locale:
    """Return the locale for numbers and days in *language*."""
    # cached, because finding a locale by name takes longer than formatting a number
    try:
        return Locale.parse(language_traits(language).locale)
    except UnknownLocaleError:
        return Locale.parse(language_traits("en").locale)


PrintableNumber = Decimal | int | float


def localize_money(amount: PrintableNumber, currency: str, language: Language) -> str:
    """Return an amount with the sign of its currency and two decimals, such as $1,250.00 or ¥1,250.00."""
    text = format_currency(amount, currency, "¤#,##0.00", locale=babel_locale(language), currency_digits=False)
    return str(text).replace("-", "−")


def localize_short_money(amount: PrintableNumber, currency: str, language: Language) -> str:
    """Return an amount without its decimals."""
    text = format_currency(
        _round_half_away(amount, 0), currency, "¤#,##0", locale=babel_locale(language), currency_digits=False
    )
    return str(text).replace("-", "−")


def localize_amount(value: PrintableNumber, language: Language) -> str:
    """Return an amount with two decimals, or more if it has more, without a currency sign."""
    return str(format_decimal(value, "#,##0.00######", locale=babel_locale(language))).replace("-", "−")


def localize_number(value: PrintableNumber, language: Language) -> str:
    """Return a plain number with its decimals, at most six."""
    return str(format_decimal(value, "#,##0.######", locale=babel_locale(language))).replace("-", "−")


def localize_percent(share: PrintableNumber, language: Language, decimals: int = 2) -> str:
    """Return a fraction as per cent."""
    pattern = "0." + "#" * decimals + "%" if decimals else "0%"
    return str(format_percent(_round_half_away(share, decimals + 2), pattern, locale=babel_locale(language))).replace(
        "-", "−"
    )


def localize_rate(share: PrintableNumber, language: Language) -> str:
    """Return a fraction as per cent, always with one decimal, so that a column of them is aligned."""
    return str(format_percent(_round_half_away(share, 3), "0.0%", locale=babel_locale(language))).replace("-", "−")


def _round_half_away(value: PrintableNumber, decimals: int) -> Decimal:
    # halves away from zero, like the sheets; the library rounds them to even
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def localize_day(value: date | None, language: Language) -> str:
    """Return a date in an unambiguous format; blank if there is none."""
    if value is None:
        return ""
    return str(format_date(value, language_traits(language).date_pattern, locale=babel_locale(language)))


def localize_currency_name(code: str, language: Language) -> str:
    """Return the name of a currency as amounts of it are named, such as US dollars; an unknown code is returned unchanged."""
    return str(get_currency_name(code, count=2, locale=babel_locale(language)))


def open_list_label(name: str, value: str, language: Language) -> str:
    """Return the label of *value* in the open list *name*; a value that a team added is returned unchanged."""
    text = LISTS[name].get(value)
    return text.in_(language) if text else value


def unit_label(value: str, quantity: PrintableNumber, language: Language) -> str:
    """Return the name of a unit after *quantity*: 1 piece, 3 pieces; a unit that a team added is returned unchanged."""
    name = open_list_label("unit", value, language)
    return f"{name}s" if language == "en" and value in LISTS["unit"] and quantity != 1 else name


DocumentFacts = Mapping[str, Any]
ContextRows = list[dict[str, str]]


def document_head(
    facts: DocumentFacts, kind: str, number: str, language: Language, dates: ContextRows, draft: bool = False
) -> TemplateContext:
    """Return language, seller, title, number, draft and dates: the head of every deal document."""
    return {
        "language": language_traits(language).tag,
        "title": document_text(kind, language),
        "number": number,
        "draft": document_text("draft", language) if draft else "",
        "dates": dates,
        "seller": seller_fields(facts["seller"], language),
    }


def seller_fields(seller: DocumentFacts, language: Language) -> dict[str, str]:
    """Return the company as in Settings, and its address, phone and e-mail on one line."""
    keys = ("company", "address", "phone", "email", "tax_id", "bank")
    phone, tax = labelled_line("phone", seller["phone"], language), labelled_line("tax_id", seller["tax_id"], language)
    line = "  ·  ".join(filter(None, (seller["address"], phone, seller["email"], tax)))
    return {**{key: seller[key] for key in keys}, "tax_line": tax, "line": line}


def labelled_rows(*rows: tuple[str, str], language: Language) -> ContextRows:
    """Return rows of label and value; a label is the id of a text, and a row without a value is left out."""
    return [{"label": document_text(label, language), "value": value} for label, value in rows if value]


def own_column_rows(facts: DocumentFacts, language: Language) -> ContextRows:
    """Return rows of the team's own columns that papers show."""
    figures: Mapping[str, Callable[[Any], str]] = {
        "date": lambda value: day_figure(value, language),
        "amount": lambda value: money_figure(value, facts["currency"], language),
        "number": lambda value: number_figure(value, language),
        "percent": lambda value: percent_figure(value, language),
        "yes_no": lambda value: choice_label("yes_no", value, language),
    }
    return [
        {"label": one["title"].in_(language), "value": figures.get(one["kind"], str)(one["value"])}
        for one in facts.get("own", ())
    ]


def money_figure(value: Decimal | None, currency: str, language: Language) -> str:
    """Return an amount with the sign of its currency; blank when there is none."""
    return "" if value is None else Figure(localize_money(value, currency, language), value)


def amount_figure(value: Decimal | None, language: Language) -> str:
    """Return an amount without the sign of a currency; blank when there is none."""
    return "" if value is None else Figure(localize_amount(value, language), value)


def number_figure(value: Decimal | int | None, language: Language) -> str:
    """Return a plain number; blank when there is none."""
    return "" if value is None else Figure(localize_number(value, language), value)


def percent_figure(value: Decimal, language: Language) -> str:
    """Return a fraction as per cent."""
    return Figure(localize_percent(value, language), value)


def day_figure(value: date | None, language: Language) -> str:
    """Return a day; blank when there is none."""
    return "" if value is None else Figure(localize_day(value, language), value)


def join_nonblank(parts: Iterable[str], language: Language) -> str:
    """Return the non-blank parts joined by commas."""
    return COMMA_SEPARATOR.in_(language).join(filter(None, parts))


def labelled_line(label: str, value: str, language: Language) -> str:
    """Return a label and its value on one line; blank if there is no value."""
    return f"{document_text(label, language)} {value}" if value else ""


def single_line_text(text: str) -> str:
    """Return *text* in a form for a header: on one line, without unprintable characters."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
