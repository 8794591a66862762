"""``salesflow approvals``: an override and a discount are asked for, listed, approved, rejected and taken back."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

TODAY = date(2026, 3, 31)
TEAM = [
    {"person": "Li", "role": "rep"},
    {"person": "Wang", "role": "manager", "may_override": "Yes", "may_switch": "yes", "may_record": "yes"},
    {"person": "Bo", "role": "director", "may_override": "Contract"},
]
ROWS: dict[str, list[dict[str, Any]]] = {
    "Team": TEAM,
    "Products": [{"product": "Pump", "price": 100.0}],
    "Deals": [
        {"deal": "D-1", "name": "Line", "owner": "Li", "stage": "Presentation", "amount": 500.0, "override_reason": "urgent"},
        {"deal": "D-2", "name": "Spares", "owner": "Li", "stage": "Lead", "amount": 100.0},
    ],
    "Quotes": [{"quote": "Q-1", "deal": "D-2", "status": "draft", "primary": "yes", "discount": 0.3}],
    "QuoteLines": [{"quote": "Q-1", "position": 1.0, "product": "Pump", "quantity": 1.0, "price": 100.0}],
}  # fmt: skip


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workbook after an update by Li, who owns both deals."""
    path = tmp_path_factory.mktemp("approving") / "team.xlsx"
    new_workbook(path, "en")
    book = ClosedBook(path)
    book.read(TODAY)
    rows = {table: make_table_frame(TABLES[table], cells) for table, cells in ROWS.items()}
    book.write(ChangeSet(appends=tuple(Append(table, frame, "") for table, frame in rows.items())))
    main(["update", str(path), "--as", "Li", "--today", str(TODAY)])
    return path


@pytest.fixture
def book(asking: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "team.xlsx"
    copy.write_bytes(asking.read_bytes())
    return copy


def approvals(book: Path, *arguments: str) -> int:
    return main(["approvals", str(book), "--today", str(TODAY), *arguments])


def listed(book: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert approvals(book, "--json", *arguments) == 0
    return list(json.loads(capsys.readouterr().out)["approvals"])


def cell(book: Path, table: str, row: int, column: str) -> str:
    return str(ClosedBook(book).read(TODAY)[table][column].iloc[row])


def test_what_waits_is_listed_for_everybody_and_for_one_person(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [(row["kind"], row["deal"], row["waits_for"]) for row in listed(book, capsys)] == [
        ("discount", "D-2", "Bo"),
        ("override", "D-1", "Wang"),
    ]
    assert [row["deal"] for row in listed(book, capsys, "--as", " WANG")] == ["D-1"]
    assert listed(book, capsys, "--as", "Li") == []
    assert approvals(book) == 0
    said = capsys.readouterr().out
    assert re.search(r"AP-00002 Override · D-1 \(\S.*\) · Presentation", said)
    assert "— urgent (Li, 2026-03-31)\n    → Wang" in said
    assert said.endswith("2 requests wait for a decision.\n")


def test_requests_are_on_the_follow_up_list_of_those_who_decide(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for person, words in (("Wang", "AP-00002 waits for your decision"), ("Bo", "a discount of 30 % on Q-1")):
        capsys.readouterr()
        assert main(["followups", str(book), "--owner", person, "--json", "--today", str(TODAY)]) == 0
        (line,) = json.loads(capsys.readouterr().out)["followups"]
        assert words in line["why"]
        assert line["next_step"] == "Approve or reject it on the sheet Waiting for me."
    main(["followups", str(book), "--owner", "Wang", "--format", "ics", "--today", str(TODAY)])
    assert "AP-00002" not in capsys.readouterr().out  # a decision is no appointment


def test_an_approval_moves_the_deal_and_undo_takes_it_back(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert approvals(book, "--approve", "ap-00002", "--as", "Wang", "--dry-run") == 0
    assert cell(book, "Deals", 0, "recorded_stage") == "Lead"
    assert approvals(book, "--approve", "ap-00002", "--as", "Wang") == 0
    assert cell(book, "Deals", 0, "recorded_stage") == "Presentation"
    assert cell(book, "History", -1, "override_by") == "Wang"
    assert [row["deal"] for row in listed(book, capsys)] == ["D-2"]
    assert main(["undo", str(book), "--today", str(TODAY)]) == 0
    assert cell(book, "Deals", 0, "recorded_stage") == "Lead"
    assert [row["deal"] for row in listed(book, capsys)] == ["D-2", "D-1"]


def test_an_approved_discount_is_in_the_quote_and_a_rejection_in_the_request(book: Path) -> None:
    assert approvals(book, "--approve", "AP-00001", "--as", "Bo") == 0
    assert cell(book, "Quotes", 0, "approved_by") == "Bo"
    assert approvals(book, "--reject", "AP-00002", "--as", "Wang", "--reason", "Too early") == 0
    assert cell(book, "Approvals", 1, "reason") == "Too early"
    assert cell(book, "Deals", 0, "move_reasons").endswith("\nWang rejected the override: Too early")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--approve", "AP-00002", "--as", "Li"), "Li may not decide AP-00002, only: Wang."),
        (("--approve", "AP-00001", "--as", "Li"), "Li may not decide AP-00001, only: Bo."),
        (("--approve", "AP-00002", "--as", "Bo"), "Bo may not decide AP-00002, only: Wang."),
        (("--reject", "AP-00002", "--as", "Wang"), "A rejection needs a reason"),
        (("--approve", "AP-7", "--as", "Wang"), "There is no request AP-7"),
        (("--approve", "AP-00002", "--reject", "AP-00001"), "not both"),
    ],
)
def test_a_decision_that_is_refused(
    book: Path, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = book.read_bytes()
    capsys.readouterr()
    assert approvals(book, *arguments) == 2
    assert said in capsys.readouterr().err
    assert book.read_bytes() == before


def test_switching_and_recording_history_need_the_right(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deals = tmp_path / "deals.csv"
    deals.write_text("Deal,Name,Stage,Amount\nD-9,Old,Contract,5\n", encoding="utf-8")
    for arguments in (
        ["playbook", "use", str(book), "b2b"],
        ["playbook", "add", str(book), "b2b"],
        ["import", str(book), str(deals), "--yes", "--as-history"],
    ):
        capsys.readouterr()
        assert main([*arguments, "--as", "Li", "--today", str(TODAY), "--dry-run"]) == 2
        assert "Li may not do this by the sheet Team, only: Wang." in capsys.readouterr().err
        assert main([*arguments, "--as", "Wang", "--today", str(TODAY), "--dry-run"]) in (0, 1)


def test_a_second_update_changes_nothing(book: Path) -> None:
    main(["update", str(book), "--as", "Li", "--today", str(TODAY)])
    before = book.read_bytes()
    main(["update", str(book), "--as", "Li", "--today", str(TODAY)])
    assert book.read_bytes() == before
