"""Separate the time of day from a written date: 2025-05-01T09:30:15Z, 1.5.2025 14.30, 2025/5/1 3 pm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from functools import cache

from xl_salesflow.core.written_words import read_calendar_words

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
