"""Expand events that repeat, inside a window and with a limit: a rule may have no end, or match nothing for a thousand years."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice

from dateutil.rrule import rrulestr
from icalendar import Event

_MOST_OCCURRENCES = 120
_LONGEST_PAST = timedelta(days=366 * 25)
_MOST_LISTED_DAYS = 1_000
_SLOW_FREQUENCIES = ("SECONDLY", "MINUTELY", "HOURLY")
_MOST_MOMENTS, _MOST_RULE_VALUES, _LONGEST_INTERVAL = 20_000, 100, 1_000
_USUAL_PARTS = {
    "DAILY": ("BYDAY", "BYMONTH"),
    "WEEKLY": ("BYDAY", "BYMONTH"),
    "MONTHLY": ("BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"),
    "YEARLY": ("BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"),
}
"""Frequency → the parts of a rule that calendar programs write; others are refused."""

Placing = Callable[[datetime | date, str], datetime | date]


@dataclass(frozen=True, slots=True)
class RecurrenceWindow:
    """The days inside which events that repeat are expanded, and the *zone* of times that name none."""

    first: date
    last: date
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class ExpandedEvent:
    """The starts of the occurrences inside a window, in order; *refused* names the message if some are left out."""

    starts: tuple[datetime | date, ...]
    refused: str = ""


def expand_recurrence(event: Event, start: datetime | date, window: RecurrenceWindow, place: Placing) -> ExpandedEvent:
    """Return the occurrences of *event*, which begins at *start*; *place* gives a moment the zone of its property.

    The rule is followed in local time, so that an event at nine stays at nine when the clocks change.

    Raises:
        ValueError: the rule is not one.
    """
    rule = event.get("rrule")
    rules = rule if isinstance(rule, list) else [] if rule is None else [rule]
    if any(str(part).upper() in _SLOW_FREQUENCIES for one in rules for part in one.get("FREQ", ())):
        return ExpandedEvent((), "too_often")
    local = _as_local(start)
    if datetime.combine(window.first, time()) - local > _LONGEST_PAST:
        return ExpandedEvent((), "too_old")
    zone = start.tzinfo if isinstance(start, datetime) else None
    left_out = {_as_local(moment, zone) for moment in _list_days(event, "exdate", place)}
    end = datetime.combine(window.last, time(23, 59, 59))
    found = {moment for one in rules[:3] for moment in _follow_rule(one.to_ical().decode("utf-8"), local, end, zone)}
    found |= {_as_local(moment, zone) for moment in _list_days(event, "rdate", place)} | {local}
    begin = datetime.combine(window.first, time())
    inside = sorted(moment for moment in found - left_out if begin <= moment <= end)
    starts = tuple(moment.replace(tzinfo=zone) if isinstance(start, datetime) else moment.date() for moment in inside)
    return ExpandedEvent(starts[:_MOST_OCCURRENCES], "too_many" if len(starts) > _MOST_OCCURRENCES else "")


def _follow_rule(rule: str, start: datetime, end: datetime, zone: tzinfo | None) -> Iterator[datetime]:
    """Yield the moments of *rule* up to *end*. A count is followed here, so that every rule ends with the window.

    dateutil looks for the next moment up to the year 9999. The calendar repeats every 400 years, so the rule is followed in the
    last of these cycles, where a rule that matches nothing ends soon.
    """
    parts = {key.upper(): value for key, _, value in (part.partition("=") for part in rule.split(";"))}
    count = parts.pop("COUNT", "")
    if until := parts.pop("UNTIL", ""):
        end = min(end, _read_rule_end(until, zone))
    unusual = set(parts) - {"FREQ", "INTERVAL", "WKST"} - set(_USUAL_PARTS.get(parts["FREQ"].upper(), ()))
    if unusual or not 1 <= int(parts.get("INTERVAL", "1")) <= _LONGEST_INTERVAL:
        raise ValueError(rule)
    if sum(len(value.split(",")) for value in parts.values()) > _MOST_RULE_VALUES:
        raise ValueError(rule)
    if end < start:
        return
    years = (9999 - end.year) // 400 * 400
    parts["UNTIL"] = f"{_add_years(end, years):%Y%m%dT%H%M%S}"
    text = ";".join(f"{key}={value}" for key, value in parts.items())
    moments = islice(rrulestr(text, dtstart=_add_years(start, years)), min(int(count or _MOST_MOMENTS), _MOST_MOMENTS))
    yield from (_add_years(moment, -years) for moment in moments)


def _read_rule_end(until: str, zone: tzinfo | None) -> datetime:
    """Return the last moment of a rule in local time."""
    if len(until) == 8:
        return datetime.strptime(until, "%Y%m%d") + timedelta(days=1, seconds=-1)
    end = datetime.strptime(until.rstrip("Zz"), "%Y%m%dT%H%M%S")
    return _as_local(end.replace(tzinfo=UTC), zone or UTC) if until[-1:] in "Zz" else end


def _add_years(moment: datetime, years: int) -> datetime:
    return moment.replace(year=moment.year + years)


def _list_days(event: Event, name: str, place: Placing) -> Iterator[datetime | date]:
    value = event.get(name)
    lists = value if isinstance(value, list) else [] if value is None else [value]
    moments = (
        (one.dt, str(getattr(many, "params", {}).get("TZID", ""))) for many in lists for one in getattr(many, "dts", ())
    )
    for moment, zone in islice(moments, _MOST_LISTED_DAYS):
        first = moment[0] if isinstance(moment, tuple) else moment  # a period
        yield place(first, zone)


def _as_local(moment: datetime | date, zone: tzinfo | None = None) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    if zone is not None and moment.tzinfo is not None:
        moment = moment.astimezone(zone)
    return moment.replace(tzinfo=None)
