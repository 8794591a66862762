"""New deals of an import are judged like typed ones; a migration records them as they were."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from xl_salesflow.cli import main
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.workbook.closed_book import ClosedBook

TODAY = date(2026, 7, 1)
DEALS = """Deal,Stage,Amount,Created,Closed,Loss reason,Need,Budget,Authority
D-1,Lead,100,2026-06-01,,,,,
D-2,Contract,200,2026-06-01,,,,,
D-3,Won,300,2026-05-01,2026-06-01,,,,
D-4,Lost,400,2026-05-01,2026-06-01,,,,
D-5,Lost,500,2026-05-01,2026-06-01,Price,,,
D-6,Qualified,600,2026-06-01,,,,,
"""


def imported(folder: Path, *options: str) -> Pipeline:
    book, file = folder / "book.xlsx", folder / "deals.csv"
    file.write_text(DEALS, encoding="utf-8")
    main(["init", str(book), "--lang", "en"])
    main(["import", str(book), str(file), "--yes", "--today", str(TODAY), *options])
    return ClosedBook(book).read(TODAY)


def test_new_deals_are_judged_like_typed_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    deal  stage of the file  what counts
    D-1   Lead               Lead
    D-2   Contract           Lead: refused
    D-3   Won, unsigned      Lead: refused
    D-4   Lost, no reason    Lead: refused
    D-5   Lost for the price Lost on the day of the file
    D-6   Qualified          Qualified, with a warning
    """
    deals = imported(tmp_path)["Deals"].set_index("deal").sort_index()
    assert deals["recorded_stage"].tolist() == ["Lead", "Lead", "Lead", "Lead", "Lost", "Qualified"]
    assert deals["move_status"].tolist() == ["accepted", "refused", "refused", "refused", "accepted", "warned"]
    assert deals["stage"].tolist() == ["Lead", "Contract", "Won", "Lost", "Lost", "Qualified"]
    assert deals.at["D-5", "closed"].date() == date(2026, 6, 1)
    assert "6 new deals were judged like typed ones, and 3 moves were refused" in capsys.readouterr().out


def test_a_migration_records_history_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline = imported(tmp_path, "--as-history")
    deals = pipeline["Deals"].set_index("deal").sort_index()
    assert deals["recorded_stage"].tolist() == deals["stage"].tolist()
    assert deals["stage"].tolist() == ["Lead", "Contract", "Won", "Lost", "Lost", "Qualified"]
    assert set(deals["move_status"]) == {""}
    assert "6 new deals were recorded as history" in capsys.readouterr().out


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    """The first repetition only learns the addresses of the new rows, which the sheet Findings names."""
    first = imported(tmp_path)
    book, file = tmp_path / "book.xlsx", tmp_path / "deals.csv"
    main(["import", str(book), str(file), "--yes", "--today", str(TODAY)])
    second, again = ClosedBook(book).read(TODAY), book.read_bytes()
    for table in ("Deals", "Tasks", "History", "Journal"):
        assert second[table].equals(first[table])
    main(["import", str(book), str(file), "--yes", "--today", str(TODAY)])
    assert book.read_bytes() == again


@pytest.mark.parametrize("options", [(), ("--as-history",)])
def test_the_first_update_after_an_import_changes_nothing(options: tuple[str, ...], tmp_path: Path) -> None:
    """What follows from the new rows is filled in by the import: classes of accounts, warnings, probabilities."""
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("Account,Industry\nDock,Port\nMill,Food\n", encoding="utf-8")
    deals = "".join(f"D-{n},{('Dock', 'Mill')[n % 2]},Won,{n}000,2026-01-0{n},2026-03-0{n}\n" for n in range(1, 9))
    (tmp_path / "deals.csv").write_text(
        f"Deal,Account,Stage,Amount,Created,Closed\n{deals}D-9,Dock,Lead,5,2026-05-01,\n"
    )
    book, day = str(tmp_path / "book.xlsx"), str(TODAY)
    main(["init", book, "--lang", "en"])
    main(["import", book, str(tmp_path / "deals.csv"), "--with", str(accounts), "--yes", "--today", day, *options])
    before = ClosedBook(Path(book)).read(TODAY)
    assert (before["Accounts"]["account_class"] != "").all()
    main(["update", book, "--today", day])
    after = ClosedBook(Path(book)).read(TODAY)
    assert all(after[table].equals(before[table]) for table in ("Deals", "Accounts", "History", "Tasks", "Journal"))
