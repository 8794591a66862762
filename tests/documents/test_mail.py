"""The follow-up list as an e-mail draft, read back like a mail program."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from icalendar import Calendar

from tests.documents import samples
from tests.documents.samples import ATTACKS
from xl_salesflow.core.change_sets import Document
from xl_salesflow.documents.document_writer import render_document
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.due_followups import split_document_by_owner


def mail(document: Document, language: Language = "en") -> EmailMessage:
    """Return the draft as a mail program reads it."""
    message = message_from_bytes(render_document(document, language, "eml"), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text(message: EmailMessage) -> str:
    """Return the plain text of a draft."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_each_owner_gets_a_draft() -> None:
    first, second = split_document_by_owner(samples.followups())
    assert (first.name, second.name) == ("follow-ups 2026-11-22 Li Wei", "follow-ups 2026-11-22")
    message = mail(first)
    assert (message["To"], message["From"]) == ("Li Wei <li@north.example>", "North <sales@north.example>")
    assert message["Subject"] == "2 follow-ups for 22 Nov 2026"
    assert message["X-Unsent"] == "1"  # opens for editing instead of as a received mail
    assert "To" not in mail(second)
    assert mail(second)["Subject"] == "1 follow-up for 22 Nov 2026"


TEXT = """\
Who to call on 22 Nov 2026, most urgent first

Li Wei (2 deals)

1. Acme · Shift Board · D-1 · Demo · $1,235 · High · 2 working days late
   Next step overdue by 2 days.
   Next: Call Bob
   Ask: Who signs?
   Answered last: Price: too dear → pays back in a year
   Bob Stone · +31 (0)20 555 · bob@acme.example

2. D-2 · D-2 · Low · today · planned for 23 Nov 2026
"""


def test_the_text_matches_the_page() -> None:
    assert text(mail(split_document_by_owner(samples.followups())[0])).startswith(TEXT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_calendar_are_attached(language: Language) -> None:
    document = split_document_by_owner(samples.followups())[0]
    message = mail(document, language)
    page, (calendar,) = message.get_body(("html",)), message.iter_attachments()
    assert page is not None
    assert (
        page.get_content().replace("\r\n", "\n").strip()
        == render_document(document, language, "html").decode("utf-8").strip()
    )
    assert calendar.get_filename() == "follow-ups.ics"
    assert len(Calendar.from_ical(calendar.get_payload(decode=True)).walk("VEVENT")) == 2


@pytest.mark.parametrize(
    "attack", [*ATTACKS, "x\r\nBcc: all@example.com", "x\nBcc: all@example.com", "a@b\r\nBcc: c@d", "\0", ""]
)
def test_typed_text_cannot_become_a_header_or_a_part(attack: str) -> None:
    plain, shown = (mail(split_document_by_owner(samples.followups(word))[0]) for word in ("x", attack or ""))
    optional = {"To", "From"}  # an invalid address is left out
    assert set(shown.keys()) - optional == set(plain.keys()) - optional
    assert shown["Bcc"] is None
    assert [part.get_content_type() for part in shown.walk()] == [part.get_content_type() for part in plain.walk()]


@pytest.mark.parametrize("address", ["", "no address", "a@b c", "<a@b>", "a@", "@b", "a@b\r\nBcc: c@d", "a@b, c@d"])
def test_an_invalid_address_is_left_for_a_person_to_fill_in(address: str) -> None:
    document = split_document_by_owner(samples.followups())[0]
    document.facts["owners"][0]["email"] = address
    assert mail(document)["To"] is None


def test_the_same_list_gives_the_same_bytes() -> None:
    assert render_document(samples.followups(), "zh", "eml") == render_document(samples.followups(), "zh", "eml")


def test_every_line_is_short_enough_for_every_server() -> None:
    lines = render_document(samples.followups("长" * 3000), "zh", "eml").split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert b"\n" not in b"".join(lines)
