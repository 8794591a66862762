"""Seals: a change to a row of History is noticed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import rows
from xl_salesflow.core.history_seal import BrokenSeals, find_broken_seals, seal_history
from xl_salesflow.schema.deal_tables import OPEN_STAY_END
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

HISTORY = """
visit   | deal | playbook | stage     | position | outcome | entered    | left       | days | moved_to  | move    | amount | by
V000001 | D1   | crm      | Lead      | 1        | open    | 2026-01-05 | 2026-01-09 | 4    | Qualified | forward | 100    | Li
V000002 | D2   | crm      | Lead      | 1        | open    | 2026-01-06 | 2026-02-01 | 26   | Lost      | lost    | 200    | Wu
V000003 | D1   | crm      | Qualified | 2        | open    | 2026-01-09 | 2026-01-20 | 11   | Won       | won     | 100    | Li
V000004 | D2   | crm      | Lost      | 7        | lost    | 2026-02-01 | 9999-12-31 |      |           |         | 200    | Wu
V000005 | D1   | crm      | Won       | 6        | won     | 2026-01-20 | 9999-12-31 |      |           |         | 100    | Li
"""
ROW = {f"V{number:06d}": number + 1 for number in range(1, 6)}


def history() -> pd.DataFrame:
    return seal_history(make_table_frame(TABLES["History"], rows(HISTORY, "History")))


def found_rows(found: BrokenSeals) -> tuple[list[int], list[int], list[int]]:
    return list(found.itself), list(found.before), list(found.unsealed)


def test_unchanged_rows_have_valid_seals() -> None:
    made = history()
    assert found_rows(find_broken_seals(made)) == ([], [], [])
    assert made["seal"].str.fullmatch("[0-9a-f]{10}-[0-9a-f]{10}").all()
    assert made["seal"].is_unique


@pytest.mark.parametrize(
    ("visit", "column", "value", "itself", "before"),
    [
        ("V000001", "stage", "Demo", ["V000001"], []),
        ("V000001", "amount", 101.0, ["V000001"], []),
        ("V000001", "entered", date(2026, 1, 4), ["V000001"], []),
        ("V000001", "by", "Mara", ["V000001"], []),
        ("V000001", "left", date(2026, 1, 8), [], ["V000003"]),
        ("V000001", "moved_to", "Won", [], ["V000003"]),
        ("V000001", "move", "skip", [], ["V000003"]),
        ("V000003", "days", 12.0, [], ["V000005"]),
        ("V000003", "seal", "0000000000-0000000000", ["V000003"], ["V000003", "V000005"]),
        ("V000002", "deal", "D1", ["V000002"], ["V000002", "V000003", "V000004"]),
        ("V000005", "outcome", "open", ["V000005"], []),
        ("V000005", "created", date(2026, 1, 1), ["V000005"], []),
        ("V000003", "position", 3.0, [], []),
        ("V000003", "furthest", 3.0, [], []),
    ],
)
def test_a_change_is_noticed(visit: str, column: str, value: Any, itself: list[str], before: list[str]) -> None:
    """It is noticed in the row or, if the end of a stay changed, at the deal's next one; positions may change with new stages."""
    made = history()
    made.loc[ROW[visit], column] = pd.Timestamp(value).to_datetime64() if isinstance(value, date) else value
    assert found_rows(find_broken_seals(made)) == ([ROW[one] for one in itself], [ROW[one] for one in before], [])


def test_a_removed_stage_stay_is_noticed_at_the_next_one() -> None:
    assert found_rows(find_broken_seals(history().drop(index=ROW["V000003"])))[1] == [ROW["V000005"]]


def test_an_inserted_stage_stay_is_noticed() -> None:
    made = history()
    copied = made.loc[[ROW["V000001"]]].assign(visit="V000002").set_axis([90], axis=0)
    assert found_rows(find_broken_seals(pd.concat([made, copied])))[:2] == ([90], [90])


def test_sorting_the_sheet_changes_nothing() -> None:
    assert found_rows(find_broken_seals(history().sort_values("stage"))) == ([], [], [])


def test_an_undone_move_breaks_no_chain() -> None:
    """The last stay of a deal is removed, the previous one continues, and the next move is sealed after it."""
    made = history().drop(index=ROW["V000005"])
    made.loc[ROW["V000003"], ["left", "days", "moved_to", "move"]] = [
        pd.Timestamp(OPEN_STAY_END).as_unit("s"),
        None,
        "",
        "",
    ]
    assert found_rows(find_broken_seals(made)) == ([], [], [])
    again = made.loc[[ROW["V000003"]]].assign(visit="V000005", stage="Presentation", seal="").set_axis([95], axis=0)
    made.loc[ROW["V000003"], "moved_to"] = "Presentation"
    assert found_rows(find_broken_seals(seal_history(pd.concat([made, again])))) == ([], [], [])


def test_a_cleared_seal_is_restored_unless_something_changed() -> None:
    made, bare = history(), history().assign(seal="")
    assert list(seal_history(bare)["seal"]) == list(made["seal"])
    cleared = made.copy()
    cleared.loc[ROW["V000003"], "seal"] = ""
    assert found_rows(find_broken_seals(cleared)) == ([], [ROW["V000005"]], [ROW["V000003"]])
    assert list(seal_history(cleared)["seal"]) == list(made["seal"])
    cleared.loc[ROW["V000003"], "amount"] = 1.0
    assert found_rows(find_broken_seals(seal_history(cleared))) == ([], [ROW["V000005"]], [])


def test_only_the_given_deals_are_sealed() -> None:
    made = seal_history(history().assign(seal=""), {"D2"})
    assert list(made.index[made["seal"] == ""]) == [ROW[one] for one in ("V000001", "V000003", "V000005")]


@given(st.text(min_size=1, max_size=8).filter(str.strip), st.floats(-1e12, 1e12).map(lambda value: round(value, 2)))
def test_differences_made_by_file_formats_are_no_change(text: str, amount: float) -> None:
    """Some programs do not keep outer blanks, kinds of line ends and the last digits of a number."""
    one = [{"visit": "V000001", "deal": "D1", "reason": text, "amount": amount}]
    other = [{**one[0], "reason": f" {text}\r\n", "amount": amount * (1 + 1e-16)}]
    first, second = (seal_history(make_table_frame(TABLES["History"], made)) for made in (one, other))
    assert list(first["seal"]) == list(second["seal"])
