"""What is said about a mail or an appointment that is not logged, or that somebody should look at."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.core.pipelines import Finding
from xl_salesflow.imports.messages.message_values import MessagePlace, UnreadMessage
from xl_salesflow.locale.texts import Language, Text

_LOG_FINDING = Text("{file}: {what}")

WHICH_DEAL = Text("“{subject}” from {who} may be about several deals; log it with --deal and one of: {choices}.")
NO_OPEN_DEAL = Text("“{subject}” is about {who}, who has no open deal; log it with --deal and its number.")
NOBODY_KNOWN = Text(
    "“{subject}”: {who} is neither in Contacts nor at the domain of a customer; add the contact, or log it with --deal."
)
ANSWERS_QUOTE = Text("{who} answered quote {quote} on {day}; if it is decided, set its status.")
LEAD_ANSWERED = Text(
    "The lead {deal} had its first answer on {day}, {days} {days:day|days} after it came; it was due on {due}."
)
ANSWERED_INVITATION: Mapping[str, Text] = MappingProxyType(
    {
        "accepted": Text("{who} accepted the appointment “{subject}” on {day}."),
        "declined": Text("{who} declined the appointment “{subject}” on {day}; agree on another day."),
        "tentative": Text("{who} may come to the appointment “{subject}” on {day}; ask again."),
        "countered": Text("{who} proposes another time for the appointment “{subject}” on {day}."),
    }
)

UNREAD_REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "too_large": Text("it is too large for a mail or a calendar; it is left out."),
        "too_deep": Text("its parts are nested deeper than those of any mail; it is left out."),
        "no_mail": Text("it is not a mail; it is left out."),
        "no_date": Text("it does not say when it was sent; it is left out."),
        "no_event": Text("it holds no appointment; it is left out."),
        "no_start": Text("the appointment does not say when it begins; it is left out."),
        "broken_event": Text("the appointment cannot be read, because something of it is not valid; it is left out."),
        "too_many_events": Text("it holds more than {count} appointments; the rest is left out."),
        "too_many_mails": Text("it holds more than {count} mails; the rest is left out."),
        "too_often": Text("the appointment repeats every hour or more often; it is left out."),
        "too_old": Text("the appointment has been repeating for more than 25 years; it is left out."),
        "too_many": Text("the appointment repeats more often than is logged; the later ones are left out."),
    }
)


def make_log_finding(
    rule: str, severity: str, message: Text, place: MessagePlace, language: Language, **facts: object
) -> Finding:
    """Return a finding about the message at *place*."""
    said = message.in_(language, **facts)
    return Finding(
        f"log_{rule}", severity, _LOG_FINDING.in_(language, file=str(place), what=said), "Activities", cell=str(place)
    )


def make_unread_finding(message: UnreadMessage, language: Language) -> Finding:
    """Return the finding about a message that is not read."""
    return make_log_finding(
        message.reason, "warn", UNREAD_REASONS[message.reason], message.place, language, **dict(message.facts)
    )
