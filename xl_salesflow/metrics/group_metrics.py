"""The groups that the sheet Trends compares: open, won and lost deals of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.metrics.array_arithmetic import (
    GroupNumbers,
    count_by_group,
    divide_or_unknown,
    sum_known_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.formula_criteria import (
    GROUP_COLUMN,
    HAS_AMOUNT,
    OUTCOME_LOST,
    OUTCOME_OPEN,
    OUTCOME_WON,
    Criterion,
    PeriodRule,
    count_formula,
    count_unlisted_formula,
    deals_formula,
    known_sum_formula,
    sum_formula,
    sum_unlisted_formula,
)
from xl_salesflow.metrics.metric_declaration import (
    ColumnMetric,
    ColumnText,
    MetricArray,
    MetricColumn,
    MetricFormula,
    cache_on_argument,
)
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, identify_choice

LISTED_GROUP_ROWS = 12
"""Number of rows of Groups for named groups; one more holds all others."""

OTHER_GROUPS_LABEL = Text("(everything else)")
_GROUP_NAME_SOURCES = {"owner": ("Team", "person"), "product": ("Products", "product")}


@dataclass(frozen=True)
class Grouping:
    """One row of Groups per name and one for all other deals; every number is an array over these rows."""

    cube: Cube

    @cached_property
    def column(self) -> str:
        """Return the column by which the sheet compares."""
        return find_grouping_column(self.cube.pipeline)

    @cached_property
    def names(self) -> Sequence[str]:
        """Return the first names of the column's list, as stored; "" is a blank row."""
        listed = list_group_names(self.cube.pipeline, self.column)[:LISTED_GROUP_ROWS]
        return (*listed, *[""] * (LISTED_GROUP_ROWS - len(listed)))

    @property
    def labels(self) -> list[str]:
        """Return the labels of the rows on the sheet."""
        language, known = self.cube.pipeline.language, LISTS.get(self.column, {})
        return [*(known[n].in_(language) if n in known else n for n in self.names), OTHER_GROUPS_LABEL.in_(language)]

    @cached_property
    def group_of_deals(self) -> GroupNumbers:
        """Return the row of every deal, the first one of equal names; -1 for a name without a row."""
        place = {fold_text(name): row for row, name in reversed(list(enumerate(self.names))) if name}
        codes, found = pd.factorize(self.cube.frame[self.column])
        return np.array([place.get(fold_text(str(name)), -1) for name in found] + [-1], dtype=np.int64)[codes]

    @cached_property
    def row_of_deals(self) -> GroupNumbers:
        """Return the row of every deal; the last one for a name without a row, and for none."""
        return np.where(self.group_of_deals < 0, LISTED_GROUP_ROWS, self.group_of_deals)

    def shown(self, numbers: MetricArray) -> MetricArray:
        """Return *numbers* row by row: a name that is listed twice has its number in both, blank rows are unknown."""
        first = [self.names.index(name) for name in self.names]
        named = np.where([bool(name) for name in self.names], numbers[first], np.nan)
        return np.append(named, numbers[-1])


@cache_on_argument
def build_grouping(cube: Cube) -> Grouping:
    """Return the groups of the column that the sheet Trends compares by."""
    return Grouping(cube)


def find_grouping_column(pipeline: Pipeline) -> str:
    """Return the column by which the sheet Trends compares; `owner` if it names no column."""
    return identify_choice(CHOICES["group"], str(pipeline.named.get("GroupBy") or "")) or "owner"


def list_group_names(pipeline: Pipeline, column: str) -> list[str]:
    """Return the values in the dropdown of *column*, in its order."""
    if column == "playbook":
        found: list[str] = []
        for name in reversed(list(pipeline["Stages"]["playbook"])):  # the order of the sheet: from the last row up
            if name and fold_text(name) not in {fold_text(known) for known in found}:
                found.append(name)
        return found
    table, names = _GROUP_NAME_SOURCES.get(column, ("Lists", column))
    return [str(value) for value in pipeline[table][names]]


def group_open_count(groups: Grouping) -> MetricArray:
    """Count the open deals of each group."""
    return _count_groups(groups, groups.cube.open)


def group_open_value(groups: Grouping) -> MetricArray:
    """Sum the amounts of the open deals of each group; unknown if there are some and none has an amount."""
    return _sum_groups(groups, groups.cube.open)


def group_won_count(groups: Grouping) -> MetricArray:
    """Count the won deals of each group."""
    return _count_groups(groups, groups.cube.won)


def group_lost_count(groups: Grouping) -> MetricArray:
    """Count the lost deals of each group."""
    return _count_groups(groups, groups.cube.lost)


def group_win_rate(groups: Grouping) -> MetricArray:
    """Divide won by closed."""
    won = group_won_count(groups)
    return divide_or_unknown(won, won + group_lost_count(groups))


def group_won_value(groups: Grouping) -> MetricArray:
    """Sum the amounts of the won deals of each group; unknown if there are some and none has an amount."""
    return _sum_groups(groups, groups.cube.won)


def _count_groups(groups: Grouping, mask: np.ndarray) -> MetricArray:
    return groups.shown(count_by_group(mask, groups.row_of_deals, LISTED_GROUP_ROWS + 1))


def _sum_groups(groups: Grouping, mask: np.ndarray) -> MetricArray:
    # in the last row, where another condition would make the formula too long for Excel, what is not known adds nothing
    known = sum_known_by_group(groups.cube.amount, mask, groups.row_of_deals, LISTED_GROUP_ROWS + 1)
    return groups.shown(np.append(known[:-1], np.nan_to_num(known[-1])))


GROUP_NAMING: tuple[MetricColumn[Grouping], ...] = (
    ColumnText(
        "name",
        MetricFormula(
            f'IF({{position}}>{LISTED_GROUP_ROWS},{{others}},INDEX(GroupValues,{{position}},GroupNumber)&"")',
            words={"others": OTHER_GROUPS_LABEL},
        ),
        lambda groups: groups.labels,
    ),
)
"""The column that identifies the group of a row."""

_IN_ROW_GROUP = Criterion(GROUP_COLUMN, "=", "{name}")
_COUNT_OTHERS, _SUM_OTHERS = (
    unlisted(GROUP_COLUMN, "{Groups.name}") for unlisted in (count_unlisted_formula, sum_unlisted_formula)
)


def _group_row_formula(listed: str, others: str) -> MetricFormula:
    return MetricFormula(f'IF({{name}}="","",IF({{position}}>{LISTED_GROUP_ROWS},{others},{listed}))')


def _group_count_formula(when: PeriodRule, *criteria: Criterion) -> MetricFormula:
    listed = deals_formula(count_formula, when, *criteria, _IN_ROW_GROUP)
    return _group_row_formula(listed, deals_formula(_COUNT_OTHERS, when, *criteria))


def _group_value_formula(count: str, when: PeriodRule, *criteria: Criterion) -> MetricFormula:
    valued = deals_formula(count_formula, when, *criteria, HAS_AMOUNT, _IN_ROW_GROUP)
    total = deals_formula(sum_formula("amount"), when, *criteria, _IN_ROW_GROUP)
    others = f"ROUND({deals_formula(_SUM_OTHERS, when, *criteria)},2)"
    return _group_row_formula(known_sum_formula(count, valued, total), others)


GROUP_COLUMNS: tuple[ColumnMetric[Grouping], ...] = (
    ColumnMetric("open_count", _group_count_formula("open", OUTCOME_OPEN), group_open_count),
    ColumnMetric("open_value", _group_value_formula("{open_count}", "open", OUTCOME_OPEN), group_open_value),
    ColumnMetric("won_count", _group_count_formula("closed", OUTCOME_WON), group_won_count),
    ColumnMetric("lost_count", _group_count_formula("closed", OUTCOME_LOST), group_lost_count),
    ColumnMetric(
        "win_rate",
        MetricFormula('IF({name}="","",IF({won_count}+{lost_count}=0,"",{won_count}/({won_count}+{lost_count})))'),
        group_win_rate,
    ),
    ColumnMetric("won_value", _group_value_formula("{won_count}", "closed", OUTCOME_WON), group_won_value),
)
