"""Customer feedback after the sale, and the number of activities it takes to win a deal.

Feedback belongs to the owner of its deal, or else of its customer, and knows nothing else by which deals are filtered.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from xl_salesflow.locale.texts import Text, fold_text
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
from xl_salesflow.schema.table_frames import fold_keys


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


def _sum_feedback(cube: Cube, values: MetricArray, mask: MetricMask) -> MetricArray:
    """Sum *values* of the rows of Feedback in *mask*, dated in the period, that are in view."""
    filters = {column: value for column, value in cube.query.filters.items() if value}
    if set(filters) - {"owner"} or cube.column not in ("", "owner"):
        return cube.unknown()
    rows = cube.pipeline["Feedback"]
    owners, chosen = fold_keys(rows["owner"]), mask & match_feedback_dates(cube, rows)
    if filters:
        chosen &= (owners == fold_text(filters["owner"])).to_numpy(dtype=bool)
    if not cube.column:
        return np.array([values[chosen].sum()])
    sums = pd.Series(values[chosen]).groupby(owners[chosen].to_numpy()).sum()
    found = [sums.get(fold_text(key), 0.0) if key else np.nan for key in cube.keys]
    return np.array(found, dtype=np.float64)


def _count_scores(cube: Cube, column: str, low: float, high: float = np.inf) -> MetricArray:
    score = column_numbers(cube.pipeline["Feedback"][column])
    return _sum_feedback(cube, np.ones(len(score)), (score >= low) & (score <= high))


def satisfaction_count(cube: Cube) -> MetricArray:
    """Count the satisfaction scores."""
    return _count_scores(cube, "satisfaction", -np.inf)


def mean_satisfaction(cube: Cube) -> MetricArray:
    """Find the mean satisfaction, 1 to 5."""
    scores = column_numbers(cube.pipeline["Feedback"]["satisfaction"])
    return divide_or_unknown(_sum_feedback(cube, scores, ~np.isnan(scores)), satisfaction_count(cube))


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
    return _sum_feedback(cube, np.ones(len(rows)), np.asarray(filled))


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
    return f'IF(ViewAll=0,"",{_dated_formula(aggregate, table, *criteria)})'


def _dated_formula(aggregate: Aggregate, table: str, *criteria: Criterion) -> str:
    dated = (*criteria, *criteria_in_period("date"), Criterion("date", "<=", "AsOf"))
    return f"IF(IsToday*(1-HasPeriod)=1,{aggregate(table, criteria)},{aggregate(table, dated)})"


def _feedback_formula(of: Callable[..., str]) -> str:
    """Return the formula of *of* for all feedback, and of that of the owner whom the Funnel is filtered to."""
    only_owner = "(1-AnyOwner)*AnyProduct*AnySource*AnyRegion*AnyChannel*AnyPlaybook"
    return f'IF(ViewAll=1,{of()},IF({only_owner}=1,{of(Criterion("owner", "=", "ViewOwner"))},""))'


def _score_formula(aggregate: Aggregate, score: Criterion) -> str:
    return _feedback_formula(lambda *owner: _dated_formula(aggregate, "Feedback", score, *owner))


def _score_criterion(column: str, compare: str = ">", operand: str = "-1E+15") -> Criterion:
    return Criterion(column, compare, operand)  # type: ignore[arg-type]


_SATISFACTION_COUNT = MetricFormula(_score_formula(count_formula, _score_criterion("satisfaction")))
_SATISFACTION_SUM = _score_formula(sum_formula("satisfaction"), _score_criterion("satisfaction"))
_RECOMMEND_COUNT = MetricFormula(_score_formula(count_formula, _score_criterion("recommend")))
_PROMOTER_COUNT = _score_formula(count_formula, _score_criterion("recommend", ">=", "9"))
_DETRACTOR_COUNT = _score_formula(count_formula, _score_criterion("recommend", "<=", "6"))
_FEEDBACK_FILLED = "+".join(f'({{Feedback.{column}}}<>"")' for column in _FEEDBACK_CONTENT)


def _response_formula(*owner: Criterion) -> str:
    dated = count_formula("Feedback", (*owner, *criteria_in_period("date"), Criterion("date", "<=", "AsOf")))
    filled = "*".join((f"({_FEEDBACK_FILLED}>0)", *(criterion.array("Feedback") for criterion in owner)))
    return f"IF(IsToday*(1-HasPeriod)=1,SUMPRODUCT(1*{filled}),{dated})"


_RESPONSE_COUNT = MetricFormula(_feedback_formula(_response_formula))
_ACTIVITY_COUNT = unsliced_formula(count_formula, "Activities", Criterion("deal", "<>", ""))


def _share_of_sample_formula(formula: str) -> MetricFormula:
    return MetricFormula(f'IF({{sample}}="","",IF({{sample}}=0,"",({formula})/{{sample}}))')


FEEDBACK_METRICS: tuple[Metric[Cube], ...] = (
    Metric(
        "satisfaction",
        Text("Satisfaction"),
        Text(
            "Mean satisfaction, 1 to 5, of the feedback dated in the period. Feedback belongs to the owner of its deal, or else "
            "of its customer; it is blank in any other slice."
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
            "slice, because several people may work on one deal."
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
