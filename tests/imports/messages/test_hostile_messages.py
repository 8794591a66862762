"""Mails and calendars made to do harm are read within limits, and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.imports.messages.messages_book import messages_book
from tests.imports.messages.test_mail_corpus import log_one
from xl_salesflow.imports.messages import mail_parsing, message_files
from xl_salesflow.imports.messages.calendar_events import read_calendar
from xl_salesflow.imports.messages.mail_headers import decode_mail_bytes
from xl_salesflow.imports.messages.mail_parsing import read_mail
from xl_salesflow.imports.messages.mail_text import html_to_text, shorten_mail_text
from xl_salesflow.imports.messages.message_log import log_messages, make_recurrence_window
from xl_salesflow.imports.messages.message_values import Mail, MessagePlace, UnreadMessage

PLACE = MessagePlace("bomb.eml")
HEAD = "From: li.wei@acme.com.cn\nTo: mara@ours.example\nSubject: x\nDate: Mon, 2 Mar 2026 09:15:00 +0800\n"
NESTED = "".join(f"Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n" for at in range(5_000))
BOMBS = {
    # name: (the mail, whether it is read)
    "five thousand parts inside each other": (HEAD + NESTED, False),
    "parts inside each other, folded": (HEAD + NESTED.replace("Type: ", "Type:\n "), False),
    "mails inside each other": (HEAD + "Content-Type: message/rfc822\n\n" * 5_000, False),
    "a hundred thousand parts": (HEAD + "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n" * 100_000, True),
    "a header of a million letters": (HEAD.replace("Subject: x", "Subject: " + "x" * 1_000_000) + "\nhi", True),
    "a hundred thousand headers": (HEAD + "X-A: b\n" * 100_000 + "\nhi", True),
    "comments inside each other": (
        HEAD.replace("li.wei@acme.com.cn", "(" * 5_000 + "li.wei@acme.com.cn") + "\nhi",
        True,
    ),
    "a hundred thousand recipients": (HEAD.replace("mara@ours.example", "a@b.example, " * 100_000) + "\nhi", True),
    "encoded words inside each other": (HEAD.replace("Subject: x", "Subject: " + "=?utf-8?b?" * 1_000) + "\nhi", True),
    "a page that nests deeply": (HEAD + "Content-Type: text/html\n\n" + "<div>" * 100_000 + "x", True),
    "a page of open comments": (HEAD + "Content-Type: text/html\n\n" + "<!--" * 50_000 + "<![CDATA[" * 9_000, True),
    "a page of entities": (HEAD + "Content-Type: text/html\n\n" + "&amp;" * 60_000, True),
    "lines that look like heads of quotes": (HEAD + "\n" + ("On " + "a " * 290 + "\n") * 2_000, True),
    "NULs and bytes of no meaning": (HEAD + "\n\0\0\x1b[31m\x07\x9b", True),
    "base64 that is none": (HEAD + "Content-Transfer-Encoding: base64\n\n" + "=" * 50_000, True),
    "uuencoded that is none": (HEAD + "Content-Transfer-Encoding: x-uuencode\n\nbegin 666 x\nM" + "(" * 50_000, True),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_of_a_mail_is_harmless(name: str, tmp_path: Path) -> None:
    text, is_read = BOMBS[name]
    logged, row = log_one(tmp_path, text.encode("latin-1"))
    assert (logged.fate == "left_out") is not is_read
    assert len(str(row.get("summary", ""))) <= 500
    assert not any(
        ord(letter) < 32 and letter != "\n" for cell in row.values() if isinstance(cell, str) for letter in cell
    )


@pytest.mark.parametrize("raw", [b"", b"\n", b"\xff" * 100, b"PK\x03\x04", b"<html></html>", b"hello"])
def test_what_is_no_mail_is_left_out(raw: bytes, tmp_path: Path) -> None:
    assert log_one(tmp_path, raw)[0].fate == "left_out"


def test_a_mail_that_is_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_files, "LARGEST_MAIL", 100)
    monkeypatch.setattr(mail_parsing, "LARGEST_MAIL", 100)
    assert log_one(tmp_path, (HEAD + "\n" + "x" * 100).encode())[0].fate == "left_out"
    assert isinstance(read_mail(b"x" * 101, PLACE), UnreadMessage)


@pytest.mark.parametrize(
    "charset", ["punycode", "idna", "unicode_escape", "zlib", "rot13", "utf-7", "undefined", "\0", "../x"]
)
def test_a_charset_is_no_way_to_run_a_codec(charset: str) -> None:
    assert isinstance(decode_mail_bytes("é\\x41+".encode() * 1_000, charset), str)


def test_a_page_is_not_executed_and_loads_nothing() -> None:
    page = '<script>a</script><img src="http://x/y.png" onerror="b"><iframe src=c></iframe><p onclick="d">text</p>'
    assert html_to_text(page) == "text"
    external = '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><p>&y;text</p>'
    assert "root:" not in html_to_text(external)


EVENT = "BEGIN:VEVENT\nUID:u\nDTSTART:20260401T010000Z\n{}\nATTENDEE:mailto:li.wei@acme.com.cn\nSUMMARY:D-00001\nEND:VEVENT\n"
CALENDARS = {
    "rules that match nothing": EVENT.format("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30") * 50,
    "a day every day since 1900": EVENT.replace("20260401", "19000101").format("RRULE:FREQ=DAILY"),
    "a rule with a million values": EVENT.format("RRULE:FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["1"] * 50_000)),
    "a million days": EVENT.format("RDATE:" + ",".join(["20260401T010000Z"] * 50_000)),
    "a definition of a zone that repeats every second": (
        "BEGIN:VTIMEZONE\nTZID:Z\nBEGIN:STANDARD\nDTSTART:16010101T000000\nRRULE:FREQ=SECONDLY\nTZOFFSETFROM:+0000\n"
        "TZOFFSETTO:+0000\nEND:STANDARD\nEND:VTIMEZONE\n" + EVENT.replace("DTSTART:", "DTSTART;TZID=Z:").format("X-A:b")
    ),
    "parts inside each other": "BEGIN:VEVENT\n" * 10_000 + EVENT.format("X-A:b"),
    "ten thousand appointments": EVENT.format("X-A:b") * 10_000,
    "a line of ten million letters": EVENT.format("DESCRIPTION:" + "x" * 10_000_000),
    "an offset of a hundred days": "BEGIN:VTIMEZONE\nTZID:Z\nTZOFFSETTO:+9999\nEND:VTIMEZONE\n"
    + EVENT.replace("DTSTART:", "DTSTART;TZID=Z:").format("X-A:b"),
    "a zone named as a path": EVENT.replace("DTSTART:", "DTSTART;TZID=../../../etc/passwd:").format("X-A:b"),
    "a sequence of a thousand digits": EVENT.format("SEQUENCE:" + "9" * 1_000),
    "the last second of the calendar": EVENT.replace("20260401T010000Z", "99991231T235959Z").format("X-A:b"),
    "the first second of the calendar": EVENT.replace("20260401T010000Z", "00010101T000000Z").format("X-A:b"),
}


@pytest.mark.parametrize("name", CALENDARS)
def test_a_bomb_of_a_calendar_is_harmless(name: str) -> None:
    book = messages_book()
    raw = f"BEGIN:VCALENDAR\n{CALENDARS[name]}END:VCALENDAR\n".encode()
    found = list(read_calendar(raw, MessagePlace("bomb.ics"), make_recurrence_window(book)))
    plan = log_messages(book, found)
    assert len(found) <= 2_001
    assert sum(len(append.rows) for append in plan.appends if append.table == "Activities") <= 120


def test_a_text_is_short_whatever_it_was() -> None:
    assert len(shorten_mail_text("word " * 100_000)) <= 500
    assert isinstance(read_mail((HEAD + "\n" + "word " * 100_000).encode(), PLACE), Mail)
