"""A frame stores every type of column as documented, whatever the input."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_salesflow.schema.table_frames import complete_columns, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

DEALS = TABLES["Deals"]


def test_blank_cells_by_type() -> None:
    row = make_table_frame(DEALS, [{"deal": "D-1"}]).iloc[0]
    assert (row["name"], row["stage"], row["outcome"]) == ("", "", "")
    assert np.isnan(row["amount"])
    assert row["created"] is pd.NaT


@pytest.mark.parametrize("value", [date(2026, 3, 1), datetime(2026, 3, 1), pd.Timestamp("2026-03-01")])
def test_dates_of_any_type_are_whole_days(value: date) -> None:
    table = make_table_frame(DEALS, [{"created": value}])
    assert table["created"].dtype == "datetime64[s]"
    assert table["created"].iat[0] == pd.Timestamp("2026-03-01")


def test_the_last_representable_day_fits() -> None:
    assert make_table_frame(TABLES["History"], [{"left": date(9999, 12, 31)}])["left"].iat[0].year == 9999


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none() | st.integers(-(10**9), 10**9)))
def test_numbers_come_back_as_they_went_in(values: list[float | None]) -> None:
    held = make_table_frame(DEALS, [{"amount": value} for value in values])["amount"]
    assert held.dtype == "float64"
    assert [None if np.isnan(v) else v for v in held] == [None if v is None else float(v) for v in values]


@given(st.lists(st.text() | st.none()))
def test_texts_come_back_as_they_went_in(values: list[str | None]) -> None:
    held = make_table_frame(DEALS, [{"name": value} for value in values])["name"]
    assert list(held) == [value or "" for value in values]


def test_the_index_is_the_sheet_row() -> None:
    assert list(make_table_frame(DEALS, [{}, {}], first_row=5).index) == [5, 6]


def test_a_partial_frame_is_completed_in_the_declared_order() -> None:
    whole = complete_columns(DEALS, pd.DataFrame({"amount": [1.0], "deal": ["D-1"]}))
    assert list(whole.columns) == [column.id for column in DEALS.columns]
    assert whole["created"].dtype == "datetime64[s]"
