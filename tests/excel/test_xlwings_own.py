"""Run xlwings' tests of its own engines on ours; docs/excel.md has the counts and the reasons."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import xlwings as xw

from tests.parts import ROOT

COUNTS = re.compile(r"\| (\w+) \| (\d+) \| (\d+) \| (\d+) \|")


@pytest.fixture
def sources() -> Path:
    folder = os.environ.get("SALESFLOW_XLWINGS", "")
    if not Path(folder, "tests", "test_engines").is_dir():
        pytest.skip(
            f"SALESFLOW_XLWINGS may name the unpacked sources of xlwings {xw.__version__}; its wheel has no tests."
        )
    return Path(folder)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["memory", "calc"])
def test_as_many_tests_pass_as_documented(sources: Path, engine: str, request: pytest.FixtureRequest) -> None:
    """No test fails for a reason that is not documented."""
    if engine == "calc":
        request.getfixturevalue("calc")  # skips if there is no LibreOffice
    program = [sys.executable, "-m", "tests.excel.engines.xlwings_own", str(sources), engine, "-v"]
    answer = subprocess.run(program, capture_output=True, encoding="utf-8", cwd=ROOT, check=True)
    counts = dict(re.findall(r"'(\w+)': (\d+)", answer.stdout))
    documented = {
        name: rest for name, *rest in COUNTS.findall((ROOT / "docs" / "excel.md").read_text(encoding="utf-8"))
    }
    assert [counts["passed"], counts["failed"], counts["skipped"]] == documented[engine]
    assert "answers otherwise" not in answer.stdout
