"""A mail and a meeting as values, independent of the program that wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

OWN_IDENTITY_SUFFIX = "@xl-salesflow"
"""The end of the ids of mail drafts and calendar events that the product wrote itself."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Somebody who wrote, received or was invited: the *name* as written there, and the *address* folded; either may be ""."""

    name: str
    address: str

    @property
    def label(self) -> str:
        """Return the name, or else the address."""
        return self.name or self.address


@dataclass(frozen=True, slots=True)
class MessagePlace:
    """Where a message stands: the name of its file, and its *number* in a file with several (from 1; 0 if it is alone)."""

    file: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.file} › {self.number}" if self.number else self.file


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. *identity* is its Message-ID, or else a digest of what it says; *sent* knows its time zone.

    *text* is what the sender wrote, without quoted mails and signature. *references* are the ids of the mails it answers.
    An *automatic* one was written by a program: an out-of-office note, a receipt, a mail that came back.
    """

    place: MessagePlace
    identity: str
    sender: Correspondent
    recipients: tuple[Correspondent, ...]
    subject: str
    sent: datetime | None
    text: str
    attachments: tuple[str, ...]
    references: tuple[str, ...]
    automatic: bool = False
    calendars: tuple[bytes, ...] = ()
    """Calendar parts: an invitation or an answer to one. Such a mail is logged as the meeting, not as a mail."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One occurrence of a calendar event. *start* knows its time zone, or is a day; *recurrence* names it in its series.

    A higher *sequence* replaces a lower one.
    """

    place: MessagePlace
    uid: str
    recurrence: str
    sequence: int
    stamp: str
    cancelled: bool
    start: datetime | date
    subject: str
    text: str
    location: str
    online: bool
    organizer: Correspondent | None
    attendees: tuple[Correspondent, ...]
    in_series: bool = False
    """The event repeats, and this is the occurrence of its rule; other occurrences of the series may be known."""


@dataclass(frozen=True, slots=True)
class MeetingAnswer:
    """The answer of an invited person to a meeting, as their program sends it: accepted, declined or tentative."""

    place: MessagePlace
    uid: str
    recurrence: str
    who: Correspondent
    answer: str


@dataclass(frozen=True, slots=True)
class UnreadMessage:
    """A message that is not read, and why: the id of a message in message_findings, with its *facts*."""

    place: MessagePlace
    reason: str
    facts: tuple[tuple[str, object], ...] = ()


Message = Mail | Meeting | MeetingAnswer | UnreadMessage
