"""What each person does a week against the goal, how satisfied their customers are, and what winning costs.

The rows are those of TeamPlan: owners, then channels. A week is the seven days up to the as-of date; costs, budgets and won
deals are those of the target's period. Activities and feedback know neither product nor source, so the numbers are blank
while the Funnel is filtered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.metrics.array_arithmetic import (
    MetricMask,
    column_days,
    column_numbers,
    divide_or_unknown,
    round_array_to_cents,
)
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.feedback_metrics import match_feedback_dates, unsliced_formula, unsliced_value
from xl_salesflow.metrics.formula_criteria import (
    PLANNER_COLUMN,
    Criterion,
    count_formula,
    criteria_between,
    deals_formula,
    sum_formula,
)
from xl_salesflow.metrics.metric_declaration import (
    ColumnMetric,
    Metric,
    MetricArray,
    MetricFormula,
    Unit,
    cache_on_argument,
)
from xl_salesflow.metrics.target_metrics import (
    TARGET_FIRST_DAY,
    TARGET_IN_PERIOD,
    TARGET_LAST_DAY,
    WON_IN_TARGET_PERIOD,
    target_period,
    won_in_target_period,
    won_to_date_count,
)
from xl_salesflow.metrics.team_plan_metrics import TeamPlan
from xl_salesflow.schema.choice_lists import LISTS
from xl_salesflow.schema.planning_tables import TEAM_OWNER_ROWS
from xl_salesflow.schema.table_frames import fold_keys

_DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class TeamActivity:
    """One row per owner, then per channel; every number is an array over the rows."""

    cube: Cube

    @cached_property
    def names(self) -> Sequence[tuple[str, str]]:
        """Return the column and the stored name of each row; "" is a blank row."""
        return TeamPlan(self.cube).names

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Return the labels of the rows on the sheet."""
        return TeamPlan(self.cube).labels

    def numbers_of(self, numbers: pd.Series, column: str = "owner") -> MetricArray:
        """Return for the rows of *column* their number in *numbers*, by folded name, or else 0; unknown for other rows."""
        is_shown = not any(self.cube.query.filters.values())
        found = [
            numbers.get(fold_text(name), 0.0) if name and kind == column and is_shown else np.nan
            for kind, name in self.names
        ]
        return np.array(found, dtype=np.float64)


@dataclass(frozen=True)
class OwnerActivity(TeamActivity):
    """One row per owner whose deals the cube groups, in its order."""

    @cached_property
    def names(self) -> Sequence[tuple[str, str]]:
        """Return the column and the name of each row."""
        return [("owner", key) for key in self.cube.keys]


def _activities_in(team: TeamActivity, chosen: MetricMask) -> pd.DataFrame:
    return team.cube.pipeline["Activities"][chosen]


def _is_in_week(team: TeamActivity) -> MetricMask:
    days = column_days(team.cube.pipeline["Activities"]["date"])
    return np.asarray((days > team.cube.as_of - _DAYS_OF_WEEK) & (days <= team.cube.as_of))


def _count_week(**cells: object) -> Callable[[TeamActivity], MetricArray]:
    """Count the activities of the week with all of *cells* (column → value)."""

    def count(team: TeamActivity) -> MetricArray:
        rows = _activities_in(team, _is_in_week(team))
        for column, value in cells.items():
            rows = rows[rows[column] == value]
        return team.numbers_of(fold_keys(rows["by"]).value_counts())

    return count


def _week_goal(column: str) -> Callable[[TeamActivity], MetricArray]:
    def find_goals(team: TeamActivity) -> MetricArray:
        people = team.cube.pipeline["Team"]
        goals = pd.Series(column_numbers(people[column]), index=fold_keys(people["person"]))
        return team.numbers_of(goals[~goals.index.duplicated()])

    return find_goals


def _feedback_by_owner(team: TeamActivity) -> pd.Series:
    rows = team.cube.pipeline["Feedback"]
    scores = pd.Series(column_numbers(rows["satisfaction"]), index=fold_keys(rows["owner"]))
    return scores[match_feedback_dates(team.cube, rows) & scores.notna().to_numpy()]


def owner_answers(team: TeamActivity) -> MetricArray:
    """Count the satisfaction scores about the deals and customers of each owner."""
    return team.numbers_of(_feedback_by_owner(team).index.value_counts())


def owner_satisfaction(team: TeamActivity) -> MetricArray:
    """Find the mean satisfaction of the customers of each owner."""
    scores = _feedback_by_owner(team)
    return divide_or_unknown(team.numbers_of(scores.groupby(level=0).sum()), owner_answers(team))


def _spent_days(cube: Cube) -> MetricMask:
    first, last = target_period(cube)
    days = column_days(cube.pipeline["Activities"]["date"])
    return np.asarray((days >= first) & (days <= last) & (days <= cube.as_of))


@cache_on_argument
def team_spent(team: TeamActivity) -> MetricArray:
    """Sum the cost of the activities of each owner, and of the deals of each channel, in the target's period."""
    rows = _activities_in(team, _spent_days(team.cube))
    costs = np.nan_to_num(column_numbers(rows["cost"]))
    sums = [
        team.numbers_of(pd.Series(costs, index=fold_keys(rows[column])).groupby(level=0).sum(), kind)
        for kind, column in (("owner", "by"), ("sales_channel", "sales_channel"))
    ]
    return round_array_to_cents(np.where(np.isnan(sums[0]), sums[1], sums[0]))


def team_budget(team: TeamActivity) -> MetricArray:
    """Sum the budgets set for exactly each name in the target's period; unknown without one."""
    sums = [team.numbers_of(_sum_budgets(team.cube, column), column) for column in ("owner", "sales_channel")]
    total = np.where(np.isnan(sums[0]), sums[1], sums[0])
    return round_array_to_cents(np.where(total == 0, np.nan, total))


def _sum_budgets(cube: Cube, column: str) -> pd.Series:
    """Sum the budgets in the target's period of the rows with only *column* filled in, by its folded value."""
    rows = cube.pipeline["Targets"]
    first, last = target_period(cube)
    inside = (column_days(rows["from"]) >= first) & (column_days(rows["to"]) <= last)
    for other in ("owner", "product", "sales_channel"):
        if other != column:
            inside &= (rows[other] == "").to_numpy(bool)
    costs = np.nan_to_num(column_numbers(rows["cost"]))
    return pd.Series(costs, index=fold_keys(rows[column or "owner"]))[inside].groupby(level=0).sum()


@cache_on_argument
def team_won_deals(team: TeamActivity) -> MetricArray:
    """Count the deals of each owner or channel won in the target's period."""
    won = team.cube.frame[won_in_target_period(team.cube)]
    counts = [team.numbers_of(fold_keys(won[column]).value_counts(), column) for column in ("owner", "sales_channel")]
    return np.where(np.isnan(counts[0]), counts[1], counts[0])


def team_cost_per_won(team: TeamActivity) -> MetricArray:
    """Divide the cost by the won deals, to the cent; unknown while nothing was spent."""
    spent = team_spent(team)
    return round_array_to_cents(divide_or_unknown(np.where(spent == 0, np.nan, spent), team_won_deals(team)))


_IS_PERSON_ROW = f"{{position}}<={TEAM_OWNER_ROWS}"
_OF_PERSON = Criterion("by", "=", "{name}")
_IN_WEEK = (Criterion("date", ">", f"(AsOf-{_DAYS_OF_WEEK})"), Criterion("date", "<=", "AsOf"))
_IN_SPENT_DAYS = (*criteria_between("date", TARGET_FIRST_DAY, TARGET_LAST_DAY), Criterion("date", "<=", "AsOf"))


def _formula_if_owner(formula: str) -> str:
    return f'IF(({{name}}="")+(ViewAll=0)>0,"",IF({_IS_PERSON_ROW},{formula},""))'


def _week_formula(*criteria: Criterion, **words: Text) -> MetricFormula:
    counted = count_formula("Activities", (_OF_PERSON, *criteria, *_IN_WEEK))
    return MetricFormula(_formula_if_owner(counted), words=words)


def _type_week(column: str, kind: str) -> ColumnMetric[TeamActivity]:
    formula = _week_formula(Criterion("type", "=", "{kind}"), kind=LISTS["activity_type"][kind])
    return ColumnMetric(column, formula, _count_week(type=kind))


def _goal_formula(column: str) -> MetricFormula:
    goal = f"INDEX({{Team.{column}}},MATCH({{name}},{{Team.person}},0))"
    return MetricFormula(_formula_if_owner(f'IF({goal}="","",{goal})'))


_OF_FEEDBACK_OWNER = (Criterion("owner", "=", "{name}"), Criterion("satisfaction", ">", "-1E+15"))
_ANSWERS = unsliced_formula(count_formula, "Feedback", *_OF_FEEDBACK_OWNER)
_SCORES = unsliced_formula(sum_formula("satisfaction"), "Feedback", *_OF_FEEDBACK_OWNER)


def _spent_formula(*criteria: Criterion) -> str:
    return f"ROUND({sum_formula('cost')('Activities', (*criteria, *_IN_SPENT_DAYS))},2)"


def _budget_formula(owner: Criterion, channel: Criterion) -> str:
    exact = (owner, Criterion("product", "=", '""'), channel)
    return f"ROUND({sum_formula('cost')('Targets', (*TARGET_IN_PERIOD, *exact))},2)"


_ROW_BUDGET = _budget_formula(
    Criterion("owner", "=", f'IF({_IS_PERSON_ROW},{{name}},"")'),
    Criterion("sales_channel", "=", f'IF({_IS_PERSON_ROW},"",{{name}})'),
)
_ROW_SPENT = (
    f"IF({_IS_PERSON_ROW},{_spent_formula(_OF_PERSON)},{_spent_formula(Criterion('sales_channel', '=', '{name}'))})"
)
_ROW_WON = deals_formula(count_formula, "always", *WON_IN_TARGET_PERIOD, Criterion(PLANNER_COLUMN, "=", "{name}"))


def _formula_if_named(formula: str) -> MetricFormula:
    return MetricFormula(f'IF(({{name}}="")+(ViewAll=0)>0,"",{formula})')


TEAM_ACTIVITY_COLUMNS: tuple[ColumnMetric[TeamActivity], ...] = (
    ColumnMetric("activities", _week_formula(), _count_week()),
    _type_week("calls", "call"),
    ColumnMetric("calls_goal", _goal_formula("goal_calls"), _week_goal("goal_calls")),
    _type_week("visits", "visit"),
    ColumnMetric("visits_goal", _goal_formula("goal_visits"), _week_goal("goal_visits")),
    _type_week("demos", "demo"),
    ColumnMetric("demos_goal", _goal_formula("goal_demos"), _week_goal("goal_demos")),
    _type_week("meetings", "meeting"),
    ColumnMetric("meetings_goal", _goal_formula("goal_meetings"), _week_goal("goal_meetings")),
    ColumnMetric("first_meetings", _week_formula(Criterion("first_meeting", "=", "1")), _count_week(first_meeting=1.0)),
    ColumnMetric("first_meetings_goal", _goal_formula("goal_first_meetings"), _week_goal("goal_first_meetings")),
    ColumnMetric("answers", MetricFormula(_formula_if_owner(_ANSWERS)), owner_answers),
    ColumnMetric(
        "satisfaction",
        MetricFormula(f'IF({{answers}}="","",IF({{answers}}=0,"",({_SCORES})/{{answers}}))'),
        owner_satisfaction,
    ),
    ColumnMetric("spent", _formula_if_named(_ROW_SPENT), team_spent),
    ColumnMetric("budget", _formula_if_named(f'IF({_ROW_BUDGET}=0,"",{_ROW_BUDGET})'), team_budget),
    ColumnMetric("won_count", _formula_if_named(_ROW_WON), team_won_deals),
    ColumnMetric(
        "cost_per_won",
        _formula_if_named('IF({won_count}*{spent}=0,"",ROUND({spent}/{won_count},2))'),
        team_cost_per_won,
    ),
)


def sales_spent(cube: Cube) -> MetricArray:
    """Sum the cost of the activities in the target's period; unknown in a slice."""
    costs = np.nan_to_num(column_numbers(cube.pipeline["Activities"]["cost"]))
    return round_array_to_cents(unsliced_value(cube, float(costs[_spent_days(cube)].sum())))


def sales_budget(cube: Cube) -> MetricArray:
    """Sum the team's budgets in the target's period, or else those of its owners; unknown without one, and in a slice."""
    team, owners = float(_sum_budgets(cube, "").sum()), _sum_budgets(cube, "owner")
    total = round_array_to_cents(unsliced_value(cube, team or float(owners[owners.index != ""].sum())))
    return np.where(total == 0, np.nan, total)


def cost_per_won(cube: Cube) -> MetricArray:
    """Divide the cost by the deals won in the target's period, to the cent; unknown while nothing was spent."""
    spent = sales_spent(cube)
    return round_array_to_cents(divide_or_unknown(np.where(spent == 0, np.nan, spent), won_to_date_count(cube)))


_WON_TO_DATE_COUNT = MetricFormula(deals_formula(count_formula, "always", *WON_IN_TARGET_PERIOD))
_TEAM_BUDGET, _OWNER_BUDGETS = (
    _budget_formula(owner, Criterion("sales_channel", "=", '""'))
    for owner in (Criterion("owner", "=", '""'), Criterion("owner", "<>", ""))
)

COST_METRICS: tuple[Metric[Cube], ...] = (
    Metric(
        "sales_spent",
        Text("Cost of sales"),
        Text("Cost of the activities dated in the period of the target, by the as-of date; blank in a slice."),
        Unit.MONEY, MetricFormula(f'IF(ViewAll=0,"",{_spent_formula()})'), sales_spent, MetricFormula('""'), Cube.unknown,
    ),
    Metric(
        "sales_budget",
        Text("Budget of sales"),
        Text(
            "Budgets of the sheet Targets that lie inside the period of the target: the team's, or else the sum of the owners'. "
            "Blank if there is none, and in a slice."
        ),
        Unit.MONEY,
        MetricFormula(
            f'IF(ViewAll=0,"",IF({_TEAM_BUDGET}<>0,{_TEAM_BUDGET},IF({_OWNER_BUDGETS}<>0,{_OWNER_BUDGETS},"")))'
        ),
        sales_budget, MetricFormula('""'), Cube.unknown,
    ),
    Metric(
        "cost_per_won",
        Text("Cost per won deal"),
        Text("Cost of sales ÷ deals won in the period of the target, to the cent; blank while nothing was spent."),
        Unit.MONEY,
        MetricFormula('IF(sales_spent="","",IF({sample}*sales_spent=0,"",ROUND(sales_spent/{sample},2)))'),
        cost_per_won, _WON_TO_DATE_COUNT, won_to_date_count,
    ),
)  # fmt: skip
