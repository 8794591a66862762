"""The twelve months up to the as-of date: what began in each, what was won and lost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula
from xl_salesflow.metrics.grouped import Groups, counts, ratio, totals
from xl_salesflow.metrics.workings import MONTHS_BACK, found


@dataclass(frozen=True)
class Trend:
    """One row of Trend per month; every number is an array over the months."""

    cube: Cube

    @cached_property
    def firsts(self) -> Floats:
        """Return the first day of each month and of the one after the last, as days since 1970."""
        month = np.datetime64(self.cube.pipeline.as_of, "M")
        return (month + np.arange(1 - MONTHS_BACK, 2)).astype("datetime64[D]").astype(np.float64)

    def month_of(self, days: Floats) -> Groups:
        """Return the row of every day; -1 is none of ours."""
        row = np.searchsorted(self.firsts, np.where(np.isnan(days), -np.inf, days), side="right") - 1
        return np.where(row < MONTHS_BACK, row, -1)

    def ended(self, outcome: str) -> Groups:
        """Return the month every deal of *outcome* closed in or, in the cohort reading, was created in."""
        cube = self.cube
        days = cube.created if cube.view.reading == "cohort" else cube.closed
        return np.where(cube.is_("outcome", outcome), self.month_of(days), -1)


def created(asked: Trend) -> Floats:
    """Count the deals created in each month."""
    known = np.where(asked.cube.is_("outcome", ""), -1, asked.month_of(asked.cube.created))
    return counts(known >= 0, known, MONTHS_BACK)


def won_count(asked: Trend) -> Floats:
    """Count the deals won in each month."""
    won = asked.ended("won")
    return counts(won >= 0, won, MONTHS_BACK)


def lost_count(asked: Trend) -> Floats:
    """Count the deals lost in each month."""
    lost = asked.ended("lost")
    return counts(lost >= 0, lost, MONTHS_BACK)


def win_rate(asked: Trend) -> Floats:
    """Divide won by closed."""
    won = won_count(asked)
    return ratio(won, won + lost_count(asked))


def won_value(asked: Trend) -> Floats:
    """Sum the amounts of the deals won in each month."""
    won = asked.ended("won")
    return totals(asked.cube.amount, won >= 0, won, MONTHS_BACK)


def _in_month(column: str) -> c.Criteria:
    return c.Criterion(column, ">=", "{month}"), c.Criterion(column, "<", "EDATE({month},1)")


def _either(aggregate: c.Aggregate, formula: c.Whose, *criteria: c.Criterion) -> str:
    created, closed = (formula(aggregate, "always", *criteria, *_in_month(column)) for column in ("created", "closed"))
    return f"IF(IsCohort=1,{created},{closed})"


def _then(aggregate: c.Aggregate, when: c.When, *criteria: c.Criterion) -> str:
    return c.past(aggregate, when, c.STANDING_THEN, *criteria)


def _counted(now: str, working: str) -> Formula:
    return Formula(f"IF(IsToday=1,{now},{found(working, 'EDATE({month},1)-1')})")


MONTH: Formula = Formula(f"DATE(YEAR(AsOf),MONTH(AsOf)-{MONTHS_BACK}+{{position}},1)")
"""The first day of the row's month."""

_VALUE = c.total("amount")

TREND_COLUMNS: tuple[ColumnMetric[Trend], ...] = (
    ColumnMetric(
        "created",
        _counted(c.now(c.count, "always", c.RECORDED, *_in_month("created")), "MonthCreated"),
        created,
    ),
    ColumnMetric("won_count", _counted(_either(c.count, c.now, c.WON), "MonthWon"), won_count),
    ColumnMetric("lost_count", _counted(_either(c.count, c.now, c.LOST), "MonthLost"), lost_count),
    ColumnMetric(
        "win_rate", Formula('IF({won_count}+{lost_count}=0,"",{won_count}/({won_count}+{lost_count}))'), win_rate
    ),
    ColumnMetric(
        "won_value",
        Formula(
            # months without a won deal are spared the question
            f"IF({{won_count}}=0,0,ROUND(IF(IsToday=1,{_either(_VALUE, c.now, c.WON)},{_either(_VALUE, _then, c.WON)}),2))"
        ),
        won_value,
    ),
)
