# ruff: noqa: E501  # a mail is one line
"""Mails that Outlook saved as .msg, read by their properties."""

from __future__ import annotations

import builtins
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.imports.messages.outlook_files import write_outlook_file
from tests.imports.messages.test_mail_corpus import log_one
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.messages.message_values import MessagePlace
from xl_salesflow.imports.messages.outlook_mails import OUTLOOK_SIGNATURE, read_outlook_mail

pytest.importorskip("olefile")
SENT = datetime(2026, 3, 2, 1, 15, tzinfo=UTC)
TEXTS = {
    "001A": "IPM.Note", "0037": "答复: 水泵报价", "0C1A": "李伟", "0C1F": "/O=EXCHANGELABS/CN=LI", "5D01": "li.wei@acme.com.cn",
    "1035": "<msg-1@acme>", "1000": "价格可以。\r\n\r\n发件人: Mara Keller\r\n发送时间: 2026年3月1日\r\n主题: 水泵\r\n\r\nold",
}  # fmt: skip
MARA = {"mara@ours.example": "Mara Keller"}


def test_a_saved_mail_is_logged_like_any_other(tmp_path: Path) -> None:
    raw = write_outlook_file(TEXTS, SENT, MARA, ("合同草稿.pdf", "plan.xlsx"))
    logged, row = log_one(tmp_path, raw, "mail.msg")
    assert (logged.fate, logged.deal, logged.contact) == ("added", "D-00001", "Li Wei")
    expected = {
        "at": "09:15", "subject": "答复: 水泵报价", "summary": "价格可以。", "attachments": "合同草稿.pdf, plan.xlsx", "message": "mail:msg-1@acme",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_a_saved_mail_may_be_a_page(tmp_path: Path) -> None:
    texts = {number: text for number, text in TEXTS.items() if number != "1000"}
    _, row = log_one(tmp_path, write_outlook_file(texts, SENT, MARA, page="<p>只有网页</p>".encode()), "mail.msg")
    assert row["summary"] == "只有网页"


@pytest.mark.parametrize(
    "raw",
    [
        OUTLOOK_SIGNATURE,
        OUTLOOK_SIGNATURE + b"\xff" * 4_000,
        write_outlook_file(TEXTS, SENT, MARA)[:900],
        write_outlook_file({"001A": "IPM.Contact"}, SENT, {}),
    ],
    ids=["only its first bytes", "damaged", "cut off", "a contact"],
)
def test_a_file_that_is_no_mail_is_left_out(raw: bytes, tmp_path: Path) -> None:
    assert log_one(tmp_path, raw, "mail.msg")[0].fate == "left_out"


def test_without_the_extra_the_run_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "olefile":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageError, match="outlook"):
        read_outlook_mail(OUTLOOK_SIGNATURE, MessagePlace("mail.msg"))
