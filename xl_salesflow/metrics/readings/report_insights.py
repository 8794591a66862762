"""What the report says about the flow of the period, what goes with winning, new people, and cohorts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from xl_salesflow.core.flow_answers import FLOW_STEPS, SIGNED_FLOW_STEPS
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.readings.creation_cohorts import compute_cohorts
from xl_salesflow.metrics.readings.people_ramp import compare_ramps
from xl_salesflow.metrics.readings.pipeline_flow import FlowRequest, answer_flow
from xl_salesflow.metrics.readings.win_factors import compute_wins

_LISTED_FACTORS = 10


def collect_report_insights(pipeline: Pipeline) -> dict[str, Any]:
    """Return the facts flow, flow_days, wins, ramps and cohorts of the report on the pipeline's query."""
    days = _find_report_days(pipeline)
    wins, cohorts = compute_wins(pipeline), compute_cohorts(pipeline)
    return {
        "flow": list(_list_flow_bars(pipeline, days)),
        "flow_days": days,
        "wins": {"factors": wins.factors[:_LISTED_FACTORS], "tests": wins.tests, "closed": wins.closed},
        "ramps": compare_ramps(pipeline),
        "cohorts": cohorts if any(any(each.won_shares) for each in cohorts.cohorts) else None,
    }


def _find_report_days(pipeline: Pipeline) -> tuple[date, date]:
    """Return the period of the query as far as it is over, or the quarter up to the as-of date."""
    end = min(pipeline.query.end or pipeline.as_of, pipeline.as_of)
    quarter = end.replace(day=1, month=end.month - (end.month - 1) % 3)
    return min(pipeline.query.start or quarter, end), end


def _list_flow_bars(pipeline: Pipeline, days: tuple[date, date]) -> Iterator[dict[str, Any]]:
    """Yield name, count, value, sign and start of both ends and of each step that changed something."""
    steps = answer_flow(pipeline, FlowRequest(*days)).steps
    if not (steps.opening.value or steps.closing.value or steps.new.value):
        return
    at = 0.0
    for step, (name, _) in FLOW_STEPS.items():
        bar, sign = getattr(steps, step), SIGNED_FLOW_STEPS.get(step)
        if sign is None and step not in ("opening", "closing"):
            continue
        if bar.count or sign is None:
            start = 0.0 if sign is None else min(at, at + sign * bar.value)
            yield {
                "step": step,
                "name": name,
                "count": bar.count,
                "value": bar.value,
                "sign": sign or 0,
                "start": start,
            }
        at = bar.value if step == "opening" else at + (sign or 0) * bar.value
