"""Owner files of Excel and LibreOffice: respected with the holder's name, unless a crash left them behind."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from xl_salesflow.cli import main
from xl_salesflow.core.file_saving import hidden_file_beside, temporary_file_beside
from xl_salesflow.errors import CannotSave, WorkbookInUse
from xl_salesflow.workbook import atomic_save
from xl_salesflow.workbook.atomic_save import _is_program_running, refuse_if_open, replace_workbook, sole_writer

DAY = 24 * 3600
HERE = socket.gethostname()

pytestmark = pytest.mark.skipif(os.name == "nt", reason="On Windows Excel holds its owner file open itself.")


def excel(folder: Path, name: str = "Li Wei") -> Path:
    owner = folder / "~$book.xlsx"
    wide = name.encode("utf-16-le")
    owner.write_bytes(bytes([len(name)]) + name.encode().ljust(54) + len(name).to_bytes(2, "little") + wide)
    return owner


def libreoffice(folder: Path, host: str) -> Path:
    owner = folder / ".~lock.book.xlsx#"
    owner.write_text(f"Ann Lee,ann,{host},22.11.2026 10:00,file:///home/ann/.config;", encoding="utf-8")
    return owner


# holder; computer; age in days; whether the program runs here; whether the owner file still counts
CASES = [
    ("excel", "", 0, False, True),
    ("excel", "", 6, False, True),
    ("excel", "", 8, True, False),
    ("libreoffice", HERE, 0, True, True),
    ("libreoffice", HERE, 0, False, False),
    ("libreoffice", HERE.upper(), 0, False, False),
    ("libreoffice", "elsewhere", 0, False, True),
    ("libreoffice", "elsewhere", 8, False, False),
]


@pytest.mark.parametrize(("program", "host", "days", "running", "counts"), CASES)
def test_an_owner_file_counts_until_nobody_can_hold_it(
    program: str, host: str, days: int, running: bool, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_save, "_is_program_running", lambda _: running)
    monkeypatch.setattr(atomic_save.sys, "platform", "linux")
    owner = excel(tmp_path) if program == "excel" else libreoffice(tmp_path, host)
    then = time.time() - days * DAY
    os.utime(owner, (then, then))
    if not counts:
        refuse_if_open(tmp_path / "book.xlsx")
        return
    with pytest.raises(WorkbookInUse, match="Li Wei" if program == "excel" else "Ann Lee"):
        refuse_if_open(tmp_path / "book.xlsx")
    assert owner.exists()


@pytest.mark.parametrize(("running", "counts"), [(True, True), (False, False)])
def test_on_a_mac_an_owner_file_counts_while_excel_runs(
    running: bool, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_save, "_is_program_running", lambda _: running)
    monkeypatch.setattr(atomic_save.sys, "platform", "darwin")
    excel(tmp_path)
    if counts:
        with pytest.raises(WorkbookInUse, match="Li Wei"):
            refuse_if_open(tmp_path / "book.xlsx")
    else:
        refuse_if_open(tmp_path / "book.xlsx")


def test_running_programs_are_found_by_name() -> None:
    assert not _is_program_running("no such program")
    own = Path(f"/proc/{os.getpid()}/comm")
    if own.exists():
        assert _is_program_running(own.read_text(encoding="utf-8").strip())


@pytest.mark.skipif(os.name == "nt", reason="Links need a right on Windows.")
def test_a_lock_that_somebody_has_planted_harms_nobody(tmp_path: Path) -> None:
    victim, path = tmp_path / "victim.txt", tmp_path / "b.xlsx"
    victim.write_bytes(b"precious")
    path.write_bytes(b"old")
    hidden_file_beside(path, ".lock").symlink_to(victim)
    with pytest.raises(CannotSave, match="is a link or a device"):
        replace_workbook(path, b"new")
    assert (victim.read_bytes(), path.read_bytes()) == (b"precious", b"old")


@pytest.mark.parametrize("command", [["check"], ["funnel"], ["followups"], ["audit"], ["update", "--dry-run"]])
def test_what_a_killed_run_left_goes_with_the_next_command(tmp_path: Path, command: list[str]) -> None:
    """Also with one that only reads; a file of another workbook, or of a run that is saving, stays."""
    path = tmp_path / "b.xlsx"
    assert main(["init", str(path)]) == 0
    left = [temporary_file_beside(path), temporary_file_beside(path), hidden_file_beside(path, ".lock")]
    other = temporary_file_beside(tmp_path / "other.xlsx")
    for file in (*left, other):
        file.write_bytes(b"half a workbook")
    with sole_writer(path):
        main([command[0], str(path), *command[1:]])
        assert left[0].exists()
    left[2].touch()
    main([command[0], str(path), *command[1:]])
    assert [file.name for file in left if file.exists()] == []
    assert other.exists()
