"""The printed quote: HTML and PDF, in both languages, whatever was typed."""

from __future__ import annotations

import shutil
import struct
import subprocess
import zlib
from decimal import Decimal
from pathlib import Path

import pytest

from tests.documents import samples
from tests.documents.samples import ATTACKS, Page
from xl_salesflow.documents.document_writer import render_document
from xl_salesflow.locale.texts import LANGUAGES, Language

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_it_said(language: Language) -> None:
    """The golden text is that of the page, piece by piece; look at a difference before you accept it."""
    page = Page(render_document(samples.quote(), language, "html").decode("utf-8"))
    assert page.text == (GOLDEN / f"quote_{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_typed_is_shown_and_does_nothing(attack: str) -> None:
    html = render_document(samples.quote(attack), "en", "html").decode("utf-8")
    page, plain = Page(html), Page(render_document(samples.quote("x"), "en", "html").decode("utf-8"))
    assert page.elements == plain.elements
    assert [name for name, _ in page.attributes] == [name for name, _ in plain.attributes]
    assert " ".join(attack.split()) in page.text
    assert "49{%" not in page.text


def test_the_page_needs_nothing_from_outside() -> None:
    page = Page(render_document(samples.quote(), "en", "html").decode("utf-8"))
    assert not {"script", "link", "iframe", "object"} & set(page.elements)
    assert not [value for name, value in page.attributes if name in ("src", "href")]
    assert any("default-src 'none'" in value for name, value in page.attributes if name == "content")


@pytest.mark.parametrize(
    ("changed", "present", "absent"),
    [
        ({}, ["Discount 5%", "Tax 13%", "Total excl. tax", "Amount in words", "人民币贰万"], ["Includes Tax"]),
        ({"tax_mode": "inclusive"}, ["Includes Tax 13%", "including tax"], ["Total excl. tax"]),
        ({"tax_name": "VAT"}, ["VAT 13%"], ["Tax 13%"]),
        ({"tax_rate": Decimal(0)}, ["(CNY), no tax charged."], ["excluding tax"]),
        ({"bank_on_quotes": False}, [], ["Bank details"]),
        (
            {"currency": "EUR", "rate": Decimal("7.8")},
            ["€21,583.00", "Equals CN¥168,347.40 at 7.8"],
            ["Amount in words"],
        ),
        ({"currency": "EUR", "rate": Decimal("7.8"), "home_currency": False}, ["€21,583.00"], ["Equals"]),
        ({"benefits": []}, [], ["What it does for you"]),
        ({"lines": [samples.line(2)]}, [], ["Optional items", "−5%"]),
    ],
)
def test_only_what_applies_is_printed(changed: dict[str, object], present: list[str], absent: list[str]) -> None:
    words = Page(render_document(samples.quote(**changed), "en", "html").decode("utf-8")).text
    assert [word for word in present if word not in words] == []
    assert [word for word in absent if word in words] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_the_same_every_time(language: Language) -> None:
    first, second = (render_document(samples.quote(), language, "pdf") for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF-")


@pytest.fixture(scope="module")
def pdftotext() -> str:
    """Return the path of poppler's pdftotext."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed (poppler-utils).")
    return program


def text_of(pdf: bytes, program: str, folder: Path) -> str:
    """Return the text of a PDF as poppler reads it, with form feeds between pages."""
    file = folder / "quote.pdf"
    file.write_bytes(pdf)
    return subprocess.run(
        [program, "-layout", str(file), "-"], capture_output=True, check=True, encoding="utf-8"
    ).stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_says_what_the_page_says(language: Language, pdftotext: str, tmp_path: Path) -> None:
    """The texts are compared word by word; Chinese needs a Chinese font."""
    document = samples.quote()
    text = text_of(render_document(document, language, "pdf"), pdftotext, tmp_path)
    if "贰万壹仟" not in text:
        pytest.skip("No font with Chinese characters is installed.")
    page = Page(render_document(document, language, "html").decode("utf-8"))
    squeezed = "".join(text.split())
    assert [
        words for words in page.words if "".join(words.split()).replace("·", "") not in squeezed.replace("·", "")
    ] == []


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.isascii()])
def test_typst_reads_no_markup_in_data(attack: str, pdftotext: str, tmp_path: Path) -> None:
    text = text_of(render_document(samples.quote(attack), "en", "pdf"), pdftotext, tmp_path)
    assert "".join(attack.split()) in "".join(text.split())


def test_a_long_quote_repeats_its_headers(pdftotext: str, tmp_path: Path) -> None:
    pages = text_of(render_document(samples.quote(count=200), "en", "pdf"), pdftotext, tmp_path).split("\f")[:-1]
    with_lines = [page for page in pages if "Pump" in page]
    assert len(with_lines) > 3
    assert all("Unit price" in page for page in with_lines)
    assert f"Page 1 of {len(pages)}" in pages[0]
    numbers = [f"Pump {n:03d}" for n in range(1, 201)]
    assert [number for number in numbers if "".join(pages).count(number) != 1] == []


def png() -> bytes:
    """Return the smallest possible picture: one white dot."""
    parts = ((b"IHDR", struct.pack(">2I5B", 1, 1, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0\xff")), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_the_logo_is_a_picture_beside_the_workbook(tmp_path: Path) -> None:
    pixel = png()
    (tmp_path / "book").mkdir()
    for name, content in (("book/logo.png", pixel), ("secret.png", pixel), ("book/text.png", b"not a picture")):
        (tmp_path / name).write_bytes(content)
    for name, there in (
        ("logo.png", True),
        ("../secret.png", False),
        ("text.png", False),
        ("gone.png", False),
        ("\0", False),
    ):
        seller = {**samples.quote().facts["seller"], "logo": name}
        document = samples.quote(source=str(tmp_path / "book" / "pipeline.xlsx"), seller=seller)
        html = render_document(document, "en", "html").decode("utf-8")
        assert ("data:image/png;base64," in html) is there, name


def test_a_broken_logo_does_not_stop_the_quote(tmp_path: Path) -> None:
    sizes = []
    for content in (png(), png()[:-20]):
        (tmp_path / "logo.png").write_bytes(content)
        seller = {**samples.quote().facts["seller"], "logo": "logo.png"}
        sizes.append(len(render_document(samples.quote(source=str(tmp_path / "x.xlsx"), seller=seller), "en", "pdf")))
    assert sizes[0] > sizes[1]  # only the valid one is in the file
