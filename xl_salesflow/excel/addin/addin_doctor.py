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

_OFFICE_POLICIES = "Software\\Policies\\Microsoft\\Office\\16.0"
_POLICY_VALUES = (
    (f"{_OFFICE_POLICIES}\\Excel\\Security", "DisableAllAddins"),
    (f"{_OFFICE_POLICIES}\\Excel\\Security", "RequireAddinSig"),
    # XLSTART is a trusted location, in which macros run whatever VBAWarnings says; unless there are no such locations
    (f"{_OFFICE_POLICIES}\\Excel\\Security\\Trusted Locations", "AllLocationsDisabled"),
    (f"{_OFFICE_POLICIES}\\Common", "VBAOff"),
)
_POLICY_ROOTS = ("HKCU", "HKLM")


def _check_company_policy(case: DoctorCase) -> Text | None:
    if case.places.system != "win32":
        return NOT_APPLICABLE
    for root in _POLICY_ROOTS:
        for key, name in _POLICY_VALUES:
            command = ["reg", "query", f"{root}\\{key}", "/v", name]
            answer = case.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=False)
            if answer.returncode == 0 and re.search(rf"{name}\s+REG_DWORD\s+0x1\b", answer.stdout):
                return Text(
                    "A policy of your company forbids macros or add-ins ({name}); ask IT to allow "
                    "{parent}, or use the command line."
                ).with_facts(name=name, parent=case.places.addin.parent)
    return None


COMPANY_POLICY_CHECK = AddinCheck("policy", _check_company_policy, Text("No policy forbids it."), (1075, 2567, 2618))

_ATTACK_SURFACE_RULES = {
    "d4f940ab-401b-4efc-aadc-ad5f3c50688a": Text("Block all Office applications from creating child processes"),
    "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b": Text("Block Win32 API calls from Office macros"),
}
"""Rules of Microsoft Defender by id: the first blocks Python itself, the second the lines with which macros start it."""

_LIST_RULES = (
    "$p = Get-MpPreference; for ($i = 0; $i -lt $p.AttackSurfaceReductionRules_Ids.Count; $i++) "
    '{ "$($p.AttackSurfaceReductionRules_Ids[$i]) $($p.AttackSurfaceReductionRules_Actions[$i])" }'
)
_BLOCKING_ACTIONS = ("1", "6")  # block, warn; 2 only records


def _check_attack_surface_rules(case: DoctorCase) -> Text | None:
    if case.places.system != "win32":
        return NOT_APPLICABLE
    command = ["powershell", "-NoProfile", "-NonInteractive", "-Command", _LIST_RULES]
    try:
        answer = case.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return NOT_APPLICABLE  # no such program, or Defender does not answer
    for rule, action in re.findall(r"^([0-9A-Fa-f-]{36}) (\d)\s*$", answer.stdout, re.MULTILINE):
        if rule.casefold() in _ATTACK_SURFACE_RULES and action in _BLOCKING_ACTIONS:
            return Text(
                "Microsoft Defender blocks what buttons do (rule “{rule}”); ask IT to except Excel's start of {python}, "
                "or use the command line."
            ).with_facts(
                rule=_ATTACK_SURFACE_RULES[rule.casefold()],
                python=read_addin_settings(case.places.settings).get("INTERPRETER_WIN", "python.exe"),
            )
    return None


ATTACK_SURFACE_CHECK = AddinCheck(
    "rules", _check_attack_surface_rules, Text("No rule of Microsoft Defender blocks it."), ()
)

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
        "{count} {count:cell calls|cells call} worksheet functions one by one ({most} most often); give it the whole "
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
    ATTACK_SURFACE_CHECK, DISABLED_ITEMS_CHECK, EXCEL_ANSWERS_CHECK, CLOUD_WORKBOOK_CHECK, IMPORTED_FUNCTIONS_CHECK,
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
