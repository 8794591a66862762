"""Any sequence of edits equals the same edits one by one, and undoing an edit restores the sheet."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.ooxml.packages import opened, package, part, sheet, table
from xl_salesflow.ooxml.cell_contents import CachedValue, CellFormula
from xl_salesflow.ooxml.workbook_editor import Workbook

TWICE = "Deals[[#This Row],[Amount]]*2"
Edit = Callable[[Workbook], None]


def deals() -> bytes:
    """Return the table Deals, B2:D5: Deal, Amount, Twice; a cell beside it, another far below, formats that cover its rows."""
    headers = zip("BCD", ("Deal", "Amount", "Twice"), strict=True)
    rows = "".join(f'<c r="{letter}2" t="str"><v>{header}</v></c>' for letter, header in headers)
    rows = f'<row r="2">{rows}</row>'
    for row in (3, 4, 5):
        rows += (
            f'<row r="{row}" spans="2:4"><c r="B{row}" t="str"><v>D-{row}</v></c><c r="C{row}" s="3"><v>{row}</v></c>'
            f'<c r="D{row}"><f>{TWICE}</f><v>{row * 2}</v></c><c r="F{row}"><f>SUM(C3:C5)</f><v>12</v></c></row>'
        )
    rows += '<row r="40"><c r="A40"><v>1</v></c></row>'
    after = '<conditionalFormatting sqref="C3:C5 A1"/>'
    made = table("Deals", "B2:D5", {"Deal": None, "Amount": None, "Twice": TWICE})
    return package({"S": sheet(rows, after, 1)}, {"S": [made]})


def content(data: bytes) -> tuple[dict[str, bytes], list[str], str]:
    """Return the content of the sheet: every cell that is not empty, what depends on the rows, the table."""
    root = etree.fromstring(part(data, "xl/worksheets/sheet1.xml").encode())
    cells = {
        str(cell.get("r")): etree.tostring(cell, method="c14n")
        for cell in root.iter("{*}c")
        if len(cell) or cell.get("s")
    }
    after = [
        etree.tostring(element, encoding="unicode") for element in root if etree.QName(element).localname != "sheetData"
    ]
    return cells, after, part(data, "xl/tables/table11.xml")


VALUE = st.none() | st.integers(-99, 99) | st.sampled_from(["x", " y", True, CellFormula("1+1", 2), CachedValue(5)])
CELL = st.builds(
    lambda row, column, value: lambda workbook: workbook.set_cell("S", row, column, value),
    st.integers(6, 45).filter(lambda row: row > 30),
    st.integers(1, 8),
    VALUE,
)
COLUMN = st.builds(
    lambda header, values: (
        lambda workbook: workbook.set_column(
            "Deals", header, {row: value for row, value in values.items() if row <= workbook.tables["Deals"].last_row}
        )
    ),
    st.sampled_from(["Deal", "Amount", "Twice"]),
    st.dictionaries(st.integers(3, 9), VALUE, max_size=4),
)
ROWS = st.lists(st.integers(0, 9) | st.sampled_from(["a", "b"]), max_size=4)
APPEND = st.builds(
    lambda header, values: lambda workbook: workbook.append_rows("Deals", {header: values}),
    st.sampled_from(["Deal", "Amount", "Twice"]),
    ROWS.filter(bool),
)
REPLACE = st.builds(lambda values: lambda workbook: workbook.replace_rows("Deals", {"Deal": values}), ROWS)


@given(st.lists(CELL | COLUMN | APPEND | REPLACE, max_size=6))
def test_edits_together_equal_edits_one_by_one(edits: list[Edit]) -> None:
    together, one_by_one = opened(deals()), deals()
    for edit in edits:
        alone = opened(one_by_one)
        edit(together)
        edit(alone)
        one_by_one = alone.to_bytes()
    assert content(together.to_bytes()) == content(one_by_one)


@given(st.lists(COLUMN | CELL, max_size=3), st.sets(st.integers(3, 5)), st.lists(COLUMN | CELL, max_size=3))
def test_edits_before_and_after_a_deletion_equal_the_same_one_by_one(
    before: list[Edit], rows: set[int], after: list[Edit]
) -> None:
    together, one_by_one = opened(deals()), deals()
    for edit in [*before, lambda workbook: workbook.delete_rows("Deals", sorted(rows)), *after]:
        alone = opened(one_by_one)
        edit(together)
        edit(alone)
        one_by_one = alone.to_bytes()
    assert content(together.to_bytes()) == content(one_by_one)


@given(st.sets(st.integers(3, 5)))
def test_deleting_together_equals_deleting_one_by_one(rows: set[int]) -> None:
    together, one_by_one = opened(deals()), deals()
    together.delete_rows("Deals", sorted(rows))
    for row in sorted(rows, reverse=True):
        alone = opened(one_by_one)
        alone.delete_rows("Deals", [row])
        one_by_one = alone.to_bytes()
    assert content(together.to_bytes()) == content(one_by_one)


@given(st.dictionaries(st.integers(3, 5), VALUE, min_size=1))
def test_undoing_a_change_restores_the_sheet(values: dict[int, object]) -> None:
    changed = opened(deals())
    changed.set_column("Deals", "Amount", values)
    undone = opened(changed.to_bytes())
    undone.set_column("Deals", "Amount", {row: row for row in values})
    assert content(undone.to_bytes()) == content(deals())


@given(ROWS.filter(bool))
def test_undoing_an_append_restores_the_sheet(values: list[object]) -> None:
    changed = opened(deals())
    changed.append_rows("Deals", {"Deal": values})
    undone = opened(changed.to_bytes())
    undone.delete_rows("Deals", range(6, 6 + len(values)))
    assert content(undone.to_bytes()) == content(deals())


@given(st.lists(COLUMN | APPEND | REPLACE, max_size=4))
def test_tables_are_read_back_as_written(edits: list[Edit]) -> None:
    workbook = opened(deals())
    for edit in edits:
        edit(workbook)
    again = opened(workbook.to_bytes())
    assert again.tables["Deals"] == workbook.tables["Deals"]
    assert len(again.read_table("Deals")["Deal"]) == workbook.tables["Deals"].last_row - 2
    assert again.read_range("S", "A40") == [[1]]
