"""LibreOffice as a second opinion on formulas and appearance; it opens copies, never the file under test."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

EXCEL = "xlsx:Calc MS Excel 2007 XML"
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false,-1"
"""Every sheet, the text in quotes and the numbers with all their digits; half the time of writing a workbook."""

Grid = list[list[Any]]
_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n)')

# path, property, value: use no user settings, run nothing, fetch nothing, recalculate every formula;
# not DisableActiveContent, since it hides charts
SETTINGS = (
    ("Setup/L10N", "ooSetupSystemLocale", "en-US"),
    ("Office.Calc/Formula/Load", "OOXMLRecalcMode", "0"),
    ("Office.Calc/Formula/Load", "ODFRecalcMode", "0"),
    ("Office.Calc/Content/Update", "Link", "1"),
    ("Office.Common/Misc", "UseLocking", "false"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
)


class LibreOfficeFailed(Exception):
    """LibreOffice did not make the requested file."""

    def __init__(self, source: Path, why: str) -> None:
        super().__init__(f"LibreOffice made nothing of {source}: {why.strip() or 'it did not say why'}")


class LibreOffice:
    """LibreOffice without a window, with its own profile under `home`."""

    def __init__(self, launcher: Path, home: Path, seconds: float = 900) -> None:
        self.launcher, self.home, self.seconds = launcher, home, seconds
        self.profile = home / "profile"
        write_settings(self.profile)

    def recalculated(self, workbook: Path) -> Path:
        """Return a copy with every formula recalculated; read its values with openpyxl's data_only or calamine."""
        return self.convert(workbook, EXCEL, ".xlsx")

    def read_values(self, workbooks: Sequence[Path]) -> list[dict[str, Grid]]:
        """Recalculate workbooks of different names with one start; return the values of each, by sheet, from A1 on.

        Dates are dates, percentages ratios, and empty cells "".
        """
        folder = Path(tempfile.mkdtemp(dir=self.home))
        output = self.run("--convert-to", CSV, "--outdir", str(folder), *(str(path.resolve()) for path in workbooks))
        found = []
        for path in workbooks:
            files = {file.stem.removeprefix(f"{path.stem}-"): file for file in folder.glob(f"{path.stem}-*.csv")}
            if not files:
                raise LibreOfficeFailed(path, output)
            found.append({sheet: parse_values(file.read_text(encoding="utf-8")) for sheet, file in files.items()})
        return found

    def to_pdf(self, document: Path) -> Path:
        """Print a workbook to PDF."""
        return self.convert(document, "pdf", ".pdf")

    def to_png(self, document: Path, page: int | None = None, dpi: int = 80) -> list[Path]:
        """Convert one page, counted from 1, or every page of a workbook or a PDF to pictures."""
        pdf = document if document.suffix.lower() == ".pdf" else self.to_pdf(document)
        return pictures(pdf, Path(tempfile.mkdtemp(dir=self.home)), page, dpi)

    def convert(self, source: Path, wanted: str, suffix: str) -> Path:
        """Convert with `soffice --convert-to`, in a new folder so that no older file is mistaken for the result."""
        folder = Path(tempfile.mkdtemp(dir=self.home))
        output = self.run("--convert-to", wanted, "--outdir", str(folder), str(source.resolve()))
        made = folder / (source.stem + suffix)
        if not made.is_file():  # the exit code is 0 even then
            raise LibreOfficeFailed(source, output)
        return made

    def run(self, *arguments: str) -> str:
        """Run LibreOffice and return its output; after `seconds`, end it and its children."""
        command = [str(self.launcher), f"-env:UserInstallation={self.profile.as_uri()}", "--headless", "--norestore"]
        process = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        try:
            return process.communicate(timeout=self.seconds)[0]
        except subprocess.TimeoutExpired as late:
            end_group(process)
            raise LibreOfficeFailed(Path(arguments[-1]), f"not done after {self.seconds:g} seconds") from late


def parse_values(text: str) -> Grid:
    """Return the rows of a sheet that was written as CSV."""
    rows: Grid = [[]]
    for quoted, bare, end in _FIELD.findall(text):
        rows[-1].append(parse_value(bare) if bare else quoted.replace('""', '"'))
        if end == "\n":
            rows.append([])
    return rows[:-1]


def parse_value(written: str) -> Any:
    """Return what stands in a cell that is no text: a number, a ratio, a day, a moment, a truth or an error."""
    if written in ("TRUE", "FALSE"):
        return written == "TRUE"
    with suppress(ValueError):
        return float(written.removesuffix("%")) / (100 if written.endswith("%") else 1)
    for form in ("%Y-%m-%d", "%m/%d/%Y"):  # of cells with a date format, and without one
        with suppress(ValueError):
            return datetime.strptime(written, form).date()
    with suppress(ValueError):
        return datetime.fromisoformat(written)
    return written


def write_settings(profile: Path) -> None:
    """Write the settings of a profile before LibreOffice first uses it."""
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{escape(value)}</value></prop></item>"
        for path, name, value in SETTINGS
    )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}</oor:items>',
        encoding="utf-8",
    )


def end_group(process: subprocess.Popen[str]) -> None:
    """End a process and its children: the launcher only waits for the actual program."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    process.communicate()


def pictures(pdf: Path, folder: Path, page: int | None, dpi: int) -> list[Path]:
    """Convert the pages of a PDF to PNG files, in order."""
    pdftoppm = shutil.which("pdftoppm")
    if pdftoppm is None:
        pytest.skip("pdftoppm (poppler-utils), which makes pictures of pages, is not installed.")
    pages = [] if page is None else ["-f", str(page), "-l", str(page)]
    subprocess.run([pdftoppm, "-png", "-r", str(dpi), *pages, str(pdf), str(folder / "page")], check=True)
    return sorted(folder.glob("page*.png"))
