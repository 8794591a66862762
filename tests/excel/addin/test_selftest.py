"""The automatic part of the checklist runs completely, and writes its results to a readable sheet."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.excel.engines.calc import open_in_calc
from tests.excel.engines.memory import open_in_memory
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.excel.addin.excel_selftest import SELFTEST_SHEET, SELFTEST_STEPS, make_selftest_book, run_selftest

NOT_COMPUTED = {"memory": {"formulas"}, "calc": set[str]()}
"""Steps that an engine cannot show: in memory, formulas are not computed."""


@pytest.mark.parametrize("engine", ["memory", pytest.param("calc", marks=pytest.mark.slow)])
def test_every_step_passes_and_is_recorded(tmp_path: Path, engine: str, request: pytest.FixtureRequest) -> None:
    now = datetime.now().replace(microsecond=0)  # the same as the application's clock
    path = make_selftest_book(
        tmp_path / "selftest.xlsx", "en", now, partial(generate_pipeline, count=30, since_days=120)
    )
    book: Any = open_in_memory(path) if engine == "memory" else open_in_calc(request.getfixturevalue("calc"), path)
    steps = run_selftest(book, now)
    failed = {name: says for name, well, says in steps if not well}
    assert set(failed) <= NOT_COMPUTED[engine], failed
    rows = book.sheets[SELFTEST_SHEET].range((1, 1), (len(steps) + 1, 3)).options(ndim=2).value
    assert rows[0] == ["Step", "Outcome", "What it says"]
    assert [row[0] for row in rows[1:]] == list(SELFTEST_STEPS)
    book.close()
