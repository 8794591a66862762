# ruff: noqa: E501  # a file is one line
"""The public reports of other programs, each tried again with a small file of our own, or with the test that is named.

The reports are those of the findings about other people's files. An expected list holds the values of one column of the
deals; "" is a cell left blank and reported.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.imports.conftest import workbook
from tests.imports.test_value_cases import ASKED, values
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map

AMOUNTS = {
    "SuiteCRM#9880: a decimal comma": ("EUR", "deal;stage;amount\n1;Lead;1,12", [1.12]),
    "SuiteCRM#8289: a decimal comma in a comma file": ("EUR", 'deal,stage,amount\n1,Lead,"4,25"\n2,Lead,"1,50"', [4.25, 1.5]),
    "SuiteCRM#8289: one decimal in a semicolon file": ("EUR", "deal;stage;amount\n1;Lead;1,5", [1.5]),
    "SuiteCRM#9152: euros behind": ("EUR", "deal;stage;amount\n1;Lead;512,77 €", [512.77]),
    "SuiteCRM#9152: dots for thousands": ("EUR", "deal,stage,amount\n1,Lead,85.000", ASKED),
    "SuiteCRM#10580: the column decides": ("EUR", "deal;stage;amount\n1;Lead;1.234,56\n2;Lead;7,89", [1234.56, 7.89]),
    "odoo#14572: the mark of the file": ("USD", "deal\tstage\tamount\n1\tLead\t1.234,56\n2\tLead\t85.000", [1234.56, 85_000]),
    "invoiceninja#9130: a comma without thousands": ("EUR", "deal;stage;amount\n1;Lead;5323,54", [5323.54]),
    "espocrm#3342: a comma, and an accent for a comma": ("EUR", "deal;stage;amount\n1;Lead;123,45\n2;Lead;123`45", [123.45, ""]),
    "frappe/crm#798: lakhs": ("INR", 'deal,stage,amount\n1,Lead,"₹1,00,000"\n2,Lead,"₹1,20,500"\n3,Lead,"₹85,000"', [1e5, 120_500, 85_000]),
    "SuiteCRM#2035: two currencies": ("USD", "deal,stage,amount,currency\n1,Lead,1000,USD\n2,Lead,900,EUR", [1000, ""]),
    "SuiteCRM#794: the sign of another currency": ("USD", "deal,stage,amount\n1,Lead,€1000\n2,Lead,€900", ASKED),
    "fast-excel#327: sep= in the first line": ("USD", "sep=;\ndeal;stage;amount\n1;Lead;100", [100]),
    "oroinc/crm#96: semicolons": ("USD", "deal;stage;amount\n1;Lead;100", [100]),
    "mautic#1379: line breaks in a cell": ("USD", 'deal,stage,notes,amount\n1,Lead,"a\nb",100\n2,Lead,c,200', [100, 200]),
    "nocodb#10482: marks and blanks in headers": ("USD", "Deal ,Stage:,Amount\u00a0*\n1,Lead,100", [100]),
    "nocodb#6959: headers alike but for an emoji": ("USD", "deal,stage,amount,amount 😀\n1,Lead,100,100", [100]),
    "readxl#351: the group in its first row only": ("USD", "owner,deal,stage,amount\nAnn,A1,Lead,5\n,A2,Lead,6\nBob,B1,Lead,7", [5, 6, 7]),
    "twentyhq#13842: its own headers": (
        "USD", "Name,Company / Name,Amount / Amount,Amount / Currency,Stage\nA,Dock,100,USD,NEW\nB,Mill,200,USD,CUSTOMER", [100, 200],
    ),
}  # fmt: skip
DAYS = {
    "YetiForceCRM#9947: any notation": ("31.12.2025", ["2025-12-31"]),
    "SuiteCRM#9462: month or day first": ("12/3/2021", ASKED),
    "espocrm#2540: a time of day": ("2025-05-01 14:30", ["2025-05-01"]),
    "nocodb#2334: a time of day behind months first": ("01/14/2020 7:06 AM", ["2020-01-14"]),
    "nocodb#7049: nothing tells": ("03/04/2025", ASKED),
    "buckets#573: short years": ("13.03.21", ["2021-03-13"]),
    "buckets#573: months first": ("03-13-21", ["2021-03-13"]),
    "pandas#26304: dots are day first": ("12.01.2017|15.04.2017", ["2017-01-12", "2017-04-15"]),
    "pandas#11725: a column that contradicts itself": ("13/02/2026|02/13/2026|03/04/2026", ASKED),
    "pandas#55244: names of months beside ISO": ("2025-06-01|13 Jun 2025", ["2025-06-01", "2025-06-13"]),
    "twentyhq#13842: days first with dashes": ("28-09-2025|03-04-2025", ["2025-09-28", "2025-04-03"]),
    "SheetJS#1346: no shift by a time zone": ("2025-05-01T23:30:00Z", ["2025-05-01"]),
}  # fmt: skip
TEXTS = {
    "django-import-export#289: leading zeros": ("utf-8", "deal,stage,amount\n000123,Lead,1", "deal", ["000123"]),
    "OfficeDocs-Support#622: 15 digits": ("utf-8", "deal,stage,amount\n123456789012345,Lead,1", "deal", ["123456789012345"]),
    "objectstack#2556: GBK": ("gbk", "商机,客户,阶段,金额\n水泵,上海宏达机械,Lead,1", "account", ["上海宏达机械"]),
    "myexcel#118: UTF-16": ("utf-16", "deal,account,stage,amount\n1,宏达,Lead,1", "account", ["宏达"]),
    "myexcel#118: two byte order marks": ("utf-8-sig", "\ufeffdeal,account,stage,amount\n1,Büro,Lead,1", "account", ["Büro"]),
    "SQLPage#528: an old encoding": ("cp850", "deal;account;stage;amount\n1;Büro Müller Köln;Lead;1", "account", ["Büro Müller Köln"]),
    "YetiForce#42: an owner nobody knows": ("utf-8", "deal,owner,stage,amount\n1,Mara Voss,Lead,1", "owner", ["Mara Voss"]),
    "krayin#1163: each row one quoted cell": (
        "utf-8", '"""name"",""stage"",""amount"""\n"""A"",""Lead"",""5"""\n"""B"",""Won"",""6"""', "name", ["A", "B"],
    ),
    "nocodb#3500: one stage in two spellings": ("utf-8", "deal,stage,amount\n1,On Hold,1\n2,On hold,1", "stage", ["On Hold"] * 2),
    "open-mercato#4621: won and lost in names": (
        "utf-8", "deal,stage,amount\n1,Closed Lost - Price,1\n2,closedlost,1\n3,Junk Lead,1", "outcome", ["lost"] * 3,
    ),
    "mautic#2076: a new stage is not the likeliest": ("utf-8", "deal,stage,amount\n1,Screening,1", "outcome", ["open"]),
    "krayin#727: several pipelines are kept": (
        "utf-8", "deal,pipeline,stage,amount\n1,New,Lead,1\n2,Renewals,Lead,1", "notes", ["pipeline: New", "pipeline: Renewals"],
    ),
}  # fmt: skip
NAMED = {
    "SuiteCRM#5956: sums over currencies": "metrics/test_joined.py::test_two_currencies_are_refused_in_one_sentence",
    "YetiForceCRM#8977, CordysCRM#2876: its own export again": (
        "imports/test_answer.py::test_a_second_import_finds_everything_unchanged_and_a_third_what_is_new"
    ),
    "pandas#49770: half of the dates converted": "imports/test_value_cases.py::test_possibly_swapped_days_are_read_as_the_person_decides",
    "SheetJS#712: CSV and sheets": "imports/test_value_cases.py::test_number_cells_of_a_sheet_keep_their_dot_beside_texts_with_a_comma",
    "exceljs#219: days from 1904": "imports/test_value_cases.py::test_day_numbers_of_a_workbook_that_counts_from_1904",
    "easyexcel#1417: lost digits": "imports/test_lost_values.py",
    "mautic#1379: a quote that never ends": "imports/test_text_files.py",
    "Laravel-Excel#2526: headers of two lines": "imports/test_extent.py::test_merged_headers_in_two_lines_are_one_header_per_column",
    "Magicodes.IE#239: merged cells": "imports/test_extent.py::test_cells_merged_over_rows_apply_to_each_row_except_numbers",
    "SheetJS#2147: formulas without a value": "imports/test_value_cases.py::test_a_shared_case_has_its_right_values",
    "readxl#428: hidden rows": "imports/test_shapes.py::test_a_person_says_what_becomes_of_hidden_rows",
    "CordysCRM#431: duplicates": "imports/test_twice.py",
    "SuiteCRM#4459: discounts": "quotes/test_arithmetic.py::test_the_total_is_lines_less_discount_plus_shipping_plus_tax",
    "krayin#441: cents": "quotes/test_money.py::test_halves_are_rounded_away_from_zero",
    "ClosedXML#2166: adopting": "workbook/test_excel_lint.py::test_an_adopted_workbook_and_a_merged_one",
}  # fmt: skip


@pytest.mark.parametrize("report", AMOUNTS)
def test_the_amounts_of_a_report_are_right(report: str, tmp_path: Path) -> None:
    currency, text, expected = AMOUNTS[report]
    (tmp_path / "deals.csv").write_text(text, encoding="utf-8")
    assert values(workbook("en", currency), tmp_path / "deals.csv", "amount") == expected


@pytest.mark.parametrize("report", DAYS)
def test_the_days_of_a_report_are_right(report: str, tmp_path: Path) -> None:
    days, expected = DAYS[report]
    rows = "\n".join(f"{at};Lead;{day}" for at, day in enumerate(days.split("|"), 1))
    (tmp_path / "deals.csv").write_text(f"deal;stage;expected close date\n{rows}", encoding="utf-8")
    assert values(workbook(), tmp_path / "deals.csv", "expected_close") == expected


@pytest.mark.parametrize("report", TEXTS)
def test_the_texts_of_a_report_are_right(report: str, tmp_path: Path) -> None:
    encoding, text, column, expected = TEXTS[report]
    path, before = tmp_path / "deals.csv", workbook()
    path.write_bytes(text.encode(encoding))
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    assert list(apply_change_set(before, planned)["Deals"][column]) == expected


def test_a_file_without_headers_imports_nothing_and_says_so(tmp_path: Path) -> None:
    """The report is nocodb#5529."""
    (tmp_path / "x.csv").write_text("A,Lead,5\nB,Won,6", encoding="utf-8")
    mapping = propose_import_map([tmp_path / "x.csv"], workbook())
    assert [file.table for file in mapping.files] == [""]
    assert any("looks like none of our tables" in note for note in mapping.notes)


def test_cordyscrm_2260_an_owner_changes_and_the_stage_of_a_closed_deal_stays(tmp_path: Path) -> None:
    path, before = tmp_path / "deals.csv", workbook()
    path.write_text("deal,stage,owner,amount\n1,Won,Ann,5", encoding="utf-8")
    after = apply_change_set(
        before, build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    )
    path.write_text("deal,owner\n1,Bob", encoding="utf-8")
    again = apply_change_set(after, build_import_changes(after, [path], propose_import_map([path], after)))
    assert again["Deals"][["stage", "owner"]].to_numpy().tolist() == [["Won", "Bob"]]


@pytest.mark.parametrize("report", NAMED)
def test_the_test_of_a_report_exists(report: str) -> None:
    file, _, name = NAMED[report].partition("::")
    text = (Path(__file__).parents[1] / file).read_text(encoding="utf-8")
    assert not name or re.search(rf"^def {name}\(", text, re.MULTILINE)
