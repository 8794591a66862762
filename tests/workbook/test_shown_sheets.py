"""A hidden sheet is shown with its first row, once; a person's later hiding is kept."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.templates import built
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.engine import Run, run_steps
from xl_salesflow.errors import UsageError
from xl_salesflow.ooxml.edit_assembly import show_hidden_sheets
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

NEW = {"Start", "Deals", "Activities", "Funnel", "Follow-ups", "Findings"}


def shown(path: Path) -> set[str]:
    return {sheet.title for sheet in load_workbook(path, read_only=True) if sheet.sheet_state == "visible"}


def add(path: Path, table: str, **row: object) -> None:
    book, run = ClosedBook(path), Run("", datetime(2026, 7, 1))
    plan = ChangeSet(appends=(Append(table, make_table_frame(TABLES[table], [row]), "test"),))
    book.write(run_steps(book.read(date(2026, 7, 1)), (partial(lambda plan, _: plan, plan),), "test", run))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "b.xlsx"
    path.write_bytes(built("en"))
    return path


@pytest.mark.parametrize(
    ("table", "row", "appears"),
    [
        ("Accounts", {"account": "Delta Foods"}, {"Accounts"}),
        ("Targets", {"from": date(2026, 1, 1), "to": date(2026, 12, 31), "target": 9.0},
         {"Targets", "Forecast", "Plan", "Team plan"}),
        ("Holidays", {"date": date(2026, 1, 1)}, set()),
    ],
)  # fmt: skip
def test_the_first_row_of_a_table_shows_its_sheet_unless_it_is_set_up_or_a_record(
    book: Path, table: str, row: dict[str, object], appears: set[str]
) -> None:
    add(book, table, **row)
    assert shown(book) == NEW | appears


def test_a_sheet_that_a_person_hides_stays_hidden(book: Path) -> None:
    add(book, "Accounts", account="Delta Foods")
    held = load_workbook(book)
    held["Accounts"].sheet_state = "hidden"
    held.save(book)
    add(book, "Accounts", account="Indigo Works")
    assert shown(book) == NEW


@pytest.mark.parametrize(
    ("part", "after"),
    [
        (b'<sheet name="A &amp; B" sheetId="2" state="hidden" r:id="r2"/>', b'<sheet name="A &amp; B" sheetId="2" r:id="r2"/>'),
        (b"<x:sheet state='hidden' name='a &amp; b'/>", b"<x:sheet name='a &amp; b'/>"),
        (b'<sheet name="C" state="hidden"/>', b'<sheet name="C" state="hidden"/>'),
        (b'<sheet name="A &amp; B" state="veryHidden"/>', b'<sheet name="A &amp; B" state="veryHidden"/>'),
        (b'<workbookProtection lockStructure="1"/><sheet name="A &amp; B" state="hidden"/>',
         b'<workbookProtection lockStructure="1"/><sheet name="A &amp; B" state="hidden"/>'),
    ],
)  # fmt: skip
def test_only_the_named_sheet_is_shown_and_a_protected_structure_is_kept(part: bytes, after: bytes) -> None:
    assert show_hidden_sheets(part, {"A & B"}) == after


def test_modules_show_their_sheets_from_the_start(tmp_path: Path) -> None:
    new_workbook(tmp_path / "b.xlsx", "en", modules=("bant", "quotes"))
    assert shown(tmp_path / "b.xlsx") == NEW | {"Answers", "Questions", "Quotes", "Quote lines", "Products"}
    with pytest.raises(UsageError, match="no module"):
        new_workbook(tmp_path / "c.xlsx", "en", modules=("quots",))
    assert load_workbook(BytesIO(built("en")))["Quotes"].sheet_state == "hidden"
