"""What may keep the add-in from working, one check for each pain that users of such add-ins have, each with its remedy.

Everything is looked at from outside, so that the doctor can be asked when nothing starts any more.
"""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xl_salesflow.excel.addin.build import addin_bytes
from xl_salesflow.excel.addin.install import read_settings
from xl_salesflow.excel.addin.places import Places
from xl_salesflow.excel.addin.sources import own_modules, xlwings_modules, xlwings_version
from xl_salesflow.model.text import Text

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Case:
    """What the doctor looks at: the person's places, their environment, a workbook if one is named, how to run a program."""

    places: Places
    environment: Mapping[str, str]
    workbook: str = ""
    run: Run = subprocess.run


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One check: well, or what is wrong and the remedy."""

    check: str
    well: bool
    says: Text


def diagnose(case: Case) -> list[Diagnosis]:
    """Return every check's outcome, in the order in which to mend them."""
    return [
        Diagnosis(name, problem is None, problem or _WELL[name])
        for name, look in CHECKS.items()
        if (problem := look(case)) is not _SKIPPED
    ]


_SKIPPED = Text("", "")


def _xlwings(case: Case) -> Text | None:
    try:
        __import__("xlwings")
    except ImportError as error:
        return Text(
            f"xlwings cannot be imported ({error}); run: pip install xl-salesflow[excel].",
            f"无法导入 xlwings({error})；请运行：pip install xl-salesflow[excel]。",
        )
    return None


def _installed(case: Case) -> Text | None:
    if case.places.addin.exists():
        return None
    return Text(
        f"The add-in is not at {case.places.addin}; run: salesflow addin install.",
        f"{case.places.addin} 处没有加载项；请运行：salesflow addin install。",
    )


def _current(case: Case) -> Text | None:
    file = case.places.addin
    if not file.exists():
        return _SKIPPED
    if not zipfile.is_zipfile(file):
        return Text(
            f"{file} is damaged; run: salesflow addin install.", f"{file} 已损坏；请运行：salesflow addin install。"
        )
    if file.read_bytes() != addin_bytes((*own_modules(), *xlwings_modules())):
        return Text(
            f"The installed add-in was built by other versions than xlwings {xlwings_version()} and this product; "
            "run: salesflow addin install.",
            f"已安装的加载项与 xlwings {xlwings_version()} 或本产品版本不符；请运行：salesflow addin install。",
        )
    return None


def _interpreter(case: Case) -> Text | None:
    name = "INTERPRETER_MAC" if case.places.system == "darwin" else "INTERPRETER_WIN"
    python = read_settings(case.places.settings).get(name, "")
    if not python or not Path(python).exists():
        return Text(
            f"{case.places.settings} names no Python that exists ({python or 'none'}); run: salesflow addin install.",
            f"{case.places.settings} 未指明有效的 Python（{python or '无'}）；请运行：salesflow addin install。",
        )
    program = "import xlwings, xl_salesflow; print(xlwings.__version__)"
    answer = case.run([python, "-c", program], capture_output=True, encoding="utf-8", timeout=60, check=False)
    if answer.returncode:
        return Text(
            f"{python} cannot import xlwings and xl_salesflow; install both there, or run salesflow addin install from the "
            "environment that has them.",
            f"{python} 无法导入 xlwings 与 xl_salesflow；请在该环境安装，或在已安装的环境中运行 salesflow addin install。",
        )
    if answer.stdout.strip() != xlwings_version():
        return Text(
            f"{python} has xlwings {answer.stdout.strip()}, the add-in is for {xlwings_version()}; run salesflow addin install "
            "from that Python.",
            f"{python} 的 xlwings 为 {answer.stdout.strip()}，加载项为 {xlwings_version()};"
            "请用该 Python 运行 salesflow addin install。",
        )
    return None


def _modules_beside(case: Case) -> Text | None:
    if read_settings(case.places.settings).get("ADD_WORKBOOK_TO_PYTHONPATH", "").casefold() == "false":
        return None
    return Text(
        "Python files beside a workbook would be imported in place of installed ones; run: salesflow addin install.",
        "工作簿旁的 Python 文件会取代已安装模块；请运行：salesflow addin install。",
    )


def _libraries(case: Case) -> Text | None:
    # worksheet functions go through a library that lies beside the interpreter
    if case.places.system != "win32":
        return _SKIPPED
    python = Path(read_settings(case.places.settings).get("INTERPRETER_WIN", "") or "missing")
    name = f"xlwings64-{xlwings_version()}.dll"
    if any((folder / name).exists() for folder in (python.parent, python.parent.parent)):
        return None
    return Text(
        f"{name} is not beside {python}; worksheet functions need it: pip install --force-reinstall xlwings.",
        f"{python} 旁没有 {name}，工作表函数需要它；请运行：pip install --force-reinstall xlwings。",
    )


def _mac_script(case: Case) -> Text | None:
    if case.places.script is None:
        return _SKIPPED
    if case.places.script.exists():
        return None
    return Text(
        f"macOS lets Excel start Python only through {case.places.script}; run: salesflow addin install.",
        f"macOS 仅允许 Excel 通过 {case.places.script} 启动 Python；请运行：salesflow addin install。",
    )


def _mac_permission(case: Case) -> Text | None:
    if case.places.system != "darwin":
        return _SKIPPED
    ask = ["osascript", "-e", 'tell application "Microsoft Excel" to get version']
    answer = case.run(ask, capture_output=True, encoding="utf-8", timeout=60, check=False)
    if "-1743" not in answer.stderr:
        return None
    return Text(
        "macOS does not let this program talk to Excel (error -1743); allow it in System Settings › Privacy & Security › "
        "Automation.",
        "macOS 不允许本程序控制 Excel（错误 -1743）；请在 系统设置 › 隐私与安全性 › 自动化 中允许。",
    )


def _trust(case: Case) -> Text | None:
    # a file from the internet keeps its mark, and Excel blocks its macros
    if case.places.system != "win32" or not case.places.addin.exists():
        return _SKIPPED
    if not Path(f"{case.places.addin}:Zone.Identifier").exists():
        return None
    return Text(
        f"Windows marks {case.places.addin} as coming from the internet, so Excel blocks its macros; "
        "run: salesflow addin install.",
        f"Windows 将 {case.places.addin} 标记为来自互联网，Excel 会阻止其宏；请运行：salesflow addin install。",
    )


_POLICY = (
    ("Software\\Policies\\Microsoft\\Office\\16.0\\Excel\\Security", "VBAWarnings", ("0x4",)),
    ("Software\\Policies\\Microsoft\\Office\\16.0\\Excel\\Security", "DisableAllAddins", ("0x1",)),
    ("Software\\Policies\\Microsoft\\Office\\16.0\\Common", "VBAOff", ("0x1",)),
)


def _policy(case: Case) -> Text | None:
    if case.places.system != "win32":
        return _SKIPPED
    for key, name, forbidding in _POLICY:
        command = ["reg", "query", f"HKCU\\{key}", "/v", name]
        answer = case.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=False)
        if answer.returncode == 0 and re.search(rf"{name}\s+REG_DWORD\s+({'|'.join(forbidding)})\b", answer.stdout):
            return Text(
                f"A policy of your company forbids macros or add-ins ({name}); ask IT to allow {case.places.addin.parent}, "
                "or use the command line.",
                f"公司策略禁止宏或加载项（{name}）；请联系 IT 放行 {case.places.addin.parent}，或改用命令行。",
            )
    return None


_CLOUD = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")


def _cloud(case: Case) -> Text | None:
    if not case.workbook:
        return _SKIPPED
    at = case.workbook.casefold()
    roots = [root.casefold() for name in _CLOUD if (root := case.environment.get(name))]
    if not at.startswith(("http://", "https://")):
        return None
    known = ", ".join(roots) or "—"
    return Text(
        f"{case.workbook} is on OneDrive or SharePoint, where programs see only its address: documents then go to the folder "
        f"Documents; open it from the synced folder instead ({known}).",
        f"{case.workbook} 位于 OneDrive 或 SharePoint，程序只能看到网址，文件将存入“文档”文件夹；请从同步文件夹打开（{known}）。",
    )


def _sheets(case: Case) -> Text | None:
    if not case.workbook or not zipfile.is_zipfile(case.workbook):
        return _SKIPPED
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


CHECKS: Mapping[str, Callable[[Case], Text | None]] = {
    "xlwings": _xlwings,
    "installed": _installed,
    "current": _current,
    "interpreter": _interpreter,
    "libraries": _libraries,
    "modules": _modules_beside,
    "script": _mac_script,
    "permission": _mac_permission,
    "trust": _trust,
    "policy": _policy,
    "cloud": _cloud,
    "sheets": _sheets,
}

_WELL: Mapping[str, Text] = {
    "xlwings": Text("xlwings can be imported.", "可导入 xlwings。"),
    "installed": Text("The add-in is where Excel starts it.", "加载项已安装。"),
    "current": Text("The add-in matches the installed versions.", "加载项版本一致。"),
    "interpreter": Text("The add-in finds a Python that has everything.", "加载项可找到所需的 Python。"),
    "libraries": Text("The library for worksheet functions is there.", "工作表函数所需的库已就绪。"),
    "modules": Text("Modules beside workbooks are not imported.", "不会导入工作簿旁的模块。"),
    "script": Text("The script that starts Python is there.", "启动 Python 的脚本已就绪。"),
    "permission": Text("Excel may be talked to.", "允许控制 Excel。"),
    "trust": Text("The add-in is trusted.", "加载项受信任。"),
    "policy": Text("No policy forbids it.", "没有策略禁止。"),
    "cloud": Text("The workbook is on this disk.", "工作簿在本机磁盘上。"),
    "sheets": Text(
        "The workbook holds no sheet that changes how Python starts.", "工作簿没有影响 Python 启动的工作表。"
    ),
}


def environment() -> Mapping[str, str]:
    """Return the environment of this process."""
    return os.environ
