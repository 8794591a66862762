"""Deals without an owner are given to somebody: each in turn, or whoever has the fewest, by region and within limits."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from xl_salesflow.assigning.people import earlier_owners, people_of, unowned
from xl_salesflow.model.frames import series
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Edit, Finding, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text

NONE: Mapping[int, str] = MappingProxyType({})
IN_TURN = Text("next in turn", "轮流到")
LEAST_BUSY = Text("fewest open deals: {count}", "在手商机最少：{count} 个")
NOBODY = Text(
    "Deal {deal} has no owner: {why}; choose one, or change the Team sheet.",
    "商机 {deal} 无负责人：{why}；请选择负责人，或修改“团队”表。",
)
MESSAGES: Mapping[str, Text] = MappingProxyType({"unassigned": NOBODY})
_NO_TEAM = Text("nobody sells in its region", "其区域无人负责")
_FULL = Text("everybody there has as many open deals as they may", "相关人员的在手商机均已达上限")
_HAD_IT = Text("everybody there had it before", "相关人员均曾负责过该商机")


def assign(pipeline: Pipeline, how: str = "", had: Mapping[int, str] = NONE) -> Plan:
    """Give every open deal without owner to somebody; *how* is ``in_turn`` or ``least_busy``, else what Settings say.

    A deal goes to the people of its region, or to those without one; never to who had it before: as the Journal tells, or
    *had* (row → person) in this run. What nobody can take is a finding.
    """
    how = how or pipeline.settings.text("assignment")
    waiting = unowned(pipeline)
    if how == "leave" or waiting.empty:
        return Plan()
    people, before = people_of(pipeline), earlier_owners(pipeline)
    owners, because, findings = dict[int, str](), dict[int, str](), list[Finding]()
    for row, deal, region in zip(waiting.index, waiting["deal"], waiting["region"], strict=True):
        there = people.of_region(region)
        earlier = before.get(deal.strip().casefold(), set()) | {had.get(int(row), "")}
        new = [person for person in there if person not in earlier]
        free = people.with_room(new)
        if not free:
            why = _NO_TEAM if not there else _HAD_IT if not new else _FULL
            findings.append(_nobody(pipeline, int(row), deal, why))
            continue
        person = people.next_of(free) if how == "in_turn" else people.least_busy(free)
        owners[row] = person
        because[row] = (IN_TURN if how == "in_turn" else LEAST_BUSY).in_(
            pipeline.language, count=people.open_deals[person]
        )
        people.give(person)
    return Plan(edits=given(pipeline, owners, because), findings=tuple(findings))


def given(pipeline: Pipeline, owners: dict[int, str], because: dict[int, str]) -> tuple[Edit, ...]:
    """Return the edits that give the deals in rows *owners* to their people today."""
    if not owners:
        return ()
    rows = pd.Index(list(owners))
    held, why = pipeline["Deals"].loc[rows], pd.Series(because, dtype=object)
    today = series(TABLES["Deals"]["assigned"], [pipeline.today] * len(rows), rows)
    owner = pd.Series(owners, dtype=object)
    return (
        Edit("Deals", "owner", held["deal"], held["owner"], owner, why),
        Edit("Deals", "assigned", held["deal"], held["assigned"], today, why),
    )


def _nobody(pipeline: Pipeline, row: int, deal: str, why: Text) -> Finding:
    message = NOBODY.in_(pipeline.language, deal=deal, why=why.in_(pipeline.language))
    return Finding("unassigned", "note", message, "Deals", deal, "owner", pipeline.cell("Deals", row, "owner"))
