"""The checklist speaks of buttons, sheets and columns that exist, and its commands are commands."""

from __future__ import annotations

import re

from tests.parts import ROOT
from xl_salesflow.cli.commands.addin import addin
from xl_salesflow.excel.addin.selftest import SHEET
from xl_salesflow.excel.addin.texts import texts
from xl_salesflow.excel.wizard import CATEGORY, FUNCTIONS
from xl_salesflow.model.tables import TABLES

PAGE = (ROOT / "docs" / "excel-checklist.md").read_text(encoding="utf-8")
OF_EXCEL = {"Home", "Ctrl+Z", "F2", "Documents", CATEGORY, SHEET}


def test_everything_in_bold_exists() -> None:
    buttons = {text.en for text in texts().values()}
    sheets = {table.title.en for table in TABLES.values()}
    headers = {column.header.en for table in TABLES.values() for column in table.columns}
    assert set(re.findall(r"\*\*([^*]+)\*\*", PAGE)) - OF_EXCEL - buttons - sheets - headers == set()


def test_every_command_exists() -> None:
    said = re.findall(r"salesflow addin (\w+)", PAGE)
    assert said
    assert set(said) <= set(addin.commands)


def test_it_counts_the_functions_right() -> None:
    assert len(FUNCTIONS) == 8
    assert "Eight functions" in PAGE


def test_nothing_claims_to_have_been_run_in_excel() -> None:
    assert not re.search(r"(tested|run|verified|works) in (real )?Excel\b", PAGE)
