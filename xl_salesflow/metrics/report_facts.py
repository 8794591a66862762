"""Collect the facts for the report: the numbers of one query by month, age, stage and reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.funnel_answers import Funnel, compute_funnel, compute_metrics_by, compute_trend
from xl_salesflow.metrics.metric_declaration import Unit
from xl_salesflow.metrics.metric_tables import METRIC_MARK, METRIC_SMALL_PRINT, METRICS_BY_ID, WIN_RATE_MARK
from xl_salesflow.schema.choice_lists import LISTS
from xl_salesflow.schema.table_registry import TABLES

REPORT_HEADLINES = ("open_value", "weighted_value", "won_value", "win_rate", "win_rate_of_all", "cycle_days_won_median")
_REPORT_UNITS = {
    Unit.MONEY: "money",
    Unit.RATIO: "ratio",
    Unit.DAYS: "days",
    Unit.DEALS: "deals",
    Unit.MONEY_PER_DAY: "per_day",
}
_REPORT_AGE_BANDS = ((0, 30), (31, 60), (61, 90), (91, 180), (181, 10**6))
_REPORT_NO_REASON = Text("No reason given")
_REPORT_GROUPS = {"owner": TABLES["Deals"]["owner"].header, "product": TABLES["Deals"]["product"].header}


def build_report_document(pipeline: Pipeline) -> Document:
    """Return the report on the pipeline's query as a document; the formula columns must be up to date."""
    answer, settings, query = compute_funnel(pipeline), pipeline.settings, pipeline.query
    lost = _report_lost_stays(pipeline)
    facts = {
        "as_of": pipeline.as_of,
        "start": query.start,
        "end": query.end,
        "company": settings.text("company"),
        "source": pipeline.source,
        "currency": settings.text("currency").strip().upper(),
        "filters": [(TABLES["Deals"][column].header, value) for column, value in query.filters.items()],
        "metrics": _report_metrics(pipeline, answer),
        "headlines": REPORT_HEADLINES,
        "stages": list(answer.stages),
        "months": _report_months(pipeline),
        "ageing": _report_ageing(pipeline, answer),
        "lost_stages": _report_leaks(lost, lost["stage"]),
        "lost_reasons": _report_leaks(lost, _report_loss_reasons(pipeline, lost)),
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
            "small": not metric.is_count and METRIC_MARK.is_due({"sample": answer.samples[metric.id]}, limit),
        }
        for metric in METRICS_BY_ID.values()
    ]


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
        value = round(float(inside["amount"].sum()), 2)
        rows.append({"label": label, "count": len(inside), "value": value, "late": usual is not None and low > usual})
    return rows


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


def _report_loss_reasons(pipeline: Pipeline, lost: pd.DataFrame) -> pd.Series:
    reasons = lost["deal"].map(pipeline["Deals"].drop_duplicates("deal").set_index("deal")["loss_reason"]).fillna("")
    labels: Mapping[str, Text] = {**LISTS["loss_reason"], "": _REPORT_NO_REASON}
    return reasons.map(lambda reason: labels[reason].in_(pipeline.language) if reason in labels else reason)


def _report_leaks(lost: pd.DataFrame, names: pd.Series) -> list[dict[str, Any]]:
    sums = lost["amount"].fillna(0).groupby(names).agg(["size", "sum"]).sort_values(["size", "sum"], ascending=False)
    shares = sums["size"].cumsum() / max(int(sums["size"].sum()), 1)
    return [
        {"name": name, "count": int(count), "value": round(float(value), 2), "share": float(share)}
        for name, count, value, share in zip(sums.index, sums["size"], sums["sum"], shares, strict=True)
    ]
