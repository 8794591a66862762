"""Public holidays of any country, from the library `holidays`; the years that ship come from our own table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.frames import frame
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.workdays.shipped import arranged, shipped

MAKE_UP = Text("Make-up working day", "调休上班")


def of_country(country: str, years: Iterable[int], language: Language) -> pd.DataFrame:
    """Return the complete frame of Holidays of *country* (an ISO code such as CN or DE) for *years*.

    Raises:
        UsageError: the library is not installed, or does not know the country; the sentence names the nearest code.
    """
    country, wanted = country.strip().upper(), sorted(set(years))
    ours = shipped(country, language)
    known: pd.DataFrame = ours[ours["day"].dt.year.isin([year for year in wanted if year in arranged(country)])]
    others = [year for year in wanted if year not in arranged(country)]
    rows = list(_rows(country, others, language)) if others else []
    made = frame(TABLES["Holidays"], rows)
    found: pd.DataFrame = pd.concat([part for part in (known, made) if len(part)] or [made])
    return found.sort_values("day", ignore_index=True)


def _rows(country: str, years: list[int], language: Language) -> Iterator[dict[str, Any]]:
    found = _calendar(country, years, language)
    days: dict[date, tuple[str, str]] = {day: (name, "off") for day, name in found.items()}
    days |= {day: (MAKE_UP.in_(language), "work") for day in found.weekend_workdays if day.year in years}
    for day in sorted(days):
        yield {"day": day, "name": days[day][0], "kind": days[day][1]}


def _calendar(country: str, years: list[int], language: Language) -> Any:
    try:
        import holidays
    except ImportError:
        raise UsageError(
            "The holidays of other countries and years need a library: pip install xl-salesflow[holidays].",
            "其他国家或年份的节假日需要安装：pip install xl-salesflow[holidays]。",
        ) from None
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        near = nearest(country, known)
        raise UsageError(
            f"There are no holidays for “{country}”"
            + (f"; did you mean {near}?" if near else ".")
            + " Use an ISO code.",
            f"没有“{country}”的节假日" + (f"；是否指 {near}？" if near else "。") + "请使用国家代码。",
        )
    wanted = "zh_CN" if language == "zh" else "en_US"
    spoken = getattr(holidays, country).supported_languages
    return holidays.country_holidays(country, years=years, language=wanted if wanted in spoken else None)
