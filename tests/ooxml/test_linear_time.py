"""Markup that is never closed takes time in proportion to its length."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.ooxml.fuzzing import rich, unpacked
from tests.ooxml.packages import zipped
from xl_salesflow.errors import WorkbookError
from xl_salesflow.ooxml.cell_contents import join_rich_text
from xl_salesflow.ooxml.workbook_editor import Workbook

SIZE = 1 << 20
SHEET = "xl/worksheets/sheet1.xml"
TOKENS = (
    "<t>",
    "<t ",
    "<rPh>",
    "<rPh ",
    "<c>",
    "<c ",
    '<c r="B9">',
    "<row>",
    "<f>",
    "<is>",
    "<si>",
    "<v>",
    '<a b="',
    "<!--",
    "x",
    " ",
)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("place", ["</c>", "<sheetData>", "</sheetData>"])
# attack: a megabyte of elements that are never closed
# outcome: read or refused, in time that fits its size
def test_a_sheet_is_read_or_refused(token: str, place: str) -> None:
    parts = unpacked(rich())
    xml = parts[SHEET].decode()
    at = xml.index(place) + (len(place) if place != "</c>" else 0)
    parts[SHEET] = (xml[:at] + token * (SIZE // len(token)) + xml[at:]).encode()
    start = time.process_time()
    with suppress(WorkbookError):
        workbook = Workbook(Path("x.xlsx"), zipped(parts))
        workbook.read_table("Deals")
        workbook.find_overwritten_formulas("Deals", {"Twice": "1"})
    assert time.process_time() - start < 10


@pytest.mark.parametrize("token", TOKENS)
def test_a_text_is_joined(token: str) -> None:
    start = time.process_time()
    assert isinstance(join_rich_text(token.encode() * (SIZE // len(token))), str)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<t>a</t><rPh><t>b</t></rPh><t>c</t>", "ac"),
        ("<x:r><x:t>a</x:t></x:r><x:rPh sb='0'><x:t>b</x:t></x:rPh><x:r><x:t>c</x:t></x:r>", "ac"),
        ("<t>a</t><rPh/><t>c</t><rPh><t>b</t></rPh>", "ac"),
        ("<t>a</t><rPh><t>b</t>", "ab"),
    ],
)
def test_how_a_text_is_pronounced_is_left_out(xml: str, text: str) -> None:
    assert join_rich_text(xml.encode()) == text
