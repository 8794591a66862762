"""A third language is one file: with a made-up catalogue, workbook, command line, quote and report are in that language."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.locale.pseudo_language import PSEUDO_LANGUAGE, pseudo_text, write_pseudo_catalogue
from xl_salesflow.documents.document_texts import DOCUMENT_TEXTS
from xl_salesflow.locale.catalogues import CATALOGUE_FOLDER_VARIABLE
from xl_salesflow.schema.table_registry import TABLES

TODAY = "2026-03-02"


class Salesflow:
    """The command line in its own process, with the catalogues of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write_pseudo_catalogue(folder)
        self._environment = {
            **os.environ, CATALOGUE_FOLDER_VARIABLE: str(folder), "SALESFLOW_LANG": PSEUDO_LANGUAGE, "PYTHONUTF8": "1",
        }  # fmt: skip

    def __call__(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "xl_salesflow", *arguments],
            env=self._environment, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def salesflow(tmp_path_factory: pytest.TempPathFactory) -> Salesflow:
    """Return the command line with the pseudo-language."""
    return Salesflow(tmp_path_factory.mktemp("catalogues"))


@pytest.fixture(scope="module")
def demo(salesflow: Salesflow, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the demo in the pseudo-language: a workbook and every document."""
    folder = tmp_path_factory.mktemp("demo")
    salesflow("demo", str(folder), "--lang", PSEUDO_LANGUAGE)
    return folder


def test_the_command_line_is_translated(salesflow: Salesflow) -> None:
    shown = salesflow("--help")
    assert pseudo_text("An Excel workbook as the store of a sales pipeline.") in shown
    verbs = re.findall(r"^  ([a-z]+) {2,}(\S)", shown, re.MULTILINE)
    assert len(verbs) > 20
    assert [name for name, first in verbs if first != "\u27e6"] == []


def test_an_error_is_translated(salesflow: Salesflow, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.xlsx")
    assert "\u27e6" in salesflow("update", missing, code=3)


def test_a_new_workbook_is_translated_and_valid(salesflow: Salesflow, tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    salesflow("init", str(path), "--lang", PSEUDO_LANGUAGE, "--today", TODAY)
    titles = load_workbook(path, read_only=True).sheetnames
    assert set(titles) >= {pseudo_text(TABLES[name].title.in_("en")) for name in ("Deals", "History", "Settings")}
    assert pseudo_text("No findings.") in salesflow("check", str(path), "--today", TODAY)
    assert "\u27e6" in salesflow("update", str(path), "--today", TODAY)


def test_the_headers_of_the_demo_are_translated(demo: Path) -> None:
    (path,) = demo.glob("salesflow-demo.xlsx")
    sheet = load_workbook(path)[pseudo_text("Deals")]
    headers = {cell.value for cell in next(sheet.iter_rows(max_row=1))}
    assert headers >= {pseudo_text(column.header.in_("en")) for column in TABLES["Deals"].columns}


class _Words(HTMLParser):
    """The visible texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append(data.strip())


@pytest.mark.parametrize(
    ("pattern", "keys"),
    [
        ("*Q-*.html", ("quotation", "subtotal", "total", "valid_until")),
        ("*report*.html", ("report", "ageing", "definition")),
    ],
)
def test_quote_and_report_are_translated(demo: Path, pattern: str, keys: tuple[str, ...]) -> None:
    page = sorted(demo.rglob(pattern))[0]
    words = _Words()
    words.feed(page.read_text(encoding="utf-8"))
    shown = " ".join(words.found)
    english = [DOCUMENT_TEXTS[key].in_("en") for key in keys]
    assert [text for text in english if pseudo_text(text) not in shown] == []
    assert [text for text in english if text in shown] == []
