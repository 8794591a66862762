"""A new workbook shows twelve columns of Deals; others are opened when they are needed, once."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from tests.templates import built
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.engine import Run, run_steps
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.sheet_layouts import SHEET_LAYOUTS, find_columns_to_open
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import update
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

DEALS = TABLES["Deals"]
FIRST = set(SHEET_LAYOUTS["Deals"].first)
BANT, CLOSING = map(set, SHEET_LAYOUTS["Deals"].asked)
HEADS = {group[0] for group in (*SHEET_LAYOUTS["Deals"].asked, *SHEET_LAYOUTS["Deals"].folded)}
TODAY, RUN = date(2026, 7, 1), Run("", datetime(2026, 7, 1))


def shown(path: Path, language: Language = "en") -> set[str]:
    sheet = load_workbook(path)[DEALS.title.in_(language)]
    folded = {
        number for one in sheet.column_dimensions.values() if one.hidden for number in range(one.min, one.max + 1)
    }
    headers = {column.header.in_(language): column.id for column in DEALS.columns}
    return {headers[cell.value] for cell in sheet[1] if cell.column not in folded}


def fold_again(path: Path, columns: set[str]) -> None:
    book = load_workbook(path)
    sheet = book["Deals"]
    headers = {column.id: column.header.in_("en") for column in DEALS.columns}
    for cell in sheet[1]:
        if cell.value in {headers[column] for column in columns}:
            sheet.column_dimensions[get_column_letter(cell.column)].hidden = True
    book.save(path)


def add(path: Path, table: str = "Deals", **row: object) -> None:
    book = ClosedBook(path)
    plan = ChangeSet(appends=(Append(table, make_table_frame(TABLES[table], [row]), "test"),))
    book.write(run_steps(book.read(TODAY), (lambda _: plan,), "test", RUN))


def type_stage(path: Path, stage: str) -> None:
    book = load_workbook(path)
    sheet = book["Deals"]
    at = next(cell.column for cell in sheet[1] if cell.value == DEALS["stage"].header.in_("en"))
    sheet.cell(2, at, stage)
    book.save(path)


def run_update(path: Path) -> pd.DataFrame:
    book = ClosedBook(path)
    book.write(update(book.read(TODAY), RUN))
    return book.read(TODAY)["Deals"]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "b.xlsx"
    path.write_bytes(built("en"))
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_workbook_shows_twelve_columns(tmp_path: Path, language: Language) -> None:
    new_workbook(tmp_path / "b.xlsx", language)
    assert shown(tmp_path / "b.xlsx", language) == FIRST
    assert len(FIRST) == 12


def test_a_module_opens_its_columns_from_the_start(tmp_path: Path) -> None:
    new_workbook(tmp_path / "b.xlsx", "en", modules=("bant", "quotes"))
    assert shown(tmp_path / "b.xlsx") == FIRST | BANT | HEADS


@pytest.mark.parametrize(
    ("table", "row", "opened"),
    [
        ("Deals", {"deal": "D-1", "stage": "Lead", "amount": 100.0, "source": "Website"}, set()),
        ("Deals", {"deal": "D-1", "stage": "Lead", "need": 3.0}, BANT | HEADS),
        ("Answers", {"deal": "D-1", "question": "B1"}, BANT | HEADS),
        ("Tasks", {"deal": "D-1", "task": "Call"}, set()),
    ],
)
def test_the_first_rows_open_the_columns_of_a_module_that_they_use(
    book: Path, table: str, row: dict[str, object], opened: set[str]
) -> None:
    add(book, table, **row)
    assert shown(book) == FIRST | opened


def test_what_a_gate_asks_for_is_opened_once(book: Path) -> None:
    add(book, deal="D-1", name="One", stage="Lead")
    run_update(book)
    assert shown(book) == FIRST, "nothing was asked for yet"
    type_stage(book, "Presentation")
    deal = run_update(book).iloc[0]
    assert deal["move_status"] == "refused", deal["move_reasons"]
    assert shown(book) == FIRST | BANT | HEADS
    fold_again(book, BANT | HEADS)
    run_update(book)
    assert shown(book) == FIRST, "a person's folding is kept while nothing else is asked for"
    type_stage(book, "Lost")
    assert run_update(book).iloc[0]["move_status"] == "refused"
    assert shown(book) == FIRST | CLOSING | HEADS, "the reason of a loss"


def test_what_the_product_keeps_is_never_opened() -> None:
    layout = SHEET_LAYOUTS["Deals"]
    assert find_columns_to_open("Deals", layout.hidden) == find_columns_to_open("Deals", layout.first) == ()
    assert find_columns_to_open("Accounts", ("class",)) == ()
    assert set(find_columns_to_open("Deals", ("source",))) == HEADS, "it is the head of its group"
    assert set(find_columns_to_open("Deals", ("region",))) > HEADS
