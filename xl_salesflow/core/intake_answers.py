"""The answers of the verbs that take in what other people write: mails, appointments, leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from xl_salesflow.core.answers import Answer

MessageFate = Literal[
    "added", "changed", "cancelled", "known", "own", "automatic", "internal", "answer", "asked", "unknown", "left_out"
]


@dataclass(frozen=True)
class LoggedMessage(Answer):
    """What became of one mail or appointment."""

    file: str
    """Name of the file, with the number of the message if it has several."""
    kind: Literal["mail", "appointment", ""]
    """What it is; blank if it was not read."""
    fate: MessageFate
    """added: a new activity; changed, cancelled: its activity was; known: it was logged before; own: we made it ourselves;
    automatic: a program wrote it; internal: only our own people are in it; answer: somebody answered an invitation; asked: a
    person has to say which deal it is about; unknown: nobody of it is in the workbook; left_out: it could not be read."""
    subject: str
    """Its subject."""
    day: date | None
    """The day it was sent, or takes place, in the time zone of the settings."""
    deal: str
    """The deal; blank if it is not logged."""
    found_by: str
    """How the deal was found: deal (named), number, quote, thread, contact or account."""
    contact: str
    """The person of the customer; blank if unknown."""
    activity: str
    """Number of the activity; blank if there is none."""
    quote: str
    """The sent quote that it answers; blank for none."""


@dataclass(frozen=True)
class LoggedMessages(Answer):
    """What became of the mails and appointments of the files."""

    messages: tuple[LoggedMessage, ...]
    """Every mail and appointment, in the order of the files."""


@dataclass(frozen=True)
class TakenLead(Answer):
    """What became of one lead."""

    place: str
    """Name of the file and number of the row; blank for a lead from the command line."""
    fate: Literal["added", "taken", "known", "left_out"]
    """added: a new deal; taken: an earlier run took the same lead; known: refused, because the workbook may have it; left_out:
    something is missing."""
    company: str
    """Its company, as told."""
    deal: str
    """Number of the deal that was made of it, now or earlier; blank if there is none."""
    account: str
    """The customer that it is, or may be."""
    contact: str
    """The person in Contacts."""
    owner: str
    """Who got it; blank for nobody."""
    answer_by: date | None
    """The day by which the first answer is due."""


@dataclass(frozen=True)
class TakenLeads(Answer):
    """What became of the leads."""

    leads: tuple[TakenLead, ...]
    """Every lead, in the order given."""
    judged: int
    """New deals, which the gates judge like typed ones."""
    refused: int = 0
    """How many of these the gates refused."""


@dataclass(frozen=True)
class RefusedFile(Answer):
    """A file that could not be taken."""

    file: str
    """Its name."""
    why: str
    """The reason, as a sentence."""


@dataclass(frozen=True)
class InboxPass(Answer):
    """What became of the files that came into a watched folder."""

    book: str
    """Path of the workbook."""
    files: tuple[str, ...]
    """Names of the files that were read."""
    leads: tuple[TakenLead, ...]
    """Every lead of them."""
    messages: tuple[LoggedMessage, ...]
    """Every mail and appointment of them."""
    refused: tuple[RefusedFile, ...]
    """Files that could not be read."""
    findings: tuple[str, ...]
    """What was refused, or has to be known, as sentences in the language of the workbook."""
