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
from tests.ooxml.packages import opened, package, part, sheet, table
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


NAMES = (
    "<definedNames><definedName name='one'>S!$A$1</definedName><definedName name='beside'>S!$A1</definedName>"
    "<definedName name='own' localSheetId='0'>S!$A$1</definedName><definedName name='own' localSheetId='1'>T!$A$1</definedName>"
    "</definedNames>"
)


def book_with(formula: str, *, cell: str = '<c r="B1"><f>{}</f><v>20</v></c>') -> Workbook:
    """Return a workbook whose A1 is changed from 2 to 3, with a formula in B1 that showed 20."""
    first = sheet(f'<row r="1"><c r="A1"><v>2</v></c>{cell.format(formula)}</row>')
    book = opened(package({"S": first, "T": sheet('<row r="1"><c r="A1"><v>2</v></c></row>')}, workbook=NAMES))
    book.set_cell("S", 1, 1, 3)
    return book


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B1"><f>A1*10</f><v>20</v></c>',
        '<c r="B1">\n  <f>A1*10</f>\n  <v>20</v>\n</c>',
        '<c\tr="B1"><f>A1*10</f><v>20</v></c>',
        '<c\n r="B1" s="0"><f>A1*10</f><v>20</v></c>',
        '<c s="0" r="B1"><f>A1*10</f><v>20</v></c>',
        '<c><f>A1*10</f><v>20</v></c>',
        '<c ><f >A1*10</f ><v >20</v ></c >',
        '<c r="B1"><f ca="1">A1*10</f><v>20</v></c>',
    ],
)  # fmt: skip
# attack: a formula in XML that another program wrote, or in an indented sheet
# outcome: seen; it follows every change
def test_a_formula_is_seen_however_its_cell_is_written(cell: str) -> None:
    """A legal cell in the XML of another writer; the value before and the one after are both read."""
    _, outcome = book_with("", cell=cell).with_recalculation(KnownFormulas())
    assert outcome.values == {CellPlace("s", 1, 2): 30}


@pytest.mark.parametrize(
    ("formula", "value", "why"),
    [
        ("[0]!one*10", 30, None),  # the workbook's own name, as Excel writes it
        ("SUM(S:T!A1)*5", None, "S:T!A1"),  # through sheets
        ("SUM('S:T'!A1)*5", None, "S:T!A1"),
        ("SUM(S:Nowhere!A1)*5", None, "S:Nowhere!A1"),
        ("beside*10", None, "$A1"),  # a name that means another cell in every row
        ("own*10", None, "own"),  # a name that each sheet defines for itself
        ("T!own*10", None, "own"),
        ("Deals[Nope]*10", None, "Deals[Nope]"),
        ('INDIRECT("A"&1)*10', None, "INDIRECT"),
        ("[1]S!A1*10", None, None),  # another workbook does not change with this one
        ("SUM(T!A1)*10", None, None),  # nor do other cells
        ("LET(x,10,x*2)", None, None),
        ("IF(FALSE,#N/A,20)", None, None),
    ],
)
# attack: a reference that cannot be resolved: through sheets, a name that means another cell in every row
# outcome: left to Excel after each change, and named
def test_what_is_not_understood_reads_everything(formula: str, value: int | None, why: str | None) -> None:
    _, outcome = book_with(formula).with_recalculation(KnownFormulas())
    assert outcome.values.get(CellPlace("s", 1, 2)) == value
    assert outcome.left_for_excel.get(CellPlace("s", 1, 2)) == why


@pytest.mark.parametrize("attributes", ['t="dataTable" ref="B1:B2" dt2D="0" dtr="0" r1="A1"', 't="shared" si="7"'])
def test_a_cell_whose_formula_cannot_be_read_is_left_to_excel(attributes: str) -> None:
    """A what-if table, and a shared formula whose first cell is gone."""
    _, outcome = book_with("", cell=f'<c r="B1"><f {attributes}/><v>20</v></c>').with_recalculation(KnownFormulas())
    assert outcome.left_for_excel == {CellPlace("s", 1, 2): "an array formula"}


@pytest.mark.parametrize(("number", "understood"), [("seven", False), ("-1", False), ("", False), ("9" * 5_000, True)])
def test_a_shared_formula_whose_number_is_none_is_left_to_excel(number: str, understood: bool) -> None:
    shared = f't="shared" si="{number}"'
    cell = (
        f'<c r="B1"><f {shared} ref="B1:B2">A1*10</f><v>20</v></c></row><row r="2"><c r="B2"><f {shared}/><v>0</v></c>'
    )
    _, outcome = book_with("", cell=cell).with_recalculation(KnownFormulas())
    assert outcome.values == {CellPlace("s", 1, 2): 30}
    assert outcome.left_for_excel.keys() == (set() if understood else {CellPlace("s", 2, 2)})


@pytest.mark.parametrize("place", ["A:A,6", "A:B,6,1", "1:1,1,9", "A1:A9,6"])
def test_index_reads_below_the_last_row(place: str) -> None:
    """LibreOffice and Excel show 0 for an empty cell."""
    book = book_with(f"INDEX(T!{place})+A1*10")
    assert book.with_recalculation(KnownFormulas())[1].values == {CellPlace("s", 1, 2): 30}


def test_a_row_of_totals_without_the_name_of_its_table_reads_the_table() -> None:
    rows = (
        '<row r="1"><c r="A1" t="str"><v>Amount</v></c></row><row r="2"><c r="A2"><v>300</v></c></row>'
        '<row r="3"><c r="A3"><f>SUM([Amount])</f><v>300</v></c></row>'
        '<row r="4"><c r="A4"><f>SUBTOTAL(109,[Amount])</f><v>300</v></c></row>'
    )
    made = table("Sums", "A1:A3", {"Amount": None}, totals=True)
    book = opened(package({"S": sheet(rows, tables=1)}, {"S": [made]}))
    book.set_column("Sums", "Amount", {2: 523})
    _, outcome = book.with_recalculation(KnownFormulas())
    assert outcome.values == {CellPlace("s", 3, 1): 523}
    assert outcome.left_for_excel == {CellPlace("s", 4, 1): "[Amount]"}
