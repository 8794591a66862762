from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.metrics.generated import generated
from tests.metrics.stories import pipeline_from_table
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.metrics.stage_move_metrics import cube_move_matrix
from xl_salesflow.schema.named_values import Query


def test_every_way_out_of_a_stage() -> None:
    """Moves are counted at the stage they leave, in whichever direction."""
    pipeline = pipeline_from_table(
        """
        deal | amount | visits
        D-1  | 10     | Lead 01-01, Qualified 01-02, Lead 01-03, Demo 01-04, Won 01-05, Care 01-06
        D-2  | 20     | Lead 01-01, Lost 01-02, Lead 01-03
        """,
        date(2026, 2, 1),
    )
    rows = compute_sheet_values(pipeline).tables["Moves"]
    lead = {
        column: rows[1][column]
        for column in ("entries", "forward", "skip", "back", "won", "lost", "there", "check", "to_2", "to_3")
    }
    assert lead == {
        "entries": 4, "forward": 1, "skip": 1, "back": 0, "won": 0, "lost": 1, "there": 1, "check": 0, "to_2": 1, "to_3": 1,
    }  # fmt: skip
    worth = compute_sheet_values(pipeline).tables["MoveValues"]
    assert [worth[1][column] for column in ("lost", "to_1", "to_2", "to_3", "to_5")] == [20, 0, 10, 10, 0]
    assert (rows[2]["back"], rows[2]["to_1"], rows[3]["won"], rows[5]["aftercare"]) == (1, 1, 1, 1)
    assert {(move.from_, move.to): (move.count, move.value) for move in cube_move_matrix(build_cube(pipeline))} == {
        ("Lead", "Qualified"): (1, 10), ("Qualified", "Lead"): (1, 10), ("Lead", "Demo"): (1, 10), ("Demo", "Won"): (1, 10),
        ("Won", "Care"): (1, 10), ("Lead", "Lost"): (1, 20), ("Lost", "Lead"): (1, 20),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "moves"),
    [
        (Query(as_of=date(2026, 1, 4)), {}),
        (Query(as_of=date(2026, 1, 5)), {("Lead", "Demo"): 1}),
        (Query(as_of=date(2026, 1, 6)), {("Lead", "Demo"): 2, ("Demo", "Won"): 1}),
        (Query(), {("Lead", "Demo"): 2, ("Demo", "Won"): 1}),
        (Query(filters={"owner": "Ann"}), {("Lead", "Demo"): 1, ("Demo", "Won"): 1}),
        (Query(filters={"owner": "Bob"}, as_of=date(2026, 1, 5)), {}),
        (Query(filters={"owner": "Cai"}), {}),
        (Query(start=date(2026, 1, 6)), {("Lead", "Demo"): 2, ("Demo", "Won"): 1}),
        (Query(filters={"owner": "Ann"}, end=date(2026, 1, 2)), {("Lead", "Demo"): 1, ("Demo", "Won"): 1}),
    ],
)
def test_the_moves_up_to_a_day_of_the_deals_in_view_whatever_the_period(
    query: Query, moves: dict[tuple[str, str], int]
) -> None:
    pipeline = pipeline_from_table(
        """
        deal | owner | visits
        D-1  | Ann   | Lead 01-01, Demo 01-05, Won 01-06
        D-2  | Bob   | Lead 01-01, Demo 01-06
        """,
        date(2026, 2, 1),
    )
    found = cube_move_matrix(build_cube(replace(pipeline, query=query)))
    assert {(move.from_, move.to): move.count for move in found} == moves
    rows = compute_sheet_values(replace(pipeline, query=query)).tables["Moves"]
    shown = {("Lead", "Demo"): rows[1]["to_3"], ("Demo", "Won"): rows[3]["won"]}
    assert {way: count for way, count in shown.items() if count} == moves


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("as_of", [None, date(2025, 9, 15), date(2024, 12, 1)])
def test_every_stay_is_counted(seed: int, as_of: date | None) -> None:
    pipeline = replace(generated(60, seed), query=Query(as_of=as_of))
    assert {row["check"] for row in compute_sheet_values(pipeline).tables["Moves"].values() if row["stage"]} == {0}


def test_the_check_finds_a_missing_move() -> None:
    pipeline = pipeline_from_table("deal | visits\nD-1 | Lead 01-01, Demo 01-05", date(2026, 2, 1))
    history = pipeline["History"].copy()
    history["move"] = ""
    assert compute_sheet_values(pipeline.with_tables(History=history)).tables["Moves"][1]["check"] == 1
