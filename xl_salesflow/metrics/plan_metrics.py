"""The sales plan, back from a target: how many deals each stage needs, how many it has, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.array_arithmetic import column_numbers, divide_or_unknown, round_array_to_cents
from xl_salesflow.metrics.deal_cube import Cube, days_since_1970
from xl_salesflow.metrics.funnel_steps import FunnelSteps, formula_if_step, stage_metric_formula
from xl_salesflow.metrics.loss_metrics import one_point_more
from xl_salesflow.metrics.metric_declaration import ColumnMetric, Metric, MetricArray, MetricFormula, Unit
from xl_salesflow.metrics.outcome_metrics import mean_won_value, won_deal_count
from xl_salesflow.metrics.stage_metrics import stage_median_days, stage_open_count, step_conversion
from xl_salesflow.metrics.target_metrics import target_gap, won_to_date
from xl_salesflow.schema.plain_values import is_blank


def plan_value(cube: Cube) -> MetricArray:
    """Return what the target typed on the sheet Plan, or else on the sheet Targets, still lacks; 0 once it is reached."""
    own = cube.pipeline.named.get("PlanTarget")
    if isinstance(own, (int, float)) and own == own:
        return np.fmax(round_array_to_cents(float(own) - won_to_date(cube)), 0.0)
    gap = target_gap(cube)
    return np.where(np.isnan(gap), np.nan, np.fmax(gap, 0.0))


def won_needed(cube: Cube) -> MetricArray:
    """Divide the value to win by the mean won value, rounded up; unknown if returns make the mean negative."""
    mean = mean_won_value(cube)
    return round_up_whole(divide_or_unknown(plan_value(cube), np.where(mean > 0, mean, np.nan)))


def round_up_whole(values: MetricArray) -> MetricArray:
    """Round up, ignoring everything beyond the ninth decimal."""
    return np.ceil(np.round(values, 9)) + 0.0


@dataclass(frozen=True)
class SalesPlan:
    """One row of PlanStages per step, back from the target; every number is an array over the steps."""

    steps: FunnelSteps

    @cached_property
    def conversion(self) -> MetricArray:
        """Return the conversion planned for each step: the one typed in, or else the team's own."""
        own = step_conversion(self.steps)
        return np.where(np.isnan(self.what_if), own, self.what_if)

    @cached_property
    def what_if(self) -> MetricArray:
        """Return the conversions typed on the sheet Plan."""
        sheet = self.steps.cube.pipeline["PlanStages"]
        typed = dict(zip(column_numbers(sheet["position"]), column_numbers(sheet["what_if"]), strict=True))
        return np.array([typed.get(float(row), np.nan) for row in range(1, self.steps.size + 1)], dtype=np.float64)

    @property
    def last_day(self) -> float:
        """Return the last day to win, as days since 1970."""
        return plan_last_day(self.steps.cube)


def plan_last_day(cube: Cube) -> float:
    """Return the day given on the sheet Plan, or else the last day of the year, as days since 1970."""
    typed: Any = cube.pipeline.named.get("PlanBy")
    if is_blank(typed):
        typed = date(cube.pipeline.as_of.year, 12, 31)
    return days_since_1970(typed)


def deals_needed(plan: SalesPlan) -> MetricArray:
    """Divide the won deals needed by every conversion from the step to Won, rounded up; unknown if a conversion is."""
    needed = won_needed(plan.steps.cube)[0]
    onward = np.append(plan.conversion[:-1], 1.0)[: plan.steps.size]
    to_won = np.cumprod(onward[::-1])[::-1]
    return round_up_whole(divide_or_unknown(np.full(plan.steps.size, needed), to_won))


def deals_now(plan: SalesPlan) -> MetricArray:
    """Count the open deals in the step or a later one."""
    return np.cumsum(np.nan_to_num(stage_open_count(plan.steps))[::-1])[::-1]


def deals_missing(plan: SalesPlan) -> MetricArray:
    """Subtract the existing deals from those needed; at least 0."""
    missing = deals_needed(plan) - deals_now(plan)
    return np.where(np.isnan(missing), np.nan, np.fmax(missing, 0.0))


def step_due_day(plan: SalesPlan) -> MetricArray:
    """Subtract the median days of the step and every later one from the last day, rounded up."""
    onward = np.cumsum(np.nan_to_num(stage_median_days(plan.steps))[::-1])[::-1]
    return plan.last_day - round_up_whole(onward)


_STEPS_ONWARD = '({PlanStages.position}>={position})*({PlanStages.stage}<>"")'
_CONVERSION_KNOWN = "ISNUMBER({PlanStages.what_if})+ISNUMBER({PlanStages.step_conversion})"
_UNKNOWN_CONVERSIONS = f"SUMPRODUCT({_STEPS_ONWARD}*({_CONVERSION_KNOWN}=0))"  # Won itself is always one of them
_OWN_CONVERSION = "IF(ISNUMBER({PlanStages.step_conversion}),{PlanStages.step_conversion},1)"
_PLANNED_CONVERSION = f"IF(ISNUMBER({{PlanStages.what_if}}),{{PlanStages.what_if}},{_OWN_CONVERSION})"
_CONVERSION_TO_WON = f"PRODUCT(IF({{PlanStages.position}}>={{position}},{_PLANNED_CONVERSION},1))"
PLAN_LAST_DAY_FORMULA = 'IF(PlanBy="",DATE(YEAR(AsOf),12,31),PlanBy)'
"""The last day to win, computed like `plan_last_day`."""

PLAN_STAGE_COLUMNS: tuple[ColumnMetric[SalesPlan], ...] = (
    ColumnMetric(
        "step_conversion",
        MetricFormula(stage_metric_formula("step_conversion")),
        lambda plan: step_conversion(plan.steps),
    ),
    ColumnMetric(
        "deals_needed",
        MetricFormula(
            f'IF(OR({{stage}}="",won_needed=""),"",IF({_UNKNOWN_CONVERSIONS}>1,"",'
            f'IF({_CONVERSION_TO_WON}=0,"",ROUNDUP(ROUND(won_needed/{_CONVERSION_TO_WON},9),0))))',
            array=True,
        ),
        deals_needed,
    ),
    ColumnMetric(
        "deals_now",
        MetricFormula(formula_if_step('SUMIFS({StageMetrics.open_count},{StageMetrics.position},">="&{position})')),
        deals_now,
    ),
    ColumnMetric("gap", MetricFormula('IF({deals_needed}="","",MAX(0,{deals_needed}-{deals_now}))'), deals_missing),
    ColumnMetric(
        "median_days", MetricFormula(stage_metric_formula("median_days")), lambda plan: stage_median_days(plan.steps)
    ),
    ColumnMetric(
        "by_when",
        MetricFormula(
            formula_if_step(
                f"{PLAN_LAST_DAY_FORMULA}-ROUNDUP(ROUND("
                'SUMIFS({StageMetrics.median_days},{StageMetrics.position},">="&{position}),9),0)'
            )
        ),
        step_due_day,
    ),
    ColumnMetric(
        "one_point_more",
        MetricFormula("INDEX({Leaks.one_point_more},MATCH({position},{Leaks.position},0))"),
        lambda plan: one_point_more(plan.steps),
    ),
)

PLAN_METRICS: tuple[Metric[Cube], ...] = (
    Metric(
        "plan_value",
        Text("Value to win"),
        Text(
            "Target typed on the Plan sheet (if blank: of the sheet Targets) − what is won in the target's period; at least 0."
        ),
        Unit.MONEY,
        MetricFormula('IF(PlanTarget="",IF(target_gap="","",MAX(0,target_gap)),MAX(0,ROUND(PlanTarget-won_to_date,2)))'),
        plan_value,
        MetricFormula('""'), Cube.unknown,
    ),
    Metric(
        "won_needed",
        Text("Won deals needed"),
        Text("Value to win ÷ mean won value, rounded up; blank if the mean won value is not above 0."),
        Unit.DEALS,
        MetricFormula(
            'IF(OR(plan_value="",mean_won_value=""),"",'
            'IF(mean_won_value<=0,"",ROUNDUP(ROUND(plan_value/mean_won_value,9),0)))'
        ),
        won_needed, MetricFormula("won_count"), won_deal_count,
    ),
)  # fmt: skip
