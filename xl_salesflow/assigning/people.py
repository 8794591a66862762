"""Who may get a deal: active people of its region who have room, none who had it before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline


@dataclass
class People:
    """The team in the order of its sheet. *open_deals* is counted up while deals are given; *last* had the latest one."""

    regions: Mapping[str, str]
    limits: Mapping[str, float]
    open_deals: Counter[str]
    last: str

    def of_region(self, region: str) -> list[str]:
        """Return who sells in *region*; where nobody does, those who sell anywhere."""
        local = [person for person, own in self.regions.items() if own and own == region]
        return local or [person for person, own in self.regions.items() if not own]

    def with_room(self, people: list[str]) -> list[str]:
        """Return those of *people* who have fewer open deals than their limit; no limit is room for ever."""
        return [person for person in people if not self.open_deals[person] >= self.limits[person]]

    def next_of(self, people: list[str]) -> str:
        """Return who of *people* comes after the last one, in the order of the sheet."""
        order = list(self.regions)
        start = order.index(self.last) + 1 if self.last in order else 0
        return min(people, key=lambda person: (order.index(person) - start) % len(order))

    def least_busy(self, people: list[str]) -> str:
        """Return who of *people* has the fewest open deals; of several the first of the sheet."""
        return min(people, key=lambda person: self.open_deals[person])

    def give(self, person: str) -> None:
        """Count one deal more for *person*."""
        self.open_deals[person] += 1
        self.last = person


def people_of(pipeline: Pipeline) -> People:
    """Return the team as it stands; the latest owner is the one of the deal that was created or assigned last."""
    team, deals = pipeline["Team"], pipeline["Deals"]
    active = team[(team["person"] != "") & (team["active"] != "no")]
    regions = dict(zip(active["person"], active["region"], strict=True))
    limits = dict(zip(active["person"], active["quota"].fillna(float("inf")), strict=True))
    owned = deals[deals["owner"].isin(list(regions))]
    latest = owned["assigned"].fillna(owned["created"]).sort_values(kind="stable")
    last = str(owned.at[latest.index[-1], "owner"]) if latest.notna().any() else ""
    busy = owned[owned["outcome"].isin(["", "open"])]
    return People(regions, limits, Counter(busy["owner"]), last)


def earlier_owners(pipeline: Pipeline) -> dict[str, set[str]]:
    """Return who had each deal before, by folded deal, as the Journal tells."""
    journal = pipeline["Journal"]
    told = journal[(journal["table"] == "Deals") & (journal["column"] == "owner") & (journal["before"] != "")]
    found: dict[str, set[str]] = {}
    for deal, person in zip(folded(told["key"]), told["before"], strict=True):
        found.setdefault(deal, set()).add(person)
    return found


def unowned(pipeline: Pipeline) -> pd.DataFrame:
    """Return the open deals nobody owns."""
    deals = pipeline["Deals"]
    return deals[(deals["deal"] != "") & (deals["owner"] == "") & deals["outcome"].isin(["", "open"])]
