"""Read the numerals of Chinese, Japanese and Korean texts, also mixed with digits: thirty million, 120 million, 2025, twelve."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from xl_salesflow.core.written_values import read_calendar_words


def value_of_numerals(text: str) -> Decimal | None:
    """Return the number that numerals, or digits with several units, stand for; None if there is none or more than one.

    The last digit must have a unit: "1 ten thousand 5" is 15,000 to some readers and 10,005 to others.
    """
    total, rest, unit_before = Decimal(0), text, 0
    for unit, signs in _myriad_signs():
        head, sign, tail = _partition_at(rest, signs)
        if sign:
            section = _value_of_section(head)
            if not section or not _is_whole_step(head, section * unit, unit_before):
                return None
            total, rest, unit_before = total + section * unit, tail, unit
    if not rest:
        return total or None
    section = _value_of_section(rest)
    if section is None or not _is_whole_step(rest, section, unit_before):
        return None
    return total + section


def digits_of_numerals(text: str) -> str:
    """Return *text* with its numerals as digits, read as a number (twelve) or digit by digit (two zero two five)."""
    if not text.isascii() and _numeral_run().search(text):
        return _numeral_run().sub(lambda run: _digits_of_run(run[0]), text)
    return text


def _digits_of_run(run: str) -> str:
    digits = _digit_values()
    if all(sign in digits for sign in run):
        return "".join(str(digits[sign]) for sign in run)
    value = _value_of_section(run)
    return run if value is None else str(value)


def _partition_at(text: str, signs: str) -> tuple[str, str, str]:
    found = re.search(f"[{signs}]", text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")


def _is_whole_step(text: str, value: Decimal, unit_before: int) -> bool:
    """Return whether the part after a unit states its own place: by a leading zero, or by being as large as the next unit."""
    return not unit_before or text[0] in _zero_signs() or value * 10 >= unit_before


def _value_of_section(text: str) -> Decimal | None:
    match = _section_shape().fullmatch(text)
    if match is None or not text:
        return None
    value, last = Decimal(0), 0
    for unit in (1000, 100, 10):
        if match[f"u{unit}"]:
            value, last = value + _value_of_digit(match[f"n{unit}"] or "1") * unit, unit
    ones = match["ones"]
    if ones:
        one = _value_of_digit(ones)
        says_place = match.start("ones") > 0 and text[match.start("ones") - 1] in _zero_signs()
        if last > 10 and not says_place and one * 10 < last:
            return None
        value += one
    return value


def _value_of_digit(text: str) -> Decimal:
    return Decimal(_digit_values().get(text, text))


@cache
def _digit_values() -> Mapping[str, int]:
    values: Mapping[str, int] = read_calendar_words()["chinese_numerals"]["digits"]
    return values


@cache
def _zero_signs() -> str:
    return "".join(sign for sign, value in _digit_values().items() if value == 0)


@cache
def _myriad_signs() -> tuple[tuple[int, str], ...]:
    return tuple((unit, signs) for unit, signs in _signs_by_value("myriads").items())


def _signs_by_value(kind: str) -> dict[int, str]:
    read: Mapping[str, int] = read_calendar_words()["chinese_numerals"][kind]
    values = sorted(set(read.values()), reverse=True)
    return {value: "".join(sign for sign, of in read.items() if of == value) for value in values}


@cache
def _section_shape() -> re.Pattern[str]:
    zero, tens = _zero_signs(), _signs_by_value("tens")
    digit = "".join(sign for sign, value in _digit_values().items() if value)
    number = rf"[{digit}]|[0-9]+(?:\.[0-9]+)?"
    parts = "".join(
        rf"(?:(?P<n{unit}>{number}){'?' if unit == 10 else ''}(?P<u{unit}>[{signs}]))?[{zero}]?"
        for unit, signs in tens.items()
    )
    return re.compile(rf"[{zero}]?{parts}(?P<ones>{number})?")


@cache
def _numeral_run() -> re.Pattern[str]:
    read = read_calendar_words()["chinese_numerals"]
    return re.compile(f"[{''.join((*read['digits'], *read['tens']))}]+")


def numeral_signs() -> str:
    """Return every character that numerals are made of."""
    return "".join(sign for kind in read_calendar_words()["chinese_numerals"].values() for sign in kind)
