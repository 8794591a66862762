"""Receivables by age, what was collected against what was due, days to pay, and cash by month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.tables import crm, rows
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.schema.named_values import Query

MARCH = Query(start=date(2026, 3, 1), end=date(2026, 3, 31))
PAYMENTS = """
    payment | amount  | due        | invoiced   | paid    | paid_on
    P-1     | 1000    | 2026-03-10 | 2026-03-01 | 1000    | 2026-03-21
    P-2     | 500     | 2026-02-10 | 2026-02-01 | 500     | 2026-03-03
    P-3     | 800.10  | 2026-03-31 |            | 300.05  | 2026-03-15
    P-4     | 100     | 2026-03-01 | 2026-02-20 |         |
    P-5     | 200     | 2026-02-28 |            |         |
    P-6     | 300     | 2026-01-29 |            |         |
    P-7     | 400     | 2026-01-01 |            |         |
    P-8     | 50      | 2025-12-30 |            |         |
    P-9     | 900     | 2026-04-01 |            |         |
    P-10    | 60      |            |            |         |
    P-11    | 70      | 2026-06-30 |            | 70      | 2026-01-05
"""


def made(query: Query = MARCH) -> Pipeline:
    listed = [{"deal": "D-1", **row} for row in rows(PAYMENTS, "Payments")]
    return recompute_formula_columns(replace(crm(Payments=listed), query=query))


def test_what_came_in_is_compared_with_what_was_due() -> None:
    assert compute_sheet_values(made()).tables["Collections"][1] == {
        "due_value": 1900.10,  # P-1, P-3 and P-4
        "collected": 1800.05,  # P-1, P-2 and the part of P-3
        "collected_rate": 1800.05 / 1900.10,
        "open_value": 2510.05,
        "overdue_value": 1050.0,
        "days_to_pay": 25.0,  # 20 and 30 days; P-3 is not fully paid
        "paid_count": 2,
    }


def test_receivables_are_parted_by_age() -> None:
    ages = compute_sheet_values(made()).tables["Receivables"]
    assert [(row["age"], row["payment_count"], row["open_value"]) for row in ages.values()] == [
        ("Not due yet", 1, 900.0),
        ("0–30 days", 2, 600.05),  # due today counts from day 0
        ("31–60 days", 1, 200.0),
        ("61–90 days", 2, 700.0),  # 61 and 89 days
        ("over 90 days", 1, 50.0),
        ("No day", 1, 60.0),
        ("All", 8, 2510.05),
    ]


def test_cash_is_expected_when_it_is_due_and_overdue_cash_now() -> None:
    months = compute_sheet_values(made()).tables["CashMonths"]
    assert [(str(row["month"])[:7], row["due_value"], row["collected"]) for row in months.values()][3:7] == [
        ("2026-01", 700.0, 70.0),
        ("2026-02", 700.0, 0.0),
        ("2026-03", 1900.10, 1800.05),
        ("2026-04", 900.0, 0.0),
    ]
    assert [(row["expected"], row["cumulative"]) for row in months.values()] == [
        *[("", "")] * 5, (1550.05, 1550.05), (900.0, 2450.05), *[(0.0, 2450.05)] * 5,
    ]  # fmt: skip


def test_an_earlier_day_knows_what_came_in_and_not_what_was_open() -> None:
    tables = compute_sheet_values(made(Query(as_of=date(2026, 3, 10)))).tables
    figures = tables["Collections"][1]
    assert (figures["due_value"], figures["collected"]) == (2550.0, 570.0)
    assert figures["open_value"] == figures["overdue_value"] == ""
    assert {row["open_value"] for row in tables["Receivables"].values()} == {""}
    assert {row["expected"] for row in tables["CashMonths"].values()} == {""}


def test_a_workbook_without_instalments_shows_nothing_due() -> None:
    tables = compute_sheet_values(crm()).tables
    assert tables["Collections"][1] == {
        "due_value": 0, "collected": 0, "collected_rate": "", "open_value": 0, "overdue_value": 0, "days_to_pay": "",
        "paid_count": 0,
    }  # fmt: skip
