"""Install the add-in in Excel's start-up folder, and configure its Python; uninstall both again.

All folders used by Excel and xlwings can be determined without Excel.
"""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xl_salesflow.core.file_saving import save_file_atomically
from xl_salesflow.errors import CannotSave, UsageError, WorkbookInUse
from xl_salesflow.excel.addin.addin_build import (
    ADDIN_FILE_NAME,
    ADDIN_PROJECT,
    MAC_SCRIPT_NAME,
    build_addin,
    macros_folder,
)

_MAC_CONTAINER = Path("Library/Containers/com.microsoft.Excel/Data")
_MAC_STARTUP = Path("Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel")
_MAC_SCRIPTS = Path("Library/Application Scripts/com.microsoft.Excel")


@dataclass(frozen=True)
class AddinPlaces:
    """The folders of one user on one system."""

    system: str
    home: Path
    roaming: Path

    @property
    def addin(self) -> Path:
        """Return the path from which Excel starts the add-in."""
        folder = (
            self.home / _MAC_STARTUP if self.system == "darwin" else self.roaming / "Microsoft" / "Excel" / "XLSTART"
        )
        return folder / ADDIN_FILE_NAME

    @property
    def settings(self) -> Path:
        """Return the settings file in which the add-in finds the interpreter."""
        if self.system == "darwin":
            return self.home / _MAC_CONTAINER / f"{ADDIN_PROJECT}.conf"
        return self.home / f".{ADDIN_PROJECT}" / f"{ADDIN_PROJECT}.conf"

    @property
    def script(self) -> Path | None:
        """Return the script that starts Python on macOS; None on other systems."""
        if self.system != "darwin":
            return None
        return self.home / _MAC_SCRIPTS / MAC_SCRIPT_NAME


def find_addin_places() -> AddinPlaces:
    """Return the places of the current user.

    Raises:
        UsageError: there is no desktop Excel for this system.
    """
    if sys.platform not in ("win32", "darwin"):
        raise UsageError(
            "Excel with add-ins runs on Windows and macOS; here, use the command line: salesflow --help.",
        )
    home = Path.home()
    return AddinPlaces(sys.platform, home, Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming"))


_SETTINGS_ENCODING = "mbcs" if sys.platform == "win32" else "utf-8"  # VBA reads the settings in the system's code page


def install_addin(places: AddinPlaces, interpreter: Path | None = None) -> list[Path]:
    """Build and install the add-in; return the files that were written.

    Raises:
        UsageError: Excel has the old add-in open, or a folder is not writable.
    """
    written = [build_addin(places.addin)]
    keys = make_addin_settings(places, interpreter or Path(sys.executable))
    settings = _format_addin_settings({**read_addin_settings(places.settings), **keys})
    try:
        written.append(save_file_atomically(places.settings, settings.encode(_SETTINGS_ENCODING)))
        if places.script:
            written.append(save_file_atomically(places.script, read_mac_script()))
    except (CannotSave, WorkbookInUse) as error:
        raise UsageError("{error} Quit Excel and try again.", error=error) from error
    return written


def uninstall_addin(places: AddinPlaces) -> list[Path]:
    """Remove the installed files; return those that existed."""
    files = [file for file in (places.addin, places.settings, places.script) if file and file.exists()]
    try:
        for file in files:
            file.unlink()
    except OSError as error:
        raise _make_install_refusal(error) from error
    return files


def make_addin_settings(places: AddinPlaces, interpreter: Path) -> dict[str, str]:
    """Return the settings of the add-in: the interpreter, and not to import modules next to a workbook."""
    name = "INTERPRETER_MAC" if places.system == "darwin" else "INTERPRETER_WIN"
    return {name: str(interpreter), "ADD_WORKBOOK_TO_PYTHONPATH": "False", "SHOW CONSOLE": "False"}


def read_addin_settings(file: Path) -> dict[str, str]:
    """Return the settings in a file; none if it does not exist."""
    if not file.exists():
        return {}
    rows = csv.reader(io.StringIO(file.read_text(encoding=_SETTINGS_ENCODING, errors="replace")))
    return {row[0].upper(): row[1] for row in rows if len(row) == 2}


def _format_addin_settings(keys: Mapping[str, str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=os.linesep).writerows(keys.items())  # VBA reads line by line
    return text.getvalue()


def read_mac_script() -> bytes:
    """Return the script through which Excel for Mac starts Python."""
    return (macros_folder() / MAC_SCRIPT_NAME).read_bytes()


def _make_install_refusal(error: OSError) -> UsageError:
    return UsageError(
        "{filename} could not be changed: {reason}; quit Excel and try again.",
        filename=error.filename,
        reason=error.strerror,
    )
