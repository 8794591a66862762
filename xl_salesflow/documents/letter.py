"""A paper as an e-mail that waits to be sent: a few words from a template, the paper as PDF with it, in one .eml file."""

from __future__ import annotations

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256

from xl_salesflow.documents.names import safe_name
from xl_salesflow.documents.values import Context, printable


def letter(text: str, context: Context, pdf: bytes, name: str) -> bytes:
    """Return the draft: the first line of *text* is the subject, the rest the message; the same facts give the same bytes.

    X-Unsent makes mail programs open the file for editing. An address that is none is left out for a person to fill in.
    """
    subject, _, body = text.partition("\n")
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    mail["Subject"] = one_line(subject)
    seller, owner, contact = context["seller"], context.get("owner", {}), context.get("contact", {})
    sender = address(owner.get("name", ""), owner.get("email", "")) or address(seller["company"], seller["email"])
    for header, who in (("From", sender), ("To", address(contact.get("contact", ""), contact.get("email", "")))):
        if who:
            mail[header] = who
    mail.set_content(printable(body).lstrip("\n"), cte="base64")
    mail.add_attachment(pdf, "application", "pdf", filename=f"{safe_name(name)}.pdf", cte="base64")
    digest = sha256(text.encode() + pdf).hexdigest()[:32]
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{digest}_{number}")  # else it is drawn by lot
    return mail.as_bytes()


def address(name: str, typed: str) -> Address | None:
    """Return an address with its name; None for what is none."""
    try:
        found = Address(display_name=one_line(name), addr_spec=typed.strip())
    except (HeaderParseError, ValueError, IndexError):  # what people type as an address may be anything
        return None
    return found if found.domain and typed.isascii() else None


def one_line(text: str) -> str:
    """Return *text* as it may stand in a header: on one line, without marks that do not print."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
