"""The answer of the verb insights, part by part."""

from __future__ import annotations

from xl_salesflow.core.insight_answers import InsightsAnswer
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.readings.creation_cohorts import compute_cohorts
from xl_salesflow.metrics.readings.people_comparison import compare_people
from xl_salesflow.metrics.readings.win_factors import compute_wins


def answer_insights(pipeline: Pipeline, part: str) -> InsightsAnswer:
    """Return *part* (wins, people or cohorts), or all parts if it is blank, of the deals that the query asks for."""
    return InsightsAnswer(
        pipeline.as_of,
        compute_wins(pipeline) if part in ("", "wins") else None,
        compare_people(pipeline) if part in ("", "people") else None,
        compute_cohorts(pipeline) if part in ("", "cohorts") else None,
    )
