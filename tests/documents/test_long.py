"""Long quotes in every format: on three pages and more, the header is on every page, and no line is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.documents import said, samples
from tests.libreoffice import LibreOffice
from tests.parts import has_writer
from xl_salesflow.documents.document_writer import render_document

NUMBERS = [f"Pump {n:03d}" for n in range(1, 201)]


@pytest.mark.parametrize("document_format", ["html", "docx", "xlsx"])
def test_two_hundred_lines_are_all_there_once(document_format: str) -> None:
    content = render_document(samples.quote(count=200), "zh", document_format)
    text = content.decode("utf-8") if document_format == "html" else said.READERS[document_format](content)
    assert [number for number in NUMBERS if text.count(number) != 1] == []


def test_a_page_repeats_its_head_in_print() -> None:
    page = render_document(samples.quote(count=200), "en", "html").decode("utf-8")
    assert "thead { display: table-header-group; }" in page
    assert "tr, .keep { break-inside: avoid; }" in page


def test_a_sheet_repeats_its_head_in_print(tmp_path: Path) -> None:
    path = tmp_path / "quote.xlsx"
    path.write_bytes(render_document(samples.quote(count=200), "en", "xlsx"))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    (row,) = {int(part.strip("$")) for part in str(sheet.print_title_rows).split(":")}
    assert sheet.cell(row, 2).value == "Description"
    nets = [cell.value for cell in sheet["J"][row : row + 200]]
    assert nets == [10000] * 200
    assert {cell.number_format for cell in sheet["J"][row : row + 200]} == {"#,##0.00"}


@pytest.mark.slow
@pytest.mark.parametrize(("document_format", "count", "pages"), [("docx", 70, 3), ("docx", 200, 8), ("xlsx", 200, 4)])
def test_word_and_excel_print_the_head_on_every_page(
    document_format: str, count: int, pages: int, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed (poppler-utils).")
    path = tmp_path / f"quote.{document_format}"
    path.write_bytes(render_document(samples.quote(count=count), "en", document_format))
    if document_format == "docx" and not has_writer():
        pytest.skip("LibreOffice Writer is not installed.")
    pdf = libreoffice.to_pdf(path)
    printed = said.of_pdf(pdf.read_bytes(), program, tmp_path).split("\f")[:-1]
    with_lines = [page for page in printed if "Pump" in page]
    assert len(with_lines) >= pages
    assert all("Unit price" in page for page in with_lines)
    assert [n for n in NUMBERS[:count] if "".join(printed).count(n) != 1] == []
