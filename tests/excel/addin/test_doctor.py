"""The doctor reports each known problem of such add-ins with its remedy, and nothing if all is well."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.parts import ROOT
from xl_salesflow.excel.addin.addin_build import find_xlwings_version
from xl_salesflow.excel.addin.addin_doctor import ADDIN_CHECKS, Diagnosis, diagnose_addin
from xl_salesflow.excel.addin.installation import AddinPlaces, install_addin
from xl_salesflow.excel.addin.installation_checks import DoctorCase


@pytest.fixture(params=["win32", "darwin"])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> AddinPlaces:
    return AddinPlaces(request.param, tmp_path / "home", tmp_path / "home" / "AppData" / "Roaming")


@pytest.fixture
def windows(tmp_path: Path) -> AddinPlaces:
    return AddinPlaces("win32", tmp_path / "home", tmp_path / "home" / "AppData" / "Roaming")


@pytest.fixture
def mac(tmp_path: Path) -> AddinPlaces:
    return AddinPlaces("darwin", tmp_path / "home", tmp_path)


def answers(output: str = "", error: str = "", code: int = 0) -> Callable[..., Any]:
    return lambda command, **named: subprocess.CompletedProcess(command, code, output, error)


def silent(command: list[str], **named: Any) -> Any:
    """Behave like a program that asks an Excel that does not answer."""
    if "app.calculation" in command[-1]:
        raise subprocess.TimeoutExpired(command, named["timeout"])
    return subprocess.CompletedProcess(command, 0, f"{find_xlwings_version()}\n", "")


def late(command: list[str], **named: Any) -> Any:
    """Behave like a Python that never starts."""
    if "-c" in command:
        raise subprocess.TimeoutExpired(command, named["timeout"])
    return subprocess.CompletedProcess(command, 1, "", "")


def asking(command: list[str], **named: Any) -> Any:
    """Behave like macOS while its question is not answered."""
    if command[0] == "osascript":
        raise subprocess.TimeoutExpired(command, named["timeout"])
    return subprocess.CompletedProcess(command, 0, f"{find_xlwings_version()}\n", "")


DISABLED = "salesflow.xlam".encode("utf-16-le").hex()


def well(case: DoctorCase) -> dict[str, Diagnosis]:
    return {one.check: one for one in diagnose_addin(case)}


def case(of: AddinPlaces, **named: Any) -> DoctorCase:
    return DoctorCase(of, {}, **{"run": answers(f"{find_xlwings_version()}\n"), **named})


def test_everything_is_well_after_installing(system: AddinPlaces, tmp_path: Path) -> None:
    python = tmp_path / "env" / "python.exe"
    python.parent.mkdir()
    python.touch()
    (python.parent / f"xlwings64-{find_xlwings_version()}.dll").touch()
    install_addin(system, python)
    found = diagnose_addin(case(system))
    assert [one.message.in_("en") for one in found if not one.well] == []
    assert {one.check for one in found} >= {"xlwings", "installed", "current", "interpreter", "modules"}


def _broken_file(of: AddinPlaces) -> None:
    of.addin.write_bytes(b"PK")


def _older(of: AddinPlaces) -> None:
    with zipfile.ZipFile(of.addin, "a") as archive:
        archive.writestr("older", "x")


PAINS: list[tuple[str, str, Callable[[AddinPlaces], Any], dict[str, Any], str]] = [
    # check      system    the damage to the installation            the answers of programs       the doctor's message
    ("installed", "win32", lambda of: of.addin.unlink(), {}, "run: salesflow addin install"),
    ("current", "win32", _broken_file, {}, "is damaged; run: salesflow addin install"),
    ("current", "darwin", _older, {}, "built with other versions"),
    ("interpreter", "win32", lambda of: of.settings.unlink(), {}, "does not exist (none)"),
    ("interpreter", "darwin", lambda of: None, {"run": answers(code=1)}, "cannot import xlwings and xl_salesflow"),
    ("interpreter", "win32", lambda of: None, {"run": answers("0.20.0\n")}, "has xlwings 0.20.0, the add-in is for"),
    ("interpreter", "win32", lambda of: None, {"run": late}, "does not start (TimeoutExpired)"),
    ("permission", "darwin", lambda of: None, {"run": asking}, "find the dialog"),
    ("libraries", "win32", lambda of: None, {}, "worksheet functions need it"),
    ("modules", "darwin", lambda of: of.settings.write_text('"INTERPRETER_MAC","x"\n'), {}, "would be imported"),
    ("script", "darwin", lambda of: of.script.unlink(), {}, "lets Excel start Python only through"),
    ("script", "darwin", lambda of: of.script.write_text("-- another"), {}, "lets Excel start Python only through"),
    ("permission", "darwin", lambda of: None, {"run": answers(error="error -1743")}, "Privacy & Security › Automation"),
    ("policy", "win32", lambda of: None, {"run": answers("    RequireAddinSig    REG_DWORD    0x1")}, "RequireAddinSig"),
    ("policy", "win32", lambda of: None, {"run": answers("    AllLocationsDisabled    REG_DWORD    0x1")}, "ask IT to allow"),
    ("rules", "win32", lambda of: None, {"run": answers("D4F940AB-401B-4EFC-AADC-AD5F3C50688A 1\n")}, "creating child processes"),
    ("rules", "win32", lambda of: None, {"run": answers("92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b 6\n")}, "Win32 API calls"),
    ("cloud", "win32", lambda of: None, {"workbook": "https://d.docs.live.net/7b/t.xlsx"}, "synced folder instead"),
    ("disabled", "win32", lambda of: None, {"run": answers(f"    1F5    REG_BINARY    0400{DISABLED}0000")}, "Disabled Items"),
    ("editing", "win32", lambda of: None, {"run": silent}, "a cell is being edited or a dialog is open"),
    ("editing", "darwin", lambda of: None, {"run": silent}, "press Enter or Esc"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "system_name", "spoil", "named", "says"), PAINS, ids=lambda value: str(value)[:12])
def test_each_known_problem_is_reported_with_its_remedy(
    tmp_path: Path, check: str, system_name: str, spoil: Callable[[AddinPlaces], Any], named: dict[str, Any], says: str
) -> None:
    of = AddinPlaces(system_name, tmp_path / "home", tmp_path / "roaming")
    install_addin(of)
    spoil(of)
    one = well(case(of, **named))[check]
    assert not one.well
    assert says in one.message.in_("en")
    assert one.message.in_("zh") != one.message.in_("en")


def test_rules_that_only_record_and_macros_in_trusted_folders_are_well(windows: AddinPlaces) -> None:
    install_addin(windows)
    rules = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A 2\n    VBAWarnings    REG_DWORD    0x4\n"
    found = well(case(windows, run=answers(rules)))
    assert found["rules"].well
    assert found["policy"].well


def test_policies_of_the_machine_count_like_those_of_the_person(windows: AddinPlaces) -> None:
    install_addin(windows)

    def machine(command: list[str], **named: Any) -> Any:
        here = "HKLM" in command[2:3][0] if command[0] == "reg" else False
        return subprocess.CompletedProcess(command, int(not here), "    VBAOff    REG_DWORD    0x1" if here else "", "")

    assert "VBAOff" in well(case(windows, run=machine))["policy"].message.in_("en")


def test_a_file_from_the_internet_is_noticed(windows: AddinPlaces) -> None:
    install_addin(windows)
    Path(f"{windows.addin}:Zone.Identifier").write_text("[ZoneTransfer]", encoding="utf-8")
    assert "internet" in well(case(windows))["trust"].message.in_("en")


PROJECT = "xl/vbaProject.bin"
ONE_BY_ONE = '<worksheet><c r="A1"><f>sf_bant_score(B1)</f></c><c><f>IF(1,SF_WIN_RATE(B1,C1))</f></c></worksheet>'
ALL_AT_ONCE = '<worksheet><c r="A1"><f t="array" ref="A1:A9">sf_bant_score(B1:B9)</f></c></worksheet>'
WORKBOOKS: list[tuple[str, dict[str, str], bool, str]] = [
    # check       the contents of the workbook                              well   the doctor's message
    ("functions", {PROJECT: "Module=Sheet1\r\nModule=xlwings_udfs\r\n"},       False, "module xlwings_udfs"),
    ("functions", {PROJECT: "Module=Sheet1\r\n"},                               True,  "imported from elsewhere"),
    ("functions", {},                                                           True,  "imported from elsewhere"),
    ("calls",     {"xl/worksheets/sheet1.xml": ONE_BY_ONE * 150},               False, "300 cells call worksheet functions"),
    ("calls",     {"xl/worksheets/sheet1.xml": ALL_AT_ONCE},                    True,  "not called cell by cell"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "parts", "is_well", "says"), WORKBOOKS)
def test_problems_of_a_workbook_are_reported(
    windows: AddinPlaces, tmp_path: Path, check: str, parts: dict[str, str], is_well: bool, says: str
) -> None:
    path = tmp_path / "team.xlsm"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    install_addin(windows)
    one = well(case(windows, workbook=str(path)))[check]
    assert (one.well, says in one.message.in_("en")) == (is_well, True)
    assert one.message.in_("zh") != one.message.in_("en")


def test_every_check_can_fail() -> None:
    """xlwings cannot be missing here; the other checks are in the tables above."""
    shown = {pain[0] for pain in PAINS} | {book[0] for book in WORKBOOKS} | {"trust", "xlwings"}
    assert {pain.id for pain in ADDIN_CHECKS} == shown


def test_the_page_lists_every_problem_with_the_reports_of_users() -> None:
    page = (ROOT / "docs" / "excel.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|([^|]*)\|", page, re.MULTILINE))
    assert {pain_id: [int(number) for number in re.findall(r"#(\d+)", issues)] for pain_id, issues in rows.items()} == {
        pain.id: sorted(pain.issues) for pain in ADDIN_CHECKS
    }


def test_a_missing_xlwings_is_reported(mac: AddinPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlwings", None)
    says = ADDIN_CHECKS[0].check(case(mac))
    assert says is not None
    assert "pip install xl-salesflow[excel]" in says.in_("en")
