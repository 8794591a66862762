"""What the sheets Outlook, Accuracy and those beside them show: the answers of forecast and accuracy as rows of tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd

from xl_salesflow.core.accuracy_answers import AccuracyAnswer, BestMethod, PastPeriod
from xl_salesflow.core.forecast_answers import DecidingDeal, ForecastAnswer, ForecastPeriod
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.forecasting.forecast_accuracy import compute_accuracy
from xl_salesflow.metrics.forecasting.team_forecast import choose_forecast_period, compute_forecast
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

OUTLOOK_MONTHS = 6
"""Months that the sheet Outlook looks ahead at least; it goes on to the end of the quarter of the last one."""

_SAID_COLUMNS = ("simulation", "p10", "p90", "weighted", "commit", "best_case", "pipeline", "call")
_NO_BEST_TEXT = Text("No method is better than every other one by more than chance")
_BEST_TEXT = Text("Better than every other method by more than chance (p = {p_value})")


def make_outlook_tables(pipeline: Pipeline) -> dict[str, pd.DataFrame]:
    """Return the rows of the tables Outlook and DecidingDeals, as of today."""
    answer = compute_forecast(pipeline, *_choose_outlook_days(pipeline.today))
    return {
        "Outlook": make_table_frame(TABLES["Outlook"], list(_list_outlooks(answer))),
        "DecidingDeals": make_table_frame(TABLES["DecidingDeals"], [_describe_deciding(deal) for deal in answer.deals]),
    }


def _choose_outlook_days(today: date) -> tuple[date, date]:
    """Return the first day of the quarter that tomorrow is in, and the last day of that of the sixth month from today's."""
    start, _ = choose_forecast_period(today)
    month = today.year * 12 + today.month - 1 + OUTLOOK_MONTHS - 1
    _, end = choose_forecast_period(today, end=None, start=date(month // 12, month % 12 + 1, 1))
    return start, end


def _list_outlooks(answer: ForecastAnswer) -> Iterator[dict[str, Any]]:
    """Yield the months, then the quarters; if nothing is simulated, one row that says why."""
    if answer.why_not is not None:
        yield {
            "from": answer.from_, "to": answer.to, "won": answer.won, "target": answer.target, "call": answer.call,
            "day": answer.as_of, "note": answer.why_not,
        }  # fmt: skip
    for one in answer.months:
        yield {"period": f"{one.from_:%Y-%m}", **_describe_outlook(one, answer.as_of)}
    for one in answer.quarters:
        yield {"period": name_quarter(one.from_), **_describe_outlook(one, answer.as_of)}


def _describe_outlook(one: ForecastPeriod, day: date) -> dict[str, Any]:
    return {
        "from": one.from_, "to": one.to, "won": one.won, "p10": one.range.p10, "p50": one.range.p50, "p90": one.range.p90,
        "deals": one.count.p50, "target": one.target, "chance": one.chance, "call": one.call, "day": day,
    }  # fmt: skip


def name_quarter(first: date) -> str:
    """Return the quarter of *first* as it is named everywhere: 2026-Q4."""
    return f"{first.year}-Q{(first.month + 2) // 3}"


def _describe_deciding(deal: DecidingDeal) -> dict[str, Any]:
    return {
        "deal": deal.deal, "name": deal.name, "owner": deal.owner, "stage": deal.stage, "amount": deal.amount,
        "expected_close": deal.expected_close, "chance": deal.chance, "swing": deal.swing,
    }  # fmt: skip


def make_accuracy_tables(pipeline: Pipeline) -> dict[str, pd.DataFrame]:
    """Return the rows of the tables ForecastErrors and PastForecasts, as of today."""
    answer = compute_accuracy(pipeline)
    said = [row for period in reversed(answer.periods) for row in _list_said(period)]
    return {
        "ForecastErrors": make_table_frame(TABLES["ForecastErrors"], list(_list_errors(answer, pipeline.language))),
        "PastForecasts": make_table_frame(TABLES["PastForecasts"], said),
    }


def _list_errors(answer: AccuracyAnswer, language: Language) -> Iterator[dict[str, Any]]:
    """Yield a row per kind of period, method and weeks; the verdict stands at the best method, or else at the first row."""
    if answer.why_not is not None:
        yield {"verdict": answer.why_not}
    best = {one.kind: one for one in answer.best}
    judged = set[str]()
    for one in answer.methods:
        found, verdict = best[one.kind], ""
        if one.weeks is None and one.kind not in judged and found.method in (None, one.method):
            judged.add(one.kind)
            verdict = _judge(found, language)
        yield {
            "kind": one.kind, "method": one.method, "weeks": one.weeks, "periods": one.periods, "bias": one.bias,
            "mean_absolute_error": one.mean_absolute_error, "verdict": verdict,
        }  # fmt: skip


def _judge(best: BestMethod, language: Language) -> str:
    if best.method is None:
        return _NO_BEST_TEXT.in_(language)
    return _BEST_TEXT.in_(language, p_value=f"{best.p_value:.3f}")


def _list_said(period: PastPeriod) -> Iterator[dict[str, Any]]:
    """Yield a row for each day on which a method said something."""
    name = f"{period.from_:%Y-%m}" if period.kind == "month" else name_quarter(period.from_)
    for one in period.forecasts:
        said = {method: getattr(one, method) for method in _SAID_COLUMNS}
        if any(value is not None for value in said.values()):
            yield {"period": name, "weeks": one.weeks, "day": one.day, "won": period.won, **said}


def is_accuracy_due(pipeline: Pipeline) -> bool:
    """Return whether a month has ended since the table PastForecasts was written; what was said before does not change."""
    written = pipeline["PastForecasts"]["day"].max()
    over = (pipeline.today + timedelta(days=1)).replace(day=1) - timedelta(days=1)  # a month is over on its last day
    return not written >= pd.Timestamp(over)
