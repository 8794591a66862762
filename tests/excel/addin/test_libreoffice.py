"""LibreOffice opens the add-in and runs the macros that need neither Excel's own objects nor xlwings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema

from tests.excel.engines.calc import Office
from xl_salesflow.excel.addin.addin_build import make_addin_bytes, read_own_modules
from xl_salesflow.excel.addin.generated_sources import collect_addin_texts

FILTER = "Calc MS Excel 2007 VBA XML"
ALWAYS = 4  # this document is ours, so its macros may run
SIMPLE = ("SalesflowMenus",)
"""With xlwings' module in the project, LibreOffice runs no macro at all, so the project under test has only this module."""


@pytest.fixture(scope="module")
def document(calc: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = tmp_path_factory.mktemp("addin") / "simple.xlam"
    path.write_bytes(make_addin_bytes([module for module in read_own_modules() if module.name in SIMPLE]))
    opened = calc.open(path, FilterName=FILTER, MacroExecutionMode=ALWAYS)
    yield opened
    opened.close(True)


def call(document: Any, macro: str, *arguments: Any) -> Any:
    provider = document.getScriptProvider()
    script = provider.getScript(f"vnd.sun.star.script:VBAProject.{macro}?language=Basic&location=document")
    answer, _, _ = script.invoke(arguments, (), ())
    return answer


def test_it_opens_with_its_texts(document: Any) -> None:
    sheet = document.Sheets.getByIndex(0)
    shown = {sheet.getCellByPosition(0, row).String for row in range(len(collect_addin_texts()))}
    assert shown == set(collect_addin_texts())


@pytest.mark.parametrize("path", ['C:\\Sales\\team\'s "copy".xlsx', "/Users/王/团队.xlsx", "\U0001f4c8", ""])
def test_any_path_of_a_file_is_passed_correctly(document: Any, path: str) -> None:
    result = call(document, "SalesflowMenus.SalesflowHex", path)
    assert set(result) <= set("0123456789ABCDEF")
    assert bytes.fromhex(result).decode("utf-16-be") == path


@pytest.mark.parametrize("text", ["Proposal", "R&D <new>", 'say "yes"', "提交提案", "a && b"])
def test_an_entry_of_a_menu_is_valid_for_any_text(document: Any, text: str) -> None:
    item = call(document, "SalesflowMenus.SalesflowItem", "next_stage", 3, text)
    menu = call(document, "SalesflowMenus.SalesflowMenu", item)
    xmlschema.XMLSchema(Path(__file__).with_name("ribbon.xsd")).validate(menu)
    button = ElementTree.fromstring(menu)[0]
    assert button.get("label", "").replace("&&", "&") == text
    assert (button.get("tag"), button.get("onAction")) == ("3", "Salesflow_next_stage")
