"""The counts of early warnings: four of them live from the deals' own cells, the others from the marks of the last update."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.funnel_answers import compute_funnel
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.named_values import Query, Settings

TODAY = date(2026, 3, 31)
RULES = list(CHOICES["early_warning"])


@pytest.fixture
def pipeline() -> Pipeline:
    """Make deals on either side of each limit: idle after 14 days, pushed twice."""
    made = pipeline_from_table(
        """
        deal | last_activity | expected_close | pushes | next_step | next_step_date | warnings | visits
        D-1  | 2026-03-16    | 2026-03-31     | 1      | Ring      |                | Late     | Lead 03-01
        D-2  | 2026-03-17    | 2026-03-30     | 2      |           | 2026-04-01     |          | Lead 03-01
        D-3  |               |                | 3      |           |                | Late     | Lead 03-16
        D-4  |               | 2026-05-01     |        | Ring      | 2026-04-01     |          | Lead 03-17
        D-5  | 2026-01-01    | 2026-01-01     | 9      |           |                | Late     | Lead 01-01, Lost 01-02
        """,
        TODAY,
    )
    return replace(made, settings=Settings({**made.settings.values, "idle_limit": 14.0, "push_limit": 2.0}))


@pytest.mark.parametrize(
    ("metric", "count"),
    [
        ("warned_count", 2),  # D-1 and D-3; a closed deal is not warned about
        ("idle_count", 2),  # D-1 and D-3 for 15 days, the others for 14
        ("close_past_count", 1),  # D-2; today is not past
        ("pushed_count", 2),  # D-2 and D-3
        ("no_next_step_count", 1),  # D-3; a day without a text is a next step too
    ],
)
def test_live_counts(pipeline: Pipeline, metric: str, count: int) -> None:
    funnel = compute_funnel(pipeline)
    assert (funnel.metrics[metric], funnel.samples[metric]) == (count, count)
    past = compute_funnel(replace(pipeline, query=Query(as_of=date(2026, 3, 20))))
    assert past.metrics[metric] is None


def test_marked_deals_are_counted_rule_by_rule(pipeline: Pipeline) -> None:
    """
    deal | marks
    D-1  | over_limit, score_fallen
    D-2  | over_limit, one_contact
    D-3  |
    D-4  | one_contact, score_fallen
    D-5  | over_limit
    """
    text = (test_marked_deals_are_counted_rule_by_rule.__doc__ or "").strip()
    marks = [line.split("|")[1].split(",") for line in text.splitlines()[1:]]
    numbers = [float(sum(2 ** RULES.index(rule.strip()) for rule in rules if rule.strip())) for rules in marks]
    marked = pipeline.with_tables(Deals=pipeline["Deals"].assign(warned=numbers))
    metrics = compute_funnel(marked).metrics
    counted = {
        rule: metrics[f"{rule}_count"] for rule in RULES if rule not in ("idle", "close_past", "pushed", "no_next_step")
    }
    assert {rule: count for rule, count in counted.items() if count} == {
        "over_limit": 2,
        "one_contact": 2,
        "score_fallen": 2,
    }
