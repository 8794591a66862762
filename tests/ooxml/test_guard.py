"""A file that is not a valid workbook is refused in one sentence, before its contents are used."""

# ruff: noqa: E501 -- a row of a table reads best on one line
from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ooxml.packages import package, part, relationship, sheet, zipped
from xl_salesflow.errors import EncryptedWorkbook, NotAWorkbook, WorkbookError
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.workbook.new_stores import build_adopted_store

SOUND = package({"S": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')})
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def with_parts(**changes: str | bytes) -> bytes:
    """Return the valid workbook with some parts replaced; in names, _ stands for /, and .xml is added."""
    with zipfile.ZipFile(io.BytesIO(SOUND)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    return zipped(parts | {name.replace("_", "/") + ".xml": content for name, content in changes.items()})


def doubled() -> bytes:
    out = io.BytesIO(SOUND)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("XL/Workbook.xml", "<workbook/>")
    return out.getvalue()


def named(name: str) -> bytes:
    out = io.BytesIO(SOUND)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("x" * len(name), "")
    return out.getvalue().replace(b"x" * len(name), name.encode())


def locked() -> bytes:
    data = bytearray(SOUND)
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, at + 8, 1)
    return bytes(data)


def declared(size: int) -> bytes:
    """Return a workbook in which a sheet declares this unpacked size."""
    data = bytearray(SOUND)
    at = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    struct.pack_into("<L", data, at + 24, size)
    return bytes(data)


def scratched() -> bytes:
    """Return a workbook in which some bytes of a sheet are overwritten."""
    at = SOUND.index(b"xl/worksheets/sheet1.xml") + 60
    return SOUND[:at] + bytes(40) + SOUND[at + 40 :]


def bomb() -> bytes:
    return with_parts(xl_worksheets_sheet1=sheet(" " * (64 << 20)))


def word() -> bytes:
    return with_parts(xl_workbook='<w:document xmlns:w="w"/>')


def binary() -> bytes:
    return with_parts().replace(b"xl/workbook.xml", b"xl/workbook.bin")


REFUSED = [
    pytest.param(b"", "is empty", id="empty"),
    pytest.param(b"Deal,Amount\nD-1,5\n", "is not an Excel workbook", id="a CSV file"),
    pytest.param(COMPOUND, "Excel 97", id="an .xls file"),
    pytest.param(SOUND[:-30], "truncated", id="cut at the end"),
    pytest.param(SOUND[: len(SOUND) // 2], "truncated", id="cut in half"),
    pytest.param(scratched(), "damaged", id="overwritten in the middle"),
    pytest.param(zipped({"a.txt": "a"}), "zip file", id="another zip"),
    pytest.param(word(), "Office file", id="a Word file"),
    pytest.param(doubled(), "twice", id="a part twice, in another case"),
    pytest.param(named("../../evil"), "unsafe name", id="a path that climbs out"),
    pytest.param(named("/etc/passwd"), "unsafe name", id="an absolute path"),
    pytest.param(named("C:\\evil.xml"), "unsafe name", id="a drive"),
    pytest.param(bomb(), "zip bomb", id="a bomb"),
    pytest.param(declared(0xFFFFFFF0), "zip bomb", id="a member that claims to be a bomb"),
    pytest.param(declared(3), "damaged", id="a member larger than it says"),
    pytest.param(with_parts(xl_workbook=part(SOUND, "xl/workbook.xml").encode("utf-16")), "UTF-16", id="UTF-16"),
    pytest.param(with_parts(xl_workbook='<!DOCTYPE x [<!ENTITY a "b">]><workbook>&a;</workbook>'), "document type", id="a document type"),
    pytest.param(with_parts(xl_workbook="<workbook>"), "malformed", id="malformed XML"),
    pytest.param(with_parts(xl_worksheets_sheet1=f"<!--{'x' * 9_000}-->\n<?y z?><!DOCTYPE x []>" + sheet("")), "document type", id="a late one"),
    pytest.param(with_parts(xl_worksheets_sheet1="<!DOCTYPE x []>" + sheet("")), "document type", id="a document type in a sheet"),
    pytest.param(with_parts(xl_worksheets_sheet1=sheet("").encode("utf-16")), "UTF-16", id="a sheet in UTF-16"),
    pytest.param(with_parts(xl_worksheets_sheet1="<worksheet/>"), "no rows", id="a sheet without rows"),
    pytest.param(with_parts(xl_worksheets_sheet1=sheet("").replace("</sheetData>", "")), "truncated", id="a sheet that ends early"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "why"), REFUSED)
def test_invalid_files_are_refused_with_the_reason(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    with pytest.raises(NotAWorkbook, match=why) as caught:
        Workbook.open(path).read_range("S", "A1")
    assert str(caught.value).startswith(str(path))
    assert caught.value.in_("zh") != str(caught.value)


@pytest.mark.parametrize("data", [COMPOUND + "EncryptedPackage".encode("utf-16-le"), locked()])
def test_a_password_is_named_as_the_reason(data: bytes) -> None:
    with pytest.raises(EncryptedWorkbook):
        Workbook(Path("book.xlsx"), data)


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAWorkbook, match="does not exist"):
        Workbook.open(tmp_path / "none.xlsx")
    with pytest.raises(NotAWorkbook, match="folder"):
        Workbook.open(tmp_path)


def test_a_far_away_cell_costs_nothing() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    workbook = Workbook(
        Path("book.xlsx"),
        package({"S": sheet(rows).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')}),
    )
    assert workbook.read_range("S", "A1:B2") == [[1, None], [None, None]]
    assert workbook.read_range("S", "XFD1048576") == [[2]]


@given(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=8))
def test_damage_anywhere_is_refused_or_harmless(at: int, junk: bytes) -> None:
    data = SOUND[:at] + junk + SOUND[at + len(junk) :]
    try:
        workbook = Workbook(Path("book.xlsx"), data)
        for name in workbook.sheets:
            workbook.read_range(name, "A1:B2")
            workbook.set_cell(name, 1, 1, 2)
        workbook.to_bytes()
    except WorkbookError:
        return


@pytest.mark.parametrize(("target", "kind"), [("strings.xml", "sharedStrings"), ("other.xml", "worksheet")])
# attack: a document type in a part that this save does not need, or behind a long comment
# outcome: refused before anything is written
def test_a_document_type_is_refused_before_the_part_is_needed(target: str, kind: str) -> None:
    """Otherwise the workbook would be saved, and not opened again."""
    links = part(SOUND, "xl/_rels/workbook.xml.rels").replace("</Rel", relationship(7, kind, target) + "</Rel", 1)
    links = links.replace("</Relationships>", "") + "</Relationships>"
    with zipfile.ZipFile(io.BytesIO(SOUND)) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    parts |= {f"xl/{target}": b"<!DOCTYPE x []><sst/>", "xl/_rels/workbook.xml.rels": links.encode()}
    with pytest.raises(NotAWorkbook, match="document type"):
        Workbook(Path("b.xlsx"), zipped(parts))


def test_a_workbook_without_its_list_of_parts_is_not_joined(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(SOUND)) as made:
        parts = {name: made.read(name) for name in made.namelist() if name != "[Content_Types].xml"}
    path = tmp_path / "team.xlsx"
    path.write_bytes(zipped(parts))
    with pytest.raises(NotAWorkbook, match=r"has no part \[Content_Types\].xml; open and save it in Excel") as refused:
        build_adopted_store(path, SOUND)
    assert "[Content_Types].xml" in refused.value.in_("zh")


def test_parts_with_backslashes_in_their_names_are_read_and_written_with_slashes(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(SOUND)) as made:
        parts = {name.replace("/", "\\"): made.read(name) for name in made.namelist()}
    book = Workbook(tmp_path / "b.xlsx", zipped(parts))
    book.set_cell("S", 5, 1, 7)
    after = book.to_bytes()
    assert Workbook(book.path, after).read_range("S", "A5")[0] == [7]
    with zipfile.ZipFile(io.BytesIO(after)) as written, zipfile.ZipFile(io.BytesIO(SOUND)) as sound:
        assert written.namelist() == sound.namelist()
