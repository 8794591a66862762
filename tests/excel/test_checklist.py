"""The checklist names only existing buttons, sheets, columns and commands."""

from __future__ import annotations

import re

from tests.parts import ROOT
from xl_salesflow.cli.addin_commands import addin_group
from xl_salesflow.excel.addin.excel_selftest import SELFTEST_SHEET
from xl_salesflow.excel.addin.generated_sources import collect_addin_texts
from xl_salesflow.excel.addin_declarations import FUNCTION_CATEGORY, FUNCTION_DECLARATIONS
from xl_salesflow.schema.table_registry import TABLES

PAGE = (ROOT / "docs" / "excel-checklist.md").read_text(encoding="utf-8")
OF_EXCEL = {"Home", "Ctrl+Z", "F2", "Documents", FUNCTION_CATEGORY, SELFTEST_SHEET}


def test_everything_in_bold_exists() -> None:
    buttons = {text.in_("en") for text in collect_addin_texts().values()}
    sheets = {table.title.in_("en") for table in TABLES.values()}
    headers = {column.header.in_("en") for table in TABLES.values() for column in table.columns}
    assert set(re.findall(r"\*\*([^*]+)\*\*", PAGE)) - OF_EXCEL - buttons - sheets - headers == set()


def test_every_command_exists() -> None:
    commands = re.findall(r"salesflow addin (\w+)", PAGE)
    assert commands
    assert set(commands) <= set(addin_group.commands)


def test_it_has_the_right_number_of_functions() -> None:
    assert len(FUNCTION_DECLARATIONS) == 8
    assert "Eight functions" in PAGE


def test_nothing_claims_to_have_been_run_in_excel() -> None:
    assert not re.search(r"(tested|run|verified|works) in (real )?Excel\b", PAGE)
