"""Columns that a map leaves out although the deals need what they hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map

Csv = Callable[..., Path]


@pytest.mark.parametrize(
    ("header", "cells", "told"),
    [
        pytest.param(
            "Zyx", "85000.00 | 120500.00", "“Zyx” may hold them; write amount", id="figures under an unknown header"
        ),
        pytest.param("Zyx id", "85000 | 120500", "", id="the numbers of another program"),
        pytest.param("Phone", "5550100 | 5550101", "", id="telephone numbers"),
        pytest.param("Zyx", "3 | 5", "", id="a score"),
        pytest.param("Zyx", "red | blue", "", id="words"),
    ],
)
def test_a_column_of_amounts_is_not_left_out_silently(
    csv: Csv, empty: Pipeline, header: str, cells: str, told: str
) -> None:
    first, second = cells.split(" | ")
    path = csv(
        "deals.csv",
        f"name | stage | created | {header}\nA | Lead | 2025-01-01 | {first}\nB | Won | 2025-01-02 | {second}",
    )
    plan = build_import_changes(empty, [path], propose_import_map([path], empty), as_history=True)
    messages = [finding.message for finding in plan.findings if finding.rule == "import_needed"]
    assert [told in message for message in messages] == ([True] if told else [])


def test_an_amount_that_another_file_gives_is_not_missed(csv: Csv, empty: Pipeline) -> None:
    deals = csv(
        "deals.csv",
        "deal | name | stage | created | Zyx\n1 | A | Lead | 2025-01-01 | 8500\n2 | B | Won | 2025-01-02 | 900",
    )
    more = csv("more deals.csv", "deal | amount\n1 | 10\n2 | 20")
    plan = build_import_changes(empty, [deals, more], propose_import_map([deals, more], empty), as_history=True)
    assert [finding.rule for finding in plan.findings] == []


@pytest.mark.parametrize(
    ("header", "cells", "target"),
    [("Zyx", "Lead | Closed Won", "stage"), ("Qwe", "2025-03-01 | 2025-04-01", "created")],
)
def test_stages_and_dates_are_missed_too(csv: Csv, empty: Pipeline, header: str, cells: str, target: str) -> None:
    first, second = cells.split(" | ")
    path = csv("deals.csv", f"name | amount | {header}\nA | 10 | {first}\nB | 20 | {second}")
    plan = build_import_changes(empty, [path], propose_import_map([path], empty), as_history=True)
    assert any(f"write {target}" in finding.message for finding in plan.findings)
