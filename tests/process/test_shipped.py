"""The supplied calendars: complete, without contradictions, in both languages."""

from __future__ import annotations

import pytest

from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.working_days import SHIPPED_COUNTRIES, make_shipped_holidays

ARRANGED = {2025: (28, 5), 2026: (33, 6)}
"""Year → announced days off and working weekend days in China."""


@pytest.mark.parametrize("country", SHIPPED_COUNTRIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_is_listed_once_with_a_name(country: str, language: Language) -> None:
    days = make_shipped_holidays(country, language)
    assert not days["day"].duplicated().any()
    assert (days["name"] != "").all()
    assert set(days["kind"]) == {"off", "work"}
    assert (days.loc[days["kind"] == "work", "day"].dt.day_of_week >= 5).all()  # a make-up day is on a weekend


@pytest.mark.parametrize("year", ARRANGED)
def test_chinas_years_have_the_announced_number_of_days(year: int) -> None:
    days = make_shipped_holidays("CN", "zh")
    mine = days[days["day"].dt.year == year]["kind"].value_counts()
    assert (mine["off"], mine["work"]) == ARRANGED[year]


def test_a_year_without_an_announcement_has_the_statutory_days() -> None:
    """Thirteen days: New Year 1, Spring Festival 4, and Tomb-Sweeping 1, Labour 2, Dragon Boat 1, Mid-Autumn 1, National 3."""
    days = make_shipped_holidays("CN", "zh")
    assert len(days[days["day"].dt.year == 2027]) == 13


def test_a_country_that_is_not_supplied_has_no_days() -> None:
    assert make_shipped_holidays("XX", "en").empty
