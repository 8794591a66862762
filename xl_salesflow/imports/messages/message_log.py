"""Log messages as activities: each mail once, each appointment as a visit that follows its changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.core.intake_answers import LoggedMessage, LoggedMessages
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.rule_declarations import MAIL_MARK
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_changes import extend_open_lists
from xl_salesflow.imports.messages.address_book import AddressBook, FoundPeople
from xl_salesflow.imports.messages.deal_choice import ChosenDeal, DealIndex
from xl_salesflow.imports.messages.event_recurrence import RecurrenceWindow
from xl_salesflow.imports.messages.known_meetings import KnownMeetings, latest_meetings
from xl_salesflow.imports.messages.message_findings import (
    ANSWERED_INVITATION,
    ANSWERS_QUOTE,
    LEAD_ANSWERED,
    NO_OPEN_DEAL,
    NOBODY_KNOWN,
    WHICH_DEAL,
    make_log_finding,
    make_unread_finding,
)
from xl_salesflow.imports.messages.message_values import (
    OWN_IDENTITY_SUFFIX,
    Correspondent,
    Mail,
    Meeting,
    MeetingAnswer,
    Message,
    MessagePlace,
    UnreadMessage,
)
from xl_salesflow.locale.texts import COMMA_SEPARATOR, SEMICOLON_SEPARATOR, fold_text
from xl_salesflow.process.lead_answers import list_waiting_leads
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

BECAUSE_OF_LOG = "log"
_WINDOW_DAYS = 92  # before and after today
_LONGEST_LIST = 300
_NOBODY = Correspondent("", "")


def read_time_zone(pipeline: Pipeline) -> tzinfo:
    """Return the time zone of the settings, or that of the computer.

    Raises:
        UsageError: the settings name a zone that does not exist.
    """
    name = pipeline.settings.text("time_zone").strip()
    if not name:
        local = datetime.now().astimezone().tzinfo
        assert local is not None
        return local
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UsageError(
            "Settings: there is no time zone “{name}”; write one such as Europe/Berlin.", name=name
        ) from None


def make_recurrence_window(pipeline: Pipeline) -> RecurrenceWindow:
    """Return the days for which appointments that repeat are logged: three months before and after today."""
    around = timedelta(days=_WINDOW_DAYS)
    return RecurrenceWindow(pipeline.today - around, pipeline.today + around, read_time_zone(pipeline))


def log_messages(pipeline: Pipeline, messages: Iterable[Message], deal: str = "") -> ChangeSet[LoggedMessages]:
    """Return the change set that logs *messages* as activities; logging them again changes nothing.

    *deal* is the deal that a person named for all of them; without it, each message tells its own, or is a finding.

    Raises:
        UsageError: there is no such deal, or the settings name an unknown time zone.
    """
    waiting = list(messages)
    work = _LogUnderWay(pipeline, deal, len(waiting))
    meetings = latest_meetings(one for one in waiting if isinstance(one, Meeting))
    for message in sorted(waiting, key=_order_of_message):
        match message:
            case Mail():
                work.take_mail(message)
            case Meeting():
                work.take_meeting(message, meetings[message.uid, message.recurrence] is message)
            case MeetingAnswer():
                work.take_answer(message)
            case UnreadMessage():
                work.leave_out(message)
    work.known.retire_moved(meetings.values(), pipeline.today)
    return work.to_change_set()


def _order_of_message(message: Message) -> tuple[int, float]:
    # a mail is logged before the mails that answer it; appointments before the answers to them
    if isinstance(message, Mail):
        return 0, message.sent.timestamp() if message.sent else 0.0
    return (1 if isinstance(message, Meeting) else 2), 0.0


@dataclass
class _LogUnderWay:
    """What one run of the log collects."""

    pipeline: Pipeline
    named: str
    most: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    logged: list[LoggedMessage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.zone = read_time_zone(self.pipeline)
        self.book, self.deals = AddressBook.index(self.pipeline), DealIndex.index(self.pipeline)
        self.known = KnownMeetings.index(self.pipeline, self.zone)
        self.mails = {
            m.removeprefix(MAIL_MARK) for m in self.pipeline["Activities"]["message"] if m.startswith(MAIL_MARK)
        }
        self.named = self._identify_deal(self.named)
        self._keys = iter(next_keys(self.pipeline, "Activities", self.most))
        self._quotes = _list_sent_quotes(self.pipeline)
        self._leads = list_waiting_leads(self.pipeline)

    def _identify_deal(self, named: str) -> str:
        if not named:
            return ""
        found = next((deal for deal in self.deals.titles if fold_text(deal) == fold_text(named)), "")
        if not found:
            raise UsageError("There is no deal {deal}; check the number.", deal=named)
        return found

    def take_mail(self, mail: Mail) -> None:
        """Log one mail."""
        day = mail.sent.astimezone(self.zone).date() if mail.sent else None
        about = _About(mail.place, "mail", mail.subject, day)
        if mail.identity.endswith(OWN_IDENTITY_SUFFIX):
            self._note(about, "own")
        elif mail.identity in self.mails:
            self._note(about, "known")
        elif mail.automatic:
            self._note(about, "automatic")
        elif mail.sent is None:
            self.leave_out(UnreadMessage(mail.place, "no_date"))
        else:
            self._log_mail(mail, about)

    def _log_mail(self, mail: Mail, about: _About) -> None:
        is_own = self.book.is_own(mail.sender)
        who = self.book.find(mail.recipients if is_own else (mail.sender, *mail.recipients))
        if is_own and not (who.is_external or who.unknown or self.named):
            self._note(about, "internal")
            return
        outgoing = is_own or (who.is_external and not self.book.find([mail.sender]).is_external)
        asked = (*who.unknown, *mail.recipients, mail.sender)[0] if outgoing else mail.sender
        chosen = self._choose(about, mail.references, who, asked)
        if chosen.deal:
            self._add_mail(mail, about, chosen, who, outgoing)

    def _add_mail(self, mail: Mail, about: _About, chosen: ChosenDeal, who: FoundPeople, outgoing: bool) -> None:
        """Add the activity of a mail about a known deal, and report the quote that it answers."""
        assert mail.sent is not None
        self.mails.add(mail.identity)
        self.deals.note_mail(mail.identity, chosen.deal)
        moment = mail.sent.astimezone(self.zone)
        quote = "" if outgoing else self._find_answered_quote(chosen, moment.date())
        ours = self.book.find([mail.sender]).own if outgoing else who.own
        contact = who.people[0].contact if who.people else ""
        self._add(
            about, chosen, contact, quote,
            date=moment.date(), at=f"{moment:%H:%M}", type="mail", contact_channel="email",
            direction="outgoing" if outgoing else "incoming", outcome="" if outgoing else "reached",
            by=(*ours, self.deals.owners[chosen.deal])[0], subject=mail.subject, summary=mail.text,
            attendees="" if contact else self._join(one.label for one in who.unknown),
            attachments=self._join(mail.attachments), message=MAIL_MARK + mail.identity,
        )  # fmt: skip
        if outgoing and (waiting := self._leads.pop(chosen.deal, None)) and waiting[0] <= moment.date():
            came, due = waiting
            facts = {"deal": chosen.deal, "day": moment.date(), "days": (moment.date() - came).days, "due": due}
            self._find("lead_answered", "note", LEAD_ANSWERED, mail.place, **facts)
        if quote:
            facts = {"who": contact or mail.sender.label, "quote": quote, "day": moment.date()}
            self._find("quote_answered", "note", ANSWERS_QUOTE, mail.place, **facts)

    def take_meeting(self, meeting: Meeting, is_latest: bool) -> None:
        """Log one appointment, or follow what changed about one that was logged; an earlier state of it changes nothing."""
        about = _About(meeting.place, "appointment", meeting.subject, self.known.place_start(meeting)[0])
        if meeting.uid.endswith(OWN_IDENTITY_SUFFIX) or not is_latest:
            self._note(about, "known" if not is_latest else "own")
            return
        everybody = [who for who in (meeting.organizer, *meeting.attendees) if who]
        who = self.book.find(everybody)
        contact = who.people[0].contact if who.people else ""
        present = self._join(_list_present(who, contact))
        if self.known.holds(meeting):
            fate, activity, deal = self.known.follow(meeting, present)
            self._note(about, fate, deal=deal, contact=contact, activity=activity)
        elif meeting.cancelled:
            self._note(about, "cancelled")
        elif not who.is_external and not self.deals.choose(meeting.subject, (), who, self.named).deal:
            self._note(about, "internal")
        elif (chosen := self._choose(about, (), who, (*everybody, _NOBODY)[0])).deal:
            day, at = self.known.place_start(meeting)
            ours = self.book.find([meeting.organizer]).own if meeting.organizer else ()
            kind, channel = ("meeting", "remote") if meeting.online else ("visit", "in_person")
            by = (ours or who.own or (self.deals.owners[chosen.deal],))[0]
            said = "\n".join(filter(None, (meeting.location, meeting.text)))
            self._add(
                about, chosen, contact, "",
                date=day, at=at, type=kind, by=by, contact_channel=channel, attendees=present, subject=meeting.subject,
                summary=said, message=self.known.write_mark(meeting),
            )  # fmt: skip

    def take_answer(self, answer: MeetingAnswer) -> None:
        """Report what an invited person of a customer answered."""
        subject, day = self.known.describe(answer.uid, answer.recurrence)
        about = _About(answer.place, "appointment", subject, day)
        self._note(about, "answer")
        if answer.answer in ANSWERED_INVITATION and day is not None and not self.book.is_own(answer.who):
            people = self.book.find([answer.who]).people
            severity = "note" if answer.answer == "accepted" else "warn"
            facts = {"who": people[0].contact if people else answer.who.label, "subject": subject, "day": day}
            self._find(
                "invitation_" + answer.answer, severity, ANSWERED_INVITATION[answer.answer], answer.place, **facts
            )

    def leave_out(self, message: UnreadMessage) -> None:
        """Report a message that is not read."""
        self.findings.append(make_unread_finding(message, self.pipeline.language))
        self._note(_About(message.place, "", "", None), "left_out")

    def to_change_set(self) -> ChangeSet[LoggedMessages]:
        """Return what was collected, with the new values of lists."""
        rows = make_table_frame(TABLES["Activities"], self.rows)
        appends = (Append("Activities", rows, BECAUSE_OF_LOG),) if len(rows) else ()
        edits = self.known.list_edits(BECAUSE_OF_LOG)
        lists = extend_open_lists(self.pipeline, {"Activities": [rows]} if len(rows) else {}, edits, BECAUSE_OF_LOG)
        changes = ChangeSet(edits=edits, appends=appends, findings=tuple(self.findings)) + lists
        return changes.with_answer(LoggedMessages(tuple(self.logged)))

    def _choose(self, about: _About, references: Sequence[str], who: FoundPeople, asked: Correspondent) -> ChosenDeal:
        """Return the deal of a message; without one, report that a person has to say it."""
        chosen = self.deals.choose(about.subject, references, who, self.named)
        if chosen.deal:
            return chosen
        person = who.people[0].contact if who.people else who.accounts[0] if who.accounts else asked.label
        facts = {"subject": about.subject, "who": person}
        if chosen.choices:
            listed = (f"{deal} ({self.deals.titles[deal]})" for deal in chosen.choices)
            choices = SEMICOLON_SEPARATOR.in_(self.pipeline.language).join(listed)
            self._find("which_deal", "warn", WHICH_DEAL, about.place, **facts, choices=choices)
        elif who.is_external:
            self._find("no_open_deal", "warn", NO_OPEN_DEAL, about.place, **facts)
        else:
            self._find("nobody_known", "note", NOBODY_KNOWN, about.place, **facts)
        self._note(about, "asked" if who.is_external else "unknown")
        return chosen

    def _find_answered_quote(self, chosen: ChosenDeal, day: date) -> str:
        """Return the quote that was sent for the deal by *day* and waits for an answer: the one named, or the latest."""
        waiting = [quote for quote, sent in self._quotes.get(chosen.deal, ()) if sent <= day]
        return chosen.quote if chosen.quote in waiting else waiting[-1] if waiting else ""

    def _add(self, about: _About, chosen: ChosenDeal, contact: str, quote: str, **cells: Any) -> None:
        key = next(self._keys)
        self.rows.append({"activity": key, "deal": chosen.deal, "contact": contact, **cells})
        self._note(about, "added", chosen.deal, chosen.how, contact, key, quote)

    def _note(
        self,
        about: _About,
        fate: Any,
        deal: str = "",
        how: str = "",
        contact: str = "",
        activity: str = "",
        quote: str = "",
    ) -> None:
        place = str(about.place)
        self.logged.append(
            LoggedMessage(place, about.kind, fate, about.subject, about.day, deal, how, contact, activity, quote)
        )

    def _find(self, rule: str, severity: str, message: Any, place: MessagePlace, **facts: object) -> None:
        self.findings.append(make_log_finding(rule, severity, message, place, self.pipeline.language, **facts))

    def _join(self, names: Iterable[str]) -> str:
        joined = COMMA_SEPARATOR.in_(self.pipeline.language).join(names)
        return joined if len(joined) <= _LONGEST_LIST else f"{joined[: _LONGEST_LIST - 1]}…"


@dataclass(frozen=True, slots=True)
class _About:
    """What is said about one message, whatever becomes of it."""

    place: MessagePlace
    kind: Any
    subject: str
    day: date | None


def _list_present(who: FoundPeople, contact: str) -> Iterable[str]:
    """Return the names of everybody in a meeting but *contact*, our own people last."""
    names = (*(person.contact for person in who.people), *(one.label for one in who.unknown), *who.own)
    return (name for name in dict.fromkeys(names) if name and name != contact)


def _list_sent_quotes(pipeline: Pipeline) -> Mapping[str, Sequence[tuple[str, date]]]:
    """Return deal → its quotes that were sent and are not decided, with the day, the earliest first."""
    quotes, found = pipeline["Quotes"], defaultdict[str, list[tuple[str, date]]](list)
    day = quotes["sent"].fillna(quotes["date"])
    waiting = quotes["status"].isin(("sent", "expired")) & quotes["decided"].isna() & day.notna()
    for row in day[waiting].sort_values(kind="stable").index:
        found[str(quotes.at[row, "deal"])].append((str(quotes.at[row, "quote"]), day[row].date()))
    return found
