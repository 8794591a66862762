"""The follow-up list as a calendar: one day-long entry per deal, which a second import updates instead of doubling."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from icalendar import Calendar, Event

from xl_salesflow.documents.texts import say
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import Language

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_PRIORITIES = {"high": 1, "medium": 5, "low": 9}  # as RFC 5545 counts them


def as_calendar(document: Document, language: Language) -> bytes:
    """Return the list as iCalendar; every deal stands on the working day it is planned for."""
    facts = document.facts
    calendar = Calendar()
    calendar.add("prodid", "-//xl-salesflow//follow-ups//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say("followups", language))
    for group in facts["owners"]:
        for row in group["rows"]:
            calendar.add_component(_event(row, facts, language))
    return bytes(calendar.to_ical())


def _event(row: Mapping[str, Any], facts: Mapping[str, Any], language: Language) -> Event:
    made: datetime = facts["made"].replace(tzinfo=UTC)
    day: date = row["day"] or facts["day"]
    event = Event()
    event.add("uid", _uid(facts["source"], row["deal"]))
    event.add("dtstamp", made)
    event.add("sequence", int((made - _EPOCH).total_seconds()) // 60)  # a later list wins over an earlier one
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("summary", _line(say("call_one", language, account=row["account"] or row["deal"])))
    event.add("description", _description(row, language))
    event.add("priority", _PRIORITIES.get(row["priority"], 0))
    if row["stage"]:
        event.add("categories", [_line(row["stage"])])
    return event


def _uid(source: str, deal: str) -> str:
    # the workbook's name, not its folder: the same list on another machine is the same list
    return sha256(f"{PurePath(source).name}\0{deal}".encode()).hexdigest()[:32] + "@xl-salesflow"


def _description(row: Mapping[str, Any], language: Language) -> str:
    asked = say("ask", language) + " " + row["question"] if row["question"] else ""
    said = say("answered", language) + " " + row["objection"] if row["objection"] else ""
    planned = say("next_step", language) + " " + row["next_step"] if row["next_step"] else ""
    reach = " · ".join(filter(None, (row["contact"], row["phone"], row["email"])))
    return "\n".join(_line(part) for part in (row["why"], planned, asked, said, reach, row["deal"]) if part)


def _line(text: str) -> str:
    # no line of a workbook begins a line of the calendar; the library folds and escapes the rest
    return " ".join(mark for mark in "".join(c if c.isprintable() else " " for c in text).split(" ") if mark)
