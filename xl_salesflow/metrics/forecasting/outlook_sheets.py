"""What the sheets Outlook, Accuracy and those beside them show: the answers of forecast and accuracy as rows of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from math import inf
from types import MappingProxyType
from typing import Any

import pandas as pd

from xl_salesflow.core.accuracy_answers import AccuracyAnswer, BestMethod, MethodAccuracy, PastPeriod, PeriodKind
from xl_salesflow.core.forecast_answers import DecidingDeal, ForecastAnswer, ForecastPeriod
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.forecasting.forecast_accuracy import compute_accuracy
from xl_salesflow.metrics.forecasting.team_forecast import choose_forecast_period, compute_forecast
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

OUTLOOK_MONTHS = 6
"""Months that the sheet Outlook looks ahead at least; it goes on to the end of the quarter of the last one."""

_SAID_COLUMNS = ("simulation", "p10", "p90", "weighted", "commit", "best_case", "pipeline", "call")
_CHARTED_WEEKS, _CHARTED_MONTHS = 4, 12
_BEST_TEXTS: Mapping[PeriodKind, Text] = MappingProxyType(
    {
        "month": Text(
            "Months: “{method}” was the most accurate, by more than chance (p = {p_value}, {periods} months)."
        ),
        "quarter": Text(
            "Quarters: “{method}” was the most accurate, by more than chance (p = {p_value}, {periods} quarters)."
        ),
    }
)
_NO_BEST_TEXTS: Mapping[PeriodKind, Text] = MappingProxyType(
    {
        "month": Text("Months: no method was more accurate than every other by more than chance."),
        "quarter": Text("Quarters: no method was more accurate than every other by more than chance."),
    }
)


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
    """Return the rows of the tables ForecastErrors, SaidAndWon and PastForecasts, as of today."""
    answer = compute_accuracy(pipeline)
    said = [row for period in reversed(answer.periods) for row in _list_said(period)]
    return {
        "ForecastErrors": make_table_frame(TABLES["ForecastErrors"], list(_list_errors(answer, pipeline.language))),
        "SaidAndWon": make_table_frame(TABLES["SaidAndWon"], _list_said_and_won(answer)),
        "PastForecasts": make_table_frame(TABLES["PastForecasts"], said),
    }


def _list_errors(answer: AccuracyAnswer, language: Language) -> Iterator[dict[str, Any]]:
    """Yield a row per kind of period and method, the smallest error first; the verdict stands in the first row of a kind."""
    if answer.why_not is not None:
        yield {"verdict": answer.why_not}
    for best in answer.best:
        found = [one for one in answer.methods if one.kind == best.kind]
        means = {one.method: one.mean_absolute_error for one in found if one.weeks is None}
        methods = sorted({one.method for one in found}, key=lambda method: (means.get(method, inf), method))
        for place, method in enumerate(methods):
            mine = [one for one in found if one.method == method]
            row: dict[str, Any] = {"kind": best.kind, "method": method, "periods": max(one.periods for one in mine)}
            row["verdict"] = "" if place else judge_methods(best, language)
            for one in mine:
                row |= _describe_error(one)
            yield row


def _describe_error(one: MethodAccuracy) -> dict[str, Any]:
    if one.weeks is None:
        return {"periods": one.periods, "bias": one.bias, "mean_absolute_error": one.mean_absolute_error}
    return {f"error_{one.weeks}": one.mean_absolute_error}


def judge_methods(best: BestMethod, language: Language) -> str:
    """Return the sentence that names the best method for months or quarters, or says that there is none."""
    if best.method is None or best.p_value is None:
        return _NO_BEST_TEXTS[best.kind].in_(language)
    facts = {"method": CHOICES["forecast_method"][best.method], "p_value": f"{best.p_value:.3f}"}
    return _BEST_TEXTS[best.kind].in_(language, periods=best.periods, **facts)


def _list_said_and_won(answer: AccuracyAnswer) -> list[dict[str, Any]]:
    """Return what was said four weeks before the end of each of the last months, the oldest first."""
    months = [period for period in answer.periods if period.kind == "month"][-_CHARTED_MONTHS:]
    return [
        {"period": f"{month.from_:%Y-%m}", "won": month.won}
        | {method: getattr(said, method) for method in ("simulation", "weighted", "call")}
        for month in months
        for said in month.forecasts
        if said.weeks == _CHARTED_WEEKS
    ]


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
