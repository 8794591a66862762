"""Files that many tests start from: made once, by whichever worker needs them first; the demo is one of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

import pytest

from xl_salesflow.cli import main
from xl_salesflow.locale.texts import Language

WORKBOOK = "salesflow-demo.xlsx"


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder *name* of this run, which *make* fills unless another worker has done so; only for reading."""
    base = factory.getbasetemp()
    base = base.parent if base.name.startswith("popen-") else base  # of all workers
    made = base / name
    if not made.exists():
        folder = Path(mkdtemp(dir=base))
        make(folder)
        with suppress(OSError):  # another worker was faster
            folder.rename(made)
    return made


def copy_demo(factory: pytest.TempPathFactory, language: Language, day: date) -> Path:
    """Return a new folder with the workbook and the documents of ``salesflow demo``."""

    def make(folder: Path) -> None:
        assert main(["demo", str(folder), "--lang", language, "--today", str(day)]) == 0

    made = make_once(factory, f"demo-{language}-{day}", make)
    return shutil.copytree(made, factory.mktemp("demo"), dirs_exist_ok=True)
