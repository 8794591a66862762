from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.metrics.funnel_answers import compute_funnel
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.metrics.readings.report_facts import build_report_document
from xl_salesflow.schema.named_values import Query


@pytest.fixture
def pipeline() -> Pipeline:
    return pipeline_from_table(
        """
        deal | amount | loss_reason | visits
        D-1  | 100    | price       | Lead 01-01, Lost 01-31
        D-2  | 200    | price       | Lead 01-01, Lost 02-10
        D-3  | 300    | our own     | Lead 01-01, Demo 01-05, Lost 02-10
        D-4  | 1000   |             | Lead 01-01, Qualified 01-16, Won 02-10
        D-5  | 500    |             | Lead 01-01, Lost 02-20, Lead 02-25, Won 02-28
        D-6  | 500    |             | Lead 01-01, Lost 02-28
        """,
        date(2026, 3, 1),
        Lists=[{"loss_reason": "price"}, {"loss_reason": "our own"}],
    )


def test_lost_by_stage_counts_every_loss_even_of_a_reopened_deal(pipeline: Pipeline) -> None:
    lead, qualified, demo, _, _ = compute_funnel(pipeline).stages
    columns = ("lost_count", "lost_value", "lost_share", "lost_cumulative")
    assert [lead[column] for column in columns] == [4, 1300, 4 / 5, 4 / 5]
    assert [demo[column] for column in columns] == [1, 300, 1 / 5, 1]
    assert [qualified[column] for column in columns] == [0, 0, 0, 1]


def test_lost_by_reason_counts_deals_that_are_lost(pipeline: Pipeline) -> None:
    rows = compute_sheet_values(pipeline).tables["LossReasons"]
    reasons = [(row["reason"], row["lost_count"], row["lost_value"], row["lost_cumulative"]) for row in rows.values()]
    assert reasons[:3] == [("(none given)", 1, 500, 1), ("Price", 2, 300, 1 / 2), ("our own", 1, 300, 1)]
    assert set(reasons[3:-1]) == {("", "", "", "")}
    assert reasons[-1] == ("(everything else)", 0, 0, 1)


def test_reasons_that_are_not_listed_are_everything_else(pipeline: Pipeline) -> None:
    """
    reason            | lost_count | lost_value | lost_share
    (none given)      | 1          | 500        | 0.25
    Price             | 2          | 300        | 0.5
    (everything else) | 1          | 300        | 0.25
    """
    pipeline = pipeline.with_tables(Lists=pipeline["Lists"].iloc[:1])
    rows = compute_sheet_values(pipeline).tables["LossReasons"].values()
    columns = ("reason", "lost_count", "lost_value", "lost_share")
    shown = [" | ".join(str(row[column]) for column in columns) for row in rows if row["lost_count"] != ""]
    doc = (test_reasons_that_are_not_listed_are_everything_else.__doc__ or "").strip().splitlines()[1:]
    assert [" | ".join(cell.strip().replace(".0", "") for cell in line.split(" | ")) for line in shown] == [
        " | ".join(cell.strip() for cell in line.split("|")) for line in doc
    ]
    assert sum(row["lost_count"] or 0 for row in rows) == compute_funnel(pipeline).metrics["lost_count"]
    report = build_report_document(recompute_formula_columns(pipeline)).facts["lost_reasons"]
    assert sum(row["count"] for row in report) == compute_funnel(pipeline).metrics["lost_count"]


def test_a_past_date_knows_the_stages_but_not_the_reasons(pipeline: Pipeline) -> None:
    then = replace(pipeline, query=Query(as_of=date(2026, 2, 9)))
    assert compute_funnel(then).stages[0]["lost_count"] == 1
    assert compute_sheet_values(then).tables["LossReasons"][0]["lost_count"] == ""


def test_the_bottleneck_is_the_step_that_one_point_helps_most(pipeline: Pipeline) -> None:
    found = compute_funnel(pipeline)
    more = {row["stage"]: row["one_point_more"] for row in found.stages}
    # 2 won × 750; conversions 3/6, 3/3, 2/3 and 2/2; a conversion of 100 % cannot grow
    assert more == {"Lead": 30.0, "Qualified": 0.0, "Demo": 22.5, "Contract": 0.0, "Won": None}
    assert found.metrics["bottleneck"] == 30.0


def test_the_slowest_stage_is_measured_by_its_limit(pipeline: Pipeline) -> None:
    found = compute_funnel(pipeline)
    ratios = {row["stage"]: row["limit_ratio"] for row in found.stages}
    assert ratios == {"Lead": 3.0, "Qualified": 25 / 15, "Demo": None, "Contract": None, "Won": None}
    assert found.metrics["slowest_stage"] == 3.0


def test_days_per_deal_add_up_over_returns(pipeline: Pipeline) -> None:
    """Lead was left seven times after 200 days in all, six of them for the first time; D-5 came back."""
    lead = compute_funnel(pipeline).stages[0]
    assert (lead["visits"], lead["mean_days"], lead["days_per_deal"]) == (7, 200 / 7, pytest.approx(200 / 6))
