"""E-mail drafts of lists and digests: a text, the same as a page, and calendars; the same facts give the same bytes.

X-Unsent makes mail programs open the file for editing instead of as a received mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from pathlib import PurePath

from xl_salesflow.documents.template_values import single_line_text

MailPerson = tuple[str, str]
"""A name and an address, as people typed them."""


@dataclass(frozen=True, slots=True)
class MailDraft:
    """What a draft says and to whom; *made* is in UTC, *source* is the path of the workbook."""

    subject: str
    text: str
    page: str
    sender: MailPerson
    recipients: Sequence[MailPerson]
    made: datetime
    source: str

    @property
    def id(self) -> str:
        """Return what tells this draft from others; the same on another machine."""
        told = (PurePath(self.source).name, str(self.made), *map(str, self.recipients))
        return sha256("\0".join(told).encode()).hexdigest()[:32]


def build_mail_draft(draft: MailDraft, calendars: Mapping[str, bytes]) -> bytes:
    """Return *draft* as a file, with *calendars* attached under their names.

    Invalid addresses are left out for a person to fill in.
    """
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    mail["Subject"] = single_line_text(draft.subject)
    mail["Date"] = format_datetime(draft.made.replace(tzinfo=UTC))
    mail["Message-ID"] = f"<{draft.id}@xl-salesflow>"
    for header, people in (("From", [draft.sender]), ("To", draft.recipients)):
        addresses = list(_list_usable_addresses(people))
        if addresses:
            mail[header] = addresses
    mail.set_content(draft.text, cte="base64")
    mail.add_alternative(draft.page, subtype="html", cte="base64")
    for name, calendar in calendars.items():
        mail.add_attachment(calendar, "text", "calendar", filename=name, cte="base64")
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{draft.id}_{number}")  # otherwise it is random
    return mail.as_bytes()


def _list_usable_addresses(people: Iterable[MailPerson]) -> Iterator[Address]:
    for name, address in people:
        try:
            yield Address(display_name=single_line_text(name), addr_spec=address.strip())
        except (HeaderParseError, ValueError, IndexError):
            continue  # people type anything as an address
