"""Holidays of any country: the supplied ones, else the library's, in the workbook's language."""

from __future__ import annotations

import sys
from datetime import date

import pytest

from xl_salesflow.errors import UsageError
from xl_salesflow.process.working_days import make_country_holidays, make_shipped_holidays


def test_supplied_years_are_used() -> None:
    days = make_country_holidays("cn", [2025, 2026], "zh")
    ours = make_shipped_holidays("CN", "zh")
    assert list(days["day"]) == sorted(ours.loc[ours["day"].dt.year < 2027, "day"])


def test_the_library_has_the_same_working_weekends() -> None:
    """Two sources agree on the working weekend days of China in the supplied years."""
    library = pytest.importorskip("holidays")
    ours = make_shipped_holidays("CN", "en")
    worked = {day.date() for day in ours.loc[ours["kind"] == "work", "day"]}
    theirs = library.country_holidays("CN", years=[2025, 2026]).weekend_workdays
    assert {day for day in theirs if day.year in (2025, 2026)} == worked


def test_other_years_and_countries_come_from_the_library() -> None:
    pytest.importorskip("holidays")
    german = make_country_holidays(" de ", [2026], "en")
    assert (german["day"].iloc[0].date(), german["name"].iloc[0]) == (date(2026, 1, 1), "New Year's Day")
    assert set(german["kind"]) == {"off"}
    early = make_country_holidays("CN", [2024, 2026], "zh")
    assert set(early["day"].dt.year) == {2024, 2026}
    assert "调休上班" in set(early.loc[early["day"].dt.year == 2024, "name"])
    assert early["day"].is_monotonic_increasing


def test_an_unknown_country_is_reported_with_the_nearest() -> None:
    pytest.importorskip("holidays")
    with pytest.raises(UsageError, match="There are no holidays for “XYZ”"):
        make_country_holidays("xyz", [2026], "en")


def test_without_the_library_the_supplied_years_still_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert len(make_country_holidays("CN", [2026], "en")) == 39
    with pytest.raises(UsageError, match=r"pip install xl-salesflow\[holidays\]"):
        make_country_holidays("DE", [2026], "en")
