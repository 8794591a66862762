"""Back from a target: how many deals each stage needs, how many it has, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from xl_salesflow.metrics.conversion import step_conversion
from xl_salesflow.metrics.cube import Cube, day
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula, Metric, Unit
from xl_salesflow.metrics.forecast import stage_open_count
from xl_salesflow.metrics.grouped import ratio
from xl_salesflow.metrics.leaks import one_point_more
from xl_salesflow.metrics.outcomes import mean_won_value, won_count
from xl_salesflow.metrics.rows import numbers
from xl_salesflow.metrics.steps import Steps, if_step, of_stage
from xl_salesflow.metrics.targets import target_gap
from xl_salesflow.metrics.timing import median_days
from xl_salesflow.model.text import Text


def plan_value(cube: Cube) -> Floats:
    """Return the value to win: the plan's own target, else what is missing of the Targets sheet."""
    own = cube.pipeline.named.get("PlanTarget")
    if isinstance(own, (int, float)) and own == own:
        return np.full(cube.size, float(own))
    gap = target_gap(cube)
    return np.where(np.isnan(gap), np.nan, np.fmax(gap, 0.0))


def won_needed(cube: Cube) -> Floats:
    """Divide the value to win by the mean won value, rounded up."""
    return up(ratio(plan_value(cube), mean_won_value(cube)))


def up(values: Floats) -> Floats:
    """Round up, but not for the sake of the ninth decimal."""
    return np.ceil(np.round(values, 9)) + 0.0


@dataclass(frozen=True)
class Plan:
    """One row of PlanStages per step; every number is an array over the steps."""

    steps: Steps

    @cached_property
    def conversion(self) -> Floats:
        """Return the conversion each step is planned with: the one typed in, else the team's own."""
        own = step_conversion(self.steps)
        return np.where(np.isnan(self.what_if), own, self.what_if)

    @cached_property
    def what_if(self) -> Floats:
        """Return the conversions typed into the Plan sheet."""
        sheet = self.steps.cube.pipeline["PlanStages"]
        typed = dict(zip(numbers(sheet["position"]), numbers(sheet["what_if"]), strict=True))
        return np.array([typed.get(float(row), np.nan) for row in range(1, self.steps.size + 1)], dtype=np.float64)

    @property
    def by(self) -> float:
        """Return the last day to win, as days since 1970."""
        return last_day(self.steps.cube)


def last_day(cube: Cube) -> float:
    """Return the day the Plan sheet names, else the last of the year, as days since 1970."""
    by: Any = cube.pipeline.named.get("PlanBy")
    if by is None or by == "" or by != by:
        by = date(cube.pipeline.as_of.year, 12, 31)
    return day(by)


def plan(steps: Steps) -> Plan:
    """Return the plan over *steps*."""
    return Plan(steps)


def deals_needed(asked: Plan) -> Floats:
    """Divide the won deals needed by every conversion from the step to Won, rounded up; unknown where one is."""
    needed = won_needed(asked.steps.cube)[0]
    onward = np.append(asked.conversion[:-1], 1.0)[: asked.steps.size]
    to_won = np.cumprod(onward[::-1])[::-1]
    return up(ratio(np.full(asked.steps.size, needed), to_won))


def deals_now(asked: Plan) -> Floats:
    """Count the open deals in the step or beyond."""
    return np.cumsum(np.nan_to_num(stage_open_count(asked.steps))[::-1])[::-1]


def gap(asked: Plan) -> Floats:
    """Take the deals that are there from those needed; nothing is missing below nought."""
    missing = deals_needed(asked) - deals_now(asked)
    return np.where(np.isnan(missing), np.nan, np.fmax(missing, 0.0))


def by_when(asked: Plan) -> Floats:
    """Step back from the last day by every stage's median days, rounded up."""
    onward = np.cumsum(np.nan_to_num(median_days(asked.steps))[::-1])[::-1]
    return asked.by - up(onward)


_ONWARD = '({PlanStages.position}>={position})*({PlanStages.stage}<>"")'
_KNOWN = "ISNUMBER({PlanStages.what_if})+ISNUMBER({PlanStages.step_conversion})"
_UNKNOWN = f"SUMPRODUCT({_ONWARD}*({_KNOWN}=0))"  # Won itself is always one of them
_OWN = "IF(ISNUMBER({PlanStages.step_conversion}),{PlanStages.step_conversion},1)"
_CHOSEN = f"IF(ISNUMBER({{PlanStages.what_if}}),{{PlanStages.what_if}},{_OWN})"
_TO_WON = f"PRODUCT(IF({{PlanStages.position}}>={{position}},{_CHOSEN},1))"
LAST_DAY = 'IF(PlanBy="",DATE(YEAR(AsOf),12,31),PlanBy)'
"""The last day to win, as the Plan sheet says it."""

PLAN_NAMING: dict[str, Formula] = {"stage": Formula(of_stage("stage"))}

PLAN_COLUMNS: tuple[ColumnMetric[Plan], ...] = (
    ColumnMetric("step_conversion", Formula(of_stage("step_conversion")), lambda asked: step_conversion(asked.steps)),
    ColumnMetric(
        "deals_needed",
        Formula(
            f'IF(OR({{stage}}="",won_needed=""),"",IF({_UNKNOWN}>1,"",'
            f'IF({_TO_WON}=0,"",ROUNDUP(ROUND(won_needed/{_TO_WON},9),0))))',
            array=True,
        ),
        deals_needed,
    ),
    ColumnMetric(
        "deals_now",
        Formula(if_step('SUMIFS({StageMetrics.open_count},{StageMetrics.position},">="&{position})')),
        deals_now,
    ),
    ColumnMetric("gap", Formula('IF({deals_needed}="","",MAX(0,{deals_needed}-{deals_now}))'), gap),
    ColumnMetric("median_days", Formula(of_stage("median_days")), lambda asked: median_days(asked.steps)),
    ColumnMetric(
        "by_when",
        Formula(
            if_step(
                f"{LAST_DAY}-ROUNDUP(ROUND("
                'SUMIFS({StageMetrics.median_days},{StageMetrics.position},">="&{position}),9),0)'
            )
        ),
        by_when,
    ),
    ColumnMetric(
        "one_point_more",
        Formula("INDEX({Leaks.one_point_more},MATCH({position},{Leaks.position},0))"),
        lambda asked: one_point_more(asked.steps),
    ),
)

PLANNING: tuple[Metric[Cube], ...] = (
    Metric(
        "plan_value",
        Text("Value to win", "应赢金额"),
        Text(
            "The target typed on the Plan sheet; left blank, what is still missing of the Targets sheet.",
            "“计划”表中填写的目标；留空则取“销售目标”的缺口。",
        ),
        Unit.MONEY, Formula('IF(PlanTarget="",IF(target_gap="","",MAX(0,target_gap)),PlanTarget)'), plan_value,
        Formula('""'), Cube.nothing,
    ),
    Metric(
        "won_needed",
        Text("Won deals needed", "所需赢单数"),
        Text("Value to win ÷ mean won value, rounded up.", "应赢金额 ÷ 平均赢单金额，向上取整。"),
        Unit.DEALS,
        Formula(
            'IF(OR(plan_value="",mean_won_value=""),"",'
            'IF(mean_won_value=0,"",ROUNDUP(ROUND(plan_value/mean_won_value,9),0)))'
        ),
        won_needed, Formula("won_count"), won_count,
    ),
)  # fmt: skip
