"""``salesflow diff`` and ``salesflow merge`` on real workbooks: the same file edited by two people."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from shutil import copyfile, copytree
from typing import Any

import pytest

from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.engine import Run, run_steps
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import update
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

DAY = date(2026, 5, 4)
LATER = ("--today", "2026-05-05")  # whatever the time of day, after the edits


def edit(path: Path, second: int, **changes: Any) -> None:
    book = ClosedBook(path)
    pipeline = book.read(DAY)
    now = pipeline["Deals"].assign(**changes)
    book.write(run_steps(pipeline.with_tables(), (lambda p: _typed(p, now),), "import", _run(second)))


def _typed(pipeline: Any, now: Any) -> ChangeSet:
    from xl_salesflow.core.change_sets import diff_pipelines

    return diff_pipelines(pipeline, pipeline.with_tables(Deals=now))


def _run(second: int) -> Run:
    return Run("Ann", datetime(2026, 5, 4, 9, 0, second))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("copies") / "team.xlsx"
    new_workbook(path, "en")
    book = ClosedBook(path)
    rows = make_table_frame(
        TABLES["Deals"], [{"deal": f"D-{n}", "name": f"Offer {n}", "amount": 100.0 * n} for n in (1, 2, 3)]
    )
    book.write(
        run_steps(book.read(DAY), (lambda _: ChangeSet(appends=(Append("Deals", rows, "test"),)),), "import", _run(0))
    )
    return path


@pytest.fixture(scope="module")
def edited(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the original, our copy (other amount and owner) and their copy (other amount and name)."""
    folder = tmp_path_factory.mktemp("edited")
    _, ours, theirs = (Path(copyfile(original, folder / f"{name}.xlsx")) for name in ("base", "ours", "theirs"))
    edit(ours, 1, amount=[120.0, 200.0, 300.0], owner=["Ann", "", ""])
    edit(theirs, 2, amount=[130.0, 250.0, 300.0], name=["Offer 1", "Offer 2", "Offer three"])
    return folder


@pytest.fixture
def copies(edited: Path, tmp_path: Path) -> tuple[Path, Path, Path]:
    """Return copies of these three files, and of the files beside them."""
    copytree(edited, tmp_path, dirs_exist_ok=True)
    return tmp_path / "base.xlsx", tmp_path / "ours.xlsx", tmp_path / "theirs.xlsx"


def test_diff_describes_the_differences(copies: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    base, ours, _ = copies
    assert main(["diff", str(base), str(ours)]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"Deals D-1( \(\S.*\))?: Amount 100 → 120", shown)
    assert re.search(r"Deals D-1( \(\S.*\))?: Owner blank → Ann", shown)
    assert "2 differences." in shown


MERGES = [
    # options, what is deleted before → the ancestor; the backups are made by every run, and without one the Journals
    # give the same result
    (["--base", "base.xlsx"], "*.backup-*", "base.xlsx"),
    ([], "base.xlsx", "theirs.backup-1.xlsx"),
    ([], "theirs.backup-*", "ours.backup-1.xlsx"),
    ([], "*.backup-*", None),
]


@pytest.mark.parametrize(("options", "deleted", "ancestor"), MERGES)
def test_merge_takes_one_sided_changes_and_lists_conflicts(
    copies: tuple[Path, Path, Path],
    options: list[str],
    deleted: str,
    ancestor: str | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: Any,
) -> None:
    base, ours, theirs = copies
    monkeypatch.chdir(base.parent)
    for file in base.parent.glob(deleted):
        file.unlink()
    code = main(["merge", str(ours), str(theirs), *options, "--json", "--today", DAY.isoformat()])
    answer = json.loads(capsys.readouterr().out)
    assert (code, answer["conflicts"]) == (1, 1)
    assert (answer["base"] and Path(answer["base"]).name) == ancestor
    deals = ClosedBook(ours).read(DAY)["Deals"]
    assert list(deals["amount"]) == [120.0, 250.0, 300.0]
    assert list(deals["owner"]) == ["Ann", "", ""]
    assert list(deals["name"]) == ["Offer 1", "Offer 2", "Offer three"]


def test_the_common_backup_is_found(copies: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    base, ours, theirs = copies
    backup = base.with_name("theirs.backup-1.xlsx")
    assert main(["merge", str(ours), str(theirs), "--dry-run", "--today", DAY.isoformat()]) == 1
    assert f"Compared with {backup}" in capsys.readouterr().out


def test_a_backup_with_typed_cells_is_not_taken_for_the_ancestor(
    copies: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Both typed without a run; the backup of our first run has what we typed, which the merge would take for old."""
    base, ours, theirs = copies
    for file in base.parent.glob("*.backup-*"):
        file.unlink()
    for path, row, amount in ((ours, 0, 111.0), (theirs, 1, 222.0)):
        copyfile(base, path)
        workbook = Workbook.open(path)
        workbook.set_column("Deals", "Amount", {workbook.tables["Deals"].first_row + row: amount})
        with path.open("wb") as file:
            workbook.write_to(file)
    for _ in range(2):  # the first merge leaves such a backup
        assert main(["merge", str(ours), str(theirs), *LATER]) == 1
        assert "nothing typed is lost" in " ".join(capsys.readouterr().out.split())
        assert list(ClosedBook(ours).read(DAY)["Deals"]["amount"]) == [111.0, 200.0, 300.0]
        assert len(ClosedBook(ours).read(DAY)["Conflicts"]) == 2


def test_a_conflict_is_decided_on_its_sheet(copies: tuple[Path, Path, Path]) -> None:
    base, ours, theirs = copies
    main(["merge", str(ours), str(theirs), "--base", str(base), "--today", DAY.isoformat()])
    book = ClosedBook(ours)
    pipeline = book.read(DAY)
    assert list(pipeline["Conflicts"]["there"]) == ["130"]
    book.write(update(pipeline.with_tables(Conflicts=pipeline["Conflicts"].assign(take="yes")), _run(9)))
    decided = ClosedBook(ours).read(DAY)
    assert list(decided["Deals"]["amount"]) == [130.0, 250.0, 300.0]
    assert decided["Conflicts"].empty


def test_a_merge_is_undone_like_any_run(copies: tuple[Path, Path, Path]) -> None:
    base, ours, theirs = copies
    before = ClosedBook(ours).read(DAY)["Deals"]
    main(["merge", str(ours), str(theirs), "--base", str(base), *LATER])
    assert main(["undo", str(ours), *LATER]) == 0
    after = ClosedBook(ours).read(DAY)["Deals"]
    assert after[["amount", "owner", "name"]].equals(before[["amount", "owner", "name"]])


def test_a_merge_with_conflicts_only_is_undone_like_any_run(copies: tuple[Path, Path, Path]) -> None:
    base, ours, theirs = copies
    edit(theirs, 3, amount=[130.0, 200.0, 300.0], name=["Offer 1", "Offer 2", "Offer 3"])
    before = ClosedBook(ours).read(DAY)
    main(["merge", str(ours), str(theirs), "--base", str(base), *LATER])
    assert list(ClosedBook(ours).read(DAY)["Conflicts"]["key"]) == ["D-1"]
    assert main(["undo", str(ours), *LATER]) == 0
    after = ClosedBook(ours).read(DAY)
    assert after["Conflicts"].empty
    assert after["Deals"][["amount", "owner"]].equals(before["Deals"][["amount", "owner"]])


def test_a_workbook_that_is_not_a_copy_is_not_merged(
    copies: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of it would be new or in conflict; the workbook is not changed unless a person gives --base."""
    base, ours, _ = copies
    other = tmp_path / "other.xlsx"
    new_workbook(other, "en")
    book = ClosedBook(other)
    rows = make_table_frame(TABLES["Deals"], [{"deal": "D-1", "name": "Elsewhere"}])
    book.write(
        run_steps(book.read(DAY), (lambda _: ChangeSet(appends=(Append("Deals", rows, "test"),)),), "import", _run(9))
    )
    before = ours.read_bytes()
    assert main(["merge", str(ours), str(other)]) == 2
    assert "is not a copy of" in capsys.readouterr().err
    assert ours.read_bytes() == before
    assert main(["merge", str(ours), str(other), "--base", str(base), "--dry-run"]) in (0, 1)
