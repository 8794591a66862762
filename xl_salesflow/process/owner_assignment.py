"""Assign deals without an owner, and return deals that nobody works on to the pool.

Owners are chosen in turn or by the fewest open deals, among the active people of the region who are below their limit
and have not owned the deal before. Managers, directors and operations get a deal only if nobody of the region sells, or
if they have a limit of open deals themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, Edit, apply_change_set
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.schema.table_frames import fold_keys, make_column_series
from xl_salesflow.schema.table_registry import TABLES

_ROLES_WITHOUT_DEALS = ("manager", "director", "operations")


@dataclass
class SalesTeam:
    """The team in the order of its sheet; *open_deals* is counted up with each assignment, *last* got the latest deal."""

    regions: Mapping[str, str]
    sellers: frozenset[str]
    limits: Mapping[str, float]
    open_deals: Counter[str]
    last: str

    def sellers_in_region(self, region: str) -> list[str]:
        """Return the sellers of *region*, or those without a region if there are none; others only if nobody sells."""
        local = [person for person, own in self.regions.items() if own and own == region]
        everywhere = [person for person, own in self.regions.items() if not own]
        selling = ([person for person in people if person in self.sellers] for people in (local, everywhere))
        return next(selling) or next(selling) or local or everywhere

    def with_room(self, people: list[str]) -> list[str]:
        """Return those of *people* who have fewer open deals than their limit; a blank limit means no limit."""
        return [person for person in people if not self.open_deals[person] >= self.limits[person]]

    def next_in_turn(self, people: list[str]) -> str:
        """Return the one of *people* who follows the last owner in the order of the sheet."""
        order = list(self.regions)
        start = order.index(self.last) + 1 if self.last in order else 0
        return min(people, key=lambda person: (order.index(person) - start) % len(order))

    def least_busy(self, people: list[str]) -> str:
        """Return the one of *people* with the fewest open deals; on a tie the first of the sheet."""
        return min(people, key=lambda person: self.open_deals[person])

    def give(self, person: str) -> None:
        """Count one more deal for *person*."""
        self.open_deals[person] += 1
        self.last = person


def read_sales_team(pipeline: Pipeline) -> SalesTeam:
    """Return the team; *last* is the owner of the deal that was created or assigned last."""
    team, deals = pipeline["Team"], pipeline["Deals"]
    active = team[(team["person"] != "") & (team["active"] != "no")]
    regions = dict(zip(active["person"], active["region"], strict=True))
    limits = dict(zip(active["person"], active["quota"].fillna(float("inf")), strict=True))
    sells = ~active["role"].isin(_ROLES_WITHOUT_DEALS) | active["quota"].notna()
    owned = deals[deals["owner"].isin(list(regions))]
    latest = owned["assigned"].fillna(owned["created"]).sort_values(kind="stable")
    last = str(owned.at[latest.index[-1], "owner"]) if latest.notna().any() else ""
    busy = owned[owned["outcome"].isin(["", "open"])]
    return SalesTeam(regions, frozenset(active.loc[sells, "person"]), limits, Counter(busy["owner"]), last)


def find_earlier_owners(pipeline: Pipeline) -> dict[str, set[str]]:
    """Return the former owners of each deal, by casefolded deal key, as recorded in the Journal."""
    journal = pipeline["Journal"]
    owner_changes = journal[(journal["table"] == "Deals") & (journal["column"] == "owner") & (journal["before"] != "")]
    found: dict[str, set[str]] = {}
    for deal, person in zip(fold_keys(owner_changes["key"]), owner_changes["before"], strict=True):
        found.setdefault(deal, set()).add(person)
    return found


def find_unowned_deals(pipeline: Pipeline) -> pd.DataFrame:
    """Return the open deals without an owner."""
    deals = pipeline["Deals"]
    return deals[(deals["deal"] != "") & (deals["owner"] == "") & deals["outcome"].isin(["", "open"])]


NO_EARLIER_OWNERS: Mapping[int, str] = MappingProxyType({})
OWNER_IN_TURN = Text("next in turn")
OWNER_LEAST_BUSY = Text("fewest open deals: {count}")
NO_OWNER_FOUND = Text("Deal {deal} has no owner: {why}; choose one, or change the Team sheet.")
ASSIGNMENT_MESSAGES: Mapping[str, Text] = MappingProxyType({"unassigned": NO_OWNER_FOUND})
_NO_SELLER_IN_REGION = Text("nobody sells in its region")
_ALL_SELLERS_FULL = Text("everybody there has reached their limit of open deals")
_ALL_HAD_DEAL_BEFORE = Text("everybody there had it before")


def assign_owners(pipeline: Pipeline, how: str = "", had: Mapping[int, str] = NO_EARLIER_OWNERS) -> ChangeSet:
    """Assign an owner to every open deal without one; *how* is ``in_turn`` or ``least_busy`` (default: as in Settings).

    A deal goes to the people of its region, or to those without a region, but never to a former owner, whether recorded
    in the Journal or passed as *had* (row → person) for this run. A deal that nobody can take is a finding.
    """
    how = how or pipeline.settings.text("assignment")
    waiting = find_unowned_deals(pipeline)
    if how == "leave" or waiting.empty:
        return ChangeSet()
    people, before = read_sales_team(pipeline), find_earlier_owners(pipeline)
    owners, because, findings = dict[int, str](), dict[int, str](), list[Finding]()
    for row, deal, region in zip(waiting.index, waiting["deal"], waiting["region"], strict=True):
        there = people.sellers_in_region(region)
        earlier = before.get(fold_text(deal), set()) | {had.get(int(row), "")}
        new = [person for person in there if person not in earlier]
        free = people.with_room(new)
        if not free:
            why = _NO_SELLER_IN_REGION if not there else _ALL_HAD_DEAL_BEFORE if not new else _ALL_SELLERS_FULL
            findings.append(_make_unassigned_finding(pipeline, int(row), deal, why))
            continue
        person = people.next_in_turn(free) if how == "in_turn" else people.least_busy(free)
        owners[row] = person
        because[row] = (OWNER_IN_TURN if how == "in_turn" else OWNER_LEAST_BUSY).in_(
            pipeline.language, count=people.open_deals[person]
        )
        people.give(person)
    return ChangeSet(edits=make_owner_edits(pipeline, owners, because), findings=tuple(findings))


def make_owner_edits(pipeline: Pipeline, owners: dict[int, str], because: dict[int, str]) -> tuple[Edit, ...]:
    """Return the edits that assign the deals in rows *owners* to their new owners today."""
    if not owners:
        return ()
    rows = pd.Index(list(owners))
    held, why = pipeline["Deals"].loc[rows], pd.Series(because, dtype=object)
    today = make_column_series(TABLES["Deals"]["assigned"], [pipeline.today] * len(rows), rows)
    owner = pd.Series(owners, dtype=object)
    return (
        Edit("Deals", "owner", held["deal"], held["owner"], owner, why),
        Edit("Deals", "assigned", held["deal"], held["assigned"], today, why),
    )


def _make_unassigned_finding(pipeline: Pipeline, row: int, deal: str, why: Text) -> Finding:
    message = NO_OWNER_FOUND.in_(pipeline.language, deal=deal, why=why.in_(pipeline.language))
    return Finding("unassigned", "note", message, "Deals", deal, "owner", pipeline.cell_address("Deals", row, "owner"))


RECLAIMED_BECAUSE = Text("no activity for {days} {days:day|days}; previous owner: {owner}")
_IDLE_CLOCK_COLUMNS = ("last_activity", "since", "created", "assigned", "next_step_date")


def distribute_deals(pipeline: Pipeline, how: str = "", days: float | None = None) -> ChangeSet:
    """Return idle deals to the pool and assign deals without an owner to somebody else, in one step."""
    back = reclaim_deals(pipeline, days)
    taken = [edit.before for edit in back.edits if edit.column == "owner"]
    had = {row: str(owner) for before in taken for row, owner in zip(before.index, before, strict=True)}
    return back + assign_owners(apply_change_set(pipeline, back), how, had)


def reclaim_deals(pipeline: Pipeline, days: float | None = None) -> ChangeSet:
    """Remove owners of early-stage open deals who did nothing for *days*; if it is None or 0, Settings apply.

    The days count from the last activity, move or assignment; a deal with a future next step is not reclaimed.
    """
    limit = days or pipeline.settings.number("reclaim_days")
    if not limit > 0:
        return ChangeSet()
    deals = pipeline["Deals"]
    worked = deals[list(_IDLE_CLOCK_COLUMNS)].max(axis=1)
    idle = (np.datetime64(pipeline.today, "D") - worked.to_numpy("datetime64[D]")).astype("timedelta64[D]")
    late = worked.notna().to_numpy() & (idle > np.timedelta64(int(limit), "D"))
    early = deals["furthest"].fillna(0) <= pipeline.settings.number("reclaim_stages")
    held = deals["owner"] != ""
    rows = deals.index[late & early & held & deals["outcome"].isin(["", "open"]) & (deals["deal"] != "")]
    count = dict(zip(deals.index, idle.astype(int), strict=True))
    because = {
        row: RECLAIMED_BECAUSE.in_(pipeline.language, days=count[row], owner=deals.at[row, "owner"]) for row in rows
    }
    return ChangeSet(edits=make_owner_edits(pipeline, dict.fromkeys(rows, ""), because))
