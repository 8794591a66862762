"""Make pictures of sheets and papers in docs/pictures.

python -m tools.sheet_pictures [DATA] [--lang en|zh] [--into FOLDER] [--readme]

DATA is the folder of the public CRM sales opportunities sample (sales_pipeline.csv and its companions; by default
../shared/data/maven_crm, relative to the checkout). Funnel, Compare, Trends and Plan show its 8,800 deals. All its dates are
shifted by the same number of days, so that the last one is yesterday, because open deals are only known as of today. The sample
has no expected closing dates and no targets, so Forecast and Team plan show the deals and targets of the demo.

The pictures of the README, and of the page about what people see, are parts of what `salesflow demo` writes: Deals with
refused moves, the Funnel, Start, Activities, Quotes, Follow-ups, Findings, and a quote.
--readme makes only these. Needs LibreOffice, pdftotext and pdftoppm.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from tests.libreoffice import LibreOffice
from tests.parts import office
from xl_salesflow import cli
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.cli.demo.demo_workbook import write_demo
from xl_salesflow.engine import Run
from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook
from xl_salesflow.workbook.template.starter_content import START_TITLE

ROOT = Path(__file__).resolve().parents[1]
PICTURES, MAVEN = ROOT / "docs" / "pictures", ROOT.parent / "shared" / "data" / "maven_crm"
FROM_MAVEN = {"funnel": "Metrics", "compare": "StageChanges", "trends": "Trend", "plan": "PlanStages"}
FROM_DEMO = {"forecast": "ForecastMonths", "team-plan": "TeamPlan"}
NOW = datetime.now().replace(microsecond=0)
DATED, DPI = ("engage_date", "close_date"), 110
README_PARTS = {
    "readme-deals": ("Deals", 200, (70, 90, 1410, 490)),
    "readme-funnel": ("Metrics", 130, (55, 75, 1420, 580)),
    "looks-start": ("Start", 110, (45, 45, 915, 330)),
    "looks-activities": ("Activities", 110, (44, 50, 1190, 230)),
    "looks-quotes": ("Quotes", 110, (44, 50, 1190, 130)),
    "looks-followups": ("FollowUps", 110, (44, 52, 1200, 380)),
    "looks-findings": ("Findings", 110, (44, 50, 1200, 118)),
}
"""Picture → its sheet, the dots per inch, and its left, top, width and height in dots."""


def moved(source: Path, folder: Path) -> Path:
    """Copy the data set with every date shifted so that the last one is yesterday; return the file of deals."""
    for file in source.glob("*.csv"):
        shutil.copy(file, folder / file.name)
    deals = folder / "sales_pipeline.csv"
    with deals.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    days = [date.fromisoformat(row[column]) for row in rows for column in DATED if row[column]]
    later = NOW.date() - timedelta(days=1) - max(days)
    for row in rows:
        for column in DATED:
            row[column] = row[column] and (date.fromisoformat(row[column]) + later).isoformat()
    with deals.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return deals


def maven(source: Path, path: Path, language: Language) -> Path:
    """Make a workbook from the public data set, as a new user would."""
    new_workbook(path, language, "crm")
    deals = moved(source, Path(tempfile.mkdtemp()))
    for arguments in (("import", path, *sorted(deals.parent.glob("*.csv")), "--yes", "--as-history"), ("update", path)):
        cli.main([str(argument) for argument in arguments])
    year = {"PeriodFromInput": NOW.date() - timedelta(days=364), "PeriodToInput": NOW.date()}
    year["CompareInput"] = NOW.date() - timedelta(days=28)
    compared = {"GroupBy": choice_label("group", "product", language), "SegmentA": "GTX Pro", "SegmentB": "MG Special"}
    return choose(path, {"PlanTarget": 3_000_000, "PlanBy": NOW.date() + timedelta(days=180), **year, **compared})


def demo(path: Path, language: Language) -> Path:
    """Make a workbook with 300 made-up deals."""
    new_workbook(path, language, "crm")
    book = ClosedBook(path)
    empty = book.read(NOW.date())
    book.write(bring_in(empty, generate_pipeline(empty, 300), Run("demo", NOW)))
    return path


def choose(path: Path, cells: dict[str, Any]) -> Path:
    """Write *cells*, by name, into the workbook at *path*; return *path*."""
    workbook = Workbook.open(path)
    for name, value in cells.items():
        workbook.set_name(name, value)
    path.write_bytes(workbook.to_bytes())
    return path


def brief(book: Path) -> Path:
    """Return a copy that prints only three rows of the long tables, which are not in any picture."""
    short = book.with_name(f"brief-{book.name}")
    with ZipFile(book) as source, ZipFile(short, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, part.replace(b"$1048576", b"$3") if name == "xl/workbook.xml" else part)
    return short


def page_of(pdf: Path, sheet: str) -> int:
    """Return the number of the first page whose top line is the name of *sheet*."""
    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, encoding="utf-8", check=True).stdout
    return next(number for number, page in enumerate(text.split("\f"), 1) if page.split("\n", 1)[0].strip() == sheet)


def picture(libreoffice: LibreOffice, book: Path, sheets: dict[str, str], language: Language, into: Path) -> None:
    """Print *book* and save the page of each of *sheets* as a picture."""
    pdf = libreoffice.to_pdf(brief(book))
    for name, table in sheets.items():
        title = TABLES[table].title.in_(language)
        (page, *_) = libreoffice.to_png(pdf, page_of(pdf, title), DPI)
        shutil.copyfile(page, into / f"{name}.png")
        print(into / f"{name}.png")


def picture_readme(libreoffice: LibreOffice, language: Language, folder: Path, into: Path) -> None:
    """Save the pictures of the README, cut out so that they can be read in a column of text."""
    book, *papers = write_demo(folder, language, NOW)
    pdf = libreoffice.to_pdf(book)
    for name, (table, dpi, box) in README_PARTS.items():
        title = TABLES[table].title if table in TABLES else START_TITLE
        cut_out(pdf, page_of(pdf, title.in_(language)), dpi, box, into / name)
    quote = next(paper for paper in papers if paper.name.startswith("Q-") and paper.suffix == ".pdf")
    cut_out(quote, 1, 80, (0, 0, 0, 0), into / "readme-quote")


def cut_out(pdf: Path, page: int, dpi: int, box: tuple[int, int, int, int], target: Path) -> None:
    """Save a part of a page as a picture; without a size, the whole page."""
    place = [word for option, dots in zip("xyWH", box, strict=True) for word in (f"-{option}", str(dots))]
    pages = ["-f", str(page), "-l", str(page), "-r", str(dpi), "-singlefile"]
    subprocess.run(["pdftoppm", "-png", *pages, *place, str(pdf), str(target)], check=True)
    print(f"{target}.png")


def main() -> int:
    """Write the pictures and print their paths."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=MAVEN)
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    parser.add_argument("--into", type=Path, default=PICTURES)
    parser.add_argument("--readme", action="store_true", help="only the pictures of the README")
    options, launcher = parser.parse_args(), office()
    if launcher is None:
        print("LibreOffice is not installed; no picture was made.", file=sys.stderr)
        return 1
    folder = Path(tempfile.mkdtemp())
    libreoffice = LibreOffice(launcher, folder, seconds=900)
    options.into.mkdir(parents=True, exist_ok=True)
    picture_readme(libreoffice, options.lang, folder / "readme", options.into)
    if options.readme:
        return 0
    picture(libreoffice, demo(folder / "demo.xlsx", options.lang), FROM_DEMO, options.lang, options.into)
    if not options.data.is_dir():
        print(f"{options.data} does not exist; only the pictures of the demo were made.", file=sys.stderr)
        return 1
    crm = maven(options.data, folder / "maven.xlsx", options.lang)
    picture(libreoffice, crm, FROM_MAVEN, options.lang, options.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
