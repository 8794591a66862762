"""The report: one self-contained page, in both languages, for eyes, keyboards and screen readers."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from tests.documents import samples
from tests.documents.samples import ATTACKS, Page
from xl_salesflow.documents.document_texts import document_text
from xl_salesflow.documents.document_writer import render_document
from xl_salesflow.locale.texts import LANGUAGES, Language

PARTS = ("funnel", "trend", "flow", "waiting", "ageing", "lost_stages", "lost_reasons")
SHAPES = 2  # every chart is drawn for a wide and for a narrow screen


def page_of(word: str = "", language: Language = "en", **changed: Any) -> Page:
    """Return a report as a browser would read it."""
    return Page(render_document(samples.report(word, **changed), language, "html").decode("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_there_in_its_language(language: Language) -> None:
    words = page_of(language=language).text
    assert [part for part in PARTS if document_text(part, language) not in words] == []
    for shown in (
        "$10,005,534" if language == "en" else "US$10,005,534",
        "63.2%",
        document_text("small_sample", language, count="12"),
    ):
        assert shown in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_small_and_self_contained(language: Language) -> None:
    html = render_document(samples.report(), language, "html")
    page = Page(html.decode("utf-8"))
    assert len(html) < 100_000
    assert not {"script", "link", "img", "iframe"} & set(page.elements)
    assert not [value for name, value in page.attributes if name in ("src", "href")]
    assert b"prefers-color-scheme: dark" in html
    assert b"@media print" in html


def test_years_of_months_stay_below_half_a_megabyte() -> None:
    month = samples.report().facts["months"][0]
    by = [{"name": "owner", "rows": samples.report().facts["by"][0]["rows"] * 200}]
    assert len(render_document(samples.report(months=[month] * 240, by=by), "zh", "html")) < 500_000


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_typed_is_shown_and_does_nothing(attack: str) -> None:
    page, plain = page_of(attack), page_of("x")
    assert page.elements == plain.elements
    assert [name for name, _ in page.attributes] == [name for name, _ in plain.attributes]
    assert " ".join(attack.split()) in page.text


def drawings(html: bytes) -> list[Any]:
    """Return the drawings of a page, each parsed as strict XML."""
    text = html.decode("utf-8")
    parts = [part.split("</svg>")[0] for part in text.split("<svg")[1:]]
    return [etree.fromstring(f"<svg{part}</svg>") for part in parts]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", ["", ATTACKS[0], "很长的阶段名称一二三四五六七八九十" * 3])
def test_drawings_are_valid_and_stay_inside(language: Language, word: str) -> None:
    found = drawings(render_document(samples.report(word), language, "html"))
    assert len(found) == 1 + len(PARTS) * SHAPES  # the bar of the result comes first
    for drawing in found:
        width, height = (float(size) for size in drawing.get("viewBox").split()[2:])
        for shape in drawing.iter("{*}rect"):
            x, y, wide, high = (float(shape.get(attribute, 0)) for attribute in ("x", "y", "width", "height"))
            assert 0 <= x <= x + wide <= width + 0.5
            assert 0 <= y <= y + high <= height + 0.5


def test_every_chart_has_a_sentence_and_a_table() -> None:
    html = render_document(samples.report(), "en", "html")
    texts = [drawing[0].text for drawing in drawings(html)[1:]]
    sentences = texts[::SHAPES]
    assert sentences == texts[1::SHAPES]
    assert sentences[0] == "90 deals reached Lead, 30 of them Won."
    assert sentences[1] == "From 2026-01 to 2026-11: 66 won, 66 lost."
    assert sentences[2] == "From $500 to $300."
    assert sentences[3] == "Demo is slowest: half of the stays take more than 7.5 days."
    assert sentences[4] == "7 open deals, 2 of them older than usual."
    page = page_of()
    assert page.elements.count("details") == len(PARTS) + 1
    assert page.attributes.count(("role", "img")) == 1 + len(PARTS) * SHAPES
    scrollers = page.attributes.count(("role", "region"))
    assert page.attributes.count(("tabindex", "0")) == scrollers  # scrolling areas can be reached by keyboard
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value for name, value in page.attributes if name == "aria-labelledby"} <= set(ids)


RESULT = samples.report().facts["result"]


@pytest.mark.parametrize(
    ("changed", "present", "absent"),
    [
        (
            {},
            ["Won $2,317,949 of the target $2,616,000: 88.6%.",
             "With the commit forecast $2,458,234, with the best case $2,700,000.",
             "$298,051 more to win by 31 Dec 2026: 4 deals.", "2 more deals are needed at Demo or further.",
             "Most worth improving: Demo. One point more of its conversion brings $31,360.",
             "What to do: Call about the demo (Li)"],
            ["there is no target"],
        ),
        ({"result": {**RESULT, "target": None}}, ["Won $2,317,949; there is no target."], ["With the commit", "more to win"]),
        ({"result": {**RESULT, "value_to_win": 0.0, "missing": None}}, ["88.6%"], ["more to win", "more deals are needed"]),
        ({"bottleneck": None}, [], ["Most worth improving", "What to do"]),
        ({"risks": []}, [], ["Deals at risk"]),
        ({"owners": []}, [], ["Attainment"]),
        (
            {},
            ["Source: Fair", "60%–86%", "$1,400", "Employees: (none)", "corrected for 9 tests", "2026-10", "~50%",
             "1 · −$200"],
            [],
        ),
        ({"wins": {"factors": (), "tests": 0, "closed": 0}}, [], ["What goes with winning"]),
        ({"cohorts": None}, [], ["Deals by month of creation"]),
    ],
)  # fmt: skip
def test_the_page_opens_with_the_answers(changed: dict[str, Any], present: list[str], absent: list[str]) -> None:
    words = page_of(**changed).text
    assert [sentence for sentence in present if sentence not in words] == []
    assert [sentence for sentence in absent if sentence in words] == []


def test_a_deal_at_risk_has_its_name_and_the_warnings_without_the_advice() -> None:
    words = page_of().text
    assert "Acme · Line" in words
    assert "no next step; 30 days in the stage" in words


@pytest.mark.parametrize("won", [0.0, 2_616_000.0, 9_000_000.0, -5.0])
def test_the_bar_stays_inside_whatever_is_won(won: float) -> None:
    bar = drawings(render_document(samples.report(result={**RESULT, "won": won}), "en", "html"))[0]
    assert all(0 <= float(shape.get("x", 0)) + float(shape.get("width")) <= 100 for shape in bar.iter("{*}rect"))


@pytest.mark.parametrize("part", ["stages", "months", "flow", "ageing", "lost_stages", "lost_reasons", "by"])
def test_an_empty_part_is_left_out(part: str) -> None:
    full, less = page_of(), page_of(**{part: []})
    assert len(less.text) < len(full.text)
    drawn = {"stages": 2, "by": 0}.get(part, 1)  # the stages are drawn as a funnel and as days
    assert less.elements.count("svg") == full.elements.count("svg") - drawn * SHAPES


def test_zeros_and_unknowns_can_be_drawn() -> None:
    nothing = {"created": 0, "won": 0, "lost": 0, "won_value": 0}
    zero = [{**month, **nothing} for month in samples.report().facts["months"]]
    stage = {**dict.fromkeys(samples.report().facts["stages"][0]), "stage": "Lead", "reached": 0}
    assert drawings(render_document(samples.report(months=zero, stages=[stage]), "en", "html"))


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (None, None, "As of 22 Nov 2026 · Owner: Li"),
        (1, None, "from 1 Nov 2026"),
        (None, 9, "until 9 Nov 2026"),
        (1, 9, "1 Nov 2026 to 9 Nov 2026"),
    ],
)
def test_the_scope_is_shown(start: int | None, end: int | None, shown: str) -> None:
    first, last = (None if day is None else samples.TODAY.replace(day=day) for day in (start, end))
    assert shown in page_of(start=first, end=last).text
