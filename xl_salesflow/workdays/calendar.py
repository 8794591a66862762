"""Working days as whole columns: what falls on a day off moves, and days are counted without those nobody works.

numpy's business days know no make-up Saturdays, so the calendar is one array of days with a running count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.pipeline import Pipeline

Days = npt.NDArray[np.datetime64]

WEEKS: Mapping[str, str] = MappingProxyType(
    {"mon_fri": "1111100", "mon_sat": "1111110", "sun_thu": "1111001", "every_day": "1111111"}
)
"""Working week → Monday to Sunday, 1 for a working day."""

_FIRST, _LAST = np.datetime64("1900-01-01", "D"), np.datetime64("2199-12-31", "D")
_NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Workdays:
    """*works* says of every day from 1900 to 2199 whether it is a working day; days beyond count as the last one."""

    works: npt.NDArray[np.bool_]

    def on_or_after(self, days: Days) -> Days:
        """Return the working day that each of *days* is or moves to; never stays never."""
        following = np.searchsorted(self._all, self._place(days))
        return self._day(days, following)

    def on_or_before(self, days: Days) -> Days:
        """Return the working day that each of *days* is, or the last one before it."""
        preceding = np.searchsorted(self._all, self._place(days), side="right") - 1
        return self._day(days, preceding)

    def after(self, days: Days, count: npt.ArrayLike) -> Days:
        """Return the working day *count* working days after *days*, or after the one that they move to."""
        return self._day(days, np.searchsorted(self._all, self._place(days)) + np.asarray(count, np.int64))

    def between(self, days: Days, until: Days) -> npt.NDArray[np.float64]:
        """Return the working days from *days* to *until*, negative backwards; NaN where a day is missing."""
        first, last = (np.searchsorted(self._all, self._place(ends)) for ends in (days, until))
        return np.where(np.isnat(days) | np.isnat(until), np.nan, (last - first).astype("float64"))

    @cached_property
    def _all(self) -> npt.NDArray[np.intp]:
        return np.flatnonzero(self.works)

    def _place(self, days: Days) -> npt.NDArray[np.int64]:
        known = np.where(np.isnat(days), _FIRST, np.clip(days, _FIRST, _LAST))
        return np.asarray((known.astype("datetime64[D]") - _FIRST).astype(np.int64))

    def _day(self, days: Days, number: npt.NDArray[np.intp]) -> Days:
        places = self._all
        if not len(places):  # a calendar without a working day moves nothing
            return days
        found = _FIRST + places[np.clip(number, 0, len(places) - 1)].astype("timedelta64[D]")
        return np.asarray(np.where(np.isnat(days), _NEVER, found))


def workdays(pipeline: Pipeline) -> Workdays:
    """Return the calendar of *pipeline*: its working week, changed by the sheet Holidays; of two rows a working day wins."""
    week = identify(CHOICES["workweek"], pipeline.settings.text("workweek")) or "mon_fri"
    days = np.arange(_FIRST, _LAST + 1)
    works = np.is_busday(days, weekmask=WEEKS[week])
    listed = pipeline["Holidays"]
    makes_up = (listed["kind"] == "work").to_numpy(bool)
    for rows, value in ((~makes_up, False), (makes_up, True)):
        works[_places(listed["day"][rows])] = value
    return Workdays(works)


def _places(days: pd.Series) -> npt.NDArray[np.int64]:
    known = days.dropna().to_numpy().astype("datetime64[D]")
    known = known[(known >= _FIRST) & (known <= _LAST)]
    return np.asarray((known - _FIRST).astype(np.int64))
