"""Read calendar files: single events, changes, cancellations, answers of invited people, and events that repeat.

Each event is parsed on its own, so that one bad event does not hide the others. Time zone definitions are not executed: a zone
is known by its name, or else by the offset that the file gives it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from icalendar import Event
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from xl_salesflow.imports.messages.event_recurrence import RecurrenceWindow, expand_recurrence
from xl_salesflow.imports.messages.mail_headers import decode_mail_bytes, make_correspondent
from xl_salesflow.imports.messages.mail_parsing import digest_identity
from xl_salesflow.imports.messages.mail_text import (
    compile_mail_mark,
    html_to_text,
    shorten_mail_text,
    tidy_line,
)
from xl_salesflow.imports.messages.message_values import (
    Correspondent,
    Meeting,
    MeetingAnswer,
    Message,
    MessagePlace,
    UnreadMessage,
)
from xl_salesflow.schema.deal_tables import USABLE_YEARS

LARGEST_CALENDAR = 20 << 20
"""Bytes of one calendar file."""

_MOST_EVENTS = 2_000
_LONGEST_PROPERTY = 40_000
_LONGEST_UID = 120
_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})")
_ZONE_FOLDER = re.compile(r';TZID="?/(?:[^:;"/]{0,100}/){0,6}([A-Za-z_]{2,30}/[A-Za-z_]{2,40})"?(?=[;:])')
_NOT_PEOPLE = ("ROOM", "RESOURCE")
_BROKEN_EVENT = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)
"""What icalendar and dateutil raise for a property that is not as RFC 5545 says."""

Zones = Mapping[str, tzinfo]


@dataclass(frozen=True)
class _CalendarText:
    """The unfolded lines of one file: of each event, and of the calendar around them."""

    method: str
    default_zone: str
    zones: Zones
    events: tuple[tuple[str, ...], ...]
    too_many: bool


def read_calendar(raw: bytes, place: MessagePlace, window: RecurrenceWindow) -> Iterator[Message]:
    """Yield the meetings of a calendar file, and the answers in it; whatever the bytes are, nothing raises.

    Events that repeat are expanded inside *window*, whose zone is that of times without one.
    """
    if len(raw) > LARGEST_CALENDAR:
        yield UnreadMessage(place, "too_large")
        return
    found = _divide_calendar(raw)
    if not found.events:
        yield UnreadMessage(place, "no_event")
        return
    overridden = {_read_uid(lines) for lines in found.events if any(line.startswith("RECURRENCE-ID") for line in lines)}
    for number, lines in enumerate(found.events, 1):
        at = MessagePlace(place.file, place.number or (number if len(found.events) > 1 else 0))
        try:
            event = _parse_event(lines)
            yield from _EventReader(event, found, at, window).read(_list_overrides(found.events, lines, overridden))
        except _BROKEN_EVENT:
            yield UnreadMessage(at, "broken_event")
    if found.too_many:
        yield UnreadMessage(place, "too_many_events", (("count", _MOST_EVENTS),))


def _divide_calendar(raw: bytes) -> _CalendarText:
    text = decode_mail_bytes(raw).replace("\r\n", "\n").replace("\r", "\n")
    around, events, zones = list[str](), list[tuple[str, ...]](), list[list[str]]()
    inside: list[str] | None = None
    nested = ""
    for line in re.sub(r"\n[ \t]", "", text).split("\n"):
        line, marker = line[:_LONGEST_PROPERTY], line.strip().upper()
        if nested:  # an alarm inside an event
            nested = "" if marker == f"END:{nested}" else nested
        elif marker == "BEGIN:VEVENT":
            inside = []
        elif marker == "END:VEVENT" and inside is not None:
            events.append(tuple(inside))
            inside = None
            if len(events) > _MOST_EVENTS:
                return _CalendarText(*_read_frame(around, zones), tuple(events[:-1]), True)
        elif marker == "BEGIN:VTIMEZONE":
            zones.append([])
        elif inside is not None and marker.startswith("BEGIN:"):
            nested = marker.removeprefix("BEGIN:")
        elif inside is not None:
            if line.strip():
                inside.append(line)
        elif zones and not marker.startswith("X-") and len(zones) < 50:
            zones[-1].append(line.strip())
            around.append(line)
        else:
            around.append(line)
    return _CalendarText(*_read_frame(around, zones), tuple(events), False)


def _read_frame(around: Iterable[str], zones: Iterable[Iterable[str]]) -> tuple[str, str, Zones]:
    named = {key.upper(): value.strip() for key, _, value in (line.partition(":") for line in around)}
    return named.get("METHOD", "").upper(), named.get("X-WR-TIMEZONE", ""), dict(_read_zone_offsets(zones))


def _read_zone_offsets(zones: Iterable[Iterable[str]]) -> Iterator[tuple[str, tzinfo]]:
    """Yield each zone that the file defines with its standard offset, for zones that are not known by their name."""
    for lines in zones:
        name, offset, standard = "", None, False
        for line in lines:
            key, _, value = line.partition(":")
            key = key.upper().partition(";")[0]
            name = value.strip() if key == "TZID" else name
            standard = value.upper() == "STANDARD" if key == "BEGIN" else standard
            if key == "TZOFFSETTO" and (standard or offset is None) and (found := _OFFSET.match(value)):
                minutes = int(found[2]) * 60 + int(found[3])
                offset = timedelta(minutes=minutes if found[1] == "+" else -minutes)
        if name and offset is not None and abs(offset) < timedelta(hours=24):
            yield name, timezone(offset)


def _parse_event(lines: tuple[str, ...]) -> Event:
    known = (_ZONE_FOLDER.sub(r";TZID=\1", line) for line in lines)
    parsed = Event.from_ical("\r\n".join(("BEGIN:VEVENT", *known, "END:VEVENT", "")))
    if not isinstance(parsed, Event):
        raise ValueError("no event")
    return parsed


def _read_uid(lines: Iterable[str]) -> str:
    return next((line.partition(":")[2].strip() for line in lines if line.upper().startswith("UID")), "")


def _list_overrides(
    events: Iterable[tuple[str, ...]], lines: tuple[str, ...], overridden: set[str]
) -> tuple[tuple[str, ...], ...]:
    """Return the other events of the file that replace an occurrence of the event in *lines*."""
    uid = _read_uid(lines)
    if uid not in overridden:
        return ()
    return tuple(o for o in events if o is not lines and _read_uid(o) == uid)


@dataclass(frozen=True)
class _EventReader:
    """Reads one event of a calendar."""

    event: Event
    calendar: _CalendarText
    place: MessagePlace
    window: RecurrenceWindow

    def read(self, overrides: tuple[tuple[str, ...], ...]) -> Iterator[Message]:
        uid, recurrence = self._uid(), self._moment_name("recurrence-id")
        if self.calendar.method in ("REPLY", "COUNTER"):
            yield from self._read_answers(uid, recurrence)
            return
        start = self._moment("dtstart")
        if start is None:
            yield UnreadMessage(self.place, "no_start")
            return
        rule = self.event.get("rrule")
        if rule is None and "rdate" not in self.event:
            yield self._meeting(uid, recurrence, start, False)
            return
        replaced = {_name_moment(moment) for moment in self._list_replaced(overrides)}
        expanded = expand_recurrence(self.event, start, self.window, self._place_moment)
        for moment in expanded.starts:
            if (name := _name_moment(moment)) not in replaced:
                yield self._meeting(uid, name, moment, True)
        if expanded.refused:
            yield UnreadMessage(self.place, expanded.refused)

    def _meeting(self, uid: str, recurrence: str, start: datetime | date, in_series: bool) -> Meeting:
        location = tidy_line(str(self.event.get("location", "")), 120)
        description = str(self.event.get("description", ""))
        text = html_to_text(description) if description.lstrip()[:1] == "<" else description
        everything = " ".join(
            (location, text[:5_000], *(str(self.event.get(name, ""))[:500] for name in _ONLINE_PROPERTIES))
        )
        organizers = list(self._people("organizer"))
        cancelled = self.calendar.method == "CANCEL" or str(self.event.get("status", "")).upper() == "CANCELLED"
        return Meeting(
            self.place, uid, recurrence, self._sequence(), self._stamp(), cancelled, start,
            tidy_line(str(self.event.get("summary", ""))), shorten_mail_text(text), location,
            compile_mail_mark("online_meetings").search(everything) is not None,
            organizers[0] if organizers else None, tuple(self._people("attendee"))[:100], in_series,
        )  # fmt: skip

    def _read_answers(self, uid: str, recurrence: str) -> Iterator[Message]:
        for who, answer in self._list_answers():
            yield MeetingAnswer(self.place, uid, recurrence, who, answer)

    def _list_answers(self) -> Iterator[tuple[Correspondent, str]]:
        for value in _as_list(self.event.get("attendee")):
            answer = "countered" if self.calendar.method == "COUNTER" else _parameter(value, "PARTSTAT").casefold()
            yield make_correspondent(_parameter(value, "CN"), str(value)), answer or "needs-action"

    def _people(self, name: str) -> Iterator[Correspondent]:
        for value in _as_list(self.event.get(name)):
            if _parameter(value, "CUTYPE").upper() not in _NOT_PEOPLE:
                address = _parameter(value, "EMAIL") or str(value)
                yield make_correspondent(tidy_line(_parameter(value, "CN").strip("'\""), 80), address)

    def _uid(self) -> str:
        uid = tidy_line(str(self.event.get("uid", "")), 2_000)
        if not uid:
            return digest_identity(
                "\0".join(str(self.event.get(name, "")) for name in ("summary", "location", "organizer"))
            )
        return uid if len(uid) <= _LONGEST_UID else digest_identity(uid)

    def _sequence(self) -> int:
        try:
            return min(max(int(self.event.get("sequence", 0)), 0), 1 << 40)
        except (ValueError, TypeError):
            return 0

    def _stamp(self) -> str:
        for name in ("last-modified", "dtstamp"):
            if (moment := self._moment(name)) is not None:
                return _name_moment(moment)
        return ""

    def _moment_name(self, name: str) -> str:
        moment = self._moment(name)
        return "" if moment is None else _name_moment(moment)

    def _moment(self, name: str) -> datetime | date | None:
        value = self.event.get(name)
        value = value[0] if isinstance(value, list) else value
        found = getattr(value, "dt", None)
        if not isinstance(found, date):
            return None
        if found.year not in USABLE_YEARS:
            raise ValueError(found)
        return self._place_moment(found, _parameter(value, "TZID"))

    def _place_moment(self, moment: datetime | date, zone: str) -> datetime | date:
        """Return *moment* in the zone that its property or the calendar names; a day stays a day."""
        if not isinstance(moment, datetime):
            return moment
        named = find_time_zone(zone, self.calendar.zones) if zone else None
        if named is not None:
            return moment.replace(tzinfo=named)
        if moment.tzinfo is not None:
            return moment
        other = find_time_zone(self.calendar.default_zone, self.calendar.zones) if self.calendar.default_zone else None
        return moment.replace(tzinfo=other or self.window.zone)

    def _list_replaced(self, overrides: Iterable[tuple[str, ...]]) -> Iterator[datetime | date]:
        for lines in overrides:
            other = _EventReader(_parse_event(lines), self.calendar, self.place, self.window)
            if (moment := other._moment("recurrence-id")) is not None:
                yield moment


_ONLINE_PROPERTIES = (
    "x-google-conference",
    "x-microsoft-skypeteamsmeetingurl",
    "x-microsoft-onlinemeetingconflink",
    "conference",
    "url",
)


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _parameter(value: object, name: str) -> str:
    parameters = getattr(value, "params", None) or {}
    found = parameters.get(name, "")
    return str(found[0] if isinstance(found, list) and found else found)


def _name_moment(moment: datetime | date) -> str:
    """Return a name of *moment* that does not depend on its zone."""
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{moment:%Y%m%d}"


def find_time_zone(name: str, zones: Zones) -> tzinfo | None:
    """Return the zone *name*: of the IANA, of Windows, with a folder before it, or as *zones* define it; None if unknown."""
    plain = name.strip().strip("'\"").lstrip("/")
    parts = plain.split("/")
    for candidate in (WINDOWS_TO_OLSON.get(plain, ""), plain, "/".join(parts[-3:]), "/".join(parts[-2:])):
        if candidate and re.fullmatch(r"[A-Za-z][\w+-]*(/[A-Za-z][\w+-]*){0,2}", candidate, re.ASCII):
            try:
                return ZoneInfo(candidate)
            except (KeyError, ValueError, OSError):  # no such zone
                continue
    return zones.get(name)
