"""Seals: a change to a row of History is noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import rows
from xl_salesflow.core.history_seal import (
    BrokenSeals,
    are_signed_seals,
    find_broken_seals,
    reseal_history,
    seal_history,
)
from xl_salesflow.errors import UsageError
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
    assert made["seal"].str.fullmatch(r"[0-9a-f]{10}-[0-9a-f]{10}-[\w+]{20}([\w+]{4})?").all()
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


@pytest.mark.parametrize(
    ("visit", "column", "value", "where", "named"),
    [
        ("V000001", "stage", "Demo", "V000001", (("stage",), ())),
        ("V000004", "amount", 201.0, "V000004", (("amount",), ())),
        ("V000001", "entered", date(2026, 1, 4), "V000001", (("entered",), ())),
        ("V000001", "left", date(2026, 1, 8), "V000003", ((), ("left",))),
        ("V000003", "moved_to", "Lost", "V000005", ((), ("moved_to",))),
    ],
)
def test_the_seal_tells_which_cell_was_changed(visit: str, column: str, value: Any, where: str, named: Any) -> None:
    made = history()
    made.loc[ROW[visit], column] = pd.Timestamp(value).to_datetime64() if isinstance(value, date) else value
    assert find_broken_seals(made).changed[ROW[where]] == named


def test_seals_of_earlier_versions_stay_intact() -> None:
    """They have two parts: they reveal a change, but not of which cell."""
    older = history().drop(index=[ROW["V000003"], ROW["V000005"]])
    older["seal"] = ["fa6ef3d64a-0000000000", "5a12ff7b53-0000000000", "e399f61c68-9a48787fdc"]
    assert found_rows(find_broken_seals(older)) == ([], [], [])
    older.loc[ROW["V000001"], "amount"] = 1.0
    assert find_broken_seals(older).changed == {ROW["V000001"]: ((), ())}


KEY, OTHER_KEY = "a long key that nobody guesses", "another key of thirty characters"


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def set_key(value: str) -> None:
        monkeypatch.setenv("SALESFLOW_KEY", value)

    set_key(KEY)
    return set_key


def test_with_a_key_new_stays_are_signed(key: Callable[[str], None]) -> None:
    made = history()
    assert are_signed_seals(made["seal"]).all()
    assert list(find_broken_seals(made).forged) == []
    key("")
    assert found_rows(find_broken_seals(made)) == ([], [], [])
    key(OTHER_KEY)
    assert list(find_broken_seals(made).forged) == [ROW[f"V{number:06d}"] for number in range(1, 6)]


# attack: a program changes a stay of History and seals the chain again
# outcome: without the key, the signature is missing or wrong, and reported
def test_without_the_key_nobody_forges_a_signature(key: Callable[[str], None]) -> None:
    """A program can make every seal anew after a change, but the signature is then missing, or is not of our key."""
    made = history()
    for forger, forged, unsigned in ((OTHER_KEY, [1, 3, 5], []), ("", [], [1, 3, 5])):
        key(forger)
        changed = made.copy()
        chain = [ROW[visit] for visit in ("V000001", "V000003", "V000005")]
        changed.loc[chain, "seal"] = ""
        changed.loc[ROW["V000003"], "amount"] = 1.0
        changed = seal_history(changed)
        key(KEY)
        found = find_broken_seals(changed)
        assert found_rows(found) == ([], [], [])
        assert list(found.forged) == [number + 1 for number in forged]
        assert list(changed.index[~are_signed_seals(changed["seal"])]) == [number + 1 for number in unsigned]


def test_what_was_there_before_the_run_is_not_signed(key: Callable[[str], None]) -> None:
    bare = history().assign(seal="")
    sealed = seal_history(bare, earlier=bare.index[:3])
    assert list(are_signed_seals(sealed["seal"])) == [False, False, False, True, True]
    assert found_rows(find_broken_seals(sealed)) == ([], [], [])


def test_a_renamed_stay_keeps_its_signature_if_the_key_is_known(key: Callable[[str], None]) -> None:
    made = history()
    renamed = made.assign(owner="Mara")
    assert are_signed_seals(reseal_history(made, renamed)["seal"]).all()
    assert list(find_broken_seals(reseal_history(made, renamed)).forged) == []
    key("")
    unsigned = reseal_history(made, renamed)
    assert not are_signed_seals(unsigned["seal"]).any()
    key(OTHER_KEY)
    kept = reseal_history(made, renamed)
    assert list(find_broken_seals(kept).forged) == list(kept.index)


@pytest.mark.parametrize("short", ["x", "x" * 15])
def test_a_key_that_can_be_guessed_is_refused(key: Callable[[str], None], short: str) -> None:
    key(short)
    with pytest.raises(UsageError, match="shorter than 16 characters") as caught:
        history()
    assert caught.value.in_("zh") != str(caught.value)


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
