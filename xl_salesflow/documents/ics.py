"""The follow-up list as a calendar: one day-long entry per deal, which a second import updates instead of doubling.

A list that takes the place of an earlier one calls off the entries that are not on it any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from icalendar import Calendar, Event

from xl_salesflow.documents.texts import say
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import Language

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_OURS = "@xl-salesflow"
_LIST = "x-salesflow-list"
_PRIORITIES = {"high": 1, "medium": 5, "low": 9}  # as RFC 5545 counts them


def as_calendar(document: Document, language: Language, earlier: bytes = b"") -> bytes:
    """Return the list as iCalendar; every deal stands on the working day it is planned for.

    Entries of the *earlier* file of the same list for today or later that are not on it any more are called off
    (STATUS:CANCELLED, RFC 5546), and stay so in later files until their day is over.
    """
    facts = document.facts
    calendar = Calendar()
    calendar.add("prodid", "-//xl-salesflow//follow-ups//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say("followups", language))
    calendar.add(_LIST, _digest(facts["source"], facts["whose"]))
    events = [_event(row, facts, language) for group in facts["owners"] for row in group["rows"]]
    listed = {str(event["uid"]) for event in events}
    for event in (*events, *(one for one in _called_off(earlier, facts) if str(one["uid"]) not in listed)):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _called_off(earlier: bytes, facts: Mapping[str, Any]) -> Iterator[Event]:
    """Yield the entries of an earlier file of the same list for today or later, called off."""
    try:
        before = Calendar.from_ical(earlier) if earlier else Calendar()
    except (ValueError, IndexError):  # no calendar, and to be replaced by one
        return
    if before.get(_LIST) != _digest(facts["source"], facts["whose"]):
        return
    for one in before.walk("VEVENT"):
        day = _day(one)
        if str(one.get("uid", "")).endswith(_OURS) and day is not None and day >= facts["today"]:
            event = _of_list(str(one["uid"]), day, facts)
            event.add("status", "CANCELLED")
            event.add("summary", _line(str(one.get("summary", ""))))
            yield event


def _of_list(uid: str, day: date, facts: Mapping[str, Any]) -> Event:
    made: datetime = facts["made"].replace(tzinfo=UTC)
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", made)
    event.add("sequence", int((made - _EPOCH).total_seconds()) // 60)  # a later list wins over an earlier one
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _event(row: Mapping[str, Any], facts: Mapping[str, Any], language: Language) -> Event:
    event = _of_list(_digest(facts["source"], row["deal"]) + _OURS, row["day"] or facts["day"], facts)
    event.add("status", "CONFIRMED")
    event.add("summary", _line(say("call_one", language, account=row["account"] or row["deal"])))
    event.add("description", _description(row, language))
    event.add("priority", _PRIORITIES.get(row["priority"], 0))
    if row["stage"]:
        event.add("categories", [_line(row["stage"])])
    return event


def _digest(source: str, what: str) -> str:
    # the workbook's name, not its folder: the same list on another machine is the same list
    return sha256(f"{PurePath(source).name}\0{what}".encode()).hexdigest()[:32]


def _day(event: Any) -> date | None:
    try:
        when = getattr(event.get("dtstart"), "dt", None)
    except ValueError:  # written as what it is not
        return None
    return when.date() if isinstance(when, datetime) else when if isinstance(when, date) else None


def _description(row: Mapping[str, Any], language: Language) -> str:
    asked = say("ask", language) + " " + row["question"] if row["question"] else ""
    said = say("answered", language) + " " + row["objection"] if row["objection"] else ""
    planned = say("next_step", language) + " " + row["next_step"] if row["next_step"] else ""
    reach = " · ".join(filter(None, (row["contact"], row["phone"], row["email"])))
    return "\n".join(_line(part) for part in (row["why"], planned, asked, said, reach, row["deal"]) if part)


def _line(text: str) -> str:
    # no line of a workbook begins a line of the calendar; the library folds and escapes the rest
    return " ".join(mark for mark in "".join(c if c.isprintable() else " " for c in text).split(" ") if mark)
