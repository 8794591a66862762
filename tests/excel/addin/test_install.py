"""Installing puts three files in their places, removing takes them away, and the doctor names each known pain and its remedy."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from xl_salesflow.errors import UsageError
from xl_salesflow.excel.addin import doctor, places
from xl_salesflow.excel.addin.doctor import CHECKS, Case, Diagnosis, diagnose
from xl_salesflow.excel.addin.install import install, read_settings, uninstall
from xl_salesflow.excel.addin.places import Places, here
from xl_salesflow.excel.addin.sources import xlwings_version


@pytest.fixture(params=["win32", "darwin"])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    return Places(request.param, tmp_path / "home", tmp_path / "home" / "AppData" / "Roaming")


@pytest.fixture
def windows(tmp_path: Path) -> Places:
    return Places("win32", tmp_path / "home", tmp_path / "home" / "AppData" / "Roaming")


@pytest.fixture
def mac(tmp_path: Path) -> Places:
    return Places("darwin", tmp_path / "home", tmp_path)


def answers(output: str = "", error: str = "", code: int = 0) -> Callable[..., Any]:
    return lambda command, **named: subprocess.CompletedProcess(command, code, output, error)


def well(case: Case) -> dict[str, Diagnosis]:
    return {one.check: one for one in diagnose(case)}


def case(of: Places, **named: Any) -> Case:
    return Case(of, {}, **{"run": answers(f"{xlwings_version()}\n"), **named})


def test_installing_writes_the_add_in_its_settings_and_what_macos_needs(system: Places) -> None:
    written = install(system, Path("/opt/a b/python"))
    expected = [system.addin, system.settings, *([system.script] if system.script else [])]
    assert written == expected
    assert all(file.exists() for file in written)
    assert zipfile.is_zipfile(system.addin)
    name = "INTERPRETER_MAC" if system.system == "darwin" else "INTERPRETER_WIN"
    assert read_settings(system.settings)[name] == str(Path("/opt/a b/python"))
    assert uninstall(system) == expected
    assert not any(file.exists() for file in expected)
    assert uninstall(system) == []


def test_installing_again_keeps_what_somebody_set(system: Places) -> None:
    install(system)
    system.settings.write_text(
        system.settings.read_text(encoding="utf-8") + '"SHOW_ERROR_POPUPS","False"\n', encoding="utf-8"
    )
    install(system)
    assert read_settings(system.settings)["SHOW_ERROR_POPUPS"] == "False"


def test_everything_is_well_after_installing(system: Places, tmp_path: Path) -> None:
    python = tmp_path / "env" / "python.exe"
    python.parent.mkdir()
    python.touch()
    (python.parent / f"xlwings64-{xlwings_version()}.dll").touch()
    install(system, python)
    found = diagnose(case(system))
    assert [one.says.en for one in found if not one.well] == []
    assert {one.check for one in found} >= {"xlwings", "installed", "current", "interpreter", "modules"}


def _broken_file(of: Places) -> None:
    of.addin.write_bytes(b"PK")


def _older(of: Places) -> None:
    with zipfile.ZipFile(of.addin, "a") as archive:
        archive.writestr("older", "x")


PAINS: list[tuple[str, str, Callable[[Places], Any], dict[str, Any], str]] = [
    # check      system    what is done to the installation          what programs answer          what the doctor says
    ("installed", "win32", lambda of: of.addin.unlink(), {}, "run: salesflow addin install"),
    ("current", "win32", _broken_file, {}, "is damaged; run: salesflow addin install"),
    ("current", "darwin", _older, {}, "built by other versions"),
    ("interpreter", "win32", lambda of: of.settings.unlink(), {}, "names no Python that exists (none)"),
    ("interpreter", "darwin", lambda of: None, {"run": answers(code=1)}, "cannot import xlwings and xl_salesflow"),
    ("interpreter", "win32", lambda of: None, {"run": answers("0.20.0\n")}, "has xlwings 0.20.0, the add-in is for"),
    ("libraries", "win32", lambda of: None, {}, "worksheet functions need it"),
    ("modules", "darwin", lambda of: of.settings.write_text('"INTERPRETER_MAC","x"\n'), {}, "would be imported"),
    ("script", "darwin", lambda of: of.script.unlink(), {}, "lets Excel start Python only through"),
    ("permission", "darwin", lambda of: None, {"run": answers(error="error -1743")}, "Privacy & Security › Automation"),
    ("policy", "win32", lambda of: None, {"run": answers("    VBAWarnings    REG_DWORD    0x4")}, "ask IT to allow"),
    ("cloud", "win32", lambda of: None, {"workbook": "https://d.docs.live.net/7b/t.xlsx"}, "synced folder instead"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "system_name", "spoil", "named", "says"), PAINS, ids=lambda value: str(value)[:12])
def test_each_known_pain_is_named_with_its_remedy(
    tmp_path: Path, check: str, system_name: str, spoil: Callable[[Places], Any], named: dict[str, Any], says: str
) -> None:
    of = Places(system_name, tmp_path / "home", tmp_path / "roaming")
    install(of)
    spoil(of)
    one = well(case(of, **named))[check]
    assert not one.well
    assert says in one.says.en
    assert one.says.zh != one.says.en


def test_a_file_from_the_internet_is_noticed(windows: Places) -> None:
    install(windows)
    Path(f"{windows.addin}:Zone.Identifier").write_text("[ZoneTransfer]", encoding="utf-8")
    assert "internet" in well(case(windows))["trust"].says.en


@pytest.mark.parametrize("sheet", ["tools.py", "salesflow.conf"])
def test_a_sheet_that_changes_how_python_starts_is_noticed(windows: Places, tmp_path: Path, sheet: str) -> None:
    book = Workbook()
    book.create_sheet(sheet)
    book.save(tmp_path / "odd.xlsx")
    install(windows)
    one = well(case(windows, workbook=str(tmp_path / "odd.xlsx")))["sheets"]
    assert not one.well
    assert sheet in one.says.en


def test_every_check_can_fail() -> None:
    """xlwings cannot be missing here: the others are in the tables above."""
    shown = {pain[0] for pain in PAINS} | {"trust", "sheets", "xlwings"}
    assert set(CHECKS) == shown


def test_no_xlwings_is_told(mac: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlwings", None)
    says = doctor.CHECKS["xlwings"](case(mac))
    assert says is not None
    assert "pip install xl-salesflow[excel]" in says.en


def test_where_there_is_no_excel_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places.sys, "platform", "linux")
    with pytest.raises(UsageError, match="use the command line"):
        here()


def test_a_folder_that_refuses_is_named(windows: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_bytes

    def refuse(self: Path, content: bytes) -> int:
        if self == windows.addin:
            raise PermissionError(13, "Permission denied", str(self))
        return write(self, content)

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(UsageError, match="close Excel"):
        install(windows)
