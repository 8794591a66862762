"""The follow-up list as a page, as Markdown, as CSV, as an e-mail draft and as a calendar that a second import updates."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from icalendar import Calendar, Event

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.deal_titles import deal_title
from xl_salesflow.documents.document_texts import document_text, texts_in_language
from xl_salesflow.documents.mail_drafts import MailDraft, build_mail_draft
from xl_salesflow.documents.template_safety import fill_template
from xl_salesflow.documents.template_values import (
    DocumentFacts,
    localize_day,
    localize_short_money,
    single_line_text,
)
from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.table_registry import TABLES

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
    events = [
        _followup_event(row, facts, language)
        for group in facts["owners"]
        for row in group["rows"]
        if not row.get("is_request")
    ]
    listed = {str(event["uid"]) for event in events}
    cancelled = (event for event in _cancelled_events(earlier, facts) if str(event["uid"]) not in listed)
    for event in (*events, *cancelled):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _cancelled_events(earlier: bytes, facts: Mapping[str, Any]) -> Iterator[Event]:
    """Yield the events of an earlier file of the same list, for today or later, as cancelled."""
    try:
        before = Calendar.from_ical(earlier) if earlier else Calendar()
    except (
        ValueError,
        IndexError,
        AttributeError,
        TypeError,
    ):  # the file at this path is not a calendar; it is replaced by one
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
    event.add("summary", single_line_text(_followup_event_summary(row, language)))
    event.add("description", _followup_event_description(row, language))
    event.add("priority", _CALENDAR_PRIORITIES.get(row["priority"], 0))
    if row["stage"]:
        event.add("categories", [single_line_text(row["stage"])])
    return event


def _followup_event_summary(row: Mapping[str, Any], language: Language) -> str:
    """Return whom to call and what for."""
    title = _followup_title(row)
    if not row["contact"]:
        return document_text("call_one", language, account=title)
    key = "call_person" if row["next_step"] else "call_person_only"
    facts = {"person": row["contact"], "account": row["account"] or title, "step": row["next_step"]}
    return document_text(key, language, **facts)


def _followup_title(row: Mapping[str, Any]) -> str:
    return deal_title(*(str(row[column_id] or "") for column_id in ("deal", "name", "account")))


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
    parts = (row["why"], next_step, question, objection, reach, _followup_title(row), row["deal"])
    return "\n".join(single_line_text(part) for part in parts if part)


_CSV_FORMULA_START = re.compile(r"[=+\-@\t\r\n\u00a0\uff1d\uff0b\uff0d\uff20|%]")
_NOT_DIALED = re.compile(r"[^0-9+*#]")


def render_followup_page(document: Document, language: Language) -> bytes:
    """Return the list as one self-contained page, owner by owner."""
    return fill_template(
        "followups.html", f=followup_list_fields(document.facts, language), t=texts_in_language(language)
    ).encode("utf-8")


def render_followup_markdown(document: Document, language: Language) -> bytes:
    """Return the list as Markdown, one checkbox per deal."""
    return fill_template(
        "followups.md", f=followup_list_fields(document.facts, language), t=texts_in_language(language)
    ).encode("utf-8")


def render_followup_csv(document: Document, language: Language) -> bytes:
    """Return the list as CSV with the sheet's headers, in UTF-8 with a byte order mark, which Excel needs.

    A text that a spreadsheet would read as a formula gets an apostrophe in front; numbers stay numbers.
    """
    table = TABLES["FollowUps"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.header.in_(language) for column in table.columns])
    for group in document.facts["owners"]:
        for row in group["rows"]:
            writer.writerow(
                [_followup_csv_cell(row.get(column.id, ""), column.options, language) for column in table.columns]
            )
    return text.getvalue().encode("utf-8-sig")


def followup_list_fields(facts: DocumentFacts, language: Language) -> dict[str, Any]:
    """Return the facts of a follow-up list as text in *language*."""
    day = localize_day(facts["day"], language)
    groups = [
        {
            "owner": group["owner"] or document_text("nobody", language),
            "count": document_text(
                "one_line" if len(group["rows"]) == 1 else "lines_count", language, count=len(group["rows"])
            ),
            "left": document_text("left_over", language, left=group["left"]) if group["left"] else "",
            "rows": [_followup_row_fields(row, facts, language) for row in group["rows"]],
        }
        for group in facts["owners"]
    ]
    return {
        "language": language_traits(language).tag,
        "company": facts["company"],
        "day": day,
        "subtitle": document_text("followups_for", language, day=day),
        "owners": groups,
    }


def lateness_text(days_late: int | None, language: Language, today: bool = True) -> str:
    """Return how late a follow-up is, in a few words; *today*: the list is for the day of the run."""
    if not days_late:
        return document_text("due_today" if today else "due_then", language)
    key = "late_by" if days_late > 0 else "to_go"
    return document_text(f"{key}_one" if abs(days_late) == 1 else key, language, days=abs(days_late))


def _followup_row_fields(row: DocumentFacts, facts: DocumentFacts, language: Language) -> dict[str, Any]:
    texts = ("deal", "account", "stage", "why", "next_step", "question", "objection", "contact", "phone", "email")
    later = row["day"] is not None and row["day"] > facts["day"]
    return {
        **{key: row[key] or "" for key in texts},
        "title": _followup_title(row),
        "rank": row["rank"],
        "level": row["priority"],
        "priority": choice_label("priority", row["priority"], language),
        "amount": "" if row["amount"] is None else localize_short_money(row["amount"], facts["currency"], language),
        "when": lateness_text(row["days_late"], language, facts["day"] == facts["today"]),
        "on": document_text("on_day", language, day=localize_day(row["day"], language)) if later else "",
        "late": (row["days_late"] or 0) > 0,
        "dial": "tel:" + _NOT_DIALED.sub("", row["phone"]) if _NOT_DIALED.sub("", row["phone"] or "") else "",
        "mail": "mailto:" + quote(row["email"], safe="@") if "@" in (row["email"] or "") else "",
    }


def _followup_csv_cell(
    value: str | int | Decimal | date | None, options: str | None, language: Language
) -> str | int | Decimal:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return value
    text = choice_label(options, value, language) if options and value else value
    return f"'{text}" if _CSV_FORMULA_START.match(text) else text


def render_followup_email(document: Document, language: Language) -> bytes:
    """Return the list as a draft to the owners, with the page and the calendar; the same facts give the same bytes."""
    facts, fields = document.facts, followup_list_fields(document.facts, language)
    letter = MailDraft(
        subject=_followup_email_subject(facts, str(fields["day"]), language),
        text="\n".join(_followup_email_lines(fields, language)),
        page=render_followup_page(document, language).decode("utf-8"),
        sender=(facts["company"], facts["sender"]),
        recipients=[(group["owner"], group["email"]) for group in facts["owners"]],
        made=facts["made"],
        source=facts["source"],
    )
    return build_mail_draft(letter, {"follow-ups.ics": render_followup_calendar(document, language)})


def _followup_email_subject(facts: DocumentFacts, day: str, language: Language) -> str:
    count = sum(len(group["rows"]) for group in facts["owners"])
    return single_line_text(
        document_text("mail_subject_one" if count == 1 else "mail_subject", language, count=count, day=day)
    )


def _followup_email_lines(fields: Mapping[str, Any], language: Language) -> Iterator[str]:
    yield single_line_text(fields["subtitle"])
    for group in fields["owners"]:
        yield from ("", single_line_text(f"{group['owner']} ({group['count']})"))
        for row in group["rows"]:
            yield ""
            head = (f"{row['rank']}. {row['title']}", row["deal"], row["stage"], row["amount"])
            yield single_line_text(" · ".join(filter(None, (*head, row["priority"], row["when"], row["on"]))))
            yield "   " + single_line_text(row["why"])
            for label, key in (("next_step", "next_step"), ("ask", "question"), ("answered", "objection")):
                if row[key]:
                    yield "   " + single_line_text(f"{document_text(label, language)} {row[key]}")
            yield "   " + single_line_text(" · ".join(filter(None, (row["contact"], row["phone"], row["email"]))))
        if group["left"]:
            yield from ("", single_line_text(group["left"]))
    yield from ("", document_text("priorities" if fields["owners"] else "nothing_due", language), "")
