"""A list as a separate workbook: the format of the sheet, plain values, and no typed formula."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.documents import samples
from tests.documents.samples import ATTACKS
from tests.validator import Validator
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.handout_files import build_list_file

FOLLOWUPS = TABLES["FollowUps"]


def rows(word: str = "") -> list[dict[str, object]]:
    """Return the rows of a sample list."""
    return [row for group in samples.followups(word).facts["owners"] for row in group["rows"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_has_the_sheet_with_its_rows(language: Language) -> None:
    sheet = load_workbook(BytesIO(build_list_file(FOLLOWUPS, rows(), language)))[FOLLOWUPS.title.in_(language)]
    head, first, *_ = sheet.iter_rows(values_only=True)
    assert head == tuple(column.header.in_(language) for column in FOLLOWUPS.columns)
    cells = dict(zip(FOLLOWUPS.by_id, first, strict=True))
    assert (cells["rank"], cells["amount"], cells["days_late"]) == (1, 1234.5, 2)
    assert cells["due"].date() == date(2026, 11, 20)
    assert cells["priority"] == {"en": "High", "zh": "高"}[language]
    assert sheet.tables["FollowUps"].ref == "A1:X4"
    assert sheet.max_row == 4


@pytest.mark.parametrize("typed", [*ATTACKS, "=1+1", "+1", "-1", "@A1", "\t=1+1", "\r=1", "\x00\x0b=1", "{=1+1}"])
def test_no_cell_is_a_formula(typed: str) -> None:
    book = load_workbook(BytesIO(build_list_file(FOLLOWUPS, rows(typed), "en")))
    cells = [cell for line in book.active.iter_rows(min_row=2) for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    shown = typed.replace("\x00\x0b", "").split()
    assert any(str(cell.value).split() == shown for cell in cells)


def test_an_empty_list_and_a_long_text_can_be_written() -> None:
    assert load_workbook(BytesIO(build_list_file(FOLLOWUPS, [], "en"))).active.max_row == 2
    long = [{**rows()[0], "why": "x" * 40_000, "amount": Decimal("0.10")}]
    assert len(load_workbook(BytesIO(build_list_file(FOLLOWUPS, long, "en"))).active["L2"].value) == 32_000


def test_the_same_rows_give_the_same_bytes_and_a_valid_file(tmp_path: Path, validator: Validator) -> None:
    content = build_list_file(FOLLOWUPS, rows("=1+1"), "zh")
    assert content == build_list_file(FOLLOWUPS, rows("=1+1"), "zh")
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    assert not validator(path)
