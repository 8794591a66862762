"""The ribbon: valid, generated from the declarations, and every button has a callback with a Python function."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema

from tests.parts import ROOT
from xl_salesflow.excel.addin.addin_build import macros_folder, read_own_modules
from xl_salesflow.excel.addin.generated_sources import (
    FILE_MENU,
    FIXED_MENUS,
    RIBBON_NAMESPACE,
    collect_addin_texts,
    functions_module,
    ribbon_verbs,
    ribbon_xml,
    verbs_module,
)
from xl_salesflow.excel.addin_declarations import FORM_MENU
from xl_salesflow.excel.buttons import BUTTONS
from xl_salesflow.schema.choice_lists import LISTS
from xl_salesflow.schema.verb_catalogue import RIBBON_GROUPS, VERBS

RIBBON = ElementTree.fromstring(ribbon_xml())
CONTROLS = list(RIBBON.iter())
CODE = {module.name: module.source for module in read_own_modules()}
SUBS = set(re.findall(r"^Public (?:Sub|Function) (\w+)", "\n".join(CODE.values()), re.MULTILINE))
PRESSED = re.findall(r'SalesflowPress(?:File|Form)? "(\w+)"', "\n".join(CODE.values()))
CALLBACKS = ("onLoad", "onAction", "getLabel", "getScreentip", "getSupertip", "getPressed", "getContent")

EXCLUSIVE = [
    ("id", "idMso", "idQ"), ("label", "getLabel"), ("screentip", "getScreentip"), ("supertip", "getSupertip"),
    ("image", "imageMso", "getImage"), ("size", "getSize"), ("enabled", "getEnabled"),
    ("insertAfterMso", "insertBeforeMso", "insertAfterQ", "insertBeforeQ"),
]  # fmt: skip

# images of Excel's own commands, and of those of Word and Outlook that every Office program has
KNOWN_IMAGES = {
    "AcceptInvitation", "AccountingFormat", "AutoSum", "CalculateNow", "ChartInsert", "ChartTypeColumnInsertGallery",
    "Copy", "CreateReport", "DateAndTimeInsert",
    "DeclineInvitation", "DistributionListSelectMembers", "ErrorChecking", "FilePrint", "FilePrintPreview", "FontDialog",
    "FormControlCheckBox", "FunctionWizard", "GoalSeek", "Help", "ListMacros", "MacroPlay",
    "MailMergeRecipientsEditList", "RefreshAll", "ReviewAcceptChange", "ReviewCombineRevisions", "ReviewCompareTwoVersions",
    "ReviewNewComment", "ReviewTrackChanges", "SheetRowsInsert", "SmartArtInsert",
    "TableInsert", "Undo", "ViewAppointmentInCalendar", "WhatIfAnalysisMenu",
}  # fmt: skip


MADE = [
    ("ribbon.xml", ribbon_xml),
    ("SalesflowVerbs.bas", verbs_module),
    ("SalesflowFunctions.bas", functions_module),
]


@pytest.mark.parametrize(("name", "made"), MADE)
def test_the_text_in_macros_matches_the_declarations(name: str, made: object) -> None:
    """If this fails, run python -m xl_salesflow.excel.addin."""
    assert callable(made)
    assert (macros_folder() / name).read_text(encoding="ascii") == made()


def test_the_ribbon_is_valid() -> None:
    xmlschema.XMLSchema(Path(__file__).with_name("ribbon.xsd")).validate(ribbon_xml())


def test_the_ribbon_is_valid_against_the_whole_schema() -> None:
    """The SDK validator checks it too (test_build.py). The schema file is Microsoft's and is not kept here."""
    schema = os.environ.get("SALESFLOW_RIBBON_XSD")
    if not schema:
        pytest.skip(
            "SALESFLOW_RIBBON_XSD may name Microsoft's customUI14.xsd; ours has only the parts that the tab uses."
        )
    xmlschema.XMLSchema(schema).validate(ribbon_xml())


def test_ids_are_unique() -> None:
    ids = Counter(control.get("id") for control in CONTROLS if control.get("id"))
    assert [control_id for control_id, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("names", EXCLUSIVE, ids="/".join)
def test_no_control_has_mutually_exclusive_attributes(names: tuple[str, ...]) -> None:
    """Office drops the whole tab because of such a pair, and no schema finds it."""
    assert [control.attrib for control in CONTROLS if sum(name in control.attrib for name in names) > 1] == []


def test_every_image_is_one_of_office() -> None:
    used = {control.get("imageMso") for control in CONTROLS} - {None}
    assert used - KNOWN_IMAGES == set()


def test_every_callback_has_its_sub() -> None:
    called = {control.get(name) for control in CONTROLS for name in CALLBACKS} - {None}
    made = set(re.findall(r'onAction=""Salesflow_" & verb', CODE["SalesflowMenus"]))
    assert made, "the entries of menus call the Sub of their verb"
    assert called - SUBS == set()


def test_every_sub_has_its_python_function_and_every_function_its_button() -> None:
    assert set(PRESSED) == set(BUTTONS) == {verb.id for verb in ribbon_verbs()}


def test_every_verb_has_a_button_or_the_documents_say_why_it_has_none() -> None:
    page = (ROOT / "docs" / "excel.md").read_text(encoding="utf-8")
    table = page.partition("## Verbs without a button")[2].partition("\n## ")[0]
    excused = dict(re.findall(r"^\| `salesflow ([\w-]+)` \| (.{20,}) \|$", table, re.MULTILINE))
    assert set(excused) == {verb.id for verb in VERBS.values() if not verb.group}
    assert {verb.group for verb in VERBS.values()} - {""} == set(RIBBON_GROUPS)


def test_the_labels_of_buttons_are_unique() -> None:
    """Entries of menus are excluded, since the name of their menu distinguishes them."""
    labels = Counter(verb.label for verb in ribbon_verbs())
    assert [text.in_("en") for text, times in labels.items() if times > 1] == []


def test_a_menu_offers_the_right_choices() -> None:
    """A menu offers stages of the deal, a list of the workbook, another workbook, a form, or fixed choices."""
    assert {verb.menu for verb in ribbon_verbs()} <= {"", "stages", FILE_MENU, FORM_MENU, *FIXED_MENUS, *LISTS}
    entries = {verb.id: len(FIXED_MENUS[verb.menu]) for verb in ribbon_verbs() if verb.menu in FIXED_MENUS}
    shown = Counter(
        control_id.rpartition("_")[0]
        for control in CONTROLS
        if re.search(r"_\d+$", control_id := control.get("id") or "")
    )
    assert shown == {f"sf_{verb}": times for verb, times in entries.items()}


def test_every_control_and_every_text_of_the_vba_is_translated() -> None:
    known = collect_addin_texts()
    for control in CONTROLS:
        if control_id := control.get("id"):
            assert control_id in known
            assert control.get("getSupertip") is None or f"{control_id}.tip" in known
    asked = re.findall(r'(?:SalesflowText\(|CellOf\(\w+, |ColumnOf\(\w+, )"([\w.]+)"', "\n".join(CODE.values()))
    assert asked
    assert {key for key in asked if not key.endswith((".", "_"))} - set(known) == set()


def test_menus_use_the_namespace_of_the_ribbon() -> None:
    assert f'"{RIBBON_NAMESPACE}"' in CODE["SalesflowMenus"]
