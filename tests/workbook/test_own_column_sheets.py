"""Declared columns on the sheets: added with format and dropdown, filled by an import, kept when they are no longer declared."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from openpyxl import load_workbook

from tests.tables import rows
from tests.templates import built
from xl_salesflow.core.change_sets import Append, ChangeSet, Remove
from xl_salesflow.core.own_columns import describe_own_column
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook

TODAY = date(2026, 3, 31)
MACHINE, WORTH, ASKED = "own:list:Machine", "own:amount:Worth", "own:date:Asked on"
DECLARED = """
table    | column   | kind   | values      | other_title | aliases
Deals    | Machine  | list   | Lathe; Mill | 机型        | Maschinentyp; Type of machine
Deals    | Worth    | amount |             |             |
Deals    | Asked on | date   |             |             |
Accounts | Chain    | yes_no |             |             |
"""


def test_declared_columns_come_fill_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "team.xlsx"
    path.write_bytes(built("zh"))
    assert load_workbook(path)["自有列"].sheet_state == "hidden"
    book = ClosedBook(path)
    book.read(TODAY)
    declared = make_table_frame(TABLES["Columns"], rows(DECLARED, "Columns"))
    book.write(ChangeSet(appends=(Append("Columns", declared, "declare"),)))

    sheets = load_workbook(path)
    assert sheets["自有列"].sheet_state == "visible"
    assert [cell.value for cell in sheets["商机"][1]][-3:] == ["Machine", "Worth", "Asked on"]
    assert [one.formula1 for one in sheets["商机"].data_validations.dataValidation][-1] == '"Lathe,Mill"'
    assert [one.formula1 for one in sheets["客户"].data_validations.dataValidation][-1] == '"是,否"'
    assert sheets["商机"].cell(2, sheets["商机"].max_column).number_format == "yyyy-mm-dd"

    book = ClosedBook(path)
    pipeline = book.read(TODAY)
    file = tmp_path / "crm.csv"
    file.write_text(
        "Deal ID,Deal name,Amount,Stage,MASCHINENTYP,Worth,Asked on\n"
        '7,Line 3,100,Lead,lathe,"1,250.50",2026-02-01\n8,Line 4,50,Lead,Drill,many,2026-02-03\n',
        encoding="utf-8",
    )
    proposed = propose_import_map([file], pipeline)
    targets = {how.to for how in proposed.files[0].columns.values()}
    assert targets >= {MACHINE, WORTH, ASKED}
    plan = build_import_changes(pipeline, [file], proposed, as_history=True)
    assert any("“many”" in finding.message for finding in plan.findings)
    book.write(plan)

    again = ClosedBook(path)
    pipeline = again.read(TODAY)
    held = pipeline["Deals"].set_index("deal")
    assert held.loc["7", [MACHINE, WORTH]].tolist() == ["Lathe", 1250.5]
    assert held.loc["8", MACHINE] == "Drill"
    assert held[ASKED].tolist() == [datetime(2026, 2, 1), datetime(2026, 2, 3)]
    assert not build_import_changes(pipeline, [file], proposed, as_history=True).edits

    # the row of Columns goes, the column stays the team's own
    again.write(ChangeSet(removes=(Remove("Columns", pipeline["Columns"].iloc[:1], "no longer"),)))
    left = ClosedBook(path).read(TODAY)
    assert MACHINE not in left["Deals"]
    assert left.own_columns.list_headers("Deals") == ("Machine",)
    assert left.own_columns.read("Deals", describe_own_column("Machine")).tolist() == ["Lathe", "Drill"]


def test_repair_adds_a_declared_column_that_was_deleted_and_a_header_of_the_other_language_is_found(
    tmp_path: Path,
) -> None:
    path = tmp_path / "team.xlsx"
    path.write_bytes(built("en"))
    sheets = load_workbook(path)
    for at, cell in enumerate(["Deals", "Machine", "机型", "List", "Lathe; Mill"], start=1):
        sheets["Own columns"].cell(2, at, cell)
    deals = sheets["Deals"]
    deals.cell(2, 1, "D-1")
    sheets.save(path)
    assert "the column “Machine” of Deals" in ClosedBook(path).restore()
    assert not ClosedBook(path).restore()
    assert MACHINE in ClosedBook(path).read(TODAY)["Deals"]
    # a copy whose header is in the other language
    sheets = load_workbook(path)
    sheets["Deals"].cell(1, sheets["Deals"].max_column, "机型")
    sheets["Deals"].tables["Deals"].tableColumns[-1].name = "机型"
    sheets.save(path)
    assert MACHINE in ClosedBook(path).read(TODAY)["Deals"]
