"""Upgrading a workbook of an older version: missing tables, columns, rows and names are added; people's data stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.utils import absolute_coordinate
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink

from tests.libreoffice import LibreOffice
from tests.templates import built
from tests.validator import Validator
from tests.workbook import desk
from tests.workbook.book_contract import OWN, ROWS, TODAY
from xl_salesflow.cli import main
from xl_salesflow.errors import MissingColumn, MissingTable, NotOurWorkbook, UnsupportedEdit
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.ooxml.cell_references import CellPlace
from xl_salesflow.ooxml.excel_notation import column_letters
from xl_salesflow.ooxml.sheet_transfer import rename_sheets
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.book_upgrade import upgrade_workbook
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.missing_parts import MissingPart, find_missing_parts

GONE_TABLES = ("Feedback", "Targets")
GONE_COLUMNS = {"Deals": ("competitor", "weighted_value"), "Activities": ("outcome",), "Stages": ("key",)}

MakeOld = Callable[..., Path]


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeOld:
    """Make a workbook like an older version: without some tables and columns."""

    def make(language: Language = "en", own: str = OWN, columns: dict[str, tuple[str, ...]] | None = None) -> Path:
        gone = GONE_COLUMNS if columns is None else columns
        older = {
            name: replace(table, columns=tuple(c for c in table.columns if c.id not in gone.get(name, ())))
            for name, table in TABLES.items()
            if name not in GONE_TABLES
        }
        monkeypatch.setattr(desk, "TABLES", older)
        return desk.make(tmp_path / f"old-{language}.xlsx", language, ROWS, own)

    return make


def shipped(language: Language) -> Workbook:
    return Workbook(Path("template"), built(language))


def upgrade(path: Path, language: Language = "en") -> list[MissingPart]:
    after, added = upgrade_workbook(Workbook.open(path), shipped(language))
    path.write_bytes(after.to_bytes())
    return added


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_and_columns_are_added_and_everything_else_is_as_it_was(old: MakeOld, language: Language) -> None:
    path = old(language)
    before = Workbook.open(path)
    kept = {name: before.read_table(name) for name in before.tables}
    with pytest.raises((MissingTable, MissingColumn)):
        ClosedBook(path).read(TODAY)
    added = upgrade(path, language)
    for table in GONE_TABLES:
        assert MissingPart("table", table) in added
    for table, ids in GONE_COLUMNS.items():
        assert {one.what for one in added if one.kind == "column" and one.table == table} == set(ids)
    after = Workbook.open(path)
    for name, columns in kept.items():
        now = after.read_table(name)
        assert {header: now[header][: len(cells)] for header, cells in columns.items()} == columns
    pipeline = ClosedBook(path).read(TODAY)
    assert list(pipeline["Deals"]["deal"]) == ["D-1", "D-2", "D-3"]
    assert not [
        fault for fault in pipeline.cell_findings if fault.rule == "formula_typed_over" and fault.table == "Deals"
    ]


def test_a_second_upgrade_adds_nothing_and_changes_no_byte(old: MakeOld) -> None:
    path = old()
    upgrade(path)
    workbook = Workbook.open(path)
    after, added = upgrade_workbook(workbook, shipped("en"))
    assert after is workbook
    assert added == []


def test_a_new_column_has_the_formula_the_format_and_the_choices_of_the_template(old: MakeOld) -> None:
    path = old(columns={"Deals": ("forecast", "weighted_value", "expected_close")})
    upgrade(path)
    sheet, pattern = load_workbook(path)["Deals"], load_workbook_of("en")["Deals"]
    last = [cell.value for cell in sheet[1]][-3:]
    assert sorted(last) == sorted(
        TABLES["Deals"].header(column_id, "en") for column_id in ("forecast", "weighted_value", "expected_close")
    )
    assert sheet.tables["Deals"].ref.endswith("4")
    for header in last:
        here = next(cell for cell in sheet[1] if cell.value == header).column
        there = next(cell for cell in pattern[1] if cell.value == header).column
        assert sheet.cell(2, here).number_format == pattern.cell(2, there).number_format
        assert repr(sheet.cell(1, here).font) == repr(pattern.cell(1, there).font)
        assert repr(sheet.cell(2, here).fill) == repr(pattern.cell(2, there).fill)
        assert rules(sheet, sheet.cell(3, here).coordinate) == rules(pattern, pattern.cell(2, there).coordinate)
        assert (str(sheet.cell(4, here).value or "")[:1] == "=") == (str(pattern.cell(2, there).value or "")[:1] == "=")


def load_workbook_of(language: Language) -> object:
    import io

    return load_workbook(io.BytesIO(built(language)))


def rules(sheet: object, cell: str) -> list[str]:
    """Return the formulas of the validations of a cell."""
    return [str(v.formula1) for v in sheet.data_validations.dataValidation if cell in v.sqref]  # type: ignore[attr-defined]


def test_cells_beside_a_table_are_not_overwritten(old: MakeOld) -> None:
    path = old(own="", columns={"Deals": ("competitor",)})
    book = load_workbook(path)
    beside = book["Deals"].cell(3, book["Deals"].max_column + 1)
    beside.value = "my note"
    book.save(path)
    before = path.read_bytes()
    with pytest.raises(UnsupportedEdit, match=rf"Deals!{beside.coordinate}: is in the way"):
        upgrade_workbook(Workbook.open(path), shipped("en"))
    assert path.read_bytes() == before


@pytest.mark.parametrize("new", ["Expected closed", "When"])
def test_a_renamed_column_is_not_added_but_reported(old: MakeOld, new: str) -> None:
    path = old()
    desk.Desk(path).rename("Deals", "Expected close", new)
    assert not any(one.what == "expected_close" for one in find_missing_parts(Workbook.open(path), shipped("en")))
    upgrade(path)
    with pytest.raises(MissingColumn, match=f"now headed “{new}”"):
        ClosedBook(path).read(TODAY)


def test_the_command_line_upgrades_an_older_workbook(old: MakeOld, capsys: pytest.CaptureFixture[str]) -> None:
    path = old()
    assert main(["check", str(path)]) == 3
    assert "salesflow check --repair adds it" in capsys.readouterr().err
    assert main(["check", str(path), "--repair"]) in (0, 1)
    output = capsys.readouterr().out
    assert "Restored: " in output
    assert "the table Feedback" in output
    assert "the column “Weighted value” of Deals" in output
    before = path.read_bytes()
    assert main(["check", str(path), "--repair"]) in (0, 1)
    assert "Restored" not in capsys.readouterr().out
    assert path.read_bytes() == before
    pipeline = ClosedBook(path).read(TODAY)
    assert not [fault for fault in pipeline.cell_findings if fault.rule == "formula_typed_over"]


def test_a_workbook_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    from openpyxl import Workbook as Empty

    Empty().save(tmp_path / "other.xlsx")
    with pytest.raises(NotOurWorkbook):
        upgrade_workbook(Workbook.open(tmp_path / "other.xlsx"))


def test_the_template_needs_no_upgrade() -> None:
    for language in LANGUAGES:
        assert find_missing_parts(shipped(language), shipped(language)) == []


def test_other_programs_accept_the_result(
    old: MakeOld, validator: Validator, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    path = old()
    known = set(validator(path))
    upgrade(path)
    assert set(validator(path)) <= known
    shown = load_workbook(libreoffice.recalculated(path), data_only=True)
    assert {sheet.title for sheet in load_workbook(path)} == {sheet.title for sheet in shown}
    sheet = shown["Deals"]
    headers = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, headers.index("Deal") + 1).value == "D-1"


def test_a_deleted_sheet_of_the_template_comes_back_with_its_names_and_charts(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = load_workbook_of("en")
    for name in ("Forecast", "Dropdowns"):
        del book[name]  # type: ignore[attr-defined]
    book.save(path)  # type: ignore[attr-defined]
    upgrade(path)
    after = Workbook.open(path)
    assert {"Forecast", "Dropdowns"} <= set(after.sheets)
    assert find_missing_parts(after, shipped("en")) == []
    assert len(load_workbook(path)["Forecast"]._charts) == len(load_workbook_of("en")["Forecast"]._charts) > 0


CARDS = ("won_count", "won_value", "win_rate", "win_rate_of_all")
"""The row of cards whose first one an older layout lacked: the others were one place further left."""


@pytest.fixture(params=LANGUAGES)
def older_layout(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return an older template: without one card, with another one at the end, without a comparison, with shorter workings."""
    book = load_workbook_of(request.param)
    funnel, names = book["Funnel" if request.param == "en" else "销售漏斗"], book.defined_names  # type: ignore[attr-defined]
    places = [names[f"Card_{card}"].attr_text.rpartition("!")[2].replace("$", "") for card in CARDS]
    for place, card in zip(places, (*CARDS[1:], "median_won_value"), strict=True):
        funnel[place] = f"={card}"
        names[f"Card_{card}"] = DefinedName(f"Card_{card}", attr_text=f"'{funnel.title}'!{absolute_coordinate(place)}")
        above, below = funnel[place].offset(-1), funnel[place].offset(1)
        above.value, below.value = f"label of {card}", f"meaning of {card}"
    compared = funnel[names["CompareInput"].attr_text.rpartition("!")[2].replace("$", "")]
    compared.value = compared.offset(-1).value = None
    names["StateFound"].attr_text = names["StateFound"].attr_text.rpartition("$")[0] + "$9"
    del names["Card_won_count"], names["CompareInput"], names["ReachedStep"]
    path = tmp_path / f"older-{request.param}.xlsx"
    book.save(path)  # type: ignore[attr-defined]
    return path


def test_an_older_layout_is_repaired_in_one_run(older_layout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    what stood elsewhere             | after the repair
    cards, for want of another one   | each where the template has it, with its label and what it means below
    a card there is no longer        | its name is gone, and nothing reads it
    the day to compare with          | named, with its label
    a sheet of workings              | written anew, with its names
    """
    assert main(["check", str(older_layout), "--repair"]) in (0, 1)
    repaired, pipeline = older_layout.read_bytes(), ClosedBook(older_layout).read(TODAY)
    assert [fault.message for fault in pipeline.cell_findings] == []
    after, template = Workbook.open(older_layout), shipped(pipeline.language)
    assert {name: text.replace("'", "") for name, text in after.name_texts.items()} == {
        name: text.replace("'", "") for name, text in template.name_texts.items()
    }
    for name in ("CompareInput", *(f"Card_{card}" for card in CARDS)):
        at = template.names[name]
        around = f"{column_letters(at.col)}{at.row - 1}:{column_letters(at.col)}{at.row + 1}"
        (above, _, below), (label, _, meaning) = (book.read_range(at.sheet, around) for book in (after, template))
        assert above == label
        assert below == meaning or (meaning == [None] and below != [None])  # a formula has no result in the template
        for row in (at.row, at.row + 1):
            place = CellPlace(at.sheet.casefold(), row, at.col)
            assert after.formulas(at.sheet).get(place) == template.formulas(at.sheet).get(place)
    capsys.readouterr()
    assert main(["check", str(older_layout), "--repair"]) == 0
    assert "Restored" not in capsys.readouterr().out
    assert older_layout.read_bytes() == repaired


def test_a_persons_own_cell_is_not_taken_for_a_card(tmp_path: Path) -> None:
    book = load_workbook_of("en")
    names, path = book.defined_names, tmp_path / "book.xlsx"  # type: ignore[attr-defined]
    place = names["Card_won_count"].attr_text.rpartition("!")[2].replace("$", "")
    book["Funnel"][place] = "my own note"  # type: ignore[index]
    del names["Card_won_count"]
    book.save(path)  # type: ignore[attr-defined]
    upgrade(path)
    assert "Card_won_count" not in Workbook.open(path).name_texts
    assert load_workbook(path)["Funnel"][place].value == "my own note"


@pytest.fixture
def reserved(tmp_path: Path) -> Path:
    """Make a workbook whose stage history is on a sheet with the reserved name, and a sheet of a person that refers to it."""
    path = tmp_path / "reserved.xlsx"
    renamed = rename_sheets(shipped("en"), {"Stage history": "History"})
    book = load_workbook(BytesIO(renamed.to_bytes()))
    own = book.create_sheet("Mine")
    own["A1"], own["A2"] = "=COUNTA(History!$A:$A)", '="History!"&HISTORY!B1'
    own["A3"].hyperlink = Hyperlink(ref="A3", location="History!A1")
    choices = DataValidation("list", formula1="History!$E$2:$E$9")
    choices.add("A4")
    own.add_data_validation(choices)
    own.conditional_formatting.add("A5", FormulaRule(["History!$A$2=A5"]))
    book.defined_names["MyVisits"] = DefinedName("MyVisits", attr_text="History!$A$1:$A$9")
    book.save(path)
    return path


def test_the_reserved_sheet_name_is_read_and_renamed_with_all_references(
    reserved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Workbook.open(reserved).tables["History"].sheet == "History"
    assert list(ClosedBook(reserved).read(TODAY)["History"]["visit"]) == []
    main(["check", str(reserved), "--repair", "--today", TODAY.isoformat()])
    assert "the sheet name Stage history" in capsys.readouterr().out
    assert sorted(file.name for file in reserved.parent.iterdir()) == ["reserved.backup-1.xlsx", "reserved.xlsx"]
    book = load_workbook(reserved)
    assert "Stage history" in book.sheetnames
    assert "History" not in book.sheetnames
    own = book["Mine"]
    assert (own["A1"].value, own["A2"].value) == ("=COUNTA('Stage history'!$A:$A)", "=\"History!\"&'Stage history'!B1")
    assert own["A3"].hyperlink.location == "'Stage history'!A1"
    (choices,) = own.data_validations.dataValidation
    assert choices.formula1 == "'Stage history'!$E$2:$E$9"
    (rule,) = next(iter(own.conditional_formatting)).rules
    assert rule.formula == ["'Stage history'!$A$2=A5"]
    assert book.defined_names["MyVisits"].attr_text == "'Stage history'!$A$1:$A$9"
    assert find_missing_parts(Workbook.open(reserved), shipped("en")) == []


def test_a_persons_sheet_of_the_new_name_stays(tmp_path: Path) -> None:
    path = tmp_path / "taken.xlsx"
    book = load_workbook(BytesIO(rename_sheets(shipped("en"), {"Stage history": "History"}).to_bytes()))
    book.create_sheet("stage history")
    book.save(path)
    assert upgrade(path) == []
    assert Workbook.open(path).tables["History"].sheet == "History"
