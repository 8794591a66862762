"""Values of frames as cells, JSON and files hold them; every path that writes one gives the same."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.tables import crm
from xl_salesflow.changelog.change_log import format_log_value
from xl_salesflow.core.change_sets import NamedCellChange
from xl_salesflow.excel.table_growth import CellEncoder
from xl_salesflow.exports.exported_tables import list_tables_in_use
from xl_salesflow.exports.text_files import format_table_json
from xl_salesflow.imports.raw_files import sheet_cell_to_text
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, choice_label
from xl_salesflow.schema.plain_values import is_blank, is_missing, json_value, plain_value
from xl_salesflow.workbook.cell_conversion import Dialect, format_cell_as_text

DAY, MOMENT = date(2026, 1, 5), datetime(2026, 1, 5, 10, 15)
VALUES = [
    # a value of a frame, as plain Python, as JSON
    (None, None, None),
    ("", None, None),
    (" ", " ", " "),
    (float("nan"), None, None),
    (np.float64("nan"), None, None),
    (pd.NaT, None, None),
    (pd.NA, None, None),
    (np.datetime64("NaT", "D"), None, None),
    (2.0, 2, 2),
    (np.float64(2.5), 2.5, 2.5),
    (np.int64(7), 7, 7),
    (np.bool_(True), True, True),
    (1e300, 1e300, 1e300),  # not an integer of 301 digits
    (float("inf"), float("inf"), float("inf")),
    (pd.Timestamp(DAY), DAY, "2026-01-05"),
    (np.datetime64("2026-01-05", "s"), DAY, "2026-01-05"),
    (datetime(2026, 1, 5), DAY, "2026-01-05"),
    (pd.Timestamp(MOMENT), MOMENT, "2026-01-05T10:15:00"),  # the time of the day is kept
    (MOMENT.replace(tzinfo=UTC), MOMENT, "2026-01-05T10:15:00"),
    (Decimal("1.50"), Decimal("1.50"), Decimal("1.50")),
]


@pytest.mark.parametrize(("value", "plain", "as_json"), VALUES, ids=repr)
def test_a_value_is_plain_and_fits_into_json(value: Any, plain: Any, as_json: Any) -> None:
    assert (plain_value(value), json_value(value)) == (plain, as_json)
    assert type(plain_value(value)) is type(plain)
    assert is_blank(value) == (plain is None)
    assert is_missing(value) == (plain is None and not isinstance(value, str))


@pytest.mark.parametrize(("value", "plain", "as_json"), VALUES, ids=repr)
def test_the_change_log_and_the_open_workbook_write_the_same(value: Any, plain: Any, as_json: Any) -> None:
    assert format_log_value(value) == ("" if plain is None else str(as_json))
    held = CellEncoder(Dialect(), "en", frozenset()).encode_named_cell(NamedCellChange("NoSuchName", None, value))
    assert (held, type(held)) == (plain, type(plain))


def test_an_export_keeps_the_time_of_the_day() -> None:
    pipeline = crm(Journal=[{"run": "r", "time": MOMENT, "verb": "update"}])
    (table,) = (table for table in list_tables_in_use(pipeline) if table.name == "Journal")
    (row,) = json.loads(format_table_json(table))
    assert (row["time"], row["by"]) == ("2026-01-05T10:15:00", None)


@pytest.mark.parametrize(
    ("cell", "text"), [(7.0, "7"), (7, "7"), (0, "0"), (1e16, "1e+16"), (0.5, "0.5"), (True, "TRUE"), ("x", "x")]
)
def test_a_number_is_the_same_text_in_a_cell_and_in_a_file(cell: Any, text: str) -> None:
    assert format_cell_as_text(cell) == text
    assert sheet_cell_to_text(cell) == text


def test_a_value_has_one_label() -> None:
    for options, values in (*CHOICES.items(), *LISTS.items()):
        for value, label in values.items():
            assert choice_label(options, value, "zh") == label.in_("zh")
    assert choice_label("source", "word of mouth", "en") == "word of mouth"
    assert choice_label(None, "x", "en") == "x"
