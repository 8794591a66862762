"""The answer of an import: every row and every amount is accounted for, and what is left can be mended and brought again."""

from __future__ import annotations

import csv as csv_files
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.verb_answers import ImportedFiles
from xl_salesflow.engine import Run
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_parts import ColumnMap
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import build_new_workbook

Csv = Callable[..., Path]
DAY = date(2026, 7, 1)


def answered(*paths: Path) -> ImportedFiles:
    before = workbook()
    return build_import_changes(before, paths, propose_import_map(paths, before)).answer


def counts(answer: ImportedFiles) -> list[tuple[int, ...]]:
    return [(n.read, n.created, n.updated, n.unchanged, n.joined, n.left_out) for n in answer.rows]


@pytest.mark.parametrize(
    ("table", "rows", "reasons", "sums"),
    [
        ("Deal | Stage | Amount\nD-1 | Lead | 100\nD-2 | Lead | 50", (2, 2, 0, 0, 0, 0), [], (150, 150)),
        (
            "Deal | Stage | Amount\nD-1 | Lead | 100\nD-1 | Lead | 50\nTotal | | 150",
            (3, 1, 0, 0, 0, 2),
            ["Deal “D-1” is already used in row 2; this row is left out.", "a line of totals, left out."],
            (150, 100),
        ),
        (
            "Deal | Stage | Amount\nD-1 | Lead | 100\nDeal | Stage | Amount\nD-2 | Lead | 5 pears",
            (3, 2, 0, 0, 0, 1),
            ["the headers again, left out."],
            (100, 100),
        ),
        ("Deal | Stage | Amount\nD-1 | Lead | 50\nD-2 | Lead | € 7\nD-3 | Lead | 9", (3, 3, 0, 0, 0, 0), [], (66, 59)),
        (
            "Deal | Stage | Amount | Deleted\nD-1 | Lead | 100 | no\nD-2 | Lead | 50 | yes",
            (2, 1, 0, 0, 0, 1),
            ["archived, deleted or no longer active."],
            (150, 100),
        ),
        ("Deal | Stage | Amount (thousand)\nD-1 | Lead | 1.5\nD-2 | Lead | 20", (2, 2, 0, 0, 0, 0), [], (21.5, 21500)),
    ],
)
def test_every_row_and_amount_is_accounted_for(
    table: str, rows: tuple[int, ...], reasons: list[str], sums: tuple[float, float], csv: Csv
) -> None:
    answer = answered(csv("deals.csv", table, delimiter=";"))
    assert counts(answer) == [rows]
    assert [run.reason for run in answer.left_out] == reasons
    assert [(one.in_file, one.in_workbook) for one in answer.sums] == [sums]


def test_rows_of_a_second_file_are_joined_and_counted_once(csv: Csv) -> None:
    one = csv("deals.csv", "Deal | Stage | Name\nD-1 | Lead | Pumps\nD-2 | Lead | Bolts")
    two = csv("amounts.csv", "Deal | Stage | Amount\nD-1 | Lead | 100\nD-3 | Lead | 50")
    answer = answered(one, two)
    assert counts(answer) == [(2, 2, 0, 0, 0, 0), (2, 1, 0, 0, 1, 0)]
    assert [(sums.file, sums.in_file, sums.in_workbook) for sums in answer.sums] == [("amounts.csv", 150, 150)]


def test_a_second_import_finds_everything_unchanged_and_a_third_what_is_new(csv: Csv) -> None:
    path = csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | 100\nD-2 | Lead | 50")
    before = workbook()
    mapping = propose_import_map([path], before)
    after = apply_change_set(before, build_import_changes(before, [path], mapping))
    again = build_import_changes(after, [path], mapping)
    assert counts(again.answer) == [(2, 0, 0, 2, 0, 0)]
    assert not again.writes
    csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | 100\nD-2 | Lead | 70\nD-3 | Lead |")
    newer = build_import_changes(after, [path], mapping).answer
    assert counts(newer) == [(3, 1, 1, 1, 0, 0)]
    assert [(sums.in_file, sums.in_workbook) for sums in newer.sums] == [(170, 170)]


def test_a_blank_cell_keeps_the_amount_of_the_workbook_and_the_sums_show_it(csv: Csv) -> None:
    path = csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | 100\nD-2 | Lead | 50")
    before = workbook()
    mapping = propose_import_map([path], before)
    after = apply_change_set(before, build_import_changes(before, [path], mapping))
    csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | 100\nD-2 | Lead |")
    (sums,) = build_import_changes(after, [path], mapping).answer.sums
    assert (sums.in_file, sums.in_workbook) == (100, 150)


def test_a_stage_that_the_map_does_not_name_is_a_lost_cell(csv: Csv) -> None:
    path = csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | 100\nD-2 | Won | 50")
    mapping = propose_import_map([path], workbook())
    csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | 100\nD-2 | Wonn | 50")
    planned = build_import_changes(workbook(), [path], mapping)
    assert [(lost.column, lost.cells, lost.rows) for lost in planned.answer.not_understood] == [("stage", 1, (3,))]
    assert planned.blocks


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a new workbook."""
    (tmp_path / "book.xlsx").write_bytes(build_new_workbook("en"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["import", "book.xlsx", *words, "--as-history", "--today", DAY.isoformat()])
    return code, capsys.readouterr().out


BAD_ROWS = (
    "Deal | Name | Stage | Amount | Expected close\nD-1 | Pumps | Lead | 85,5 | 03/04/2026\n"
    "007 | =Bolts | Won | 5 pears | 25/04/2026\nD-1 | Nuts | Lead | 100,00 | 03/04/2026"
)


@pytest.mark.usefixtures("folder")
def test_what_is_left_can_be_mended_and_imported_again(csv: Csv, capsys: pytest.CaptureFixture[str]) -> None:
    csv("deals.csv", BAD_ROWS, delimiter=";")
    code, output = run("deals.csv", "--yes", capsys=capsys)
    assert code == 1
    assert "deals.csv → Deals: 3 rows read: 2 created, 1 left out." in output
    assert '"deals not imported.csv"; import them again with --map "deals not imported.map.toml".' in output
    left = Path("deals not imported.csv").read_text(encoding="utf-8-sig")
    mended = left.replace("5 pears", "5,25").replace("D-1;Nuts", "D-2;Nuts")
    assert [row[:5] for row in csv_files.reader(left.splitlines(), delimiter=";")][1:] == [
        ["'007", "'=Bolts", "Won", "5 pears", "25/04/2026"],
        ["D-1", "Nuts", "Lead", "100,00", "03/04/2026"],
    ]
    Path("deals not imported.csv").write_text(mended, encoding="utf-8-sig")
    code, output = run("deals not imported.csv", "--map", "deals not imported.map.toml", capsys=capsys)
    assert code == 0
    assert "1 created, 1 updated" in output
    deals = ClosedBook(Path("book.xlsx")).read(DAY)["Deals"]
    assert dict(zip(deals["deal"], deals["amount"], strict=True)) == {"D-1": 85.5, "007": 5.25, "D-2": 100.0}
    assert list(deals["expected_close"].dt.date) == [date(2026, 4, 3), date(2026, 4, 25), date(2026, 4, 3)]


FAULTY_ROWS = """\
Deal | Stage | Amount | Expected close | Probability
D-1 | Lead | 10 | 2026-09-01 | 0.5
D-2 | Xyzzy | 20 | 2026-09-02 | 0.5
D-3 | Lead | 5 pears | 2026-09-03 | 0.5
D-4 | Lead | € 7 | 2026-09-04 | 0.5
D-5 | Lead | 50 | 2026-02-31 | 0.5
D-6 | Lead | 60 | some day | 0.5
D-7 | Lead | #REF! | 2026-09-07 | 0.5
D-8 | Lead | 80 | 2026-09-08 | 150 %
D-1 | Lead | 90 | 2026-09-09 | 0.5
"""
MENDED = {
    "Xyzzy": "Contract", "5 pears": "30", "€ 7": "40", "2026-02-31": "2026-09-05", "some day": "2026-09-06", "#REF!": "70",
    "150 %": "0.5", "D-1,Lead": "D-9,Lead",
}  # fmt: skip


@pytest.mark.usefixtures("folder")
def test_rows_with_every_kind_of_fault_come_back_once(csv: Csv, capsys: pytest.CaptureFixture[str]) -> None:
    good = csv("deals.csv", FAULTY_ROWS.split("D-2")[0])
    Path("deals.toml").write_text(propose_import_map([good], workbook()).to_toml("en"), encoding="utf-8")
    csv("deals.csv", FAULTY_ROWS)
    code, output = run("deals.csv", "--map", "deals.toml", "--json", capsys=capsys)
    answer: dict[str, Any] = json.loads(output)
    assert code == 1
    (counted,) = answer["rows"]
    assert [counted[what] for what in ("read", "created", "left_out")] == [9, 8, 1]
    left = Path("deals not imported.csv").read_text(encoding="utf-8-sig")
    rows = list(csv_files.reader(left.splitlines()))[1:]
    assert [row[0] for row in rows] == ["D-2", "D-3", "D-4", "D-5", "D-6", "D-7", "D-8", "D-1"]
    assert all(row[-1] for row in rows)
    for fault, right in MENDED.items():
        left = left.replace(fault, right, 1)
    Path("deals not imported.csv").write_text(left, encoding="utf-8-sig")
    code, output = run("deals not imported.csv", "--map", "deals not imported.map.toml", capsys=capsys)
    assert (code, "1 created, 7 updated" in output) == (0, True)
    deals = ClosedBook(Path("book.xlsx")).read(DAY)["Deals"].sort_values("deal")
    assert list(deals["deal"]) == [f"D-{number}" for number in range(1, 10)]
    assert list(deals["amount"]) == [10 * number for number in range(1, 10)]
    assert list(deals["expected_close"].dt.day) == list(range(1, 10))
    assert list(deals["stage"]) == ["Lead", "Contract", *["Lead"] * 7]


@pytest.mark.usefixtures("folder")
def test_a_file_with_mended_rows_is_never_overwritten(csv: Csv, capsys: pytest.CaptureFixture[str]) -> None:
    csv("deals.csv", BAD_ROWS, delimiter=";")
    run("deals.csv", "--yes", capsys=capsys)
    run("deals.csv", "--yes", capsys=capsys)
    assert sorted(path.name for path in Path().glob("* not imported*")) == [
        "deals not imported.csv",
        "deals not imported.map.toml",
    ]
    Path("deals not imported.csv").write_text("mended", encoding="utf-8")
    run("deals.csv", "--yes", capsys=capsys)
    assert Path("deals not imported.csv").read_text(encoding="utf-8") == "mended"
    assert Path("deals not imported 2.csv").exists()


@pytest.mark.usefixtures("folder")
def test_a_dry_run_and_a_complete_import_write_no_such_file(csv: Csv, capsys: pytest.CaptureFixture[str]) -> None:
    csv("deals.csv", BAD_ROWS, delimiter=";")
    run("deals.csv", "--yes", "--dry-run", capsys=capsys)
    csv("good.csv", "Deal | Stage | Amount\nD-1 | Lead | 100")
    run("good.csv", "--yes", capsys=capsys)
    assert not list(Path().glob("* not imported*"))


@pytest.mark.usefixtures("folder")
def test_number_cells_of_a_sheet_are_written_as_the_column_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    sheet = openpyxl.Workbook()
    for row in (
        ["Deal", "Stage", "Amount", "Discount"],
        ["D-1", "Lead", 1234.5, 0.1],
        ["D-1", "Lead", 99.25, 0.1],
        ["D-2", "Lead", "1.234,50", 0.1],
    ):
        sheet.active.append(row)
    sheet.save("team.xlsx")
    run("team.xlsx", "--yes", capsys=capsys)
    assert "99,25" in Path("team not imported.csv").read_text(encoding="utf-8-sig")
    code, output = run("team not imported.csv", "--map", "team not imported.map.toml", "--json", capsys=capsys)
    answer: dict[str, Any] = json.loads(output)
    assert code == 0
    assert [(sums["in_file"], sums["header"]) for sums in answer["sums"]] == [(99.25, "Amount")]


def test_the_terminal_answers_in_the_language_of_the_workbook(
    folder: Path, csv: Csv, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "book.xlsx").write_bytes(build_new_workbook("zh"))
    csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | 100\nD-1 | Lead | 50\nD-2 | Lead | 10-15k")
    _, output = run("deals.csv", "--yes", capsys=capsys)
    said = output[output.index("\n\n", output.index("[files.columns]")) :].splitlines()
    assert "deals.csv → 商机：读取 3 行：新增 2 行、略过 1 行。" in said
    assert "deals.csv，Amount     150       100  ≠" in said
    assert not re.search(r"[a-z]{3}", re.sub(r"[\w ]+\.(?:csv|xlsx|map\.toml)|Amount|Deal|--map", "", "\n".join(said)))


def test_adopt_counts_the_rows_of_the_teams_own_sheets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    team = openpyxl.Workbook()
    for row in (["Deal", "Stage", "Amount"], ["D-1", "Lead", 100], ["D-2", "Lead", "5 pears"], ["Total", None, 100]):
        team.active.append(row)
    team.save("team.xlsx")
    capsys.readouterr()
    assert main(["adopt", "team.xlsx", "--yes", "--json", "--today", DAY.isoformat()]) == 1
    answer = json.loads(capsys.readouterr().out)
    (rows,), (sums,) = answer["rows"], answer["sums"]
    assert (rows["read"], rows["created"], rows["left_out"]) == (3, 2, 1)
    assert (sums["in_file"], sums["in_workbook"]) == (100, 100)
    assert answer["not_imported"] == ["team not imported.csv", "team not imported.map.toml"]
    rows_to_mend = (folder / "team not imported.csv").read_text("utf-8-sig").splitlines()
    assert [line.partition(',"Amount:')[0] for line in rows_to_mend[1:]] == ["D-2,Lead,5 pears"]


def test_a_finding_about_a_row_that_is_only_being_added_names_its_file_and_cell(csv: Csv, empty: Pipeline) -> None:
    """
    - the cell is that of the file, by the header of the file; a column that the file lacks gives the row
    - a row that the workbook has already is named by its address in the workbook
    """
    held = empty.with_tables(
        Deals=make_table_frame(TABLES["Deals"], [{"deal": "D-9", "name": "Old", "stage": "Lead", "amount": -1.0}])
    )
    path = csv(
        "list.csv",
        "Deal | Title | Stage | Est. value | Added\nD-9 | Old | Lead | -1 |\nD-1 | Pumps | Lead | -5 | 2030-01-01\n"
        "D-2 | Hoses | Lost | 100 | 2025-01-01\n | Valves | Lead | -7 |",
    )
    mapping = propose_import_map([path], held)
    columns = dict(mapping.files[0].columns) | {"Est. value": ColumnMap("amount"), "Added": ColumnMap("created")}
    mapping = replace(mapping, files=(replace(mapping.files[0], columns=columns),))
    plan = bring_in(held, build_import_changes(held, [path], mapping), Run("Ann", datetime(2025, 6, 30)))
    told = {(finding.rule, finding.cell) for finding in plan.findings}
    assert {
        ("negative_money", "Deals"),  # this pipeline has no addresses
        ("negative_money", "list.csv, row 3, Est. value"),
        ("negative_money", "list.csv, row 5, Est. value"),
        ("future_date", "list.csv, row 3, Added"),
        ("move_refused", "list.csv, row 4, Stage"),
    } <= told
