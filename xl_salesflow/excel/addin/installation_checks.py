"""Check the installation of the add-in from outside: its files, its Python, the system's permissions.

Each check is one known problem of such add-ins with its remedy. None of them imports xlwings when it is imported, so
that the doctor can be used even if nothing starts any more.
"""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xl_salesflow.excel.addin.addin_build import (
    find_xlwings_version,
    make_addin_bytes,
    read_own_modules,
    read_xlwings_modules,
)
from xl_salesflow.excel.addin.installation import AddinPlaces, read_addin_settings, read_mac_script
from xl_salesflow.locale.texts import Text

ProgramRunner = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class DoctorCase:
    """The user's places and environment, a workbook if one is given, and a function that runs a program."""

    places: AddinPlaces
    environment: Mapping[str, str]
    workbook: str = ""
    run: ProgramRunner = subprocess.run


NOT_APPLICABLE = Text("", "")
"""The result of a check that does not apply: on another system, or without a workbook."""


@dataclass(frozen=True, slots=True)
class AddinCheck:
    """One way in which an add-in can fail; *check* returns the problem with its remedy, or None if there is none.

    *issues* are the numbers of the xlwings issues that report it.
    """

    id: str
    check: Callable[[DoctorCase], Text | None]
    well: Text
    issues: tuple[int, ...] = ()


def _check_xlwings_import(case: DoctorCase) -> Text | None:
    try:
        __import__("xlwings")
    except ImportError as error:
        return Text("xlwings cannot be imported ({error}); run: pip install xl-salesflow[excel].").with_facts(
            error=error
        )
    return None


XLWINGS_CHECK = AddinCheck("xlwings", _check_xlwings_import, Text("xlwings can be imported."), (2107, 1582))


def _check_addin_file(case: DoctorCase) -> Text | None:
    if case.places.addin.exists():
        return None
    return Text("The add-in is not at {addin}; run: salesflow addin install.").with_facts(addin=case.places.addin)


ADDIN_FILE_CHECK = AddinCheck(
    "installed",
    _check_addin_file,
    Text("The add-in is in the folder from which Excel loads it."),
    (),
)


def _check_addin_versions(case: DoctorCase) -> Text | None:
    file = case.places.addin
    if not file.exists():
        return NOT_APPLICABLE
    if not zipfile.is_zipfile(file):
        return Text("{file} is damaged; run: salesflow addin install.").with_facts(file=file)
    if file.read_bytes() != make_addin_bytes((*read_own_modules(), *read_xlwings_modules())):
        return Text(
            "The installed add-in was built with other versions than xlwings {version} and this "
            "product; run: salesflow addin install."
        ).with_facts(version=find_xlwings_version())
    return None


ADDIN_VERSIONS_CHECK = AddinCheck(
    "current",
    _check_addin_versions,
    Text("The add-in matches the installed versions."),
    (1099, 1595, 1864, 2355),
)


def _check_interpreter(case: DoctorCase) -> Text | None:
    name = "INTERPRETER_MAC" if case.places.system == "darwin" else "INTERPRETER_WIN"
    python = read_addin_settings(case.places.settings).get(name, "")
    if not python or not Path(python).exists():
        return Text("The Python in {settings} does not exist ({python}); run: salesflow addin install.").with_facts(
            settings=case.places.settings, python=python or Text("none")
        )
    program = "import xlwings, xl_salesflow; print(xlwings.__version__)"
    try:
        answer = case.run([python, "-c", program], capture_output=True, encoding="utf-8", timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Text(
            "{python} does not start ({error}); install Python again, then run: salesflow addin install."
        ).with_facts(python=python, error=type(error).__name__)
    if answer.returncode:
        return Text(
            "{python} cannot import xlwings and xl_salesflow; install both there, or run salesflow "
            "addin install from the environment that has them."
        ).with_facts(python=python)
    if answer.stdout.strip() != find_xlwings_version():
        return Text(
            "{python} has xlwings {found}, the add-in is for {version}; run salesflow addin install from that Python."
        ).with_facts(python=python, found=answer.stdout.strip(), version=find_xlwings_version())
    return None


INTERPRETER_CHECK = AddinCheck(
    "interpreter",
    _check_interpreter,
    Text("The add-in finds a Python with everything it needs."),
    (2107, 1077, 1582),
)


def _check_function_library(case: DoctorCase) -> Text | None:
    # worksheet functions use a library that is next to the interpreter
    if case.places.system != "win32":
        return NOT_APPLICABLE
    python = Path(read_addin_settings(case.places.settings).get("INTERPRETER_WIN", "") or "missing")
    name = f"xlwings64-{find_xlwings_version()}.dll"
    if any((folder / name).exists() for folder in (python.parent, python.parent.parent)):
        return None
    return Text(
        "{name} is missing next to {python}; worksheet functions need it: pip install --force-reinstall xlwings."
    ).with_facts(name=name, python=python)


FUNCTION_LIBRARY_CHECK = AddinCheck(
    "libraries",
    _check_function_library,
    Text("The library for worksheet functions is installed."),
    (1099, 1595),
)


def _check_workbook_modules(case: DoctorCase) -> Text | None:
    if read_addin_settings(case.places.settings).get("ADD_WORKBOOK_TO_PYTHONPATH", "").casefold() == "false":
        return None
    return Text(
        "Python files next to a workbook would be imported instead of installed ones; run: salesflow addin install."
    )


WORKBOOK_MODULES_CHECK = AddinCheck(
    "modules",
    _check_workbook_modules,
    Text("Modules next to workbooks are not imported."),
    (),
)


def _check_mac_script(case: DoctorCase) -> Text | None:
    if case.places.script is None:
        return NOT_APPLICABLE
    if case.places.script.exists() and case.places.script.read_bytes() == read_mac_script():
        return None
    return Text("macOS lets Excel start Python only through {script}; run: salesflow addin install.").with_facts(
        script=case.places.script
    )


MAC_SCRIPT_CHECK = AddinCheck(
    "script",
    _check_mac_script,
    Text("The script that starts Python is installed."),
    (1165, 1888),
)


def _check_mac_permission(case: DoctorCase) -> Text | None:
    if case.places.system != "darwin":
        return NOT_APPLICABLE
    ask = ["osascript", "-e", 'tell application "Microsoft Excel" to get version']
    try:
        answer = case.run(ask, capture_output=True, encoding="utf-8", timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return Text("macOS is asking whether this program may control Excel: find the dialog and allow it.")
    if "-1743" not in answer.stderr:
        return None
    return Text(
        "macOS does not let this program talk to Excel (error -1743); allow it in System Settings › Privacy & Security › "
        "Automation."
    )


MAC_PERMISSION_CHECK = AddinCheck(
    "permission", _check_mac_permission, Text("Excel may be talked to."), (1146, 1851, 1966)
)


def _check_internet_mark(case: DoctorCase) -> Text | None:
    # a file from the internet is marked as such, and Excel blocks its macros
    if case.places.system != "win32" or not case.places.addin.exists():
        return NOT_APPLICABLE
    if not Path(f"{case.places.addin}:Zone.Identifier").exists():
        return None
    return Text(
        "Windows marks {addin} as coming from the internet, so Excel blocks its macros; run: salesflow addin install."
    ).with_facts(addin=case.places.addin)


INTERNET_MARK_CHECK = AddinCheck("trust", _check_internet_mark, Text("The add-in is trusted."), ())
