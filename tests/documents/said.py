"""Read the text of a document back from each of its formats."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import openpyxl
from lxml import etree

from tests.documents.samples import Page
from xl_salesflow.documents.template_safety import unpack_template

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def of_page(content: bytes) -> list[str]:
    """Return the pieces of text of a page."""
    return Page(content.decode("utf-8")).words


def of_word(content: bytes) -> str:
    """Return the text of a Word document, line by line, including the footer."""
    parts = unpack_template(content, "document")
    trees = [etree.fromstring(parts[name]) for name in ("word/document.xml", "word/footer1.xml")]
    lines = []
    for paragraph in (p for tree in trees for p in tree.iter(f"{_W}p")):
        marks = {f"{_W}t": lambda e: e.text or "", f"{_W}br": lambda _: "\n", f"{_W}tab": lambda _: "\t"}
        lines.append("".join(marks[e.tag](e) for e in paragraph.iter(*marks)))
    return "\n".join(lines)


def of_sheet(content: bytes) -> str:
    """Return the text of a workbook's first sheet, cell by cell; numbers are not formatted."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def of_letter(content: bytes) -> str:
    """Return the subject and the message of a draft."""
    mail = message_from_bytes(content, policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    return f"{mail['subject']}\n{body.get_content()}"


def of_pdf(content: bytes, program: str, folder: Path) -> str:
    """Return the text of a PDF as poppler reads it, with form feeds between pages."""
    file = folder / "paper.pdf"
    file.write_bytes(content)
    command = [program, "-layout", str(file), "-"]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def squeezed(text: str) -> str:
    """Return *text* without blanks and the separators between parts, which depend on the format."""
    return re.sub(r"[\s·]", "", text)


READERS: dict[str, Callable[[bytes], str]] = {"docx": of_word, "xlsx": of_sheet}
