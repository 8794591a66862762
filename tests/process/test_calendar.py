"""Working days: weeks, days off, make-up days; where dates move, and how many days are between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_salesflow.core.pipelines import build_pipeline
from xl_salesflow.process.working_days import Workdays, make_shipped_holidays, read_workdays
from xl_salesflow.schema.named_values import Settings

TODAY = date(2026, 11, 22)


def calendar(*rows: dict[str, Any], week: str = "mon_fri") -> Workdays:
    """Return the calendar of a workbook with these rows of Holidays."""
    pipeline = build_pipeline(TODAY, Holidays=list(rows))
    return read_workdays(replace(pipeline, settings=Settings({"workweek": week})))


def china() -> Workdays:
    """Return the calendar of a new Chinese workbook."""
    return read_workdays(build_pipeline(TODAY).with_tables(Holidays=make_shipped_holidays("CN", "zh")))


def days(*texts: str) -> np.ndarray:
    """Return days in the type that the calendar uses."""
    return np.array(texts, "datetime64[D]")


@pytest.mark.parametrize(
    ("day", "after", "before"),
    [
        ("2026-02-13", "2026-02-13", "2026-02-13"),  # Friday
        ("2026-02-14", "2026-02-14", "2026-02-14"),  # a working Saturday for the Spring Festival
        ("2026-02-15", "2026-02-24", "2026-02-14"),  # nine days off
        ("2026-02-23", "2026-02-24", "2026-02-14"),
        ("2026-02-28", "2026-02-28", "2026-02-28"),  # the other working Saturday
        ("2026-03-01", "2026-03-02", "2026-02-28"),
        ("2026-10-01", "2026-10-08", "2026-09-30"),
        ("2026-10-10", "2026-10-10", "2026-10-10"),
        ("2025-10-11", "2025-10-11", "2025-10-11"),
        ("NaT", "NaT", "NaT"),
    ],
)
def test_a_date_on_a_day_off_moves(day: str, after: str, before: str) -> None:
    works = china()
    np.testing.assert_array_equal(works.on_or_after(days(day)), days(after))
    np.testing.assert_array_equal(works.on_or_before(days(day)), days(before))


@pytest.mark.parametrize(
    ("week", "moved"),
    [
        ("mon_fri", "2026-11-23"),
        ("mon_sat", "2026-11-21"),
        ("sun_thu", "2026-11-22"),
        ("every_day", "2026-11-21"),
        ("?", "2026-11-23"),  # an unknown kind of week is the usual one
    ],
)
def test_each_team_has_its_working_week(week: str, moved: str) -> None:
    """2026-11-21 is a Saturday."""
    assert calendar(week=week).on_or_after(days("2026-11-21"))[0] == np.datetime64(moved)


def test_days_are_counted_without_those_off() -> None:
    """
    from       | until      | working days
    2026-02-13 | 2026-02-24 | 2   Saturday the 14th is worked, then nine days off
    2026-02-24 | 2026-02-13 | -2
    2026-02-15 | 2026-02-24 | 0   the first of them moves there
    (never)    | 2026-02-24 | nothing
    """
    first = days("2026-02-13", "2026-02-24", "2026-02-15", "NaT")
    until = days("2026-02-24", "2026-02-13", "2026-02-24", "2026-02-24")
    np.testing.assert_array_equal(china().between(first, until), [2, -2, 0, np.nan])


def test_a_working_day_takes_precedence_over_a_day_off() -> None:
    day = date(2026, 11, 23)
    works = calendar({"day": day, "kind": "work"}, {"day": day, "kind": "off"}, {"kind": "off"})
    assert works.on_or_after(days("2026-11-23"))[0] == np.datetime64("2026-11-23")


def test_a_blank_kind_is_a_day_off_and_far_days_do_no_harm() -> None:
    works = calendar({"day": date(2026, 11, 23)}, {"day": date(9999, 12, 31)}, {"day": date(1899, 1, 1)})
    assert works.on_or_after(days("2026-11-21"))[0] == np.datetime64("2026-11-24")
    assert works.on_or_after(days("9999-12-31"))[0] == np.datetime64("2199-12-31")


def test_a_calendar_without_a_working_day_moves_nothing() -> None:
    works = Workdays(np.zeros(4, bool))
    assert works.on_or_after(days("2026-11-21"))[0] == np.datetime64("2026-11-21")
    assert works.after(days("2026-11-21"), 3)[0] == np.datetime64("2026-11-21")


DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(DAYS, st.integers(-30, 30), st.lists(st.tuples(DAYS, st.sampled_from(["off", "work", ""])), max_size=20))
def test_counting_equals_walking_from_day_to_day(start: date, steps: int, rows: list[tuple[date, str]]) -> None:
    """Counting working days gives the same as walking day by day and counting those that are worked."""
    off = {day for day, kind in rows if kind != "work"}
    worked = {day for day, kind in rows if kind == "work"}

    def works(day: date) -> bool:
        return day in worked or (day.weekday() < 5 and day not in off)

    day = start
    while not works(day):
        day += timedelta(days=1)
    first = day
    for _ in range(abs(steps)):
        day += timedelta(days=1 if steps > 0 else -1)
        while not works(day):
            day += timedelta(days=1 if steps > 0 else -1)
    found = calendar(*({"day": day, "kind": kind} for day, kind in rows))
    begin = np.array([start], "datetime64[D]")
    assert found.on_or_after(begin)[0] == np.datetime64(first)
    assert found.after(begin, steps)[0] == np.datetime64(day)
    assert found.between(begin, found.after(begin, steps))[0] == steps
