"""Installing writes three files, and uninstalling deletes them."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from xl_salesflow.errors import UsageError
from xl_salesflow.excel.addin import installation
from xl_salesflow.excel.addin.installation import (
    AddinPlaces,
    find_addin_places,
    install_addin,
    read_addin_settings,
    uninstall_addin,
)


@pytest.fixture(params=["win32", "darwin"])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> AddinPlaces:
    return AddinPlaces(request.param, tmp_path / "home", tmp_path / "home" / "AppData" / "Roaming")


@pytest.fixture
def windows(tmp_path: Path) -> AddinPlaces:
    return AddinPlaces("win32", tmp_path / "home", tmp_path / "home" / "AppData" / "Roaming")


def test_installing_writes_the_add_in_its_settings_and_what_macos_needs(system: AddinPlaces) -> None:
    written = install_addin(system, Path("/opt/a b/python"))
    expected = [system.addin, system.settings, *([system.script] if system.script else [])]
    assert written == expected
    assert all(file.exists() for file in written)
    assert zipfile.is_zipfile(system.addin)
    name = "INTERPRETER_MAC" if system.system == "darwin" else "INTERPRETER_WIN"
    assert read_addin_settings(system.settings)[name] == str(Path("/opt/a b/python"))
    assert uninstall_addin(system) == expected
    assert not any(file.exists() for file in expected)
    assert uninstall_addin(system) == []


def test_installing_again_keeps_changed_settings(system: AddinPlaces) -> None:
    install_addin(system)
    system.settings.write_text(
        system.settings.read_text(encoding="utf-8") + '"SHOW_ERROR_POPUPS","False"\n', encoding="utf-8"
    )
    install_addin(system)
    assert read_addin_settings(system.settings)["SHOW_ERROR_POPUPS"] == "False"


def test_without_excel_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation.sys, "platform", "linux")
    with pytest.raises(UsageError, match="use the command line"):
        find_addin_places()


def test_a_folder_that_is_not_writable_is_named(windows: AddinPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def refuse(source: Path, target: Path) -> None:
        if target == windows.addin:
            raise PermissionError(13, "Permission denied", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(UsageError, match=r"salesflow\.xlam could not be saved.*Close Excel"):
        install_addin(windows)
