"""The follow-up list as a calendar: one all-day event per deal, which a second import updates.

A list that replaces an earlier one cancels the events that it no longer has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from icalendar import Calendar, Event

from xl_salesflow.core.change_sets import Document
from xl_salesflow.documents.document_texts import document_text
from xl_salesflow.documents.template_values import single_line_text
from xl_salesflow.locale.texts import Language

_SEQUENCE_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_CALENDAR_UID_SUFFIX = "@xl-salesflow"
_CALENDAR_LIST_PROPERTY = "x-salesflow-list"
_CALENDAR_PRIORITIES = {"high": 1, "medium": 5, "low": 9}  # as numbered in RFC 5545


def render_followup_calendar(document: Document, language: Language, earlier: bytes = b"") -> bytes:
    """Return the list as iCalendar: one event per deal, on the working day the follow-up is planned for.

    Events of the *earlier* file of the same list, for today or later, that are no longer on the list are cancelled
    (STATUS:CANCELLED, RFC 5546), and stay cancelled in later files until their day is over.
    """
    facts = document.facts
    calendar = Calendar()
    calendar.add("prodid", "-//xl-salesflow//follow-ups//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", document_text("followups", language))
    calendar.add(_CALENDAR_LIST_PROPERTY, _calendar_digest(facts["source"], facts["whose"]))
    events = [_followup_event(row, facts, language) for group in facts["owners"] for row in group["rows"]]
    listed = {str(event["uid"]) for event in events}
    cancelled = (event for event in _cancelled_events(earlier, facts) if str(event["uid"]) not in listed)
    for event in (*events, *cancelled):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _cancelled_events(earlier: bytes, facts: Mapping[str, Any]) -> Iterator[Event]:
    """Yield the events of an earlier file of the same list, for today or later, as cancelled."""
    try:
        before = Calendar.from_ical(earlier) if earlier else Calendar()
    except (ValueError, IndexError):  # the file at this path is not a calendar; it is replaced by one
        return
    if before.get(_CALENDAR_LIST_PROPERTY) != _calendar_digest(facts["source"], facts["whose"]):
        return
    for old in before.walk("VEVENT"):
        day = _event_start_day(old)
        if str(old.get("uid", "")).endswith(_CALENDAR_UID_SUFFIX) and day is not None and day >= facts["today"]:
            event = _new_list_event(str(old["uid"]), day, facts)
            event.add("status", "CANCELLED")
            event.add("summary", single_line_text(str(old.get("summary", ""))))
            yield event


def _new_list_event(uid: str, day: date, facts: Mapping[str, Any]) -> Event:
    made: datetime = facts["made"].replace(tzinfo=UTC)
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", made)
    event.add("sequence", int((made - _SEQUENCE_EPOCH).total_seconds()) // 60)  # a later list overrides an earlier one
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _followup_event(row: Mapping[str, Any], facts: Mapping[str, Any], language: Language) -> Event:
    event = _new_list_event(
        _calendar_digest(facts["source"], row["deal"]) + _CALENDAR_UID_SUFFIX, row["day"] or facts["day"], facts
    )
    event.add("status", "CONFIRMED")
    event.add("summary", single_line_text(document_text("call_one", language, account=row["account"] or row["deal"])))
    event.add("description", _followup_event_description(row, language))
    event.add("priority", _CALENDAR_PRIORITIES.get(row["priority"], 0))
    if row["stage"]:
        event.add("categories", [single_line_text(row["stage"])])
    return event


def _calendar_digest(source: str, what: str) -> str:
    # the workbook's name without its folder, so that it is the same list on another machine
    return sha256(f"{PurePath(source).name}\0{what}".encode()).hexdigest()[:32]


def _event_start_day(event: Any) -> date | None:
    try:
        when = getattr(event.get("dtstart"), "dt", None)
    except ValueError:  # not a date
        return None
    return when.date() if isinstance(when, datetime) else when if isinstance(when, date) else None


def _followup_event_description(row: Mapping[str, Any], language: Language) -> str:
    question = document_text("ask", language) + " " + row["question"] if row["question"] else ""
    objection = document_text("answered", language) + " " + row["objection"] if row["objection"] else ""
    next_step = document_text("next_step", language) + " " + row["next_step"] if row["next_step"] else ""
    reach = " · ".join(filter(None, (row["contact"], row["phone"], row["email"])))
    return "\n".join(
        single_line_text(part) for part in (row["why"], next_step, question, objection, reach, row["deal"]) if part
    )
