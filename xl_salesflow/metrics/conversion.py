"""How many deals get how far: reached, to the next step, from the first."""

from __future__ import annotations

import numpy as np

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula, once
from xl_salesflow.metrics.grouped import counts, ratio
from xl_salesflow.metrics.rows import numbers
from xl_salesflow.metrics.steps import PLAYBOOK, Steps, if_open, if_step
from xl_salesflow.metrics.workings import found


@once
def reached(steps: Steps) -> Floats:
    """Count the deals that reached each step, by the reading the view chooses."""
    return _entered(steps) if steps.cube.view.reach == "entered" else _implied(steps)


def step_conversion(steps: Steps) -> Floats:
    """Divide the next step's deals by this one's; unknown at the last step."""
    found = reached(steps)
    return ratio(np.append(found, np.nan)[1:], found)


def cumulative_conversion(steps: Steps) -> Floats:
    """Divide each step's deals by the first one's."""
    found = reached(steps)
    return ratio(found, np.full(steps.size, found[0] if steps.size else np.nan))


def _implied(steps: Steps) -> Floats:
    # a won deal's furthest stage is Won, so it counts for every step; a lost one counts up to where it got
    cube = steps.cube
    furthest = numbers(cube.frame["furthest"])[cube.is_("playbook", steps.playbook) & cube.asked]
    return np.array([np.count_nonzero(furthest >= order) for order in steps.order], dtype=np.float64)


def _entered(steps: Steps) -> Floats:
    cube, view = steps.cube, steps.cube.view
    mask = (numbers(cube.pipeline["History"]["first"]) == 1) & (steps.step_of_visits >= 0)
    entered, created = steps.visit_dates("entered"), steps.visit_dates("created")
    if not cube.today:
        mask &= (entered <= cube.as_of) & (created <= cube.as_of)
    if view.has_period:
        mask &= cube.within(created if view.reading == "cohort" else entered)
    return counts(mask, steps.step_of_visits, steps.size)


_NOW = c.now(c.count, "closed", PLAYBOOK, c.Criterion("furthest", ">=", "{order}"))
_IMPLIED = f'IF(IsToday=1,{_NOW},SUMIFS(ReachedFound,ReachedStep,">="&{{position}}))'
_REACHED = f"IF(IsEntered=1,{found('Entered', '{position}')},{_IMPLIED})"


def _reached_at(position: str) -> str:
    return f"INDEX({{StageMetrics.reached}},MATCH({position},{{StageMetrics.position}},0))"


_NEXT, _FIRST = _reached_at("{position}+1"), _reached_at("1")

STAGE_CONVERSION: tuple[ColumnMetric[Steps], ...] = (
    ColumnMetric("reached", Formula(if_step(_REACHED)), reached),
    ColumnMetric(
        "step_conversion",
        # Won has no next step; neither has the last row of the table
        Formula(if_open(f'IF(OR({{reached}}=0,{{position}}=12),"",IF({_NEXT}="","",{_NEXT}/{{reached}}))')),
        step_conversion,
    ),
    ColumnMetric(
        "cumulative_conversion", Formula(if_step(f'IF({_FIRST}=0,"",{{reached}}/{_FIRST})')), cumulative_conversion
    ),
)
