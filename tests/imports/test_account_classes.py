"""The class of an account that came with an import follows from its deals; one that the file gives stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.imports.conftest import TODAY, workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.process.account_scores import classify_accounts
from xl_salesflow.verbs import bring_in, undo

Csv = Callable[..., Path]
RUN = Run("Li", datetime.combine(TODAY, datetime.min.time()))
DEALS = "Deal | Customer | Stage | Amount | Closed\nA | Acme | Won | 10 | 2025-06-01\nB | Acme | Won | 10 | 2025-06-02"


def brought_in(csv: Csv, accounts: str) -> Pipeline:
    paths = [csv("deals.csv", DEALS), csv("accounts.csv", accounts)]
    planned = build_import_changes(workbook(), paths, propose_import_map(paths, workbook()), as_history=True)
    return apply_change_set(workbook(), bring_in(workbook(), planned, RUN))


@pytest.mark.parametrize(
    ("accounts", "first", "later"),
    [
        ("Account | Industry\nAcme | IT", "key", "standard"),
        ("Account | Class\nAcme | Growth", "growth", "growth"),
    ],
)
def test_a_class_of_an_import_is_computed_again_unless_the_file_gives_it(
    accounts: str, first: str, later: str, csv: Csv
) -> None:
    after = brought_in(csv, accounts)
    assert list(after["Accounts"]["account_class"]) == [first]
    lost = after.with_tables(Deals=after["Deals"].assign(outcome="lost", stage="Lost"))
    again = apply_change_set(lost, classify_accounts(lost))
    assert list(again["Accounts"]["account_class"]) == [later]


def test_the_import_of_a_computed_class_is_taken_back(csv: Csv) -> None:
    after = brought_in(csv, "Account | Industry\nAcme | IT")
    assert apply_change_set(after, undo(after, RUN))["Accounts"].empty
