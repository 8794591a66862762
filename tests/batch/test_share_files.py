"""``salesflow share`` and ``salesflow collect`` on files: one round of a small team, and the files that people spoil."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from tests.cli.test_json_answers import list_errors
from xl_salesflow.batch.shared_states import read_shared_states
from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import Append, ChangeSet, diff_pipelines
from xl_salesflow.engine import Run, run_steps
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

DAY = date(2026, 5, 4)
TODAY = ("--today", DAY.isoformat(), "--as", "Mara")
PEOPLE = ("Ann Lee", "李雷")


@pytest.fixture(scope="module")
def shared_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the team's workbook, and in *out* what was shared from it."""
    folder = tmp_path_factory.mktemp("share")
    path = folder / "team.xlsx"
    new_workbook(path, "en")
    rows = {
        "Team": [{"person": person} for person in PEOPLE],
        "Deals": [
            {"deal": f"D-{n:05d}", "name": f"Offer {n}", "owner": PEOPLE[n % 2], "amount": 100.0 * n, "stage": "Lead"}
            for n in range(1, 5)
        ],
        "Targets": [{"from": DAY, "to": DAY, "owner": "", "target": 987654.0}],
    }
    book = ClosedBook(path)
    appends = tuple(Append(name, make_table_frame(TABLES[name], one), "test") for name, one in rows.items())
    run = Run("Mara", datetime(2026, 5, 3, 8))
    book.write(run_steps(book.read(DAY), (lambda _: ChangeSet(appends=appends),), "import", run))
    assert main(["update", str(path), *TODAY]) == 0
    assert main(["share", str(path), str(folder / "out"), "--by", "owner", *TODAY]) == 0
    return folder


@pytest.fixture
def team(shared_once: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder."""
    return Path(shutil.copytree(shared_once, tmp_path / "team"))


def typed(path: Path, change: Callable[[Any], dict[str, Any]]) -> None:
    """Type into a closed workbook: *change* returns the frames that differ."""
    book = ClosedBook(path, keeps_backups=False)
    pipeline = book.read_as_needed(DAY)
    book.write(diff_pipelines(pipeline, pipeline.with_tables(**change(pipeline)), "hand"))


def set_cell(path: Path, key: str, column: str, value: Any) -> None:
    typed(
        path,
        lambda p: {"Deals": p["Deals"].assign(**{column: p["Deals"][column].mask(p["Deals"]["deal"] == key, value)})},
    )


def add_deal(path: Path, name: str, owner: str) -> None:
    book = ClosedBook(path, keeps_backups=False)
    assert len(book.read_as_needed(DAY)["Deals"])
    row = make_table_frame(TABLES["Deals"], [{"name": name, "owner": owner, "stage": "Lead"}])
    book.write(ChangeSet(appends=(Append("Deals", row, "hand"),)))


def deals_of(path: Path) -> dict[str, str]:
    deals = ClosedBook(path).read_as_needed(DAY)["Deals"]
    return dict(zip(deals["deal"], deals["owner"], strict=True))


def answer(capsys: pytest.CaptureFixture[str], verb: str, team: Path, *more: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main([verb, str(team / "team.xlsx"), str(team / "out"), "--json", *more, *TODAY])
    found = json.loads(capsys.readouterr().out)
    assert list_errors(verb, found) == []
    return code, found


def statuses(found: dict[str, Any]) -> dict[str, str]:
    return {Path(one["file"]).name: one["status"] for one in found["files"]}


def test_each_person_gets_their_rows_and_a_second_run_changes_nothing(
    team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the record is locked, and neither the target of the team nor the deals of others are in any part of the file."""
    assert {path.name for path in (team / "out").iterdir()} == {f"{person}.xlsx" for person in PEOPLE}
    with ZipFile(team / "out" / "Ann Lee.xlsx") as file:
        parts = [file.read(name) for name in file.namelist()]
    assert sum(b"sheetProtection" in part for part in parts) == 2
    assert any(b"Offer 2" in part for part in parts)
    assert not any(text in part for part in parts for text in (b"987654", b"D-00001", b"Offer 1"))
    before = {path: path.read_bytes() for path in team.rglob("*") if path.is_file()}
    assert set(statuses(answer(capsys, "share", team)[1]).values()) == {"unchanged"}
    code, found = answer(capsys, "collect", team)
    assert (code, set(statuses(found).values()), found["changes"]) == (0, {"unchanged"}, 0)
    assert {path: path.read_bytes() for path in team.rglob("*") if path.is_file()} == before


def test_one_round(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Ann deletes a deal, changes one and adds one; 李雷 adds one and gives one away; the manager changes one meanwhile.

    Shared again, each has their new rows, and nobody's change is lost.
    """
    ann, lei, path = team / "out" / "Ann Lee.xlsx", team / "out" / "李雷.xlsx", team / "team.xlsx"
    set_cell(ann, "D-00004", "amount", 440.0)
    typed(ann, lambda p: {"Deals": p["Deals"][p["Deals"]["deal"] != "D-00002"]})
    add_deal(ann, "Ann's own", "Ann Lee")
    add_deal(lei, "Lei's own", "李雷")
    set_cell(lei, "D-00001", "owner", "Ann Lee")
    set_cell(path, "D-00003", "amount", 333.0)

    before = path.read_bytes()
    _, tried = answer(capsys, "collect", team, "--dry-run")
    assert path.read_bytes() == before
    code, found = answer(capsys, "collect", team)
    assert {**found, "dry_run": True} == tried
    assert (code, found["conflicts"], found["added"]["Deals"], found["removed"]["Deals"]) == (0, 0, 2, 1)
    assert deals_of(path) == {
        "D-00001": "Ann Lee", "D-00003": "李雷", "D-00004": "Ann Lee", "D-AL-00001": "Ann Lee", "D-李雷-00001": "李雷",
    }  # fmt: skip
    after = path.read_bytes()
    assert set(statuses(answer(capsys, "collect", team)[1]).values()) == {"unchanged"}
    assert path.read_bytes() == after

    code, again = answer(capsys, "share", team)
    assert (code, set(statuses(again).values())) == (0, {"refreshed"})
    assert set(deals_of(ann)) == {"D-00001", "D-00004", "D-AL-00001"}
    assert set(deals_of(lei)) == {"D-00003", "D-李雷-00001"}


def test_what_else_is_in_the_folder_is_a_finding_each_and_the_others_go_on(
    team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Ann got a newer workbook, and then sends back the one before under another name: it is compared with what was shared then.

    Beside it are a workbook of another team and one cut short, and 李雷's file is lost.
    """
    out, old = team / "out", team / "old.xlsx"
    shutil.copyfile(out / "Ann Lee.xlsx", old)
    set_cell(team / "team.xlsx", "D-00004", "amount", 44.0)
    assert main(["share", str(team / "team.xlsx"), str(out), *TODAY]) == 0
    set_cell(old, "D-00002", "amount", 22.0)
    shutil.copyfile(old, out / "Ann (1).xlsx")
    new_workbook(out / "another.xlsx", "en")
    (out / "broken.xlsx").write_bytes(b"PK\x03\x04 cut")
    (out / "李雷.xlsx").unlink()
    code, found = answer(capsys, "collect", team)
    rules = ["collect_older", "collect_foreign", "collect_unreadable", "collect_missing"]
    assert (code, [one["rule"] for one in found["file_findings"]]) == (3, rules)
    assert statuses(found) == {
        "Ann (1).xlsx": "collected", "Ann Lee.xlsx": "unchanged", "another.xlsx": "left", "broken.xlsx": "left",
        "李雷.xlsx": "missing",
    }  # fmt: skip
    deals = ClosedBook(team / "team.xlsx").read_as_needed(DAY)["Deals"].set_index("deal")["amount"]
    assert (deals["D-00002"], deals["D-00004"], found["cells"], found["conflicts"]) == (22.0, 44.0, 1, 0)


def test_a_file_of_somebody_else_is_not_replaced_and_a_lost_one_is_made_again(
    team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = team / "out" / "李雷.xlsx"
    new_workbook(foreign, "en")
    (team / "out" / "Ann Lee.xlsx").unlink()
    before = foreign.read_bytes()
    code, found = answer(capsys, "share", team)
    assert (code, [one["rule"] for one in found["file_findings"]]) == (1, ["share_in_the_way"])
    assert statuses(found) == {"Ann Lee.xlsx": "made", "李雷.xlsx": "kept"}
    assert foreign.read_bytes() == before


def test_an_unreadable_cell_stays_open_and_an_undone_collection_is_made_again(
    team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ann types words into an amount: 400 stays in the main workbook, and her file is not replaced, whatever is shared."""
    ann, path = team / "out" / "Ann Lee.xlsx", team / "team.xlsx"
    book = openpyxl.load_workbook(ann)
    cells = {cell.value: cell for line in book["Deals"].iter_rows() for cell in line}
    row = cells["D-00004"].row
    book["Deals"].cell(row, cells["Amount"].column).value = "about twelve"
    book.save(ann)
    set_cell(team / "out" / "李雷.xlsx", "D-00001", "amount", 11.0)
    code, found = answer(capsys, "collect", team)
    assert (code, [one["rule"] for one in found["file_findings"]], found["cells"]) == (1, ["collect_unread"], 1)
    assert str(row) in found["file_findings"][0]["message"]
    deals = ClosedBook(path).read_as_needed(DAY)["Deals"].set_index("deal")["amount"]
    assert (deals["D-00004"], deals["D-00001"]) == (400.0, 11.0)
    assert main(["undo", str(path), *TODAY]) == 0
    code, kept = answer(capsys, "share", team)
    assert (code, set(statuses(kept).values())) == (1, {"kept"})
    assert [one["rule"] for one in kept["file_findings"]] == ["share_uncollected"] * 2
    assert answer(capsys, "collect", team, "--dry-run")[1]["cells"] == 1


def test_a_damaged_list_of_what_was_shared_is_one_sentence(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (read_shared_states(team / "team.xlsx").folder / "shared.json").write_text("{")
    for verb in ("share", "collect"):
        assert main([verb, str(team / "team.xlsx"), str(team / "out"), *TODAY]) == 2
        assert "shared.json" in capsys.readouterr().err


def test_a_workbook_without_a_team_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_workbook(tmp_path / "team.xlsx", "en")
    assert main(["share", str(tmp_path / "team.xlsx"), str(tmp_path / "out"), *TODAY]) == 2
    assert "Team" in capsys.readouterr().err
