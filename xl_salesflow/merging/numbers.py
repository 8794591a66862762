"""Numbers that both copies gave to different rows: theirs get the next free ones, and what refers to them follows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.merging.fields import Conflict, unlike
from xl_salesflow.merging.identity import by_identity
from xl_salesflow.model.column import Table, Type, Writer
from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES

TOLD_APART: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Deals": ("name", "account"), "Activities": (), "Tasks": (), "Quotes": (), "Objections": (), "Feedback": ()}
)
"""Tables whose keys are counted up, and the columns that tell two new rows apart; none named: any cell of a person does."""

_MENTIONS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "Deals": (("History", "deal"), ("Deals", "referred_by"), ("Feedback", "referral_deal"), ("FollowUps", "deal")),
        "Quotes": (("Quotes", "supersedes"),),
    }
)
"""Columns of text that hold a key, beside those declared as references."""


def renumbered(base: Mapping[str, pd.DataFrame], ours: Pipeline, theirs: Pipeline) -> tuple[Pipeline, list[Conflict]]:
    """Return *theirs* with new numbers where both copies gave one number to different rows, and a note for each."""
    notes: list[Conflict] = []
    for name in TOLD_APART:
        table = TABLES[name]
        doubled = _doubled(table, base[name], ours[name], theirs[name])
        if not doubled:
            continue
        taken = set().union(*(folded(rows[table.key or ""]) for rows in (base[name], ours[name], theirs[name])))
        new = {key: _next(key, taken) for key in doubled}
        theirs = _renamed(theirs, table, new)
        notes += [Conflict("numbered", name, key, table.key or "", "", key, there) for key, there in new.items()]
    return theirs, notes


def _doubled(table: Table, base: pd.DataFrame, ours: pd.DataFrame, theirs: pd.DataFrame) -> list[str]:
    old, here, there = (by_identity(table, rows) for rows in (base, ours, theirs))
    both = here.index.intersection(there.index, sort=False).difference(old.index, sort=False)
    mine, other = ours.loc[here[both].to_numpy()], theirs.loc[there[both].to_numpy()]
    if both.empty:
        return []
    people = tuple(column.id for column in table.columns if column.writer is Writer.PERSON and column.id != table.key)
    differ = np.zeros(len(both), bool)
    for unequal in unlike(table, TOLD_APART[table.name] or people, mine, other):
        differ |= unequal
    return list(other[table.key or ""][differ])


def _next(key: str, taken: set[str]) -> str:
    shape = re.fullmatch(r"(.*?)(\d+)", key)
    head, digits = shape.groups() if shape else (f"{key}-", "1")
    number = int(digits)
    while (new := f"{head}{number:0{len(digits)}d}").casefold() in taken:
        number += 1
    taken.add(new.casefold())
    return new


def _renamed(pipeline: Pipeline, table: Table, new: Mapping[str, str]) -> Pipeline:
    changed: dict[str, pd.DataFrame] = {}
    for name, column in places(table):
        rows = changed.get(name, pipeline[name])
        changed[name] = rows.assign(**{column: rows[column].replace(dict(new))})
    return pipeline.with_tables(**changed)


def places(table: Table) -> list[tuple[str, str]]:
    """Return every (table, column) that holds a key of *table*, its own first."""
    declared = [
        (other.name, column.id)
        for other in TABLES.values()
        for column in other.columns
        if column.type is Type.REF and column.options == table.name
    ]
    return [(table.name, table.key or ""), *declared, *_MENTIONS.get(table.name, ())]
