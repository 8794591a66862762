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
from xl_salesflow.metrics.funnel_steps import FunnelSteps, formula_if_step, stage_metric_formula, stage_setup_formula
from xl_salesflow.metrics.loss_metrics import one_point_more
from xl_salesflow.metrics.metric_declaration import (
    ColumnMetric,
    ColumnText,
    Metric,
    MetricArray,
    MetricColumn,
    MetricFormula,
    Unit,
)
from xl_salesflow.metrics.outcome_metrics import won_deal_count
from xl_salesflow.metrics.plan_assumptions import (
    BASIS_WORDS,
    PlannedNumbers,
    planned_conversion,
    planned_days,
    planned_deal_size,
    planned_stage_formulas,
    read_stage_assumptions,
)
from xl_salesflow.metrics.stage_metrics import stage_median_days, stage_open_count, step_conversion
from xl_salesflow.metrics.target_metrics import target_gap, won_to_date
from xl_salesflow.schema.plain_values import is_blank


def plan_value(cube: Cube) -> MetricArray:
    """Return what the target typed on the sheet Plan, or else on the sheet Targets, still lacks; 0 once it is reached."""
    own = cube.pipeline.named.get("PlanTarget")
    if isinstance(own, (int, float)) and own == own:
        return np.maximum(round_array_to_cents(float(own) - won_to_date(cube)), 0.0)
    gap = target_gap(cube)
    return np.maximum(gap, 0.0)


def won_needed(cube: Cube) -> MetricArray:
    """Divide the value to win by the deal size of the plan, rounded up; unknown if returns make it negative."""
    size = planned_deal_size(cube).values
    return round_up_whole(divide_or_unknown(plan_value(cube), np.where(size > 0, size, np.nan)))


def round_up_whole(values: MetricArray) -> MetricArray:
    """Round up, ignoring everything beyond the ninth decimal."""
    return np.ceil(np.round(values, 9)) + 0.0


@dataclass(frozen=True)
class SalesPlan:
    """One row of PlanStages per step, back from the target; every number is an array over the steps."""

    steps: FunnelSteps

    @cached_property
    def planned(self) -> PlannedNumbers:
        """Return the conversion of each step without what-ifs."""
        return planned_conversion(self.steps)

    @cached_property
    def conversion(self) -> MetricArray:
        """Return the conversion planned for each step: the one typed in, or else the team's own, or an assumption."""
        return self.steps.blank_unless_open(np.where(np.isnan(self.what_if), self.planned.values, self.what_if))

    @property
    def conversion_basis(self) -> list[str]:
        """Return where each conversion comes from."""
        language = self.steps.cube.pipeline.language
        typed = ~np.isnan(self.what_if) & self.steps.is_open
        rows = zip(typed, self.planned.describe(language), strict=True)
        return [BASIS_WORDS["typed"].in_(language) if is_typed else basis for is_typed, basis in rows]

    @cached_property
    def days(self) -> PlannedNumbers:
        """Return the days of a deal in each step."""
        return planned_days(self.steps)

    @cached_property
    def to_won(self) -> MetricArray:
        """Return the share of the deals in each step that will be won; unknown if a conversion is."""
        onward = np.append(self.conversion[:-1], 1.0)[: self.steps.size]
        return np.cumprod(onward[::-1])[::-1]

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
    return round_up_whole(divide_or_unknown(np.full(plan.steps.size, needed), plan.to_won))


def assumed_activities(plan: SalesPlan) -> MetricArray:
    """Return the assumed activities in each step that a won deal takes: of the deals that are not won, too."""
    return divide_or_unknown(read_stage_assumptions(plan.steps, "assumed_activities"), plan.to_won)


def deals_now(plan: SalesPlan) -> MetricArray:
    """Count the open deals in the step or a later one."""
    return np.cumsum(np.nan_to_num(stage_open_count(plan.steps))[::-1])[::-1]


def deals_missing(plan: SalesPlan) -> MetricArray:
    """Subtract the existing deals from those needed; at least 0."""
    missing = deals_needed(plan) - deals_now(plan)
    return np.where(np.isnan(missing), np.nan, np.fmax(missing, 0.0))


def step_due_day(plan: SalesPlan) -> MetricArray:
    """Subtract the planned days of the step and every later one from the last day, rounded up."""
    onward = np.cumsum(np.nan_to_num(plan.days.values)[::-1])[::-1]
    return plan.last_day - round_up_whole(onward)


_STEPS_ONWARD = '({PlanStages.position}>={position})*({PlanStages.stage}<>"")'
_UNKNOWN_CONVERSIONS = (  # Won itself is always one of them
    f"SUMPRODUCT({_STEPS_ONWARD}*(ISNUMBER({{PlanStages.conversion}})=0))"
)
_PLANNED_CONVERSION = "IF(ISNUMBER({PlanStages.conversion}),{PlanStages.conversion},1)"
_CONVERSION_TO_WON = f"PRODUCT(IF({{PlanStages.position}}>={{position}},{_PLANNED_CONVERSION},1))"
_CONVERSION_FORMULA, _CONVERSION_BASIS = planned_stage_formulas("step_conversion", "reached", "assumed_conversion")
_DAYS_FORMULA, _DAYS_BASIS = planned_stage_formulas("median_days", "visits", "assumed_days")
_ASSUMED_ACTIVITIES = stage_setup_formula("assumed_activities")
_IS_OPEN = f"{stage_metric_formula('kind')}={{kind:open}}"
PLAN_LAST_DAY_FORMULA = 'IF(PlanBy="",DATE(YEAR(AsOf),12,31),PlanBy)'
"""The last day to win, computed like `plan_last_day`."""

PLAN_STAGE_COLUMNS: tuple[MetricColumn[SalesPlan], ...] = (
    ColumnMetric(
        "step_conversion",
        MetricFormula(stage_metric_formula("step_conversion")),
        lambda plan: step_conversion(plan.steps),
    ),
    ColumnMetric(
        "deals_needed",
        MetricFormula(
            'IF(OR({stage}="",won_needed="",{to_won}=""),"",IF({to_won}=0,"",ROUNDUP(ROUND(won_needed/{to_won},9),0)))'
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
                'SUMIFS({PlanStages.days},{PlanStages.position},">="&{position}),9),0)'
            )
        ),
        step_due_day,
    ),
    ColumnMetric(
        "one_point_more",
        MetricFormula("INDEX({Leaks.one_point_more},MATCH({position},{Leaks.position},0))"),
        lambda plan: one_point_more(plan.steps),
    ),
    ColumnMetric(
        "conversion",
        MetricFormula(
            formula_if_step(f'IF(ISNUMBER({{what_if}}),IF({_IS_OPEN},{{what_if}},""),{_CONVERSION_FORMULA})')
        ),
        lambda plan: plan.conversion,
    ),
    ColumnText(
        "conversion_basis",
        MetricFormula(
            f'IF({{conversion}}="","",IF(ISNUMBER({{what_if}}),{{typed}},{_CONVERSION_BASIS}))', words=BASIS_WORDS
        ),
        lambda plan: plan.conversion_basis,
    ),
    ColumnMetric(
        "to_won",
        MetricFormula(
            f'IF({{stage}}="","",IF({_UNKNOWN_CONVERSIONS}>1,"",{_CONVERSION_TO_WON}))',
            array=True,
        ),
        lambda plan: plan.to_won,
    ),
    ColumnMetric("days", MetricFormula(formula_if_step(_DAYS_FORMULA)), lambda plan: plan.days.values),
    ColumnText(
        "days_basis",
        MetricFormula(
            f'IF({{days}}="","",{_DAYS_BASIS})', words={name: BASIS_WORDS[name] for name in ("own", "assumed")}
        ),
        lambda plan: plan.days.describe(plan.steps.cube.pipeline.language),
    ),
    ColumnMetric(
        "activities",
        MetricFormula(
            f'IF(OR({{stage}}="",{{to_won}}=""),"",IF({{to_won}}=0,"",'
            f'IF({_IS_OPEN},IF(ISNUMBER({_ASSUMED_ACTIVITIES}),{_ASSUMED_ACTIVITIES}/{{to_won}},""),"")))'
        ),
        assumed_activities,
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
        MetricFormula(
            'IF(PlanTarget="",IF(target_gap="","",MAX(0,target_gap)),'
            'IF(won_to_date="","",MAX(0,ROUND(PlanTarget-won_to_date,2))))'
        ),
        plan_value,
        MetricFormula('""'), Cube.unknown,
    ),
    Metric(
        "won_needed",
        Text("Won deals needed"),
        Text("Value to win ÷ deal size of the plan, rounded up; blank if the deal size is not above 0."),
        Unit.DEALS,
        MetricFormula(
            'IF(OR(plan_value="",plan_deal_size=""),"",'
            'IF(plan_deal_size<=0,"",ROUNDUP(ROUND(plan_value/plan_deal_size,9),0)))'
        ),
        won_needed, MetricFormula("won_count"), won_deal_count,
    ),
)  # fmt: skip
