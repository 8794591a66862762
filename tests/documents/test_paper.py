"""Every kind of document in every format: the page is compared with an approved text, the other formats with the page."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.documents import said, samples
from tests.validator import Validator
from xl_salesflow.core.change_sets import Document
from xl_salesflow.documents.document_writer import DOCUMENT_FORMATS, render_document
from xl_salesflow.documents.sample_deal import sample_document
from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_FORMATS, DEAL_DOCUMENT_KINDS
from xl_salesflow.documents.template_values import DocumentLanguage
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.quotes.quote_lookup import list_records

GOLDEN = Path(__file__).parent / "golden"
TONGUES: tuple[DocumentLanguage, ...] = ("en", "zh", "both")
FIGURE = re.compile(r"[−+]?[¥$€]?(CN¥)?[\d,.]+%?|\d+/\d|.*\d{4}.*")
MEASURE = re.compile(r"^\d+ (?=\D)")
NAME = "Müller & Söhne <\"'> 🚀 上海"


@pytest.fixture(scope="module")
def pdftotext() -> str:
    """Return the path of poppler's pdftotext."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed (poppler-utils).")
    return program


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("kind", [kind for kind in DEAL_DOCUMENT_KINDS if kind != "quote"])
def test_the_page_says_what_it_said(kind: str, tongue: DocumentLanguage) -> None:
    """The golden text is that of the page, piece by piece; look at a difference before you accept it."""
    text = "\n".join(said.of_page(render_document(sample_document(kind), tongue, "html"))) + "\n"
    assert text == (GOLDEN / f"{kind}_{tongue}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("kind", DEAL_DOCUMENT_KINDS)
@pytest.mark.parametrize("document_format", ["docx", "xlsx"])
def test_word_and_excel_say_what_the_page_says(kind: str, tongue: DocumentLanguage, document_format: str) -> None:
    """The texts are compared word by word; figures are numbers in sheets and are checked in test_quote.py.

    A sheet has a quantity and its unit in two cells.
    """
    words = said.of_page(render_document(sample_document(kind), tongue, "html"))
    text = said.squeezed(said.READERS[document_format](render_document(sample_document(kind), tongue, document_format)))
    missing = [word for word in words if said.squeezed(word) not in text]
    if document_format == "xlsx":
        missing = [MEASURE.sub("", word) for word in missing if said.squeezed(MEASURE.sub("", word)) not in text]
    figures = [word for word in missing if document_format == "xlsx" and FIGURE.fullmatch(word)]
    assert [word for word in missing if word not in figures and word.strip("#")] == []


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("kind", DEAL_DOCUMENT_KINDS)
def test_the_pdf_says_what_the_page_says(kind: str, tongue: DocumentLanguage, pdftotext: str, tmp_path: Path) -> None:
    """The texts are compared character by character, since narrow columns break lines anywhere; Chinese needs a font."""
    text = said.of_pdf(render_document(sample_document(kind), tongue, "pdf"), pdftotext, tmp_path)
    if tongue != "en" and not re.search(r"[\u4e00-\u9fff]", text):
        pytest.skip("No font with Chinese characters is installed.")
    words = [
        word for piece in said.of_page(render_document(sample_document(kind), tongue, "html")) for word in piece.split()
    ]
    assert [word for word in words if any(mark not in text for mark in word)] == []
    short = [word for word in words if len(word) < 12 and word.isascii()]
    assert [word for word in short if word not in text] == []


@pytest.mark.parametrize("document_format", DEAL_DOCUMENT_FORMATS)
@pytest.mark.parametrize("kind", DEAL_DOCUMENT_KINDS)
def test_the_same_facts_give_the_same_bytes(kind: str, document_format: str) -> None:
    assert render_document(sample_document(kind), "zh", document_format) == render_document(
        sample_document(kind), "zh", document_format
    )


@pytest.mark.parametrize("document_format", ["docx", "xlsx"])
@pytest.mark.parametrize("kind", DEAL_DOCUMENT_KINDS)
def test_the_files_are_valid(kind: str, document_format: str, validator: Validator, tmp_path: Path) -> None:
    path = tmp_path / f"paper.{document_format}"
    path.write_bytes(render_document(sample_document(kind), "both", document_format))
    assert validator(path) == []


@pytest.mark.parametrize("document_format", DEAL_DOCUMENT_FORMATS)
def test_any_name_is_shown_as_it_is(document_format: str, pdftotext: str, tmp_path: Path) -> None:
    content = render_document(samples.quote(NAME), "en", document_format)
    text = {
        "html": lambda: "\n".join(said.of_page(content)),
        "docx": lambda: said.of_word(content),
        "xlsx": lambda: said.of_sheet(content),
        "eml": lambda: said.of_letter(content),
        "pdf": lambda: said.of_pdf(content, pdftotext, tmp_path),
    }[document_format]()
    shown = NAME if document_format != "pdf" else NAME[: NAME.index(" 🚀")]  # the available emoji depend on the machine
    assert said.squeezed(shown) in said.squeezed(text)


def test_every_kind_comes_in_every_format() -> None:
    assert {kind: DOCUMENT_FORMATS[kind] for kind in DEAL_DOCUMENT_KINDS} == dict.fromkeys(
        DEAL_DOCUMENT_KINDS, DEAL_DOCUMENT_FORMATS
    )


def _pages(document: Document, tongue: DocumentLanguage, pdftotext: str, folder: Path) -> list[str]:
    text = said.of_pdf(render_document(document, tongue, "pdf"), pdftotext, folder)
    return [page for page in text.split("\f") if page.strip()]


@pytest.mark.parametrize("lines", range(1, 24, 2))
@pytest.mark.parametrize("kind", ["quote", "proposal", "contract"])
def test_signatures_never_stand_alone(kind: str, lines: int, pdftotext: str, tmp_path: Path) -> None:
    """However long the offer is, the page with the signatures has the text right above them too."""
    sample = sample_document(kind)
    longer = replace(sample, facts={**sample.facts, "lines": list(sample.facts["lines"][:1]) * lines})
    last = next(page for page in _pages(longer, "en", pdftotext, tmp_path) if "Name, signature, date" in page)
    for text in ("10. Copies", "Bank details") if kind == "contract" else ("Terms", "To accept, sign and return"):
        assert text in last


@pytest.mark.parametrize("kind", ["bant_card", "precall", "visit"])
def test_the_papers_of_a_visit_say_their_day(kind: str) -> None:
    words = said.of_page(render_document(sample_document(kind), "en", "html"))
    assert words[words.index("Date") + 1] == "2 Mar 2026"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_bant_card_is_one_page_to_write_on(language: Language, pdftotext: str, tmp_path: Path) -> None:
    """All questions of the shipped list are open: each has its boxes, and each criterion is named once in the table."""
    sample = sample_document("bant_card")
    questions = make_shipped_setup("crm", language)["Questions"]
    open_questions = list_records(questions[["dimension", "text", "strong"]])
    document = replace(sample, facts={**sample.facts, "answers": [], "open": open_questions})
    pages = _pages(document, language, pdftotext, tmp_path)
    assert len(pages) == 1
    assert pages[0].count("☐0 ☐1 ☐2 ☐3") == len(questions)


def test_a_precall_sheet_is_one_page(pdftotext: str, tmp_path: Path) -> None:
    assert len(_pages(sample_document("precall"), "en", pdftotext, tmp_path)) == 1
