"""The working order of deals: open ones first, by next step; a person's order changes only when asked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.tables import crm, rows
from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.process.working_order import arrange_deals, arrange_new_deals
from xl_salesflow.workbook.closed_book import ClosedBook

TODAY = date(2026, 11, 29)
DEALS = """
deal | stage | outcome | closed     | next_step_date
D-1  | Won   | won     | 2026-01-05 |
D-2  | Lead  | open    |            |
D-3  | Lost  | lost    | 2026-03-01 |
D-4  | Lead  | open    |            | 2026-04-02
D-5  | Won   | won     | 2026-02-05 |
D-6  | Lead  | open    |            | 2026-03-30
"""
IN_ORDER = ["D-6", "D-4", "D-2", "D-5", "D-1", "D-3"]


def test_open_deals_come_first_by_next_step_then_closed_ones_newest_first() -> None:
    pipeline = crm(Deals=rows(DEALS))
    (order,) = arrange_deals(pipeline).orders
    assert pipeline["Deals"].loc[list(order.rows), "deal"].tolist() == IN_ORDER


def test_deals_in_working_order_are_left_alone() -> None:
    deals = sorted(rows(DEALS), key=lambda row: IN_ORDER.index(row["deal"]))
    assert not arrange_deals(crm(Deals=deals)).writes


def test_an_import_adds_deals_in_working_order() -> None:
    new = ChangeSet(appends=(Append("Deals", crm(Deals=rows(DEALS))["Deals"], "import"),))
    assert arrange_new_deals(new).appends[0].rows["deal"].tolist() == IN_ORDER


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workbook with an imported list of deals, and two more that were imported later."""
    folder = tmp_path_factory.mktemp("order")
    path, parts = (
        folder / "team.xlsx",
        ("Late,Lead,2026-12-04\nNone,Lead,\nSoon,Lead,2026-12-01", "First,Lead,2026-11-30"),
    )
    assert main(["init", str(path)]) == 0
    for number, part in enumerate(parts):
        deals = folder / f"deals{number}.csv"
        deals.write_text(f"Name,Stage,Next step on\n{part}\n", encoding="utf-8")
        main(["import", str(path), str(deals), "--yes", "--today", "2026-11-29"])
    return path


def test_update_sort_orders_the_sheet_and_a_plain_update_does_not(book: Path) -> None:
    def names() -> list[str]:
        return ClosedBook(book).read(TODAY)["Deals"]["name"].tolist()

    main(["update", str(book), "--today", "2026-11-29"])
    assert names() == ["Soon", "Late", "None", "First"]
    main(["update", str(book), "--sort", "--today", "2026-11-29"])
    assert names() == ["First", "Soon", "Late", "None"]
    sorted_book = book.read_bytes()
    main(["update", str(book), "--sort", "--today", "2026-11-29"])
    assert book.read_bytes() == sorted_book


@pytest.mark.parametrize("arguments", [["--sort", "--dry-run"]])
def test_sort_writes_and_does_not_go_with_a_dry_run(book: Path, arguments: list[str]) -> None:
    assert main(["update", str(book), *arguments]) == 2
