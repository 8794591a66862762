"""Recurring value, retention, and the bridge by month: a worked example, and that every bridge adds up."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from types import FrameType
from typing import Any

import pytest

from tests.examples import SCALE
from tests.metrics.test_formulas import every_formula
from tests.tables import crm, rows
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.metrics.funnel_answers import metric_table_rows
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.process.subscription_columns import compute_subscription_columns
from xl_salesflow.schema.named_values import Query
from xl_salesflow.verbs import update

# Four customers of the usual example: Acme grows, Beta renews for less, Core leaves, Dale is new in March and buys again.
CONTRACTS = """
    subscription | account | start      | end        | amount  | period  | renewed_by | deal
    S-1          | Acme    | 2024-01-01 | 2025-12-31 | 1000    | month   | D-2        |
    S-2          | Acme    | 2026-01-01 |            | 1200    | month   |            | D-2
    S-3          | acme    | 2026-03-15 |            | 299.99  | quarter |            |
    S-4          | Beta    | 2025-02-01 | 2026-01-31 | 6000    | year    |            |
    S-5          | Beta    | 2026-02-01 | 2027-01-31 | 4800    | year    |            |
    S-6          | Core    | 2025-03-10 | 2026-03-09 | 250     | month   |            |
    S-7          | Dale    | 2026-03-01 | 2026-06-29 | 100     | month   |            |
    S-8          | Dale    | 2026-03-01 | 2026-09-30 | 50.50   | month   |            |
    S-9          | Dale    | 2026-04-02 |            | 999     | month   |            |
"""
AS_OF = Query(as_of=date(2026, 3, 31))


def made(listed: list[dict[str, Any]], query: Query = AS_OF) -> Pipeline:
    pipeline = replace(crm(Subscriptions=listed), query=query)
    contracts = pipeline["Subscriptions"]
    continued = contracts["continued"].mask(contracts["subscription"] == "S-1", contracts["start"].shift(-1))
    pipeline = pipeline.with_tables(Subscriptions=contracts.assign(continued=continued))
    return pipeline.with_tables(
        Subscriptions=contracts.assign(continued=continued, **compute_subscription_columns(pipeline))
    )


def bridge(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return the months of the bridge."""
    return metric_table_rows("RecurringMonths", build_cube(pipeline))


def test_the_value_on_a_day_and_what_is_kept_of_a_year_ago() -> None:
    (figures,) = metric_table_rows("Recurring", build_cube(made(rows(CONTRACTS, "Subscriptions"))))
    assert figures == {
        "monthly_value": 1850.50,  # 1,200 + 100.00 of the quarter + 400 of the year + 100 + 50.50
        "yearly_value": 22205.96,  # 14,400 + 1,199.96 + 4,800 + 1,200 + 606: not 12 × 1,850.50
        "customer_count": 3,
        "customer_value": 616.83,
        "year_ago_value": 1750.0,  # 1,000 + 500 + 250
        "gross_retention": 1400 / 1750,  # Acme's 1,000 and Beta's 400; Core is gone
        "net_retention": 1700 / 1750,  # Acme's 1,300 and Beta's 400; Dale was no customer
        "ending_value": 100.0,  # S-7 ends within 90 days
    }


def test_the_bridge_says_why_the_value_changed() -> None:
    months = bridge(made(rows(CONTRACTS, "Subscriptions")))
    columns = (
        "opening",
        "new_value",
        "expansion",
        "contraction",
        "churn",
        "closing",
        "gross_retention",
        "net_retention",
    )
    listed = {str(row["month"])[:7]: tuple(row[column] for column in columns) for row in months}
    assert min(listed) == "2025-04"
    assert listed["2025-04"] == (1750.0, 0.0, 0.0, 0.0, 0.0, 1750.0, 1.0, 1.0)
    assert listed["2026-01"] == (1750.0, 0.0, 200.0, 0.0, 0.0, 1950.0, 1.0, 1950 / 1750)
    assert listed["2026-02"] == (1950.0, 0.0, 0.0, 100.0, 0.0, 1850.0, 1850 / 1950, 1850 / 1950)
    assert listed["2026-03"] == (1850.0, 150.50, 100.0, 0.0, 250.0, 1850.50, 1600 / 1850, 1700 / 1850)


def test_the_month_of_the_as_of_date_ends_on_it() -> None:
    then = made(rows(CONTRACTS, "Subscriptions"), Query(as_of=date(2026, 3, 14)))
    *_, last = bridge(then)
    assert (last["new_value"], last["expansion"], last["churn"], last["closing"]) == (150.50, 0.0, 250.0, 1750.50)
    assert metric_table_rows("Recurring", build_cube(then))[0]["monthly_value"] == 1750.50


CHANGES = [
    ("a further contract is expansion", [("2026-02-10", "")], (0, 40, 0, 0)),
    ("one of several contracts ends", [("2024-01-01", "2026-02-10")], (0, 0, 40, 0)),
    ("a gap is churn and new", [("2024-01-01", "2026-02-10")], (0, 0, 40, 0)),
]


@pytest.mark.parametrize(("days", "changes"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_a_customer_who_stays_grows_or_shrinks(days: list[tuple[str, str]], changes: tuple[float, ...]) -> None:
    assert (
        changes_of_february([("Acme", "2024-01-01", "", 100.0), *(("Acme", *pair, 40.0) for pair in days)]) == changes
    )


def changes_of_february(contracts: list[tuple[str, str, str, float]]) -> tuple[float, ...]:
    listed = [
        {"subscription": f"C-{n}", "account": account, "start": date.fromisoformat(start), "amount": amount,
         "end": date.fromisoformat(end) if end else None, "period": "month"}
        for n, (account, start, end, amount) in enumerate(contracts)
    ]  # fmt: skip
    *_, month = bridge(made(listed, Query(as_of=date(2026, 2, 28))))
    return tuple(month[column] for column in ("new_value", "expansion", "contraction", "churn"))


def test_a_gap_of_one_day_is_churn_and_new() -> None:
    old, new = ("Acme", "2025-01-01", "2026-02-09", 100.0), ("Acme", "2026-02-11", "", 130.0)
    assert changes_of_february([old, new]) == (130, 0, 0, 100)
    assert changes_of_february([old, ("Acme", "2026-02-10", "", 130.0)]) == (0, 30, 0, 0)
    assert changes_of_february([old, ("Acme", "2026-02-10", "", 70.0)]) == (0, 0, 30, 0)
    assert changes_of_february([old, ("Other", "2026-02-10", "", 130.0)]) == (130, 0, 0, 100)


def test_contracts_that_begin_on_one_day_share_the_change() -> None:
    old, halves = (
        ("Acme", "2025-01-01", "2026-02-09", 100.0),
        [("Acme", "2026-02-10", "", amount) for amount in (50.01, 20.0, 40.0)],
    )
    assert changes_of_february([old, *halves]) == (0, 10.01, 0, 0)


def test_every_bridge_adds_up_to_the_closing_value() -> None:
    """Whatever contracts there are: opening + new + expansion − contraction − churn = closing = the next opening."""
    for seed in range(50 * SCALE):
        random = Random(seed)
        as_of = date(2026, 1, 1) + timedelta(days=random.randrange(700))
        listed = [random_contract(random, number) for number in range(random.randrange(1, 40))]
        months = bridge(made(listed, Query(as_of=as_of)))
        for row, after in zip(months, [*months[1:], None], strict=True):
            change = row["new_value"] + row["expansion"] - row["contraction"] - row["churn"]
            assert round(row["opening"] + change, 2) == row["closing"], (seed, row)
            assert min(row[name] for name in ("new_value", "expansion", "contraction", "churn")) >= 0, (seed, row)
            assert after is None or after["opening"] == row["closing"], (seed, row)


def random_contract(random: Random, number: int) -> dict[str, Any]:
    start = date(2024, 6, 1) + timedelta(days=random.randrange(0, 900, random.choice((1, 30))))
    end = random.choice((None, start + timedelta(days=random.choice((29, 89, 364)))))
    return {
        "subscription": f"R-{number}", "account": random.choice(("Acme", "acme", "Beta", "Core", "")), "start": start, "end": end,
        "ended": random.choice((None, None, start + timedelta(days=random.randrange(-5, 400)))),
        "automatic": random.choice(("", "", "yes")), "amount": random.choice((None, random.randrange(1, 90_000) / 100)),
        "period": random.choice(("month", "quarter", "half_year", "year", "")),
    }  # fmt: skip


def test_nothing_else_asks_about_contracts() -> None:
    """While the module is off, no other sheet has a formula about contracts, and an update computes none of them."""
    about = {place.split()[0] for place, text in every_formula("en") if "Subscriptions[" in text}
    assert about == {"Subscriptions", "Recurring", "RecurringMonths"}
    off, on = (crm(Subscriptions=listed) for listed in ([], rows(CONTRACTS, "Subscriptions")))
    assert entered_by_an_update(off) == {"find_ending_contracts", "open_renewals", "find_day_a_year_before"}
    assert entered_by_an_update(on) > entered_by_an_update(off)


def entered_by_an_update(pipeline: Pipeline) -> set[str]:
    """Return the functions of the files about single contracts that an update enters."""
    entered: set[str] = set()
    files = ("subscription_columns.py", "followup_renewals.py", "renewal_deals.py", "subscription_rules.py")

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.endswith(files) and frame.f_code.co_name != "<module>":
            entered.add(frame.f_code.co_name)

    sys.setprofile(note)
    try:
        update(pipeline, Run("Li", datetime(2026, 3, 31)))
    finally:
        sys.setprofile(None)
    return entered


def test_a_workbook_without_contracts_shows_nothing() -> None:
    tables = compute_sheet_values(crm()).tables
    assert set(tables["Recurring"][1].values()) == {0, ""}
    assert {row["closing"] for row in tables["RecurringMonths"].values()} == {0}
