"""A workbook with the default playbook, and files made of a few lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.playbook_files import make_shipped_setup

TODAY = date(2025, 6, 30)


@cache
def workbook(language: Language = "en") -> Pipeline:
    """Return an empty workbook with the six CRM stages."""
    return build_pipeline(TODAY, language).with_tables(**make_shipped_setup("crm", language))


@pytest.fixture
def empty() -> Pipeline:
    """Give an empty English workbook."""
    return workbook()


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes lines (cells parted by |, blanks around them aside) as a CSV file."""

    def write(name: str, table: str, delimiter: str = ",", encoding: str = "utf-8") -> Path:
        rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
        quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in rows]
        path = tmp_path / name
        path.write_bytes("\n".join(delimiter.join(row) for row in quoted).encode(encoding))
        return path

    return write
