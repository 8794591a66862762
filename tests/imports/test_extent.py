"""The extent of a list on a sheet."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from xl_salesflow.core.written_numbers import is_written_number
from xl_salesflow.imports import total_lines
from xl_salesflow.imports.import_sources import read_import_sources
from xl_salesflow.imports.list_extent import (
    NOTE_BELOW_LIST,
    REPEATED_HEADERS,
    TOTAL_LINE,
    SourceMerge,
    find_list_extent,
    group_left_out_rows,
)


def rows(text: str) -> list[list[str]]:
    """Rows of cells, parted by |."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").splitlines()]


GROUPED = rows("""
    Deals 2025 |          |        |       |            |
    No         | Customer |        | Money |            | Owner
               | Company  | Person | Offer | Price (万元) |
    1          | Acme     | Bob    | 3     | 5          | Ann
""")
MERGES = (
    SourceMerge(0, 0, 0, 5),
    SourceMerge(1, 1, 1, 2),
    SourceMerge(1, 3, 1, 4),
    SourceMerge(1, 0, 2, 0),
    SourceMerge(1, 5, 2, 5),
)


def test_merged_headers_in_two_lines_are_one_header_per_column() -> None:
    found = find_list_extent(GROUPED, MERGES)
    assert found
    assert list(found.headers) == ["No", "Company", "Person", "Offer", "Price (万元)", "Owner"]
    assert found.first == 3


def test_the_group_is_part_of_the_header_if_it_distinguishes_columns() -> None:
    found = find_list_extent(rows("Deal | Q1 | | Q2 |\n | Plan | Won | Plan | Won\nA | 1 | 2 | 3 | 4"), [
        SourceMerge(0, 1, 0, 2), SourceMerge(0, 3, 0, 4), SourceMerge(0, 0, 1, 0),
    ])  # fmt: skip
    assert found
    assert list(found.headers) == ["Deal", "Q1 Plan", "Q1 Won", "Q2 Plan", "Q2 Won"]


@pytest.mark.parametrize(
    ("text", "headers", "first"),
    [
        pytest.param(
            "序号 | 客户 | | 商机 | | 负责人\n | 客户名称 | 联系人 | 项目名称 | 金额 |\n1 | 宏达 | 张伟 | ERP | 5 | 李娜",
            ["序号", "客户名称", "联系人", "项目名称", "金额", "负责人"], 2, id="two lines in a text file",
        ),
        pytest.param(
            "Deal | | Stage | | Owner\nA | Acme | Won | x | Ann", ["Deal", "", "Stage", "", "Owner"], 1,
            id="columns that nobody named",
        ),
        pytest.param("Deal | Stage\nWon | Lost", ["Deal", "Stage"], 1, id="a first row of words"),
    ],
)  # fmt: skip
def test_without_merged_cells_two_lines_are_headers_if_both_are_known(
    text: str, headers: list[str], first: int
) -> None:
    found = find_list_extent(rows(text))
    assert found
    assert (list(found.headers), found.first) == (headers, first)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("合计 | | 12 |", TOTAL_LINE),
        ("| 总计： | 1,200 |", TOTAL_LINE),
        ("Grand Total | | 99 | 3", TOTAL_LINE),
        ("Total (5 records) | | |", TOTAL_LINE),
        ("deal | customer | amount | owner", REPEATED_HEADERS),
        ("Total Energies | | 12 |", ""),
        ("D-9 | Total | 12 | Ann", ""),
        ("D-9 | | |", ""),
    ],
)
def test_totals_and_repeated_headers_are_no_rows(row: str, why: str) -> None:
    found = find_list_extent(
        rows(f"Deal | Customer | Amount | Owner\nD-1 | Acme | 5 | Ann\n{row}\nD-2 | Globex | 7 | Tom")
    )
    assert found
    assert dict(found.left_out).get(2, "") == why


def test_notes_below_the_list_follow_a_blank_line() -> None:
    found = find_list_extent(rows("Deal | Amount | Owner\nD-1 | 5 | Ann\nD-2\n | |\nMade by Ann\nSecret"))
    assert found
    assert group_left_out_rows(found.left_out) == [(4, 5, NOTE_BELOW_LIST)]


def test_rows_are_parsed_only_if_a_word_marks_a_total(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing numbers is expensive, and would be done once for every row."""
    parsed: list[str] = []
    monkeypatch.setattr(total_lines, "is_written_number", lambda text: parsed.append(text) or is_written_number(text))  # type: ignore[func-returns-value]
    for count in (10, 1000):
        parsed.clear()
        rows = [["Deal", "Owner", "Amount"], *[[f"D{at}", "Mara", "5"] for at in range(count)], ["Total", "", "5000"]]
        found = find_list_extent(rows)
        assert found is not None
        assert found.left_out == ((count + 1, TOTAL_LINE),)
        assert [text for text in parsed if text not in rows[0]] == ["5000"]


def test_a_list_of_one_or_two_columns_has_rows_of_one_cell() -> None:
    found = find_list_extent(rows("Company | Phone\nAcme | 1\n |\nGlobex |\nTotal |"))
    assert found
    assert found.left_out == ()


def test_an_excel_sheet_with_all_of_these(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet, hidden = book.worksheets[0], book.create_sheet("old")
    for row in [*GROUPED, ["合计", "", "", "", "5", ""], [], ["Made by Ann"]]:
        sheet.append([cell or None for cell in row])
    for area in ("A1:F1", "B2:C2", "D2:E2", "A2:A3", "F2:F3"):
        sheet.merge_cells(area)
    hidden.append(["Deal", "Amount"])
    hidden.append(["D-1", 5])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "list.xlsx")
    seen, unseen = read_import_sources(tmp_path / "list.xlsx")
    assert seen.cells.to_dict("index") == {
        4: {"No": "1", "Company": "Acme", "Person": "Bob", "Offer": "3", "Price (万元)": "5", "Owner": "Ann"}
    }
    assert seen.left_out == ((5, TOTAL_LINE), (7, NOTE_BELOW_LIST))
    assert (seen.hidden, unseen.hidden) == (False, True)


def test_cells_merged_over_rows_apply_to_each_row_except_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["Customer", "Deal", "Amount"], ["Acme", "one", 5], [None, "two", None], ["Globex", "three", 7]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("C2:C3")
    book.save(tmp_path / "list.xlsx")
    (source,) = read_import_sources(tmp_path / "list.xlsx")
    assert source.cells.to_numpy().tolist() == [["Acme", "one", "5"], ["Acme", "two", ""], ["Globex", "three", "7"]]
