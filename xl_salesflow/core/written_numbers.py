"""Read the numbers that people write: 1,234.50, 1.234,50, (300), 300-, 12 %, 1.2k, 5m, 12 lakh, 1,5E+11, 500,-.

A text is read with the dot and with the comma as decimal mark. If both are possible and nothing decides, it is
ambiguous: 85.000, 1,5. The other texts of the column may decide (core.written_columns), or a form that is only possible
for a decimal mark: 1,50, 1.234,5, 0,850. A rough number (core.rough_numbers) is read and reported; a range is not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from xl_salesflow.core.eastern_numerals import numeral_signs, value_of_numerals
from xl_salesflow.core.rough_numbers import split_number_range, split_rough_number
from xl_salesflow.core.written_money import (
    CHINESE_UNIT,
    LOCAL_CURRENCIES,
    NO_CURRENCY,
    CurrencyCodes,
    NumberAffix,
    currency_codes_of_text,
    format_currency_codes,
    is_same_currency,
    join_currency_codes,
    parse_number_affix,
)
from xl_salesflow.core.written_times import read_duration_days
from xl_salesflow.core.written_values import (
    LONGEST_WRITTEN_VALUE,
    WrittenNumber,
    normalize_written_text,
    words_for_undecided,
)
from xl_salesflow.schema.table_columns import ColumnType

DOT_DECIMAL, COMMA_DECIMAL = ".", ","
_NUMBER_TEXT = re.compile(
    r"(?P<before>[^0-9]*?)(?P<digits>(?:(?<![^\W\d_])[.,])?[0-9](?:[0-9.,' _]*[0-9])?)(?P<power>[eE][+-]?[0-9]{1,3})?"
    r"(?P<cents>[.,](?:--?|=)?)?(?P<after>[^0-9]*)"
)
_STRAY_COMMA = re.compile(r"[1-9][0-9]{0,2},[0-9]")
_INDIAN_GROUPS = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")
_MYRIAD_GROUPS = re.compile(r"[1-9][0-9]{0,3}(?:,[0-9]{4})+")
_GROUPED_BY = {
    mark: re.compile(rf"[1-9][0-9]{{0,2}}(?P<by>[{mark}' _])[0-9]{{3}}(?:(?P=by)[0-9]{{3}})*") for mark in ".,"
}
_ROUND_CURRENCY = "JPY"  # a dash behind amounts of yen ends them
_BOOKED_AMOUNT = re.compile(r".*[0-9][.,' ][0-9]{3}[.,][0-9]{2} ?(?:CR|DR)")  # a credit of 1,200.00, not 1,200 crore
_TEXT_MARK = re.compile(r"^[='](?=[-+(.,]?[0-9])")  # of a spreadsheet, before a number that is kept as text
_PERCENT_TYPES = (None, ColumnType.PERCENT, ColumnType.NUMBER)
_AT_LEAST = "+"  # behind a number: 1000+
_WHOLE_TYPES = (ColumnType.INTEGER, ColumnType.POINTS)


class DigitShape(StrEnum):
    """What the marks among the digits show about the decimal mark."""

    WHOLE = "whole"  # 1234, 1 234: nothing
    DOT = "dot"  # 12.5, 1,234.50: it is the dot
    COMMA = "comma"  # 12,50, 1.234,5: it is the comma
    STRAY = "stray"  # 1,5: it is the comma, or a misplaced thousands separator
    THOUSANDS = "thousands"  # 1,234: a thousands separator, as a rule
    OPEN = "open"  # 85.000, 1234,5678: either


class NumberReading(NamedTuple):
    """A text as a number: its value with either decimal mark (None: impossible), and its unit and currency.

    *is_certain* means that a typing mistake cannot explain the marks; *codes* are the currencies it may be in.
    *local* is the kind of a unit that is one in some countries only (12W, 85 mil), and *local_unit* its factor.
    *is_rough* means that the text says "about" or "at least".
    """

    dot: Decimal | None
    comma: Decimal | None
    shape: DigitShape
    is_certain: bool
    codes: CurrencyCodes
    has_unit: bool
    per_cent: bool
    local: str = ""
    local_unit: Decimal = Decimal(1)
    is_rough: bool = False


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the numbers of a column are written; *decimal* is "" if unknown.

    *currency* is the workbook's ISO code, *own* the currency of amounts in the column that do not name one, *rate* the
    value of one unit of it in the workbook's currency. *times* is the factor of the unit; *in_days* means that
    durations count days. *is_chinese* means that W after a number is ten thousand, as it is in Chinese currencies.
    """

    decimal: str = ""
    times: float = 1.0
    currency: str = ""
    own: CurrencyCodes = NO_CURRENCY
    rate: float | None = None
    in_days: bool = False
    is_chinese: bool = False


NUMBER_LIMIT = 10**15
"""Larger numbers are not read: a cell keeps 15 digits of them, and sums of much larger ones leave the range of numbers."""

_ANY_NUMBER_STYLE = NumberStyle()


@lru_cache(1 << 14)
def read_written_number(
    text: str, column_type: ColumnType | None = None, style: NumberStyle = _ANY_NUMBER_STYLE, is_cell: bool = False
) -> WrittenNumber:
    """Return the number that *text* means in a column of *column_type*; a percentage becomes a fraction.

    *is_cell* means that the text is the content of a number cell, whose decimal mark is the dot.
    """
    reading = parse_number_reading(text)
    if reading is None or (reading.per_cent and column_type not in _PERCENT_TYPES):
        return _read_span_of_days(text) if style.in_days else WrittenNumber(None, _rule_without_number(text))
    rate = _rate_of_reading(reading, style)
    if rate is None:
        return WrittenNumber(
            None,
            "other_currency",
            {"currency": style.currency, "named": format_currency_codes(reading.codes or style.own)},
        )
    candidates = _decide_reading(reading, column_type, DOT_DECIMAL if is_cell else style.decimal)
    if len(candidates) > 1:
        return _ambiguous_number(*candidates)
    if not candidates:
        return WrittenNumber(None, "not_a_number")
    if reading.local and not _is_local_amount(reading, style):
        return _ambiguous_number(candidates[0] / reading.local_unit, candidates[0])
    value = candidates[0] * rate
    if style.times != 1.0 and not reading.has_unit:
        value *= Decimal(str(style.times))
    read = _judge_value(value, column_type, reading.per_cent or style.times != 1.0)
    if read.value is None or not reading.is_rough:
        return read
    return WrittenNumber(read.value, "rough_number", {"number": format_plain_decimal(Decimal(str(read.value)))})


def _judge_value(value: Decimal, column_type: ColumnType | None, is_settled_share: bool) -> WrittenNumber:
    if column_type is ColumnType.PERCENT:
        return _read_share(value, is_settled_share)
    if column_type is ColumnType.INTEGER and value % 1:
        return WrittenNumber(None, "not_whole")
    if abs(value) >= NUMBER_LIMIT:
        return WrittenNumber(None, "too_large")
    return WrittenNumber(float(value), "number_as_text")


def _rule_without_number(text: str) -> str:
    """Return why *text* has no number: it is a range, it is still to be decided, or it is something else."""
    if is_number_range(text):
        return "number_range"
    return "undecided" if normalize_written_text(text).casefold() in words_for_undecided() else "not_a_number"


@lru_cache(1 << 14)
def parse_number_reading(text: str) -> NumberReading | None:
    """Return the possible readings of *text* as a number, or None if it is not a number."""
    normalized = _TEXT_MARK.sub("", normalize_written_text(text))
    if not normalized or len(normalized) > LONGEST_WRITTEN_VALUE or _BOOKED_AMOUNT.fullmatch(normalized):
        return None
    reading = _parse_bare_reading(normalized)
    if reading is not None and normalized[-1] != _AT_LEAST:
        return reading
    rough = split_rough_number(normalized)
    if rough is None or rough.is_limit:
        return reading
    reading = _parse_bare_reading(rough.number)
    return reading and reading._replace(is_rough=True)


def _parse_bare_reading(normalized: str) -> NumberReading | None:
    match = _NUMBER_TEXT.fullmatch(normalized)
    if match is None:
        return _parse_eastern_number(normalized)
    affixes = _parse_affixes(match["before"], match["after"])
    if affixes is None:
        return _parse_eastern_number(normalized)
    digits, power, factor = match["digits"], match["power"] or "", affixes.factor
    mark_behind = (match["cents"] or "")[:1]  # 12.500,- has no cents, but a comma before them
    dot, comma = (None if mark_behind not in ("", mark) else _value_of_digits(digits, power, mark) for mark in ".,")
    if dot is None and comma is None:
        return None
    shape = _shape_of_digits(digits, dot, comma)
    if shape is DigitShape.STRAY and (affixes.has_unit or power):
        shape = DigitShape.COMMA
    return NumberReading(
        None if dot is None else dot * factor,
        None if comma is None else comma * factor,
        shape,
        bool(power) or {".", ","} <= set(digits) or max(map(digits.count, ".,")) > 1,
        affixes.codes,
        affixes.has_unit,
        affixes.per_cent,
        affixes.local,
        affixes.factor.copy_abs() if affixes.local else Decimal(1),
    )


def _shape_of_digits(digits: str, dot: Decimal | None, comma: Decimal | None) -> DigitShape:
    if comma is None:
        return DigitShape.DOT
    if dot is None:
        return DigitShape.STRAY if _STRAY_COMMA.fullmatch(digits) else DigitShape.COMMA
    if dot == comma:
        return DigitShape.WHOLE
    return DigitShape.THOUSANDS if _GROUPED_BY[","].fullmatch(digits) else DigitShape.OPEN


@lru_cache(1 << 12)
def _parse_affixes(before: str, after: str) -> NumberAffix | None:
    """Return the text around the digits as one affix, with the sign in its factor; None if it does not fit a number."""
    first, last = parse_number_affix(before.strip()), parse_number_affix(after.strip())
    if first is None or last is None or (first.has_unit and last.has_unit):
        return None
    is_round = last.signs == "-" and not first.signs and _ROUND_CURRENCY in first.codes  # \u00a51,200-
    signs = first.signs + ("" if is_round else last.signs)
    if signs not in ("", "+", "-", "()"):
        return None
    codes = join_currency_codes((first.codes, last.codes))
    if codes is None:
        return None
    factor = first.factor * last.factor * (-1 if signs in ("-", "()") else 1)
    return NumberAffix(
        signs,
        codes,
        factor,
        first.has_unit or last.has_unit,
        first.per_cent or last.per_cent,
        first.local or last.local,
    )


def _value_of_digits(digits: str, power: str, mark: str) -> Decimal | None:
    head, found, tail = digits.partition(mark)
    if found and (not tail.isdigit() or (len(head) > 1 and head[0] == "0" and len(tail) == 3)):
        return None  # 007,500 is neither
    if head and not head.isdigit():
        if power or not _is_grouped(head, "," if mark == "." else "."):
            return None
        head = "".join(filter(str.isdigit, head))
    return Decimal(f"{head or 0}.{tail or 0}{power}")


def _is_grouped(head: str, by: str) -> bool:
    if _GROUPED_BY[by].fullmatch(head):
        return True
    return by == "," and bool(_INDIAN_GROUPS.fullmatch(head) or _MYRIAD_GROUPS.fullmatch(head))


def _decide_reading(reading: NumberReading, column_type: ColumnType | None, decimal: str) -> tuple[Decimal, ...]:
    """Return the values that *reading* may have: one if something decides, none if it does not fit the column."""
    dot, comma = reading.dot, reading.comma
    if decimal:
        known, other = (dot, comma) if decimal == DOT_DECIMAL else (comma, dot)
        chosen = known if known is not None or not reading.is_certain else other
        return () if chosen is None else (chosen,)
    if reading.shape is DigitShape.STRAY and comma is not None and column_type not in _WHOLE_TYPES:
        return comma, Decimal(f"{comma:f}".replace(".", ""))
    if reading.shape is DigitShape.THOUSANDS and dot is not None:
        return (dot,)
    values = tuple(dict.fromkeys(value for value in (dot, comma) if value is not None))
    fits = tuple(value for value in values if fits_column_type(value, reading, column_type))
    return fits if len(fits) == 1 else values


def fits_column_type(value: Decimal, reading: NumberReading, column_type: ColumnType | None) -> bool:
    """Return whether a column of *column_type* can hold *value*: whole numbers, shares up to 100 %."""
    if column_type in _WHOLE_TYPES:
        return value % 1 == 0
    return column_type is not ColumnType.PERCENT or abs(value) <= (1 if reading.per_cent else 100)


def _rate_of_reading(reading: NumberReading, style: NumberStyle) -> Decimal | None:
    """Return the value of the amount's currency in the workbook's: 1 if they are the same, None if unknown."""
    codes = reading.codes or style.own
    if is_same_currency(codes, style.currency):
        return Decimal(1)
    return Decimal(str(style.rate)) if style.rate and set(codes) & set(style.own) else None


def _is_local_amount(reading: NumberReading, style: NumberStyle) -> bool:
    """Return whether an amount is one of the country in which its unit is one."""
    codes = reading.codes or style.own or currency_codes_of_text(style.currency)
    is_chinese = style.is_chinese and reading.local == CHINESE_UNIT
    return is_chinese or any(code in LOCAL_CURRENCIES[reading.local] for code in codes)


def _read_share(value: Decimal, is_settled: bool) -> WrittenNumber:
    if value > 1 and not is_settled:
        return WrittenNumber(None, "ambiguous_number", {"first": f"{value}%", "second": f"{value * 100:f}%"})
    if not 0 <= value <= 1:
        return WrittenNumber(None, "not_a_share")
    return WrittenNumber(float(value), "number_as_text")


def _read_span_of_days(text: str) -> WrittenNumber:
    span = read_duration_days(text)
    if span is None:
        return WrittenNumber(None, "not_a_number")
    least, most = span
    if least != most:
        return _ambiguous_number(least, most)
    return WrittenNumber(float(least), "number_as_text") if least % 1 == 0 else WrittenNumber(None, "not_whole")


def _ambiguous_number(first: Decimal, second: Decimal) -> WrittenNumber:
    facts = {"first": format_plain_decimal(first), "second": format_plain_decimal(second)}
    return WrittenNumber(None, "ambiguous_number", facts)


def format_plain_decimal(value: Decimal) -> str:
    """Return *value* without exponent and trailing zeros."""
    return f"{value.normalize():f}"


def _parse_eastern_number(text: str) -> NumberReading | None:
    """Return the number made of numerals or several units, with or without the sign for yuan."""
    match = _eastern_number_shape().fullmatch(_close_numerals().sub("", text))
    affixes = _parse_affixes(match["before"], match["after"]) if match else None
    value = value_of_numerals(match["numerals"]) if match else None
    if value is None or affixes is None or affixes.has_unit:
        return None
    value *= affixes.factor
    return NumberReading(value, value, DigitShape.WHOLE, True, affixes.codes, True, False)


@cache
def _close_numerals() -> re.Pattern[str]:
    """Return the pattern of what may stand between numerals: blanks behind a unit, and commas between thousands."""
    signs = numeral_signs()
    return re.compile(rf"(?<=[{signs}])\s+(?=[0-9{signs}])|(?<=[0-9]),(?=[0-9]{{3}}(?![0-9]))")


@cache
def _eastern_number_shape() -> re.Pattern[str]:
    signs = numeral_signs()
    return re.compile(rf"(?P<before>[^0-9{signs}]*)(?P<numerals>[0-9.{signs}]+)(?P<after>[^0-9{signs}]*)")


def is_number_range(text: str) -> bool:
    """Return whether *text* is a range of numbers or an upper limit, such as 10-15k or "up to 5k"."""
    normalized = normalize_written_text(text)
    if not normalized or len(normalized) > LONGEST_WRITTEN_VALUE:
        return False
    rough = split_rough_number(normalized)
    ends = (rough.number,) if rough and rough.is_limit else split_number_range(rough.number if rough else normalized)
    return ends is not None and all(_parse_bare_reading(end) is not None for end in ends)


def is_written_number(text: str) -> bool:
    """Return whether *text* is a number, with any decimal mark, currency and unit."""
    return text.isdigit() or parse_number_reading(text) is not None
