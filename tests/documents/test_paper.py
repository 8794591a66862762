"""Every kind of document in every format: the page is compared with an approved text, the other formats with the page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.documents import said, samples
from tests.validator import Validator
from xl_salesflow.documents.document_writer import DOCUMENT_FORMATS, render_document
from xl_salesflow.documents.sample_deal import sample_document
from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_FORMATS, DEAL_DOCUMENT_KINDS
from xl_salesflow.documents.template_values import DocumentLanguage

GOLDEN = Path(__file__).parent / "golden"
TONGUES: tuple[DocumentLanguage, ...] = ("en", "zh", "both")
FIGURE = re.compile(r"[−+]?[¥$€]?(CN¥)?[\d,.]+%?|\d+/\d|.*\d{4}.*")
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
    """The texts are compared word by word; figures are numbers in sheets and are checked in test_quote.py."""
    words = said.of_page(render_document(sample_document(kind), tongue, "html"))
    text = said.squeezed(said.READERS[document_format](render_document(sample_document(kind), tongue, document_format)))
    missing = [word for word in words if said.squeezed(word) not in text]
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
