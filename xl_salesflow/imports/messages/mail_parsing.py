"""Read one mail: who wrote what to whom and when, its attachments by name, and the invitation it may carry.

The parser keeps headers as they are (`compat32`), because the one that parses them by the grammar can be led into deep
recursion by a sender. They are decoded in mail_headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.message import Message as EmailMessage
from email.parser import BytesParser
from hashlib import sha256

from xl_salesflow.imports.messages.mail_headers import (
    clean_file_name,
    decode_mail_bytes,
    read_correspondents,
    read_file_name,
    read_mail_header,
    read_message_ids,
    read_sent_time,
)
from xl_salesflow.imports.messages.mail_text import (
    LONGEST_MAIL_TEXT,
    compile_mail_mark,
    html_to_text,
    shorten_mail_text,
    tidy_line,
)
from xl_salesflow.imports.messages.message_values import Correspondent, Mail, Message, MessagePlace, UnreadMessage

LARGEST_MAIL = 60 << 20
"""Bytes of one mail; providers deliver no larger ones."""

_MOST_NESTED_PARTS, _MOST_PARTS = 40, 500
_MOST_ATTACHMENTS = 20
_MOST_CALENDARS = 5
_NESTED_PART = re.compile(rb"^content-type:[ \t\r\n]*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_TNEF_SIGNATURE, _TNEF_ATTACHMENT_NAME = b"\x78\x9f\x3e\x22", 0x00018010
_TNEF_NAMES = ("application/ms-tnef", "application/vnd.ms-tnef")


def read_mail(raw: bytes, place: MessagePlace) -> Message:
    """Return the mail *raw*, or why it is not read; whatever the bytes are, nothing raises."""
    if len(raw) > LARGEST_MAIL:
        return UnreadMessage(place, "too_large")
    if len(_NESTED_PART.findall(raw)) > _MOST_NESTED_PARTS:
        return UnreadMessage(place, "too_deep")
    message = BytesParser(policy=policy.compat32).parsebytes(raw)
    if not any(message.get(name) for name in ("From", "Sender", "To", "Subject", "Date", "Received")):
        return UnreadMessage(place, "no_mail")
    parts = _MailParts(message)
    subject = tidy_line(read_mail_header(message, "Subject"))
    senders = read_correspondents(message, "From", "Sender", "Reply-To")
    text = parts.read_text()
    ids = read_message_ids(message, "Message-ID")
    sender = senders[0] if senders else Correspondent("", "")
    sent = read_sent_time(message)
    content = "\0".join((sender.address, str(sent), subject, text))
    return Mail(
        place,
        ids[0] if ids else digest_identity(content),
        sender,
        read_correspondents(message, "To", "Cc", "Bcc"),
        subject,
        sent,
        text,
        tuple(parts.attachments),
        read_message_ids(message, "References", "In-Reply-To"),
        _is_automatic(message, subject),
        tuple(parts.calendars),
    )


def digest_identity(content: str) -> str:
    """Return the identity of a message without an id of its own."""
    return "sha256-" + sha256(content.encode("utf-8", "replace")).hexdigest()[:40]


def _is_automatic(message: EmailMessage, subject: str) -> bool:
    submitted = read_mail_header(message, "Auto-Submitted").casefold()
    if submitted and not submitted.startswith("no"):
        return True
    if message.get("X-Autoreply") or message.get("X-Autorespond") or message.get_content_type() == "multipart/report":
        return True
    if read_mail_header(message, "Return-Path").strip("<> ").casefold() == "null":
        return True
    return compile_mail_mark("automatic_subjects").match(subject) is not None


class _MailParts:
    """The parts of one mail: its texts, its attachments by name and its calendars."""

    def __init__(self, message: EmailMessage) -> None:
        self._plain, self._page = list[str](), list[str]()
        self.attachments, self.calendars = list[str](), list[bytes]()
        for count, part in enumerate(_list_leaves(message)):
            if count == _MOST_PARTS:
                break
            self._take(part)

    def read_text(self) -> str:
        """Return what the sender wrote: of the plain text, or of the page if that is all there is."""
        short = shorten_mail_text("\n".join(self._plain))
        return short or shorten_mail_text(html_to_text("\n".join(self._page)))

    def _take(self, part: EmailMessage) -> None:
        kind, name = part.get_content_type(), read_file_name(part)
        disposition = read_mail_header(part, "Content-Disposition").casefold()
        if kind == "text/calendar" or name.casefold().endswith(".ics"):
            if len(self.calendars) < _MOST_CALENDARS:
                self.calendars.append(_read_payload(part))
        elif kind == "message/rfc822":
            self._attach(name or tidy_line(read_mail_header(_first_inner(part), "Subject"), 60) + ".eml")
        elif kind in _TNEF_NAMES or name.casefold() == "winmail.dat":
            for inner in list_tnef_names(_read_payload(part)):
                self._attach(inner)
        elif disposition.startswith("attachment") or (name and not kind.startswith("text/")):
            if disposition.startswith("attachment") or not part.get("Content-ID"):  # otherwise a picture of the text
                self._attach(name)
        elif kind == "text/plain":
            self._plain.append(_read_part_text(part))
        elif kind == "text/html":
            self._page.append(_read_part_text(part))
        elif name:
            self._attach(name)

    def _attach(self, name: str) -> None:
        if name and len(self.attachments) < _MOST_ATTACHMENTS and name not in self.attachments:
            self.attachments.append(name)


def _list_leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts that have no parts, without looking into attached mails."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        inner = part.get_payload()
        if part.get_content_type() != "message/rfc822" and isinstance(inner, list):
            waiting += [one for one in reversed(inner) if isinstance(one, EmailMessage)]
        else:
            yield part


def _first_inner(part: EmailMessage) -> EmailMessage:
    inner = part.get_payload()
    return inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], EmailMessage) else part


def _read_payload(part: EmailMessage) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, UnicodeError):
        return b""
    return payload if isinstance(payload, bytes) else b""


def _read_part_text(part: EmailMessage) -> str:
    charset = part.get_param("charset", "")
    named = charset if isinstance(charset, str) else str(charset[2])
    return decode_mail_bytes(_read_payload(part)[: 4 * LONGEST_MAIL_TEXT], named)[:LONGEST_MAIL_TEXT]


def list_tnef_names(raw: bytes) -> Iterator[str]:
    """Yield the names of the files in a winmail.dat, the form in which Outlook packs attachments for itself."""
    if not raw.startswith(_TNEF_SIGNATURE):
        return
    at = 6  # after the signature and a key
    while at + 9 <= len(raw):
        attribute = int.from_bytes(raw[at + 1 : at + 5], "little")
        length = int.from_bytes(raw[at + 5 : at + 9], "little")
        if attribute == _TNEF_ATTACHMENT_NAME:
            name = raw[at + 9 : at + 9 + min(length, 1_000)].partition(b"\0")[0]
            if cleaned := clean_file_name(decode_mail_bytes(name)):
                yield cleaned
        at += 9 + length + 2  # the attribute, its data and a checksum
