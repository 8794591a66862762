"""What customers say after the sale, and what it takes to win one. These sheets know no owner, so no slice is shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import Floats, Formula, Metric, Unit
from xl_salesflow.metrics.grouped import Mask, ratio
from xl_salesflow.metrics.outcomes import won_count
from xl_salesflow.metrics.plan import LAST_DAY, last_day, up, won_needed
from xl_salesflow.metrics.rows import days, numbers
from xl_salesflow.model.text import Text


def _asked(cube: Cube, rows: pd.DataFrame) -> Mask:
    # in the period and by the as-of date; without either question, rows without a date too
    date = days(rows["date"])
    if cube.today and not cube.view.has_period:
        return np.ones(len(rows), dtype=bool)
    return np.asarray(cube.within(date) & (date <= cube.as_of))


def _of_everything(cube: Cube, value: float) -> Floats:
    sliced = cube.column or any(cube.view.filters.values())
    return cube.nothing() if sliced else np.array([value])


def _count(cube: Cube, column: str, low: float, high: float = np.inf) -> Floats:
    rows = cube.pipeline["Feedback"]
    score = numbers(rows[column])
    return _of_everything(cube, float(np.count_nonzero(_asked(cube, rows) & (score >= low) & (score <= high))))


def satisfaction_count(cube: Cube) -> Floats:
    """Count the satisfaction scores."""
    return _count(cube, "satisfaction", -np.inf)


def satisfaction(cube: Cube) -> Floats:
    """Find the mean satisfaction, 1 to 5."""
    rows = cube.pipeline["Feedback"]
    scores = numbers(rows["satisfaction"])[_asked(cube, rows)]
    return ratio(_of_everything(cube, float(np.nansum(scores))), satisfaction_count(cube))


def recommend_count(cube: Cube) -> Floats:
    """Count the answers to whether they would recommend us."""
    return _count(cube, "recommend", -np.inf)


def net_promoters(cube: Cube) -> Floats:
    """Take the share of detractors (0 to 6) from that of promoters (9 and 10)."""
    return ratio(_count(cube, "recommend", 9) - _count(cube, "recommend", -np.inf, 6), recommend_count(cube))


def response_count(cube: Cube) -> Floats:
    """Count the rows of feedback."""
    rows = cube.pipeline["Feedback"]
    return _of_everything(cube, float(np.count_nonzero(_asked(cube, rows) & (rows["feedback"] != "").to_numpy())))


def activity_count(cube: Cube) -> Floats:
    """Count the activities."""
    rows = cube.pipeline["Activities"]
    return _of_everything(cube, float(np.count_nonzero(_asked(cube, rows) & (rows["deal"] != "").to_numpy())))


def activities_per_won(cube: Cube) -> Floats:
    """Divide the activities by the won deals; unknown while nobody writes activities down."""
    done = activity_count(cube)
    return ratio(np.where(done == 0, np.nan, done), won_count(cube))


def activities_per_week(cube: Cube) -> Floats:
    """Spread the activities that the won deals needed take over the weeks of the plan; nothing once it is over."""
    weeks = (last_day(cube) - cube.as_of) / 7
    activities = up(won_needed(cube) * activities_per_won(cube))
    return up(activities / weeks) if weeks > 0 else cube.nothing()


def _formula(aggregate: c.Aggregate, table: str, *criteria: c.Criterion) -> str:
    dated = (*criteria, *c.within("date"), c.Criterion("date", "<=", "AsOf"))
    found = f"IF(IsToday*(1-HasPeriod)=1,{aggregate(table, criteria)},{aggregate(table, dated)})"
    return f'IF(ViewAll=0,"",{found})'


def _number(column: str, compare: str = ">", operand: str = "-1E+15") -> c.Criterion:
    return c.Criterion(column, compare, operand)  # type: ignore[arg-type]


_SCORED = Formula(_formula(c.count, "Feedback", _number("satisfaction")))
_SCORES = _formula(c.total("satisfaction"), "Feedback", _number("satisfaction"))
_ASKED = Formula(_formula(c.count, "Feedback", _number("recommend")))
_PROMOTERS = _formula(c.count, "Feedback", _number("recommend", ">=", "9"))
_DETRACTORS = _formula(c.count, "Feedback", _number("recommend", "<=", "6"))
_RESPONSES = Formula(_formula(c.count, "Feedback", c.Criterion("feedback", "<>", "")))
_ACTIVITIES = _formula(c.count, "Activities", c.Criterion("deal", "<>", ""))


def _if_any(formula: str) -> Formula:
    return Formula(f'IF({{sample}}="","",IF({{sample}}=0,"",({formula})/{{sample}}))')


FEEDBACK: tuple[Metric[Cube], ...] = (
    Metric(
        "satisfaction",
        Text("Satisfaction", "客户满意度"),
        Text(
            "Mean satisfaction, 1 to 5, of the feedback dated in the period. Feedback knows no owner: blank in a slice.",
            "期内反馈的满意度平均分（1–5）；反馈不分负责人，筛选时为空。",
        ),
        Unit.POINTS, _if_any(_SCORES), satisfaction, _SCORED, satisfaction_count,
    ),
    Metric(
        "net_promoters",
        Text("Promoters − detractors", "净推荐值"),
        Text(
            "Share of 9 and 10 less share of 0 to 6 among those who said whether they would recommend us.",
            "推荐意愿为 9–10 分者占比减去 0–6 分者占比。",
        ),
        Unit.RATIO, _if_any(f"{_PROMOTERS}-{_DETRACTORS}"), net_promoters, _ASKED, recommend_count,
    ),
    Metric(
        "response_count",
        Text("Feedback received", "反馈数"),
        Text("Rows of the sheet Feedback dated in the period.", "期内收到的反馈条数。"),
        Unit.ANSWERS, _RESPONSES, response_count, _RESPONSES, response_count,
    ),
    Metric(
        "activities_per_won",
        Text("Activities per won deal", "每赢一单的活动数"),
        Text(
            "Activities dated in the period ÷ won deals; blank while none are recorded, and in a slice, which they do not know.",
            "期内活动数 ÷ 赢单数；没有活动记录或有筛选时为空（活动不分筛选维度）。",
        ),
        Unit.ACTIVITIES,
        Formula(f'IF(ViewAll=0,"",IF(won_count*({_ACTIVITIES})=0,"",({_ACTIVITIES})/won_count))'), activities_per_won,
        Formula("won_count"), won_count,
    ),
    Metric(
        "activities_per_week",
        Text("Activities a week", "每周活动数"),
        Text(
            "Won deals needed × activities per won deal, spread over the weeks to the last day of the plan, rounded up.",
            "所需赢单数 × 每赢一单的活动数，按计划剩余周数均摊并向上取整。",
        ),
        Unit.ACTIVITIES,
        Formula(
            f'IF(OR(won_needed="",activities_per_won="",{LAST_DAY}<=AsOf),"",'
            f"ROUNDUP(ROUND(ROUNDUP(ROUND(won_needed*activities_per_won,9),0)/(({LAST_DAY}-AsOf)/7),9),0))"
        ),
        activities_per_week, Formula("won_count"), won_count,
    ),
)  # fmt: skip
