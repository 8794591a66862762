"""Picture the sheets Funnel, Forecast and Plan of the demo into docs/pictures: python docs/make_pictures.py

Needs LibreOffice, pdftotext and pdftoppm. The deals lead up to today, since only today knows what is expected to close.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.libreoffice import LibreOffice
from tests.parts import office
from xl_salesflow import flow
from xl_salesflow.demo.generate import generated
from xl_salesflow.model.tables import TABLES
from xl_salesflow.ooxml import Workbook
from xl_salesflow.sheets import new_workbook
from xl_salesflow.workbook import ClosedBook

PICTURES = ROOT / "docs" / "pictures"
SHEETS = {"funnel": "Metrics", "forecast": "ForecastMonths", "plan": "PlanStages"}
NOW = datetime.now().replace(microsecond=0)
CHOSEN = {"PlanTarget": 9_000_000, "PlanBy": NOW.date() + timedelta(days=180)}
DPI = 75


def filled(path: Path) -> Path:
    """Make a workbook of 300 deals."""
    new_workbook(path, "en", "crm")
    book, run = ClosedBook(path), flow.Run("demo", NOW)
    empty = book.read(NOW.date())
    book.write(flow.bring_in(empty, generated(empty, 300), run))
    workbook = Workbook.open(path)
    for name, value in CHOSEN.items():
        workbook.set_name(name, value)
    path.write_bytes(workbook.to_bytes())
    return path


def page_of(pdf: Path, sheet: str) -> int:
    """Find the first page of a sheet by the name at its head."""
    said = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, encoding="utf-8", check=True).stdout
    return next(number for number, page in enumerate(said.split("\f"), 1) if page.split("\n", 1)[0].strip() == sheet)


def main() -> int:
    """Write the pictures and name them."""
    launcher = office()
    if launcher is None:
        print("LibreOffice is not installed; the pictures stay as they are.", file=sys.stderr)
        return 1
    folder = Path(tempfile.mkdtemp())
    libreoffice = LibreOffice(launcher, folder)
    pdf = libreoffice.to_pdf(filled(folder / "demo.xlsx"))
    PICTURES.mkdir(exist_ok=True)
    for name, table in SHEETS.items():
        title = TABLES[table].sheet or TABLES[table].title.en
        (page, *_) = libreoffice.to_png(pdf, page_of(pdf, title), DPI)
        shutil.copyfile(page, PICTURES / f"{name}.png")
        print(PICTURES / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
