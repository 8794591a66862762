"""Make pictures of the open workbook after a rep's morning and a manager's Monday: python -m tools.excel_pictures

    [--engine calc|memory] [--into FOLDER] [--all]

The script plays the two scenarios of tests/excel/test_scenarios.py, button by button, in a running LibreOffice (calc) or in
memory, then saves the workbook and prints it. With --all, every page is kept. Needs LibreOffice, pdftotext and pdftoppm.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.excel.conftest import filled, in_the_morning_of
from tests.excel.engines.calc import Office, open_in_calc
from tests.excel.engines.memory import open_in_memory
from tests.excel.rep import Rep
from tests.excel.test_scenarios import test_a_manager_s_monday, test_a_rep_s_morning
from tests.libreoffice import LibreOffice
from tests.parts import office
from tools.sheet_pictures import PICTURES, brief, page_of
from xl_salesflow.schema.table_registry import TABLES

DAYS: dict[str, tuple[Callable[..., None], dict[str, str]]] = {
    "morning": (test_a_rep_s_morning, {"excel-followups": "FollowUps"}),
    "monday": (test_a_manager_s_monday, {"excel-findings": "Findings", "excel-compare": "StageChanges"}),
}
"""A day → the scenario, and the sheets to make pictures of: name of the picture → table."""


def lived(day: str, engine: str, folder: Path, office: Office | None) -> Path:
    """Play a day in a new workbook; return the workbook as saved in the evening."""
    path = filled(folder / f"{day}.xlsx", "en")
    book = open_in_calc(office, path) if office else open_in_memory(path)
    work, evening = folder / f"{day}-papers", folder / f"{day}-{engine}.xlsx"
    work.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        DAYS[day][0](Rep(book), in_the_morning_of(patch), work)
        if day == "monday":
            Rep(book).type("D-00002", "weighted_value", 1)
            Rep(book).press("check")
    book.impl.grid.save(evening)
    book.close()
    return evening


def main() -> int:
    """Write the pictures and print their paths."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("calc", "memory"), default="calc")
    parser.add_argument("--into", type=Path, default=PICTURES)
    parser.add_argument("--all", action="store_true")
    options, launcher = parser.parse_args(), office()
    if launcher is None:
        print("LibreOffice is not installed; no picture was made.", file=sys.stderr)
        return 1
    folder = Path(tempfile.mkdtemp())
    options.into.mkdir(parents=True, exist_ok=True)
    running = Office(folder / "running") if options.engine == "calc" else None
    printer = LibreOffice(launcher, folder / "printing", seconds=600)
    try:
        for day, (_, sheets) in DAYS.items():
            pdf = printer.to_pdf(brief(lived(day, options.engine, folder, running)))
            for name, table in sheets.items():
                (page, *_) = printer.to_png(pdf, page_of(pdf, TABLES[table].title.in_("en")), 75)
                print(shutil.copyfile(page, options.into / f"{name}.png"))
            for page in printer.to_png(pdf, None, 50) if options.all else ():
                print(shutil.copyfile(page, options.into / f"{day}-{page.name}"))
    finally:
        if running:
            running.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
