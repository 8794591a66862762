"""The shared small inputs about values, and more of each kind: each gives the right value or a question, never a wrong value."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_sources import read_import_sources
from xl_salesflow.imports.map_parts import ColumnMap
from xl_salesflow.imports.map_proposal import propose_import_map

Csv = Callable[..., Path]
ASKED = "asked"


def answer(mapping: ImportMap, **answers: object) -> ImportMap:
    """Return *mapping* with the given answers for every open column."""
    (file,) = mapping.files
    columns = {header: replace(how, **answers) if how.questions else how for header, how in file.columns.items()}
    return replace(mapping, files=(replace(file, columns=columns),))


def values(before: Pipeline, path: Path, column: str, mapping: ImportMap | None = None) -> list[object] | str:
    """Return the values of *column* of the deals after importing *path*, or a marker if a question stays open."""
    try:
        planned = build_import_changes(before, [path], mapping or propose_import_map([path], before), as_history=True)
    except UsageError as error:
        return ASKED if "into the map" in str(error) else str(error)
    found = apply_change_set(before, planned)["Deals"][column]
    if found.dtype.kind == "M":
        return ["" if day != day else str(day.date()) for day in found]
    return ["" if value != value else float(value) for value in found]


@pytest.mark.parametrize(
    ("case", "language", "currency", "column", "expected"),
    [
        ("num-dot-thousands.csv", "en", "USD", "amount", ASKED),
        ("num-indian.csv", "en", "INR", "amount", [85_000, 120_500, 9_900]),
        ("num-indian.csv", "en", "USD", "amount", ASKED),  # rupees are not read as dollars
        ("num-header-thousands.csv", "en", "EUR", "amount", [85_000, 120_500, 9_900]),
        ("num-header-thousands.csv", "en", "USD", "amount", ASKED),
        ("num-header-wan-slash.csv", "zh", "CNY", "amount", [85_000, 120_500, 9_900]),
        ("num-currency-column.csv", "en", "USD", "amount", [1000, "", ""]),
        ("num-currency-column.csv", "en", "EUR", "amount", ["", 1000, ""]),
        ("num-formula-without-value.xlsx", "en", "USD", "amount", ["", "", ""]),
        ("column-unreadable-amount.csv", "en", "USD", "amount", ["", "", 100]),
        ("date-half-converted.xlsx", "en", "USD", "created", ASKED),
        ("date-unreadable-column.csv", "en", "USD", "expected_close", ["2026-03-05", "2026-12-12", "2026-03-31"]),
        ("money-orocrm.csv", "en", "USD", "expected_close", ["2026-12-15", "2027-01-05"]),
        ("money-twenty.csv", "en", "EUR", "created", ["2026-09-01", "2026-05-02", "2026-04-11"]),
        ("money-dynamics365.csv", "en", "USD", "expected_close", ["2026-12-15", "2026-10-30", "2026-08-30"]),
    ],
)
def test_a_shared_case_has_its_right_values(
    case: str, language: str, currency: str, column: str, expected: list[object] | str, shared: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(shared / "cases" / "files" / case, tmp_path))
    assert values(workbook(language, currency), path, column) == expected  # type: ignore[arg-type]


def test_shorthand_is_read_and_kronor_are_not_dollars(shared: Path, tmp_path: Path) -> None:
    """12W is 12万 only among Chinese amounts; "kr", used in several countries, is not the workbook's currency."""
    path = Path(shutil.copy(shared / "cases" / "files" / "num-shorthand.csv", tmp_path))
    shorthand = [1_200_000, 1_200_000, 15_000_000, 1_200_000, "", ""]
    assert values(workbook("en", "USD"), path, "amount") == [*shorthand, *[100] * 9]
    crowns = values(workbook("en", "SEK"), path, "amount")
    assert (crowns[4], crowns[1]) == (12_500, "")


@pytest.mark.parametrize(
    ("case", "header", "currency", "expected"),
    [
        ("money-french.csv", "Montant", "EUR", [85_000, 120_500, 9_900]),
        ("money-dynamics365.csv", "Est. Revenue", "USD", [85_000, 120_500, 9_900]),
        ("money-odoo.csv", "Expected Revenue", "USD", [12_500, 3_000, 800]),
        ("money-vertex42.csv", "Estimated Sale", "USD", [45_000, 10_000, 4_500]),
        ("money-orocrm.csv", "Budget Amount", "USD", [2_000, 3_000]),
        ("money-twenty.csv", "Amount / Amount", "EUR", [85_000, 120_500, 9_900]),
    ],
)
def test_the_amounts_of_a_shared_case_are_right_once_their_column_is_named(
    case: str, header: str, currency: str, expected: list[object], shared: Path, tmp_path: Path
) -> None:
    path, before = Path(shutil.copy(shared / "cases" / "files" / case, tmp_path)), workbook("en", currency)
    proposed = propose_import_map([path], before)
    (file,), (source,) = proposed.files, read_import_sources(path)
    decimal = "," if source.layout.delimiter == ";" else "."
    columns = {**file.columns, header: ColumnMap("amount", decimal=decimal)}
    named = replace(proposed, files=(replace(file, table="Deals", columns=columns),))
    assert values(before, path, "amount", named) == expected


@pytest.mark.parametrize(
    ("currency", "amounts", "expected"),
    [
        # one kind per line: thousands with dots
        pytest.param("USD", "85.000 | 9.900", ASKED, id="dots"),
        pytest.param(
            "USD", "85.000 | 1.120.500", [85_000, 1_120_500], id="dots and one number that shows what they are"
        ),
        pytest.param("USD", "85.000 | 1234.567", [85, 1234.567], id="three decimals"),
        # one odd cell does not change how the others are read
        pytest.param("USD", "85,000 | 9,900 | 12,5", ASKED, id="one decimal comma among thousands"),
        pytest.param("INR", "₹85,000 | ₹1,20,500 | ₹99,999.50", [85_000, 120_500, 99_999.5], id="lakhs"),
        pytest.param("USD", "85,000 | 9,900.50", [85_000, 9_900.5], id="thousands"),
        # currencies
        pytest.param("USD", "€ 1,500 | ¥100 | 2000 GBP", ["", "", ""], id="three other currencies"),
        pytest.param("USD", "€ 1,500 | € 2,000", ASKED, id="one other currency"),
        pytest.param("USD", "€ 1,500 | 2,000 | 3,000", ASKED, id="another currency named in the first line only"),
        pytest.param("USD", "100 | 200 | € 300 | 400", [100, 200, "", 400], id="one amount in another currency"),
        pytest.param("EUR", "€ 1,500 | 2,000", [1_500, 2_000], id="the workbook's currency"),
        # exponents with either mark
        pytest.param("USD", "1,5E+11 | 1200,75 | 2,5E+12", [150e9, 1200.75, 2.5e12], id="exponents with a comma"),
        pytest.param("USD", "1.5E+11 | 1200.75", [150e9, 1200.75], id="exponents with a dot"),
        # signs, brackets, round amounts, shorthand
        pytest.param("USD", "300- | (200) | −5 | 500,-", [-300, -200, -5, 500], id="signs"),
        pytest.param("USD", "1.2M | 300k | 2 bn | 5 lakh", [1_200_000, 300_000, 2e9, 500_000], id="shorthand"),
        pytest.param("CNY", "1.2万元 | 3亿 | 五十万 | 1万5千", [12_000, 300e6, 500_000, 15_000], id="Chinese units"),
        pytest.param("USD", "tbd | 100 | n/a | -", ["", 100, "", ""], id="words for nothing"),
        pytest.param("USD", "12 % | 100", ["", 100], id="a percentage is no amount"),
    ],
)
def test_more_amounts(currency: str, amounts: str, expected: list[object] | str, csv: Csv) -> None:
    rows = "\n".join(f"{at} | Lead | {text}" for at, text in enumerate(amounts.split(" | "), 1))
    path = csv("deals.csv", f"deal | stage | amount\n{rows}", delimiter="\t")
    assert values(workbook("en", currency), path, "amount") == expected


@pytest.mark.parametrize(
    ("header", "currency", "expected"),
    [
        ("Amount (k€)", "EUR", [85_000]),
        ("Amount in thousands", "USD", [85_000]),
        ("Amount (USD '000)", "USD", [85_000]),
        ("Amount in TEUR", "EUR", [85_000]),
        ("Amount (€ mn)", "EUR", [85_000_000]),
        ("金额/万", "USD", [850_000]),
        ("金额（单位：万元）", "CNY", [850_000]),
        ("Amount (EUR)", "USD", ASKED),
    ],
)
def test_more_units_of_headers(header: str, currency: str, expected: list[object] | str, csv: Csv) -> None:
    path = csv("deals.csv", f"deal | stage | {header}\n1 | Lead | 85")
    assert values(workbook("en", currency), path, "amount") == expected


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        pytest.param("03/04/2026 | 05/06/2026", ASKED, id="day or month first"),
        pytest.param("03/04/2026 | 25/06/2026", ["2026-04-03", "2026-06-25"], id="one day above twelve"),
        pytest.param("13/02/2026 | 02/13/2026 | 03/04/2026", ASKED, id="a column that contradicts itself"),
        pytest.param(
            "13/02/2026 | 02/13/2026", ["2026-02-13", "2026-02-13"], id="contradicting and each of one meaning"
        ),
        pytest.param("25-01-31 | 25-02-28 | 25-03-30", ASKED, id="a few short years, which may be first or last"),
        pytest.param("25/12/24", ASKED, id="a short year on either side"),
        pytest.param("5. Mai 2026 | 3 juin 2026 | 7 июля 2026", ["2026-05-05", "2026-06-03", "2026-07-07"], id="names"),
        pytest.param("Q3 2026 | W23 2026 | Mar-26", ["2026-09-30", "2026-06-07", "2026-03-31"], id="periods"),
        pytest.param("yesterday | 3 days ago", ["2025-06-29", "2025-06-27"], id="counted from today"),
        pytest.param("2026年5月1号 | 令和8年5月2日 | 45778", ["2026-05-01", "2026-05-02", "2025-05-01"], id="eastern"),
        pytest.param("2026-05-01T23:30:00Z | 2026-05-01 09:00 +08:00", ["2026-05-01", "2026-05-01"], id="zones"),
        pytest.param("FY26-W3 | Q3 FY26 | 2026-05-01", ASKED, id="fiscal years are not guessed"),
    ],
)
def test_more_dates(dates: str, expected: list[object] | str, csv: Csv) -> None:
    rows = "\n".join(f"{at} | Lead | {text}" for at, text in enumerate(dates.split(" | "), 1))
    path = csv("deals.csv", f"deal | stage | expected close date\n{rows}", delimiter="\t")
    assert values(workbook(), path, "expected_close") == expected


def test_dates_that_contradict_the_order_of_their_column_are_reported(csv: Csv) -> None:
    path = csv(
        "deals.csv", "deal | stage | created\n1 | Lead | 13/02/2026\n2 | Lead | 02/14/2026\n3 | Lead | 15/02/2026"
    )
    planned = build_import_changes(workbook(), [path], propose_import_map([path], workbook()), as_history=True)
    assert [finding.message for finding in planned.findings] == [
        "deals.csv, row 3, created: “02/14/2026” is not dd/mm/yyyy like the other dates of the column; 2026-02-14 is used, "
        "please check."
    ]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("yyyy-mm-dd", ["2026-12-25", "2026-05-12", "2026-11-30", "2027-01-13"]),
        ("yyyy-dd-mm", ["2026-12-25", "2026-12-05", "2026-11-30", "2027-01-13"]),
    ],
)
def test_possibly_swapped_days_are_read_as_the_person_decides(
    order: str, expected: list[object], shared: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(shared / "cases" / "files" / "date-half-converted.xlsx", tmp_path))
    mapping = answer(propose_import_map([path], workbook()), dates=order)
    assert values(workbook(), path, "expected_close", mapping) == expected


def test_another_currency_is_converted_at_the_given_rate(csv: Csv) -> None:
    first = csv("deals.csv", "deal | stage | amount\n1 | Lead | € 1,500\n2 | Lead | 2,000")
    mapping = propose_import_map([first], workbook())
    path = csv("deals.csv", "deal | stage | amount\n1 | Lead | € 1,500\n2 | Lead | 2,000\n3 | Lead | £ 5")
    assert 'rate = "?"' in mapping.to_toml("en")
    assert values(workbook(), path, "amount", answer(mapping, rate=1.08)) == [1620, 2160, ""]
    assert ImportMap.from_toml(mapping.to_toml("en")) == mapping


def test_a_currency_column_with_one_other_currency_becomes_a_question(csv: Csv) -> None:
    table = "deal | stage | amount | Currency\n1 | Lead | 1,500 | EUR\n2 | Lead | 2,000 | EUR"
    path = csv("deals.csv", table)
    mapping = propose_import_map([path], workbook())
    assert values(workbook(), path, "amount") == ASKED
    assert values(workbook(), path, "amount", answer(mapping, rate=2.0)) == [3000, 4000]
    assert values(workbook("en", "EUR"), path, "amount") == [1500, 2000]


def test_number_cells_of_a_sheet_keep_their_dot_beside_texts_with_a_comma(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["deal", "stage", "amount"], [1, "Lead", 85.125], [2, "Lead", "1.234,50"], [3, "Lead", "85.000"]):
        book.active.append(row)
    book.save(tmp_path / "deals.xlsx")
    assert values(workbook(), tmp_path / "deals.xlsx", "amount") == [85.125, 1234.5, 85_000]


def test_day_numbers_of_a_workbook_that_counts_from_1904(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for row in (["deal", "stage", "created"], [1, "Lead", 44316]):
        book.active.append(row)
    book.save(tmp_path / "deals.xlsx")
    assert values(workbook(), tmp_path / "deals.xlsx", "created") == ["2025-05-01"]


def test_one_column_decides_the_decimal_mark_of_another(csv: Csv) -> None:
    path = csv("deals.csv", "deal | stage | amount | budget amount\n1 | Lead | 85.000 | 1.234,50")
    mapping = propose_import_map([path], workbook())
    (file,) = mapping.files
    assert file.columns["amount"].questions == ("decimal",)
    products = csv("products.csv", "product | list price | cost\nA | 85.000 | 5\nB | 1.234,50 | 5")
    assert propose_import_map([products], workbook()).files[0].columns["list price"].decimal == ","
