"""How often deals are won against each competitor of the sheet Lists, and what is lost to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.metrics.array_arithmetic import (
    MetricMask,
    divide_or_unknown,
    sum_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.formula_criteria import (
    OUTCOME_LOST,
    OUTCOME_OPEN,
    OUTCOME_WON,
    Aggregate,
    Criteria,
    Criterion,
    PeriodRule,
    array_condition,
    count_formula,
    formula_today_only,
    sum_formula,
)
from xl_salesflow.metrics.group_metrics import OTHER_GROUPS_LABEL
from xl_salesflow.metrics.metric_declaration import (
    ColumnMetric,
    ColumnText,
    MetricArray,
    MetricColumn,
    MetricFormula,
    cache_on_argument,
)
from xl_salesflow.schema.table_frames import fold_keys

LISTED_COMPETITORS = 16
"""Number of rows of Competitors for names of the list; the first row is for deals without one, the last one for others."""

COMPETITOR_ROWS = LISTED_COMPETITORS + 2
_OTHERS_ROW, _BLANK_ROW = COMPETITOR_ROWS - 1, COMPETITOR_ROWS  # as indices
NO_COMPETITOR_LABEL = Text("(none named)")


@dataclass(frozen=True)
class Competitors:
    """One row for deals without a competitor, one per listed name, one for all others; unknown for a past date."""

    cube: Cube

    @cached_property
    def names(self) -> list[str]:
        """Return the listed names; "" is a blank row."""
        listed = list(self.cube.pipeline["Lists"]["competitor"].iloc[:LISTED_COMPETITORS])
        return [*listed, *[""] * (LISTED_COMPETITORS - len(listed))]

    @property
    def labels(self) -> list[str]:
        """Return the labels of the rows on the sheet."""
        language = self.cube.pipeline.language
        return [NO_COMPETITOR_LABEL.in_(language), *self.names, OTHER_GROUPS_LABEL.in_(language)]

    @cached_property
    def row_of_names(self) -> dict[str, int]:
        """Return folded name → its row; the first row of a name that is listed twice."""
        named = [(fold_text(name), row) for row, name in enumerate(self.names, 1) if name]
        return {"": 0, **dict(reversed(named))}

    def add_up(self, values: MetricArray, mask: MetricMask) -> MetricArray:
        """Sum *values* of the deals in *mask* by competitor; a name that is listed twice has its sum in both rows."""
        if not self.cube.today:
            return np.full(COMPETITOR_ROWS, np.nan)
        rows = fold_keys(self.cube.frame["competitor"]).map(self.row_of_names).fillna(_OTHERS_ROW)
        sums = sum_by_group(values, mask, np.asarray(rows, dtype=np.int64), COMPETITOR_ROWS)
        shown = [self.row_of_names[fold_text(name)] if name else _BLANK_ROW for name in self.names]
        return np.append(sums, np.nan)[[0, *shown, _OTHERS_ROW]]

    def count(self, mask: MetricMask) -> MetricArray:
        """Count the deals in *mask* by competitor."""
        return self.add_up(np.ones(len(mask)), mask)


def competitor_open_count(rivals: Competitors) -> MetricArray:
    """Count the open deals with each competitor."""
    return rivals.count(rivals.cube.open)


@cache_on_argument
def competitor_won_count(rivals: Competitors) -> MetricArray:
    """Count the deals won against each competitor."""
    return rivals.count(rivals.cube.won)


@cache_on_argument
def competitor_lost_count(rivals: Competitors) -> MetricArray:
    """Count the deals with each competitor that were lost."""
    return rivals.count(rivals.cube.lost)


def competitor_win_rate(rivals: Competitors) -> MetricArray:
    """Divide won by closed."""
    won = competitor_won_count(rivals)
    return divide_or_unknown(won, won + competitor_lost_count(rivals))


def _sum_deal_amounts(outcome: str) -> Callable[[Competitors], MetricArray]:
    return lambda rivals: rivals.add_up(rivals.cube.amount, getattr(rivals.cube, outcome))


_LISTED_NAME = "INDEX({Lists.competitor},{position}-1)"
_IS_UNLISTED = "(1-ISNUMBER(MATCH({Deals.competitor},{Competitors.competitor},0)))"
_HAS_COMPETITOR = Criterion("competitor", "<>", "")


def _count_unlisted(table: str, criteria: Criteria) -> str:
    return f"SUMPRODUCT({array_condition(table, criteria)}*{_IS_UNLISTED})"


def _sum_unlisted(table: str, criteria: Criteria) -> str:
    return f"SUMPRODUCT({array_condition(table, criteria)}*{_IS_UNLISTED},{{{table}.amount}})"


def _competitor_formula(when: PeriodRule, outcome: Criterion, listed: Aggregate, others: Aggregate) -> str:
    named = Criterion("competitor", "=", 'IF({position}=1,"",{competitor})')
    rest = formula_today_only(others, when, outcome, _HAS_COMPETITOR)
    row = f"IF({{position}}={COMPETITOR_ROWS},{rest},{formula_today_only(listed, when, outcome, named)})"
    return f'IF({{competitor}}="","",{row})'


def _count_column(when: PeriodRule, outcome: Criterion) -> MetricFormula:
    return MetricFormula(_competitor_formula(when, outcome, count_formula, _count_unlisted))


def _value_column(outcome: Criterion) -> MetricFormula:
    value = _competitor_formula("closed", outcome, sum_formula("amount"), _sum_unlisted)
    return MetricFormula(f'IF({{won_count}}="","",ROUND({value},2))')


_LISTED_OR_BLANK_NAME = f'IF({{position}}>ROWS({{Lists.competitor}})+1,"",IF({_LISTED_NAME}="","",{_LISTED_NAME}))'

COMPETITOR_NAMING: tuple[MetricColumn[Competitors], ...] = (
    ColumnText(
        "competitor",
        MetricFormula(
            f"IF({{position}}=1,{{none_named}},IF({{position}}={COMPETITOR_ROWS},{{others}},{_LISTED_OR_BLANK_NAME}))",
            words={"none_named": NO_COMPETITOR_LABEL, "others": OTHER_GROUPS_LABEL},
        ),
        lambda rivals: rivals.labels,
    ),
)
"""The column that identifies the competitor of a row."""

COMPETITOR_COLUMNS: tuple[ColumnMetric[Competitors], ...] = (
    ColumnMetric("open_count", _count_column("open", OUTCOME_OPEN), competitor_open_count),
    ColumnMetric("won_count", _count_column("closed", OUTCOME_WON), competitor_won_count),
    ColumnMetric("lost_count", _count_column("closed", OUTCOME_LOST), competitor_lost_count),
    ColumnMetric(
        "win_rate",
        MetricFormula('IF({won_count}="","",IF({won_count}+{lost_count}=0,"",{won_count}/({won_count}+{lost_count})))'),
        competitor_win_rate,
    ),
    ColumnMetric("won_value", _value_column(OUTCOME_WON), _sum_deal_amounts("won")),
    ColumnMetric("lost_value", _value_column(OUTCOME_LOST), _sum_deal_amounts("lost")),
)
