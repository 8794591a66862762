"""When a saved workbook is processed: its file has not changed for a while, nobody has it open, and its contents are new."""

from __future__ import annotations

from pathlib import Path

import pytest

from xl_salesflow.batch.folder_watch import WatchedFolder, scan_watched_folder


class Folder:
    """A folder that is scanned every second."""

    def __init__(self, path: Path, still: float = 3.0) -> None:
        self.path, self.now, self.settled = path, 0.0, WatchedFolder(still)

    def after(self, seconds: float) -> list[str]:
        self.now += seconds
        return [path.name for path in self.settled.ready(self.now, *scan_watched_folder(self.path))]

    def save(self, name: str, content: str) -> None:
        (self.path / name).write_text(content, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_save_is_processed_once_the_file_no_longer_changes(folder: Folder) -> None:
    folder.save("a.xlsx", "one")
    assert folder.after(0) == []
    folder.save("a.xlsx", "one and a half")  # still being written
    assert folder.after(4) == []
    assert folder.after(4) == ["a.xlsx"]


def test_an_open_workbook_waits_until_it_is_closed(folder: Folder) -> None:
    for owner in ("~$a.xlsx", ".~lock.b.xlsx#"):
        folder.save(owner, "Mara")
    folder.save("a.xlsx", "one")
    folder.save("b.xlsx", "one")
    assert folder.after(0) == folder.after(9) == []
    (folder.path / "~$a.xlsx").unlink()
    assert folder.after(1) == ["a.xlsx"]


def test_our_own_save_is_ignored_and_a_later_one_is_not(folder: Folder) -> None:
    folder.save("a.xlsx", "one")
    folder.after(0)
    assert folder.after(4) == ["a.xlsx"]
    folder.save("a.xlsx", "ours")
    folder.settled.note_left(folder.path / "a.xlsx", digest_of("ours"))
    assert folder.after(4) == folder.after(4) == []
    folder.save("a.xlsx", "somebody's")
    assert folder.after(4) == []
    assert folder.after(4) == ["a.xlsx"]


def test_a_save_without_changes_is_ignored(folder: Folder) -> None:
    folder.save("a.xlsx", "one")
    folder.after(0)
    assert folder.after(4) == ["a.xlsx"]
    folder.settled.note_left(folder.path / "a.xlsx", "")  # it could not be used and is unchanged
    folder.save("a.xlsx", "one")
    assert folder.after(4) == folder.after(4) == []


def test_a_workbook_with_a_temporary_failure_comes_again(folder: Folder) -> None:
    folder.save("a.xlsx", "one")
    folder.after(0)
    assert folder.after(4) == ["a.xlsx"]
    folder.settled.look_again(folder.path / "a.xlsx", folder.now)
    assert folder.after(1) == []
    assert folder.after(4) == ["a.xlsx"]


def test_existing_workbooks_may_be_skipped_and_deleted_ones_are_forgotten(folder: Folder) -> None:
    folder.save("a.xlsx", "one")
    folder.save("notes.txt", "one")
    folder.settled.pass_by(scan_watched_folder(folder.path)[0], 0)
    assert folder.after(9) == []
    (folder.path / "a.xlsx").unlink()
    assert folder.after(1) == []
    folder.save("a.xlsx", "one")  # restored: it may be an older one
    folder.after(1)
    assert folder.after(4) == ["a.xlsx"]


def digest_of(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()
