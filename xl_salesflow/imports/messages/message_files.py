"""Read the messages of files and folders that were named: single mails, mailboxes, mails of Outlook, calendars."""

from __future__ import annotations

import mailbox
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.messages.calendar_events import read_calendar
from xl_salesflow.imports.messages.event_recurrence import RecurrenceWindow
from xl_salesflow.imports.messages.mail_parsing import LARGEST_MAIL, read_mail
from xl_salesflow.imports.messages.message_values import Mail, Message, MessagePlace, UnreadMessage
from xl_salesflow.imports.messages.outlook_mails import OUTLOOK_SIGNATURE, read_outlook_mail

MESSAGE_SUFFIXES = (".eml", ".msg", ".mbox", ".mbx", ".ics")
"""The names of files in a folder that are read."""

_LARGEST_MAILBOX = 2 << 30
_MOST_FILES, _MOST_MAILS = 20_000, 50_000


def list_message_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files at *paths*, and for each folder those directly in it, by name. Links in a folder are not followed.

    Raises:
        UsageError: a path does not exist, or a folder holds no message.
    """
    found = list[Path]()
    for path in paths:
        if path.is_file():
            found.append(path)
            continue
        if not path.is_dir():
            raise UsageError("{path} does not exist; check the name.", path=path)
        inside = [one for one in sorted(path.iterdir()) if one.suffix.casefold() in MESSAGE_SUFFIXES]
        inside = [one for one in inside if one.is_file() and not one.is_symlink()]
        if not inside:
            raise UsageError("{path} holds no mails or calendars (.eml, .msg, .mbox, .ics).", path=path)
        found += inside[:_MOST_FILES]
    return found


def read_messages(paths: Sequence[Path], window: RecurrenceWindow) -> Iterator[Message]:
    """Yield the messages in the files at *paths*; an invitation by mail is yielded as its meeting.

    Raises:
        UsageError: a file cannot be opened, or needs a package that is not installed.
    """
    for path in paths:
        try:
            yield from _read_file(path, window)
        except OSError as error:
            why = error.strerror or "?"
            raise UsageError("{path} cannot be opened: {why}.", path=path, why=why) from error


def _read_file(path: Path, window: RecurrenceWindow) -> Iterator[Message]:
    place, size = MessagePlace(path.name), path.stat().st_size
    with path.open("rb") as opened:
        start = opened.read(64)
    if start.startswith(b"From ") or path.suffix.casefold() in (".mbox", ".mbx"):
        if size > _LARGEST_MAILBOX:
            yield UnreadMessage(place, "too_large")
        else:
            yield from _read_mailbox(path, window)
        return
    if size > LARGEST_MAIL:
        yield UnreadMessage(place, "too_large")
        return
    raw = path.read_bytes()
    if raw.startswith(OUTLOOK_SIGNATURE):
        yield from _unfold_invitation(read_outlook_mail(raw, place), window)
    elif raw.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].upper() == b"BEGIN:VCALENDAR":
        yield from read_calendar(raw, place, window)
    else:
        yield from _unfold_invitation(read_mail(raw.removeprefix(b"\xef\xbb\xbf"), place), window)


def _read_mailbox(path: Path, window: RecurrenceWindow) -> Iterator[Message]:
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), 1):
            if number > _MOST_MAILS:
                yield UnreadMessage(MessagePlace(path.name, number), "too_many_mails", (("count", _MOST_MAILS),))
                return
            yield from _unfold_invitation(read_mail(box.get_bytes(key), MessagePlace(path.name, number)), window)
    finally:
        box.close()


def _unfold_invitation(message: Message, window: RecurrenceWindow) -> Iterator[Message]:
    """Yield the meetings of the calendars in a mail instead of the mail; a mail with an unreadable one stays a mail."""
    if not isinstance(message, Mail) or not message.calendars:
        yield message
        return
    inside = [one for raw in message.calendars for one in read_calendar(raw, message.place, window)]
    if any(not isinstance(one, UnreadMessage) for one in inside):
        yield from inside
    else:
        yield message
