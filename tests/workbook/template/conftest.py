"""The templates, built once per run."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.libreoffice import LibreOffice
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.workbook.template.template_builder import build_template


@cache
def built(language: Language) -> bytes:
    """Build once what every test looks at."""
    return build_template(language)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    """Every test that asks for a language runs in each."""
    chosen: Language = request.param
    return chosen


@cache
def opened(language: Language) -> Workbook:
    """Open the template once; tests that change a workbook open their own."""
    return load_workbook(BytesIO(built(language)))


@pytest.fixture
def book(language: Language) -> Workbook:
    """Give the template as openpyxl reads it, formulas as written; to look at only."""
    return opened(language)


@pytest.fixture(scope="session")
def calculate(libreoffice: LibreOffice, tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Workbook]:
    """Give a function from a file's bytes to the workbook LibreOffice computes from it."""

    def calculated(file: bytes) -> Workbook:
        path = Path(tmp_path_factory.mktemp("calculated") / "book.xlsx")
        path.write_bytes(file)
        with warnings.catch_warnings():  # how LibreOffice writes whole columns is not how openpyxl reads them
            warnings.filterwarnings("ignore", "Print area cannot be set")
            return load_workbook(libreoffice.recalculated(path), data_only=True)

    return calculated
