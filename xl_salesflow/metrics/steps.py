"""The steps of one playbook's funnel (its open stages and Won, in order) with the deals and visits they are asked of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics import rows
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula, once
from xl_salesflow.metrics.grouped import Groups, Mask
from xl_salesflow.metrics.workings import ROWS
from xl_salesflow.model.playbook import Playbook, Stage

PLAYBOOK = c.Criterion("playbook", "=", "StagePlaybook")


def at_step(place: str) -> c.Criteria:
    """Return what tells the visits of the playbook's step at *place*, an operand of a formula; 1 is the first."""
    return (
        PLAYBOOK,
        c.Criterion("step", ">=", f"({place}*10000)"),
        c.Criterion("step", "<", f"(({place}+1)*10000)"),
    )


@dataclass(frozen=True)
class Steps:
    """One row of StageMetrics per step; every number is an array over the steps."""

    cube: Cube
    playbook: str
    stages: tuple[Stage, ...]

    @property
    def size(self) -> int:
        """Return how many steps there are."""
        return len(self.stages)

    @cached_property
    def order(self) -> Floats:
        """Return each step's position in the playbook."""
        return np.array([stage.position for stage in self.stages], dtype=np.float64)

    @cached_property
    def is_open(self) -> Mask:
        """Tell which steps are open stages: all but Won."""
        return np.array([stage.kind == "open" for stage in self.stages], dtype=bool)

    @cached_property
    def limit(self) -> Floats:
        """Return each step's limit in days; NaN is none."""
        return np.array([np.nan if s.day_limit is None else s.day_limit for s in self.stages], dtype=np.float64)

    @cached_property
    def step_of_deals(self) -> Groups:
        """Return the step every deal of the cube stands in; -1 is none of ours."""
        return self._steps(self.cube.frame, "recorded_stage" if self.cube.today else "stage")

    @cached_property
    def step_of_visits(self) -> Groups:
        """Return the step of every visit of History in view; -1 is none of ours or out of view."""
        return np.where(self.in_view, self.step_of_history, -1)

    @cached_property
    def step_of_history(self) -> Groups:
        """Return the step of every visit of History, in view or not; -1 is none of ours."""
        return self._steps(self.cube.pipeline["History"], "stage")

    @cached_property
    def in_view(self) -> Mask:
        """Tell which visits of History match every dropdown."""
        return rows.in_view(self.cube.pipeline["History"], self.cube.view.filters)

    @cached_property
    def begun(self) -> Mask:
        """Tell which visits began by the as-of date; a past date knows nothing of those that began nobody knows when."""
        entered = self.visit_dates("entered")
        return np.ones(len(entered), dtype=bool) if self.cube.today else np.asarray(entered <= self.cube.as_of)

    def place_of(self, names: pd.Series) -> Groups:
        """Return the step of every name, whatever its playbook; -1 is none."""
        position = {stage.name: index for index, stage in enumerate(self.stages)}
        codes, found = pd.factorize(names)
        return np.array([position.get(str(name), -1) for name in found] + [-1], dtype=np.int64)[codes]

    def is_ours(self, frame: pd.DataFrame) -> Mask:
        """Tell which rows are of the playbook."""
        codes, ids = pd.factorize(frame["playbook"])
        return np.array([str(id) == self.playbook for id in ids] + [False])[codes]

    def _steps(self, frame: pd.DataFrame, column: str) -> Groups:
        return np.where(self.is_ours(frame), self.place_of(frame[column]), -1)

    @cached_property
    def ended(self) -> Mask:
        """Tell which visits ended by the as-of date and in the period (cohort reading: of deals created in it)."""
        left, view = self.visit_dates("left"), self.cube.view
        dates = self.visit_dates("created") if view.reading == "cohort" else left
        there = (self.step_of_visits >= 0) & self.begun
        return np.asarray(there & (left <= self.cube.as_of) & self.cube.within(dates))

    def visit_dates(self, column: str) -> Floats:
        """Return a date column of History as days."""
        return rows.days(self.cube.pipeline["History"][column])

    @cached_property
    def visit_days(self) -> Floats:
        """Return the days of every visit; NaN while it goes on or where a date is unknown."""
        return rows.numbers(self.cube.pipeline["History"]["days"])

    def blank_unless_open(self, values: Floats) -> Floats:
        """Return *values* with "unknown" at Won, where a deal does not wait for anything."""
        return np.where(self.is_open, values, np.nan)


@once
def steps(cube: Cube) -> Steps:
    """Return the steps of the playbook the view chooses, else of the default one."""
    playbook = cube.view.filters.get("playbook", "") or cube.pipeline.default_playbook
    chosen = cube.pipeline.playbooks.get(playbook)
    return Steps(cube, playbook, steps_of(chosen) if chosen else ())


def steps_of(playbook: Playbook) -> tuple[Stage, ...]:
    """Return the steps of a playbook: its open stages and Won, in order."""
    stages = (stage for stage in playbook.stages if stage.kind in ("open", "won"))
    return tuple(sorted(stages, key=lambda stage: stage.position)[:ROWS])


def if_step(formula: str) -> str:
    """Show a number in the rows of steps only."""
    return f'IF({{stage}}="","",{formula})'


def if_open(formula: str) -> str:
    """Show a number in the rows of open stages only."""
    return f'IF({{kind}}<>{{kind:open}},"",{formula})'


def ended(aggregate: c.Aggregate, *criteria: c.Criterion) -> str:
    """Return the formula of *aggregate* over the visits of the row's stage that ended, as Steps.ended finds them."""
    visits = (c.Criterion("state", "=", "(-1-{position})"), *criteria)
    plain, created, left = (aggregate("History", (*visits, *window)) for window in c.windows("created", "left"))
    return f"IF(HasPeriod=0,{plain},IF(IsCohort=1,{created},{left}))"


def of_stage(column: str) -> str:
    """Return a number of the row's step from the table StageMetrics, for tables that run beside it."""
    return f"INDEX({{StageMetrics.{column}}},MATCH({{position}},{{StageMetrics.position}},0))"


def _from_stages(column: str) -> str:
    return f'INDEX({{Stages.{column}}},MATCH(StagePlaybook&"|"&{{stage}},{{Stages.key}},0))'


_OURS = "({Stages.playbook}=StagePlaybook)"
_STEP = f"{_OURS}*(({{Stages.kind}}={{kind:open}})+({{Stages.kind}}={{kind:won}}))"
_KTH = f"SMALL(IF({_STEP},{{Stages.position}}),{{position}})"

NAMING: dict[str, Formula] = {
    "order": Formula(f'IF({{position}}>SUMPRODUCT({_STEP}),"",{_KTH})', array=True),
    "stage": Formula(
        f'IF({{order}}="","",INDEX({{Stages.stage}},MATCH(1,{_OURS}*({{Stages.position}}={{order}}),0)))', array=True
    ),
    "kind": Formula(if_step(_from_stages("kind"))),
}
"""The formulas that say which step a row is about."""

DAY_LIMIT: ColumnMetric[Steps] = ColumnMetric(
    "day_limit",
    Formula(if_open(f'IF({_from_stages("day_limit")}="","",{_from_stages("day_limit")})')),
    lambda steps: steps.blank_unless_open(steps.limit),
)
