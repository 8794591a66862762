"""Atomic saves: there is always a complete workbook, the old one or the new one."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.disks import fill_up, small_disk
from xl_salesflow.core.file_saving import hidden_file_beside
from xl_salesflow.errors import CannotSave, WorkbookChanged, WorkbookError, WorkbookInUse
from xl_salesflow.workbook.atomic_save import save_workbook, sole_writer
from xl_salesflow.workbook.new_stores import new_workbook

OLD, NEW = b"old workbook", b"new workbook"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def writing(data: bytes) -> Callable[[BinaryIO], None]:
    return lambda file: file.write(data) and None


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Pipeline 管道.xlsx"
    path.write_bytes(OLD)
    return path


def only(book: Path) -> bool:
    """Tell whether there is no other file beside the workbook."""
    return [entry.name for entry in book.parent.iterdir()] == [book.name]


def test_the_new_file_replaces_the_old_one(book: Path) -> None:
    assert save_workbook(book, writing(NEW), digest(OLD)) == digest(NEW)
    assert book.read_bytes() == NEW
    assert only(book)


def test_a_missing_file_is_created(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    save_workbook(path, writing(NEW), None)
    assert path.read_bytes() == NEW


@pytest.mark.parametrize("known", [digest(b"what we read"), None])
def test_a_file_somebody_else_saved_is_left_alone(book: Path, known: str | None) -> None:
    with pytest.raises(WorkbookChanged):
        save_workbook(book, writing(NEW), known)
    assert book.read_bytes() == OLD
    assert only(book)


def test_a_file_saved_while_we_write_is_left_alone(book: Path) -> None:
    def write(file: BinaryIO) -> None:
        file.write(NEW)
        book.write_bytes(b"theirs")

    with pytest.raises(WorkbookChanged):
        save_workbook(book, write, digest(OLD))
    assert book.read_bytes() == b"theirs"
    assert only(book)


def test_a_deleted_file_is_not_created_again(book: Path) -> None:
    book.unlink()
    with pytest.raises(WorkbookChanged):
        save_workbook(book, writing(NEW), digest(OLD))


def excel_owner(name: str) -> bytes:
    ansi = name.encode("ascii", "replace")
    return (
        bytes([len(ansi)])
        + ansi.ljust(54, b" ")
        + len(name).to_bytes(2, "little")
        + (name + " " * 54)[:54].encode("utf-16-le")
    )


OWNERS = [
    ("~$Pipeline 管道.xlsx", excel_owner("Ann Lee"), "Ann Lee"),
    ("~$Pipeline 管道.xlsx", excel_owner("李安"), "李安"),
    ("~$Pipeline 管道.xlsx", b"", "Excel"),
    (".~lock.Pipeline 管道.xlsx#", b",ann,desk,22.11.2026 08:00,file:///x;", "ann"),
    (".~lock.Pipeline 管道.xlsx#", b"", "LibreOffice"),
]


@pytest.mark.skipif(
    os.name == "nt", reason="On Windows an owner file that nobody holds open counts as left by a crash."
)
@pytest.mark.parametrize(("name", "content", "holder"), OWNERS)
def test_a_workbook_open_elsewhere_is_refused_with_its_holder(
    book: Path, name: str, content: bytes, holder: str
) -> None:
    owner = book.with_name(name)
    owner.write_bytes(content)
    with pytest.raises(WorkbookInUse, match=holder):
        save_workbook(book, writing(NEW), digest(OLD))
    assert book.read_bytes() == OLD
    assert owner.read_bytes() == content


def test_two_runs_do_not_write_at_once(book: Path) -> None:
    with sole_writer(book), pytest.raises(WorkbookInUse, match=str(os.getpid())):
        save_workbook(book, writing(NEW), digest(OLD))
    assert only(book)


def test_leftover_files_of_killed_runs_are_removed(book: Path) -> None:
    litter = [hidden_file_beside(book, ".lock"), hidden_file_beside(book, "-12345678.tmp")]
    for path in litter:
        path.write_bytes(b"left")
    other = hidden_file_beside(book.with_name("other.xlsx"), "-1.tmp")
    other.write_bytes(b"of another workbook, which may be in use")
    save_workbook(book, writing(NEW), digest(OLD))
    assert not any(path.exists() for path in litter)
    assert other.exists()


def test_a_refused_edit_leaves_nothing_behind(book: Path) -> None:
    def refuse(file: BinaryIO) -> None:
        file.write(b"half")
        raise WorkbookError("refused")

    with pytest.raises(WorkbookError, match="refused"):
        save_workbook(book, refuse, digest(OLD))
    assert book.read_bytes() == OLD
    assert only(book)


@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.ENOSPC, "full"), (errno.EROFS, "ead-only"), (errno.EACCES, "read-only"), (errno.EIO, "rror")],
)
def test_an_error_of_the_disk_is_reported_and_the_old_file_stays(book: Path, number: int, reason: str) -> None:
    def fail(file: BinaryIO) -> None:
        file.write(b"half")
        raise OSError(number, os.strerror(number))

    with pytest.raises(CannotSave, match=reason):
        save_workbook(book, fail, digest(OLD))
    assert book.read_bytes() == OLD
    assert only(book)


FULL = """
import resource, signal, sys
from pathlib import Path
from xl_salesflow.errors import CannotSave
from xl_salesflow.workbook.atomic_save import save_workbook
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save_workbook(Path(sys.argv[1]), lambda file: file.write(bytes(200_000)) and None, sys.argv[2])
except CannotSave as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes to run into.")
def test_a_full_disk(book: Path) -> None:
    command = [sys.executable, "-c", FULL, str(book), digest(OLD)]
    ran = subprocess.run(
        command, capture_output=True, check=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"}
    )
    assert "disk is full" in ran.stdout
    assert book.read_bytes() == OLD
    assert only(book)


def test_a_new_workbook_is_written_completely_or_not_at_all(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64 << 10) as disk:
        book = disk / "book.xlsx"
        book.write_bytes(OLD)
        fill_up(disk / "filler")
        with pytest.raises(CannotSave, match="the disk is full"):
            new_workbook(book, "en")
        assert book.read_bytes() == OLD
        assert {path.name for path in disk.iterdir()} == {"book.xlsx", "filler"}


def test_a_new_workbook_does_not_replace_one_that_is_open(book: Path) -> None:
    owner = book.with_name(f".~lock.{book.name}#")
    owner.write_text(",ann,desk,22.11.2026 08:00,file:///x;")
    with pytest.raises(WorkbookInUse, match="ann"):
        new_workbook(book, "en")
    assert book.read_bytes() == OLD


def test_a_write_protected_file_is_left_alone(book: Path) -> None:
    book.chmod(0o444)
    with pytest.raises(CannotSave, match="read-only"):
        save_workbook(book, writing(NEW), digest(OLD))
    assert book.read_bytes() == OLD


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps permissions with the folder.")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_permissions_stay(book: Path, mode: int) -> None:
    book.chmod(mode)
    save_workbook(book, writing(NEW), digest(OLD))
    assert stat.S_IMODE(book.stat().st_mode) == mode


@pytest.mark.skipif(os.name == "nt", reason="Making links needs a privilege on Windows.")
def test_a_link_stays_a_link(book: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.xlsx"
    link.symlink_to(book)
    save_workbook(link, writing(NEW), digest(OLD))
    assert link.is_symlink()
    assert book.read_bytes() == NEW


def test_backups_form_a_ring(book: Path) -> None:
    known = digest(OLD)
    for number in range(4):
        known = save_workbook(book, writing(b"version %d" % number), known, backups=2)
    kept = {path.name: path.read_bytes() for path in book.parent.iterdir()}
    assert kept == {
        book.name: b"version 3",
        f"{book.stem}.backup-1.xlsx": b"version 2",
        f"{book.stem}.backup-2.xlsx": b"version 1",
    }


def test_no_update_is_lost_among_writers(book: Path) -> None:
    """Four writers add their mark fifty times each, and retry whenever somebody else was faster."""

    def add(mark: bytes) -> None:
        done = 0
        while done < 50:
            read = book.read_bytes()
            try:
                save_workbook(book, writing(read + mark), digest(read))
                done += 1
            except (WorkbookChanged, WorkbookInUse):
                continue

    book.write_bytes(b"")
    writers = [threading.Thread(target=add, args=(mark,)) for mark in (b"a", b"b", b"c", b"d")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(book.read_bytes()) == sorted(b"abcd" * 50)
    assert only(book)
