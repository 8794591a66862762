"""The follow-up list as an e-mail that waits to be sent: text, page and calendar in one .eml file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from xl_salesflow.documents.followup_list import as_html, shown
from xl_salesflow.documents.ics import as_calendar
from xl_salesflow.documents.texts import say
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import Language

Facts = Mapping[str, Any]


def as_mail(document: Document, language: Language) -> bytes:
    """Return the list as a draft to its owners; an address that is none is left out for a person to fill in.

    X-Unsent makes mail programs open the file for editing. The same facts give the same bytes.
    """
    facts, told = document.facts, shown(document.facts, language)
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    mail["Subject"] = _subject(facts, str(told["day"]), language)
    mail["Date"] = format_datetime(facts["made"].replace(tzinfo=UTC))
    mail["Message-ID"] = f"<{_digest(facts)}@xl-salesflow>"
    for header, people in (("From", [(facts["company"], facts["sender"])]), ("To", _owners(facts))):
        addresses = list(_addresses(people))
        if addresses:
            mail[header] = addresses
    mail.set_content("\n".join(_lines(told, language)), cte="base64")
    mail.add_alternative(as_html(document, language).decode("utf-8"), subtype="html", cte="base64")
    mail.add_attachment(as_calendar(document, language), "text", "calendar", filename="follow-ups.ics", cte="base64")
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{_digest(facts)}_{number}")  # else it is drawn by lot
    return mail.as_bytes()


def _subject(facts: Facts, day: str, language: Language) -> str:
    count = sum(len(group["rows"]) for group in facts["owners"])
    return _line(say("mail_subject_one" if count == 1 else "mail_subject", language, count=count, day=day))


def _owners(facts: Facts) -> list[tuple[str, str]]:
    return [(group["owner"], group["email"]) for group in facts["owners"]]


def _addresses(people: Iterable[tuple[str, str]]) -> Iterator[Address]:
    for name, address in people:
        try:
            yield Address(display_name=_line(name), addr_spec=address.strip())
        except (HeaderParseError, ValueError, IndexError):
            continue  # what people type as an address may be anything


def _digest(facts: Facts) -> str:
    source = PurePath(facts["source"]).name
    return sha256("\0".join((source, str(facts["made"]), *map(str, _owners(facts)))).encode()).hexdigest()[:32]


def _lines(told: Mapping[str, Any], language: Language) -> Iterator[str]:
    yield _line(told["subtitle"])
    for group in told["owners"]:
        yield from ("", _line(f"{group['owner']} ({group['count']})"))
        for row in group["rows"]:
            yield ""
            head = (f"{row['rank']}. {row['account'] or row['deal']}", row["deal"], row["stage"], row["amount"])
            yield _line(" · ".join(filter(None, (*head, row["priority"], row["when"], row["on"]))))
            yield "   " + _line(row["why"])
            for label, id in (("next_step", "next_step"), ("ask", "question"), ("answered", "objection")):
                if row[id]:
                    yield "   " + _line(f"{say(label, language)} {row[id]}")
            yield "   " + _line(" · ".join(filter(None, (row["contact"], row["phone"], row["email"]))))
        if group["left"]:
            yield from ("", _line(group["left"]))
    yield from ("", say("priorities" if told["owners"] else "nothing_due", language), "")


def _line(text: str) -> str:
    # what was typed stays on its line, and no header begins in it
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
