"""What the open deals are worth: weighted, and stage by stage."""

from __future__ import annotations

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula, Metric, Unit
from xl_salesflow.metrics.grouped import Mask, counts, totals
from xl_salesflow.metrics.outcomes import open_count
from xl_salesflow.metrics.steps import PLAYBOOK, Steps, if_open
from xl_salesflow.metrics.workings import OUTCOMES, found, goes_on
from xl_salesflow.model.text import Text


def weighted_value(cube: Cube) -> Floats:
    """Sum amount × probability of the open deals, each rounded to cents."""
    return cube.total(cube.weighted, cube.open)


def stage_open_count(steps: Steps) -> Floats:
    """Count the open deals in each stage."""
    return steps.blank_unless_open(counts(standing(steps), steps.step_of_deals, steps.size))


def stage_open_value(steps: Steps) -> Floats:
    """Sum the amounts of the open deals in each stage."""
    return steps.blank_unless_open(totals(steps.cube.amount, standing(steps), steps.step_of_deals, steps.size))


def stage_weighted_value(steps: Steps) -> Floats:
    """Sum the weighted values of the open deals in each stage."""
    return steps.blank_unless_open(totals(steps.cube.weighted, standing(steps), steps.step_of_deals, steps.size))


def standing(steps: Steps) -> Mask:
    """Tell which deals are open and stand in one of the steps."""
    return steps.cube.open & (steps.step_of_deals >= 0)


weighted = c.total("weighted_value")

_STANDING = (PLAYBOOK, c.Criterion("recorded_stage", "=", "{stage}"), c.OPEN)
_STOOD = (c.Criterion("state", "=", "(101+{position})"),)


def in_stage(aggregate: c.Aggregate, *criteria: c.Criterion) -> str:
    """Return the formula of *aggregate* over the open deals in the row's stage, as `standing` finds them."""
    return c.deals(aggregate, "open", *_STANDING, *criteria, then=(*_STOOD, *criteria))


FORECAST: tuple[Metric[Cube], ...] = (
    Metric(
        "weighted_value",
        Text("Weighted value", "加权金额"),
        Text(
            "Amount × probability of every open deal, rounded to cents, then summed; the probability is the deal's own, "
            "else its stage's. For a past date, as they were when the deal entered its stage.",
            "各进行中商机的金额 × 赢率，四舍五入到分后求和；优先用自定赢率，否则用阶段赢率。过去日期取进入阶段时的值。",
        ),
        Unit.MONEY, Formula(f"ROUND({c.deals(weighted, 'open', c.OPEN)},2)"), weighted_value,
        Formula("open_count"), open_count,
    ),
)  # fmt: skip

_OPEN_THEN = f"IF(HasPeriod*IsCohort=1,{found('Standing', '{position}')},{goes_on(OUTCOMES['open'])})"
_OPEN_NOW = c.now(c.count, "open", *_STANDING)

STAGE_VALUE: tuple[ColumnMetric[Steps], ...] = (
    ColumnMetric("open_count", Formula(if_open(f"IF(IsToday=1,{_OPEN_NOW},{_OPEN_THEN})")), stage_open_count),
    ColumnMetric("open_value", Formula(if_open(f"ROUND({in_stage(c.total('amount'))},2)")), stage_open_value),
    ColumnMetric("weighted_value", Formula(if_open(f"ROUND({in_stage(weighted)},2)")), stage_weighted_value),
)
