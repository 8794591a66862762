"""Other people's workbooks, edited: LibreOffice opens them, and the Open XML SDK finds nothing new to complain about.

A sample of the corpus, always the same; the whole of it with SALESFLOW_CORPUS=all. Run with -s to see the numbers.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.libreoffice import LibreOffice, LibreOfficeFailed
from tests.ooxml.test_corpus import MARK, free_cell, parts_of, workbooks
from tests.validator import Validator
from xl_salesflow.errors import WorkbookError
from xl_salesflow.ooxml import Workbook

SAMPLE = 40
TOGETHER = 25  # files for one start of LibreOffice; one that ends it takes the others with it, so not too many
SEEN = "已编辑"  # the part of the mark that no export changes
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


class Edited(NamedTuple):
    """A workbook of the corpus and its edited copy, which holds the mark so many times."""

    original: Path
    copy: Path
    marks: int


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


def edit(path: Path, copy: Path) -> int:
    """Mark a cell on each of the first three sheets and a row at the end of the first table; the number of marks."""
    data = path.read_bytes()
    parts, workbook = parts_of(data), Workbook(path, data)
    sheets = list(islice(workbook.sheets.values(), 3))
    for sheet in sheets:
        workbook.set_cell(sheet.name, *free_cell(workbook, sheet, parts[sheet.part]), MARK)
    for name in list(islice(workbook.tables, 1)):
        workbook.append_rows(name, {workbook.tables[name].headers[0]: [MARK]})
    copy.write_bytes(workbook.to_bytes())
    return len(sheets) + len(list(islice(workbook.tables, 1)))


def test_libreoffice_opens_them_and_shows_the_edits(
    edited: list[Edited], libreoffice: LibreOffice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = dict(marks_shown(libreoffice, [one.copy for one in edited], tmp_path))
    wrong = [one for one in edited if shown[one.copy] != one.marks]
    unable = [one for one in wrong if shown[one.copy] is None and opens(libreoffice, one.original, tmp_path) is None]
    with capsys.disabled():
        print(f"\n{len(edited) - len(wrong)} of {len(edited)} open in LibreOffice and show their {sum(shown[o.copy] or 0 for o in edited)} edits")
        print(f"{len(unable)} that it does not open unedited either", *(one.original.name for one in unable), sep="\n  ")
    assert [(one.original.name, shown[one.copy], one.marks) for one in wrong if one not in unable] == []


def marks_shown(libreoffice: LibreOffice, copies: Sequence[Path], folder: Path) -> Iterator[tuple[Path, int | None]]:
    """Count the marks that LibreOffice shows in each workbook; None for one that it does not open."""
    for start in range(0, len(copies), TOGETHER):
        some = copies[start : start + TOGETHER]
        try:
            libreoffice.run("--convert-to", EVERY_SHEET, "--outdir", str(folder), *map(str, some))
        except LibreOfficeFailed:
            pass  # what is missing is tried alone
        for copy in some:
            shown = marks_in(folder, copy)
            yield copy, opens(libreoffice, copy, folder / copy.stem) if shown is None else shown


def opens(libreoffice: LibreOffice, path: Path, folder: Path) -> int | None:
    """Count the marks of one workbook, opened alone; None when LibreOffice does not open it."""
    try:
        libreoffice.run("--convert-to", EVERY_SHEET, "--outdir", str(folder), str(path))
    except LibreOfficeFailed:
        return None
    return marks_in(folder, path)


def marks_in(folder: Path, path: Path) -> int | None:
    made = list(folder.glob(f"{path.stem}-*.csv"))
    return sum(file.read_text(encoding="utf-8").count(SEEN) for file in made) if made else None


def test_the_validator_has_nothing_new_to_say(
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
