"""Comments move with their cells when rows of a table are deleted, and are deleted with deleted rows."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.table import Table

from tests.ooxml.packages import part, zipped
from tests.ooxml.test_corpus import parts_of
from xl_salesflow.ooxml.workbook_editor import Workbook

# a commented cell, and where its comment is after rows 3 and 5 of the table A1:B6 are deleted
MOVES = {"A1": "A1", "B2": "B2", "A3": None, "A4": "A3", "B5": None, "B6": "B4", "D4": "D4", "A9": "A9"}


@pytest.fixture
def book(tmp_path: Path) -> Workbook:
    """Return a table of five rows with comments in it, beside it and below it, one of them threaded."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in range(1, 7):
        sheet.append([f"A{row}", f"B{row}"])
    sheet.add_table(Table(displayName="T", ref="A1:B6"))
    for cell in MOVES:
        sheet[cell].comment = Comment(f"about {cell}", "Ann")
    path = tmp_path / "book.xlsx"
    made.save(path)
    parts = parts_of(path.read_bytes())
    threads = "".join(
        f'<threadedComment ref="{cell}" id="{{{n}}}"><text>re {cell}</text></threadedComment>'
        for n, cell in enumerate(MOVES)
    )
    parts["xl/threadedComments/threadedComment1.xml"] = (
        f'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">{threads}'
        "</ThreadedComments>"
    ).encode()
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    parts[rels] = parts[rels].replace(
        b"</Relationships>",
        b'<Relationship Id="rIdT" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" '
        b'Target="/xl/threadedComments/threadedComment1.xml"/></Relationships>',
    )
    return Workbook(path, zipped(parts))


def test_comments_move_with_their_cells(book: Workbook) -> None:
    book.delete_rows("T", [3, 5])
    data = book.to_bytes()
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    seen = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert seen == {now: f"about {before}" for before, now in MOVES.items() if now}
    threads = re.findall(
        r'ref="(\w+)" id="\{\d\}"><text>re (\w+)<', part(data, "xl/threadedComments/threadedComment1.xml")
    )
    assert {before: now for now, before in threads} == {before: now for before, now in MOVES.items() if now}


def test_their_boxes_move_too(book: Workbook) -> None:
    name = next(name for name in book.package.names if name.endswith(".vml"))
    before = boxes(book.package.read(name).decode())
    book.delete_rows("T", [3, 5])
    after = boxes(part(book.to_bytes(), name))
    assert len(before) == len(MOVES)
    assert sorted(after) == sorted(cell for cell in MOVES.values() if cell)


def boxes(vml: str) -> list[str]:
    places = re.findall(r"Row>(\d+)</\w*:?Row>\s*<\w*:?Column>(\d+)<", vml)
    return [f"{'ABCD'[int(column)]}{int(row) + 1}" for row, column in places]


def test_comments_keep_their_bytes_if_no_row_is_deleted(book: Workbook) -> None:
    names = [name for name in book.package.names if "omment" in name]
    before = {name: book.package.read(name) for name in names}
    book.append_rows("T", {"A1": ["new"]})
    after = parts_of(book.to_bytes())
    assert names
    assert {name: after[name] for name in names} == before
