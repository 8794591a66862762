"""Other people's workbooks: a cell is edited, a row is added to a table, and nothing else may change.

The tests count files, parts and refusals; run with -s to see them. A refusal does not count if no reader opens the file.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from xl_salesflow.errors import WorkbookError
from xl_salesflow.ooxml.cell_references import Area, cell_address
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.ooxml.workbook_parts import Worksheet

MARK = "  edited & <kept>\n_x0041_ 已编辑"
FOLLOWING = {"f", "formula", "formula1", "formula2", "sqref", "definedName"}  # elements whose text follows a table


def local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def free_cell(workbook: Workbook, sheet: Worksheet, xml: bytes) -> tuple[int, int]:
    """Return an editable cell, if possible a stored one: no formula, not merged, in no table and no array."""
    root = etree.fromstring(xml)
    taken = [Area.parse(element.get("ref", "A1")) for element in root.iter("{*}mergeCell")]
    taken += [Area.parse(element.get("ref", "A1")) for element in root.iter("{*}f") if element.get("ref")]
    taken += [table.area for table in workbook.tables.values() if table.sheet == sheet.name]
    for cell in root.iter("{*}c"):
        place = Area.parse(cell.get("r", "A1")) if cell.get("r") else None
        if place and cell.find("{*}f") is None and not any(place.overlaps(area) for area in taken):
            return place.first_row, place.first_col
    below = max((area.last_row for area in taken), default=0) + 1
    return max(below, 1 + max((int(row.get("r", 0)) for row in root.iter("{*}row")), default=0)), 2


def scrubbed(xml: bytes, edited: set[str], following: bool) -> bytes:
    """Return a sheet without its edited cells, in canonical form; `following` also removes what depends on a table."""
    root = etree.fromstring(xml, etree.XMLParser(remove_comments=True, remove_pis=True, huge_tree=True))
    for cell in list(root.iter("{*}c")):
        if cell.get("r") in edited:
            cell.getparent().remove(cell)  # type: ignore[union-attr]
    for row in list(root.iter("{*}row")):
        row.attrib.pop("spans", None)
        if not len(row):
            row.getparent().remove(row)  # type: ignore[union-attr]
    for element in root.iter():
        if local(element) == "dimension" or following:
            element.attrib.pop("ref", None)
        if following:
            for name in ("sqref", "insertRow", "insertRowShift"):
                element.attrib.pop(name, None)
            if local(element) in FOLLOWING:
                element.text = None
    return etree.tostring(root, method="c14n")


def check(before: bytes, workbook: Workbook, edited: dict[str, set[str]], count: Counter[str]) -> bytes:
    """Compare every part and return the bytes written."""
    after = workbook.to_bytes()
    old, new = parts_of(before), parts_of(after)
    assert list(new) == [name for name in old if name in new], "parts were added or reordered"
    dropped = {name for name in old if name not in new}
    assert all("calcChain" in name for name in dropped)
    grown = len(edited) > 1 or any(len(cells) > 1 for cells in edited.values())
    changed = {name for name in new if old[name] != new[name]}
    for name in changed - edited.keys():
        allowed = dropped and (name.endswith(".rels") or name == "[Content_Types].xml")
        assert allowed or grown, f"{name} changed"
        if not allowed:
            assert scrubbed(old[name], set(), True) == scrubbed(new[name], set(), True), f"{name} changed"
    for name, cells in edited.items():
        assert scrubbed(old[name], cells, grown) == scrubbed(new[name], cells, grown), f"{name} changed beyond its edit"
    count["parts untouched"] += len(new) - len(changed)
    count["parts edited"] += len(changed)
    return after


def opens_in_openpyxl(data: bytes) -> openpyxl.Workbook | None:
    """Open a workbook with openpyxl, which raises all kinds of errors for files that Excel opens."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return openpyxl.load_workbook(io.BytesIO(data))
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, etree.XMLSyntaxError, SyntaxError):
            return None


def in_calamine(data: bytes, sheet: str) -> list[list[object]] | None:
    try:
        rows: list[list[object]] = (
            CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(sheet).to_python(False)
        )
    except CalamineError:
        return None
    return rows


def edit_a_cell(path: Path, data: bytes, count: Counter[str]) -> None:
    """Edit one cell of each of the first three sheets, each in a separate run."""
    parts = parts_of(data)
    for sheet in list(Workbook(path, data).sheets.values())[:3]:
        workbook = Workbook(path, data)
        row, column = free_cell(workbook, sheet, parts[sheet.part])
        workbook.set_cell(sheet.name, row, column, MARK)
        after = check(data, workbook, {sheet.part: {cell_address(row, column)}}, count)
        rows = in_calamine(after, sheet.name)
        assert rows is None or rows[row - 1][column - 1] == MARK
        assert (rows is None) == (in_calamine(data, sheet.name) is None)
        assert Workbook(path, after).read_range(sheet.name, cell_address(row, column)) == [[MARK]]
        count["cells edited"] += 1


def append_a_row(path: Path, data: bytes, count: Counter[str]) -> None:
    workbook = Workbook(path, data)
    for name, table in list(workbook.tables.items())[:1]:
        workbook.append_rows(name, {table.headers[0]: [MARK]})
        grown = workbook.tables[name]
        rows = range(grown.last_row, grown.last_row + 1 + grown.has_totals)
        edited = {cell_address(row, column) for row in rows for column in range(grown.first_col, grown.last_col + 1)}
        if grown.has_totals:
            edited |= {
                cell_address(table.last_row + 1, column) for column in range(grown.first_col, grown.last_col + 1)
            }
        sheet = workbook.sheets[table.sheet]
        after = check(data, workbook, {sheet.part: edited | {"append"}, table.part: set()}, count)
        rows_seen = in_calamine(after, sheet.name)
        assert rows_seen is None or rows_seen[grown.last_row - 1][grown.first_col - 1] == MARK
        if opens_in_openpyxl(data) is not None:
            seen = opens_in_openpyxl(after)
            assert seen is not None, "openpyxl no longer opens it"
            assert seen[sheet.name].tables[grown.name].ref == str(grown.area)
        count["rows appended"] += 1


def no_reader_opens(data: bytes) -> bool:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            book.get_sheet_by_name(name)
    except CalamineError:
        return opens_in_openpyxl(data) is None
    return False


def workbooks(shared: Path) -> Iterator[Path]:
    return (
        path for path in sorted((shared / "corpus").rglob("*")) if path.suffix in (".xlsx", ".xlsm", ".xltx", ".xltm")
    )


def test_nothing_but_the_edit_changes(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    count: Counter[str] = Counter()
    refusals, broken, lossy = [], [], []
    for path in workbooks(shared):
        data = path.read_bytes()
        count["files"] += 1
        try:
            edit_a_cell(path, data, count)
            append_a_row(path, data, count)
        except WorkbookError as error:
            (broken if no_reader_opens(data) else refusals).append(str(error))
        except AssertionError as error:
            lossy.append(f"{path.name}: {str(error).splitlines()[0]}")
    with capsys.disabled():
        print("\n" + ", ".join(f"{number:,} {what}" for what, number in count.items()))
        print(f"{len(refusals)} refused", *refusals, sep="\n  ")
        print(f"{len(broken)} that no reader opens", *broken, sep="\n  ")
    assert not lossy, "\n".join(lossy)
    assert count["files"] > 0
    assert len(refusals) <= count["files"] / 100
