"""People's own formulas that an edit affects: calculated as in LibreOffice, or left to Excel and reported."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table, TableColumn, TableFormula

from tests.libreoffice import LibreOffice
from tests.ooxml.packages import opened, package, part, sheet
from xl_salesflow.ooxml import formula_engine, recalculation
from xl_salesflow.ooxml.cell_contents import CachedValue, ErrorValue
from xl_salesflow.ooxml.cell_references import CellPlace
from xl_salesflow.ooxml.formula_cells import FormulaCell, KnownFormulas, find_formula_cells
from xl_salesflow.ooxml.recalculation import TOO_MANY_FORMULAS
from xl_salesflow.ooxml.sheet_stream import SheetStream
from xl_salesflow.ooxml.workbook_editor import Workbook

CALCULATED = [
    "=SUM(Deals[Amount])",
    '=SUMIFS(Deals[Amount],Deals[Stage],"Won",Deals[Closed],">="&DATE(2026,1,2))',
    "=SUMIFS(Deals!B2:B5,Deals!C2:C5,B1)",
    '=COUNTIFS(Deals[Stage],"W*")',
    '=COUNTIF(Deals[Stage],"?on")',
    '=AVERAGEIFS(Deals[Amount],Deals[Stage],"Lost")',
    '=VLOOKUP("D-3",Deals[],2,FALSE)',
    '=INDEX(Deals[Amount],MATCH("D-2",Deals[Deal],0))',
    '=IFERROR(VLOOKUP("D-9",Deals[],2,FALSE),"none")',
    "=SUMPRODUCT((Deals[Stage]=B1)*Deals[Amount])",
    "=SUM(Deals[[#All],[Amount]:[Stage]])",
    "=ROWS(Deals[])+COUNTA(Deals[#Headers])",
    "=Rate*SUM(Amounts)",
    "=A1*2",  # a chain within the sheet
    '=IF(A14>100,"much","little")&" "&ROUND(A1/7,2)',
    "='Other sheet'!A1+1",  # and across sheets, twice
    "=MEDIAN(Deals[Amount])+LARGE(Deals[Amount],2)-MIN(Deals[Amount])",
    "=1/(SUM(Deals[Amount])-SUM(Deals!B2:B5))",
    "=EOMONTH(Deals!D2,0)",
    '=LEFT(Deals!A2,1)&UPPER("x")&LEN(Deals!C2)&TRIM("  a  b ")',
    "=Deals!E2+SUM(Deals[Double])",
]
LEFT = {
    "=SUBTOTAL(109,Deals[Amount])": "SUBTOTAL",
    "=TODAY()-Deals!D2": "TODAY",
    '=SUM(INDIRECT("Deals!B2:B3"))': "INDIRECT",
    '=SUM(IF(Deals[Stage]="Won",Deals[Amount]))': "'Deals'!$C$2:$C$5",
    "=NOSUCH(Deals!B2)": "NOSUCH",
    "=B22+1": "depends on one that is left",
    '=SUM(SUMIFS(Deals[Amount],Deals[Stage],{"Won","Lost"}))': "{",
}
UNCONCERNED = ["=1+1", "=SUM(Aside!A1:A2)"]


@pytest.fixture
def book(tmp_path: Path) -> Workbook:
    """Return a workbook with four deals, a calculated column of the user's own, and the sheet Mine with formulas and values."""
    made = openpyxl.Workbook()
    deals, mine, other = made.active, made.create_sheet("Mine"), made.create_sheet("Other sheet")
    assert deals is not None
    deals.title = "Deals"
    rows = [
        ["D-1", 10, "Won", 46023],
        ["D-2", 20.5, "Lost", 46024],
        ["D-3", 40, "won", 46025],
        ["D-4", 80, "Lead", 46026],
    ]
    deals.append(["Deal", "Amount", "Stage", "Closed", "Double"])
    for row in rows:
        deals.append([*row, "=Deals[[#This Row],[Amount]]*2"])
    table = Table(displayName="Deals", ref="A1:E5")
    table._initialise_columns()
    for column, header in zip(table.tableColumns, ["Deal", "Amount", "Stage", "Closed", "Double"], strict=True):
        column.name = header
    last: TableColumn = table.tableColumns[4]
    last.calculatedColumnFormula = TableFormula(attr_text="Deals[[#This Row],[Amount]]*2")
    deals.add_table(table)
    for row, formula in enumerate(CALCULATED, 1):
        mine.cell(row, 1, formula)
    mine["B1"] = "Won"
    for row, formula in enumerate([*LEFT, *UNCONCERNED], 22):
        mine.cell(row, 2, formula)
    mine["B40"] = ArrayFormula("B40", "=SUM(Deals!B2:B5*2)")
    other["A1"] = "=Mine!A14+1"
    made.create_sheet("Aside")
    made.defined_names.add(openpyxl.workbook.defined_name.DefinedName("Amounts", attr_text="Deals!$B$2:$B$5"))
    made.defined_names.add(openpyxl.workbook.defined_name.DefinedName("Rate", attr_text="0.5"))
    path = tmp_path / "book.xlsx"
    made.save(path)
    filled, _ = Workbook.open(path).with_recalculation(KnownFormulas())
    path.write_bytes(filled.to_bytes())
    return Workbook.open(path)


def values(data: bytes | Path) -> dict[str, Any]:
    """Return every value of the sheet Mine as openpyxl reads it."""
    read = openpyxl.load_workbook(io.BytesIO(data) if isinstance(data, bytes) else data, data_only=True)
    return {cell.coordinate: cell.value for row in read["Mine"].iter_rows() for cell in row}


def changed(book: Workbook) -> Workbook:
    book.set_column("Deals", "Amount", {2: 100, 4: 7.25})
    book.set_column("Deals", "Stage", {2: "Lost", 5: "Won"})
    book.set_column("Deals", "Closed", {2: 46054})
    return book


def test_formulas_that_depend_on_an_edit_get_the_values_of_libreoffice(
    book: Workbook, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    after, outcome = changed(book).with_recalculation(KnownFormulas())
    path = tmp_path / "after.xlsx"
    path.write_bytes(after.to_bytes())
    ours, theirs = values(path), values(libreoffice.recalculated(path))
    cells = [f"A{row}" for row in range(1, len(CALCULATED) + 1)]
    assert {cell: ours[cell] for cell in cells} == pytest.approx({cell: theirs[cell] for cell in cells}, nan_ok=True)
    assert {CellPlace("mine", row, 1) for row in range(1, len(CALCULATED) + 1)} == {
        place for place in outcome.values if place.sheet == "mine"
    }


def test_formulas_that_cannot_be_calculated_are_left_to_excel_and_reported(book: Workbook) -> None:
    after, outcome = changed(book).with_recalculation(KnownFormulas())
    named = {place.row: why for place, why in outcome.left_for_excel.items() if place.sheet == "mine"}
    assert named == {**dict(enumerate(LEFT.values(), 22)), 40: "an array formula"}
    assert 'fullCalcOnLoad="1"' in part(after.to_bytes(), "xl/workbook.xml")


def test_an_edit_without_dependent_formulas_costs_nothing(book: Workbook) -> None:
    for row in [*range(22, 22 + len(LEFT)), 40]:
        book.set_cell("Mine", row, 2, None)
    book = Workbook(book.path, book.to_bytes())
    book.set_cell("Aside", 9, 9, "a note")
    assert book.with_recalculation(KnownFormulas())[0] is book
    plain = opened(package({"Notes": sheet("<row r='1'><c r='A1'><v>1</v></c></row>")}))
    plain.set_cell("Notes", 1, 1, 2)
    assert plain.with_recalculation(KnownFormulas())[0] is plain


def test_resizing_a_table_affects_all_formulas_that_read_it(book: Workbook) -> None:
    book.append_rows("Deals", {"Deal": ["D-5"], "Amount": [1000], "Stage": ["Lead"]})
    after, _ = book.with_recalculation(KnownFormulas())
    assert values(after.to_bytes())["A1"] == 1150.5
    assert Workbook(book.path, after.to_bytes()).read_table("Deals")["Double"] == [20, 41, 80, 160, 2000]
    book = Workbook(book.path, after.to_bytes())
    book.delete_rows("Deals", [6])
    assert values(book.with_recalculation(KnownFormulas())[0].to_bytes())["A1"] == 150.5


def test_known_formulas_are_not_touched(book: Workbook) -> None:
    changed(book).set_column("Deals", "Double", {2: CachedValue(-1)})
    after, outcome = book.with_recalculation(KnownFormulas({"Deals": ["Double"]}))
    assert not any(place.sheet == "deals" for place in outcome.values)
    assert Workbook(book.path, after.to_bytes()).read_range("Deals", "E2:E4") == [[-1], [41], [80]]


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets one entry for each search of a sheet for formulas."""
    parts: list[str] = []

    def noted(stream: SheetStream, known: Mapping[int, Sequence[tuple[int, int]]]) -> Iterator[FormulaCell]:
        parts.append(stream.part)
        return find_formula_cells(stream, known)

    monkeypatch.setattr(recalculation, "find_formula_cells", noted)
    return parts


@pytest.mark.parametrize(
    ("stray", "looked_at"),
    [
        pytest.param(None, False, id="nothing else"),
        pytest.param(("H2", "=B2+1"), True, id="beside the table"),
        pytest.param(("B9", "=B2+1"), True, id="below it"),
        pytest.param(("D3", "=B2+1"), True, id="in another column of it"),
    ],
)
def test_a_sheet_whose_formulas_were_all_seen_is_not_searched_again(
    book: Workbook, stray: tuple[str, str] | None, looked_at: bool, searched: list[str]
) -> None:
    if stray:
        made = openpyxl.load_workbook(book.path)
        made["Deals"][stray[0]] = stray[1]
        made.save(book.path)
        filled, _ = Workbook.open(book.path).with_recalculation(KnownFormulas())
        book = Workbook(book.path, filled.to_bytes())
    searched.clear()
    assert book.find_overwritten_formulas("Deals", {"Double": "Deals[[#This Row],[Amount]]*2"}) == {"Double": []}
    _, outcome = changed(book).with_recalculation(KnownFormulas({"Deals": ["Double"]}))
    assert (book.sheets["Deals"].part in searched) == looked_at
    assert any(place.sheet == "deals" for place in outcome.values) == looked_at
    searched.clear()
    book.with_recalculation(KnownFormulas())  # without known formulas, they are calculated
    assert book.sheets["Deals"].part in searched


def test_sheets_without_edits_are_searched_once(book: Workbook, searched: list[str]) -> None:
    changed(book).with_recalculation(KnownFormulas())
    assert sorted(searched) == sorted(sheet.part for sheet in book.sheets.values())
    book.append_rows("Deals", {"Deal": ["D-5"], "Amount": [1000], "Stage": ["Lead"]})
    searched.clear()
    book.with_recalculation(KnownFormulas())
    assert searched.count(book.sheets["Deals"].part) == 2
    assert searched.count(book.sheets["Aside"].part) == 1


def book_that_showed(cached: str) -> Workbook:
    rows = f'<row r="1"><c r="A1"><v>2</v></c><c r="B1"><f>A1*10</f>{cached}</c></row>'
    book = opened(package({"S": sheet(rows)}))
    book.set_cell("S", 1, 1, 3)
    return book


@pytest.mark.parametrize(
    ("cached", "value", "why"),
    [
        ("<v>20</v>", 30, None),  # the engine agrees with the previous value
        ("", 30, None),  # never calculated
        ("<v>21</v>", None, "came to something else before"),
    ],
)
def test_the_engine_is_trusted_only_if_it_reproduces_the_old_value(
    cached: str, value: int | None, why: str | None
) -> None:
    _, outcome = book_that_showed(cached).with_recalculation(KnownFormulas())
    assert outcome.values.get(CellPlace("s", 1, 2)) == value
    assert outcome.left_for_excel.get(CellPlace("s", 1, 2)) == why


@pytest.mark.parametrize(
    ("module", "limit"),
    [(recalculation, "MOST_FORMULAS"), (formula_engine, "MOST_CELLS")],
)
def test_too_many_formulas_are_left_to_excel(module: Any, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, limit, 0)
    _, outcome = book_that_showed("<v>20</v>").with_recalculation(KnownFormulas())
    assert outcome.left_for_excel == {CellPlace("s", 1, 2): TOO_MANY_FORMULAS}


def test_circular_formulas_are_left_to_excel() -> None:
    rows = '<row r="1"><c r="A1"><v>2</v></c><c r="B1"><f>A1+C1</f></c><c r="C1"><f>B1</f></c></row>'
    book = opened(package({"S": sheet(rows)}))
    book.set_cell("S", 1, 1, 3)
    assert book.with_recalculation(KnownFormulas())[1].left_for_excel.keys() == {
        CellPlace("s", 1, 2),
        CellPlace("s", 1, 3),
    }


def test_results_can_become_errors_and_texts_and_numbers_again() -> None:
    rows = '<row r="1"><c r="A1"><v>2</v></c><c r="B1"><f>10/A1</f><v>5</v></c><c r="C1"><f>IFERROR(B1,"none")</f></c></row>'
    book = opened(package({"S": sheet(rows)}))
    book.set_cell("S", 1, 1, 0)
    after, _ = book.with_recalculation(KnownFormulas())
    assert opened(after.to_bytes()).read_range("S", "A1:C1") == [[0, ErrorValue("#DIV/0!"), "none"]]
