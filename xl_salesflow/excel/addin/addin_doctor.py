"""Diagnose what keeps the add-in from working.

Here are the checks of Excel and of the workbook, and the list of all checks in the order in which to mend them. Everything
is looked at from outside, so that the doctor can be asked when nothing starts any more.
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
                f"A policy of your company forbids macros or add-ins ({name}); ask IT to allow {case.places.addin.parent}, "
                "or use the command line.",
                f"公司策略禁止宏或加载项（{name}）；请联系 IT 放行 {case.places.addin.parent}，或改用命令行。",
            )
    return None


COMPANY_POLICY_CHECK = AddinCheck(
    "policy", _check_company_policy, Text("No policy forbids it.", "没有策略禁止。"), (1075, 2567, 2618)
)

_DISABLED_ITEMS_KEY = "HKCU\\Software\\Microsoft\\Office\\16.0\\Excel\\Resiliency\\DisabledItems"


def _check_disabled_items(case: DoctorCase) -> Text | None:
    if case.places.system != "win32":
        return NOT_APPLICABLE
    command = ["reg", "query", _DISABLED_ITEMS_KEY]
    answer = case.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=False)
    name = ADDIN_FILE_NAME.encode("utf-16-le").hex().upper()  # the registry holds names as bytes
    if answer.returncode or name not in answer.stdout.upper():
        return None
    return Text(
        f"Excel disabled {ADDIN_FILE_NAME} after a crash; enable it again under "
        "File › Options › Add-ins › Manage: Disabled Items.",
        f"Excel 在崩溃后禁用了 {ADDIN_FILE_NAME}；请在 文件 › 选项 › 加载项 › 管理：禁用项目 中重新启用。",
    )


DISABLED_ITEMS_CHECK = AddinCheck(
    "disabled", _check_disabled_items, Text("Excel has not disabled it.", "Excel 未禁用该加载项。"), (1075, 2567)
)

_ASK_EXCEL_PROGRAM = "import xlwings; app = xlwings.apps.active; print(app and app.calculation)"
_EXCEL_ANSWER_SECONDS = 15.0  # seconds; xlwings itself asks again for ever


def _check_excel_answers(case: DoctorCase) -> Text | None:
    name = "INTERPRETER_MAC" if case.places.system == "darwin" else "INTERPRETER_WIN"
    python = read_addin_settings(case.places.settings).get(name, "")
    if not python or not Path(python).exists():
        return NOT_APPLICABLE  # the interpreter is told first
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
            "Excel does not answer: a cell is being edited or a dialog is open; press Enter or Esc in Excel, then the button.",
            "Excel 没有响应：有单元格正在编辑或对话框未关闭；请在 Excel 中按 Enter 或 Esc，再按按钮。",
        )
    return None


EXCEL_ANSWERS_CHECK = AddinCheck(
    "editing", _check_excel_answers, Text("Excel answers.", "Excel 可以响应。"), (587, 965)
)

_CLOUD_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")


def _check_cloud_workbook(case: DoctorCase) -> Text | None:
    if not case.workbook:
        return NOT_APPLICABLE
    roots = [root for name in _CLOUD_VARIABLES if (root := case.environment.get(name))]
    if not case.workbook.casefold().startswith(("http://", "https://")):
        return None
    known = ", ".join(roots) or "—"
    return Text(
        f"{case.workbook} is on OneDrive or SharePoint, where programs see only its address: documents then go to the folder "
        f"Documents; open it from the synced folder instead ({known}).",
        f"{case.workbook} 位于 OneDrive 或 SharePoint，程序只能看到网址，文件将存入“文档”文件夹；请从同步文件夹打开（{known}）。",
    )


CLOUD_WORKBOOK_CHECK = AddinCheck(
    "cloud", _check_cloud_workbook, Text("The workbook is on this disk.", "工作簿在本机磁盘上。"), (1203, 1275, 2348)
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
        f"The workbook has the sheet {odd[0]}, which changes how Python is started from it; rename it unless you put it there.",
        f"工作簿含有工作表 {odd[0]}，会改变 Python 的启动方式；若非本人所建，请将其改名。",
    )


SPECIAL_SHEETS_CHECK = AddinCheck(
    "sheets",
    _check_special_sheets,
    Text("The workbook holds no sheet that changes how Python starts.", "工作簿没有影响 Python 启动的工作表。"),
    (),
)

_IMPORTED_MODULE = b"Module=xlwings_udfs"  # how the list of a project's modules, which is plain text, names them


def _check_imported_functions(case: DoctorCase) -> Text | None:
    if not case.workbook or not zipfile.is_zipfile(case.workbook):
        return NOT_APPLICABLE
    with zipfile.ZipFile(case.workbook) as archive:
        project = archive.read("xl/vbaProject.bin") if "xl/vbaProject.bin" in archive.namelist() else b""
    if _IMPORTED_MODULE not in project:
        return None
    return Text(
        "The workbook holds worksheet functions imported into it (module xlwings_udfs), which fail once it is moved; remove "
        "that module: the add-in brings its functions along.",
        "工作簿内有已导入的工作表函数（模块 xlwings_udfs），移动后会失效；请删除该模块：加载项自带这些函数。",
    )


IMPORTED_FUNCTIONS_CHECK = AddinCheck(
    "functions",
    _check_imported_functions,
    Text("The workbook holds no functions imported from elsewhere.", "工作簿中没有从别处导入的函数。"),
    (950, 1137, 1464),
)

_MANY_FUNCTION_CALLS = 200  # calls in one workbook that a person begins to wait for
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
        f"{len(called)} cells call worksheet functions one by one ({most} most often); give it the whole column in one cell, "
        f"such as ={most}(B2:B500).",
        f"{len(called)} 个单元格逐个调用工作表函数（以 {most} 最多）；请在一个单元格中传入整列，如 ={most}(B2:B500)。",
    )


FUNCTION_CALLS_CHECK = AddinCheck(
    "calls",
    _check_function_calls,
    Text("Worksheet functions are not called cell by cell.", "没有逐个单元格调用工作表函数。"),
    (1981, 585, 860),
)

ADDIN_CHECKS: tuple[AddinCheck, ...] = (
    XLWINGS_CHECK, ADDIN_FILE_CHECK, ADDIN_VERSIONS_CHECK, INTERPRETER_CHECK, FUNCTION_LIBRARY_CHECK,
    WORKBOOK_MODULES_CHECK, MAC_SCRIPT_CHECK, MAC_PERMISSION_CHECK, INTERNET_MARK_CHECK, COMPANY_POLICY_CHECK,
    DISABLED_ITEMS_CHECK, EXCEL_ANSWERS_CHECK, CLOUD_WORKBOOK_CHECK, SPECIAL_SHEETS_CHECK, IMPORTED_FUNCTIONS_CHECK,
    FUNCTION_CALLS_CHECK,
)  # fmt: skip
"""In the order in which to mend them."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One check: well, or what is wrong and the remedy."""

    check: str
    well: bool
    message: Text


def diagnose_addin(case: DoctorCase) -> list[Diagnosis]:
    """Return what every pain's look came to, in the order in which to mend them."""
    looked = [(pain, pain.check(case)) for pain in ADDIN_CHECKS]
    return [
        Diagnosis(pain.id, problem is None, problem or pain.well)
        for pain, problem in looked
        if problem is not NOT_APPLICABLE
    ]


def process_environment() -> Mapping[str, str]:
    """Return the environment of this process."""
    return os.environ
