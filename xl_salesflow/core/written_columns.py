"""Judge and read whole columns of written numbers and dates: what one text leaves open, the others may decide.

A judgement names the text that decided. What stays open is a question to a person, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.written_dates import (
    DAY_FIRST,
    MONTH_FIRST,
    SHORT_YEAR_FIRST,
    YEAR_DAY_MONTH,
    YEAR_FIRST,
    DateReading,
    DateStyle,
    find_unlikely_dates,
    parse_date_reading,
    read_written_date,
)
from xl_salesflow.core.written_numbers import (
    COMMA_DECIMAL,
    DOT_DECIMAL,
    DigitShape,
    NumberReading,
    NumberStyle,
    fits_column_type,
    parse_number_reading,
    read_written_number,
)
from xl_salesflow.core.written_values import WrittenDate, WrittenNumber
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_frames import DATE_DTYPE

_CHOICES_PARTED_BY = " or "
OPEN_DECIMAL = _CHOICES_PARTED_BY.join((DOT_DECIMAL, COMMA_DECIMAL))
DAY_OR_MONTH_FIRST = _CHOICES_PARTED_BY.join((DAY_FIRST, MONTH_FIRST))
MAYBE_SWAPPED_DAYS = _CHOICES_PARTED_BY.join((YEAR_FIRST, YEAR_DAY_MONTH))
"""What a judgement says where it is open: the choices a person has."""

_FEW_YEARS, _MANY_DAYS = 4, 12  # different numbers of a long column
_BARE_DECIMAL = re.compile(r"-?[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})")
_CLEAR_MAJORITY = 20  # texts against one that contradicts them, which then is the mistake


class ColumnEvidence(NamedTuple):
    """What the texts of a column say together: the *answer*, or the choices; and the text that shows it, "" where none does."""

    answer: str
    example: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether a person has to choose."""
        return is_open_choice(self.answer)


def is_open_choice(answer: str) -> bool:
    """Tell whether *answer* is several choices: a question."""
    return _CHOICES_PARTED_BY in answer


def open_choices(answer: str) -> tuple[str, ...]:
    """Return the choices of *answer*."""
    return tuple(answer.split(_CHOICES_PARTED_BY))


def judge_decimal_mark(
    texts: Iterable[str], delimiter: str = "", column_type: ColumnType | None = None, cells: Collection[str] = ()
) -> ColumnEvidence:
    """Return the decimal mark of the distinct *texts* of a column, those that are contents of number *cells* aside.

    A file whose *delimiter* is the semicolon was written where the comma is the decimal mark.
    """
    seen: dict[DigitShape, list[str]] = {shape: [] for shape in DigitShape}
    certain_commas = list[str]()
    for text in texts:
        if text.isdigit() or text in cells:
            continue
        if _BARE_DECIMAL.fullmatch(text):  # most columns hold little else
            seen[DigitShape.DOT].append(text)
            continue
        reading = parse_number_reading(text)
        if reading is None:
            continue
        shape = _shape_in_column(reading, column_type)
        seen[shape].append(text)
        if shape is DigitShape.COMMA and reading.is_certain:
            certain_commas.append(text)
    dots, commas = seen[DigitShape.DOT], seen[DigitShape.COMMA]
    thousands, doubtful = seen[DigitShape.THOUSANDS], seen[DigitShape.STRAY] + seen[DigitShape.OPEN]
    if dots and commas:
        return _judge_contradiction(dots, commas, bool(thousands or doubtful))
    if dots:
        return ColumnEvidence(DOT_DECIMAL, dots[0])
    if commas:
        if thousands and not certain_commas and delimiter != ";":
            return ColumnEvidence(OPEN_DECIMAL, thousands[0])  # 85,000 beside 12,50
        return ColumnEvidence(COMMA_DECIMAL, (certain_commas or commas)[0])
    if thousands and not doubtful and delimiter != ";":
        return ColumnEvidence(DOT_DECIMAL, thousands[0])
    if not thousands and not doubtful:
        return ColumnEvidence(DOT_DECIMAL)
    is_comma = delimiter == ";" or (len(seen[DigitShape.STRAY]) > 1 and not seen[DigitShape.OPEN])
    return ColumnEvidence(COMMA_DECIMAL if is_comma and not thousands else OPEN_DECIMAL, (doubtful or thousands)[0])


def _shape_in_column(reading: NumberReading, column_type: ColumnType | None) -> DigitShape:
    """Return what a text says about the decimal mark in a column of *type*: 1.200 employees are not 1.2."""
    if reading.dot is None or reading.comma is None or reading.shape is DigitShape.WHOLE:
        return reading.shape
    fits = [fits_column_type(value, reading, column_type) for value in (reading.dot, reading.comma)]
    return reading.shape if fits[0] == fits[1] else DigitShape.DOT if fits[0] else DigitShape.COMMA


def _judge_contradiction(dots: Sequence[str], commas: Sequence[str], leaves_open: bool) -> ColumnEvidence:
    more, fewer = sorted((dots, commas), key=len, reverse=True)
    mark = DOT_DECIMAL if more is dots else COMMA_DECIMAL
    if leaves_open and len(more) < _CLEAR_MAJORITY * len(fewer):
        return ColumnEvidence(OPEN_DECIMAL, fewer[0])
    return ColumnEvidence(mark, more[0])


def judge_date_order(texts: Iterable[str]) -> ColumnEvidence:
    """Return the order of day, month and year in the distinct *texts* of a column."""
    readings = {text: reading for text in texts if (reading := parse_date_reading(text)) is not None and reading.days}
    years_last = {text: reading for text, reading in readings.items() if not {"", YEAR_FIRST} & set(reading.days)}
    if not years_last:
        return ColumnEvidence(YEAR_FIRST)
    short = _judge_short_years(years_last)
    if short is not None:
        return short
    days = [
        text for text, reading in years_last.items() if DAY_FIRST in reading.days and MONTH_FIRST not in reading.days
    ]
    months = [
        text for text, reading in years_last.items() if MONTH_FIRST in reading.days and DAY_FIRST not in reading.days
    ]
    either = [text for text, reading in years_last.items() if _is_day_or_month(reading)]
    if bool(days) == bool(months) and either:
        return ColumnEvidence(DAY_OR_MONTH_FIRST, (months or either)[0])
    order, example = (DAY_FIRST, days) if len(days) >= len(months) else (MONTH_FIRST, months)
    if not either and _are_maybe_swapped(readings, years_last):
        return ColumnEvidence(MAYBE_SWAPPED_DAYS, example[0])
    return ColumnEvidence(order, example[0] if example else "")


def _is_day_or_month(reading: DateReading) -> bool:
    days = reading.days
    return DAY_FIRST in days and MONTH_FIRST in days and days[DAY_FIRST] != days[MONTH_FIRST]


def _judge_short_years(readings: Mapping[str, DateReading]) -> ColumnEvidence | None:
    """Return what speaks for years of two digits that stand first (25-12-24), or None where nothing does.

    In a long column the number of which there are few is the year; a short one is asked about.
    """
    short = {text: reading for text, reading in readings.items() if SHORT_YEAR_FIRST in reading.days}
    others = [text for text, reading in readings.items() if SHORT_YEAR_FIRST not in reading.days]
    only = [text for text, reading in short.items() if len(reading.days) == 1]
    if only:
        return ColumnEvidence(SHORT_YEAR_FIRST, only[0])
    if not short or others:
        return None
    numbers = [text.replace("/", "-").replace(".", "-").split("-") for text in short]
    firsts, lasts = len({parts[0] for parts in numbers}), len({parts[2] for parts in numbers})
    if lasts <= _FEW_YEARS and firsts >= _MANY_DAYS:
        return None
    if firsts <= _FEW_YEARS and lasts >= _MANY_DAYS:
        return ColumnEvidence(SHORT_YEAR_FIRST, next(iter(short)))
    orders = [order for order in (DAY_FIRST, MONTH_FIRST) if all(order in reading.days for reading in short.values())]
    return ColumnEvidence(_CHOICES_PARTED_BY.join([*orders, SHORT_YEAR_FIRST]), next(iter(short)))


def _are_maybe_swapped(readings: Mapping[str, DateReading], years_last: Mapping[str, DateReading]) -> bool:
    """Tell whether a program may have taken days for months: it left as text just the dates whose day is above twelve."""
    left = [span.first.day > 12 for reading in years_last.values() for span in reading.days.values()]
    taken = [reading.days for reading in readings.values() if YEAR_FIRST in reading.days]
    return (
        all(left)
        and all(YEAR_DAY_MONTH in days for days in taken)
        and any(days[YEAR_FIRST] != days[YEAR_DAY_MONTH] for days in taken)
    )


class NumberColumn(NamedTuple):
    """The numbers of a column, NaN where a text is none, and by text what is to be said about it."""

    values: pd.Series
    verdicts: Mapping[str, WrittenNumber]


class DateColumn(NamedTuple):
    """The days of a column, NaT where a text is none, and by text what is to be said about it."""

    values: pd.Series
    verdicts: Mapping[str, WrittenDate]


def read_number_column(
    texts: pd.Series, column_type: ColumnType | None, style: NumberStyle, cells: Collection[str] = ()
) -> NumberColumn:
    """Return *texts* as numbers, those among *cells* as the contents of number cells; each distinct text is read once."""
    numbers = _read_bare_numbers(texts, column_type, style)
    left = np.isnan(numbers)
    verdicts: dict[str, WrittenNumber] = {}
    if left.any():
        codes, distinct = pd.factorize(texts.to_numpy()[left])
        read = [read_written_number(text, column_type, style, text in cells) for text in distinct]
        known = np.array([np.nan if one.value is None else one.value for one in read], dtype="float64")
        numbers[left] = known[codes]
        verdicts = {text: one for text, one in zip(distinct, read, strict=True) if one.rule != "number_as_text"}
    return NumberColumn(pd.Series(numbers, index=texts.index), verdicts)


def _read_bare_numbers(texts: pd.Series, column_type: ColumnType | None, style: NumberStyle) -> npt.NDArray[np.float64]:
    """Return what is nothing but digits and a decimal dot as numbers, the rest as NaN; most columns are nothing else."""
    if style.decimal != DOT_DECIMAL or style.times != 1.0 or style.own:
        return np.full(len(texts), np.nan)
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy("float64", copy=True)
    unfit = ~np.isfinite(numbers)
    if column_type is ColumnType.INTEGER:
        unfit |= numbers % 1 != 0
    numbers[unfit] = np.nan
    return numbers


def read_date_column(texts: pd.Series, style: DateStyle, keeps_clock: bool = False) -> DateColumn:
    """Return *texts* as days, or as moments where the column *keeps_clock*; each distinct text is read once."""
    codes, distinct = pd.factorize(texts)
    read = [read_written_date(text, style) for text in distinct]
    known = np.array([np.datetime64(one.value or "NaT", "s") for one in read], dtype=DATE_DTYPE)
    if not keeps_clock:
        known = known.astype("datetime64[D]").astype(DATE_DTYPE)
    for at in np.flatnonzero(find_unlikely_dates(known)):
        read[at] = WrittenDate(None, "unlikely_date")
        known[at] = np.datetime64("NaT")
    verdicts = {text: one for text, one in zip(distinct, read, strict=True) if one.rule != "date_as_text"}
    return DateColumn(pd.Series(known[codes], index=texts.index, dtype=DATE_DTYPE), verdicts)
