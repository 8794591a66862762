"""The next twelve months: what is expected to close, by category, against the target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula
from xl_salesflow.metrics.forecast import weighted
from xl_salesflow.metrics.grouped import Groups, Mask, counts, totals
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.metrics.targets import target_formula, target_within

MONTHS = 12
"""Rows of ForecastMonths; row 0 is the month of the as-of date."""


@dataclass(frozen=True)
class Months:
    """One row of ForecastMonths per month; every number is an array over the months."""

    cube: Cube

    @cached_property
    def firsts(self) -> Floats:
        """Return the first day of each month and of the one after the last, as days since 1970."""
        month = np.datetime64(self.cube.pipeline.as_of, "M")
        return (month + np.arange(MONTHS + 1)).astype("datetime64[D]").astype(np.float64)

    def month_of(self, days: Floats) -> Groups:
        """Return the row of every day; -1 is none of ours."""
        row = np.searchsorted(self.firsts, np.where(np.isnan(days), -np.inf, days), side="right") - 1
        return np.where(row < MONTHS, row, -1)

    @cached_property
    def expected(self) -> Groups:
        """Return the month every open deal is expected to close in."""
        return np.where(self.cube.open, self.month_of(self.cube.dates("expected_close")), -1)

    @cached_property
    def known(self) -> Mask:
        """Tell which deals closed in no month after the as-of date's, of which a past date knows nothing."""
        return np.asarray(self.cube.today | (self.cube.closed < self.firsts[1]))

    def category(self, id: str) -> Mask:
        """Tell which deals are in a forecast category."""
        return self.cube.is_("forecast", id)

    def total(self, values: Floats, also: Mask | None = None) -> Floats:
        """Sum what is expected, month by month; only today knows."""
        mask = self.expected >= 0
        return totals(values, mask if also is None else mask & also, self.expected, MONTHS)


def months(cube: Cube) -> Months:
    """Return the months from the as-of date on."""
    return Months(cube)


def deals(asked: Months) -> Floats:
    """Count the open deals expected to close in each month."""
    return counts(asked.expected >= 0, asked.expected, MONTHS)


def open_value(asked: Months) -> Floats:
    """Sum their amounts."""
    return asked.total(asked.cube.amount)


def weighted_value(asked: Months) -> Floats:
    """Sum their weighted values."""
    return asked.total(asked.cube.weighted)


def commit(asked: Months) -> Floats:
    """Sum the amounts in the category commit."""
    return asked.total(asked.cube.amount, asked.category("commit"))


def best_case(asked: Months) -> Floats:
    """Sum the amounts in the category best case."""
    return asked.total(asked.cube.amount, asked.category("best_case"))


def pipeline(asked: Months) -> Floats:
    """Sum the amounts that are neither commit nor best case nor omitted."""
    named = [asked.category(id) for id in ("commit", "best_case", "omitted")]
    return asked.total(asked.cube.amount, ~np.logical_or.reduce(named))


def closed(asked: Months) -> Floats:
    """Sum what was won in each month, by the day of closing."""
    cube = asked.cube
    won = cube.is_("outcome", "won") & (cube.created_then if cube.view.reading == "cohort" else True)
    month = np.where(won & asked.known, asked.month_of(cube.closed), -1)
    return totals(cube.amount, month >= 0, month, MONTHS)


def cumulative(asked: Months) -> Floats:
    """Sum closed, commit and best case: a best case includes what is surer."""
    return to_cents(closed(asked) + commit(asked) + best_case(asked))


def target(asked: Months) -> Floats:
    """Sum the targets that begin in each month."""
    found = [_target_of(asked.cube, first, after) for first, after in pairwise(asked.firsts)]
    return np.array(found, dtype=np.float64)


def _target_of(cube: Cube, first: float, after: float) -> float:
    return float(target_within(cube, lambda start, end: np.asarray((start >= first) & (start < after)))[0])


def _if_today(compute: Callable[[Months], Floats]) -> Callable[[Months], Floats]:
    # History does not hold what was expected then
    return lambda asked: compute(asked) if asked.cube.today else np.full(MONTHS, np.nan)


def _in_month(column: str) -> c.Criteria:
    return c.Criterion(column, ">=", "{month}"), c.Criterion(column, "<", "EDATE({month},1)")


def _category(id: str) -> c.Criteria:
    return (*_EXPECTED, c.Criterion("forecast", "=", f"{{forecast:{id}}}"))


def _sum(aggregate: c.Aggregate, criteria: c.Criteria) -> str:
    return f'IF(IsToday=0,"",ROUND({c.today_only(aggregate, "open", *criteria)},2))'


_EXPECTED = (c.OPEN, *_in_month("expected_close"))
_AMOUNT = c.total("amount")
_CLOSED = (c.WON, *_in_month("closed"))
_OMITTED = c.today_only(_AMOUNT, "open", *_category("omitted"))

MONTH: Formula = Formula("DATE(YEAR(AsOf),MONTH(AsOf)+{position},1)")
"""The first day of the row's month."""

MONTH_COLUMNS: tuple[ColumnMetric[Months], ...] = (
    ColumnMetric("deals", Formula(c.today_only(c.count, "open", *_EXPECTED)), _if_today(deals)),
    ColumnMetric("open_value", Formula(_sum(_AMOUNT, _EXPECTED)), _if_today(open_value)),
    ColumnMetric("weighted_value", Formula(_sum(weighted, _EXPECTED)), _if_today(weighted_value)),
    ColumnMetric("commit", Formula(_sum(_AMOUNT, _category("commit"))), _if_today(commit)),
    ColumnMetric("best_case", Formula(_sum(_AMOUNT, _category("best_case"))), _if_today(best_case)),
    ColumnMetric(
        "pipeline",
        Formula(f'IF(IsToday=0,"",ROUND({{open_value}}-{{commit}}-{{best_case}}-{_OMITTED},2))'),
        _if_today(pipeline),
    ),
    ColumnMetric(
        "closed",
        # a past date knows of no later month, and is spared the question
        Formula(
            f"ROUND(IF(IsToday=1,{c.now(_AMOUNT, 'open', *_CLOSED)},"
            f"IF({{month}}>AsOf,0,{c.past(_AMOUNT, 'open', c.STANDING_THEN, *_CLOSED)})),2)"
        ),
        closed,
    ),
    ColumnMetric(
        "cumulative", Formula('IF(IsToday=0,"",ROUND({closed}+{commit}+{best_case},2))'), _if_today(cumulative)
    ),
    ColumnMetric("target", Formula(target_formula(*_in_month("from"))), target),
)
