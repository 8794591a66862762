"""The scripts for Excel on the web: the verbs that need neither a disk nor a typesetter, and no import that Pyodide lacks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.excel.conftest import NOW
from tests.excel.engines.memory import open_in_memory
from xl_salesflow.excel import lite
from xl_salesflow.excel.book import OpenBook
from xl_salesflow.model.text import Language
from xl_salesflow.model.verbs import VERBS

# of what is installed for us, Pyodide brings these; xlwings is what Lite is made of
IN_PYODIDE = {
    "RapidFuzz",
    "lxml",
    "numpy",
    "pandas",
    "python-calamine",
    "python-dateutil",
    "pytz",
    "six",
    "tzdata",
    "xlwings",
}

# taken when they are there, done without when not
OPTIONAL = {"isal", "cffi", "cryptography", "pycparser", "setuptools"}

LOADED = (
    "import sys, importlib.metadata as metadata\n"
    "import xl_salesflow.excel.lite\n"
    "tops = {name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)\n"
    "found = metadata.packages_distributions()\n"
    "print(*sorted({name for top in tops for name in found.get(top, ())} - {'xl-salesflow', 'xl_salesflow'}))"
)


def test_only_what_pyodide_has_is_imported() -> None:
    answer = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, encoding="utf-8", check=True)
    assert set(answer.stdout.split()) - IN_PYODIDE - OPTIONAL == set()


def test_every_script_is_a_verb() -> None:
    assert set(lite.__all__) <= set(VERBS)


@pytest.mark.parametrize(("language", "says"), [("en", "cells changed"), ("zh", "个单元格")])
def test_a_script_speaks_the_language_of_the_workbook(
    workbook: Callable[[Language], Path], capsys: pytest.CaptureFixture[str], language: Language, says: str
) -> None:
    lite.update(open_in_memory(workbook(language)))
    assert says in capsys.readouterr().out


def test_a_script_that_cannot_go_on_says_one_sentence(
    workbook: Callable[[Language], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    book = open_in_memory(workbook("en"))
    before = OpenBook(book).read(NOW.date())
    lite.won(book)
    assert capsys.readouterr().out.startswith("Select a row first")
    assert OpenBook(book).read(NOW.date())["Deals"].equals(before["Deals"])
