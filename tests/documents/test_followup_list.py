"""The follow-up list as Markdown, HTML and CSV."""

from __future__ import annotations

import csv
import io

import pytest

from tests.documents import samples
from tests.documents.samples import ATTACKS, Page
from xl_salesflow.core.change_sets import Document
from xl_salesflow.documents.document_writer import render_document
from xl_salesflow.documents.followup_list_formats import lateness_text
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.table_registry import TABLES

MARKDOWN = """\
# Follow-ups · 22 Nov 2026

Who to call on 22 Nov 2026, most urgent first

## Li Wei (2 deals)

- [ ] **1. Acme · Shift Board** · D-1 · Demo · \\$1,235 · High · 2 working days late
    - Next step overdue by 2 days.
    - **Next:** Call Bob
    - **Ask:** Who signs?
    - **Answered last:** Price: too dear → pays back in a year
    - Bob Stone · +31 (0)20 555 · bob@acme.example

- [ ] **2. D-2** · D-2 ·  · Low · today · planned for 23 Nov 2026
    - \n
3 more follow-ups are due than fit into these days. Reassign some or raise the limit in Settings.

## No owner (1 deal)

- [ ] **1. Acme · Shift Board** · D-3 · Demo · \\$1,235 · High · 2 working days late
    - Next step overdue by 2 days.
    - **Next:** Call Bob
    - **Ask:** Who signs?
    - **Answered last:** Price: too dear → pays back in a year
    - Bob Stone · +31 (0)20 555 · bob@acme.example

High: a promise is overdue or a customer is waiting. Medium: a deal is slipping. Low: nothing is planned. Key accounts \
and large deals move up one level. Dates fall on working days.
"""


def test_markdown_is_a_list_of_boxes_to_tick() -> None:
    shown = render_document(samples.followups(), "en", "md").decode("utf-8")
    assert [row.strip() for row in shown.splitlines()] == [row.strip() for row in MARKDOWN.splitlines()]


@pytest.mark.parametrize("attack", ATTACKS)
def test_markdown_keeps_its_lines(attack: str) -> None:
    """No value starts a line, a heading, a link or an element."""
    plain, shown = (
        render_document(samples.followups(word), "en", "md").decode("utf-8").splitlines() for word in ("x", attack)
    )
    assert len(shown) == len(plain)
    assert "<script" not in "".join(shown).replace("\\<", "")


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_page_keeps_its_elements(attack: str) -> None:
    plain, shown = (
        Page(render_document(samples.followups(word), "en", "html").decode("utf-8")) for word in ("x", attack)
    )
    kept = [element for element in shown.elements if element != "a"]
    assert kept == [element for element in plain.elements if element != "a"]
    links = [value for name, value in shown.attributes if name == "href"]
    assert all(link.startswith(("tel:", "mailto:")) and " " not in link for link in links)
    assert " ".join(attack.split()) in shown.text


def test_phone_and_mail_are_links() -> None:
    page = Page(render_document(samples.followups(), "en", "html").decode("utf-8"))
    assert {value for name, value in page.attributes if name == "href"} == {"tel:+31020555", "mailto:bob@acme.example"}


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
        ("+31 20 555", "'+31 20 555"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'\t=1+1"),
        ("\r=1+1", "'\r=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),  # some spreadsheets accept full-width signs
        ("|cmd", "'|cmd"),
        ("plain, with \"marks\"", "plain, with \"marks\""),
        ("2026-11-20", "2026-11-20"),
    ],
)  # fmt: skip
def test_no_cell_of_the_csv_is_a_formula(typed: str, written: str) -> None:
    rows = list(
        csv.reader(io.StringIO(render_document(samples.followups(typed), "en", "csv").decode("utf-8-sig"), newline=""))
    )
    assert rows[1][list(TABLES["FollowUps"].by_id).index("account")] == written


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_csv_has_the_sheets_headers_and_plain_numbers(language: Language) -> None:
    content = render_document(samples.followups(), language, "csv")
    assert content.startswith(b"\xef\xbb\xbf")  # without it, Excel misreads Chinese
    head, first, blank, _ = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert head == [column.header.in_(language) for column in TABLES["FollowUps"].columns]
    row = dict(zip(TABLES["FollowUps"].by_id, first, strict=True))
    assert (row["rank"], row["amount"], row["due"], row["days_late"]) == ("1", "1234.50", "2026-11-20", "2")
    assert row["priority"] == {"en": "High", "zh": "高"}[language]
    assert dict(zip(TABLES["FollowUps"].by_id, blank, strict=True))["amount"] == ""


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (3, "3 working days late"),
        (1, "1 working day late"),
        (0, "today"),
        (-1, "in 1 working day"),
        (-2, "in 2 working days"),
        (None, "today"),
    ],
)
def test_how_late(days: int | None, shown: str) -> None:
    assert lateness_text(days, "en") == shown
    assert lateness_text(0, "en", today=False) == "due"  # made on a day off for the next working day


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_list_says_so(language: Language) -> None:
    facts = {**samples.followups().facts, "owners": []}
    words = {"en": "Nobody is waiting", "zh": "今天没有需要跟进"}[language]
    for list_format in ("md", "html"):
        assert words in render_document(Document("followups", "x", facts), language, list_format).decode("utf-8")
    assert len(render_document(Document("followups", "x", facts), language, "csv").splitlines()) == 1
