"""Read whole columns of written numbers and dates; a text that is ambiguous by itself may be decided by the others.

A decision names the text that it is based on. What stays ambiguous is a question to a person, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
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
    days_by_order,
    find_unlikely_dates,
    is_day_without_year,
    parse_date_reading,
    read_month_as_day,
    read_written_date,
)
from xl_salesflow.core.written_numbers import (
    COMMA_DECIMAL,
    DOT_DECIMAL,
    NUMBER_LIMIT,
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
"""The answer for an ambiguous column: the choices that a person has."""

_FEW_YEARS, _MANY_DAYS = 4, 12  # distinct numbers of a long column
_BARE_DECIMAL = re.compile(r"-?[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})")
_CLEAR_MAJORITY = 20  # a single contradicting text against this many is a mistake


class ColumnEvidence(NamedTuple):
    """What the texts of a column show: the *answer*, or the choices; and the text that shows it, "" if none does."""

    answer: str
    example: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether a person has to choose."""
        return is_open_choice(self.answer)


def is_open_choice(answer: str) -> bool:
    """Return whether *answer* consists of several choices and so is a question."""
    return _CHOICES_PARTED_BY in answer


def open_choices(answer: str) -> tuple[str, ...]:
    """Return the choices of *answer*."""
    return tuple(answer.split(_CHOICES_PARTED_BY))


def judge_decimal_mark(
    texts: Iterable[str], delimiter: str = "", column_type: ColumnType | None = None, cells: Collection[str] = ()
) -> ColumnEvidence:
    """Return the decimal mark of the distinct *texts* of a column, ignoring contents of number *cells*.

    A semicolon as *delimiter* means that the file was written where the comma is the decimal mark.
    """
    seen = _collect_shapes(texts, column_type, cells)
    is_comma_file = delimiter == ";"
    if seen[DigitShape.DOT] and seen[DigitShape.COMMA]:
        return _judge_contradiction(seen)
    if seen[DigitShape.DOT]:
        return ColumnEvidence(DOT_DECIMAL, seen[DigitShape.DOT][0])
    if seen[DigitShape.COMMA]:
        return _judge_commas(seen, is_comma_file)
    return _judge_without_decimals(seen, is_comma_file)


_ShapesSeen = Mapping[DigitShape, Sequence[str]]


def _collect_shapes(texts: Iterable[str], column_type: ColumnType | None, cells: Collection[str]) -> _ShapesSeen:
    """Return the texts by what they show about the decimal mark, without those that show nothing."""
    seen: dict[DigitShape, list[str]] = {shape: [] for shape in DigitShape}
    for text in texts:
        if text.isdigit() or text in cells:
            continue
        if _BARE_DECIMAL.fullmatch(text):  # true for most texts
            seen[DigitShape.DOT].append(text)
        elif (reading := parse_number_reading(text)) is not None:
            seen[_shape_in_column(reading, column_type)].append(text)
    return seen


def _judge_commas(seen: _ShapesSeen, is_comma_file: bool) -> ColumnEvidence:
    commas, thousands = seen[DigitShape.COMMA], seen[DigitShape.THOUSANDS]
    certain = [text for text in commas if (reading := parse_number_reading(text)) is not None and reading.is_certain]
    if thousands and not certain and not is_comma_file:
        return ColumnEvidence(OPEN_DECIMAL, thousands[0])  # 85,000 together with 12,50
    return ColumnEvidence(COMMA_DECIMAL, (certain or commas)[0])


def _judge_without_decimals(seen: _ShapesSeen, is_comma_file: bool) -> ColumnEvidence:
    thousands, strays, opens = seen[DigitShape.THOUSANDS], seen[DigitShape.STRAY], seen[DigitShape.OPEN]
    doubtful = [*strays, *opens]
    if not doubtful:
        if not thousands:
            return ColumnEvidence(DOT_DECIMAL)
        return ColumnEvidence(OPEN_DECIMAL if is_comma_file else DOT_DECIMAL, thousands[0])
    is_comma = is_comma_file or (len(strays) > 1 and not opens)
    return ColumnEvidence(COMMA_DECIMAL if is_comma and not thousands else OPEN_DECIMAL, doubtful[0])


def _shape_in_column(reading: NumberReading, column_type: ColumnType | None) -> DigitShape:
    """Return what a text shows about the decimal mark in a column of *column_type*: 1.200 employees are not 1.2."""
    if reading.dot is None or reading.comma is None or reading.shape is DigitShape.WHOLE:
        return reading.shape
    fits = [fits_column_type(value, reading, column_type) for value in (reading.dot, reading.comma)]
    return reading.shape if fits[0] == fits[1] else DigitShape.DOT if fits[0] else DigitShape.COMMA


def _judge_contradiction(seen: _ShapesSeen) -> ColumnEvidence:
    dots, commas = seen[DigitShape.DOT], seen[DigitShape.COMMA]
    leaves_open = any(seen[shape] for shape in (DigitShape.THOUSANDS, DigitShape.STRAY, DigitShape.OPEN))
    more, fewer = sorted((dots, commas), key=len, reverse=True)
    if leaves_open and len(more) < _CLEAR_MAJORITY * len(fewer):
        return ColumnEvidence(OPEN_DECIMAL, fewer[0])
    return ColumnEvidence(DOT_DECIMAL if more is dots else COMMA_DECIMAL, more[0])


def judge_date_order(texts: Iterable[str]) -> ColumnEvidence:
    """Return the order of day, month and year in the distinct *texts* of a column."""
    readings = {
        text: reading._replace(days=possible)
        for text in texts
        if (reading := parse_date_reading(text)) is not None and (possible := days_by_order(reading))
    }
    years_last = {text: reading for text, reading in readings.items() if not {"", YEAR_FIRST} & set(reading.days)}
    if not years_last:
        return ColumnEvidence(YEAR_FIRST)
    short = _judge_days_before_months(readings) or _judge_short_years(years_last)
    if short is not None:
        return short
    days, months = _texts_of_one_order(years_last, DAY_FIRST), _texts_of_one_order(years_last, MONTH_FIRST)
    either = [text for text, reading in years_last.items() if _is_day_or_month(reading)]
    if bool(days) == bool(months) and either:
        return ColumnEvidence(DAY_OR_MONTH_FIRST, (months or either)[0])
    order, example = (DAY_FIRST, days) if len(days) >= len(months) else (MONTH_FIRST, months)
    if not either and _are_maybe_swapped(readings, years_last):
        return ColumnEvidence(MAYBE_SWAPPED_DAYS, example[0])
    return ColumnEvidence(order, example[0] if example else "")


def _judge_days_before_months(readings: Mapping[str, DateReading]) -> ColumnEvidence | None:
    """Return the evidence for days between the year and the month (2026-30-06), or None if there is none."""
    shown = next((text for text, reading in readings.items() if set(reading.days) == {YEAR_DAY_MONTH}), None)
    if shown is None:
        return None
    is_order = all(YEAR_DAY_MONTH in reading.days for reading in readings.values())
    return ColumnEvidence(YEAR_DAY_MONTH if is_order else MAYBE_SWAPPED_DAYS, shown)


def _texts_of_one_order(readings: Mapping[str, DateReading], order: str) -> list[str]:
    orders = {DAY_FIRST, MONTH_FIRST}
    return [text for text, reading in readings.items() if orders & set(reading.days) == {order}]


def _is_day_or_month(reading: DateReading) -> bool:
    days = reading.days
    return DAY_FIRST in days and MONTH_FIRST in days and days[DAY_FIRST] != days[MONTH_FIRST]


def _judge_short_years(readings: Mapping[str, DateReading]) -> ColumnEvidence | None:
    """Return the evidence for two-digit years in first place (25-12-24), or None if there is none.

    In a long column, the position with only a few different numbers is the year; for a short column a person is asked.
    """
    short = {text: reading for text, reading in readings.items() if SHORT_YEAR_FIRST in reading.days}
    others = [text for text, reading in readings.items() if SHORT_YEAR_FIRST not in reading.days]
    only = [text for text, reading in short.items() if len(reading.days) == 1]
    if only:
        return ColumnEvidence(SHORT_YEAR_FIRST, only[0])
    if not short or others:
        return None
    first = next(iter(short))
    few_years_stand = _find_few_years(list(short))
    if few_years_stand == "last":
        return None
    if few_years_stand == "first":
        return ColumnEvidence(SHORT_YEAR_FIRST, first)
    orders = [order for order in (DAY_FIRST, MONTH_FIRST) if all(order in reading.days for reading in short.values())]
    return ColumnEvidence(_CHOICES_PARTED_BY.join([*orders, SHORT_YEAR_FIRST]), first)


def _find_few_years(texts: Sequence[str]) -> str:
    """Return whether the years of many dates are "first" or "last", or "" if they do not show it."""
    numbers = [re.split(r"[-/.]", text) for text in texts]
    firsts, lasts = len({parts[0] for parts in numbers}), len({parts[2] for parts in numbers})
    if lasts <= _FEW_YEARS and firsts >= _MANY_DAYS:
        return "last"
    return "first" if firsts <= _FEW_YEARS and lasts >= _MANY_DAYS else ""


def _are_maybe_swapped(readings: Mapping[str, DateReading], years_last: Mapping[str, DateReading]) -> bool:
    """Return whether a program may have swapped days and months: only dates with a day above twelve are still texts."""
    left = [span.first.day > 12 for reading in years_last.values() for span in reading.days.values()]
    taken = [reading.days for reading in readings.values() if YEAR_FIRST in reading.days]
    return (
        all(left)
        and all(YEAR_DAY_MONTH in days for days in taken)
        and any(days[YEAR_FIRST] != days[YEAR_DAY_MONTH] for days in taken)
    )


OPEN_YEAR = "?"
_FEWEST_DATED = 3  # days with a year that show the year of the others


def judge_missing_year(texts: Iterable[str], style: DateStyle) -> ColumnEvidence:
    """Return the year of the days without one among the distinct *texts* of a column.

    The answer is "" if there is no such day, or if all of them are near today; OPEN_YEAR if several years are possible.
    """
    distinct = list(texts)
    if not any((reading := parse_date_reading(text)) is not None and reading.yearless for text in distinct):
        return ColumnEvidence("")  # nearly every column
    read = {text: read_written_date(text, style) for text in distinct}
    open_texts = [text for text, one in read.items() if one.rule == "no_year"]
    if not open_texts:
        return ColumnEvidence("")
    years = {one.value.year for one in read.values() if one.value is not None and one.rule != "relative_date"}
    dated = [text for text, one in read.items() if one.rule in ("date_as_text", "period_as_date")]
    if len(years) == 1 and len(dated) >= _FEWEST_DATED:
        return ColumnEvidence(str(min(years)), dated[0])
    return ColumnEvidence(OPEN_YEAR, open_texts[0])


class NumberColumn(NamedTuple):
    """The numbers of a column, NaN where a text is not a number, and the verdicts by text."""

    values: pd.Series
    verdicts: Mapping[str, WrittenNumber]


class DateColumn(NamedTuple):
    """The days of a column, NaT where a text is not a date, and the verdicts by text."""

    values: pd.Series
    verdicts: Mapping[str, WrittenDate]


def read_number_column(
    texts: pd.Series, column_type: ColumnType | None, style: NumberStyle, cells: Collection[str] = ()
) -> NumberColumn:
    """Return *texts* as numbers, where *cells* are contents of number cells; each distinct text is read once."""
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
    """Return texts of only digits and a decimal dot as numbers, the rest as NaN; most columns contain nothing else."""
    if style.decimal != DOT_DECIMAL or style.times != 1.0 or style.own:
        return np.full(len(texts), np.nan)
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy("float64", copy=True)
    unfit = ~(np.abs(numbers) < NUMBER_LIMIT)
    if column_type is ColumnType.INTEGER:
        unfit |= numbers % 1 != 0
    numbers[unfit] = np.nan
    return numbers


def read_date_column(texts: pd.Series, style: DateStyle, keeps_clock: bool = False) -> DateColumn:
    """Return *texts* as days, or with time of day if the column *keeps_clock*; each distinct text is read once."""
    codes, distinct = pd.factorize(texts)
    read = _doubt_months([*distinct], [read_written_date(text, style) for text in distinct], style.today)
    known = np.array([np.datetime64(one.value or "NaT", "s") for one in read], dtype=DATE_DTYPE)
    if not keeps_clock:
        known = known.astype("datetime64[D]").astype(DATE_DTYPE)
    for at in np.flatnonzero(find_unlikely_dates(known)):
        read[at] = WrittenDate(None, "unlikely_date")
        known[at] = np.datetime64("NaT", "s")
    verdicts = {text: one for text, one in zip(distinct, read, strict=True) if one.rule != "date_as_text"}
    return DateColumn(pd.Series(known[codes], index=texts.index, dtype=DATE_DTYPE), verdicts)


def _doubt_months(texts: Sequence[str], read: list[WrittenDate], today: date | None) -> list[WrittenDate]:
    """Return *read* without the months among days that lack a year: beside 15-Jul, Jul-20 may be the twentieth."""
    lacks_year = [text for text, one in zip(texts, read, strict=True) if one.rule in ("day_without_year", "no_year")]
    if today is None or not any(map(is_day_without_year, lacks_year)):
        return read
    months = {text: one.value for text, one in zip(texts, read, strict=True) if one.rule == "period_as_date"}
    days = {text: read_month_as_day(text, today.year) for text in months}
    return [
        WrittenDate(None, "ambiguous_date", {"first": f"{day}", "second": f"{month:%Y-%m-%d}"})
        if (day := days.get(text)) and (month := months[text])
        else one
        for text, one in zip(texts, read, strict=True)
    ]
