# ruff: noqa: E501  # a case is one line
"""What a file leaves open is asked in the map: probabilities that close deals, hidden columns, quarters of fiscal years."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.map_proposal import propose_import_map

Csv = Callable[..., Path]


def answered(path: Path, question: str, answer: str) -> tuple[Pipeline, ChangeSet]:
    """Return the workbook after importing *path* with *question* in the text of its map replaced by *answer*."""
    before = workbook()
    text = propose_import_map([path], before).to_toml("en")
    assert question in text
    planned = build_import_changes(before, [path], ImportMap.from_toml(text.replace(question, answer)), as_history=True)
    return apply_change_set(before, planned), planned


SHARES = "Name | Amount | Probability\nA | 10 | 50\nB | 20 | 100\nC | 30 | 0"


@pytest.mark.parametrize(
    ("answer", "outcomes", "shares"),
    [
        ("closing_probability", ["open", "won", "lost"], [0.5, None, None]),
        ("probability_override", ["open", "open", "open"], [0.5, 1.0, 0.0]),
        ("", ["open", "open", "open"], [None, None, None]),
    ],
)
def test_probabilities_of_0_and_100_without_a_stage_are_a_question(
    answer: str, outcomes: list[str], shares: list[float | None], csv: Csv
) -> None:
    after, _ = answered(csv("deals.csv", SHARES), 'to = "?"', f'to = "{answer}"')
    deals = after["Deals"]
    assert list(deals["outcome"]) == outcomes
    assert [None if share != share else share for share in deals["probability_override"]] == shares


@pytest.mark.parametrize(
    "table",
    [
        "Name | Stage | Probability\nA | Lead | 0\nB | Contract | 100",
        "Name | Won | Probability\nA | no | 0\nB | yes | 100",
        "Name | Amount | Probability\nA | 10 | 0\nB | 20 | 0",
        "Name | Amount | Probability\nA | 10 | 20\nB | 20 | 80",
    ],
)
def test_a_probability_beside_a_stage_is_no_question(table: str, csv: Csv) -> None:
    assert not list(propose_import_map([csv("deals.csv", table)], workbook()).open_questions)


@pytest.mark.parametrize(("choice", "amounts", "told"), [("import", [5.0, 6.0], 1), ("leave out", [None, None], 0)])
def test_a_person_says_what_becomes_of_hidden_columns(
    choice: str, amounts: list[float | None], told: int, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for row in (["Deal", "Stage", "Amount"], ["A", "Lead", 5], ["B", "Lead", 6]):
        book.active.append(row)
    book.active.column_dimensions["C"].hidden = True
    book.save(tmp_path / "a.xlsx")
    notes = propose_import_map([tmp_path / "a.xlsx"], workbook()).notes
    assert sum('hidden_columns = "leave out"' in note for note in notes) == 1
    after, planned = answered(tmp_path / "a.xlsx", 'hidden_columns = "import"', f'hidden_columns = "{choice}"')
    assert [None if amount != amount else amount for amount in after["Deals"]["amount"]] == amounts
    assert sum(finding.rule == "import_hidden_columns" for finding in planned.findings) == told


@pytest.mark.parametrize(
    ("texts", "first", "days"),
    [
        ("FY25 Q3 | Q1 FY2026 | FY2025", "2024-10-01", ["2025-06-30", "2025-12-31", "2025-09-30"]),
        ("FY25 Q3 | Q1 FY2026 | FY2025", "2025-04-01", ["2025-12-31", "2026-06-30", "2026-03-31"]),
        ("FY26-Q2 | H1 FY25 | 2025-05-01", "2025-01-01", ["2026-06-30", "2025-06-30", "2025-05-01"]),
        ("GJ 2025/26 Q1 | FY25/26 Q4 | Q3 2026", "2025-07-01", ["2025-09-30", "2026-06-30", "2026-09-30"]),
        (
            "2025财年第三季度 | 2025年度第3四半期 | 2025年第3季度",
            "2025-04-01",
            ["2025-12-31", "2025-12-31", "2025-09-30"],
        ),
        ("FY26-W3 | FY25 Q5 | FY25 Q1", "2025-01-01", ["", "", "2025-03-31"]),
    ],
)
def test_the_first_day_of_a_fiscal_year_is_asked_for(texts: str, first: str, days: list[str], csv: Csv) -> None:
    rows = "\n".join(f"{at} | Lead | {text}" for at, text in enumerate(texts.split(" | "), 1))
    path = csv("deals.csv", f"deal | stage | expected close date\n{rows}", delimiter="\t")
    after, _ = answered(path, 'fiscal_2025 = "?"', f'fiscal_2025 = "{first}"')
    assert ["" if day != day else str(day.date()) for day in after["Deals"]["expected_close"]] == days


def test_a_fiscal_year_begins_on_a_day(csv: Csv) -> None:
    path = csv("deals.csv", "deal | stage | expected close date\n1 | Lead | FY25 Q3")
    with pytest.raises(UsageError, match=r"line \d+: fiscal_2025 should be a day such as 2024-10-01"):
        answered(path, 'fiscal_2025 = "?"', 'fiscal_2025 = "October"')


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("Deal | Stage | Ausgang X | Amount\nA | Proposal | offen | 100\nB | Proposal | gewonnen | 200", "“Ausgang X” says which deals are won"),
        ("Deal | Fortgang | Amount\nA | Irgendwas | 100\nB | Gewonnen | 200\nC | Noch was | 300", "“Fortgang” may hold them"),
        ("Deal | Stage | Amount | Account ID\nA | Lead | 100 | 0015g00000AbCdEAAV\nB | Lead | 200 | 0015g00000AbCdFAAV", "2 deals from here on have an id as customer"),
    ],
)  # fmt: skip
def test_what_a_left_out_column_would_say_is_told(table: str, told: str, csv: Csv) -> None:  # fmt: skip
    path = csv("list.csv", table)
    planned = build_import_changes(workbook(), [path], propose_import_map([path], workbook()), as_history=True)
    assert any(told in str(finding.message) for finding in planned.findings)


@pytest.mark.parametrize(
    "headers",
    ["Owner First Name | Owner Last Name", "Vorname Verkäufer | Nachname Verkäufer", "Prénom du commercial | Nom de famille du commercial"],
)  # fmt: skip
def test_an_owner_may_have_a_column_for_each_name(headers: str, csv: Csv) -> None:
    path = csv("list.csv", f"Deal Name | Stage | {headers}\nPumps | Lead | Mara | Voss\nPipes | Won | Ivo | Kern")
    before = workbook()
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    assert list(apply_change_set(before, planned)["Deals"]["owner"]) == ["Mara Voss", "Ivo Kern"]


def test_a_number_of_a_lead_alone_is_the_number_of_the_deal(csv: Csv) -> None:
    """It ended in an error before."""
    path, before = csv("list.csv", "Lead number | Name | Stage\nLead-1001 | Pumps | Lead"), workbook()
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    assert list(apply_change_set(before, planned)["Deals"]["deal"]) == ["Lead-1001"]


@pytest.mark.parametrize("table", ["Deal | Progress made | Amount\nA | x | 10\nB | y | 20", "Deal | Owner\nD-1 | Zoe"])
def test_deals_are_no_payments_or_tasks(table: str, csv: Csv) -> None:
    mapping = propose_import_map([csv("list.csv", table)], workbook())
    assert [file.table for file in mapping.files] == ["Deals"]


@pytest.mark.parametrize(
    ("header", "cells", "shares"),
    [
        ("Probability", "2 | 7 | 10", "asked"),
        ("成交概率", "1 | 3 | 5", "asked"),
        ("Probability (0-10)", "2 | 7 | 10", [0.2, 0.7, 1]),
        ("Likelihood (1 to 5)", "1 | 3 | 5", [0.2, 0.6, 1]),
        ("Probability /10", "2 | 7 | 10", [0.2, 0.7, 1]),
        ("Likelihood out of 5", "1 | 3 | 5", [0.2, 0.6, 1]),
        ("成交概率（满分10）", "2 | 7 | 10", [0.2, 0.7, 1]),
        ("概率(5分制)", "1 | 3 | 5", [0.2, 0.6, 1]),
        ("Probability (0-10)", "0.2 | 0.7 | 1", [0.2, 0.7, 1]),
        ("Probability (0-100)", "2 | 70 | 100", [0.02, 0.7, 1]),
        ("Probability (%)", "2 | 7 | 10", [0.02, 0.07, 0.1]),
        ("Probability", "2% | 7% | 10%", [0.02, 0.07, 0.1]),
        ("Probability", "2 | 7 | 50", [0.02, 0.07, 0.5]),
        ("Probability", "0 | 1 | 0", [0, 1, 0]),
    ],
)
def test_a_probability_up_to_ten_is_read_by_its_header_or_asked_about(
    header: str, cells: str, shares: list[float] | str, csv: Csv
) -> None:
    rows = "\n".join(f"{at} | Lead | 100 | {cell}" for at, cell in enumerate(cells.split(" | ")))
    before, path = workbook(), csv("deals.csv", f"Deal | Stage | Amount | {header}\n{rows}", delimiter="\t")
    mapping = propose_import_map([path], before)
    if shares == "asked":
        assert mapping.asks
        shares, (deals, _) = (
            [float(cell) / 10 for cell in cells.split(" | ")],
            answered(path, 'times = "?"', "times = 0.1"),
        )
    else:
        deals = apply_change_set(before, build_import_changes(before, [path], mapping, as_history=True))
    assert [round(share, 9) for share in deals["Deals"]["probability_override"]] == pytest.approx(shares)


@pytest.mark.parametrize(
    ("headers", "rows", "answer", "amounts"),
    [
        ("Amount | Currency | Exchange rate", ["100 | USD | 1", "200 | EUR | 1.08", "300 | EUR | "], "rate+", [100, 216, ""]),
        ("Amount | Currency | Exchange rate", ["100 | USD | 1", "200 | EUR | 0.8"], "inverse_rate+", [100, 250]),
        ("Amount | Currency | 汇率", ["100 | USD | 1", "200 | EUR | 1,08"], "rate+", [100, 216]),
        ("Amount (EUR) | FX rate", ["100 | 1.1", "200 | 1.2", "$300 | 1.2"], "rate+", [110, 240, 300]),
        ("Amount | Wechselkurs", ["100 | 1.1", "200 | 1.2"], "rate+", [110, 240]),
        ("Amount | Currency | Exchange rate", ["100 | USD | 1", "200 | EUR | 1.08"], "", [100, ""]),
    ],
)  # fmt: skip
def test_exchange_rates_beside_the_amounts_are_asked_about(
    headers: str, rows: list[str], answer: str, amounts: list[object], csv: Csv
) -> None:
    lines = [f"{at} | Lead | {row}" for at, row in enumerate(rows)]
    path = csv("deals.csv", "\n".join([f"Deal | Stage | {headers}", *lines]), delimiter="\t")
    after, _ = answered(path, ' = "?"', f' = "{answer}"')
    assert ["" if amount != amount else round(amount, 6) for amount in after["Deals"]["amount"]] == amounts


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        ("Amount | Currency | Exchange rate", "100 | USD | 1"),
        ("Amount | Currency | Exchange rate | Amount USD", "100 | EUR | 1.08 | 108\n2 | Lead | 100 | USD | 1 | 100"),
        ("Amount | Course", "100 | 1.08"),
    ],
)
def test_rates_that_convert_nothing_are_no_question(headers: str, row: str, csv: Csv) -> None:
    assert not propose_import_map([csv("deals.csv", f"Deal | Stage | {headers}\n1 | Lead | {row}")], workbook()).asks


@pytest.mark.parametrize(
    ("year", "days"), [("2024", ["2024-02-15", "2025-03-01"]), ("2025", ["2025-02-15", "2025-03-01"])]
)
def test_the_year_of_days_without_one_is_asked_for_where_they_are_not_near(
    year: str, days: list[str], csv: Csv
) -> None:
    path = csv("deals.csv", "deal | stage | expected close date\n1 | Lead | 15 February\n2 | Lead | 2025-03-01")
    after, _ = answered(path, 'year = "?"', f"year = {year}")
    assert [str(day.date()) for day in after["Deals"]["expected_close"]] == days
    with pytest.raises(UsageError, match=r"line \d+: year should be a year such as 2026"):
        answered(path, 'year = "?"', 'year = "next"')
