"""E-mail drafts: typed text starts no header, the document is attached, and mail programs open the draft for sending."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.documents import samples
from tests.documents.samples import ATTACKS
from xl_salesflow.documents.document_writer import render_document
from xl_salesflow.documents.template_filling import email_header_address
from xl_salesflow.documents.template_values import single_line_text


def mail_of(content: bytes) -> EmailMessage:
    """Return a draft as a mail program reads it."""
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


@pytest.mark.parametrize(
    ("tongue", "subject", "words"),
    [
        ("en", "Quotation Q-2026-0007", ["Dear Bob Stone,", "It is valid until 22 Dec 2026.", "Li Wei"]),
        ("zh", "报价单 Q-2026-0007", ["Bob Stone，您好：", "有效期至 2026年12月22日。", "顺颂商祺"]),
    ],
)
def test_a_draft_has_a_subject_a_message_and_the_document(tongue: str, subject: str, words: list[str]) -> None:
    mail = mail_of(render_document(samples.quote(), tongue, "eml"))  # type: ignore[arg-type]
    assert (mail["X-Unsent"], mail["Subject"]) == ("1", subject)
    assert (mail["To"], mail["From"]) == ("Bob Stone <bob@acme.example>", "Li Wei <li@north.example>")
    body = mail.get_body(("plain",))
    assert body is not None
    assert [word for word in words if word not in body.get_content()] == []
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "Q-2026-0007 Acme.pdf"
    assert attached.get_content() == render_document(samples.quote(), tongue, "pdf")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "attack", [*ATTACKS, "a\r\nBcc: all@example.com\r\n\r\nbody", "x\nSubject: y", "“\u2028Bcc: z"]
)
def test_typed_text_starts_no_header(attack: str) -> None:
    plain, mail = (
        mail_of(render_document(samples.quote("x"), "en", "eml")),
        mail_of(render_document(samples.quote(attack), "en", "eml")),
    )
    assert set(mail.keys()) <= set(plain.keys()) | {"From", "To"}
    assert [part.get_content_type() for part in mail.walk()] == [part.get_content_type() for part in plain.walk()]
    assert mail.defects == []


def test_the_subject_of_a_teams_own_template_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "quote.txt").write_text("Offer {{ deal.name }}\nHello", encoding="utf-8")
    mail = mail_of(render_document(samples.quote("a\r\nBcc: b@example.com"), "en", "eml", (tmp_path,)))
    assert "Bcc" not in mail
    assert mail["Subject"].startswith("Offer a")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("bob@example.com", "bob@example.com"),
        (" bob@example.com ", "bob@example.com"),
        ("bob@example.com, all@example.com", None),
        ("bob", None),
        ("", None),
        ("bob@example.com\r\nBcc: x@example.com", None),
        ("用户@example.com", None),
        ("<script>@x", None),
    ],
)
def test_only_one_valid_address_is_used(typed: str, kept: str | None) -> None:
    found = email_header_address("Bob", typed)
    assert (found.addr_spec if found else None) == kept


def test_one_line() -> None:
    assert single_line_text(" a\r\n b\u2028c\x00d ") == "a b c d"
