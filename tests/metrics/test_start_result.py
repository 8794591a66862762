"""What the sheet Start says of this month: unknown if deals were won and none has an amount, 0 only if that is the sum."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.metrics.start_values import compute_start_cells
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

TODAY = date(2026, 4, 20)
TARGETS = make_table_frame(
    TABLES["Targets"], [{"from": date(2026, 4, 1), "to": date(2026, 4, 30), "owner": "", "target": 140.0}]
)


@pytest.mark.parametrize(
    ("amounts", "won", "attained"),
    [
        ([], 0, 0),
        ([""], "", ""),
        (["", "70"], 70, 0.5),
        (["0"], 0, 0),
        (["0", ""], 0, 0),
    ],
)
def test_the_result_of_the_month(amounts: list[str], won: float | str, attained: float | str) -> None:
    rows = [f"D-{at} | {amount} | Lead 04-01, Won 04-10" for at, amount in enumerate(amounts, 1)]
    earlier = "D-9 | 500 | Lead 01-01, Won 03-10"
    pipeline = pipeline_from_table("\n".join(["deal | amount | visits", earlier, *rows]), TODAY)
    workbook = replace(pipeline.with_tables(Targets=TARGETS), named={"StartAll": 1})
    cells = compute_start_cells(workbook)
    assert (cells["StartWon"], cells["StartAttained"]) == (won, attained)
