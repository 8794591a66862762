"""Which workbooks files, folders and patterns select."""

from __future__ import annotations

from pathlib import Path

import pytest

from xl_salesflow.batch.batch_tasks import find_workbooks
from xl_salesflow.errors import UsageError

FILES = {
    "a.xlsx": 3, "north/b.xlsm": 5, "north/deep/c.xlsx": 4, "north/notes.txt": 9, "~$a.xlsx": 1, ".hidden.xlsx": 1,
    ".git/d.xlsx": 1, "a.backup-1.xlsx": 3, "a.changes.xlsx": 3, "[1] odd.xlsx": 2,
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, size in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(bytes(size))
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "meant"),
    [
        (["a.xlsx"], ["a.xlsx!"]),
        (["missing.xlsx"], ["missing.xlsx!"]),
        (["[1] odd.xlsx"], ["[1] odd.xlsx!"]),
        (["a.backup-1.xlsx"], ["a.backup-1.xlsx!"]),
        (["north"], ["north/b.xlsm", "north/deep/c.xlsx"]),
        (["*.xlsx"], ["a.xlsx", "[1] odd.xlsx"]),
        (["**/*.xls?"], ["north/b.xlsm", "north/deep/c.xlsx", "a.xlsx", "[1] odd.xlsx"]),
        (["north", "north/b.xlsm", "north/../north/b.xlsm"], ["north/b.xlsm!", "north/deep/c.xlsx"]),
    ],
)
def test_each_workbook_is_selected_once_largest_first(folder: Path, paths: list[str], meant: list[str]) -> None:
    """A name with ! was given explicitly: it is a failure if that file is no store, and it is not skipped."""
    books = [f"{book.path.relative_to(folder).as_posix()}{'!' if book.named else ''}" for book in find_workbooks(paths)]
    assert books == meant


@pytest.mark.parametrize("path", ["north/deep/nothing*.xlsx", "empty"])
def test_an_empty_selection_is_an_error(path: str) -> None:
    with pytest.raises(UsageError):
        find_workbooks([path])
