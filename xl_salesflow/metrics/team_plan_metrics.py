"""The plan of every owner and channel with a target of their own, from their own deals.

One row per name on the sheet Team and in the list of channels; a row without a target shows only its name. If the Funnel is
filtered to one owner or one channel, the other rows of that kind are blank.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from xl_salesflow.locale.texts import Language, fold_text
from xl_salesflow.metrics.array_arithmetic import divide_or_unknown, round_array_to_cents
from xl_salesflow.metrics.deal_cube import Cube, build_cube
from xl_salesflow.metrics.formula_criteria import (
    HAS_AMOUNT,
    OUTCOME_WON,
    PLANNER_COLUMN,
    Criterion,
    count_formula,
    deals_formula,
    period_criteria,
    sum_formula,
)
from xl_salesflow.metrics.funnel_steps import IN_STAGE_PLAYBOOK, build_funnel_steps, criteria_at_step
from xl_salesflow.metrics.group_metrics import list_group_names
from xl_salesflow.metrics.metric_declaration import (
    ColumnMetric,
    ColumnText,
    MetricArray,
    MetricColumn,
    MetricFormula,
    cache_on_argument,
)
from xl_salesflow.metrics.outcome_metrics import mean_won_value, won_deal_count
from xl_salesflow.metrics.plan_metrics import round_up_whole
from xl_salesflow.metrics.stage_metrics import deals_reached
from xl_salesflow.metrics.target_metrics import (
    TARGET_IN_PERIOD,
    TARGET_SLICES,
    WON_IN_TARGET_PERIOD,
    target_value,
    won_to_date,
    won_value_formula,
)
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.named_values import NAMED_CELLS, QUERY_FILTERS
from xl_salesflow.schema.planning_tables import TEAM_OWNER_ROWS

_TEAM_PLAN_ROOM = {"owner": TEAM_OWNER_ROWS, "sales_channel": 8}
_TEAM_FILTER_CELLS = {column: name for name, column in QUERY_FILTERS.items() if column in _TEAM_PLAN_ROOM}
_TEAM_KIND_LABELS = {column: NAMED_CELLS[name].label for column, name in _TEAM_FILTER_CELLS.items()}

TEAM_PLAN_ROWS = sum(_TEAM_PLAN_ROOM.values())
"""Number of rows of TeamPlan: owners first, then channels."""


@dataclass(frozen=True)
class TeamPlan:
    """One row of TeamPlan per name; every number is an array over the rows, unknown without a target."""

    cube: Cube

    @cached_property
    def names(self) -> Sequence[tuple[str, str]]:
        """Return the column and the stored name of each row; "" is a blank row."""
        rows: list[tuple[str, str]] = []
        for column, room in _TEAM_PLAN_ROOM.items():
            chosen = fold_text(self.cube.query.filters.get(column, ""))
            listed = list_group_names(self.cube.pipeline, column)[:room]
            chosen_names = [name if chosen in ("", fold_text(name)) else "" for name in listed]
            rows += [(column, name) for name in (*chosen_names, *[""] * (room - len(listed)))]
        return rows

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Return the labels of the rows on the sheet: owner or channel, and the name."""
        language = self.cube.pipeline.language
        return [
            (_TEAM_KIND_LABELS[column].in_(language) if name else "", _team_row_label(column, name, language))
            for column, name in self.names
        ]

    @cached_property
    def target(self) -> MetricArray:
        """Return the target of each row; NaN if it has none."""
        values = [float(target_value(self._alone(*row))[0]) if row[1] else 0.0 for row in self.names]
        return np.array([value or np.nan for value in values], dtype=np.float64)

    def _alone(self, column: str, name: str) -> Cube:
        # targets depend only on the query, so the deals need not be filtered again
        query = replace(self.cube.query, filters={**self.cube.query.filters, column: name})
        return replace(self.cube, pipeline=replace(self.cube.pipeline, query=query))

    @cached_property
    def cubes(self) -> Sequence[Cube | None]:
        """Return the deals of each row that has a target."""
        rows = zip(self.names, ~np.isnan(self.target), strict=True)
        return [build_cube(self._alone(*row).pipeline) if has_target else None for row, has_target in rows]

    def each(self, compute: Callable[[Cube], float]) -> MetricArray:
        """Return the result of *compute* for every row that has a target; NaN for the others."""
        return np.array([np.nan if own is None else compute(own) for own in self.cubes], dtype=np.float64)


def _team_row_label(column: str, name: str, language: Language) -> str:
    return choice_label(column, name, language)


@cache_on_argument
def team_won_to_date(team: TeamPlan) -> MetricArray:
    """Sum the won value of each in the target period."""
    return team.each(lambda own: float(won_to_date(own)[0]))


def team_attainment(team: TeamPlan) -> MetricArray:
    """Divide the won value by the target."""
    return divide_or_unknown(team_won_to_date(team), team.target)


@cache_on_argument
def team_target_gap(team: TeamPlan) -> MetricArray:
    """Subtract the won value from the target; negative once the target is passed."""
    return round_array_to_cents(team.target - team_won_to_date(team))


def team_won_count(team: TeamPlan) -> MetricArray:
    """Count the won deals that each row's numbers are based on."""
    return team.each(lambda own: float(won_deal_count(own)[0]))


@cache_on_argument
def team_mean_won_value(team: TeamPlan) -> MetricArray:
    """Find the mean won value of each."""
    return team.each(lambda own: float(mean_won_value(own)[0]))


def _team_reached_step(place: int) -> Callable[[TeamPlan], MetricArray]:
    def at_place(own: Cube) -> float:
        found = deals_reached(build_funnel_steps(own))
        return float(found[place]) if len(found) else np.nan

    return lambda team: team.each(at_place)


@cache_on_argument
def team_conversion(team: TeamPlan) -> MetricArray:
    """Divide the deals that reached Won by those that reached the first stage."""
    return divide_or_unknown(_team_reached_step(-1)(team), _team_reached_step(0)(team))


@cache_on_argument
def team_won_needed(team: TeamPlan) -> MetricArray:
    """Divide what is still to be won by the mean won value, rounded up."""
    missing = np.maximum(team_target_gap(team), 0.0)
    mean = team_mean_won_value(team)
    return round_up_whole(divide_or_unknown(missing, np.where(mean > 0, mean, np.nan)))


def team_leads_needed(team: TeamPlan) -> MetricArray:
    """Divide the won deals needed by the conversion from the first stage to Won, rounded up."""
    return round_up_whole(divide_or_unknown(team_won_needed(team), team_conversion(team)))


_OF_TEAM_ROW = Criterion(PLANNER_COLUMN, "=", "{name}")
_IS_OWNER_ROW = f"{{position}}<={TEAM_OWNER_ROWS}"


def _team_name_formula() -> MetricFormula:
    columns = [1 + list(QUERY_FILTERS).index(name) for name in _TEAM_FILTER_CELLS.values()]
    owners, channels = (
        f'IF(Any{name[4:]}+(INDEX(GroupValues,{row},{column})={name})=0,"",INDEX(GroupValues,{row},{column})&"")'
        for name, row, column in zip(
            _TEAM_FILTER_CELLS.values(), ("{position}", f"{{position}}-{TEAM_OWNER_ROWS}"), columns, strict=True
        )
    )
    return MetricFormula(f"IF({_IS_OWNER_ROW},{owners},{channels})")


TEAM_NAMING: tuple[MetricColumn[TeamPlan], ...] = (
    ColumnText(
        "part",
        MetricFormula(
            f'IF({{name}}="","",IF({_IS_OWNER_ROW},{{owner_kind}},{{channel_kind}}))',
            words=dict(zip(("owner_kind", "channel_kind"), _TEAM_KIND_LABELS.values(), strict=True)),
        ),
        lambda team: [part for part, _ in team.labels],
    ),
    ColumnText("name", _team_name_formula(), lambda team: [name for _, name in team.labels]),
)
"""The columns that identify the owner or channel of a row."""


def _team_target_formula() -> str:
    """Return the sum of the targets for exactly the row's name and the other filters."""
    chosen = {column: f'IF(Any{name[4:]}=1,"",{name})' for column, name in TARGET_SLICES.items()}
    chosen["owner"] = f"IF({_IS_OWNER_ROW},{{name}},{chosen['owner']})"
    chosen["sales_channel"] = f"IF({_IS_OWNER_ROW},{chosen['sales_channel']},{{name}})"
    exact = (*TARGET_IN_PERIOD, *(Criterion(column, "=", operand) for column, operand in chosen.items()))
    total = f"ROUND({sum_formula('target')('Targets', exact)},2)"
    return f'IF({{name}}="","",IF(AnySource*AnyRegion*AnyPlaybook=0,"",IF({total}=0,"",{total})))'


def _formula_if_target(formula: str) -> MetricFormula:
    return MetricFormula(f'IF({{target}}="","",{formula})')


def _formula_if_won(formula: str) -> MetricFormula:
    return MetricFormula(f'IF({{won_to_date}}="","",{formula})')


def _team_reached_formula(place: str, order: str) -> MetricFormula:
    first = (Criterion("state", "<>", "0"), Criterion("first", "=", "1"), _OF_TEAM_ROW, *criteria_at_step(place))
    known = Criterion("created", "<=", "AsOf")  # for a past date, deals without a creation date are left out
    entered = "IF(IsToday=1,{},{})".format(
        *(
            "IF(HasPeriod=0,{},IF(IsCohort=1,{},{}))".format(
                *(count_formula("History", (*stays, *window)) for window in period_criteria("created", "entered"))
            )
            for stays in (first, (*first, known))
        )
    )
    implied = deals_formula(
        count_formula, "closed", IN_STAGE_PLAYBOOK, _OF_TEAM_ROW, Criterion("furthest", ">=", order)
    )
    return _formula_if_target(f"IF(IsEntered=1,{entered},{implied})")


_TEAM_WON_VALUE = deals_formula(sum_formula("amount"), "closed", OUTCOME_WON, _OF_TEAM_ROW)
_TEAM_VALUED_WON_COUNT = deals_formula(count_formula, "closed", OUTCOME_WON, HAS_AMOUNT, _OF_TEAM_ROW)

TEAM_PLAN_COLUMNS: tuple[ColumnMetric[TeamPlan], ...] = (
    ColumnMetric("target", MetricFormula(_team_target_formula()), lambda team: team.target),
    ColumnMetric(
        "won_to_date",
        _formula_if_target(
            won_value_formula(deals_formula(count_formula, "always", *WON_IN_TARGET_PERIOD, _OF_TEAM_ROW), _OF_TEAM_ROW)
        ),
        team_won_to_date,
    ),
    ColumnMetric("attainment", _formula_if_won("{won_to_date}/{target}"), team_attainment),
    ColumnMetric("gap", _formula_if_won("ROUND({target}-{won_to_date},2)"), team_target_gap),
    ColumnMetric(
        "won_count",
        _formula_if_target(deals_formula(count_formula, "closed", OUTCOME_WON, _OF_TEAM_ROW)),
        team_won_count,
    ),
    ColumnMetric(
        "mean_won_value",
        _formula_if_target(f'IFERROR(ROUND({_TEAM_WON_VALUE}/{_TEAM_VALUED_WON_COUNT},2),"")'),
        team_mean_won_value,
    ),
    ColumnMetric("reached_first", _team_reached_formula("1", "INDEX({StageMetrics.order},1)"), _team_reached_step(0)),
    ColumnMetric(
        "reached_won",
        _team_reached_formula("COUNT({StageMetrics.order})", "MAX({StageMetrics.order})"),
        _team_reached_step(-1),
    ),
    ColumnMetric(
        "conversion", _formula_if_target('IF({reached_first}=0,"",{reached_won}/{reached_first})'), team_conversion
    ),
    ColumnMetric(
        "won_needed",
        _formula_if_target(
            'IF(OR({mean_won_value}="",{gap}=""),"",IF({mean_won_value}<=0,"",ROUNDUP(ROUND(MAX(0,{gap})/{mean_won_value},9),0)))'
        ),
        team_won_needed,
    ),
    ColumnMetric(
        "leads_needed",
        MetricFormula(
            'IF(OR({won_needed}="",{conversion}=""),"",'
            'IF({conversion}=0,"",ROUNDUP(ROUND({won_needed}/{conversion},9),0)))'
        ),
        team_leads_needed,
    ),
)
