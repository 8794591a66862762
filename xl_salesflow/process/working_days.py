"""Count working days and list public holidays.

A calendar is made from the working week and the days off and make-up days of the sheet Holidays. numpy's business days
do not support make-up Saturdays, so a calendar is an array of days with a running count.

Shipped holidays are one TOML file per country; each row has a first day, a last day (blank: the same), a name, and
whether it is a working day. Years whose holidays are not announced yet are left out; a rule reports when the sheet is
about to end. Other countries and years come from the library `holidays`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import GivenText, Language, Text
from xl_salesflow.schema.choice_lists import CHOICES, identify_choice
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

DayArray = npt.NDArray[np.datetime64]

WORKING_WEEKS: Mapping[str, str] = MappingProxyType(
    {"mon_fri": "1111100", "mon_sat": "1111110", "sun_thu": "1111001", "every_day": "1111111"}
)
"""Working week → Monday to Sunday, 1 for a working day."""

_FIRST_CALENDAR_DAY, _LAST_CALENDAR_DAY = np.datetime64("1900-01-01", "D"), np.datetime64("2199-12-31", "D")
NO_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Workdays:
    """*is_workday* holds for every day from 1900 to 2199 whether it is a working day; other days are clipped to this range."""

    is_workday: npt.NDArray[np.bool_]

    def on_or_after(self, days: DayArray) -> DayArray:
        """Return *days*, each moved to the next working day if it is a day off; NaT stays NaT."""
        following = np.searchsorted(self._all, self._place(days))
        return self._day(days, following)

    def on_or_before(self, days: DayArray) -> DayArray:
        """Return *days*, each moved to the last working day before it if it is a day off."""
        preceding = np.searchsorted(self._all, self._place(days), side="right") - 1
        return self._day(days, preceding)

    def after(self, days: DayArray, count: npt.ArrayLike) -> DayArray:
        """Return the day *count* working days after each of *days*; a day off is first moved to the next working day."""
        return self._day(days, np.searchsorted(self._all, self._place(days)) + np.asarray(count, np.int64))

    def between(self, days: DayArray, until: DayArray) -> npt.NDArray[np.float64]:
        """Return the number of working days from *days* to *until*, negative if backwards; NaN where a day is missing."""
        first, last = (np.searchsorted(self._all, self._place(ends)) for ends in (days, until))
        return np.where(np.isnat(days) | np.isnat(until), np.nan, (last - first).astype("float64"))

    @cached_property
    def _all(self) -> npt.NDArray[np.intp]:
        return np.flatnonzero(self.is_workday)

    def _place(self, days: DayArray) -> npt.NDArray[np.int64]:
        known = np.where(np.isnat(days), _FIRST_CALENDAR_DAY, np.clip(days, _FIRST_CALENDAR_DAY, _LAST_CALENDAR_DAY))
        return np.asarray((known.astype("datetime64[D]") - _FIRST_CALENDAR_DAY).astype(np.int64))

    def _day(self, days: DayArray, number: npt.NDArray[np.intp]) -> DayArray:
        places = self._all
        if not len(places):  # a calendar without working days moves nothing
            return days
        found = _FIRST_CALENDAR_DAY + places[np.clip(number, 0, len(places) - 1)].astype("timedelta64[D]")
        return np.asarray(np.where(np.isnat(days), NO_DAY, found))


def read_workdays(pipeline: Pipeline) -> Workdays:
    """Return the calendar of *pipeline*: its working week, changed by the sheet Holidays.

    If a date is listed as both, it is a working day.
    """
    week = identify_choice(CHOICES["workweek"], pipeline.settings.text("workweek")) or "mon_fri"
    days = np.arange(_FIRST_CALENDAR_DAY, _LAST_CALENDAR_DAY + np.timedelta64(1, "D"))
    works = np.is_busday(days, weekmask=WORKING_WEEKS[week])
    listed = pipeline["Holidays"]
    makes_up = (listed["kind"] == "work").to_numpy(bool)
    for rows, value in ((~makes_up, False), (makes_up, True)):
        works[_place_known_days(listed["day"][rows])] = value
    return Workdays(works)


def _place_known_days(days: pd.Series) -> npt.NDArray[np.int64]:
    known = days.dropna().to_numpy().astype("datetime64[D]")
    known = known[(known >= _FIRST_CALENDAR_DAY) & (known <= _LAST_CALENDAR_DAY)]
    return np.asarray((known - _FIRST_CALENDAR_DAY).astype(np.int64))


SHIPPED_COUNTRIES = ("CN",)
"""Countries with a shipped calendar, by ISO code."""


def make_shipped_holidays(country: str, language: Language) -> pd.DataFrame:
    """Return the complete frame of Holidays for *country*; no rows if no calendar ships."""
    rows = list(_make_shipped_rows(country, language)) if country in SHIPPED_COUNTRIES else []
    return make_table_frame(TABLES["Holidays"], rows)


def list_arranged_years(country: str) -> tuple[int, ...]:
    """Return the years of *country* whose make-up days are included; other years are incomplete."""
    days = make_shipped_holidays(country, "en")
    return tuple(sorted(set(days.loc[days["kind"] == "work", "day"].dt.year)))


def _make_shipped_rows(country: str, language: Language) -> Iterator[dict[str, Any]]:
    for span in _read_holiday_file(country)["days"]:
        first: date = span["day"]
        last: date = span.get("until", first)
        name = GivenText.of(span["name"]).in_(language)
        for step in range((last - first).days + 1):
            yield {"day": first + timedelta(days=step), "name": name, "kind": span.get("kind", "off")}


@cache
def _read_holiday_file(country: str) -> dict[str, Any]:
    text = (files("xl_salesflow.process") / "data" / "holidays" / f"{country.lower()}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


MAKE_UP_WORKING_DAY = Text("Make-up working day")


def make_country_holidays(country: str, years: Iterable[int], language: Language) -> pd.DataFrame:
    """Return the complete frame of Holidays of *country* (an ISO code such as CN or DE) for *years*.

    Raises:
        UsageError: the library is not installed or does not know the country; the message names the most similar code.
    """
    country, sorted_years = country.strip().upper(), sorted(set(years))
    ours = make_shipped_holidays(country, language)
    known: pd.DataFrame = ours[
        ours["day"].dt.year.isin([year for year in sorted_years if year in list_arranged_years(country)])
    ]
    others = [year for year in sorted_years if year not in list_arranged_years(country)]
    rows = list(_make_library_rows(country, others, language)) if others else []
    made = make_table_frame(TABLES["Holidays"], rows)
    found: pd.DataFrame = pd.concat([part for part in (known, made) if len(part)] or [made])
    return found.sort_values("day", ignore_index=True)


def _make_library_rows(country: str, years: list[int], language: Language) -> Iterator[dict[str, Any]]:
    found = _load_library_calendar(country, years, language)
    days: dict[date, tuple[str, str]] = {day: (name, "off") for day, name in found.items()}
    days |= {day: (MAKE_UP_WORKING_DAY.in_(language), "work") for day in found.weekend_workdays if day.year in years}
    for day in sorted(days):
        yield {"day": day, "name": days[day][0], "kind": days[day][1]}


def _load_library_calendar(country: str, years: list[int], language: Language) -> Any:
    try:
        import holidays
    except ImportError:
        raise UsageError(
            "The holidays of other countries and years need a library: pip install xl-salesflow[holidays].",
        ) from None
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        hint = suggest_names(country, known)
        raise UsageError("There are no holidays for “{country}”; {hint} Use an ISO code.", country=country, hint=hint)
    locale = language_traits(language).locale
    supported = getattr(holidays, country).supported_languages
    return holidays.country_holidays(country, years=years, language=locale if locale in supported else None)


def add_missing_holidays(pipeline: Pipeline, days: pd.DataFrame) -> ChangeSet:
    """Return the change set that adds those of *days* (a frame of Holidays) that the sheet does not have yet."""
    new = days[~days["day"].isin(pipeline["Holidays"]["day"])]
    return ChangeSet(appends=(Append("Holidays", new, "holidays"),) if len(new) else ())
