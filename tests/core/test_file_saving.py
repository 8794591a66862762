"""Files are saved completely or not at all, never through a link, under names that are safe on every system."""

from __future__ import annotations

import ast
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.disks import fill_up, small_disk
from tests.parts import ROOT
from xl_salesflow.core.file_saving import (
    PendingFile,
    open_own_file,
    raise_as_cannot_save,
    safe_file_name,
    save_file_atomically,
)
from xl_salesflow.errors import CannotSave

POSIX = pytest.mark.skipif(
    os.name == "nt", reason="Windows keeps permissions with the folder, and links need a privilege."
)


def test_a_file_is_saved_with_the_folders_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "out" / "today" / "x.md"
    assert save_file_atomically(path, b"new") == path
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_save_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save_file_atomically(tmp_path / "x.md", b"old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(CannotSave, match="Permission denied"):
        save_file_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64 << 10) as disk:
        fill_up(disk / "filler")
        with pytest.raises(CannotSave, match="the disk is full") as refusal:
            save_file_atomically(disk / "x.md", bytes(200_000))
        assert "磁盘已满" in refusal.value.in_("zh")
        assert [path.name for path in disk.iterdir()] == ["filler"]


def link(path: Path, secret: Path) -> None:
    path.symlink_to(secret)


def dangling_link(path: Path, secret: Path) -> None:
    path.symlink_to(secret.with_name("not there"))


def folder(path: Path, secret: Path) -> None:
    path.mkdir()


def pipe(path: Path, secret: Path) -> None:
    os.mkfifo(path)


@POSIX
@pytest.mark.parametrize(
    ("stands_there", "en", "zh"),
    [
        (link, "it is a link; give the file that it leads to", "链接"),
        (dangling_link, "it is a link; give the file that it leads to", "链接"),
        (folder, "a folder has this name", "同名文件夹"),
        (pipe, "it is a device, not a file", "设备"),
    ],
    ids=lambda row: getattr(row, "__name__", ""),
)
def test_a_target_that_is_not_a_file_is_refused_and_stays(
    tmp_path: Path, stands_there: Callable[[Path, Path], None], en: str, zh: str
) -> None:
    secret, path = tmp_path / "secret", tmp_path / "x.md"
    secret.write_bytes(b"mine")
    stands_there(path, secret)
    before = path.lstat()
    with pytest.raises(CannotSave, match=en) as refusal:
        save_file_atomically(path, b"new")
    assert zh in refusal.value.in_("zh")
    assert os.path.samestat(path.lstat(), before)
    assert secret.read_bytes() == b"mine"
    assert sorted(tmp_path.iterdir()) == [secret, path]


@POSIX
@pytest.mark.parametrize(
    ("old", "umask", "while_written", "after"),
    [
        (0o640, 0o022, 0o600, 0o640),  # nobody else can read a private file while it is replaced
        (0o666, 0o077, 0o600, 0o666),
        (None, 0o022, 0o644, 0o644),  # a new file has the permissions of the user's umask
        (None, 0o077, 0o600, 0o600),
    ],
)
def test_permissions(tmp_path: Path, old: int | None, umask: int, while_written: int, after: int) -> None:
    path = tmp_path / "x.md"
    if old is not None:
        path.write_bytes(b"old")
        path.chmod(old)
    before = os.umask(umask)
    try:
        with PendingFile(path) as pending:
            assert stat.S_IMODE(pending.temporary_path.stat().st_mode) == while_written
            pending.file.write(b"new")
            pending.place()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == after
    assert path.read_bytes() == b"new"


def test_a_pending_file_that_is_not_placed_is_removed(tmp_path: Path) -> None:
    path = save_file_atomically(tmp_path / "x.md", b"old")

    def fail() -> None:
        with PendingFile(path) as pending:
            pending.file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


WRITES_FILES_ITSELF = {
    "core/file_saving.py": "is the one place",
    "documents/filling_child.py": "writes to a pipe",
    "workbook/atomic_save.py": "a lock has no content to lose",
    "locale/catalogues.py": "a compiled catalogue that is lost is compiled again",
}


def test_nothing_else_in_the_package_writes_files() -> None:
    """A module that opens a file for writing could leave half a file, or write through a link."""
    package = ROOT / "xl_salesflow"
    found = {path.relative_to(package).as_posix() for path in package.rglob("*.py") if any(writing_calls(path))}
    assert found == set(WRITES_FILES_ITSELF)


def writing_calls(path: Path) -> Iterator[str]:
    """Yield the calls in a module that write to files by name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        modes = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        opens = called.rpartition(".")[2] in ("open", "fdopen", "ZipFile") and set("".join(modes[:2])) & set("wax+")
        if opens and called.endswith("ZipFile"):
            opens = "BytesIO" not in path.read_text(encoding="utf-8")
        if opens or called.rpartition(".")[2] in ("write_bytes", "write_text", "copyfile", "touch", "mkstemp"):
            yield called


RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Q-2026-0001 Acme", "Q-2026-0001 Acme"),
        ("上海宏泰 Q-1", "上海宏泰 Q-1"),
        ('a<b>c:d"e/f\\g|h?i*j', "a-b-c-d-e-f-g-h-i-j"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("C:\\Windows\\x", "C--Windows-x"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("con .x", "_con .x"),
        ("COM1", "_COM1"),
        ("COM10", "COM10"),
        ("console", "console"),
        ("name. . ", "name"),
        (".hidden", "hidden"),
        ("a\r\nb\tc\x00d", "a b cd"),
        ("invoice\u202excod.exe", "invoicexcod.exe"),  # right-to-left text hides the file extension
        ("", "document"),
        ("...", "document"),
        ("///", "document"),
        ("\ud800", "document"),
    ],
)
def test_names_chosen_by_people_and_attackers(name: str, safe: str) -> None:
    assert safe_file_name(name) == safe


@given(st.text(max_size=300))
@example("😀" * 100)
@example(" .CON")
# attack: file names that Windows forbids or reserves, or that leave the folder
# outcome: another name, always the same one
def test_every_name_is_safe_and_stays_so(name: str) -> None:
    safe = safe_file_name(name)
    assert safe
    assert not set(safe) & set('<>:"/\\|?*')
    assert all(ord(mark) >= 32 for mark in safe)
    assert safe == safe.strip(" .")
    assert len(safe.encode("utf-8")) <= 200
    assert safe.split(".")[0].upper() not in RESERVED
    assert safe_file_name(safe) == safe


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions.")
@pytest.mark.parametrize(("workbook", "file"), [(0o600, 0o600), (0o640, 0o640), (0o644, 0o644), (0o755, 0o644)])
# attack: an export of a private workbook in a shared folder
# outcome: as private as the workbook
def test_a_new_file_is_as_private_as_the_workbook_it_comes_from(tmp_path: Path, workbook: int, file: int) -> None:
    book = tmp_path / "b.xlsx"
    book.touch()
    book.chmod(workbook)
    path = save_file_atomically(tmp_path / "list.csv", b"customers", book)
    assert path.stat().st_mode & 0o777 == file


def _plant(path: Path, kind: str, victim: Path) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "hard link":
        path.hardlink_to(victim)
    else:
        path.symlink_to(victim)


@pytest.mark.skipif(os.name == "nt", reason="Links need a right on Windows.")
@pytest.mark.parametrize("kind", ["link", "hard link", "pipe"])
# attack: a link, a hard link or a pipe in the place of a lock
# outcome: refused; its target is not touched
def test_a_file_of_ours_is_not_opened_through_what_somebody_has_put_in_its_place(tmp_path: Path, kind: str) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_bytes(b"precious")
    _plant(tmp_path / "planted", kind, victim)
    says = "planted, a file of ours beside it, is a link or a device"
    with pytest.raises(CannotSave, match=says) as caught, raise_as_cannot_save(tmp_path / "b.xlsx"):
        open_own_file(tmp_path / "planted")
    assert caught.value.in_("zh") != str(caught.value)
    assert victim.read_bytes() == b"precious"
