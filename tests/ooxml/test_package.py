"""Reading and writing packages: parts that are not touched keep their bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.ooxml.packages import opened, package, rows_of, sheet
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.zip_archive import deflate_chunks

DATA = package(
    {"S": sheet('<row r="1"><c r="A1"><v>1</v></c></row>'), "T": sheet("")},
    parts={"xl/media/照片.png": b"\x89PNG" * 99},
)


def raw_members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {}
        for info in archive.infolist():
            start = (
                info.header_offset
                + 30
                + int.from_bytes(data[info.header_offset + 26 : info.header_offset + 28], "little")
            )
            start += int.from_bytes(data[info.header_offset + 28 : info.header_offset + 30], "little")
            members[info.filename] = data[start : start + info.compress_size]
        return members


def test_without_edits_every_member_is_copied_in_order() -> None:
    after = opened(DATA).to_bytes()
    assert raw_members(after) == raw_members(DATA)
    assert list(raw_members(after)) == list(raw_members(DATA))


def test_dates_and_attributes_of_members_stay() -> None:
    before, after = (zipfile.ZipFile(io.BytesIO(data)).infolist() for data in (DATA, opened(DATA).to_bytes()))
    kept = ("filename", "date_time", "external_attr", "create_system", "comment", "CRC", "file_size", "compress_type")
    assert [[getattr(info, name) for name in kept] for info in before] == [
        [getattr(info, name) for name in kept] for info in after
    ]


def test_an_edit_changes_one_member() -> None:
    workbook = opened(DATA)
    workbook.set_cell("S", 1, 1, 2)
    before, after = raw_members(DATA), raw_members(workbook.to_bytes())
    assert [name for name in before if before[name] != after[name]] == ["xl/worksheets/sheet1.xml"]


def test_writing_twice_gives_the_same_bytes() -> None:
    workbook = opened(DATA)
    workbook.set_cell("S", 1, 1, 2)
    assert workbook.to_bytes() == workbook.to_bytes()


def test_changed_parts_are_read_as_they_will_be_on_disk() -> None:
    """Parts are replaced, dropped, added, and replaced again; they read the same before and after writing."""
    before = Package(Path("book.xlsx"), DATA)
    kept = before.names[0]
    first = before.with_parts(
        {"xl/media/照片.png": deflate_chunks([b"a", b"", b"bc"]), "xl/new.xml": deflate_chunks([b"<n/>"])}
    )
    after = first.with_parts({"xl/new.xml": deflate_chunks([b"<m/>"]), "xl/worksheets/sheet2.xml": None})
    out = io.BytesIO()
    after.write(out)
    written = Package(Path("book.xlsx"), out.getvalue())
    assert written.names == after.names
    for package_ in (after, written):
        assert package_.find("XL/NEW.xml") == "xl/new.xml"
        assert package_.find("xl/worksheets/sheet2.xml") is None
        assert (package_.read("xl/media/照片.png"), package_.size("xl/media/照片.png")) == (b"abc", 3)
        assert package_.read("xl/new.xml") == b"<m/>"
        assert package_.read(kept) == before.read(kept)
    assert before.read("xl/media/照片.png") == b"\x89PNG" * 99  # the original package does not change


def test_the_archive_is_valid() -> None:
    workbook = opened(DATA)
    workbook.set_cell("T", 3, 3, "x")
    with zipfile.ZipFile(io.BytesIO(workbook.to_bytes())) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize("size", [3, 64, 1000])
def test_pieces_of_any_size_give_the_same_sheet(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><f>1+{row}</f><v>{row}</v></c></row>' for row in range(1, 300))
    workbook = opened(package({"S": sheet(rows, '<mergeCells count="1"><mergeCell ref="C1:D1"/></mergeCells>')}))
    for row in (1, 150, 299, 301):
        workbook.set_cell("S", row, 2, row)
    whole, cells = rows_of(workbook.to_bytes()), workbook.read_range("S", "A1:A299")
    monkeypatch.setattr("xl_salesflow.ooxml.zip_archive.CHUNK_SIZE", size)
    assert rows_of(workbook.to_bytes()) == whole
    assert workbook.read_range("S", "A1:A299") == cells == [[row] for row in range(1, 300)]


def test_a_small_part_is_unpacked_once_and_a_replaced_one_again(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked: list[str] = []
    once = Package._unpack
    monkeypatch.setattr(Package, "_unpack", lambda self, name: [unpacked.append(name), *once(self, name)][1:])
    before = Package(Path("book.xlsx"), DATA)
    sheets = ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"]
    first, second = sheets
    assert [before.read(name) for name in sheets] == [before.read(name) for name in sheets]
    after = before.with_parts({first: deflate_chunks([b"<new/>"])})
    assert (after.read(first), after.read(second), before.read(first) != b"<new/>") == (
        b"<new/>",
        before.read(second),
        True,
    )
    assert unpacked == [first, second, first]
