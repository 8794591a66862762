"""Read mails as Outlook saves them (.msg): a compound file whose streams are the properties of the mail.

Only what a log needs is read, by the numbers of MS-OXPROPS. The package olefile is an extra, because other mails need none.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from typing import Any

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.messages.mail_headers import (
    clean_file_name,
    decode_mail_bytes,
    make_correspondent,
    read_message_ids,
    read_sent_time,
)
from xl_salesflow.imports.messages.mail_parsing import LARGEST_MAIL, digest_identity
from xl_salesflow.imports.messages.mail_text import (
    LONGEST_MAIL_TEXT,
    compile_mail_mark,
    html_to_text,
    shorten_mail_text,
    tidy_line,
)
from xl_salesflow.imports.messages.message_values import Correspondent, Mail, Message, MessagePlace, UnreadMessage

OUTLOOK_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of a compound file."""

_SUBJECT, _BODY, _PAGE, _TRANSPORT_HEADERS, _CLASS = "0037", "1000", "1013", "007D", "001A"
_INTERNET_MESSAGE_ID, _REPLY_TO_ID, _REFERENCES = "1035", "1042", "1039"
_SENDER_NAME, _SENDER_ADDRESSES = "0C1A", ("5D01", "5D02", "0C1F", "0065")
_NAME, _ADDRESSES = "3001", ("39FE", "3003")
_FILE_NAMES = ("3707", "3704", "3001")
_SENT_TIMES = (0x0039, 0x0E06)  # submitted, delivered
_MOST_STREAMS = 5_000
_WINDOWS_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_INTERNET_CODE_PAGE, _PROPERTY_TIME, _PROPERTY_LONG = 0x3FDE, 0x0040, 0x0003


def read_outlook_mail(raw: bytes, place: MessagePlace) -> Message:
    """Return the mail of a .msg file, or why it is not read.

    Raises:
        UsageError: the package that reads such files is not installed.
    """
    if len(raw) > LARGEST_MAIL:
        return UnreadMessage(place, "too_large")
    try:
        import olefile
    except ImportError:
        raise UsageError(
            '{file}: mails of Outlook need the extra outlook; install it with pip install "xl-salesflow[outlook]", or save the '
            "mails as .eml.",
            file=place.file,
        ) from None
    try:
        with olefile.OleFileIO(io.BytesIO(raw)) as opened:
            return _OutlookStreams(opened).read(place)
    except (
        OSError,
        ValueError,
        IndexError,
        KeyError,
        TypeError,
        OverflowError,
        RecursionError,
    ):  # not what it says it is
        return UnreadMessage(place, "no_mail")


class _OutlookStreams:
    """The streams of one .msg file, opened by olefile."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self._paths = ["/".join(path) for path in opened.listdir(streams=True, storages=False)[:_MOST_STREAMS]]
        self._by_folded = {path.casefold(): path for path in self._paths}

    def read(self, place: MessagePlace) -> Message:
        if not self._by_folded.get("__properties_version1.0"):
            return UnreadMessage(place, "no_mail")
        if not self._text("", _CLASS).upper().startswith(("IPM.NOTE", "IPM.SCHEDULE", "REPORT")):
            return UnreadMessage(place, "no_mail")
        headers = message_from_string(self._text("", _TRANSPORT_HEADERS)[:LONGEST_MAIL_TEXT], policy=policy.compat32)
        numbers = self._read_fixed_properties()
        subject = tidy_line(self._text("", _SUBJECT))
        text = shorten_mail_text(self._text("", _BODY)) or shorten_mail_text(html_to_text(self._page(numbers)))
        sender = make_correspondent(tidy_line(self._text("", _SENDER_NAME), 80), self._address("", _SENDER_ADDRESSES))
        times = (number for at in _SENT_TIMES if (number := numbers.get((at, _PROPERTY_TIME))))
        sent = next(
            (_WINDOWS_EPOCH + timedelta(microseconds=number // 10) for number in times), read_sent_time(headers)
        )
        identity = self._text("", _INTERNET_MESSAGE_ID).strip().strip("<>") or next(
            iter(read_message_ids(headers, "Message-ID")), ""
        )
        related = f"References: {self._text('', _REFERENCES)} {self._text('', _REPLY_TO_ID)}".replace(
            "\n", " "
        ).replace("\r", " ")
        references = read_message_ids(message_from_string(related, policy=policy.compat32), "References")
        automatic = self._text("", _CLASS).upper().startswith("REPORT") or bool(
            compile_mail_mark("automatic_subjects").match(subject)
        )
        return Mail(
            place, identity or digest_identity("\0".join((sender.address, str(sent), subject, text))), sender,
            self._read_recipients(), subject, sent, text, self._read_attachments(), references, automatic,
        )  # fmt: skip

    def _stream(self, name: str) -> bytes:
        path = self._by_folded.get(name.casefold())
        return bytes(self._opened.openstream(path).read(4 * LONGEST_MAIL_TEXT)) if path else b""

    def _text(self, folder: str, number: str) -> str:
        start = f"{folder}/" if folder else ""
        if wide := self._stream(f"{start}__substg1.0_{number}001F"):
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return decode_mail_bytes(self._stream(f"{start}__substg1.0_{number}001E")).rstrip("\0")

    def _page(self, numbers: dict[tuple[int, int], int]) -> str:
        raw = self._stream(f"__substg1.0_{_PAGE}0102")
        page = numbers.get((_INTERNET_CODE_PAGE, _PROPERTY_LONG), 0) & 0xFFFFFFFF
        named = "utf-8" if page == 65001 else f"cp{page}" if page else ""
        return decode_mail_bytes(raw, named) if raw else self._text("", _PAGE)

    def _address(self, folder: str, numbers: tuple[str, ...]) -> str:
        found = (text for number in numbers if "@" in (text := self._text(folder, number)))
        return next(found, "")

    def _folders(self, start: str) -> list[str]:
        names = (path.partition("/")[0] for path in self._paths if path.casefold().startswith(start))
        return sorted(set(names))[:200]

    def _read_recipients(self) -> tuple[Correspondent, ...]:
        return tuple(
            make_correspondent(tidy_line(self._text(folder, _NAME), 80), self._address(folder, _ADDRESSES))
            for folder in self._folders("__recip_version1.0_")
        )

    def _read_attachments(self) -> tuple[str, ...]:
        names = (
            next((clean_file_name(text) for number in _FILE_NAMES if (text := self._text(folder, number))), "")
            for folder in self._folders("__attach_version1.0_")
        )
        return tuple(dict.fromkeys(filter(None, names)))[:20]

    def _read_fixed_properties(self) -> dict[tuple[int, int], int]:
        """Return the properties of fixed length: (number, type) → value, 16 bytes each after a head of 32."""
        raw = self._stream("__properties_version1.0")
        found = dict[tuple[int, int], int]()
        for at in range(32, len(raw) - 15, 16):
            kind, number = (int.from_bytes(raw[at + low : at + low + 2], "little") for low in (0, 2))
            found[number, kind] = int.from_bytes(raw[at + 8 : at + 16], "little")
        return found
