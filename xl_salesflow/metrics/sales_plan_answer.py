"""Compute the sales plan: from the target back to leads and activities, for the team and for each target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

import numpy as np

from xl_salesflow.core.metric_answers import MetricValue, SalesPlanAnswer, SalesPlanFigures, SalesPlanGroup
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import column_days, round_array_to_cents
from xl_salesflow.metrics.deal_cube import Cube, build_cube, date_of_days
from xl_salesflow.metrics.feedback_metrics import activities_per_week, activities_per_won
from xl_salesflow.metrics.funnel_answers import metric_table_rows
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.outcome_metrics import mean_won_value
from xl_salesflow.metrics.plan_metrics import plan_last_day, plan_value, round_up_whole, won_needed
from xl_salesflow.metrics.target_metrics import TARGET_SLICES, target_period, target_value, won_to_date
from xl_salesflow.schema.plain_values import plain_value


def compute_sales_plan(pipeline: Pipeline, value: float | None = None, by: date | None = None) -> SalesPlanAnswer:
    """Return what is needed to win *value* by the day *by* (defaults: as on the sheets Plan and Targets).

    Owners and channels with a target of their own in the target's period are planned with their own conversion and
    times.
    """
    inputs = {"PlanTarget": value, "PlanBy": by}
    given = {name: typed for name, typed in inputs.items() if typed is not None}
    pipeline = replace(pipeline, named={**pipeline.named, **given})
    owners, channels = (tuple(_plan_each_group(pipeline, column)) for column in ("owner", "sales_channel"))
    return SalesPlanAnswer(pipeline.as_of, _plan_backwards(pipeline), owners, channels)


def _plan_backwards(pipeline: Pipeline) -> SalesPlanFigures:
    cube = build_cube(pipeline)
    rows = metric_table_rows("PlanStages", cube)
    needed, per_won = won_needed(cube), activities_per_won(cube)
    activities = round_up_whole(needed * per_won)
    target, won, gap = _target_progress(cube)
    return SalesPlanFigures(
        by=date_of_days(plan_last_day(cube)),
        target=target,
        won_to_date=won,
        gap=gap,
        value_to_win=_first_metric_value(plan_value(cube)),
        mean_won_value=_first_metric_value(mean_won_value(cube)),
        won_needed=_first_metric_value(needed),
        leads_needed=rows[0]["deals_needed"] if rows else None,
        activities_per_won=_first_metric_value(per_won),
        activities_needed=_first_metric_value(activities),
        activities_per_week=_first_metric_value(activities_per_week(cube)),
        stages=tuple({**row, "by_when": row["by_when"].isoformat()} for row in rows),
    )


def _target_progress(cube: Cube) -> tuple[MetricValue, MetricValue, MetricValue]:
    """Return the target, its won part in its period, and what is missing: negative once the target is passed."""
    own = cube.pipeline.named.get("PlanTarget")
    is_typed = isinstance(own, int | float) and own == own
    target = plan_value(cube) if is_typed else target_value(cube)
    target = np.where(target == 0, np.nan, target)
    won = won_to_date(cube)
    gap = round_array_to_cents(target - won)
    return _first_metric_value(target), _first_metric_value(won), _first_metric_value(gap)


def _plan_each_group(pipeline: Pipeline, column: str) -> Iterator[SalesPlanGroup]:
    """Plan for each name with a target; the value and the conversions typed for the whole team do not apply."""
    named = {**pipeline.named, "PlanTarget": None}
    pipeline = pipeline.with_tables(PlanStages=pipeline["PlanStages"].assign(what_if=np.nan))
    for key in _list_names_with_target(pipeline, column):
        query = replace(pipeline.query, filters={**pipeline.query.filters, column: key})
        yield SalesPlanGroup(key, _plan_backwards(replace(pipeline, query=query, named=named)))


def _list_names_with_target(pipeline: Pipeline, column: str) -> Iterable[str]:
    """Return the values of *column* for which a target is set in the query's period, in the order of the sheet."""
    if column in pipeline.query.filters:
        return ()
    rows = pipeline["Targets"]
    first, last = target_period(build_cube(pipeline))
    chosen = (
        (column_days(rows["from"]) >= first)
        & (column_days(rows["to"]) <= last)
        & (rows[column] != "").to_numpy(dtype=bool)
    )
    for other in TARGET_SLICES:
        if other != column:
            filter_value = pipeline.query.filters.get(other, "").casefold()
            chosen &= (rows[other].str.casefold() == filter_value).to_numpy(dtype=bool)
    return dict.fromkeys(rows[column][chosen])


def _first_metric_value(found: MetricArray) -> MetricValue:
    value: MetricValue = plain_value(found[0])
    return value
