"""A column that says yes or no to "won": what a no means is told by the row, or else by a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map

FLAGS = {
    "yes and no: the rest is not decided yet": (
        "deal | Amount | Won?\n1 | 10 | Yes\n2 | 10 | No\n3 | 10 | No", ["won", "open", "open"], [],
    ),
    "yes, no and blank: nothing says lost, so it is told": (
        "deal | Amount | Won?\n1 | 10 | Yes\n2 | 10 | No\n3 | 10 |\n4 | 10 | No", ["won", "open", "open", "open"],
        ["list.csv, row 3: 2 deals"],
    ),
    "a no with a loss reason": (
        "deal | Won? | Loss reason\n1 | Yes |\n2 | No | Price\n3 | |\n4 | No |", ["won", "lost", "open", "open"],
        ["list.csv, row 5: 1 deal"],
    ),
    "a no with a day it was lost": (
        "deal | Won? | Lost date\n1 | Yes |\n2 | No | 2026-01-31\n3 | |", ["won", "lost", "open"], [],
    ),
    "a no beside a column that says closed": (
        "deal | Is won | Is closed\n1 | TRUE | TRUE\n2 | FALSE | TRUE\n3 | FALSE | FALSE\n4 | | FALSE",
        ["won", "lost", "open", "open"], ["list.csv, row 4: 1 deal"],
    ),
    "a no beside a column called closed, which is no day": (
        "deal | Stage | Won? | Closed?\n1 | Lead | Yes | Yes\n2 | Lead | No | Yes\n3 | Lead | No | No",
        ["won", "lost", "open"], [],
    ),
    "a no beside a stage that says where the deal is": (
        "deal | Stage | Won?\n1 | Contract | Yes\n2 | Contract | No\n3 | Lost | No\n4 | Lead |",
        ["won", "open", "lost", "open"], [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "outcomes", "told"), FLAGS.values(), ids=FLAGS)
def test_a_no_is_a_loss_only_if_the_row_says_so(
    table: str, outcomes: list[str], told: list[str], csv: Callable[..., Path]
) -> None:
    path, before = csv("list.csv", table), workbook()
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    assert list(apply_change_set(before, planned)["Deals"]["outcome"]) == outcomes
    found = [finding.message for finding in planned.findings if finding.rule == "import_not_won"]
    assert [message.partition(" from here")[0] for message in found] == told
