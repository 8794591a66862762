"""What was read from a part is read once for all workbooks that hold the same bytes, and never for others."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.ooxml.fuzzing import with_part
from tests.ooxml.packages import opened, package, sheet, table
from xl_salesflow.errors import NotAWorkbook
from xl_salesflow.ooxml import part_memory
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.part_memory import PartMemory
from xl_salesflow.ooxml.workbook_editor import Workbook

PART = "xl/worksheets/sheet1.xml"
ROWS = '<row r="1"><c r="A1" t="inlineStr"><is><t>Deal</t></is></c></row><row r="2"><c r="A2"><v>{}</v></c></row>'


def book(value: int) -> bytes:
    tables = {"S": [table("Deals", "A1:A2", {"Deal": None})]}
    return package({"S": sheet(ROWS.format(value), tables=1)}, tables)


def as_package(data: bytes) -> Package:
    return Package(Path("book.xlsx"), data)


class Reader:
    """Counts how often something is computed."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> int:
        self.calls += 1
        return self.calls


SECOND = [
    (book(1), "A1:A2", 1, "the same bytes and facts"),
    (book(1), "A1:B2", 2, "other facts"),
    (book(2), "A1:A2", 2, "other bytes"),
]


@pytest.mark.parametrize(("data", "facts", "calls", "why"), SECOND, ids=[row[-1] for row in SECOND])
def test_a_second_workbook_is_read_only_if_it_differs(data: bytes, facts: str, calls: int, why: str) -> None:
    memory, reader = PartMemory[int](), Reader()
    memory.recall(as_package(book(1)), [PART], "A1:A2", reader)
    memory.recall(as_package(data), [PART], facts, reader)
    assert reader.calls == calls


def test_large_parts_and_errors_are_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, reader, here = PartMemory[int](), Reader(), as_package(book(1))

    def fail() -> int:
        raise as_package(book(1)).broken(PART)

    with pytest.raises(NotAWorkbook):
        memory.recall(here, [PART], (), fail)
    assert memory.recall(here, [PART], (), reader) == 1
    monkeypatch.setattr(part_memory, "LARGEST_REMEMBERED", here.size(PART) - 1)
    assert memory.recall(here, [PART], (), reader) == 2


def test_what_was_used_last_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = (as_package(book(number)) for number in (1, 2, 3))
    monkeypatch.setattr(part_memory, "_LARGEST_TOTAL", first.size(PART) + second.size(PART))
    memory, reader = PartMemory[int](), Reader()
    for each in (first, second, first, third, first):
        memory.recall(each, [PART], (), reader)
    assert reader.calls == 3
    memory.recall(second, [PART], (), reader)
    assert reader.calls == 4


def test_readings_of_a_table_are_independent() -> None:
    first, second = opened(book(1)).read_table("Deals"), opened(book(1)).read_table("Deals")
    first["Deal"].append("changed by a caller")
    assert second == {"Deal": [1]} == opened(book(1)).read_table("Deals")


def test_an_edited_workbook_is_read_as_it_is() -> None:
    edited = opened(book(1))
    assert edited.read_table("Deals") == {"Deal": [1]}
    edited.set_column("Deals", "Deal", {2: 5})
    assert Workbook(Path("book.xlsx"), edited.to_bytes()).read_table("Deals") == {"Deal": [5]}


def test_a_damaged_copy_is_told_although_the_sound_one_was_read() -> None:
    sound = book(1)
    assert opened(sound).read_table("Deals") == {"Deal": [1]}
    with zipfile.ZipFile(BytesIO(sound)) as archive:
        crc = archive.getinfo(PART).CRC.to_bytes(4, "little")
    damaged = sound.replace(crc, bytes(byte ^ 1 for byte in crc))
    with pytest.raises(NotAWorkbook):
        opened(damaged).read_table("Deals")


STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{}</t></si></sst>'


def test_texts_that_a_sheet_refers_to_are_those_of_its_own_workbook() -> None:
    cells = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    found = [
        opened(with_part(package({"S": sheet(cells)}), "sharedStrings", STRINGS.format(text))).read_range("S", "A1")
        for text in ("Acme", "Bolt")
    ]
    assert found == [[["Acme"]], [["Bolt"]]]
