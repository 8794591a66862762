"""``salesflow bant`` and ``salesflow prepare``: a card is written and read back; the checklist becomes tasks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.examples import dear_languages
from tests.libreoffice import LibreOffice
from tests.tables import TODAY
from xl_salesflow.cli import main
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.workbook.closed_book import ClosedBook


def run(*arguments: object) -> int:
    return main([str(argument) for argument in (*arguments, "--today", TODAY)])


def read(book: Path) -> Pipeline:
    return ClosedBook(book).read(TODAY)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("cards"), "en")


@pytest.fixture
def book(original: Path, tmp_path: Path) -> Path:
    """Return a copy of that workbook and of the files beside it."""
    return shutil.copytree(original.parent, tmp_path, dirs_exist_ok=True) / original.name


def made(folder: Path, language: Language) -> Path:
    path, deals = folder / "b.xlsx", folder / "deals.csv"
    deals.write_text("Deal,Stage,Created,Owner\nD-1,Lead,2026-03-01,Li\nD-2,Lead,2026-03-01,Li\n", encoding="utf-8")
    main(["init", str(path), "--lang", language])
    run("import", path, deals, "--yes")
    return path


def fill(card: Path, cells: dict[str, Any]) -> None:
    """Type into the rows of the card as a person would: question and column position → value."""
    workbook = openpyxl.load_workbook(card)
    sheet = workbook.worksheets[0]
    rows = {str(sheet.cell(row, 2).value): row for row in range(4, sheet.max_row + 1)}
    for place, value in cells.items():
        question, _, column = place.partition(".")
        sheet.cell(
            rows[question], {"points": 8, "answer": 9, "evidence": 10, "date": 11, "deal": 1}[column]
        ).value = value
    workbook.save(card)


@pytest.mark.parametrize("language", dear_languages("zh"))
def test_a_card_is_filled_in_and_read_back(
    tmp_path: Path, language: Language, capsys: pytest.CaptureFixture[str]
) -> None:
    book, card = made(tmp_path, language), tmp_path / "card.xlsx"
    assert run("bant", book, "D-1", "--output", card) == 0
    fill(card, {"B1.points": 2, "B2.points": 3, "B2.answer": "60,000 set aside", "A1.answer": "The board decides"})
    before = read(book)
    capsys.readouterr()
    assert run("bant", book, "--read", card, "--dry-run") == 0
    assert read(book)["Answers"].equals(before["Answers"])
    run("bant", book, "--read", card)
    after = read(book)
    assert after["Answers"][["deal", "question", "points", "answer"]].fillna(-1).to_numpy().tolist() == [
        ["D-1", "B1", 2, ""], ["D-1", "B2", 3, "60,000 set aside"], ["D-1", "A1", -1, "The board decides"],
    ]  # fmt: skip
    assert after["Deals"].set_index("deal").loc["D-1", "budget"] == 3  # the mean of 2 and 3, rounded half up
    written = book.read_bytes()
    run("bant", book, "--read", card)
    assert book.read_bytes() == written
    assert main(["undo", str(book), "--today", str(TODAY)]) == 0
    back = read(book)
    assert back["Answers"].empty
    assert back["Deals"]["budget"].isna().all()


def test_an_invalid_answer_is_reported_with_the_cards_cell(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = tmp_path / "card.xlsx"
    run("bant", book, "D-1", "--output", card)
    fill(card, {"B1.points": "lots", "B2.points": 7, "B3.deal": "D-77", "B3.points": 1, "N1.date": "soon"})
    capsys.readouterr()
    run("bant", book, "--read", card, "--json")
    messages = {finding["cell"]: finding["message"] for finding in json.loads(capsys.readouterr().out)["findings"]}
    sheet = "'[card.xlsx]BANT card'!"
    assert {f"{sheet}H4", f"{sheet}H5", f"{sheet}A6", f"{sheet}K12"} <= set(messages)
    assert "lots" in messages[f"{sheet}H4"]
    assert read(book)["Answers"].empty


def test_a_card_is_not_overwritten_and_another_file_is_refused(book: Path, tmp_path: Path) -> None:
    assert run("bant", book, "D-1") == 0
    assert (tmp_path / "BANT D-1.xlsx").is_file()
    assert run("bant", book, "D-1") == 2
    assert run("bant", book, "--read", book) == 2
    assert run("bant", book) == 2
    assert run("bant", book, "D-9") == 2


def test_a_card_saved_by_libreoffice_is_read_too(book: Path, tmp_path: Path, libreoffice: LibreOffice) -> None:
    card = tmp_path / "card.xlsx"
    run("bant", book, "D-2", "--output", card)
    fill(card, {"T1.points": 3})
    run("bant", book, "--read", libreoffice.recalculated(card))
    assert read(book)["Answers"][["deal", "question", "points"]].to_numpy().tolist() == [["D-2", "T1", 3]]


def test_the_checklist_before_a_visit_becomes_tasks_once(book: Path) -> None:
    before = len(read(book)["Tasks"])
    assert run("prepare", book, "D-1") == 0
    tasks = read(book)["Tasks"]
    new = tasks.iloc[before:]
    assert len(new) == 8
    assert set(new["deal"]) == {"D-1"}
    assert {str(day.date()) for day in new["due"]} == {str(TODAY)}
    run("prepare", book, "D-1")
    assert len(read(book)["Tasks"]) == before + 8
