"""A change sheet does no more than its ticks: whatever somebody types into it, nothing else is written."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.batch.sales import made
from xl_salesflow.changelog.change_log import is_recomputed
from xl_salesflow.changelog.change_sheet_table import CHANGE_SHEET_TABLE, ChangeSheet
from xl_salesflow.cli import main
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.errors import SalesflowError
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import apply
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.returned_files import read_change_sheet_file

DAY = date(2026, 4, 1)
RUN = Run("Li", datetime(2026, 4, 1, 9))
COLUMNS = [column.id for column in CHANGE_SHEET_TABLE.columns]
VALUES = {
    "a date": datetime(2026, 1, 2), "yes": True, "an infinity": "1e999", "a number": 10**300, "an error": "#N/A",
    "a formula": '=HYPERLINK("http://x.example","y")', "a huge text": "x" * 32_767, "another stage": "Won", "nothing": None,
    "half a tag": "<c r=", "another language": "\u5546\u673a",
}  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pipeline, bytes, set[tuple[str, str, str]]]:
    """Return a pipeline with stage moves that wait, the change sheet of its update, and what its ticks change."""
    path = tmp_path_factory.mktemp("limits") / "book.xlsx"
    path.write_bytes(made())
    sheet = path.with_name("c.xlsx")
    assert main(["update", str(path), "--dry-run", "--sheet", str(sheet), "--today", str(DAY)]) in (0, 1)
    pipeline, data = ClosedBook(path).read(DAY), sheet.read_bytes()
    return pipeline, data, changed_cells(pipeline, changed_sheet(data, sheet, apply="Yes"))


def changed_sheet(data: bytes, to: Path, **cells: Any) -> ChangeSheet:
    """Return the change sheet with these values typed into every row; *today* goes into the sheet About."""
    to.write_bytes(data)
    workbook = openpyxl.load_workbook(to)
    for row in workbook.worksheets[0].iter_rows(min_row=2):
        for column, value in cells.items():
            if column in COLUMNS:
                row[COLUMNS.index(column)].value = value
    for row in workbook.worksheets[1].iter_rows():
        if row[0].value == "As of" and "today" in cells:
            row[1].value = cells["today"]
    workbook.save(to)
    return read_change_sheet_file(to)


def changed_cells(pipeline: Pipeline, sheet: ChangeSheet) -> set[tuple[str, str, str]]:
    """Return the cells that applying the change sheet changes, without those that every run computes, such as names of deals."""
    edits = [
        edit
        for edit in apply(pipeline, sheet, RUN).edits
        if edit.table != "Journal" and not is_recomputed(TABLES[edit.table][edit.column])
    ]
    return {(edit.table, edit.column, str(key)) for edit in edits for key in edit.keys}


@pytest.mark.parametrize("value", ["an infinity", "an error", "another stage"])  # each applies two updates
# attack: a change sheet with other values, columns, rows or days than it was made with
# outcome: does what the update proposes, or nothing
def test_what_is_typed_beside_a_tick_is_not_written(
    written: tuple[Pipeline, bytes, set[tuple[str, str, str]]], value: str, tmp_path: Path
) -> None:
    """A ticked row with another value, column, table or row does what the update proposes, or nothing."""
    pipeline, data, proposed = written
    assert proposed
    typed = {column: VALUES[value] for column in COLUMNS if column not in ("apply", "mark")}
    assert changed_cells(pipeline, changed_sheet(data, tmp_path / "c.xlsx", apply="Yes", **typed)) <= proposed


def test_a_mark_that_no_run_wrote_changes_nothing(
    written: tuple[Pipeline, bytes, set[tuple[str, str, str]]], tmp_path: Path
) -> None:
    pipeline, data, _ = written
    assert changed_cells(pipeline, changed_sheet(data, tmp_path / "c.xlsx", apply="Yes", mark="0" * 16)) == set()


@pytest.mark.parametrize("column", ["apply", "after", "today"])
@pytest.mark.parametrize("value", VALUES)
def test_any_value_of_a_cell_is_read_or_refused(
    written: tuple[Pipeline, bytes, set[tuple[str, str, str]]], column: str, value: str, tmp_path: Path
) -> None:
    """Dates, booleans, error cells, formulas, huge texts: a tick is Yes or nothing, and a day is a day."""
    with suppress(SalesflowError):
        sheet = changed_sheet(written[1], tmp_path / "c.xlsx", **{column: VALUES[value]})
        assert [line.apply for line in sheet.lines if line.apply] == []


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2200-01-01"])
def test_a_day_beyond_every_calendar_is_one_sentence(
    written: tuple[Pipeline, bytes, set[tuple[str, str, str]]],
    day: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As today, it was an error of the calendar: in a change sheet, and on the command line."""
    with pytest.raises(SalesflowError, match="no day"):
        changed_sheet(written[1], tmp_path / "c.xlsx", today=day)
    assert main(["update", str(tmp_path / "b.xlsx"), "--today", day]) == 2
    assert "is not a date like" in capsys.readouterr().err
