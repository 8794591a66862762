"""Make pictures of flow, forecast, accuracy, cohorts, inspection and digest in docs/pictures: sheets, pages and terminal.

python -m tools.forecast_pictures [--lang en|zh] [--into FOLDER]

They show the 300 made-up deals of tools.sheet_pictures. Needs LibreOffice, pdftotext, pdftoppm and Chromium.
"""

from __future__ import annotations

import argparse
import html
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

from tests.libreoffice import LibreOffice
from tests.parts import office
from tools.sheet_pictures import NOW, PICTURES, brief, demo, page_of
from xl_salesflow import cli
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.table_registry import TABLES

SHEETS = {"flow": "FlowSteps", "outlook": "Outlook", "accuracy": "ForecastErrors", "cohorts": "Cohorts"}
WRITTEN = (("flow",), ("forecast",), ("accuracy",), ("insights", "--part", "cohorts"))
ANSWERS = {
    "flow": ("flow",), "forecast": ("forecast",), "accuracy": ("accuracy",), "inspect": ("inspect",),
    "cohorts": ("insights", "--part", "cohorts"), "wins": ("insights", "--part", "wins"),
}  # fmt: skip
"""Picture → the command whose answer it shows."""

SHOWN_LINES, DPI = 30, 70
TERMINAL = """<!doctype html><meta charset="utf-8"><style>body{{margin:0;background:#16232b;color:#dfe7eb}}
pre{{margin:14px 18px;font:13px/18px "Noto Sans Mono CJK SC",monospace}}b{{color:#8fd0e8}}</style><pre><b>{prompt}</b>
{answer}</pre>"""
ONLY_FLOW = "<style>main>*:not(.plots),figure:not(#flow){display:none!important}.plots{display:block!important}</style>"


def answer_of(arguments: Sequence[str]) -> str:
    """Run a command and return what it prints."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        cli.main(list(arguments))
    return printed.getvalue()


def photograph(page: Path, target: Path, width: int, height: int) -> None:
    """Save the top of an HTML page as a picture."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=0.85",
            f"--window-size={width},{height}", f"--screenshot={target}", page.as_uri(),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    print(target)


def picture_sheets(book: Path, folder: Path, language: Language, into: Path) -> None:
    """Fill the sheets of *book* and print them."""
    for command in WRITTEN:
        answer_of([command[0], str(book), *command[1:], "--write"])
    launcher = office()
    assert launcher is not None
    libreoffice = LibreOffice(launcher, folder, seconds=900)
    pdf = libreoffice.to_pdf(brief(book))
    for name, table in SHEETS.items():
        (page, *_) = libreoffice.to_png(pdf, page_of(pdf, TABLES[table].title.in_(language)), DPI)
        print(shutil.copyfile(page, into / f"{name}-sheet.png"))


def picture_answers(book: Path, folder: Path, into: Path) -> None:
    """Save what the commands print as pictures of a terminal."""
    for name, command in ANSWERS.items():
        lines = answer_of([command[0], str(book), *command[1:]]).splitlines()
        shown = [*lines[:SHOWN_LINES], *(["…"] if len(lines) > SHOWN_LINES else [])]
        prompt = " ".join(["$ salesflow", command[0], book.name, *command[1:]])
        page = folder / f"{name}.html"
        page.write_text(TERMINAL.format(prompt=prompt, answer=html.escape("\n".join(shown))), encoding="utf-8")
        photograph(page, into / f"{name}-terminal.png", 600, 18 * (len(shown) + 1) + 28)


def picture_pages(book: Path, folder: Path, into: Path) -> None:
    """Save the weekly digest and the waterfall of the report as pictures."""
    answer_of(["digest", str(book), "-o", str(folder / "digests")])
    photograph(next((folder / "digests").glob("*.html")), into / "digest-page.png", 860, 900)
    report = folder / "report.html"
    answer_of(["report", str(book), "--output", str(report)])
    report.write_text(report.read_text(encoding="utf-8").replace("</head>", f"{ONLY_FLOW}</head>"), encoding="utf-8")
    photograph(report, into / "flow-report.png", 860, 460)


def main() -> int:
    """Write the pictures and print their paths."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lang", choices=tuple(LANGUAGES), default="en")
    parser.add_argument("--into", type=Path)
    options = parser.parse_args()
    into = options.into or (PICTURES if options.lang == "en" else PICTURES / options.lang)
    into.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp())
    book = demo(folder / "team.xlsx", options.lang)
    answer_of(["update", str(book), "--today", NOW.date().isoformat()])
    picture_answers(book, folder, into)
    picture_pages(book, folder, into)
    picture_sheets(book, folder, options.lang, into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
