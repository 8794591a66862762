"""Read times of day and spans of time: 2025-05-01T09:30:15Z, 14.30, 3 pm; 2 weeks, 3 Tage, 1w 2d, P14D, 3h 20m, 1:30."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from functools import cache, lru_cache

from xl_salesflow.core.eastern_numerals import digits_of_numerals
from xl_salesflow.core.written_values import LONGEST_WRITTEN_VALUE, normalize_written_text, read_calendar_words

NO_CLOCK = time()


def split_clock(text: str) -> tuple[str, time | None]:
    """Return *text* without its time of day, and that time: midnight if it has none, None if the time is invalid.

    A time zone is ignored: the day is the one that is written.
    """
    for shape in _clock_shapes():
        if match := shape.search(text):
            rest = f"{text[: match.start()]} {text[match.end() :]}".strip(" ,")
            return (rest, _time_of_match(match.groupdict())) if rest else (text, NO_CLOCK)
    return text, NO_CLOCK


def _time_of_match(parts: Mapping[str, str | None]) -> time | None:
    hour, minute, second = (int(parts.get(part) or 0) for part in ("hour", "minute", "second"))
    half = (parts.get("half") or parts.get("part") or "").casefold()
    if half in read_calendar_words()["date_words"]["afternoon"] and hour < 12:
        hour += 12
    elif half in ("am", "a.m.") and hour == 12:
        hour = 0
    try:
        return time(hour, minute, second)
    except ValueError:  # an invalid time
        return None


@cache
def _clock_shapes() -> tuple[re.Pattern[str], ...]:
    words = read_calendar_words()["date_words"]
    half = _any_of(words["morning"] + words["afternoon"])
    hours, minutes, seconds = (_any_of(words[f"{unit}_signs"]) for unit in ("hour", "minute", "second"))
    zone = r"(?:\s*(?:Z|(?:UTC|GMT)?\s*[+-][0-9]{1,2}(?::?[0-9]{2})?|[A-Z]{2,5}))?(?:\s*\([^()]*\))?"
    begin = rf"(?:(?<=[0-9])T|(?<![0-9:.])\s*[\s,]+|^|(?<=[^\W\d_])|(?<=[0-9])[\s,]+)(?P<part>{half})?\s*"
    digits = r"(?P<hour>[0-9]{1,2})"
    colons = r":(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    ends = [
        rf"{digits}{colons}\s*(?P<half>(?i:{half}))?{zone}$",
        rf"{digits}[.hH](?P<minute>[0-9]{{2}})\s*(?:(?i:uhr))?$",
        rf"{digits}\s*(?P<half>(?i:am|pm|a\.m\.|p\.m\.))$",
        rf"{digits}\s*(?:{hours})\s*(?:(?P<minute>[0-9]{{1,2}})\s*(?:{minutes})?)?\s*(?:(?P<second>[0-9]{{1,2}})\s*(?:{seconds})?)?$",
        rf"{digits}{colons}{zone}(?=\s+[0-9]{{4}}$)",  # Thu May  1 09:30:00 2025
    ]
    first = re.compile(rf"^{digits}{colons}[\s,]+(?=[0-9])")
    return (*(re.compile(begin + end) for end in ends), first)


def _any_of(words: list[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_ISO_DURATION = re.compile(
    r"p(?:(?P<years>\d{1,4})y)?(?:(?P<months>\d{1,4})m)?(?:(?P<weeks>\d{1,4})w)?(?:(?P<days>\d{1,6})d)?"
    r"(?:t(?:(?P<hours>\d{1,6})h)?(?:(?P<minutes>\d{1,6})m)?)?"
)
_CLOCK_SPAN = re.compile(r"([0-9]{1,3}):([0-5][0-9])(?::[0-5][0-9])?")
_MINUTES_BEHIND_HOURS = re.compile(r"(?<=h)\s*([0-9]{1,2})\s*m?$")
_DURATION_PART = re.compile(r"(?P<number>[0-9]+(?:[.,][0-9]+)?)\s*-?\s*(?P<unit>[^0-9\s.,]+)\.?[\s,]*")

DaySpan = tuple[Decimal, Decimal]

DAY_COUNT_COLUMNS = frozenset(
    {
        "day_limit", "cadence", "due_days", "quote_days", "idle_limit", "expiry_notice", "answer_days", "followup_days",
        "due_ahead", "reclaim_days",
    }
)  # fmt: skip
"""The columns and settings that count days, in which “2 weeks” is 14."""


@lru_cache(1 << 10)
def read_duration_days(text: str) -> DaySpan | None:
    """Return the fewest and the most days that *text* can mean (a month has 30 or 31), or None if it is not a duration."""
    normalized = digits_of_numerals(normalize_written_text(text).casefold())
    if not normalized or len(normalized) > LONGEST_WRITTEN_VALUE:
        return None
    if clock := _CLOCK_SPAN.fullmatch(normalized):
        normalized = f"{clock[1]}h{clock[2]}"
    normalized = _MINUTES_BEHIND_HOURS.sub(r"\1min", _write_halves(normalized))
    if match := _ISO_DURATION.fullmatch(normalized):
        parts = [(number, kind) for kind, number in match.groupdict().items() if number]
        return _add_days([(Decimal(number), _read_span_lengths()[kind]) for number, kind in parts]) if parts else None
    found, at = list[tuple[Decimal, DaySpan]](), 0
    while at < len(normalized):
        part = _DURATION_PART.match(normalized, at)
        length = _read_span_units().get(part["unit"]) if part else None
        if part is None or length is None:
            return None
        found.append((Decimal(part["number"].replace(",", ".")), length))
        at = part.end()
    return _add_days(found)


def _write_halves(text: str) -> str:
    """Return *text* with 0.5 instead of a word for half: half an hour, and its Chinese forms."""
    for shape, digits in _half_shapes():
        text = shape.sub(digits, text)
    return text


@cache
def _half_shapes() -> tuple[tuple[re.Pattern[str], str], ...]:
    halves = read_calendar_words()["durations_half"]
    behind = re.compile(rf"([0-9]+)({_any_of(halves['counters'])})({_any_of(halves['behind'])})")
    return (behind, r"\1.5\2"), (re.compile(rf"^(?:{_any_of(halves['front'])})\s*"), "0.5")


def _add_days(parts: list[tuple[Decimal, DaySpan]]) -> DaySpan:
    return sum((number * least for number, (least, _) in parts), Decimal(0)), sum(
        (number * most for number, (_, most) in parts), Decimal(0)
    )


@cache
def _read_span_lengths() -> Mapping[str, DaySpan]:
    """Return kind → the fewest and the most days of one unit."""
    read = read_calendar_words()["durations"]
    parts = {"hours": Decimal(1) / 24, "minutes": Decimal(1) / 1440}
    lengths = {kind: (Decimal(one["min"]), Decimal(one["max"])) for kind, one in read.items() if kind not in parts}
    return {**lengths, **{kind: (part, part) for kind, part in parts.items()}}


@cache
def _read_span_units() -> Mapping[str, DaySpan]:
    """Return every name of a unit → the fewest and the most days of one."""
    read = read_calendar_words()["durations"]
    return {name: _read_span_lengths()[kind] for kind, one in read.items() for name in one["names"]}
