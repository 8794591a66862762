"""Archives beyond the limits of plain zip, and archives that only seem to be."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ooxml.packages import opened, package, sheet
from xl_salesflow.errors import NotAWorkbook
from xl_salesflow.ooxml import zip_archive
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.ooxml.zip_archive import ArchiveEntry, deflate_chunks, write_archive

DATA = package({"S": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')})


def in_zip64(data: bytes) -> bytes:
    """Return the same parts in zip64 members, written by Python."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            with new.open(name, "w", force_zip64=True) as part:
                part.write(old.read(name))
    return out.getvalue()


def test_members_in_zip64_are_read_edited_and_written() -> None:
    assert in_zip64(DATA).count(struct.pack("<2H", 1, 16)) >= len(zipfile.ZipFile(io.BytesIO(DATA)).namelist())
    workbook = opened(in_zip64(DATA))
    assert workbook.read_range("S", "A1") == [[1]]
    workbook.set_cell("S", 2, 1, 2)
    with zipfile.ZipFile(io.BytesIO(workbook.to_bytes())) as written:
        assert written.testzip() is None
    assert opened(workbook.to_bytes()).read_range("S", "A1:A2") == [[1], [2]]


@pytest.mark.parametrize("size", [5 << 30, 1 << 60])
def test_a_bomb_declared_in_zip64_is_refused(size: int) -> None:
    data = bytearray(DATA)
    name = b"xl/worksheets/sheet1.xml"
    at = data.rindex(name) - 46  # its entry in the central directory
    struct.pack_into("<L", data, at + 24, 0xFFFFFFFF)
    struct.pack_into("<H", data, at + 30, 12)
    extra = struct.pack("<2HQ", 1, 8, size)
    data[at + 46 + len(name) : at + 46 + len(name)] = extra
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<L", data, end + 12, struct.unpack_from("<L", data, end + 12)[0] + len(extra))
    with zipfile.ZipFile(io.BytesIO(data)) as sound:
        assert sound.getinfo(name.decode()).file_size == size
    with pytest.raises(NotAWorkbook, match=f"unpacks to {size:,} bytes"):
        Workbook(Path("book.xlsx"), bytes(data))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=9))
def test_beyond_every_limit_an_archive_reads_back(contents: list[bytes]) -> None:
    with (
        pytest.MonkeyPatch.context() as patch
    ):  # pretend that a member can have at most 100 bytes, and an archive at most 4 members
        patch.setattr(zip_archive, "_ZIP_SIZE_LIMIT", 100)
        patch.setattr(zip_archive, "_ZIP_MEMBER_LIMIT", 4)
        out = io.BytesIO()
        packed = [deflate_chunks([content[:9], content[9:]]) for content in contents]
        names = [zipfile.ZipInfo(f"part {number}.xml") for number in range(len(contents))]
        write_archive(out, [ArchiveEntry(n, p.crc, p.size, p.data) for n, p in zip(names, packed, strict=True)])
    with zipfile.ZipFile(out) as written:
        assert [written.read(name) for name in written.namelist()] == contents
        long = [
            info for info in written.infolist() if max(info.file_size, info.compress_size, info.header_offset) >= 100
        ]
        assert all(info.extra.startswith(b"\1\0") and info.extract_version == 45 for info in long)
    assert len(contents) < 4 or b"PK\x06\x06" in out.getvalue()


def test_more_members_than_a_plain_zip_can_count() -> None:
    notes = {f"docProps/note{number}.xml": "" for number in range(70_000)}
    workbook = opened(package({"S": sheet("")}, parts=notes))
    workbook.set_cell("S", 1, 1, 5)
    with zipfile.ZipFile(io.BytesIO(workbook.to_bytes())) as written:
        assert len(written.namelist()) > 70_000
    assert opened(workbook.to_bytes()).read_range("S", "A1") == [[5]]
