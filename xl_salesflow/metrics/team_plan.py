"""The plan of everybody who has a target of their own, side by side: owners, then channels, each from their own deals.

One row per name of the lists Team and channel; a row without a target says nothing else. Where the Funnel looks at one owner
or one channel, only that row of its kind is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.conversion import reached
from xl_salesflow.metrics.cube import Cube, cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula, once
from xl_salesflow.metrics.grouped import ratio
from xl_salesflow.metrics.groups import names_of
from xl_salesflow.metrics.outcomes import mean_won_value, won_count
from xl_salesflow.metrics.plan import up
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.metrics.steps import PLAYBOOK, at_step, steps
from xl_salesflow.metrics.targets import IN_PERIOD, SLICES, WON_IN_PERIOD, target, won_to_date
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.text import Language
from xl_salesflow.model.view import FILTERS, NAMED_CELLS

_ROOM = {"owner": c.OWNERS, "sales_channel": 8}
_CELLS = {column: name for name, column in FILTERS.items() if column in _ROOM}

ROWS = sum(_ROOM.values())
"""Rows of TeamPlan: owners first, then channels."""


@dataclass(frozen=True)
class TeamPlan:
    """One row of TeamPlan per name; every number is an array over the rows, unknown without a target."""

    cube: Cube

    @cached_property
    def names(self) -> Sequence[tuple[str, str]]:
        """Return the column and the name of each row, as frames hold them; "" is a blank row."""
        rows: list[tuple[str, str]] = []
        for column, room in _ROOM.items():
            chosen = self.cube.view.filters.get(column, "").casefold()
            listed = names_of(self.cube.pipeline, column)[:room]
            shown = [name if chosen in ("", name.casefold()) else "" for name in listed]
            rows += [(column, name) for name in (*shown, *[""] * (room - len(shown)))]
        return rows

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Return what the rows are called on the sheet: owner or channel, and the name."""
        language = self.cube.pipeline.language
        return [
            (NAMED_CELLS[_CELLS[column]].label.in_(language) if name else "", _shown(column, name, language))
            for column, name in self.names
        ]

    @cached_property
    def target(self) -> Floats:
        """Return the target of each row; NaN is none."""
        wanted = [float(target(self._alone(*row))[0]) if row[1] else 0.0 for row in self.names]
        return np.array([value or np.nan for value in wanted], dtype=np.float64)

    def _alone(self, column: str, name: str) -> Cube:
        # targets are told by the view alone: the deals need not be chosen again
        view = replace(self.cube.view, filters={**self.cube.view.filters, column: name})
        return replace(self.cube, pipeline=replace(self.cube.pipeline, view=view))

    @cached_property
    def cubes(self) -> Sequence[Cube | None]:
        """Return the deals of each row that has a target."""
        there = zip(self.names, ~np.isnan(self.target), strict=True)
        return [cube(self._alone(*row).pipeline) if has_target else None for row, has_target in there]

    def each(self, compute: Callable[[Cube], float]) -> Floats:
        """Return a number of every row that has a target."""
        return np.array([np.nan if own is None else compute(own) for own in self.cubes], dtype=np.float64)


def _shown(column: str, name: str, language: Language) -> str:
    label = LISTS.get(column, {}).get(name)
    return label.in_(language) if label else name


@once
def won_so_far(asked: TeamPlan) -> Floats:
    """Sum what each won in the period of the target."""
    return asked.each(lambda own: float(won_to_date(own)[0]))


def attainment(asked: TeamPlan) -> Floats:
    """Divide what was won by the target."""
    return ratio(won_so_far(asked), asked.target)


@once
def gap(asked: TeamPlan) -> Floats:
    """Take what was won from the target; negative once it is passed."""
    return to_cents(asked.target - won_so_far(asked))


def own_won_count(asked: TeamPlan) -> Floats:
    """Count the won deals behind each one's numbers."""
    return asked.each(lambda own: float(won_count(own)[0]))


@once
def own_mean_won_value(asked: TeamPlan) -> Floats:
    """Find each one's mean won value."""
    return asked.each(lambda own: float(mean_won_value(own)[0]))


def _reached(place: int) -> Callable[[TeamPlan], Floats]:
    def at_place(own: Cube) -> float:
        found = reached(steps(own))
        return float(found[place]) if len(found) else np.nan

    return lambda asked: asked.each(at_place)


@once
def conversion(asked: TeamPlan) -> Floats:
    """Divide the deals that reached Won by those that reached the first stage."""
    return ratio(_reached(-1)(asked), _reached(0)(asked))


@once
def own_won_needed(asked: TeamPlan) -> Floats:
    """Divide what is still to win by the mean won value, rounded up."""
    return up(ratio(np.where(np.isnan(asked.target), np.nan, np.fmax(gap(asked), 0.0)), own_mean_won_value(asked)))


def leads_needed(asked: TeamPlan) -> Floats:
    """Divide the won deals needed by the conversion from the first stage to Won, rounded up."""
    return up(ratio(own_won_needed(asked), conversion(asked)))


_OWN = c.Criterion(c.PLANNER, "=", "{name}")
_IS_OWNER = f"{{position}}<={c.OWNERS}"


def team_naming(language: Language) -> dict[str, Formula]:
    """Return the formulas that say whom a row is about."""
    owner, channel = (NAMED_CELLS[name].label.in_(language) for name in _CELLS.values())
    columns = [1 + list(FILTERS).index(name) for name in _CELLS.values()]
    owners, channels = (
        f'IF(Any{name[4:]}+(INDEX(GroupValues,{row},{column})={name})=0,"",INDEX(GroupValues,{row},{column})&"")'
        for name, row, column in zip(_CELLS.values(), ("{position}", f"{{position}}-{c.OWNERS}"), columns, strict=True)
    )
    return {
        "part": Formula(f'IF({{name}}="","",IF({_IS_OWNER},"{owner}","{channel}"))'),
        "name": Formula(f"IF({_IS_OWNER},{owners},{channels})"),
    }


def _wanted() -> str:
    """Return the sum of the targets for exactly the row's name and whatever else is chosen."""
    chosen = {column: f'IF(Any{name[4:]}=1,"",{name})' for column, name in SLICES.items()}
    chosen["owner"] = f"IF({_IS_OWNER},{{name}},{chosen['owner']})"
    chosen["sales_channel"] = f"IF({_IS_OWNER},{chosen['sales_channel']},{{name}})"
    exact = (*IN_PERIOD, *(c.Criterion(column, "=", operand) for column, operand in chosen.items()))
    total = f"ROUND({c.total('target')('Targets', exact)},2)"
    return f'IF({{name}}="","",IF(AnySource*AnyRegion*AnyPlaybook=0,"",IF({total}=0,"",{total})))'


def _if_wanted(formula: str) -> Formula:
    return Formula(f'IF({{target}}="","",{formula})')


def _reached_formula(place: str, order: str) -> Formula:
    first = (c.Criterion("state", "<>", "0"), c.Criterion("first", "=", "1"), _OWN, *at_step(place))
    known = c.Criterion("created", "<=", "AsOf")  # of deals without a creation date only today knows
    entered = "IF(IsToday=1,{},{})".format(
        *(
            "IF(HasPeriod=0,{},IF(IsCohort=1,{},{}))".format(
                *(c.count("History", (*visits, *window)) for window in c.windows("created", "entered"))
            )
            for visits in (first, (*first, known))
        )
    )
    implied = c.deals(c.count, "closed", PLAYBOOK, _OWN, c.Criterion("furthest", ">=", order))
    return _if_wanted(f"IF(IsEntered=1,{entered},{implied})")


_VALUE = c.deals(c.total("amount"), "closed", c.WON, _OWN)
_VALUED = c.deals(c.count, "closed", c.WON, c.HAS_AMOUNT, _OWN)

TEAM_COLUMNS: tuple[ColumnMetric[TeamPlan], ...] = (
    ColumnMetric("target", Formula(_wanted()), lambda asked: asked.target),
    ColumnMetric(
        "won_to_date",
        _if_wanted(f"ROUND({c.deals(c.total('amount'), 'always', *WON_IN_PERIOD, _OWN)},2)"),
        won_so_far,
    ),
    ColumnMetric("attainment", _if_wanted("{won_to_date}/{target}"), attainment),
    ColumnMetric("gap", _if_wanted("ROUND({target}-{won_to_date},2)"), gap),
    ColumnMetric("won_count", _if_wanted(c.deals(c.count, "closed", c.WON, _OWN)), own_won_count),
    ColumnMetric("mean_won_value", _if_wanted(f'IFERROR(ROUND({_VALUE}/{_VALUED},2),"")'), own_mean_won_value),
    ColumnMetric("reached_first", _reached_formula("1", "INDEX({StageMetrics.order},1)"), _reached(0)),
    ColumnMetric(
        "reached_won", _reached_formula("COUNT({StageMetrics.order})", "MAX({StageMetrics.order})"), _reached(-1)
    ),
    ColumnMetric("conversion", _if_wanted('IF({reached_first}=0,"",{reached_won}/{reached_first})'), conversion),
    ColumnMetric(
        "won_needed",
        _if_wanted(
            'IF({mean_won_value}="","",IF({mean_won_value}=0,"",ROUNDUP(ROUND(MAX(0,{gap})/{mean_won_value},9),0)))'
        ),
        own_won_needed,
    ),
    ColumnMetric(
        "leads_needed",
        Formula(
            'IF(OR({won_needed}="",{conversion}=""),"",'
            'IF({conversion}=0,"",ROUNDUP(ROUND({won_needed}/{conversion},9),0)))'
        ),
        leads_needed,
    ),
)
