"""Headline numbers and stages as they were on another day, beside those of the day that is looked at.

The other day is typed on the sheet Funnel (`CompareInput`); what the period and the dropdowns ask is the same for both. A day
after the as-of date is compared with nothing. Nothing here is worked out while no day is typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.conversion import reached
from xl_salesflow.metrics.cube import Cube, cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula, once
from xl_salesflow.metrics.forecast import FORECAST, stage_open_count, stage_open_value
from xl_salesflow.metrics.outcomes import OUTCOMES
from xl_salesflow.metrics.steps import PLAYBOOK, Steps, at_step, of_stage, steps
from xl_salesflow.metrics.timing import CYCLES

_DAY = "CompareTo"
# in view, and begun by the as-of date: so also by any day before it
_BEGUN = (
    c.Criterion("state", "<>", "0"),
    c.Criterion("entered", "<=", _DAY),
    c.Criterion("created", "<=", _DAY),
)
_STOOD = (*_BEGUN, c.Criterion("left", ">", _DAY))


def _then(aggregate: c.Aggregate, when: c.When, *criteria: c.Criterion) -> str:
    return c.past(aggregate, when, *_STOOD, *criteria)


def _money(column: str, when: c.When, *criteria: c.Criterion) -> str:
    return f"ROUND({_then(c.total(column), when, *criteria)},2)"


def _share(part: str, whole: str) -> str:
    return f'IFERROR({part}/({whole}),"")'


_WON, _LOST = (_then(c.count, "closed", outcome) for outcome in (c.WON, c.LOST))
_PAST: dict[str, str] = {
    "open_count": _then(c.count, "open", c.OPEN),
    "open_value": _money("amount", "open", c.OPEN),
    "weighted_value": _money("weighted_value", "open", c.OPEN),
    "won_count": _WON,
    "won_value": _money("amount", "closed", c.WON),
    "win_rate": _share(_WON, f"{_WON}+{_LOST}"),
    "win_rate_of_all": _share(_WON, _then(c.count, "created", c.RECORDED)),
    "cycle_days_won_mean": _share(
        _then(c.total("cycle_days"), "closed", c.WON), _then(c.count, "closed", c.WON, c.a_number("cycle_days"))
    ),
}

COMPARED: tuple[str, ...] = tuple(_PAST)
"""The metrics that are shown beside what they were on the other day."""

_METRICS = {metric.id: metric for metric in (*OUTCOMES, *FORECAST, *CYCLES)}


def _if_asked(now: str, past: str) -> str:
    # from today on nothing else is known than what is true today
    return f'IF({_DAY}="","",IF({_DAY}>=Today,{now},{past}))'


def _change(now: str, then: str) -> str:
    return f'IF(OR({then}="",{now}=""),"",ROUND({now}-{then},10))'


COMPARED_CELLS: Mapping[str, str] = MappingProxyType(
    {f"Then_{id}": _if_asked(id, past) for id, past in _PAST.items()}
    | {f"Change_{id}": _change(id, f"Then_{id}") for id in _PAST}
)
"""Named cell → its formula template."""


def other_day(asked: Cube) -> date | None:
    """Return the day to compare with; None where none is typed or it lies after the as-of date."""
    typed = asked.pipeline.named.get("CompareInput")
    return typed if isinstance(typed, date) and typed <= asked.pipeline.as_of else None


@once
def _other(asked: Cube) -> Cube | None:
    day = other_day(asked)
    if day is None:
        return None
    return cube(replace(asked.pipeline, view=replace(asked.view, as_of=day)))


def compared_cells(asked: Cube) -> dict[str, Any]:
    """Return what the named cells Then_… and Change_… show; "" is nothing."""
    other, cells = _other(asked), dict[str, Any]()
    for id in COMPARED:
        compute = _METRICS[id].compute
        now = float(compute(asked)[0])
        then = float("nan") if other is None else float(compute(other)[0])
        change = round(now - then, 10)
        cells |= {f"Then_{id}": "" if then != then else then, f"Change_{id}": "" if change != change else change}
    return cells


@dataclass(frozen=True)
class StageChanges:
    """One row of StageChanges per step; every number is an array over the steps, unknown without another day."""

    steps: Steps

    def then(self, compute: Any) -> Floats:
        """Return what *compute* says of the other day."""
        other = _other(self.steps.cube)
        return np.full(self.steps.size, np.nan) if other is None else np.asarray(compute(steps(other)))


_IMPLIED = _then(c.count, "closed", PLAYBOOK, c.Criterion("furthest", ">=", of_stage("order")))
_STEP = at_step("{position}")


def _entered() -> str:
    first = (*_BEGUN, c.Criterion("first", "=", "1"), *_STEP)
    plain, created, entered = (c.count("History", (*first, *window)) for window in c.windows("created", "entered"))
    return f"IF(HasPeriod=0,{plain},IF(IsCohort=1,{created},{entered}))"


_THEN = {
    "reached": (reached, f"IF(IsEntered=1,{_entered()},{_IMPLIED})"),
    "open_count": (stage_open_count, _then(c.count, "open", c.OPEN, *_STEP)),
    "open_value": (stage_open_value, _money("amount", "open", c.OPEN, *_STEP)),
}


def _columns(id: str) -> tuple[ColumnMetric[StageChanges], ...]:
    compute, past = _THEN[id]
    asked = _if_asked(f"{{{id}}}", past)
    return (
        ColumnMetric(id, Formula(of_stage(id)), lambda changes: compute(changes.steps)),
        ColumnMetric(
            f"{id}_then", Formula(f'IF({{{id}}}="","",{asked})'), lambda changes: changes.then(compute)
        ),
        ColumnMetric(
            f"{id}_change",
            Formula(_change(f"{{{id}}}", f"{{{id}_then}}")),
            lambda changes: np.round(compute(changes.steps) - changes.then(compute), 10),
        ),
    )  # fmt: skip


CHANGE_NAMING: dict[str, Formula] = {"stage": Formula(of_stage("stage"))}
CHANGE_COLUMNS: tuple[ColumnMetric[StageChanges], ...] = tuple(column for id in _THEN for column in _columns(id))
