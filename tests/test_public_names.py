"""The public names: all exist, and none costs anything until it is used."""

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

import xl_salesflow as sales
from xl_salesflow.engine import Run
from xl_salesflow.verbs import update
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook


@pytest.mark.parametrize("name", sales.__all__)
def test_a_public_name_exists_and_has_a_docstring(name: str) -> None:
    assert getattr(sales, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="upadte"):
        _ = sales.upadte


def test_the_import_loads_no_heavy_library() -> None:
    code = "import sys, xl_salesflow; print({'pandas', 'openpyxl', 'lxml'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_a_morning_in_python(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.xlsx"
    new_workbook(path, "en")
    book = ClosedBook(path)
    plan = update(book.read(date(2026, 3, 2)), Run("Mara", datetime(2026, 3, 2, 9)))
    book.write(plan)
    assert not update(book.read(date(2026, 3, 2)), Run("Mara", datetime(2026, 3, 2, 9))).writes
