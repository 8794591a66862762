"""Processes that save a workbook and are killed meanwhile."""

from __future__ import annotations

import io
import itertools
import multiprocessing
import os
import signal
import sys
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from types import FrameType
from typing import Any

from tests.ooxml.packages import package, sheet
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.workbook.atomic_save import save_workbook

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows, either ends the process immediately
DISK = {"posix", "nt", "io", "_io", "fcntl", "msvcrt", "shutil"}
SHEETS = ("One", "Two")


def workbook(parts: int = 24) -> bytes:
    """Return a workbook with a number in A1 of two sheets and many parts, each written with separate calls."""
    one = sheet('<row r="1"><c r="A1"><v>0</v></c></row>')
    return package(dict.fromkeys(SHEETS, one), parts={f"xl/media/image{n}.png": bytes(n) for n in range(parts)})


def counted(path: Path) -> tuple[Workbook, Any]:
    """Open a workbook and return its number, which must be the same on every sheet."""
    opened = Workbook.open(path)
    (number,) = {opened.read_range(name, "A1")[0][0] for name in SHEETS}
    return opened, number


def count_on(path: Path, backups: int = 0) -> int:
    """Raise the number by one, in all sheets, and save; return the number that was saved."""
    opened, number = counted(path)
    for name in SHEETS:
        opened.set_cell(name, 1, 1, number + 1)
    save_workbook(path, opened.write_to, opened.digest, backups)
    return int(number) + 1


def die_at(path: Path, point: int) -> None:
    """Save with a backup; die right before or right after the *point*-th call that uses the disk."""
    opened, number = counted(path)
    for name in SHEETS:
        opened.set_cell(name, 1, 1, number + 1)
    passed = itertools.count()

    def watch(_: FrameType, event: str, function: Any) -> None:
        if event in ("c_call", "c_return") and asks_the_disk(function) and next(passed) == point:
            os.kill(os.getpid(), KILL)

    sys.setprofile(watch)
    save_workbook(path, opened.write_to, opened.digest, backups=1)
    sys.setprofile(None)


def asks_the_disk(function: Any) -> bool:
    """Tell whether a call is one of the operating system or a method of a file."""
    return getattr(function, "__module__", None) in DISK or isinstance(getattr(function, "__self__", None), io.IOBase)


def go_on_and_on(path: Path) -> None:
    """Save until somebody ends this process."""
    while True:
        count_on(path)


def processes() -> ForkServerContext | SpawnContext:
    """Return a context to start processes: forked from one that has imported everything, if the system supports that."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context
