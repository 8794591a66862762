"""Where Excel and xlwings look for things on this system; every place can be asked for without Excel."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from xl_salesflow.errors import UsageError
from xl_salesflow.excel.addin.build import FILE_NAME
from xl_salesflow.excel.addin.sources import PROJECT, xlwings_version

_CONTAINER = Path("Library/Containers/com.microsoft.Excel/Data")
_GROUP = Path("Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel")
_SCRIPTS = Path("Library/Application Scripts/com.microsoft.Excel")


@dataclass(frozen=True)
class Places:
    """The folders of one person on one system."""

    system: str
    home: Path
    roaming: Path

    @property
    def addin(self) -> Path:
        """Return where Excel starts the add-in from."""
        folder = self.home / _GROUP if self.system == "darwin" else self.roaming / "Microsoft" / "Excel" / "XLSTART"
        return folder / FILE_NAME

    @property
    def settings(self) -> Path:
        """Return the file in which the add-in finds the interpreter."""
        if self.system == "darwin":
            return self.home / _CONTAINER / f"{PROJECT}.conf"
        return self.home / f".{PROJECT}" / f"{PROJECT}.conf"

    @property
    def script(self) -> Path | None:
        """Return the script that starts Python on macOS; other systems need none."""
        if self.system != "darwin":
            return None
        return self.home / _SCRIPTS / f"xlwings-{xlwings_version()}.applescript"


def here() -> Places:
    """Return the places of this person.

    Raises:
        UsageError: there is no desktop Excel for this system.
    """
    if sys.platform not in ("win32", "darwin"):
        raise UsageError(
            "Excel with add-ins runs on Windows and macOS; here, use the command line: salesflow --help.",
            "支持加载项的 Excel 仅限 Windows 与 macOS；此处请使用命令行：salesflow --help。",
        )
    home = Path.home()
    return Places(sys.platform, home, Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming"))
