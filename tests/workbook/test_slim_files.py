"""Rows of deals and stage stays are short, and say the same as rows with everything written out."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path

import pytest

from tests.libreoffice import LibreOffice
from tests.metrics.agreement import read_cached_values, same
from tests.templates import built
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.engine import Run
from xl_salesflow.ooxml.cell_contents import CellFormula
from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.shared_texts import SHARED_STRINGS_PART
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.row_names import ROW_NAMES
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.workbook_layout import find_workbook_layout

TODAY = date.today()  # so that LibreOffice, which has no other day, comes to the same values
MOST_BYTES = {"Deals": 2_050, "History": 1_090}
_SHARED_TEXT, _INLINE_TEXT = re.compile(rb't="s"><v>([0-9]+)</v>'), b't="inlineStr"><is><t>%b</t></is>'
"""Bytes of a row of XML, of generated deals, which have more of everything than imported ones."""


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workbook with twelve deals."""
    path = tmp_path_factory.mktemp("slim") / "slim.xlsx"
    path.write_bytes(built("en"))
    book = ClosedBook(path)
    empty = book.read(TODAY)
    plan = generate_pipeline(empty, 12, since_days=200)
    book.write(bring_in(empty, plan, Run("Ann", datetime.combine(TODAY, datetime.min.time()))))
    return path


@pytest.mark.parametrize("table", MOST_BYTES)
def test_a_row_takes_few_bytes(slim: Path, table: str) -> None:
    workbook = Workbook.open(slim)
    at = workbook.tables[table]
    xml = workbook.package.read(workbook.sheets[at.sheet].part)
    rows = xml[xml.index(b'<row r="2"') : xml.index(b"</sheetData>")]
    assert len(rows) / (at.last_row - 1) <= MOST_BYTES[table]


def write_out(slim: Path, fat: Path) -> None:
    """Write a workbook with every formula and every text in its cell, as earlier versions did."""
    workbook = Workbook.open(slim)
    layout = find_workbook_layout(slim, workbook.tables)
    for name in MOST_BYTES:
        table, at = TABLES[name], workbook.tables[name]
        for column in table.formulas:
            text = column.formula or ""
            for each, one in ROW_NAMES.items():
                text = text.replace(each, one.formula)
            formula = CellFormula(layout.render(text, table))
            header = layout.headers[name][column.id]
            workbook.set_column(name, header, dict.fromkeys(range(at.first_row, at.last_row + 1), formula))
    package = Workbook(slim, workbook.to_bytes()).package
    strings = [
        item.encode() for item in re.findall(r"<si><t>(.*?)</t></si>", package.read(SHARED_STRINGS_PART).decode())
    ]
    draft = PackageDraft(package)
    for part in (sheet.part for sheet in workbook.sheets.values()):
        inline = _SHARED_TEXT.sub(lambda cell: _INLINE_TEXT % strings[int(cell[1])], package.read(part))
        draft.replace(part, [inline])
    fat.write_bytes(draft.to_bytes())


def test_libreoffice_and_calamine_read_the_same_values_in_every_cell(
    slim: Path, tmp_path: Path, libreoffice: LibreOffice
) -> None:
    fat = tmp_path / "fat.xlsx"
    write_out(slim, fat)
    of_slim, of_fat = libreoffice.read_values([slim, fat])
    for sheet, rows in of_slim.items():
        assert rows == of_fat[sheet], sheet
    stored = read_cached_values(slim)
    for name in MOST_BYTES:
        title = Workbook.open(slim).tables[name].sheet
        for number, (kept, computed) in enumerate(zip(stored[title], of_slim[title], strict=True), start=1):
            assert all(same(*pair) for pair in zip_longest(kept, computed, fillvalue="")), (title, number)
