"""The weighted value of the open deals, and the forecast of the target period by category.

The roll-up adds the categories from the most certain down: the best case includes commit and what is won.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.array_arithmetic import MetricMask, round_array_to_cents
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.formula_criteria import (
    HAS_AMOUNT,
    OUTCOME_OPEN,
    Criteria,
    Criterion,
    count_formula,
    deals_formula,
    formula_today_only,
    known_sum_formula,
    sum_formula,
)
from xl_salesflow.metrics.metric_declaration import Metric, MetricArray, MetricFormula, Unit
from xl_salesflow.metrics.outcome_metrics import open_deal_count, open_deal_value
from xl_salesflow.metrics.stage_metrics import SUM_WEIGHTED_VALUE
from xl_salesflow.metrics.target_metrics import (
    EXPECTED_IN_TARGET_PERIOD,
    expected_in_period,
    won_to_date,
)


def open_weighted_value(cube: Cube) -> MetricArray:
    """Sum amount × probability of the open deals, each rounded to cents; unknown if none has an amount."""
    return np.where(np.isnan(open_deal_value(cube)), np.nan, cube.total(cube.weighted, cube.open))


WEIGHTED_METRICS: tuple[Metric[Cube], ...] = (
    Metric(
        "weighted_value",
        Text("Weighted value"),
        Text(
            "Amount × probability of every open deal, rounded to cents, then summed; the probability "
            "is the deal's own, or else its stage's; blank if no open deal has an amount. For a past date, as they were "
            "when the deal entered its stage."
        ),
        Unit.MONEY,
        MetricFormula(f'IF(open_value="","",ROUND({deals_formula(SUM_WEIGHTED_VALUE, "open", OUTCOME_OPEN)},2))'),
        open_weighted_value,
        MetricFormula("open_count"), open_deal_count,
    ),
)  # fmt: skip

_CATEGORY_TEXTS = {
    "commit": (
        Text("Forecast: commit"),
        Text("Open deals in the category commit expected to close in the target's period. Available only for today."),
    ),
    "best_case": (
        Text("Forecast: best case"),
        Text(
            "Open deals in the category best case expected to close in the target's period. Available only for today."
        ),
    ),
    "omitted": (
        Text("Forecast: omitted"),
        Text("Open deals in the category omitted expected to close in the target's period. Available only for today."),
    ),
}
"""Category of the forecast → the name and the definition of its metric."""


def _category_mask(category: str) -> Callable[[Cube], MetricMask]:
    return lambda cube: expected_in_period(cube) & cube.has_value("forecast", category)


def _category_value(category: str) -> Callable[[Cube], MetricArray]:
    return lambda cube: cube.known_total(cube.amount, _category_mask(category)(cube)) if cube.today else cube.unknown()


def _category_count(category: str) -> Callable[[Cube], MetricArray]:
    return lambda cube: cube.count(_category_mask(category)(cube)) if cube.today else cube.unknown()


def _category_criteria(category: str) -> Criteria:
    return (*EXPECTED_IN_TARGET_PERIOD, Criterion("forecast", "=", f"{{forecast:{category}}}"))


def _category_metric(category: str) -> Metric[Cube]:
    criteria = _category_criteria(category)
    sample = MetricFormula(formula_today_only(count_formula, "open", *criteria))
    value = known_sum_formula(
        "{sample}",
        formula_today_only(count_formula, "open", *criteria, HAS_AMOUNT),
        formula_today_only(sum_formula("amount"), "open", *criteria),
    )
    return Metric(
        f"forecast_{category}",
        *_CATEGORY_TEXTS[category],
        Unit.MONEY, MetricFormula(f'IF({{sample}}="","",{value})'), _category_value(category), sample,
        _category_count(category),
    )  # fmt: skip


def forecast_pipeline(cube: Cube) -> MetricArray:
    """Sum the expected amounts that are not commit, best case or omitted; unknown if none of these deals has one."""
    return cube.known_total(cube.amount, _pipeline_mask(cube)) if cube.today else cube.unknown()


def forecast_pipeline_count(cube: Cube) -> MetricArray:
    """Count the expected deals that are not commit, best case or omitted."""
    return cube.count(_pipeline_mask(cube)) if cube.today else cube.unknown()


def _pipeline_mask(cube: Cube) -> MetricMask:
    named = np.logical_or.reduce([_category_mask(name)(cube) for name in _CATEGORY_TEXTS])
    return np.asarray(expected_in_period(cube) & ~named)


def forecast_to_commit(cube: Cube) -> MetricArray:
    """Add commit to the won value."""
    return _add_known_parts(cube, won_to_date(cube), _category_value("commit")(cube))


def forecast_to_best_case(cube: Cube) -> MetricArray:
    """Add the best case to won and commit."""
    return _add_known_parts(cube, forecast_to_commit(cube), _category_value("best_case")(cube))


def forecast_to_pipeline(cube: Cube) -> MetricArray:
    """Add the pipeline to won, commit and best case."""
    return _add_known_parts(cube, forecast_to_best_case(cube), forecast_pipeline(cube))


def _add_known_parts(cube: Cube, first: MetricArray, second: MetricArray) -> MetricArray:
    if not cube.today:
        return cube.unknown()
    total = round_array_to_cents(np.nan_to_num(first) + np.nan_to_num(second))
    return np.where((np.isnan(first) | np.isnan(second)) & (total == 0), np.nan, total)


def _metric_sum_formula(first: str, second: str) -> MetricFormula:
    total = f"ROUND(SUM({first},{second}),2)"  # leaves out a part that is unknown
    return MetricFormula(f'IF(IsToday=0,"",IF(OR({first}="",{second}=""),IF({total}=0,"",{total}),{total}))')


_EXPECTED_COUNT_TODAY = formula_today_only(count_formula, "open", *EXPECTED_IN_TARGET_PERIOD)
_CATEGORY_COUNTS = [
    formula_today_only(count_formula, "open", *_category_criteria(category)) for category in _CATEGORY_TEXTS
]
_PIPELINE_SUM_FORMULA = "-".join(
    formula_today_only(sum_formula("amount"), "open", *criteria)
    for criteria in (EXPECTED_IN_TARGET_PERIOD, *map(_category_criteria, _CATEGORY_TEXTS))
)
_PIPELINE_COUNT_FORMULA = f'IF(IsToday=0,"",{_EXPECTED_COUNT_TODAY}-{"-".join(_CATEGORY_COUNTS)})'
_VALUED_PIPELINE_COUNT = "-".join(
    formula_today_only(count_formula, "open", *criteria, HAS_AMOUNT)
    for criteria in (EXPECTED_IN_TARGET_PERIOD, *map(_category_criteria, _CATEGORY_TEXTS))
)
_PIPELINE_VALUE_FORMULA = known_sum_formula("{sample}", _VALUED_PIPELINE_COUNT, _PIPELINE_SUM_FORMULA)

CATEGORY_METRICS: tuple[Metric[Cube], ...] = (
    _category_metric("commit"),
    _category_metric("best_case"),
    Metric(
        "forecast_pipeline",
        Text("Forecast: pipeline"),
        Text(
            "Open deals expected to close in the target's period that are in no other category, summed exactly and rounded "
            "once. Available only for today."
        ),
        Unit.MONEY,
        MetricFormula(f'IF(IsToday=0,"",{_PIPELINE_VALUE_FORMULA})'),
        forecast_pipeline, MetricFormula(_PIPELINE_COUNT_FORMULA), forecast_pipeline_count,
    ),
    _category_metric("omitted"),
    Metric(
        "forecast_to_commit",
        Text("Won and commit"),
        Text("Won towards the target + commit; leaves out a part that is unknown, and is blank if the rest is 0."),
        Unit.MONEY, _metric_sum_formula("won_to_date", "forecast_commit"), forecast_to_commit,
        MetricFormula('""'), Cube.unknown,
    ),
    Metric(
        "forecast_to_best_case",
        Text("Won, commit and best case"),
        Text(
            "Won towards the target + commit + best case; leaves out a part that is unknown, and is blank if the rest is 0."
        ),
        Unit.MONEY, _metric_sum_formula("forecast_to_commit", "forecast_best_case"), forecast_to_best_case,
        MetricFormula('""'), Cube.unknown,
    ),
    Metric(
        "forecast_to_pipeline",
        Text("Won, commit, best case and pipeline"),
        Text(
            "Won towards the target + commit + best case + pipeline; leaves out a part that is unknown, and is blank if the "
            "rest is 0."
        ),
        Unit.MONEY, _metric_sum_formula("forecast_to_best_case", "forecast_pipeline"), forecast_to_pipeline,
        MetricFormula('""'), Cube.unknown,
    ),
)  # fmt: skip
