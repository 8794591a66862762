"""The facts of the report: ages of open deals, and where and why deals were lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.computed_columns import compute_deal_columns, compute_history_columns
from xl_salesflow.metrics.readings.report_facts import build_report_document
from xl_salesflow.schema.named_values import Query

TODAY = date(2026, 3, 31)


def report(pipeline: Pipeline, query: Query | None = None) -> dict[str, Any]:
    """Return the facts for a query, with formula columns that are up to date."""
    pipeline = replace(pipeline, query=query or Query())
    return build_report_document(
        pipeline.with_tables(
            Deals=pipeline["Deals"].assign(**dict(compute_deal_columns(pipeline).items())),
            History=pipeline["History"].assign(**dict(compute_history_columns(pipeline).items())),
        )
    ).facts


def test_open_deals_by_age() -> None:
    """
    label            | count | value | late
    0–30 days        | 2     | 3     | False
    31–60 days       | 2     | 12    | False
    61–90 days       | 2     | 48    | True
    91–180 days      | 2     | 192   | True
    181 days and more | 2    | 768   | True
    """
    ages = (0, 30, 31, 60, 61, 90, 91, 180, 181, 5000)
    lines = [f"D-{age} | {2**at} | Lead {TODAY - timedelta(days=age)}" for at, age in enumerate(ages)]
    won = f"W-1 | 7 | Lead {TODAY - timedelta(days=60)}, Won {TODAY - timedelta(days=29)}"
    pipeline = pipeline_from_table("\n".join(["deal | amount | visits", *lines, won]), TODAY)
    _, *rows = (test_open_deals_by_age.__doc__ or "").strip().splitlines()
    found = [(row["label"].in_("en"), row["count"], row["value"], row["late"]) for row in report(pipeline)["ageing"]]
    assert [[str(cell) for cell in row] for row in found] == [
        [label, count, f"{float(value)}", late]
        for label, count, value, late in (map(str.strip, row.split("|")) for row in rows)
    ]  # a deal is late in a band that begins after the median cycle of 31 days


@pytest.mark.parametrize(
    ("query", "stages", "reasons"),
    [
        (
            Query(),
            [("Lead", 2, 300.0, 2 / 3), ("Demo", 1, 400.0, 1.0)],
            [("Price", 2, 500.0, 2 / 3), ("own", 1, 200.0, 1.0)],
        ),
        (Query(start=date(2026, 2, 2)), [("Demo", 1, 400.0, 1.0)], [("Price", 1, 400.0, 1.0)]),
        (
            Query(start=date(2026, 2, 1), end=date(2026, 2, 2)),
            [("Demo", 1, 400.0, 0.5), ("Lead", 1, 200.0, 1.0)],
            [("Price", 1, 400.0, 0.5), ("own", 1, 200.0, 1.0)],
        ),
        (Query(end=date(2026, 1, 31)), [("Lead", 1, 100.0, 1.0)], [("Price", 1, 100.0, 1.0)]),
        (Query(as_of=date(2026, 1, 30)), [], []),
    ],
    ids=["all time", "from a day on", "both days included", "up to a day", "before the first loss"],
)
def test_losses_by_stage_and_reason(
    query: Query, stages: list[tuple[str, int, float, float]], reasons: list[tuple[str, int, float, float]]
) -> None:
    pipeline = pipeline_from_table(
        """
        deal | amount | loss_reason | visits
        D-1  | 100    | price       | Lead 01-01, Lost 01-31
        D-2  | 200    | own         | Lead 01-01, Lost 02-01
        D-3  | 400    | price       | Demo 01-01, Lost 02-02
        D-4  | 800    |             | Demo 01-01, Won 02-02
        """,
        TODAY,
    )
    facts = report(pipeline, query)
    found = [
        [(row["name"], row["count"], row["value"], row["share"]) for row in facts[part]]
        for part in ("lost_stages", "lost_reasons")
    ]
    assert found == [stages, reasons]
