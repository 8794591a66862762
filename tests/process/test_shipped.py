"""The calendars that ship: whole, without contradiction, in both languages."""

from __future__ import annotations

import pytest

from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.working_days import SHIPPED_COUNTRIES, make_shipped_holidays

ARRANGED = {2025: (28, 5), 2026: (33, 6)}
"""Year → days off and worked weekend days that China arranged."""


@pytest.mark.parametrize("country", SHIPPED_COUNTRIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_is_there_once_and_named(country: str, language: Language) -> None:
    days = make_shipped_holidays(country, language)
    assert not days["day"].duplicated().any()
    assert (days["name"] != "").all()
    assert set(days["kind"]) == {"off", "work"}
    assert (days.loc[days["kind"] == "work", "day"].dt.day_of_week >= 5).all()  # a make-up day is at a weekend


@pytest.mark.parametrize("year", ARRANGED)
def test_chinas_years_have_as_many_days_as_were_arranged(year: int) -> None:
    days = make_shipped_holidays("CN", "zh")
    mine = days[days["day"].dt.year == year]["kind"].value_counts()
    assert (mine["off"], mine["work"]) == ARRANGED[year]


def test_a_year_that_is_not_arranged_yet_has_what_the_law_names() -> None:
    """Thirteen days: New Year 1, Spring Festival 4, and Tomb-Sweeping 1, Labour 2, Dragon Boat 1, Mid-Autumn 1, National 3."""
    days = make_shipped_holidays("CN", "zh")
    assert len(days[days["day"].dt.year == 2027]) == 13


def test_a_country_that_does_not_ship_has_no_days() -> None:
    assert make_shipped_holidays("XX", "en").empty
