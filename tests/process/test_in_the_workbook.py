"""The list in a real workbook: typed results are recorded once, and a second update does not change the file."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.examples import dear_languages
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.engine import Run
from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import bring_in, update
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

NOW = datetime(2026, 6, 30, 9)


def updated(path: Path) -> bytes:
    """Update the workbook as every morning; return its bytes."""
    book = ClosedBook(path)
    book.write(update(book.read(NOW.date()), Run("test", NOW)))
    return path.read_bytes()


def typed(path: Path, row: int, **cells: Any) -> None:
    """Type into one line of the list, as a person does."""
    pipeline, workbook = ClosedBook(path).read(NOW.date()), Workbook.open(path)
    for column_id, value in cells.items():
        workbook.set_column("FollowUps", TABLES["FollowUps"].header(column_id, pipeline.language), {row: value})
    path.write_bytes(workbook.to_bytes())


@pytest.mark.parametrize("language", dear_languages("zh"))
def test_results_typed_into_the_list_are_recorded_once(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "team.xlsx"
    new_workbook(path, language)
    book = ClosedBook(path)
    empty = book.read(NOW.date())
    book.write(bring_in(empty, generate_pipeline(empty, 25, since_days=60), Run("test", NOW)))
    updated(path)
    read = ClosedBook(path).read(NOW.date())
    still_open = read["Deals"].loc[read["Deals"]["outcome"] == "open", "deal"]
    listed = read["FollowUps"][read["FollowUps"]["deal"].isin(still_open)]
    ticked, noted, planned = (int(row) for row in listed.index[:3])
    deals = list(listed["deal"].iloc[:3])
    typed(path, ticked, done={"en": "Yes", "zh": "是"}[language])
    typed(path, noted, result="=He wants a demo", then="Show it", then_on=date(2026, 7, 6))
    typed(path, planned, then_on=date(2026, 7, 8))

    first = updated(path)
    now = ClosedBook(path).read(NOW.date())
    logged = now["Activities"].set_index("deal")
    assert set(logged.index) == set(deals[:2])
    assert logged.at[deals[1], "summary"] == "=He wants a demo"
    steps = now["Deals"].set_index("deal").loc[deals]
    assert steps.at[deals[1], "next_step"] == "Show it"
    assert [day.date() for day in steps["next_step_date"]][1:] == [date(2026, 7, 6), date(2026, 7, 8)]
    assert steps.at[deals[0], "next_step_date"].date() > NOW.date()
    assert not set(deals[:2]) & set(now["FollowUps"]["deal"])
    assert {"yes"} & set(now["FollowUps"]["done"]) == set()

    assert updated(path) == first
