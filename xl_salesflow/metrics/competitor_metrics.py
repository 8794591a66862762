"""How often deals are won against each competitor of the sheet Lists, and what is lost to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.metrics.array_arithmetic import (
    GroupNumbers,
    MetricMask,
    count_by_group,
    divide_or_unknown,
    sum_known_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.formula_criteria import (
    HAS_AMOUNT,
    OUTCOME_LOST,
    OUTCOME_OPEN,
    OUTCOME_WON,
    Aggregate,
    Criterion,
    PeriodRule,
    count_formula,
    count_unlisted_formula,
    formula_today_only,
    known_sum_formula,
    sum_formula,
    sum_unlisted_formula,
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

    @cached_property
    def row_of_deals(self) -> GroupNumbers:
        """Return the row of every deal; History has no competitors."""
        if not self.cube.today:
            return np.zeros(len(self.cube.frame), dtype=np.int64)
        rows = fold_keys(self.cube.frame["competitor"]).map(self.row_of_names).fillna(_OTHERS_ROW)
        return np.asarray(rows, dtype=np.int64)

    def shown(self, numbers: MetricArray) -> MetricArray:
        """Return *numbers* row by row: a name that is listed twice has its number in both; unknown for a past date."""
        if not self.cube.today:
            return np.full(COMPETITOR_ROWS, np.nan)
        rows = [self.row_of_names[fold_text(name)] if name else _BLANK_ROW for name in self.names]
        return np.append(numbers, np.nan)[[0, *rows, _OTHERS_ROW]]

    def count(self, mask: MetricMask) -> MetricArray:
        """Count the deals in *mask* by competitor."""
        return self.shown(count_by_group(mask, self.row_of_deals, COMPETITOR_ROWS))


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
    def add_up(rivals: Competitors) -> MetricArray:
        mask = getattr(rivals.cube, outcome)
        return rivals.shown(sum_known_by_group(rivals.cube.amount, mask, rivals.row_of_deals, COMPETITOR_ROWS))

    return add_up


_LISTED_NAME = "INDEX({Lists.competitor},{position}-1)"
_HAS_COMPETITOR = Criterion("competitor", "<>", "")
_COUNT_UNLISTED, _SUM_UNLISTED = (
    unlisted("competitor", "{Competitors.competitor}") for unlisted in (count_unlisted_formula, sum_unlisted_formula)
)


def _competitor_formula(when: PeriodRule, listed: Aggregate, others: Aggregate, *criteria: Criterion) -> str:
    named = Criterion("competitor", "=", 'IF({position}=1,"",{competitor})')
    rest = formula_today_only(others, when, *criteria, _HAS_COMPETITOR)
    return f"IF({{position}}={COMPETITOR_ROWS},{rest},{formula_today_only(listed, when, *criteria, named)})"


def _count_column(when: PeriodRule, outcome: Criterion) -> MetricFormula:
    count = _competitor_formula(when, count_formula, _COUNT_UNLISTED, outcome)
    return MetricFormula(f'IF({{competitor}}="","",{count})')


def _value_column(count: str, outcome: Criterion) -> MetricFormula:
    valued = _competitor_formula("closed", count_formula, _COUNT_UNLISTED, outcome, HAS_AMOUNT)
    total = _competitor_formula("closed", sum_formula("amount"), _SUM_UNLISTED, outcome)
    return MetricFormula(f'IF({count}="","",{known_sum_formula(count, valued, total)})')


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
    ColumnMetric("won_value", _value_column("{won_count}", OUTCOME_WON), _sum_deal_amounts("won")),
    ColumnMetric("lost_value", _value_column("{lost_count}", OUTCOME_LOST), _sum_deal_amounts("lost")),
)
