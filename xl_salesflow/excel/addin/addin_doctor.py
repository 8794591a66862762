"""Diagnose what prevents the add-in from working.

This module has the checks of Excel and of the workbook, and the list of all checks in the order in which to fix
problems. All checks work from outside, so that the doctor can be used even if nothing starts any more.
"""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xl_salesflow.excel.addin.addin_build import ADDIN_FILE_NAME
from xl_salesflow.excel.addin.installation import read_addin_settings
from xl_salesflow.excel.addin.installation_checks import (
    ADDIN_FILE_CHECK,
    ADDIN_VERSIONS_CHECK,
    FUNCTION_LIBRARY_CHECK,
    INTERNET_MARK_CHECK,
    INTERPRETER_CHECK,
    MAC_PERMISSION_CHECK,
    MAC_SCRIPT_CHECK,
    NOT_APPLICABLE,
    WORKBOOK_MODULES_CHECK,
    XLWINGS_CHECK,
    AddinCheck,
    DoctorCase,
)
from xl_salesflow.excel.addin_declarations import FUNCTION_DECLARATIONS
from xl_salesflow.locale.texts import Text

_POLICY_VALUES = (
    ("Software\\Policies\\Microsoft\\Office\\16.0\\Excel\\Security", "VBAWarnings", ("0x4",)),
    ("Software\\Policies\\Microsoft\\Office\\16.0\\Excel\\Security", "DisableAllAddins", ("0x1",)),
    ("Software\\Policies\\Microsoft\\Office\\16.0\\Common", "VBAOff", ("0x1",)),
)


def _check_company_policy(case: DoctorCase) -> Text | None:
    if case.places.system != "win32":
        return NOT_APPLICABLE
    for key, name, forbidding in _POLICY_VALUES:
        command = ["reg", "query", f"HKCU\\{key}", "/v", name]
        answer = case.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=False)
        if answer.returncode == 0 and re.search(rf"{name}\s+REG_DWORD\s+({'|'.join(forbidding)})\b", answer.stdout):
            return Text(
                "A policy of your company forbids macros or add-ins ({name}); ask IT to allow "
                "{parent}, or use the command line."
            ).with_facts(name=name, parent=case.places.addin.parent)
    return None


COMPANY_POLICY_CHECK = AddinCheck("policy", _check_company_policy, Text("No policy forbids it."), (1075, 2567, 2618))

_DISABLED_ITEMS_KEY = "HKCU\\Software\\Microsoft\\Office\\16.0\\Excel\\Resiliency\\DisabledItems"


def _check_disabled_items(case: DoctorCase) -> Text | None:
    if case.places.system != "win32":
        return NOT_APPLICABLE
    command = ["reg", "query", _DISABLED_ITEMS_KEY]
    answer = case.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=False)
    name = ADDIN_FILE_NAME.encode("utf-16-le").hex().upper()  # the registry stores names as bytes
    if answer.returncode or name not in answer.stdout.upper():
        return None
    return Text(
        "Excel disabled {file} after a crash; enable it again under File › Options › Add-ins › Manage: Disabled Items."
    ).with_facts(file=ADDIN_FILE_NAME)


DISABLED_ITEMS_CHECK = AddinCheck("disabled", _check_disabled_items, Text("Excel has not disabled it."), (1075, 2567))

_ASK_EXCEL_PROGRAM = "import xlwings; app = xlwings.apps.active; print(app and app.calculation)"
_EXCEL_ANSWER_SECONDS = 15.0  # seconds; xlwings itself retries forever


def _check_excel_answers(case: DoctorCase) -> Text | None:
    name = "INTERPRETER_MAC" if case.places.system == "darwin" else "INTERPRETER_WIN"
    python = read_addin_settings(case.places.settings).get(name, "")
    if not python or not Path(python).exists():
        return NOT_APPLICABLE  # the check of the interpreter comes first
    try:
        case.run(
            [python, "-c", _ASK_EXCEL_PROGRAM],
            capture_output=True,
            encoding="utf-8",
            timeout=_EXCEL_ANSWER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Text(
            "Excel does not answer: a cell is being edited or a dialog is open; press Enter or Esc in Excel, then the button."
        )
    return None


EXCEL_ANSWERS_CHECK = AddinCheck("editing", _check_excel_answers, Text("Excel answers."), (587, 965))

_CLOUD_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")


def _check_cloud_workbook(case: DoctorCase) -> Text | None:
    if not case.workbook:
        return NOT_APPLICABLE
    roots = [root for name in _CLOUD_VARIABLES if (root := case.environment.get(name))]
    if not case.workbook.casefold().startswith(("http://", "https://")):
        return None
    known = ", ".join(roots) or "—"
    return Text(
        "{workbook} is on OneDrive or SharePoint, where programs see only its address: documents then "
        "go to the folder Documents; open it from the synced folder instead ({known})."
    ).with_facts(workbook=case.workbook, known=known)


CLOUD_WORKBOOK_CHECK = AddinCheck(
    "cloud", _check_cloud_workbook, Text("The workbook is on this disk."), (1203, 1275, 2348)
)


def _check_special_sheets(case: DoctorCase) -> Text | None:
    if not case.workbook or not zipfile.is_zipfile(case.workbook):
        return NOT_APPLICABLE
    with zipfile.ZipFile(case.workbook) as archive:
        text = (
            archive.read("xl/workbook.xml").decode("utf-8", "replace")
            if "xl/workbook.xml" in archive.namelist()
            else ""
        )
    odd = [
        name for name in re.findall(r'<(?:\w+:)?sheet\s[^>]*?name="([^"]*)"', text) if name.endswith((".py", ".conf"))
    ]
    if not odd:
        return None
    return Text(
        "The workbook has the sheet {sheet}, which changes how Python is started from it; rename it "
        "unless you put it there."
    ).with_facts(sheet=odd[0])


SPECIAL_SHEETS_CHECK = AddinCheck(
    "sheets",
    _check_special_sheets,
    Text("The workbook has no sheet that changes how Python starts."),
    (),
)

_IMPORTED_MODULE = b"Module=xlwings_udfs"  # the entry in the project's list of modules, which is plain text


def _check_imported_functions(case: DoctorCase) -> Text | None:
    if not case.workbook or not zipfile.is_zipfile(case.workbook):
        return NOT_APPLICABLE
    with zipfile.ZipFile(case.workbook) as archive:
        project = archive.read("xl/vbaProject.bin") if "xl/vbaProject.bin" in archive.namelist() else b""
    if _IMPORTED_MODULE not in project:
        return None
    return Text(
        "The workbook has worksheet functions imported into it (module xlwings_udfs), which fail once "
        "it is moved; remove that module, because the add-in has these functions."
    )


IMPORTED_FUNCTIONS_CHECK = AddinCheck(
    "functions",
    _check_imported_functions,
    Text("The workbook has no functions imported from elsewhere."),
    (950, 1137, 1464),
)

_MANY_FUNCTION_CALLS = 200  # calls in one workbook above which a person notices the wait
_FUNCTION_CALL = re.compile(
    rb"<(?:\w+:)?f[^<>]*>[^<]*\b(" + b"|".join(name.encode() for name in FUNCTION_DECLARATIONS) + rb")\(", re.IGNORECASE
)


def _check_function_calls(case: DoctorCase) -> Text | None:
    if not case.workbook or not zipfile.is_zipfile(case.workbook):
        return NOT_APPLICABLE
    with zipfile.ZipFile(case.workbook) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        called = [match.decode().lower() for name in sheets for match in _FUNCTION_CALL.findall(archive.read(name))]
    if len(called) <= _MANY_FUNCTION_CALLS:
        return None
    most = max(set(called), key=called.count)
    return Text(
        "{count} cells call worksheet functions one by one ({most} most often); give it the whole "
        "column in one cell, such as ={most}(B2:B500)."
    ).with_facts(count=len(called), most=most)


FUNCTION_CALLS_CHECK = AddinCheck(
    "calls",
    _check_function_calls,
    Text("Worksheet functions are not called cell by cell."),
    (1981, 585, 860),
)

ADDIN_CHECKS: tuple[AddinCheck, ...] = (
    XLWINGS_CHECK, ADDIN_FILE_CHECK, ADDIN_VERSIONS_CHECK, INTERPRETER_CHECK, FUNCTION_LIBRARY_CHECK,
    WORKBOOK_MODULES_CHECK, MAC_SCRIPT_CHECK, MAC_PERMISSION_CHECK, INTERNET_MARK_CHECK, COMPANY_POLICY_CHECK,
    DISABLED_ITEMS_CHECK, EXCEL_ANSWERS_CHECK, CLOUD_WORKBOOK_CHECK, SPECIAL_SHEETS_CHECK, IMPORTED_FUNCTIONS_CHECK,
    FUNCTION_CALLS_CHECK,
)  # fmt: skip
"""All checks, in the order in which to fix problems."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of one check: no problem, or the problem and its remedy."""

    check: str
    well: bool
    message: Text


def diagnose_addin(case: DoctorCase) -> list[Diagnosis]:
    """Return the result of every check, in the order in which to fix problems."""
    looked = [(pain, pain.check(case)) for pain in ADDIN_CHECKS]
    return [
        Diagnosis(pain.id, problem is None, problem or pain.well)
        for pain, problem in looked
        if problem is not NOT_APPLICABLE
    ]


def process_environment() -> Mapping[str, str]:
    """Return the environment of this process."""
    return os.environ
