"""The calendars that ship, one TOML file a country: public holidays, with the make-up days the government arranged.

Each row is a first day, a last day (blank: the same), a name, and whether it is a working day. What is not arranged yet is
left out: the team adds it, and a check says when the sheet ends soon.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from xl_salesflow.model.frames import frame
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

COUNTRIES = ("CN",)
"""Countries whose calendar ships, by ISO code."""


def shipped(country: str, language: Language) -> pd.DataFrame:
    """Return the complete frame of Holidays for *country*; no rows where none ships."""
    rows = list(_rows(country, language)) if country in COUNTRIES else []
    return frame(TABLES["Holidays"], rows)


def arranged(country: str) -> tuple[int, ...]:
    """Return the years of *country* whose make-up days ship too: the others are not whole."""
    days = shipped(country, "en")
    return tuple(sorted(set(days.loc[days["kind"] == "work", "day"].dt.year)))


def _rows(country: str, language: Language) -> Iterator[dict[str, Any]]:
    for span in _read(country)["days"]:
        first: date = span["day"]
        last: date = span.get("until", first)
        name = Text(**span["name"]).in_(language)
        for step in range((last - first).days + 1):
            yield {"day": first + timedelta(days=step), "name": name, "kind": span.get("kind", "off")}


@cache
def _read(country: str) -> dict[str, Any]:
    text = (files(__package__) / f"{country.lower()}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
