"""The deal inspection as a page: what a card says, and what its sparkline draws."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from markupsafe import Markup

from tests.documents import samples
from tests.documents.samples import Page
from tests.metrics.flow_stories import pipeline_of_changes
from xl_salesflow.core.inspection_answers import RecordedAmount
from xl_salesflow.documents.document_writer import render_document, write_document_file
from xl_salesflow.documents.inspection_page import draw_amount_sparkline
from xl_salesflow.metrics.readings.deal_inspection import InspectionRequest
from xl_salesflow.reading_verbs import inspect

CARD = {
    "en": """\
Acme · Shift Board
Amounts: $300 from 1 Mar 2026; $500 from 1 May 2026; – from 1 Jun 2026; $800 from 1 Aug 2026
$800
D-1 · Demo · Commit · Expected close: 24 Dec 2026
Changes
Recorded stage Lead → Demo; Amount $400 → $800
Time in stage
21 days in Demo, usually 7.5 (longer than 90% of 20 won deals)
Close pushed
2
Missing persons
Budget approver, Champion
Next step
Call Bob (20 Nov 2026)
Warnings
no activity for 15 days
""",
    "zh": "自 2026年11月15日 以来有变化 2 个，有预警 1 个。\n",
}


@pytest.mark.parametrize("language", CARD)
def test_a_card_says_what_the_meeting_asks(language: str) -> None:
    shown = render_document(samples.inspection(), language, "html").decode("utf-8")
    text = Page(re.sub("<title>(Amounts[^<]*)</title>", r"<desc>\1</desc>", shown)).text
    assert CARD[language] in text


@pytest.mark.parametrize(
    ("amounts", "points"),
    [
        ([100.0], ""),
        ([100.0, 300.0], "4.0,24.0 41.3,24.0 41.3,4.0 116.0,4.0"),
        ([None, 300.0, 150.0], "4.0,24.0 41.3,24.0 41.3,4.0 78.7,4.0 78.7,14.0 116.0,14.0"),
    ],
)
def test_an_amount_holds_until_the_next_one(amounts: list[float | None], points: str) -> None:
    known = [RecordedAmount(date(2026, 5, 1 + 10 * n), amount) for n, amount in enumerate(amounts)]
    drawn = draw_amount_sparkline(known, date(2026, 5, 31), "<b>")
    assert "".join(re.findall('points="([^"]*)"', drawn)) == points
    assert not drawn or (isinstance(drawn, Markup) and "<title>&lt;b&gt;</title>" in drawn)


def test_the_verb_gives_the_page_of_its_answer(tmp_path: Path) -> None:
    deals = "deal|owner|account|amount|visits|changes\nD-1|Anna|Acme|120|Lead 01-10|amount 05-15 90"
    plan = inspect(pipeline_of_changes(deals, date(2026, 5, 20)), InspectionRequest())
    written = write_document_file(plan.documents[0], tmp_path / "page.html", "en", "html").read_text(encoding="utf-8")
    assert "1 open deal worth" in written
    assert re.search(r"Amount \S*120 → \S*90", Page(written).text)
