"""Owner files of Excel and LibreOffice: respected with the holder's name, unless a crash left them behind."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from xl_salesflow.errors import WorkbookInUse
from xl_salesflow.workbook import atomic_save
from xl_salesflow.workbook.atomic_save import _is_program_running, refuse_if_open

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
