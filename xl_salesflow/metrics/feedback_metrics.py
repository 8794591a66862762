"""Customer feedback after the sale, and the number of activities it takes to win a deal.

The sheets Feedback and Activities have no owner, so these metrics are blank in a filtered query.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.array_arithmetic import MetricMask, column_days, column_numbers, divide_or_unknown
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.formula_criteria import Aggregate, Criterion, count_formula, criteria_in_period, sum_formula
from xl_salesflow.metrics.funnel_steps import build_funnel_steps
from xl_salesflow.metrics.metric_declaration import Metric, MetricArray, MetricFormula, Unit
from xl_salesflow.metrics.outcome_metrics import won_deal_count
from xl_salesflow.metrics.plan_assumptions import PlannedNumbers, choose_planned_numbers
from xl_salesflow.metrics.plan_metrics import (
    PLAN_LAST_DAY_FORMULA,
    SalesPlan,
    assumed_activities,
    plan_last_day,
    round_up_whole,
    won_needed,
)
from xl_salesflow.process.deal_upkeep import is_cell_filled


def match_feedback_dates(cube: Cube, rows: pd.DataFrame) -> MetricMask:
    """Return which rows are dated in the period and by the as-of date; today and without a period, also undated ones."""
    days = column_days(rows["date"])
    if cube.today and not cube.query.has_period:
        return np.ones(len(rows), dtype=bool)
    return np.asarray(cube.within(days) & (days <= cube.as_of))


def unsliced_value(cube: Cube, value: float) -> MetricArray:
    """Return *value*; unknown in a slice, because its rows have neither product nor source."""
    sliced = cube.column or any(cube.query.filters.values())
    return cube.unknown() if sliced else np.array([value])


def _count_scores(cube: Cube, column: str, low: float, high: float = np.inf) -> MetricArray:
    rows = cube.pipeline["Feedback"]
    score = column_numbers(rows[column])
    return unsliced_value(
        cube, float(np.count_nonzero(match_feedback_dates(cube, rows) & (score >= low) & (score <= high)))
    )


def satisfaction_count(cube: Cube) -> MetricArray:
    """Count the satisfaction scores."""
    return _count_scores(cube, "satisfaction", -np.inf)


def mean_satisfaction(cube: Cube) -> MetricArray:
    """Find the mean satisfaction, 1 to 5."""
    rows = cube.pipeline["Feedback"]
    scores = column_numbers(rows["satisfaction"])[match_feedback_dates(cube, rows)]
    return divide_or_unknown(unsliced_value(cube, float(np.nansum(scores))), satisfaction_count(cube))


def recommend_count(cube: Cube) -> MetricArray:
    """Count the answers to the question whether they would recommend us."""
    return _count_scores(cube, "recommend", -np.inf)


def net_promoter_score(cube: Cube) -> MetricArray:
    """Subtract the share of detractors (0 to 6) from that of promoters (9 and 10)."""
    return divide_or_unknown(
        _count_scores(cube, "recommend", 9) - _count_scores(cube, "recommend", -np.inf, 6), recommend_count(cube)
    )


def response_count(cube: Cube) -> MetricArray:
    """Count the rows of feedback, numbered or not."""
    rows = cube.pipeline["Feedback"]
    filled = np.logical_or.reduce([is_cell_filled(rows[column]) for column in _FEEDBACK_CONTENT])
    return unsliced_value(cube, float(np.count_nonzero(match_feedback_dates(cube, rows) & filled)))


_FEEDBACK_CONTENT = ("feedback", "deal", "account", "date", "satisfaction", "recommend", "comment")
"""A row of Feedback counts if one of these columns is filled in."""


def activity_count(cube: Cube) -> MetricArray:
    """Count the activities."""
    rows = cube.pipeline["Activities"]
    return unsliced_value(
        cube, float(np.count_nonzero(match_feedback_dates(cube, rows) & (rows["deal"] != "").to_numpy()))
    )


def activities_per_won(cube: Cube) -> MetricArray:
    """Divide the activities by the won deals; unknown while no activities are recorded."""
    done = activity_count(cube)
    return divide_or_unknown(np.where(done == 0, np.nan, done), won_deal_count(cube))


def planned_activities(cube: Cube) -> PlannedNumbers:
    """Return the activities that a won deal takes: the team's own, or the sum of those assumed for the stages."""
    assumed = np.array([]) if cube.column else assumed_activities(SalesPlan(build_funnel_steps(cube)))
    known = assumed[~np.isnan(assumed)]
    total = np.full(cube.size, known.sum() if len(known) else np.nan)
    return choose_planned_numbers(cube, activities_per_won(cube), won_deal_count(cube), total)


def activities_per_week(cube: Cube) -> MetricArray:
    """Divide the activities for the won deals needed by the weeks left in the plan; unknown once it is over."""
    weeks = (plan_last_day(cube) - cube.as_of) / 7
    activities = round_up_whole(won_needed(cube) * planned_activities(cube).values)
    return round_up_whole(activities / weeks) if weeks > 0 else cube.unknown()


def unsliced_formula(aggregate: Aggregate, table: str, *criteria: Criterion) -> str:
    """Return the formula of *aggregate* over the rows of *table* that `match_feedback_dates` selects; blank in a slice."""
    dated = (*criteria, *criteria_in_period("date"), Criterion("date", "<=", "AsOf"))
    found = f"IF(IsToday*(1-HasPeriod)=1,{aggregate(table, criteria)},{aggregate(table, dated)})"
    return f'IF(ViewAll=0,"",{found})'


def _score_criterion(column: str, compare: str = ">", operand: str = "-1E+15") -> Criterion:
    return Criterion(column, compare, operand)  # type: ignore[arg-type]


_SATISFACTION_COUNT = MetricFormula(unsliced_formula(count_formula, "Feedback", _score_criterion("satisfaction")))
_SATISFACTION_SUM = unsliced_formula(sum_formula("satisfaction"), "Feedback", _score_criterion("satisfaction"))
_RECOMMEND_COUNT = MetricFormula(unsliced_formula(count_formula, "Feedback", _score_criterion("recommend")))
_PROMOTER_COUNT = unsliced_formula(count_formula, "Feedback", _score_criterion("recommend", ">=", "9"))
_DETRACTOR_COUNT = unsliced_formula(count_formula, "Feedback", _score_criterion("recommend", "<=", "6"))
_FEEDBACK_FILLED = "+".join(f'({{Feedback.{column}}}<>"")' for column in _FEEDBACK_CONTENT)
_FEEDBACK_DATED = count_formula("Feedback", (*criteria_in_period("date"), Criterion("date", "<=", "AsOf")))
_RESPONSE_COUNT = MetricFormula(
    f'IF(ViewAll=0,"",IF(IsToday*(1-HasPeriod)=1,SUMPRODUCT(--({_FEEDBACK_FILLED}>0)),{_FEEDBACK_DATED}))'
)
_ACTIVITY_COUNT = unsliced_formula(count_formula, "Activities", Criterion("deal", "<>", ""))


def _share_of_sample_formula(formula: str) -> MetricFormula:
    return MetricFormula(f'IF({{sample}}="","",IF({{sample}}=0,"",({formula})/{{sample}}))')


FEEDBACK_METRICS: tuple[Metric[Cube], ...] = (
    Metric(
        "satisfaction",
        Text("Satisfaction"),
        Text(
            "Mean satisfaction, 1 to 5, of the feedback dated in the period. Feedback has no owner, "
            "so it is blank in a slice."
        ),
        Unit.POINTS, _share_of_sample_formula(_SATISFACTION_SUM), mean_satisfaction, _SATISFACTION_COUNT, satisfaction_count,
    ),
    Metric(
        "net_promoters",
        Text("Promoters − detractors"),
        Text("Share of 9 and 10 less share of 0 to 6 among those who said whether they would recommend us."),
        Unit.RATIO, _share_of_sample_formula(f"{_PROMOTER_COUNT}-{_DETRACTOR_COUNT}"), net_promoter_score,
        _RECOMMEND_COUNT, recommend_count,
    ),
    Metric(
        "response_count",
        Text("Feedback received"),
        Text("Rows of the sheet Feedback dated in the period, numbered or not; without a period all rows."),
        Unit.ANSWERS, _RESPONSE_COUNT, response_count, _RESPONSE_COUNT, response_count,
    ),
    Metric(
        "activities_per_won",
        Text("Activities per won deal"),
        Text(
            "Activities dated in the period ÷ won deals; blank while none are recorded, and in a "
            "slice, because activities have no owner."
        ),
        Unit.ACTIVITIES,
        MetricFormula(f'IF(ViewAll=0,"",IF(won_count*({_ACTIVITY_COUNT})=0,"",({_ACTIVITY_COUNT})/won_count))'),
        activities_per_won, MetricFormula("won_count"), won_deal_count,
    ),
    Metric(
        "activities_per_week",
        Text("Activities a week"),
        Text(
            "Won deals needed × activities per won deal of the plan, spread over the weeks to the last day of the plan, rounded "
            "up."
        ),
        Unit.ACTIVITIES,
        MetricFormula(
            f'IF(OR(won_needed="",plan_activities="",{PLAN_LAST_DAY_FORMULA}<=AsOf),"",'
            f"ROUNDUP(ROUND(ROUNDUP(ROUND(won_needed*plan_activities,9),0)/(({PLAN_LAST_DAY_FORMULA}-AsOf)/7),9),0))"
        ),
        activities_per_week, MetricFormula("won_count"), won_deal_count,
    ),
)  # fmt: skip
