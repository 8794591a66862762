from __future__ import annotations

import pytest

from xl_salesflow.ooxml.cell_references import Area, map_references, shift_formula
from xl_salesflow.ooxml.excel_notation import column_letters


@pytest.mark.parametrize(
    ("number", "name"),
    [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16_384, "XFD")],
)
def test_columns_have_the_letters_of_the_sheet(number: int, name: str) -> None:
    assert column_letters(number) == name


@pytest.mark.parametrize(
    ("ref", "area"),
    [
        ("B2", (2, 2, 2, 2)),
        ("$B$2:C9", (2, 2, 9, 3)),
        ("C9:B2", (2, 2, 9, 3)),
        ("B:C", (1, 2, 1_048_576, 3)),
        ("2:9", (2, 1, 9, 16_384)),
    ],
)
def test_a_reference_is_read_as_a_rectangle(ref: str, area: tuple[int, int, int, int]) -> None:
    assert Area.parse(ref) == area


@pytest.mark.parametrize("ref", ["", "B", "2", ":", "B2:", "Sheet1!B2", "ZZZ1", "A0", "A1048577", "Deals[Amount]"])
def test_an_invalid_reference_is_refused(ref: str) -> None:
    with pytest.raises(ValueError, match=r"reference|outside"):
        Area.parse(ref)


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("A1+$A1+A$1+$A$1", "B3+$A3+B$1+$A$1"),
        ("SUM(A1:B2)", "SUM(B3:C4)"),
        ("SUM(A:A,1:1)", "SUM(B:B,3:3)"),
        ('A1&"A1 is ""A1"""', 'B3&"A1 is ""A1"""'),
        ("'A1 A1'!A1+Sheet1!B2", "'A1 A1'!B3+Sheet1!C4"),
        ("Deals[[#This Row],[A1]]*A1", "Deals[[#This Row],[A1]]*B3"),
        ("LOG10(A1)+Q1_target", "LOG10(B3)+Q1_target"),
        ("数据!A1", "数据!B3"),
    ],
)
def test_filling_down_two_and_right_one_moves_relative_references(formula: str, moved: str) -> None:
    assert shift_formula(formula, 2, 1) == moved


def test_references_into_other_workbooks_are_left_alone() -> None:
    seen: list[tuple[str | None, str]] = []

    def note(sheet: str | None, ref: str) -> str:
        seen.append((sheet, ref))
        return ref

    map_references("[1]Other!A1+'[2]My Book'!B2+Jan:Mar!C3+Own!D4+E5", note)
    assert seen == [("Own", "D4"), (None, "E5")]
