"""Collect the facts for the report: the numbers of one query by month, age, stage and reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.deal_slices import find_slice
from xl_salesflow.core.metric_answers import MetricValue, SalesPlanAnswer, SalesPlanFigures, SalesPlanGroup
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.metrics.array_arithmetic import column_days, round_array_to_cents
from xl_salesflow.metrics.deal_cube import Cube, build_cube, date_of_days
from xl_salesflow.metrics.feedback_metrics import activities_per_week, activities_per_won, planned_activities
from xl_salesflow.metrics.funnel_answers import (
    Funnel,
    compute_funnel,
    compute_metrics_by,
    compute_trend,
    find_bottleneck,
    metric_table_rows,
)
from xl_salesflow.metrics.funnel_notes import CARD_FEET, list_never_entered
from xl_salesflow.metrics.funnel_steps import build_funnel_steps
from xl_salesflow.metrics.metric_declaration import MetricArray, Unit
from xl_salesflow.metrics.metric_tables import (
    METRIC_MARK,
    METRIC_SMALL_PRINT,
    METRICS_BY_ID,
    WIN_RATE_MARK,
    is_estimated_metric,
)
from xl_salesflow.metrics.outcome_metrics import mean_won_value
from xl_salesflow.metrics.plan_assumptions import ASSUMPTION_COLUMNS, planned_deal_size
from xl_salesflow.metrics.plan_line import compute_plan_line
from xl_salesflow.metrics.plan_metrics import plan_last_day, plan_value, round_up_whole, won_needed
from xl_salesflow.metrics.readings.report_insights import collect_report_insights
from xl_salesflow.metrics.target_metrics import (
    TARGET_SLICES,
    list_target_strategies,
    target_period,
    target_value,
    won_to_date,
)
from xl_salesflow.schema.choice_lists import LISTS
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.plain_values import plain_value
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES


def answer_sales_plan(pipeline: Pipeline, target: float | None, by: date | None) -> SalesPlanAnswer:
    """Return the sales plan as the verb answers it.

    Raises:
        UsageError: no target is given anywhere, or the day has passed.
    """
    if by and by < pipeline.as_of:
        raise UsageError("The day to win by ({by}) is before {as_of}; choose a later one.", by=by, as_of=pipeline.as_of)
    answer = compute_sales_plan(pipeline, target, by)
    if answer.figures.value_to_win is None and answer.figures.target is not None:
        raise UsageError(
            "What is won towards the target is not known, because none of the deals won in its period has an amount; "
            "fill in their amounts."
        )
    if answer.figures.value_to_win is None:
        raise UsageError("No target is set for this period and slice; give --target, or fill in the sheet Targets.")
    return answer


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
    needed, per_won, planned = won_needed(cube), activities_per_won(cube), planned_activities(cube)
    activities, size = round_up_whole(needed * planned.values), planned_deal_size(cube)
    target, won, gap = _target_progress(cube)
    last_day = date_of_days(plan_last_day(cube))
    assert last_day is not None  # without a day of its own, a plan has that of the settings
    return SalesPlanFigures(
        by=last_day,
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
        deal_size=_first_metric_value(size.values),
        deal_size_basis="assumed" if size.assumed[0] else "own",
        activities_basis="assumed" if planned.assumed[0] else "own",
        basis=compute_plan_line(cube),
        strategy=list_target_strategies(cube),
        stages=tuple({**row, "by_when": row["by_when"].isoformat()} for row in rows),
    )


def _target_progress(cube: Cube) -> tuple[MetricValue, MetricValue, MetricValue]:
    """Return the target, its won part in its period, and what is missing: negative once the target is passed."""
    own = cube.pipeline.named.get("PlanTarget")
    is_typed = isinstance(own, int | float) and own == own
    target = np.full(cube.size, own, np.float64) if is_typed else target_value(cube)
    target = np.where(target == 0, np.nan, target)
    won = won_to_date(cube)
    gap = round_array_to_cents(target - won)
    return _first_metric_value(target), _first_metric_value(won), _first_metric_value(gap)


def _plan_each_group(pipeline: Pipeline, column: str) -> Iterator[SalesPlanGroup]:
    """Plan for each name with a target; what was typed for the whole team does not apply."""
    named = {**pipeline.named, "PlanTarget": None}
    own_stages = pipeline["Stages"].assign(**dict.fromkeys(ASSUMPTION_COLUMNS, np.nan))
    pipeline = pipeline.with_tables(PlanStages=pipeline["PlanStages"].assign(what_if=np.nan), Stages=own_stages)
    pipeline = replace(pipeline, settings=Settings({**pipeline.settings.values, "assumed_deal_size": 0.0}))
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
            filter_value = fold_text(pipeline.query.filters.get(other, ""))
            chosen &= (fold_keys(rows[other]) == filter_value).to_numpy(dtype=bool)
    return dict.fromkeys(rows[column][chosen])


def _first_metric_value(found: MetricArray) -> MetricValue:
    value: MetricValue = plain_value(found[0])
    return value


REPORT_HEADLINES = (
    "won_value",
    "open_value",
    "weighted_value",
    "win_rate",
    "cycle_days_won_median",
    "no_next_step_count",
)
_MAX_LISTED_RISKS = 8
_REPORT_UNITS = {
    Unit.MONEY: "money",
    Unit.RATIO: "ratio",
    Unit.DAYS: "days",
    Unit.DEALS: "deals",
    Unit.MONEY_PER_DAY: "per_day",
}
_REPORT_AGE_BANDS = ((0, 30), (31, 60), (61, 90), (91, 180), (181, 10**6))
_REPORT_NO_REASON = Text("No reason given")
_REPORT_GROUPS = {"product": TABLES["Deals"]["product"].header}


def _name_filter(pipeline: Pipeline, column: str) -> Text:
    own = find_slice(pipeline, column)
    return own.column.header if own else TABLES["Deals"][column].header


def build_report_document(pipeline: Pipeline) -> Document:
    """Return the report on the pipeline's query as a document; the formula columns must be up to date."""
    answer, settings, query = compute_funnel(pipeline), pipeline.settings, pipeline.query
    lost, lost_deals = _report_lost_stays(pipeline), _report_lost_deals(pipeline)
    facts = {
        "as_of": pipeline.as_of,
        "start": query.start,
        "end": query.end,
        "company": settings.text("company"),
        "source": pipeline.source,
        "currency": settings.text("currency").strip().upper(),
        "filters": [(_name_filter(pipeline, column), value) for column, value in query.filters.items()],
        "metrics": _report_metrics(pipeline, answer),
        "headlines": REPORT_HEADLINES,
        "result": _report_result(pipeline, answer),
        "bottleneck": find_bottleneck(pipeline, answer.stages),
        "risks": _report_risks(pipeline),
        "stages": _report_stages(pipeline, answer),
        "months": _report_months(pipeline),
        "ageing": _report_ageing(pipeline, answer),
        "lost_stages": _report_leaks(lost, lost["stage"]),
        "lost_reasons": _report_leaks(lost_deals, _report_loss_reasons(pipeline, lost_deals)),
        "owners": _report_owners(pipeline),
        **collect_report_insights(pipeline),
        "by": [{"name": name, "rows": _report_group_rows(pipeline, column)} for column, name in _REPORT_GROUPS.items()],
    }
    return Document("report", f"report {pipeline.as_of.isoformat()}", facts)


def _report_metrics(pipeline: Pipeline, answer: Funnel) -> list[dict[str, Any]]:
    limit = pipeline.settings.number("small_sample")
    return [
        {
            "id": metric.id,
            "name": metric.name,
            "definition": metric.definition,
            "foot": METRIC_SMALL_PRINT.get(metric.id, ""),
            "unit": _REPORT_UNITS.get(metric.unit, "number"),
            "value": answer.metrics[metric.id],
            "sample": answer.samples[metric.id],
            "small": is_estimated_metric(metric) and METRIC_MARK.is_due({"sample": answer.samples[metric.id]}, limit),
            "unvalued": _count_unvalued(metric.id, answer),
        }
        for metric in METRICS_BY_ID.values()
    ]


def _count_unvalued(metric: str, answer: Funnel) -> MetricValue:
    """Return how many deals that *metric* adds up have no amount; None if it adds up none."""
    foot = CARD_FEET.get(metric)
    return answer.metrics.get(foot.formula) if foot else None


def _report_stages(pipeline: Pipeline, answer: Funnel) -> list[dict[str, Any]]:
    never = list_never_entered(build_funnel_steps(build_cube(pipeline)))
    return [{**row, "never_entered": row["stage"] in never} for row in answer.stages]


def _report_result(pipeline: Pipeline, answer: Funnel) -> dict[str, Any]:
    """Return the result against the target, what the forecast adds to it, and what must still be won by when."""
    plan, metrics = _plan_backwards(pipeline), answer.metrics
    gaps = [(row["gap"], row["stage"]) for row in plan.stages if row["one_point_more"] is not None]
    missing, stage = max(((int(gap), name) for gap, name in gaps if isinstance(gap, int | float)), default=(0, ""))
    return {
        "target": plan.target,
        "won": plan.won_to_date,
        "attainment": None if not plan.target or plan.won_to_date is None else plan.won_to_date / plan.target,
        "commit": metrics["forecast_to_commit"],
        "best_case": metrics["forecast_to_best_case"],
        "value_to_win": plan.value_to_win,
        "by": plan.by,
        "won_needed": plan.won_needed,
        "basis": plan.basis if "assumed" in (plan.deal_size_basis, plan.activities_basis) else "",
        "missing": missing,
        "missing_stage": stage,
    }


def _report_risks(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return the open deals with a warning, the largest first."""
    deals = pipeline["Deals"]
    warned = deals[(deals["outcome"] == "open") & (deals["in_view"] == 1) & (deals["warnings"] != "")]
    rows = warned.sort_values("amount", ascending=False, kind="stable", na_position="last")
    columns = ["deal", "name", "account", "owner", "stage", "days_in_stage", "amount", "warnings"]
    return [
        {str(key): plain_value(value) for key, value in row.items()}
        for row in rows[columns].head(_MAX_LISTED_RISKS).to_dict("records")
    ]


def _report_owners(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return the numbers of each owner, with result against the own target and next steps that are overdue."""
    limit = pipeline.settings.number("small_sample")
    planned = {fold_text(group.key): group.figures for group in _plan_each_group(pipeline, "owner")}
    deals = pipeline["Deals"]
    late = (
        (deals["outcome"] == "open")
        & (deals["in_view"] == 1)
        & (deals["next_step_date"] < np.datetime64(pipeline.today))
    )
    overdue = fold_keys(deals["owner"][late]).value_counts()
    rows = []
    for group in compute_metrics_by(pipeline, "owner"):
        figures = planned.get(fold_text(group.key))
        target, won = (figures.target, figures.won_to_date) if figures else (None, None)
        rows.append(
            {
                "key": group.key,
                **group.metrics,
                "target": target,
                "won_to_date": won,
                "attainment": won / target if target and won is not None else None,
                **{column: (group.activity or {}).get(column) for column in ("activities", "answers", "satisfaction")},
                "overdue": int(overdue.get(fold_text(group.key), 0)),
                "small": WIN_RATE_MARK.is_due(group.metrics, limit),
            }
        )
    return rows


def _report_group_rows(pipeline: Pipeline, column: str) -> list[dict[str, Any]]:
    limit = pipeline.settings.number("small_sample")
    return [
        {"key": group.key, **group.metrics, "small": WIN_RATE_MARK.is_due(group.metrics, limit)}
        for group in compute_metrics_by(pipeline, column)
    ]


def _report_months(pipeline: Pipeline) -> list[dict[str, Any]]:
    # the twelve months up to the as-of date: deals created, won and lost
    return [
        {"month": row["month"], "created": row["created"], "won": row["won_count"], "lost": row["lost_count"],
         "won_value": row["won_value"]}
        for row in compute_trend(pipeline)
    ]  # fmt: skip


def _report_ageing(pipeline: Pipeline, answer: Funnel) -> list[dict[str, Any]]:
    deals = pipeline["Deals"]
    opened = deals[(deals["outcome"] == "open") & (deals["in_view"] == 1)]
    usual = answer.metrics["cycle_days_won_median"]
    rows = []
    for low, high in _REPORT_AGE_BANDS:
        inside = opened[opened["age_days"].between(low, high)]
        label = (
            Text("{low}–{high} days").with_facts(low=low, high=high)
            if high < 10**6
            else Text("{low} days and more").with_facts(low=low)
        )
        value = _sum_known_amounts(inside["amount"])
        rows.append({"label": label, "count": len(inside), "value": value, "late": usual is not None and low > usual})
    return rows


def _sum_known_amounts(amounts: pd.Series) -> float | None:
    """Return the sum to the cent; None if there are deals and none has an amount."""
    return None if len(amounts) and amounts.isna().all() else round(float(amounts.sum()), 2)


def _report_lost_stays(pipeline: Pipeline) -> pd.DataFrame:
    # stays that ended in a loss by the as-of date and within the period
    stays, query = pipeline["History"], pipeline.query
    left = stays["left"]
    chosen = (stays["move"] == "lost") & (stays["state"] < 0) & (left <= np.datetime64(pipeline.as_of))
    if query.start:
        chosen &= left >= np.datetime64(query.start)
    if query.end:
        chosen &= left <= np.datetime64(query.end)
    return stays[chosen]


def _report_lost_deals(pipeline: Pipeline) -> pd.DataFrame:
    # the deals that the metric lost_count counts
    cube = build_cube(pipeline)
    return cube.frame[cube.lost]


def _report_loss_reasons(pipeline: Pipeline, lost: pd.DataFrame) -> pd.Series:
    reasons = (
        lost["deal"]
        .map(pipeline["Deals"].drop_duplicates("deal").set_index("deal")["loss_reason"])
        .astype(object)
        .fillna("")
    )
    labels: Mapping[str, Text] = {**LISTS["loss_reason"], "": _REPORT_NO_REASON}
    return reasons.map(lambda reason: labels[reason].in_(pipeline.language) if reason in labels else reason)


def _report_leaks(lost: pd.DataFrame, names: pd.Series) -> list[dict[str, Any]]:
    groups = lost["amount"].groupby(names)
    sums = groups.agg(["size", "sum"]).sort_values(["size", "sum"], ascending=False)
    shares = sums["size"].cumsum() / max(int(sums["size"].sum()), 1)
    known = {name: _sum_known_amounts(amounts) for name, amounts in groups}
    return [
        {"name": name, "count": int(count), "value": known[name], "share": float(share)}
        for name, count, share in zip(sums.index, sums["size"], shares, strict=True)
    ]
