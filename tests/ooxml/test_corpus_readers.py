"""Other people's workbooks, edited: LibreOffice opens them, and the Open XML SDK has no new complaints.

The tests use a fixed sample of the corpus, or all of it with SALESFLOW_CORPUS=all. Run with -s to see the numbers.
"""

from __future__ import annotations

import glob
import os
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.examples import SCALE
from tests.libreoffice import LibreOffice, LibreOfficeFailed
from tests.ooxml.test_corpus import free_cell, parts_of, workbooks
from tests.validator import Validator
from xl_salesflow.errors import WorkbookError
from xl_salesflow.ooxml.cell_references import MAX_ROW, Area
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.ooxml.workbook_parts import Worksheet

SAMPLE = 24 * SCALE
TOGETHER = 25  # files for one start of LibreOffice; if one file crashes it, the others are lost too, so not too many
MARK = re.compile("已编辑-[0-9]+")
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


class Edited(NamedTuple):
    """A workbook of the corpus and its edited copy, with the marks in it."""

    original: Path
    copy: Path
    marks: frozenset[str]


@pytest.fixture(scope="module")
def edited(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Edited]:
    """Edit every workbook of the sample that can be edited."""
    folder = tmp_path_factory.mktemp("edited")
    paths = list(workbooks(shared))
    step = 1 if os.environ.get("SALESFLOW_CORPUS") == "all" else max(len(paths) // SAMPLE, 1)
    made = []
    for number, path in enumerate(paths[::step]):
        copy = folder / f"{number:04}{path.suffix}"
        try:
            made.append(Edited(path, copy, edit(path, copy)))
        except WorkbookError:
            continue  # test_corpus counts the refusals
    assert len(made) > len(paths) // step * 0.9
    return made


def edit(path: Path, copy: Path) -> frozenset[str]:
    """Add a marked row to the first table and mark a cell on each of the first three sheets; return the marks."""
    data = path.read_bytes()
    parts, workbook = parts_of(data), Workbook(path, data)
    marks = []
    for name, table in list(islice(workbook.tables.items(), 1)):
        header = next(column.name for column in table.columns if column.formula is None)  # a formula hides its value
        marks.append("已编辑-0")
        workbook.append_rows(name, {header: marks[:1]})
    for number, sheet in enumerate(islice(workbook.sheets.values(), 3), 1):
        row, column = free_cell(workbook, sheet, parts[sheet.part])
        if not any(area.contains_cell(row, column) for area in tables_and_pivots(workbook, sheet, parts)):
            marks.append(f"已编辑-{number}")
            workbook.set_cell(sheet.name, row, column, marks[-1])
    copy.write_bytes(workbook.to_bytes())
    return frozenset(marks)


def tables_and_pivots(workbook: Workbook, sheet: Worksheet, parts: dict[str, bytes]) -> Iterator[Area]:
    """Yield the areas in which a mark could be lost: tables, and pivot tables, which LibreOffice refills."""
    yield from (table.area for table in workbook.tables.values() if table.sheet == sheet.name)
    folder, file = posixpath.split(sheet.part)
    for name in re.findall(rb"pivotTables/[^\"]+", parts.get(f"{folder}/_rels/{file}.rels", b"")):
        pivot = re.search(rb'<(?:\w+:)?location\s[^>]*ref="([^"]+)"', parts[f"xl/{name.decode()}"])
        if pivot:  # and the space around it, for the page fields above and for growing
            area = Area.parse(pivot.group(1).decode())
            yield Area(1, area.first_col, MAX_ROW, area.last_col + 9)


def test_libreoffice_opens_them_and_shows_the_edits(
    edited: list[Edited], libreoffice: LibreOffice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = dict(marks_shown(libreoffice, [one.copy for one in edited], tmp_path))
    closed = [one for one in edited if shown[one.copy] is None]
    lost = {one.original.name: one.marks - (shown[one.copy] or set()) for one in edited if one not in closed}
    unable = [one.original.name for one in closed if marks_alone(libreoffice, one.original, tmp_path) is None]
    with capsys.disabled():
        print(f"\n{len(edited) - len(closed)} of {len(edited)} open in LibreOffice, ", end="")
        print(f"with {sum(len(one.marks) for one in edited)} edits; not even unedited: {unable}")
    assert {name: marks for name, marks in lost.items() if marks} == {}
    assert len(closed) == len(unable), f"edited, LibreOffice no longer opens {[one.original.name for one in closed]}"


def marks_shown(
    libreoffice: LibreOffice, copies: Sequence[Path], folder: Path
) -> Iterator[tuple[Path, set[str] | None]]:
    """Return the marks that LibreOffice shows in each workbook, or None for a workbook that it does not open."""
    for start in range(0, len(copies), TOGETHER):
        some = copies[start : start + TOGETHER]
        with suppress(LibreOfficeFailed):  # missing workbooks are tried alone
            libreoffice.run("--convert-to", EVERY_SHEET, "--outdir", str(folder), *map(str, some))
        for copy in some:
            shown = marks_in(folder, copy)
            yield copy, marks_alone(libreoffice, copy, folder) if shown is None else shown


def marks_alone(libreoffice: LibreOffice, path: Path, folder: Path) -> set[str] | None:
    """Return the marks of one workbook, opened alone, or None if LibreOffice does not open it."""
    with suppress(LibreOfficeFailed):
        libreoffice.run("--convert-to", EVERY_SHEET, "--outdir", str(folder), str(path))
    return marks_in(folder, path)


def marks_in(folder: Path, path: Path) -> set[str] | None:
    made = list(folder.glob(f"{glob.escape(path.stem)}-*.csv"))
    return {mark for file in made for mark in MARK.findall(file.read_text(encoding="utf-8"))} if made else None


def test_the_validator_has_no_new_complaints(
    edited: list[Edited], validator: Validator, capsys: pytest.CaptureFixture[str]
) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        after = dict(zip(edited, pool.map(lambda one: kinds(validator(one.copy)), edited), strict=True))
        doubtful = [one for one in edited if after[one]]
        before = dict(zip(doubtful, pool.map(lambda one: kinds(validator(one.original)), doubtful), strict=True))
    with capsys.disabled():
        print(f"\n{len(edited) - len(doubtful)} of {len(edited)} are valid; {len(doubtful)} have complaints as before")
    new = {one.original.name: after[one] - before[one] for one in doubtful if after[one] - before[one]}
    assert new == {}


def kinds(complaints: list[str]) -> Counter[str]:
    """Count complaints, without the positions that an added row or cell shifts."""
    return Counter(re.sub(r"\[\d+\]", "", complaint) for complaint in complaints)
