"""The weekly digest as a page and as an e-mail draft, read back like a mail program."""

from __future__ import annotations

from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.demos import WORKBOOK, copy_demo
from tests.documents import samples
from xl_salesflow.cli import main
from xl_salesflow.core.digest_answers import GroupOutlook
from xl_salesflow.core.forecast_answers import ForecastRange
from xl_salesflow.documents.document_writer import render_document
from xl_salesflow.locale.texts import LANGUAGES, Language

TEXT = """\
Weekly digest · 16 Nov 2026 to 22 Nov 2026 · deals of Mia Ray, Li Wei

Won $600 of the target of $1,000 by 31 Dec 2026: 60.0%.
By 31 Dec 2026, $900 will be won, and with a chance of 80 % between $800 and $1,200.
The chance to reach the target of $1,000 is 42%.
Won and commit: $700; won and weighted value: $950.

The pipeline this week
   Opening · $500 (4)
   New · +$100 (1)
   Won · −$200 (1)
   Lost · $0 (2)
   Closing · $400 (2)

Deals to look at
Acme · Shift Board · $400 · Li Wei · Demo · 24 Dec 2026
   Amount $500 → $400; Expected close 30 Nov 2026 → 24 Dec 2026
D-2 · – · Lead · –
   no next step
Further deals of this kind: 2

Most worth improving: Demo. One point more of its conversion brings $31,360.
What to do: Call about the demo (Li Wei)

Measures due
   Call within a day · Li Wei · due 20 Nov 2026

Waiting for your decision
   AP-1 · Discount: 19 % · D-1 · Li Wei · Their year-end
"""


def read_draft(language: Language = "en", **changed: object) -> EmailMessage:
    """Return the draft of the sample as a mail program reads it."""
    content = render_document(samples.digest(**changed), language, "eml")
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_draft_says_what_the_page_says() -> None:
    message = read_draft()
    assert (message["To"], message["From"]) == ("Mia Ray <mia@north.example>", "North <sales@north.example>")
    assert message["Subject"] == "Sales, 16 Nov 2026 to 22 Nov 2026: 60.0% of the target won"
    assert message["X-Unsent"] == "1"
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert str(plain.get_content()).replace("\r\n", "\n").rstrip() == TEXT.rstrip()
    assert (
        page.get_content().replace("\r\n", "\n").strip()
        == render_document(samples.digest(), "en", "html").decode().strip()
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_facts_give_the_same_bytes(language: Language) -> None:
    assert render_document(samples.digest(), language, "eml") == render_document(samples.digest(), language, "eml")


def test_without_target_forecast_and_address_it_says_less() -> None:
    nothing = GroupOutlook(600.0, 3, None, ForecastRange(None, None, None), None, None, None)
    message = read_draft(outlook=nothing, email="", risks=(), more_risks=0, measures=(), approvals=(), bottleneck=None)
    assert "To" not in message
    assert message["Subject"] == "Sales, 16 Nov 2026 to 22 Nov 2026"
    plain = message.get_body(("plain",))
    assert plain is not None
    lines = [line for line in str(plain.get_content()).splitlines() if line]
    assert lines[1:3] == ["Won $600 in the period until 31 Dec 2026; there is no target.", "The pipeline this week"]
    assert 'svg class="result"' not in message.as_string()


def test_a_folder_gets_a_page_and_a_draft_for_each_manager(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = copy_demo(tmp_path_factory, "en", date(2026, 6, 30)) / WORKBOOK
    before = book.read_bytes()
    capsys.readouterr()
    assert main(["digest", str(book), "-o", str(tmp_path), "--today", "2026-06-30"]) == 0
    names = [Path(line).name for line in capsys.readouterr().out.splitlines()]
    assert names == ["digest 2026-06-30 Olivia Grant.html", "digest 2026-06-30 Olivia Grant.eml"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert book.read_bytes() == before
