"""Reading files as rectangles of text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_sources import read_import_sources

Csv = Callable[..., Path]


def sheets(path: Path, **rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, body in rows.items():
        sheet = book.create_sheet(name)
        for row in body:
            sheet.append(row)
    book.save(path)
    return path


def test_rows_keep_the_number_a_person_sees(csv: Csv) -> None:
    path = csv("list.csv", "deal | stage\n1 | Won\n |\n3 | Lost")
    (source,) = read_import_sources(path)
    assert source.cells.to_dict("index") == {2: {"deal": "1", "stage": "Won"}, 4: {"deal": "3", "stage": "Lost"}}


def test_titles_above_the_headers_are_skipped(csv: Csv) -> None:
    (source,) = read_import_sources(csv("list.csv", "Our pipeline | |\n | |\ndeal | stage | amount\n1 | Won | 5"))
    assert source.headers == ["deal", "stage", "amount"]
    assert list(source.cells.index) == [4]


def test_equal_headers_are_distinguished_and_blank_columns_left_out(csv: Csv) -> None:
    (source,) = read_import_sources(csv("list.csv", "amount | amount | | note |\n1 | 2 | | x |\n3 | 4 | | y |"))
    assert source.headers == ["amount", "amount (2)", "note"]


def test_a_column_without_header_is_kept_unless_it_is_empty(csv: Csv) -> None:
    (source,) = read_import_sources(csv("list.csv", "deal | | note\n1 | left | x\n2 | | y"))
    assert list(source.cells["column 2"]) == ["left", ""]


@pytest.mark.parametrize(
    ("text", "rows", "ragged", "torn"),
    [
        ("a,b\n1\n1,2,3\n1,2,\n", [["1", ""], ["1", "2"]], (), [["1", "2,3"]]),  # a comma that is not quoted
        ("a,b\n1,2,3\n4,5,6\n7,8\n", [["1", "2"], ["4", "5"], ["7", "8"]], (2, 3), []),  # a column without header
        ("a,b,\n1,2,3\n4,5,\n7,8,\n", [["1", "2"], ["4", "5"], ["7", "8"]], (2,), []),
    ],
)
def test_short_rows_are_filled_and_long_ones_reported(
    text: str, rows: list[list[str]], ragged: tuple[int, ...], torn: list[list[str]], tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    (source,) = read_import_sources(path)
    assert source.cells.to_numpy().tolist() == rows
    assert (source.ragged, source.torn.to_numpy().tolist()) == (ragged, torn)


def test_every_filled_sheet_of_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    path = sheets(
        tmp_path / "lists.xlsx",
        Deals=[
            ["deal", "won", "amount", "day", "moment"],
            [1001, True, 12.5, date(2025, 5, 1), datetime(2025, 5, 1, 9, 30)],
        ],
        Empty=[],
        OnlyHeaders=[["a", "b"]],
        Products=[["product"], ["GTX"]],
    )
    deals, products = read_import_sources(path)
    assert deals.name == "lists.xlsx › Deals"
    assert deals.cells.loc[2].tolist() == ["1001", "TRUE", "12.5", "2025-05-01", "2025-05-01 09:30:00"]
    assert (products.sheet, products.headers) == ("Products", ["product"])


def test_text_that_looks_like_a_formula_stays_text(csv: Csv) -> None:
    (source,) = read_import_sources(csv("list.csv", "deal | note\n=1+1 | @SUM(A1)\n+49 | -x"))
    assert source.cells.to_numpy().tolist() == [["=1+1", "@SUM(A1)"], ["+49", "-x"]]


def far_cell(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["XFD1048576"] = "deal", "1", "here"
    book.save(tmp_path / "far.xlsx")
    return tmp_path / "far.xlsx"


def broken(tmp_path: Path) -> Path:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 and nothing more")
    return tmp_path / "broken.xlsx"


def headers_only(tmp_path: Path) -> Path:
    (tmp_path / "bare.csv").write_text("deal,stage\n", encoding="utf-8")
    return tmp_path / "bare.csv"


def picture(tmp_path: Path) -> Path:
    (tmp_path / "deals.png").write_bytes(b"\x89PNG")
    return tmp_path / "deals.png"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder / "gone.csv", r"gone\.csv does not exist; check the name"),
        (lambda folder: folder, "does not exist"),
        (picture, r"deals\.png is neither CSV nor a workbook"),
        (headers_only, r"bare\.csv has no rows below its headers"),
        (broken, r"broken\.xlsx cannot be read as a workbook"),
        (far_cell, r"far\.xlsx has cells as far out as row 1,048,576 and column 16,384"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(
    tmp_path: Path, make: Callable[[Path], Path], says: str
) -> None:
    with pytest.raises(UsageError, match=says) as error:
        read_import_sources(make(tmp_path))
    assert error.value.in_("zh") != str(error.value)


def test_a_file_without_read_permission_is_refused(csv: Csv, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv("deals.csv", "deal | stage\n1 | Lead")

    def refused(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(UsageError, match=r"deals\.csv cannot be opened: Permission denied"):
        read_import_sources(path)
