"""The steps of one playbook's funnel (its open stages and Won) with their deals and stage stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Playbook, Stage
from xl_salesflow.metrics.array_arithmetic import GroupNumbers, MetricMask, column_days, column_numbers
from xl_salesflow.metrics.deal_cube import Cube, match_view_filters
from xl_salesflow.metrics.formula_criteria import Aggregate, Criteria, Criterion, period_criteria
from xl_salesflow.metrics.history_workings import STEP_ROWS
from xl_salesflow.metrics.metric_declaration import (
    ColumnMetric,
    ColumnText,
    MetricArray,
    MetricColumn,
    MetricFormula,
    MetricSource,
    cache_on_argument,
)

IN_STAGE_PLAYBOOK = Criterion("playbook", "=", "StagePlaybook")


def criteria_at_step(place: str) -> Criteria:
    """Return the criteria for stage stays at one step of the playbook; *place* is its number from 1, or a formula."""
    return (
        IN_STAGE_PLAYBOOK,
        Criterion("step", ">=", f"({place}*10000)"),
        Criterion("step", "<", f"(({place}+1)*10000)"),
    )


@dataclass(frozen=True)
class FunnelSteps:
    """One row of StageMetrics per step; every number is an array over the steps.

    Arrays over stage stays have one element per row of History.
    """

    cube: Cube
    playbook: str
    stages: tuple[Stage, ...]

    @property
    def size(self) -> int:
        """Return the number of steps."""
        return len(self.stages)

    @property
    def stage_names(self) -> list[str]:
        """Return the stage of each step."""
        return [stage.name for stage in self.stages]

    @cached_property
    def order(self) -> MetricArray:
        """Return each step's position in the playbook."""
        return np.array([stage.position for stage in self.stages], dtype=np.float64)

    @cached_property
    def is_open(self) -> MetricMask:
        """Return which steps are open stages: all but Won."""
        return np.array([stage.kind == "open" for stage in self.stages], dtype=bool)

    @cached_property
    def limit(self) -> MetricArray:
        """Return each step's limit in days; NaN if it has none."""
        return np.array([np.nan if s.day_limit is None else s.day_limit for s in self.stages], dtype=np.float64)

    @cached_property
    def step_of_deals(self) -> GroupNumbers:
        """Return the step of every deal of the cube; -1 for none."""
        return self._steps(self.cube.frame, "recorded_stage" if self.cube.today else "stage")

    @cached_property
    def step_of_stays(self) -> GroupNumbers:
        """Return the step of every stay that matches the dropdowns; -1 for none, or for a stay that does not match."""
        return np.where(self.in_view, self.step_of_history, -1)

    @cached_property
    def step_of_history(self) -> GroupNumbers:
        """Return the step of every stay, whether or not it matches the dropdowns; -1 for none."""
        return self._steps(self.cube.pipeline["History"], "stage")

    @cached_property
    def in_view(self) -> MetricMask:
        """Return which stays match every dropdown."""
        return match_view_filters(self.cube.pipeline["History"], self.cube.query.filters)

    @cached_property
    def begun(self) -> MetricMask:
        """Return which stays began by the as-of date; for a past date, only those whose first day is known."""
        entered = self.stay_dates("entered")
        return np.ones(len(entered), dtype=bool) if self.cube.today else np.asarray(entered <= self.cube.as_of)

    def place_of(self, names: pd.Series) -> GroupNumbers:
        """Return the step of every name, in any playbook; -1 for none."""
        position = {stage.name: index for index, stage in enumerate(self.stages)}
        codes, found = pd.factorize(names)
        return np.array([position.get(str(name), -1) for name in found] + [-1], dtype=np.int64)[codes]

    def is_in_playbook(self, frame: pd.DataFrame) -> MetricMask:
        """Return which rows belong to the playbook."""
        codes, playbooks = pd.factorize(frame["playbook"])
        return np.array([str(playbook) == self.playbook for playbook in playbooks] + [False])[codes]

    def _steps(self, frame: pd.DataFrame, column: str) -> GroupNumbers:
        return np.where(self.is_in_playbook(frame), self.place_of(frame[column]), -1)

    @cached_property
    def ended(self) -> MetricMask:
        """Return which stays ended by the as-of date and in the period (cohort reading: of deals created in it)."""
        left = self.stay_dates("left")
        dates = self.stay_dates("created") if self.cube.query.reading == "cohort" else left
        counted = (self.step_of_stays >= 0) & self.begun
        return np.asarray(counted & (left <= self.cube.as_of) & self.cube.within(dates))

    def stay_dates(self, column: str) -> MetricArray:
        """Return a date column of History as days."""
        return column_days(self.cube.pipeline["History"][column])

    @cached_property
    def stay_days(self) -> MetricArray:
        """Return the days of every stay; NaN if it is ongoing or a date is unknown."""
        return column_numbers(self.cube.pipeline["History"]["days"])

    def blank_unless_open(self, values: MetricArray) -> MetricArray:
        """Return *values*, unknown at Won, where no deal is waiting."""
        return np.where(self.is_open, values, np.nan)


@cache_on_argument
def build_funnel_steps(cube: Cube) -> FunnelSteps:
    """Return the steps of the playbook chosen by the query, or else of the default one."""
    playbook = cube.query.filters.get("playbook", "") or cube.pipeline.default_playbook
    chosen = cube.pipeline.playbooks.get(playbook)
    return FunnelSteps(cube, playbook, select_funnel_stages(chosen) if chosen else ())


def select_funnel_stages(playbook: Playbook) -> tuple[Stage, ...]:
    """Return the steps of a playbook: its open stages and Won, in order."""
    stages = (stage for stage in playbook.stages if stage.kind in ("open", "won"))
    return tuple(sorted(stages, key=lambda stage: stage.position)[:STEP_ROWS])


def formula_if_step(formula: str) -> str:
    """Return *formula*, blank in rows without a step."""
    return f'IF({{stage}}="","",{formula})'


def formula_if_open_stage(formula: str) -> str:
    """Return *formula*, blank in rows that are not about an open stage."""
    return f'IF({{kind}}<>{{kind:open}},"",{formula})'


def ended_stays_formula(aggregate: Aggregate, *criteria: Criterion) -> str:
    """Return the formula of *aggregate* over the ended stays in the row's stage, as `FunnelSteps.ended` finds them."""
    stays = (Criterion("state", "=", "(-1-{position})"), *criteria)
    always, created, left = (aggregate("History", (*stays, *window)) for window in period_criteria("created", "left"))
    return f"IF(HasPeriod=0,{always},IF(IsCohort=1,{created},{left}))"


def stage_metric_formula(column: str) -> str:
    """Return the formula of the StageMetrics cell in *column* for the row's step, for other tables of steps."""
    return f"INDEX({{StageMetrics.{column}}},MATCH({{position}},{{StageMetrics.position}},0))"


def stage_setup_formula(column: str) -> str:
    """Return the formula of the cell in *column* of Stages for the row's stage."""
    return f'INDEX({{Stages.{column}}},MATCH(StagePlaybook&"|"&{{stage}},{{Stages.key}},0))'


_IN_OWN_PLAYBOOK = "({Stages.playbook}=StagePlaybook)"
_IS_FUNNEL_STAGE = f"{_IN_OWN_PLAYBOOK}*(({{Stages.kind}}={{kind:open}})+({{Stages.kind}}={{kind:won}}))"
_KTH_POSITION = f"SMALL(IF({_IS_FUNNEL_STAGE},{{Stages.position}}),{{position}})"

STEP_NAMING: tuple[MetricColumn[FunnelSteps], ...] = (
    ColumnText(
        "stage",
        MetricFormula(
            f'IF({{order}}="","",INDEX({{Stages.stage}},MATCH(1,{_IN_OWN_PLAYBOOK}*({{Stages.position}}={{order}}),0)))',
            array=True,
        ),
        lambda steps: steps.stage_names,
    ),
    ColumnMetric(
        "order",
        MetricFormula(f'IF({{position}}>SUMPRODUCT({_IS_FUNNEL_STAGE}),"",{_KTH_POSITION})', array=True),
        lambda steps: steps.order,
    ),
    ColumnText(
        "kind",
        MetricFormula(formula_if_step(stage_setup_formula("kind"))),
        lambda steps: [stage.kind for stage in steps.stages],
    ),
)
"""The columns of StageMetrics that identify the step of a row."""


def name_step_rows(find_steps: Callable[[MetricSource], FunnelSteps]) -> tuple[ColumnText[MetricSource], ...]:
    """Return the column that identifies the step of a row, for the other tables of steps."""
    formula = MetricFormula(stage_metric_formula("stage"))
    return (ColumnText("stage", formula, lambda source: find_steps(source).stage_names),)


DAY_LIMIT_COLUMN: ColumnMetric[FunnelSteps] = ColumnMetric(
    "day_limit",
    MetricFormula(
        formula_if_open_stage(f'IF({stage_setup_formula("day_limit")}="","",{stage_setup_formula("day_limit")})')
    ),
    lambda steps: steps.blank_unless_open(steps.limit),
)
