"""The templates, built once per run."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.demos import make_once
from tests.libreoffice import LibreOffice
from tests.templates import built
from xl_salesflow.locale.texts import LANGUAGES, Language


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    """Run every test that uses this fixture in each language."""
    chosen: Language = request.param
    return chosen


@cache
def opened(language: Language) -> Workbook:
    """Return the template, opened once; tests that change a workbook open their own."""
    return load_workbook(BytesIO(built(language)))


@pytest.fixture
def book(language: Language) -> Workbook:
    """Return the template as openpyxl reads it, with formulas; only for reading."""
    return opened(language)


@pytest.fixture(scope="session")
def calculate(libreoffice: LibreOffice, tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Workbook]:
    """Return a function from a file's bytes to the workbook that LibreOffice calculates from it, once a run; only for reading."""

    @cache
    def calculated(file: bytes) -> Workbook:
        def make(folder: Path) -> None:
            path = folder / "book.xlsx"
            path.write_bytes(file)
            libreoffice.recalculated(path).rename(path)

        made = make_once(tmp_path_factory, f"calculated-{sha256(file).hexdigest()}", make)
        with warnings.catch_warnings():  # openpyxl cannot read whole columns as LibreOffice writes them
            warnings.filterwarnings("ignore", "Print area cannot be set")
            return load_workbook(made / "book.xlsx", data_only=True)

    return calculated
