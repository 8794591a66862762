"""One numbering of rows: whatever makes a row, its key follows the same look and the same keys that are taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from tests.tables import TODAY, crm
from xl_salesflow.changelog.copy_merge import merge_copies
from xl_salesflow.changelog.three_way_merge import Ancestor
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.key_numbers import (
    COUNTED_TABLES,
    KEY_FORMATS,
    KeyFormat,
    followup_activity_key,
    next_key_like,
    next_keys,
    next_run_number,
    order_by_number,
)
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import Run
from xl_salesflow.excel.deal_buttons import make_activity_changes
from xl_salesflow.imports.row_matching import match_rows_to_table
from xl_salesflow.process.deal_tasks import prepare_visit
from xl_salesflow.process.deal_upkeep import fill_derived_cells
from xl_salesflow.quotes.quote_upkeep import update_quotes
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import undo, update

RUN = Run("Li", datetime(2026, 3, 31, 9))


@pytest.mark.parametrize(
    ("taken", "following"),
    [
        ([], "D-00001"),
        (["D-00041"], "D-00042"),
        (["D-7", "d-00012 "], "D-00013"),  # case, blanks and the number of digits do not matter
        (["D-99999"], "D-100000"),
        (["17", "K-50", "D-12-B", "XD-90"], "D-00001"),  # keys of another look count nothing up
        (["D-1e9", "D-inf", "D-٣"], "D-00001"),  # what float() would read is no number of a row
    ],
)
def test_a_key_follows_the_highest_of_its_look(taken: list[str], following: str) -> None:
    assert KEY_FORMATS["Deals"].next_after(taken, 1) == [following]


LOOKS = """
    Deals      | D-00042
    History    | V000042
    Activities | A000042
    Tasks      | T000042
    Objections | O00042
    Feedback   | F-00042
    Quotes     | Q-2026-0042
    Approvals  | AP-00042
    Measures   | M-0042
    Calls      | CC-0042
    Payments   | P-00042
    Subscriptions | S-00042
    Credits    | K-00042
    DealLines  | L-00042
"""


def test_every_table_that_counts_has_one_look() -> None:
    expected = dict(line.split(" | ") for line in (" ".join(line.split()) for line in LOOKS.strip().splitlines()))
    assert sorted(expected) == sorted(COUNTED_TABLES)
    for table, key in expected.items():
        pipeline = build_pipeline(TODAY, **{table: [{TABLES[table].key: key}]})
        last, following = key[:-2], next_keys(pipeline, table, 2)
        assert following == [f"{last}43", f"{last}44"]


def made_by_a_button(pipeline: Pipeline) -> Pipeline:
    return apply_change_set(pipeline, make_activity_changes(pipeline, "D-1", "call", RUN))


def made_by_an_import(pipeline: Pipeline, table: str, **cells: Any) -> list[str]:
    key = TABLES[table].key or ""
    rows = make_table_frame(TABLES[table], [cells]).drop(columns=key)
    return list(match_rows_to_table(pipeline, table, rows, list(cells)).new[key])


def typed_into(pipeline: Pipeline, table: str, **cells: Any) -> Pipeline:
    rows = [*pipeline[table].to_dict("records"), cells]
    return pipeline.with_tables(**{table: make_table_frame(TABLES[table], rows)})  # type: ignore[arg-type]


def test_an_activity_gets_the_next_number_on_every_path() -> None:
    pipeline = crm(Deals=[{"deal": "D-1"}], Activities=[{"activity": "A000041", "deal": "D-1"}])
    typed = apply_change_set(*[now := typed_into(pipeline, "Activities", deal="D-1"), fill_derived_cells(now)])
    assert list(typed["Activities"]["activity"]) == ["A000041", "A000042"]
    assert made_by_an_import(pipeline, "Activities", deal="D-1", type="call") == ["A000042"]
    pressed = made_by_a_button(made_by_a_button(pipeline))  # twice in one second
    assert list(pressed["Activities"]["activity"]) == ["A000041", "A000042", "A000043"]
    mine, other = (typed_into(pipeline, "Activities", activity="A000042", deal="D-1", summary=it) for it in "ab")
    merged = apply_change_set(mine, merge_copies(Ancestor(pipeline.tables), mine, other))
    assert list(merged["Activities"]["activity"]) == ["A000041", "A000042", "A000043"]


def test_a_quote_gets_the_next_number_of_the_year_on_every_path() -> None:
    taken = [{"quote": f"AC/{TODAY.year}-0007", "deal": "D-1"}, {"quote": "AC/2025-0999", "deal": "D-1"}]
    pipeline = build_pipeline(TODAY, Deals=[{"deal": "D-1"}], Quotes=taken)
    pipeline = replace(pipeline, settings=Settings({"quote_prefix": "AC/"}))
    now = typed_into(pipeline, "Quotes", deal="D-1")
    assert apply_change_set(now, update_quotes(now))["Quotes"]["quote"].iloc[-1] == "AC/2026-0008"
    assert made_by_an_import(pipeline, "Quotes", deal="D-1", terms="30 days") == ["AC/2026-0008"]


def test_a_task_gets_the_next_number_on_every_path() -> None:
    pipeline = crm(Deals=[{"deal": "D-1"}], Tasks=[{"task_id": "T000009", "deal": "D-1", "task": "Call"}])
    prepared = prepare_visit(pipeline, "D-1").appends[0].rows["task_id"]
    assert prepared.iloc[0] == "T000010"
    assert made_by_an_import(pipeline, "Tasks", deal="D-1", task="Write") == ["T000010"]


def test_the_number_of_a_deleted_deal_is_not_given_to_another_one() -> None:
    """Or the new deal would have the old one's activities."""
    pipeline = crm(Deals=[{"deal": "D-00001"}], Activities=[{"activity": "A000001", "deal": "D-00002"}])
    assert made_by_an_import(pipeline, "Deals", name="Roof") == ["D-00003"]


def test_stays_of_a_workbook_with_shorter_numbers_are_in_order() -> None:
    """As texts, V000003 comes before V00002."""
    first, second = crm()["Stages"]["stage"].iloc[:2]
    began = update(crm(Deals=[{"deal": "D-1", "stage": first, "owner": "Li"}]), RUN)
    pipeline = apply_change_set(crm(Deals=[{"deal": "D-1", "stage": first, "owner": "Li"}]), began)
    pipeline = pipeline.with_tables(History=pipeline["History"].assign(visit="V00002", seal=""))
    typed = pipeline.with_tables(Deals=pipeline["Deals"].assign(stage=second, amount=500.0))
    moved = apply_change_set(typed, update(typed, Run("Li", datetime(2026, 3, 31, 10))))
    assert list(order_by_number(moved["History"])["visit"]) == ["V00002", "V000003"]
    back = apply_change_set(moved, undo(moved, Run("Li", datetime(2026, 3, 31, 11)), force=True))
    assert list(back["History"]["visit"]) == ["V00002"]


@pytest.mark.parametrize(
    ("key", "taken", "new"),
    [
        ("D-00012", ["D-00012"], "D-00013"),
        ("D-00012", ["D-00012", "d-00013", "D-00020"], "D-00021"),  # a gap may be a deleted row
        ("Offer 9", ["Offer 9"], "Offer 10"),
        ("Acme", ["acme", "acme-1"], "Acme-2"),
    ],
)
def test_a_doubled_key_is_followed_by_one_of_its_own_look(key: str, taken: list[str], new: str) -> None:
    assert next_key_like(key, taken) == new


def test_runs_are_numbered_by_their_time_and_counted_within_a_second() -> None:
    now = datetime(2026, 5, 4, 9, 30, 5)
    assert next_run_number(now) == "20260504-093005"
    assert next_run_number(now, {"20260504-093005", "20260504-093005-2"}) == "20260504-093005-3"


def test_the_same_follow_up_has_the_same_key_in_two_copies() -> None:
    assert followup_activity_key(date(2026, 11, 28), "D-00053") == "F-20261128-D-00053"
    assert KeyFormat("A", 6).next_after(["F-20261128-D-00053"], 1) == ["A000001"]
