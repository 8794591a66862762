"""The deals as of a date, as arrays: one shape, whether today's Deals or a past date's History was read.

`group` puts every deal into one of `size` groups (the whole pipeline is one), so that a metric is worked out for every
owner at the price of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.metrics import grouped, rows
from xl_salesflow.metrics.declaration import Floats
from xl_salesflow.metrics.grouped import Groups, Mask
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.view import FILTERS, View


@dataclass(frozen=True)
class Cube:
    """What metrics are asked of. Dates are days since 1970, money is in the workbook's currency, NaN is blank."""

    pipeline: Pipeline
    today: bool
    as_of: float
    frame: pd.DataFrame  # the rows of Deals or History that `group` speaks of
    group: Groups
    size: int
    column: str = ""
    keys: Sequence[str] = ("",)
    _words: dict[str, tuple[Groups, dict[str, int]]] = field(default_factory=dict, repr=False)

    @property
    def view(self) -> View:
        """Return the question."""
        return self.pipeline.view

    @cached_property
    def period(self) -> tuple[float, float]:
        """Return the first and the last day of the period; an open end reaches for ever."""
        start, end = self.view.start, self.view.end
        return (-np.inf if start is None else day(start), np.inf if end is None else day(end))

    def dates(self, column: str) -> Floats:
        """Return a date column as days."""
        return rows.days(self.frame[column])

    def is_(self, column: str, value: str) -> Mask:
        """Tell where a text column holds *value*."""
        if column not in self._words:
            self._words[column] = rows.words(self.frame[column])
        codes, places = self._words[column]
        return np.asarray(codes == places.get(value, -1))

    @cached_property
    def amount(self) -> Floats:
        """Return the amount of every deal."""
        return rows.numbers(self.frame["amount"])

    @cached_property
    def weighted(self) -> Floats:
        """Return amount × probability of every deal, rounded to cents."""
        if self.today:
            chance = rows.probability(self.pipeline.with_tables(Deals=self.frame))
        else:
            chance = rows.numbers(self.frame["probability"])
        return to_cents(self.amount * chance)

    @cached_property
    def created(self) -> Floats:
        """Return the day every deal was created."""
        return self.dates("created")

    @cached_property
    def closed(self) -> Floats:
        """Return the day every won or lost deal was closed."""
        return self.dates("closed")

    @cached_property
    def cycle_days(self) -> Floats:
        """Return the days from creation to closing; a past date has them in History."""
        return self.closed - self.created if self.today else rows.numbers(self.frame["cycle_days"])

    def within(self, days: Floats) -> Mask:
        """Tell which days lie in the period; without a period all do, unknown ones too."""
        if not self.view.has_period:
            return np.ones(len(days), dtype=bool)
        return np.asarray((days >= self.period[0]) & (days <= self.period[1]))

    @cached_property
    def created_then(self) -> Mask:
        """Tell which deals were created in the period."""
        return self.within(self.created)

    @cached_property
    def asked(self) -> Mask:
        """Tell which deals the stages are about: created in the period, or, in the snapshot reading, closed in it."""
        return self.created_then if self.view.reading == "cohort" else self.within(self.closed)

    @cached_property
    def open(self) -> Mask:
        """Tell which deals are open; in the cohort reading, of those created in the period."""
        is_open = self.is_("outcome", "open")
        return is_open & self.created_then if self.view.reading == "cohort" else is_open

    @cached_property
    def won(self) -> Mask:
        """Tell which deals were won, by the day of closing or, in the cohort reading, of creation."""
        return self.is_("outcome", "won") & self.asked

    @cached_property
    def lost(self) -> Mask:
        """Tell which deals were lost, by the day of closing or, in the cohort reading, of creation."""
        return self.is_("outcome", "lost") & self.asked

    def count(self, mask: Mask) -> Floats:
        """Return how many deals of each group are in *mask*."""
        return grouped.counts(mask, self.group, self.size)

    def total(self, values: Floats, mask: Mask) -> Floats:
        """Return the sum of money in each group, to the cent."""
        return grouped.totals(values, mask, self.group, self.size)

    def mean(self, values: Floats, mask: Mask) -> Floats:
        """Return the mean of each group, blanks left out."""
        return grouped.means(values, mask, self.group, self.size)

    def median(self, values: Floats, mask: Mask) -> Floats:
        """Return the median of each group, blanks left out."""
        return grouped.percentiles(values, mask, self.group, self.size, 0.5)

    def group_of(self, frame: pd.DataFrame) -> Groups:
        """Return the group each row of another table belongs to by its column of the same id; -1 is none of ours."""
        if not self.column:
            return np.zeros(len(frame), dtype=np.int64)
        return np.asarray(pd.Index(self.keys).get_indexer(pd.Index(frame[self.column])), dtype=np.int64)

    def nothing(self) -> Floats:
        """Return "unknown" for every group."""
        return np.full(self.size, np.nan)


def day(date: object) -> float:
    """Return a date as days since 1970."""
    return float(np.datetime64(date, "D").astype(np.int64))  # type: ignore[call-overload]


def cube(pipeline: Pipeline, column: str = "") -> Cube:
    """Return the deals that *pipeline*'s view asks for, grouped by *column*; "" is one group.

    Raises:
        UsageError: the table that knows the date has no such column.
    """
    as_of, today = day(pipeline.as_of), pipeline.as_of >= pipeline.today
    table = "Deals" if today else "History"
    column = _words(table, column) if column else ""
    frame = pipeline[table]
    there, filters = _counted(frame, today, as_of), pipeline.view.filters
    if filters:  # asked of the rows that are left, as words take longest
        there = there[rows.in_view(frame[list(filters)].iloc[there], filters)]
    frame = frame if len(there) == len(frame) else frame.iloc[there]
    if not column:
        return Cube(pipeline, today, as_of, frame, np.zeros(len(frame), dtype=np.int64), 1)
    group, keys = pd.factorize(frame[column].astype(object))
    return Cube(pipeline, today, as_of, frame, group.astype(np.int64), len(keys), column, [str(key) for key in keys])


def _words(table: str, asked: str) -> str:
    found = TABLES["Deals"].find(asked)
    column = found.id if found else asked
    if column in TABLES[table].by_id and TABLES[table][column].type.is_text:
        return column
    known = ", ".join(FILTERS.values())
    where = (
        ("the sheet Deals", "“商机”表") if table == "Deals" else ("History, which answers for a past date,", "“历史”表")
    )
    raise UsageError(
        f"Nothing can be grouped by “{asked}”: {where[0]} has no such column of words; there is {known}.",
        f"无法按“{asked}”分组：{where[1]}没有该文字列；可用：{known}。",
    )


def _counted(frame: pd.DataFrame, today: bool, as_of: float) -> Groups:
    # the places of the deals there were
    if today:
        return np.flatnonzero(frame["outcome"] != "")
    entered, left, created = (rows.days(frame[column]) for column in ("entered", "left", "created"))
    there = np.flatnonzero((entered <= as_of) & (left > as_of) & (created <= as_of))
    return there[(frame["outcome"].iloc[there] != "").to_numpy(dtype=bool)]
