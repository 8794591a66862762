"""Cells ↔ frames: written values are read back unchanged, for every declared column."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from tests.examples import examples
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.ooxml.cell_contents import ErrorValue
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.deal_tables import OPEN_STAY_END
from xl_salesflow.schema.plain_values import LOST_CHARACTER
from xl_salesflow.schema.table_columns import Column, ColumnType, TableSchema
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_conversion import Dialect, read_frame, values_to_cells

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=LOST_CHARACTER), max_size=8).map(
    str.strip
)
NUMBERS: dict[ColumnType, st.SearchStrategy[Any]] = {
    ColumnType.INTEGER: st.integers(-(10**9), 10**9),
    ColumnType.POINTS: st.integers(0, 3),
    ColumnType.MONEY: st.decimals(-(10**9), 10**9, places=2).map(float),
    ColumnType.PERCENT: st.floats(0, 1),
    ColumnType.NUMBER: st.floats(-(10**15), 10**15, exclude_min=True, exclude_max=True),
}


def values_of(column: Column) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of *column* in a frame."""
    if column.type is ColumnType.CHOICE:
        return st.sampled_from(["", *CHOICES[column.options or ""]])
    if column.type is ColumnType.LIST:
        return st.sampled_from(["", "a team's own", *LISTS[column.options or ""]])
    if column.type.is_text:
        return WORDS
    if column.type is ColumnType.DATE:
        return st.none() | st.dates(date(1950, 1, 1), date(2149, 12, 31)) | st.just(OPEN_STAY_END)
    if column.type is ColumnType.TIME:
        return st.none() | st.datetimes(datetime(1950, 1, 1), datetime(2149, 1, 1)).map(
            lambda at: at.replace(microsecond=0)
        )
    return st.none() | NUMBERS[column.type]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
@examples(5)
@given(data=st.data())
def test_a_frame_survives_the_round_trip_through_cells(
    table: TableSchema, language: Language, data: st.DataObject
) -> None:
    first = next(column for column in table.columns if not column.is_formula)
    row = st.fixed_dictionaries({column.id: values_of(column) for column in table.columns})
    rows = data.draw(
        st.lists(row, max_size=3).filter(lambda rows: all(row[first.id] not in ("", None) for row in rows))
    )
    before = make_table_frame(table, rows)
    cells = {column.id: values_to_cells(column, before[column.id], language) for column in table.columns}
    after, faults = read_frame(table, cells, 2, Dialect("USD"))
    assert faults == []
    assert_frame_equal(before, after, check_index_type=False)


@pytest.mark.parametrize(
    ("cell", "reads"),
    [
        (1001, "1001"),
        (1001.0, "1001"),
        (13800138000.0, "13800138000"),
        (1.5, "1.5"),
        (True, "TRUE"),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime(2026, 1, 5), "2026-01-05"),
        (datetime(2026, 1, 5, 9, 30), "2026-01-05 09:30:00"),
        ("  D-1\u3000", "D-1"),
        (ErrorValue("#N/A"), ""),
    ],
)
def test_any_cell_can_be_text(cell: Any, reads: str) -> None:
    frame, _ = read_frame(_one("note", ColumnType.TEXT), {"note": [cell, "next"]}, 2, Dialect())
    assert list(frame["note"])[: 1 if reads else 0] == ([reads] if reads else [])


@pytest.mark.parametrize("half", ["\ud800", "\udfff\ud83d"])
@pytest.mark.parametrize("column_type", [ColumnType.KEY, ColumnType.REF, ColumnType.TEXT, ColumnType.LONG])
# attack: half a character in a cell, a log or the Journal
# outcome: a finding, or the line is not believed; shown as �
def test_half_a_character_is_a_finding(column_type: ColumnType, half: str) -> None:
    """No file in UTF-8 can hold it, so it goes no further than the sheet."""
    frame, faults = read_frame(_one("text", column_type), {"text": [f"half {half}"]}, 2, Dialect())
    assert list(frame["text"]) == ["half " + "\ufffd" * len(half)]
    assert [(fault.rule, fault.row) for fault in faults] == [("lost_character", 2)]


@pytest.mark.parametrize("cell", ["Perhaps", "Ja", "Yes ", "yes", "YES", "是", "Ｙｅｓ"])
def test_a_choice_is_recognized_by_any_of_its_names(cell: str) -> None:
    frame, faults = read_frame(_one("answer", ColumnType.CHOICE, "yes_no"), {"answer": [cell]}, 2, Dialect())
    # a word of another language is understood, and told
    expected = {"Perhaps": ([""], 1), "Ja": (["yes"], 1)}
    assert (list(frame["answer"]), len(faults)) == expected.get(cell, (["yes"], 0))


@pytest.mark.parametrize(
    ("cell", "dialect", "day"),
    [
        (date(2026, 1, 5), Dialect(), "2026-01-05"),
        (datetime(2026, 1, 5, 17, 30), Dialect(), "2026-01-05"),
        (46027, Dialect(), "2026-01-05"),
        (46027.75, Dialect(), "2026-01-05"),
        (44565, Dialect(date1904=True), "2026-01-05"),
        (2958465, Dialect(), "9999-12-31"),
    ],
)
def test_a_day_may_have_a_time_or_no_date_format(cell: Any, dialect: Dialect, day: str) -> None:
    frame, faults = read_frame(_one("day", ColumnType.DATE), {"day": [cell]}, 2, dialect)
    assert (list(frame["day"]), faults) == ([pd.Timestamp(day).as_unit("s")], [])


def test_the_value_of_a_formula_is_taken_without_a_finding() -> None:
    table = TABLES["Stages"]
    rows: dict[str, list[Any]] = {column.id: [None, None] for column in table.columns}
    frame, faults = read_frame(
        table, {**rows, "stage": ["Lead", None], "key": [ErrorValue("#NAME?"), "left over"]}, 2, Dialect()
    )
    assert list(frame.index) == [2]
    assert (frame.at[2, "key"], faults) == ("", [])


def test_a_row_with_only_a_wrong_cell_is_a_row() -> None:
    frame, faults = read_frame(_one("amount", ColumnType.MONEY), {"amount": [None, "lots", None]}, 5, Dialect())
    assert list(frame.index) == [6]
    assert [(fault.rule, fault.row, fault.cell_text) for fault in faults] == [("not_a_number", 6, "lots")]


@pytest.mark.parametrize("column_type", [ColumnType.MONEY, ColumnType.NUMBER, ColumnType.INTEGER])
def test_a_number_that_no_cell_keeps_exactly_is_a_finding(column_type: ColumnType) -> None:
    """Sums of numbers like 1e308 leave the range of numbers altogether, and the run with them."""
    cells = [10**15 - 1, 10**15, -1e308, float("inf"), 7]
    frame, faults = read_frame(_one("amount", column_type), {"amount": list(cells)}, 2, Dialect())
    assert list(frame["amount"].dropna()) == [10**15 - 1, 7]
    assert [(fault.rule, fault.row) for fault in faults] == [("too_large", 3), ("too_large", 4), ("too_large", 5)]


def _one(column_id: str, column_type: ColumnType, options: str | None = None) -> TableSchema:
    deals = TABLES["Deals"]
    column = Column(column_id, deals["deal"].header, column_type, deals["deal"].tip, options=options)
    return TableSchema("One", deals.title, deals.purpose, deals.group, (column,))
