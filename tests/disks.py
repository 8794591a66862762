"""A full disk: a small file system in memory, if this machine lets us mount one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """Mount a disk of *size* bytes at *folder*, and unmount it afterwards."""
    folder.mkdir(parents=True)
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("There is no mount command here, so no disk can be filled.")
    if done.returncode:
        pytest.skip("Only an administrator may mount a small disk to be filled.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(file: Path) -> None:
    """Write to *file* until its disk is full."""
    with suppress(OSError), file.open("wb", buffering=0) as sink:
        while sink.write(b"\0" * 4096):
            pass
