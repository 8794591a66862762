"""Quotes, other documents and templates on the command line, with a real workbook."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

TODAY = "2026-03-04"
_ROWS = {
    "Accounts": [{"account": "Acme <&\"'> 🚀"}],
    "Deals": [{"deal": f"D-{n}", "account": "Acme <&\"'> 🚀", "stage": "Lead", "product": "Pump"} for n in (1, 2, 3)],
    "Products": [{"product": "Pump", "price": 100.0}],
    "Activities": [{"activity": "A-1", "deal": "D-1", "type": "visit", "date": "2026-03-03", "summary": "Saw it"}],
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Make a workbook with three deals, two of which have a quote from this week."""
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    new_workbook(path, "en", "crm")
    book = ClosedBook(path)
    book.read(date(2026, 3, 4))
    book.write(
        ChangeSet(
            appends=tuple(Append(name, make_table_frame(TABLES[name], rows), "test") for name, rows in _ROWS.items())
        )
    )
    for deal in ("D-1", "D-2"):
        assert main(["quote", str(path), deal, "--format", "html", "--today", TODAY]) == 0
    return path.read_bytes()


@pytest.fixture
def book(original: bytes, tmp_path: Path) -> Path:
    """Return a copy of the workbook in a new folder."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(original)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Run a command and return its exit code and output."""
    code = main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def documents(path: Path) -> list[list[object]]:
    """Return the rows of the sheet Documents, read by another reader."""
    sheet = openpyxl.load_workbook(path)["Documents"]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2) if row[0].value]


def test_every_quote_of_the_week_in_every_format(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    formats = ("pdf", "html", "docx", "xlsx", "eml")
    options = [word for document_format in formats for word in ("--format", document_format)]
    code, output = run(capsys, "quote", book, "--all-of-week", *options, "--today", TODAY, "--json")
    assert code == 0
    answer = json.loads(output)
    assert [Path(file).suffix.lstrip(".") for file in answer["files"]] == [*formats, *formats]
    assert all(Path(file).stat().st_size > 200 for file in answer["files"])
    assert [paper["deal"] for paper in answer["papers"]] == ["D-1", "D-2"]
    assert {row[0] for row in documents(book)} >= {Path(file).name for file in answer["files"]}


def test_a_dry_run_shows_and_makes_nothing(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = book.read_bytes()
    code, output = run(capsys, "quote", book, "--status", "draft", "--format", "docx", "--dry-run", "--today", TODAY)
    assert code == 0
    assert len(re.findall(r"would make: .*\.docx", output)) == 2
    assert book.read_bytes() == before
    assert list(book.parent.iterdir()) == [book]


def test_a_sent_document_is_recorded_and_a_later_change_is_found(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = run(capsys, "quote", book, "D-1", "--format", "pdf", "--sent", "--to", "Ms Bell", "--today", TODAY)
    assert code == 0
    (row,) = [row for row in documents(book) if str(row[0]).endswith(".pdf")]
    assert row[1] == "Quote"
    assert row[-1] == "Ms Bell"
    assert "made and sent" not in run(capsys, "check", book, "--today", TODAY)[1]
    (pdf,) = book.parent.glob("*.pdf")
    pdf.write_bytes(b"another")
    assert "is not the one that was made and sent on 2026-03-04" in run(capsys, "check", book, "--today", TODAY)[1]


def test_other_documents(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind, key in (
        ("bant_card", "D-1"),
        ("precall", "D-1"),
        ("visit", "A-1"),
        ("proposal", "D-1"),
        ("contract", "D-1"),
    ):
        code, output = run(capsys, "print", book, kind, key, "--format", "html", "--lang", "both", "--today", TODAY)
        assert code == 0, output
    assert len(list(book.parent.glob("*.html"))) == 5
    assert run(capsys, "print", book, "visit", "--all-of-week", "--format", "html", "--today", TODAY)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("quote",), "Say which"),
        (("quote", "--status", "rejected"), "There is no such document"),
        (("quote", "--status", "drafd"), "did you mean “draft”?"),
        (("quote", "D-1", "--to", "x"), "--sent"),
        (("quote", "D-9"), "D-9"),
        (("print", "precall", "D-9"), "D-9"),
    ],
)
def test_a_document_that_cannot_be_printed_is_reported_in_one_sentence(
    book: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    before = book.read_bytes()
    code, output = run(capsys, arguments[0], book, *arguments[1:], "--today", TODAY)
    assert code == 2
    assert message in output
    assert len(output.strip().splitlines()) == 1
    assert book.read_bytes() == before


def test_a_template_is_made_checked_and_used(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = book.parent / "templates"
    assert run(capsys, "template", "new", "quote", "--format", "html", "--output", folder)[0] == 0
    assert run(capsys, "template", "new", "quote", "--format", "html", "--output", folder)[0] == 2  # never overwritten
    code, output = run(capsys, "template", "check", "--book", book)
    assert (code, "Templates checked: 1, findings: 0" in output) == (0, True)
    page = folder / "quote.html"
    page.write_text(page.read_text(encoding="utf-8").replace("quote.terms", "quote.tems"), encoding="utf-8")
    code, output = run(capsys, "template", "check", "--book", book, "--json")
    (fault,) = json.loads(output)["faults"]
    assert code == 1
    assert fault["fault"] == "there is no field “tems” in quote; did you mean “terms”?"
    before = book.read_bytes()
    code, output = run(capsys, "quote", book, "D-1", "--format", "html", "--today", TODAY)
    assert (code, "did you mean “terms”?" in output) == (2, True)
    assert book.read_bytes() == before
    page.write_text("our own {{ number }}", encoding="utf-8")
    assert run(capsys, "quote", book, "D-1", "--format", "html", "--today", TODAY)[0] == 0
    (made,) = book.parent.glob("*.html")
    assert made.read_text(encoding="utf-8").startswith("our own Q-")


def test_templates_and_fields_are_listed(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, output = run(capsys, "template", "list", "--book", book, "--json")
    answer = json.loads(output)
    assert code == 0
    assert answer["folders"] == [str(book.parent / "templates")]
    assert len(answer["templates"]) == 40
    code, output = run(capsys, "template", "fields", "quote")
    assert code == 0
    assert "{{ buyer.account }}  Acme" in output
    assert "{% for row in lines %}" in output


@pytest.mark.parametrize(
    "arguments",
    [("fields", "qoute"), ("new", "qoute"), ("check", "quote.pdf"), ("check", "qoute.html"), ("check", "quote.html")],
)
def test_an_unknown_template_is_one_sentence(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, output = run(capsys, "template", *arguments)
    assert code == 2
    assert len(output.strip().splitlines()) == 1
