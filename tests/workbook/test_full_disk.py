"""A disk that is full at any write of any save: the old files or the new ones, one sentence, and nothing left over."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.workbook.killing import count_on, counted, workbook
from xl_salesflow.batch import run_log
from xl_salesflow.batch.run_log import open_run_log
from xl_salesflow.cli import main
from xl_salesflow.core import file_saving
from xl_salesflow.errors import CannotSave
from xl_salesflow.workbook import atomic_save

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows keeps permissions with the folder.")


class _FillingFile:
    """A file whose disk may be full."""

    def __init__(self, file: Any, disk: _FillingDisk) -> None:
        self._file, self._disk = file, disk

    def write(self, data: bytes) -> int:
        self._disk.use("write")
        return int(self._file.write(data))

    def flush(self) -> None:
        self._disk.use("flush")
        self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _FillingFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class _FillingDisk:
    """Counts what a save asks of the disk; the call *at* and all later ones meet a full disk."""

    def __init__(self, at: int, kind: str = "") -> None:
        self.at, self.kind, self.passed = at, kind, 0

    def use(self, kind: str) -> None:
        if self.kind and kind != self.kind:
            return
        self.passed += 1
        if self.passed > self.at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def filling_disk(at: int, kind: str = "") -> Iterator[_FillingDisk]:
    """Let the disk be full from the call *at* on, of any *kind* or only of one."""
    disk = _FillingDisk(at, kind)
    create, fsync, replace_, copy = file_saving._create_private_file, os.fsync, os.replace, shutil.copy2

    def used(what: str, function: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            disk.use(what)
            return function(*given, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        opened = used("open", create)
        patch.setattr(file_saving, "_create_private_file", lambda *given: _FillingFile(opened(*given), disk))
        patch.setattr(os, "fsync", used("fsync", fsync))
        patch.setattr(os, "replace", used("replace", replace_))
        patch.setattr(shutil, "copy2", used("copy", copy))
        yield disk


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_disk_that_fills_up_at_any_call_of_a_save_loses_nothing(tmp_path: Path) -> None:
    """Every write of every part, the flush, the backup and the renaming, one after another."""
    book = tmp_path / "book.xlsx"
    book.write_bytes(workbook(parts=6))
    for at in count():
        before, number, refused = contents(tmp_path), counted(book)[1], ""
        try:
            with filling_disk(at):
                count_on(book, backups=1)
        except CannotSave as refusal:
            refused = str(refusal)
        if not refused:
            assert counted(book)[1] == number + 1
            break
        assert "the disk is full" in refused
        kept = contents(tmp_path)
        assert kept["book.xlsx"] == before["book.xlsx"], f"changed although call {at} failed"
        assert set(kept) <= {"book.xlsx", "book.backup-1.xlsx"}, f"litter after call {at}: {sorted(kept)}"
    assert at > 25


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Make a workbook with two deals."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "deals.csv").write_text("Deal,Account,Stage,Amount\nD-1,Acme,Lead,100\nD-2,Nord,Lead,200\n")
    book = folder / "b.xlsx"
    assert main(["init", str(book), "--lang", "en"]) == 0
    assert main(["import", str(book), str(folder / "deals.csv"), "--yes"]) == 0
    return book.read_bytes()


# every kind of file that the product writes, and the save path it takes
SAVES = {
    "a new workbook": "init {here}/new.xlsx --lang en",
    "a workbook": "holidays {here}/b.xlsx cn --year 2025",
    "a change sheet": "update {here}/b.xlsx --dry-run --sheet {here}/changes.xlsx --today 2030-01-01",
    "an export": "export {here}/b.xlsx {here}/out",
    "a list": "followups {here}/b.xlsx --format md --output {here}/calls.md",
    "a report": "report {here}/b.xlsx --output {here}/report.html",
    "a map": "import {here}/b.xlsx {here}/list.csv",
}


@pytest.mark.parametrize("kind", ["write", "replace"])
@pytest.mark.parametrize("what", SAVES)
# attack: a disk that is full at any call of a save, at the first write of every kind of file, a read-only folder
# outcome: one sentence, the old files, no litter
def test_a_full_disk_is_one_sentence_for_every_file(
    what: str, kind: str, original: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.xlsx").write_bytes(original)
    (tmp_path / "list.csv").write_text("Deal,Account,Stage\nD-7,Acme,Lead\n")
    before = contents(tmp_path)
    with filling_disk(0, kind) as disk:
        code = main(SAVES[what].format(here=tmp_path).split())
    assert disk.passed, "nothing was written; the test shows nothing"
    assert code == 3
    assert "the disk is full" in capsys.readouterr().err
    assert contents(tmp_path) == before


@POSIX
@pytest.mark.parametrize("what", ["a new workbook", "a list", "a change sheet", "a workbook"])
def test_a_read_only_folder_is_one_sentence_for_every_file(
    what: str, original: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator may write anywhere, so the refusal is made by hand."""
    (tmp_path / "b.xlsx").write_bytes(original)
    before, open_ = contents(tmp_path), os.open

    def refuse(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if flags & os.O_CREAT and str(path).startswith(str(tmp_path)):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return open_(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", refuse)
    assert main(SAVES[what].format(here=tmp_path).split()) == 3
    assert "is read-only" in capsys.readouterr().err
    assert contents(tmp_path) == before


@pytest.mark.parametrize("line", range(3))
def test_a_batch_log_on_a_full_disk_is_one_sentence(line: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.jsonl"
    with open_run_log(path, fresh=True) as log:
        disk = _FillingDisk(line, "write")
        monkeypatch.setattr(log, "_file", _FillingFile(log._file, disk))
        for _ in range(line):
            log.log_run_end()
        with pytest.raises(CannotSave, match="the run log cannot be written"):
            log.log_run_end()
    assert len(path.read_bytes().splitlines()) == line
    assert run_log.read_past_run(path).is_over


# attack: a file replaced while it is read; files and locks dated 40 years before or after
# outcome: not written over; read and replaced as others
def test_a_file_that_is_replaced_while_it_is_read_is_not_written(original: bytes, tmp_path: Path) -> None:
    """The person's own save stays, and the command does its work again on what they saved."""
    book = tmp_path / "b.xlsx"
    book.write_bytes(original)
    refuse, met = atomic_save._refuse_changed_workbook, list[int]()

    def replaced(target: Path, digest: str | None) -> None:
        if not met:
            met.append(1)
            other = workbook(parts=0)
            target.with_name("other.xlsx").write_bytes(other)
            os.replace(target.with_name("other.xlsx"), target)
        refuse(target, digest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(atomic_save, "_refuse_changed_workbook", replaced)
        assert main(["holidays", str(book), "cn", "--year", "2025"]) == 3  # what the person put there is no store
    assert book.read_bytes() == workbook(parts=0)


@pytest.mark.parametrize("years", [-40, 40])
def test_a_clock_that_was_set_wrong_harms_nothing(years: int, original: bytes, tmp_path: Path) -> None:
    """Files from tomorrow and from before: they are read and replaced, and what another run left goes."""
    book = tmp_path / "b.xlsx"
    book.write_bytes(original)
    left = file_saving.temporary_file_beside(book)
    left.write_bytes(b"half")
    lock = file_saving.hidden_file_beside(book, ".lock")
    lock.touch()
    for path in (book, left, lock):
        then = path.stat().st_mtime + years * 365 * 86_400
        os.utime(path, (then, then))
    assert main(["update", str(book), "--today", "2030-01-01"]) in (0, 1)
    assert main(["update", str(book), "--today", "2020-01-01"]) in (0, 1)
    assert {path.name for path in tmp_path.iterdir()} - {"b.xlsx"} <= {
        f"b.backup-{number}.xlsx" for number in range(1, 9)
    }
