"""The deals as of a date, as arrays of one shape for today's Deals and a past date's History.

`group` puts every deal into one of `size` groups (the whole pipeline is one), so that a metric is computed for every
owner at the cost of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from xl_salesflow.core.deal_slices import find_slice, name_slices
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.metrics.array_arithmetic import (
    GroupNumbers,
    MetricMask,
    column_days,
    column_numbers,
    count_by_group,
    encode_words,
    mean_by_group,
    percentile_by_group,
    round_array_to_cents,
    sum_by_group,
    sum_known_by_group,
)
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.schema.choice_lists import LISTS, identify_choice
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES


@dataclass(frozen=True)
class Cube:
    """What metrics are computed from. Dates are days since 1970, money is in the workbook's currency, NaN is blank."""

    pipeline: Pipeline
    today: bool
    as_of: float
    frame: pd.DataFrame  # the rows of Deals or History that `group` numbers
    group: GroupNumbers
    size: int
    column: str = ""
    keys: Sequence[str] = ("",)
    _words: dict[str, tuple[GroupNumbers, dict[str, int]]] = field(default_factory=dict, repr=False)

    @property
    def query(self) -> Query:
        """Return the dates, the period and the filters of the query."""
        return self.pipeline.query

    @cached_property
    def period(self) -> tuple[float, float]:
        """Return the first and the last day of the period; an open end is infinite."""
        start, end = self.query.start, self.query.end
        return (-np.inf if start is None else days_since_1970(start), np.inf if end is None else days_since_1970(end))

    def dates(self, column: str) -> MetricArray:
        """Return a date column as days."""
        return column_days(self.frame[column])

    def has_value(self, column: str, value: str) -> MetricMask:
        """Return where a text column is *value*."""
        if column not in self._words:
            self._words[column] = encode_words(self.frame[column])
        codes, places = self._words[column]
        return np.asarray(codes == places.get(value, -1))

    @cached_property
    def amount(self) -> MetricArray:
        """Return the amount of every deal."""
        return column_numbers(self.frame["amount"])

    @cached_property
    def weighted(self) -> MetricArray:
        """Return amount × probability of every deal, rounded to cents."""
        if self.today:
            chance = deal_probabilities(self.pipeline.with_tables(Deals=self.frame))
        else:
            chance = column_numbers(self.frame["probability"])
        return round_array_to_cents(self.amount * chance)

    @cached_property
    def created(self) -> MetricArray:
        """Return the day every deal was created."""
        return self.dates("created")

    @cached_property
    def closed(self) -> MetricArray:
        """Return the day every won or lost deal was closed."""
        return self.dates("closed")

    @cached_property
    def cycle_days(self) -> MetricArray:
        """Return the days from creation to closing; a past date has them in History."""
        return self.closed - self.created if self.today else column_numbers(self.frame["cycle_days"])

    def within(self, days: MetricArray) -> MetricMask:
        """Return which days are in the period; without a period all are, including unknown ones."""
        if not self.query.has_period:
            return np.ones(len(days), dtype=bool)
        return np.asarray((days >= self.period[0]) & (days <= self.period[1]))

    @cached_property
    def created_in_period(self) -> MetricMask:
        """Return which deals were created in the period."""
        return self.within(self.created)

    @cached_property
    def stage_deals(self) -> MetricMask:
        """Return which deals the stages count: created in the period, or, in the snapshot reading, closed in it."""
        return self.created_in_period if self.query.reading == "cohort" else self.within(self.closed)

    @cached_property
    def open(self) -> MetricMask:
        """Return which deals are open; in the cohort reading, only those created in the period."""
        is_open = self.has_value("outcome", "open")
        return is_open & self.created_in_period if self.query.reading == "cohort" else is_open

    @cached_property
    def won(self) -> MetricMask:
        """Return which deals were won, by closing date or, in the cohort reading, by creation date."""
        return self.has_value("outcome", "won") & self.stage_deals

    @cached_property
    def lost(self) -> MetricMask:
        """Return which deals were lost, by closing date or, in the cohort reading, by creation date."""
        return self.has_value("outcome", "lost") & self.stage_deals

    def count(self, mask: MetricMask) -> MetricArray:
        """Return the number of deals of each group that are in *mask*."""
        return count_by_group(mask, self.group, self.size)

    def total(self, values: MetricArray, mask: MetricMask) -> MetricArray:
        """Return the sum of money in each group, to the cent."""
        return sum_by_group(values, mask, self.group, self.size)

    def known_total(self, values: MetricArray, mask: MetricMask) -> MetricArray:
        """Return the sum of money in each group; unknown if the group has deals and none has a value."""
        return sum_known_by_group(values, mask, self.group, self.size)

    def mean(self, values: MetricArray, mask: MetricMask) -> MetricArray:
        """Return the mean of each group without its blanks."""
        return mean_by_group(values, mask, self.group, self.size)

    def median(self, values: MetricArray, mask: MetricMask) -> MetricArray:
        """Return the median of each group without its blanks."""
        return percentile_by_group(values, mask, self.group, self.size, 0.5)

    def group_of(self, frame: pd.DataFrame) -> GroupNumbers:
        """Return the group each row of another table belongs to by its column of the same id; -1 is none."""
        if not self.column:
            return np.zeros(len(frame), dtype=np.int64)
        return np.asarray(pd.Index(self.keys).get_indexer(pd.Index(frame[self.column])), dtype=np.int64)

    def unknown(self) -> MetricArray:
        """Return NaN for every group."""
        return np.full(self.size, np.nan)


def days_since_1970(day: object) -> float:
    """Return a date as days since 1970."""
    return float(np.datetime64(day, "D").astype(np.int64))  # type: ignore[call-overload]


def date_of_days(days: float) -> date | None:
    """Return the date of *days* since 1970, or None if it is unknown."""
    return None if is_missing(days) else date(1970, 1, 1) + timedelta(days=float(days))


def build_cube(pipeline: Pipeline, column: str = "") -> Cube:
    """Return the deals that the query of *pipeline* asks for, grouped by *column*; "" is one group.

    Raises:
        UsageError: the table for the as-of date (Deals, or History for a past date) has no such column.
    """
    as_of, today = days_since_1970(pipeline.as_of), pipeline.as_of >= pipeline.today
    table = "Deals" if today else "History"
    column = _find_group_column(pipeline, table, column) if column else ""
    frame = pipeline[table]
    recorded, filters = _find_recorded_deals(frame, today, as_of), pipeline.query.filters
    if filters:  # only on the rows that are left, because texts take longest
        recorded = recorded[match_view_filters(frame[list(filters)].iloc[recorded], filters)]
    frame = frame if len(recorded) == len(frame) else frame.iloc[recorded]
    if not column:
        return Cube(pipeline, today, as_of, frame, np.zeros(len(frame), dtype=np.int64), 1)
    group, keys = pd.factorize(frame[column].astype(object))
    return Cube(pipeline, today, as_of, frame, group.astype(np.int64), len(keys), column, [str(key) for key in keys])


def _find_group_column(pipeline: Pipeline, table: str, name: str) -> str:
    found = TABLES["Deals"].find_column(name)
    column = found.id if found else name
    if column in TABLES[table].by_id and TABLES[table][column].type.is_text:
        return column
    own = find_slice(pipeline, name)
    if own is not None and own.column.id in pipeline[table]:
        return own.column.id
    known = name_slices(pipeline)
    raise UsageError(
        "Nothing can be grouped by “{column}”: the sheet Deals has no such text column; there is {known}."
        if table == "Deals"
        else "Nothing can be grouped by “{column}”: Stage history, which is used for a past date, has no such "
        "text column; there is {known}.",
        column=name,
        known=known,
    )


def _find_recorded_deals(frame: pd.DataFrame, today: bool, as_of: float) -> GroupNumbers:
    # the positions of the deals that existed on the as-of date; a stay that ended that day has been replaced by the
    # next
    if today:
        return np.flatnonzero(frame["outcome"] != "")
    entered, left, created = (column_days(frame[column]) for column in ("entered", "left", "created"))
    ongoing = np.flatnonzero((entered <= as_of) & (left > as_of) & (created <= as_of))
    return ongoing[(frame["outcome"].iloc[ongoing] != "").to_numpy(dtype=bool)]


def deal_probabilities(pipeline: Pipeline) -> MetricArray:
    """Return the probability of every deal: its own, or else its stage's; NaN if neither is known."""
    frame = pipeline["Deals"]
    setup = pipeline["Stages"]
    keys = fold_keys(setup["playbook"] + "|" + setup["stage"])
    # a lookup finds the first of equal keys and treats a blank cell as 0
    of_stage = dict(zip(reversed(list(keys)), column_numbers(setup["probability"])[::-1], strict=True))
    codes, names = pd.factorize(frame["playbook"] + "|" + frame["recorded_stage"])
    found = np.array([of_stage.get(fold_text(str(name)), np.nan) for name in names] + [np.nan])
    known = np.array([fold_text(str(name)) in of_stage for name in names] + [False])
    chances = np.where(known & np.isnan(found), 0.0, found)[codes]
    own = column_numbers(frame["probability_override"])
    return np.where(np.isnan(own), chances, own)


def match_view_filters(frame: pd.DataFrame, filters: Mapping[str, str]) -> MetricMask:
    """Return which rows of Deals or History match every dropdown, ignoring case as the sheet does."""
    mask = np.ones(len(frame), dtype=bool)
    for column, value in filters.items():
        folded = fold_text(stored_filter_value(column, value))
        codes, names = pd.factorize(frame[column])
        mask &= np.array([fold_text(str(name)) == folded for name in names] + [False])[codes]
    return mask


def stored_filter_value(column: str, value: str) -> str:
    """Return what a frame holds for the displayed value of a dropdown: the id of a list value, or else the value itself."""
    return identify_choice(LISTS.get(column, {}), value) or value
