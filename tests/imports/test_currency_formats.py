"""Amounts whose currency is only in their number format; and adopting a workbook in another currency."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_sources import read_import_sources
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.workbook.closed_book import ClosedBook

EURO, POUND, YUAN = '#,##0.00\\ "€"', "[$£-809]#,##0.00", "[$¥-804]#,##0.00"


def listed(path: Path, *formats: str, header: str = "Amount") -> Path:
    """Write deals of 1,500.125, 2,500.125 and so on, each amount with a number format."""
    book = openpyxl.Workbook()
    book.active.append(["Deal", "Account", "Stage", header, "Created"])
    for at, code in enumerate(formats, 1):
        book.active.append([f"D-{at}", "Acme", "Lead", at * 1000 + 500.125, date(2026, 5, at)])
        book.active.cell(at + 1, 4).number_format = code
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (EURO, "€ 1500.125"),
        (POUND, "£ 1500.125"),
        (YUAN, "¥ 1500.125"),
        ("[$EUR] #,##0.00", "EUR 1500.125"),
        ('"$"#,##0.00', "$ 1500.125"),
        ("$#,##0", "$ 1500.125"),
        ("_-[$€-2]* #,##0.00_-", "€ 1500.125"),
        ("#,##0.00", "1500.125"),
        ('0.00 "pcs"', "1500.125"),
        ("[Red]0.00", "1500.125"),
        ("General", "1500.125"),
    ],
)
def test_a_number_cell_has_the_currency_that_a_person_sees(code: str, text: str, tmp_path: Path) -> None:
    (source,) = read_import_sources(listed(tmp_path / "deals.xlsx", code))
    assert list(source.cells["Amount"]) == [text]
    assert list(source.cells["Created"]) == ["2026-05-01"]


def test_amounts_in_the_workbooks_currency_are_imported_and_others_become_a_question(tmp_path: Path) -> None:
    path = listed(tmp_path / "deals.xlsx", EURO, EURO, EURO)
    euros, dollars = workbook("en", "EUR"), workbook("en", "USD")
    planned = build_import_changes(euros, [path], propose_import_map([path], euros), as_history=True)
    assert list(apply_change_set(euros, planned)["Deals"]["amount"]) == [1500.125, 2500.125, 3500.125]
    asked = propose_import_map([path], dollars)
    (file,) = asked.files
    assert (file.columns["Amount"].currency, file.columns["Amount"].questions) == ("EUR", ("rate",))
    settled = {**file.columns, "Amount": replace(file.columns["Amount"], rate=2.0)}
    planned = build_import_changes(
        dollars, [path], replace(asked, files=(replace(file, columns=settled),)), as_history=True
    )
    assert list(apply_change_set(dollars, planned)["Deals"]["amount"]) == [3000.25, 5000.25, 7000.25]


def test_amounts_shown_in_several_currencies_are_not_added_up(tmp_path: Path) -> None:
    path, before = listed(tmp_path / "deals.xlsx", '"$"#,##0.00', EURO, POUND), workbook("en", "USD")
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    assert list(apply_change_set(before, planned)["Deals"]["amount"].fillna(-1)) == [1500.125, -1, -1]
    assert [finding.rule for finding in planned.findings] == ["import_currency", "import_currency"]


@pytest.mark.parametrize(
    ("header", "codes", "amounts"),
    [
        ("Amount ($ thousands)", ["#,##0,", "#,##0,"], [1500.125, 2500.125]),
        ("Amount ($ thousands)", ['#,##0.0,"k"', "[Red]#,##0.0,"], [1500.125, 2500.125]),
        ("Amount ($ thousands)", ["#,##0,", "#,##0"], [1500.125, 2_500_125]),  # the second cell shows 2,500
        ("Amount in $m", ["0.0,,", '"$"0.0,,'], [1500.125, 2500.125]),
        ("Amount (k)", ["#,##0", '0.0" ,"'], [1_500_125, 2_500_125]),
        ("Amount", ["#,##0,", '#,##0.0,"k"'], [1500.125, 2500.125]),
        ("金额（万元）", ["0!.0,", '0\\.0,"万"'], [1500.125, 2500.125]),
        ("金额（万元）", ['0"."0000', "0.00"], [1500.125, 25_001_250]),
    ],
)
def test_an_amount_shown_in_thousands_is_not_multiplied_again(
    header: str, codes: list[str], amounts: list[float], tmp_path: Path
) -> None:
    path, before = (
        listed(tmp_path / "deals.xlsx", *codes, header=header),
        workbook("en", "CNY" if "元" in header else "USD"),
    )
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    assert list(apply_change_set(before, planned)["Deals"]["amount"]) == amounts
    assert {finding.rule for finding in planned.findings} <= {"import_unit"}  # a mix is told


def test_an_adopted_workbook_becomes_a_store_in_the_currency_it_shows(tmp_path: Path) -> None:
    path = listed(tmp_path / "deals.xlsx", EURO, EURO)
    assert main(["adopt", str(path), "--yes", "--today", "2026-07-01"]) == 0
    store = ClosedBook(path).read(date(2026, 7, 1))
    assert store.settings.text("currency") == "EUR"
    assert list(store["Deals"]["amount"]) == [1500.125, 2500.125]
    assert main(["adopt", str(path), "--yes", "--today", "2026-07-01"]) == 0


@pytest.mark.parametrize(
    ("header", "texts", "amounts"),
    [
        ("Währung", ["Euro", "US-Dollar"], [None, 200]),
        ("ISO", ["EUR", "USD"], [None, 200]),
        ("Price list", ["USD", "JPY"], [100, None]),
        ("Currency", ["USD", "Doubloons"], [100, None]),
        ("Devise", ["Doubloons", "USD"], [None, 200]),
        ("Scope", ["ALL", "TOP"], [100, 200]),
        ("Flag", ["won", "real"], [100, 200]),
    ],
)
def test_a_column_of_currencies_is_never_dropped(
    header: str, texts: list[str], amounts: list[float | None], tmp_path: Path
) -> None:
    """Neither an unusual header nor a name that nobody knows makes foreign amounts into the workbook's own."""
    path = tmp_path / "deals.csv"
    lines = [f"Deal Name,Company,Stage,Amount,{header}", f"A,F,Lead,100,{texts[0]}", f"B,G,Lead,200,{texts[1]}"]
    path.write_text("\n".join(lines), "utf-8")
    before = workbook()
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    read = apply_change_set(before, planned)["Deals"]["amount"]
    assert [None if pd.isna(amount) else amount for amount in read] == amounts
