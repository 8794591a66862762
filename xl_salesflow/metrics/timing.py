"""How long deals take: the sales cycle, and the days in each stage."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula, Metric, Unit, once
from xl_salesflow.metrics.forecast import in_stage, standing
from xl_salesflow.metrics.grouped import Mask, counts, means, percentiles
from xl_salesflow.metrics.steps import DAY_LIMIT, Steps, ended, if_open
from xl_salesflow.metrics.workings import days as days_at
from xl_salesflow.metrics.workings import found, middle
from xl_salesflow.model.text import Text

_DATED = (c.known("created"), c.known("closed"))
_ENDS: dict[str, tuple[Text, c.Criteria, Callable[[Cube], Mask]]] = {
    "won": (Text("won", "赢单"), (c.WON,), lambda cube: cube.won),
    "lost": (Text("lost", "丢单"), (c.LOST,), lambda cube: cube.lost),
    "closed": (Text("closed", "已关闭"), c.ENDED, lambda cube: cube.won | cube.lost),
}


def _dated(mask: Callable[[Cube], Mask]) -> Callable[[Cube], Floats]:
    return lambda cube: cube.count(mask(cube) & ~np.isnan(cube.cycle_days))


def _mean(mask: Callable[[Cube], Mask]) -> Callable[[Cube], Floats]:
    return lambda cube: cube.mean(cube.cycle_days, mask(cube))


def _median(mask: Callable[[Cube], Mask]) -> Callable[[Cube], Floats]:
    return lambda cube: cube.median(cube.cycle_days, mask(cube))


cycle_days_won_mean = _mean(lambda cube: cube.won)


def _days_between(table: str, criteria: c.Criteria) -> str:
    return f"{c.total('closed')(table, criteria)}-{c.total('created')(table, criteria)}"


def _cycle(end: str) -> tuple[Metric[Cube], Metric[Cube]]:
    name, criteria, mask = _ENDS[end]
    closed_then = (c.STANDING_THEN, *criteria)
    sample = Formula(c.deals(c.count, "closed", *criteria, *_DATED, then=(*closed_then, c.a_number("cycle_days"))))
    dated = (*criteria, *_DATED)
    total_now, total_then = (
        c.now(_days_between, "closed", *dated),
        c.past(c.total("cycle_days"), "closed", *closed_then),
    )
    mean = f"IF(IsToday=1,{total_now},{total_then})"
    now = c.now(c.median("closed", minus="created"), "closed", *dated)
    median = f"IF(IsToday=1,{now},{middle(f'{end.title()}Cycle')})"
    return (
        Metric(
            f"cycle_days_{end}_mean",
            Text(f"Mean cycle, {name.en}", f"平均周期（{name.zh}）"),
            Text(
                f"Mean days from creation to closing of {name.en} deals; deals without either date are left out.",
                f"{name.zh}商机从创建到关闭的平均天数；缺少任一日期者不计。",
            ),
            Unit.DAYS, Formula(f'IF({{sample}}=0,"",({mean})/{{sample}})'), _mean(mask), sample, _dated(mask),
        ),
        Metric(
            f"cycle_days_{end}_median",
            Text(f"Median cycle, {name.en}", f"周期中位数（{name.zh}）"),
            Text(
                f"Half of the {name.en} deals took fewer days from creation to closing; deals without either date are "
                "left out.",
                f"一半{name.zh}商机从创建到关闭的天数少于此值；缺少任一日期者不计。",
            ),
            Unit.DAYS, Formula(f'IF({{sample}}=0,"",{median})', array=True), _median(mask), sample, _dated(mask),
        ),
    )  # fmt: skip


CYCLES: tuple[Metric[Cube], ...] = tuple(metric for end in _ENDS for metric in _cycle(end))


@once
def finished(steps: Steps) -> Mask:
    """Tell which ended visits have known days."""
    return np.asarray(steps.ended & (steps.visit_days >= 0))


def visits(steps: Steps) -> Floats:
    """Count the finished visits of each stage."""
    return steps.blank_unless_open(counts(finished(steps), steps.step_of_visits, steps.size))


def mean_days(steps: Steps) -> Floats:
    """Find the mean days of the finished visits of each stage."""
    return steps.blank_unless_open(means(steps.visit_days, finished(steps), steps.step_of_visits, steps.size))


@once
def median_days(steps: Steps) -> Floats:
    """Find the days that half of the finished visits of each stage stay below."""
    return _percentile(steps, 0.5)


def p90_days(steps: Steps) -> Floats:
    """Find the days that nine of ten finished visits of each stage stay below."""
    return _percentile(steps, 0.9)


def over_limit(steps: Steps) -> Floats:
    """Count the open deals that have been in each stage for longer than its limit; unknown without a limit."""
    since = steps.cube.dates("since" if steps.cube.today else "entered")
    limit = np.append(steps.limit, np.nan)[steps.step_of_deals]
    late = standing(steps) & (since < steps.cube.as_of - limit)
    found = counts(late, steps.step_of_deals, steps.size)
    return steps.blank_unless_open(np.where(np.isnan(steps.limit), np.nan, found))


def _percentile(steps: Steps, share: float) -> Floats:
    found = percentiles(steps.visit_days, finished(steps), steps.step_of_visits, steps.size, share)
    return steps.blank_unless_open(found)


_DAYS = c.Criterion("days", ">=", "0")


def _if_visited(formula: str) -> Formula:
    return Formula(f'IF(OR({{visits}}="",{{visits}}=0),"",{formula})')


_LATE = in_stage(c.count, c.Criterion("since", "<", "(AsOf-{day_limit})"))

STAGE_TIMES: tuple[ColumnMetric[Steps], ...] = (
    ColumnMetric("visits", Formula(if_open(found("Ended", "{position}"))), visits),
    ColumnMetric("mean_days", _if_visited(f"({ended(c.total('days'), _DAYS)})/{{visits}}"), mean_days),
    ColumnMetric("median_days", _if_visited(days_at("median_days", "{visits}")), median_days),
    ColumnMetric("p90_days", _if_visited(days_at("p90_days", "{visits}")), p90_days),
    DAY_LIMIT,
    ColumnMetric("over_limit", Formula(f'IF({{day_limit}}="","",{_LATE})'), over_limit),
)
