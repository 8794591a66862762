"""Try every attack listed in docs/documents.md, if possible from end to end: import a file, then print documents.

Each attack has a test with the name that the page gives it; the page must not list an attack without a test.
"""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from icalendar import Calendar

from tests.documents import said, samples
from tests.documents.samples import Page
from tests.parts import ROOT
from xl_salesflow.cli import main
from xl_salesflow.documents.document_writer import render_document
from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_FORMATS
from xl_salesflow.documents.template_safety import (
    UnsoundTemplate,
    pack_document,
    unpack_template,
)
from xl_salesflow.documents.word_templates import prepare_word_template
from xl_salesflow.errors import UsageError
from xl_salesflow.ooxml.office_templates import MAX_UNPACKED_TEMPLATE_BYTES

FORMULAS = ("=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", '=HYPERLINK("http://x.example","y")')
TODAY = "2026-03-04"


def names(text: str) -> list[str]:
    """Return the attacks listed on a page: the first column of the table below “Attacks”."""
    table = text.partition("## Attacks")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([\w-]+)` \|", table, flags=re.MULTILINE)


def test_the_page_lists_exactly_the_attacks_that_are_tried() -> None:
    listed = names((ROOT / "docs" / "documents.md").read_text(encoding="utf-8"))
    tried = [name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")]
    assert sorted(listed) == sorted(set(tried) - {"the-page-lists-exactly-the-attacks-that-are-tried"})


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import a list of customers whose names are formulas, and print every document for each."""
    folder = tmp_path_factory.mktemp("imported")
    with (folder / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Deal", "Customer", "Owner", "Stage", "Amount", "Next step", "Next step date"])
        for number, name in enumerate(FORMULAS, 1):
            writer.writerow([f"D-{number}", name, name, "Lead", 100, name, TODAY])
    book = folder / "book.xlsx"
    assert main(["init", str(book), "--lang", "en"]) == 0
    assert main(["import", str(book), str(folder / "leads.csv"), "--yes", "--today", TODAY]) in (0, 1)
    return book


def cells(path: Path) -> list[Any]:
    """Return every cell of a workbook that is a formula or contains one of the texts."""
    book = openpyxl.load_workbook(path)
    return [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if _typed(cell.value)]


def _typed(value: object) -> bool:
    return isinstance(value, str) and value.strip() in {formula.strip() for formula in FORMULAS}


def test_formula_in_the_sheet(imported: Path) -> None:
    found = cells(imported)
    assert len(found) >= len(FORMULAS)
    assert {cell.data_type for cell in found} == {"s"}


def test_formula_in_csv(imported: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.csv"
    assert main(["followups", str(imported), "--format", "csv", "--output", str(out), "--today", TODAY]) == 0
    rows = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    acting = [cell for row in rows[1:] for cell in row if re.match(r"[=+@\t\r]|-\D|-\d+\+", cell)]
    assert len(rows) > 1
    assert acting == []


def test_formula_in_markdown(imported: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.md"
    assert main(["followups", str(imported), "--format", "md", "--output", str(out), "--today", TODAY]) == 0
    lines = out.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.lstrip().startswith(("=", "+", "@"))] == []
    assert "](http" not in "\n".join(lines)


def test_formula_in_a_list_as_workbook(imported: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.xlsx"
    assert main(["followups", str(imported), "--format", "xlsx", "--output", str(out), "--today", TODAY]) == 0
    found = cells(out)
    assert found
    assert {cell.data_type for cell in found} == {"s"}


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_in_a_paper(formula: str) -> None:
    content = render_document(samples.quote(formula), "en", "xlsx")
    parts = unpack_template(content, "quote")
    assert [name for name, part in parts.items() if b"<f>" in part or b"<f " in part] == []
    assert said.squeezed(formula) in said.squeezed(said.of_sheet(content))


@pytest.mark.parametrize(
    "document_format", [document_format for document_format in DEAL_DOCUMENT_FORMATS if document_format != "pdf"]
)
def test_template_in_what_is_typed(document_format: str) -> None:
    attack = "{{ 7*191 }}{% raw %}{_{ 7*191 }_}"
    content = render_document(samples.quote(attack), "en", document_format)
    text = {
        "html": lambda c: Page(c.decode()).text,
        "docx": said.of_word,
        "xlsx": said.of_sheet,
        "eml": said.of_letter,
    }[document_format](content)
    assert said.squeezed(attack) in said.squeezed(text)
    assert "1337" not in text


@pytest.mark.parametrize("attack", ['#eval("1337-1")', '#read("/etc/hostname")', "$1336$ *b* `c` @x <y> // z"])
def test_typst_in_what_is_typed(attack: str) -> None:
    # typeset once with the text and once with as many plain letters: nothing is evaluated, so there is no error
    assert render_document(samples.quote(attack), "en", "pdf").startswith(b"%PDF-")


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ number.__init__.__globals__ }}",
        "{{ seller.update({'company': 'x'}) }}",
        "{{ lines.append(1) }}",
        "{{ 'a' * 100000000 }}",
        "{{ 9 ** 999999 }}",
        "{% for a in range(10000000) %}{% endfor %}",
        "{{ t.total.format.__self__ }}",
        "{{ '{0.__class__}'.format(number) }}",
    ],
)
def test_template_of_a_stranger(tmp_path: Path, text: str) -> None:
    (tmp_path / "quote.html").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be filled"):
        render_document(samples.quote(), "en", "html", (tmp_path,))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("quote.html", "{% include '../secret.txt' %}"),
        ("quote.typ", '#read("../secret.txt")'),
        ("quote.typ", '#read("/etc/hostname")'),
    ],
)
def test_template_that_reads_files(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError):
        render_document(samples.quote(), "en", "pdf" if name.endswith("typ") else "html", (folder,))


def test_template_that_is_a_bomb() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * (MAX_UNPACKED_TEMPLATE_BYTES + 1))
    with pytest.raises(UnsoundTemplate, match="too large"):
        prepare_word_template(out.getvalue(), "quote.docx")


def test_template_with_entities() -> None:
    entities = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>{{ number }}&a;</x>'
    with pytest.raises(UnsoundTemplate, match="do not trust"):
        prepare_word_template(pack_document({"word/document.xml": entities}), "quote.docx")


@pytest.mark.parametrize("kind", ["quote", "followups", "digest", "inspection", "report"])
def test_markup_in_pages(kind: str) -> None:
    make = getattr(samples, kind)
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    shown = Page(render_document(make(attack), "en", "html").decode("utf-8"))
    plain = Page(render_document(make("x"), "en", "html").decode("utf-8"))
    assert set(shown.elements) <= set(plain.elements) | {"a"}  # a possible address becomes a link
    assert shown.elements.count("script") == (kind == "inspection")
    assert "default-src 'none'" in dict(shown.attributes).get("content", "") or kind == "report"


@pytest.mark.parametrize(
    "attack", ["a\r\nBcc: all@example.com", "a\nContent-Type: text/html\n\n<b>", "a\u2028Bcc: x@example.com"]
)
def test_header_in_drafts(attack: str) -> None:
    for document in (samples.quote(attack), samples.followups(attack), samples.digest(attack)):
        mail = message_from_bytes(render_document(document, "en", "eml"), policy=policy.default)
        assert not {"bcc", "cc"} & {name.lower() for name, _ in mail.items()}
        assert mail.defects == []


@pytest.mark.parametrize(
    "attack", ["x\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nACTION:PROCEDURE", "x\nATTENDEE:mailto:a@example.com", "x;y,z\\n:w"]
)
def test_line_in_calendars(attack: str) -> None:
    calendar = Calendar.from_ical(render_document(samples.followups(attack), "en", "ics"))
    plain = Calendar.from_ical(render_document(samples.followups("x"), "en", "ics"))
    assert [sorted(part) for part in calendar.walk()] == [sorted(part) for part in plain.walk()]


@pytest.mark.parametrize(
    "account",
    ["../../out", "..\\..\\out", "/etc/out", "C:\\out", "CON", "nul.txt", "a\0b", "x" * 400, ". .", "a\u202excod.exe"],
)
def test_path_in_names(tmp_path: Path, account: str) -> None:
    from xl_salesflow.core.change_sets import Document
    from xl_salesflow.documents.document_writer import write_document_files

    folder = tmp_path / "in" / "here"
    (file,) = write_document_files(Document("quote", f"Q-1 {account}", samples.quote().facts), folder, "en", ["html"])
    (bare,) = write_document_files(Document("quote", account, samples.quote().facts), folder, "en", ["html"])
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {file, bare}
    assert {file.parent, bare.parent} == {folder}


@pytest.mark.skipif(os.name == "nt", reason="Making links needs a privilege on Windows.")
@pytest.mark.parametrize("verb", ["followups", "report"])
def test_link_in_the_place_of_a_file(
    imported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    secret, output = tmp_path / "secret.txt", tmp_path / "out.html"
    secret.write_text("mine", encoding="utf-8")
    output.symlink_to(secret)
    given = ["--format", "html"] if verb == "followups" else []
    assert main([verb, str(imported), *given, "--output", str(output), "--today", TODAY]) == 3
    assert "it is a link" in capsys.readouterr().err
    assert secret.read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.html", "secret.txt"]


def test_path_in_the_logo(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"\x89PNG\r\n\x1a\n secret")
    (tmp_path / "books").mkdir()
    for name in ("../secret.png", str(tmp_path / "secret.png"), "\\\\server\\share\\logo.png"):
        facts = samples.quote().facts
        document = samples.quote(source=str(tmp_path / "books" / "b.xlsx"), seller={**facts["seller"], "logo": name})
        assert b"c2VjcmV0" not in render_document(document, "en", "html")
        assert "word/media" not in "".join(unpack_template(render_document(document, "en", "docx"), "q"))


def test_path_in_the_record(imported: Path) -> None:
    """The file named in a cell of Documents is examined only inside the workbook's folder (tests/quotes/test_changed.py)."""
    from xl_salesflow.quotes.quote_findings import _is_other_file

    folder = imported.parent / "inner"
    folder.mkdir(exist_ok=True)
    assert not any(_is_other_file(folder, name, "") for name in ("../leads.csv", str(imported), "a\0b"))
