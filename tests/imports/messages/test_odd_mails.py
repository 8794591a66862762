# ruff: noqa: E501  # a header is one line
"""Mails with something odd: how each is read. Above ``--`` what differs from an ordinary mail, below it the body."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import pytest

from tests.imports.messages.test_mail_corpus import log_one

ORDINARY = {
    "From": "Li Wei <li.wei@acme.com.cn>", "To": "Mara Keller <mara@ours.example>", "Subject": "Pump",
    "Date": "Mon, 2 Mar 2026 09:15:00 +0800", "Message-ID": "<odd@acme>",
}  # fmt: skip


def write_tnef(*names: str) -> str:
    """Return a winmail.dat that packs files of these *names*, as base64."""
    attributes = b"".join(
        b"\2" + struct.pack("<II", 0x00018010, len(name) + 1) + name.encode() + b"\0" + b"\0\0" for name in names
    )
    return base64.b64encode(b"\x78\x9f\x3e\x22\1\0" + attributes).decode()


MIXED = (
    "Content-Type: multipart/mixed; boundary=x\n--\n\n--x\nContent-Type: text/plain\n\nSee the file.\n--x\n{}\n--x--\n"
)
FILE = "Content-Disposition: attachment; filename={}\nContent-Type: application/pdf\n\nx"
MAILS = {
    # name: (what differs, fate, cells of the activity)
    "winmail.dat": (MIXED.format(f"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{write_tnef('Offer.docx', 'Plan.xlsx')}"), "added", {"attachments": "Offer.docx, Plan.xlsx"}),
    "a winmail.dat that ends early": (MIXED.format("Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\neJ8+IgEAAhCAAQD/////"), "added", {"attachments": "", "summary": "See the file."}),
    "an attached mail": (MIXED.format("Content-Type: message/rfc822\n\nSubject: Old order\nFrom: a@b.example\n\nold"), "added", {"attachments": "Old order.eml", "summary": "See the file."}),
    "a picture of the signature": (MIXED.format("Content-Type: image/png; name=image001.png\nContent-ID: <image001.png@01D>\nContent-Disposition: inline\n\nx"), "added", {"attachments": ""}),
    "a signed mail": ("Content-Type: multipart/signed; boundary=s; protocol=\"application/pkcs7-signature\"\n--\n\n--s\nContent-Type: text/plain\n\nSigned.\n--s\nContent-Type: application/pkcs7-signature; name=smime.p7s\nContent-Disposition: attachment; filename=smime.p7s\n\nx\n--s--\n", "added", {"summary": "Signed.", "attachments": "smime.p7s"}),
    "no plain text but a blank one": ("Content-Type: multipart/alternative; boundary=x\n--\n\n--x\nContent-Type: text/plain\n\n \n--x\nContent-Type: text/html\n\n<p>Really <i>here</i></p>\n--x--\n", "added", {"summary": "Really here"}),
    "hidden text": ("Content-Type: text/html\n--\n\n<p>Seen</p><div style='display: none'>never seen</div><title>x</title>", "added", {"summary": "Seen"}),
    "a word that is cut in the middle of a character": ("Subject: =?utf-8?B?5rC05rO15oql?=\n =?utf-8?B?5Lu3?=\n--\n\nhi", "added", {"subject": "水泵报价"}),
    "a word in the middle of a character, as Outlook cuts": ("Subject: =?gb2312?B?y67T?=\n =?gb2312?B?w7Gouw==?=\n--\n\nhi", "added", {}),
    "a charset that nobody knows": ("Content-Type: text/plain; charset=x-martian\n--\n\nWörter", "added", {"summary": "Wörter"}),
    "a charset that is wrong": ("Content-Type: text/plain; charset=us-ascii\n--\n\n好的，明天见", "added", {"summary": "好的，明天见"}),
    "a name in two charsets": ("From: =?utf-8?q?Li?= =?gb2312?b?zuQ=?= <li.wei@acme.com.cn>\n--\n\nhi", "added", {"contact": "Li Wei"}),
    "an address without a name in a broken list": ("From: li.wei@acme.com.cn, <>, ;\n--\n\nhi", "added", {"contact": "Li Wei"}),
    "an address with a comma in the name": ("From: Li, Wei <li.wei@acme.com.cn>\n--\n\nhi", "added", {"contact": "Li Wei"}),
    "only a sender": ("From: \nSender: li.wei@acme.com.cn\n--\n\nhi", "added", {"contact": "Li Wei"}),
    "a second address of a contact": ("From: ann@home.example\nSubject: D-00002\n--\n\nhi", "added", {"contact": "Ann Smith"}),
    "no id": ("Message-ID: \n--\n\nhi", "added", {"direction": "incoming"}),
    "no date, but servers with one": ("Date: \nReceived: from a by b; Tue, 3 Mar 2026 08:00:00 +0800\n--\n\nhi", "added", {"at": "08:00"}),
    "no date at all": ("Date: \n--\n\nhi", "left_out", {}),
    "a date of the year 9999": ("Date: Fri, 31 Dec 9999 23:59:59 -2359\n--\n\nhi", "left_out", {}),
    "a time zone that is none": ("Date: Mon, 02 Mar 2026 09:15:00 CST\n--\n\nhi", "added", {"at": "23:15"}),
    "out of office": ("Auto-Submitted: auto-replied\n--\n\nI am away.", "automatic", {}),
    "out of office in Chinese": ("Subject: 自动回复: 水泵\n--\n\n休假中", "automatic", {}),
    "a mail that came back": ("From: MAILER-DAEMON@acme.com.cn\nContent-Type: multipart/report; boundary=r; report-type=delivery-status\n--\n\n--r\n\nfailed\n--r--", "automatic", {}),
    "our own draft": ("Message-ID: <0123456789abcdef@xl-salesflow>\nFrom: mara@ours.example\n--\n\nFollow-ups", "own", {}),
    "a subject that is a formula": ("Subject: =cmd|' /C calc'!A0\n--\n\n=1+1", "added", {"subject": "=cmd|' /C calc'!A0", "summary": "=1+1"}),
    "a subject with another header in it": ("Subject: =?utf-8?q?Hi=0D=0ABcc=3A_all=40ours.example?=\n--\n\nhi", "added", {"subject": "Hi Bcc: all@ours.example"}),
    "a subject that turns around": ("Subject: =?utf-8?q?invoice=E2=80=AEfdp=2Eexe?=\n--\n\nhi", "added", {"subject": "invoicefdp.exe"}),
    "a file named as a path": (MIXED.format(FILE.format('"../../../etc/passwd"')), "added", {"attachments": "passwd"}),
    "a file named as a path of Windows": (MIXED.format(FILE.format(r'"C:\\Users\\x\\offer.pdf"')), "added", {"attachments": "offer.pdf"}),
    "a file named as a command": (MIXED.format(FILE.format("\"a|calc&.pdf\"")), "added", {"attachments": "a_calc&.pdf"}),
}  # fmt: skip


def write_odd_mail(differing: str) -> bytes:
    head, _, body = differing.partition("\n--\n")
    headers = dict(ORDINARY)
    for line in head.replace("\n ", "\0 ").split("\n"):
        name, _, value = line.partition(": ")
        headers[name] = value.replace("\0 ", "\n ")
    return (
        "\n".join(f"{name}: {value}" for name, value in headers.items())
        + "\n"
        + (body if body.startswith("\n") else "\n" + body)
    ).encode()


@pytest.mark.parametrize("name", MAILS)
def test_an_odd_mail_is_read(name: str, tmp_path: Path) -> None:
    differing, fate, cells = MAILS[name]
    logged, row = log_one(tmp_path, write_odd_mail(differing))
    assert logged.fate == fate
    assert {column: row[column] for column in cells} == cells
