"""The import map that is proposed for unknown files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.written_columns import DAY_OR_MONTH_FIRST
from xl_salesflow.core.written_dates import DAY_FIRST, YEAR_FIRST
from xl_salesflow.imports.map_parts import ColumnMap
from xl_salesflow.imports.map_proposal import propose_import_map

Csv = Callable[..., Path]


def test_ambiguous_dates_become_a_question(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | stage | created\n1 | Lead | 03/04/2025\n2 | Lead | 05/06/2025")
    mapping = propose_import_map([path], empty)
    assert mapping.files[0].columns["created"] == ColumnMap("created", DAY_OR_MONTH_FIRST)
    assert [(file.file, header) for file, header in mapping.open_questions] == [("deals.csv", "created")]
    assert any("write dd/mm/yyyy or mm/dd/yyyy" in remark for remark in mapping.notes)


def test_a_clear_column_decides_for_an_unclear_one_of_the_same_file(csv: Csv, empty: Pipeline) -> None:
    """
    created     can be read in two ways, close_date has a 25th
    """
    table = "deal | stage | created | close_date | contract date\n1 | Won | 03/04/2025 | 25/04/2025 | 2025-04-25"
    mapping = propose_import_map([csv("deals.csv", table)], empty)
    columns = mapping.files[0].columns
    assert [columns[header].dates for header in ("created", "close_date", "contract date")] == [
        DAY_FIRST,
        DAY_FIRST,
        YEAR_FIRST,
    ]
    assert any("another column of the file says dd/mm/yyyy" in remark for remark in mapping.notes)


def test_no_file_is_read_that_was_not_named(csv: Csv, empty: Pipeline) -> None:
    """An older export in the same folder, with the same numbers, must not change anything."""
    deals = csv("deals.csv", "deal | account | stage\n1 | Acme | Lead\n2 | Bolt | Lead")
    csv("old deals.csv", "deal | account | stage | amount\n1 | Acme | Won | 1\n2 | Bolt | Won | 2\n3 | Crux | Won | 3")
    csv("accounts.csv", "account | sector\nAcme | retail\nBolt | software")
    assert [(file.file, file.table) for file in propose_import_map([deals], empty).files] == [("deals.csv", "Deals")]


@pytest.mark.parametrize(
    ("header", "values", "target"),
    [
        pytest.param("deal", "Renewal | Renewal | Pumps", "name", id="words are names"),
        pytest.param("deal", "O-1 | O-2 | O-3", "deal", id="codes are numbers"),
        pytest.param("opportunity", "Renewal 2025 | Renewal 2026 | Pumps 7", "name", id="words with years"),
    ],
)
def test_a_column_of_deals_holds_numbers_or_names(
    csv: Csv, empty: Pipeline, header: str, values: str, target: str
) -> None:
    rows = "\n".join(f"{value} | Acme {at} | Lead" for at, value in enumerate(values.split(" | ")))
    columns = propose_import_map([csv("deals.csv", f"{header} | company | stage\n{rows}")], empty).files[0].columns
    assert columns[header].to == target


def test_names_are_preferred_to_the_ids_of_another_program(csv: Csv, empty: Pipeline) -> None:
    table = (
        "opportunity | topic | owner id | owner name | stage\n"
        "7f0a | Pumps | 1001 | Mara | Lead\n7f0b | Hoses | 1002 | Ivo | Lead"
    )
    columns = propose_import_map([csv("deals.csv", table)], empty).files[0].columns
    assert {header: how.to for header, how in columns.items() if how.to} == {
        "topic": "name", "owner name": "owner", "stage": "stage",
    }  # fmt: skip


def test_in_a_list_of_people_a_title_is_a_job(csv: Csv, empty: Pipeline) -> None:
    table = (
        "first name | last name | title | company | lead status\n"
        "Ann | Lee | CFO | Acme | New\nBob | Ray | CTO | Bolt | Working"
    )
    mapping = propose_import_map([csv("leads.csv", table)], empty)
    assert {header: how.to for header, how in mapping.files[0].columns.items()} == {
        "first name": "first_name", "last name": "last_name", "title": "", "company": "account", "lead status": "stage",
    }  # fmt: skip
    assert "Contacts" in mapping.missing


def test_sums_by_stage_are_no_deals(csv: Csv, empty: Pipeline) -> None:
    path = csv("pivot.csv", "Stage | Region | Amount\nLead | North | 10\nLead | South | 20\nWon | North | 30")
    assert [file.table for file in propose_import_map([path], empty).files] == [""]


def test_an_unknown_header_is_recognized_by_its_values(csv: Csv, empty: Pipeline) -> None:
    deals = csv("deals.csv", "deal | who | stage\n1 | Ann | Lead\n2 | Bob | Lead")
    team = csv("team.csv", "sales_agent | manager\nAnn | Eve\nBob | Eve")
    mapping = propose_import_map([deals, team], empty)
    assert mapping.files[0].columns["who"] == ColumnMap("owner")
    assert any("“who” holds names of the sheet's Owner" in remark for remark in mapping.notes)


def test_columns_without_a_target_are_named_and_left_out(csv: Csv, empty: Pipeline) -> None:
    mapping = propose_import_map([csv("deals.csv", "deal | stage | shoe size\n1 | Lead | 43")], empty)
    assert mapping.files[0].columns["shoe size"] == ColumnMap("")
    assert any("no matching column for “shoe size”; left out" in remark for remark in mapping.notes)


def test_a_file_with_unknown_headers_is_named_and_left_out(csv: Csv, empty: Pipeline) -> None:
    mapping = propose_import_map([csv("rain.csv", "station | rain\nx | 5")], empty)
    assert mapping.files[0].table == ""
    assert mapping.notes[0].startswith("rain.csv looks like none of our tables and is left out")


def test_different_spellings_of_a_name_become_one(csv: Csv, empty: Pipeline) -> None:
    """
    price list  GTX Pro, GTX 500          deals  GTXPro, gtx pro → GTX Pro; GTX 50 is another model
    accounts    none                      deals  Acme twice, ACME once → Acme
    """
    deals = csv("deals.csv", "deal | account | product | stage\n1 | Acme | GTXPro | Lead\n2 | Acme | gtx pro | Lead\n3 | ACME | GTX 50 | Lead")  # fmt: skip  # noqa: E501
    prices = csv("products.csv", "product | price\nGTX Pro | 1\nGTX 500 | 2")
    mapping = propose_import_map([deals, prices], empty)
    assert mapping.values == {"Accounts": {"ACME": "Acme"}, "Products": {"GTXPro": "GTX Pro", "gtx pro": "GTX Pro"}}


def test_list_values_are_matched_with_the_lists(csv: Csv, empty: Pipeline) -> None:
    mapping = propose_import_map(
        [csv("deals.csv", "deal | stage | source\n1 | Lead | Trade-Show\n2 | Lead | Moon")], empty
    )
    assert mapping.values == {"source": {"Trade-Show": "Trade show"}}


def test_the_unit_and_decimal_mark_of_numbers_are_proposed(csv: Csv) -> None:
    table = "deal | stage | 金额(万元) | Probability (%)\n1 | Lead | 1.234,5 | 60"
    mapping = propose_import_map([csv("deals.csv", table, delimiter=";")], workbook("en", "CNY"))
    columns = mapping.files[0].columns
    assert columns["金额(万元)"] == ColumnMap("amount", decimal=",", times=10000.0)
    assert columns["Probability (%)"] == ColumnMap("probability_override", times=0.01)


def test_deals_start_in_the_stage_whose_day_is_known(csv: Csv, empty: Pipeline) -> None:
    """Prospects have no day and engaged deals have one: the day is that of engaging."""
    table = "deal | stage | engage date\n1 | Prospecting | \n2 | Engaging | 2025-01-01\n3 | Won | 2025-01-01\n4 | Prospecting |\n5 | Prospecting |"  # noqa: E501
    assert propose_import_map([csv("deals.csv", table)], empty).starts_in == "Engaging"
    dated = table.replace("Prospecting |", "Prospecting | 2025-01-01")
    assert propose_import_map([csv("deals.csv", dated)], empty).starts_in == "Lead"


def test_flags_decide_what_an_odd_stage_name_is(csv: Csv, empty: Pipeline) -> None:
    table = (
        "id | stage name | is won | is closed\n1 | Zx | TRUE | TRUE\n2 | Qy | FALSE | TRUE\n3 | Lead | FALSE | FALSE"
    )
    assert propose_import_map([csv("deals.csv", table)], empty).stages == {"Zx": "Won", "Qy": "Lost", "Lead": "Lead"}


def test_a_chinese_workbook_is_answered_in_chinese(csv: Csv) -> None:
    path = csv("商机.csv", "商机编号 | 阶段 | 鞋码\n1 | 试探期 | 43", encoding="gb18030")
    mapping = propose_import_map([path], workbook("zh"))
    assert mapping.files[0].encoding == "gb18030"
    assert mapping.notes[0].startswith("无法判断“试探期”是哪个阶段")


def test_two_files_with_the_same_name_are_distinguished(tmp_path: Path, csv: Csv, empty: Pipeline) -> None:
    first = csv("deals.csv", "deal | stage\n1 | Lead")
    (tmp_path / "old").mkdir()
    second = tmp_path / "old" / "deals.csv"
    second.write_text("deal,stage\n2,Lead\n", encoding="utf-8")
    assert [file.file for file in propose_import_map([first, second], empty).files] == [str(first), str(second)]


def test_a_status_beside_a_stage_does_not_decide_the_stage(csv: Csv, empty: Pipeline) -> None:
    """A file with a status keeps the stage in which a deal was won; its name decides the stage, or a person is asked."""
    table = "deal | stage | status\n1 | Contract sent | Won\n2 | Fitting room | Lost"
    mapping = propose_import_map([csv("deals.csv", table)], empty)
    assert mapping.stages == {"Contract sent": "Contract", "Fitting room": "?"}


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        pytest.param(("Pipeline", "Pipeline old"), "Pipeline", id="the old one is named"),
        pytest.param(("Backup", "Pipeline"), "Pipeline", id="the copy comes first"),
        pytest.param(("May", "June"), "May", id="nothing tells: the first one"),
    ],
)
def test_a_sheet_that_repeats_another_is_left_out(
    tmp_path: Path, empty: Pipeline, names: tuple[str, str], kept: str
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, price in zip(names, (100, 999), strict=True):
        sheet = book.create_sheet(name)
        for row in (["Name", "Company", "Stage", "Amount"], ["A", "Acme", "Lead", price], ["B", "Bolt", "Won", 200]):
            sheet.append(row)
    book.save(tmp_path / "team.xlsx")
    mapping = propose_import_map([tmp_path / "team.xlsx"], empty)
    assert {file.sheet: file.table for file in mapping.files} == {
        name: "Deals" if name == kept else "" for name in names
    }
    assert any("repeats most rows of" in note for note in mapping.notes)
    assert not any("looks like none of our tables" in note for note in mapping.notes)


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        pytest.param(("10 %", "60 %"), {"Lead": "Lead", "Zyx": "Zyx"}, id="placed by its probability"),
        pytest.param(("10 %", "0 %"), {"Lead": "Lead", "Zyx": "Lost"}, id="no chance at all"),
        pytest.param(("0", "0"), {"Lead": "Lead", "Zyx": "?"}, id="one value for all is a default"),
    ],
)
def test_probabilities_place_a_stage(
    csv: Csv, empty: Pipeline, probabilities: tuple[str, str], expected: dict[str, str]
) -> None:
    first, second = probabilities
    path = csv("deals.csv", f"name | stage | probability\nA | Lead | {first}\nB | Zyx | {second}")
    assert propose_import_map([path], empty).stages == expected


def test_what_one_file_says_is_no_evidence_for_the_rows_of_another(csv: Csv, empty: Pipeline) -> None:
    """Two files of the same length: their rows are not those of the same deals."""
    stages = csv("deals.csv", "deal | name | stage\nD-1 | A | Lead\nD-2 | B | Zyx")
    flags = csv("flags.csv", "deal | is won | is closed | probability\nD-2 | no | no | 10 %\nD-1 | yes | yes | 60 %")
    assert propose_import_map([stages, flags], empty).stages == {"Lead": "Lead", "Zyx": "?"}
