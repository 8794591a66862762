"""The demo for many tests: made once for each language and day, by whichever worker needs it first, and copied for each user."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

import pytest

from xl_salesflow.cli import main
from xl_salesflow.locale.texts import Language

WORKBOOK = "salesflow-demo.xlsx"


def copy_demo(factory: pytest.TempPathFactory, language: Language, day: date) -> Path:
    """Return a new folder with the workbook and the documents of ``salesflow demo``."""
    base = factory.getbasetemp()
    base = base.parent if base.name.startswith("popen-") else base  # of all workers
    made = base / f"demo-{language}-{day}"
    if not made.exists():
        folder = Path(mkdtemp(dir=base))
        assert main(["demo", str(folder), "--lang", language, "--today", str(day)]) == 0
        with suppress(OSError):  # another worker was faster
            folder.rename(made)
    return shutil.copytree(made, factory.mktemp("demo"), dirs_exist_ok=True)
