"""What the ten kinds of gate checks have in common: how one is declared, and how a gate's cells are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

import numpy as np
import pandas as pd

from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate, Playbook
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text

Fault = tuple[str, Text]
"""A column of Gates and what is wrong with its cell."""


@dataclass(frozen=True)
class Holding:
    """Whether a gate holds for each deal, and the facts its sentence tells where it does not."""

    holds: np.ndarray[Any, np.dtype[np.bool_]]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One kind of check. *missing* is said where it does not hold, then the gate's own remedy or *remedy*.

    *judge* takes the pipeline, the gate and the rows of Deals concerned; *fault* says what is wrong with the gate's own
    row, or None.
    """

    id: str
    missing: Text
    remedy: Text
    judge: Callable[[Pipeline, Gate, pd.DataFrame], Holding]
    fault: Callable[[Pipeline, Gate], Fault | None]


def subject_column(gate: Gate) -> Column | None:
    """Return the column of Deals that the gate's subject names, by header in any language or id."""
    return TABLES["Deals"].find(gate.subject)


def column_fault(gate: Gate, *, wanted: Callable[[Type], bool] | None = None, kind: Text | None = None) -> Fault | None:
    """Return what is wrong with a subject that should be a column of Deals, of a type that is *wanted*."""
    column = subject_column(gate)
    if column is None:
        return "subject", Text("Deals has no column “{is_}”", "“商机”表没有列“{is_}”")
    if wanted is not None and kind is not None and not wanted(column.type):
        return "subject", Text(f"the column “{{is_}}” does not hold {kind.en}", f"列“{{is_}}”不是{kind.zh}")
    return None


def limit(gate: Gate) -> float | None:
    """Return the gate's value as a number; “10 %” is 0.1; None when it is none."""
    text = normalize("NFKC", gate.value).strip().replace(",", "")
    share = text.endswith("%")
    try:
        value = float(text.rstrip("% "))
    except ValueError:
        return None
    return (value / 100 if share else value) if np.isfinite(value) else None


def limit_fault(gate: Gate) -> Fault | None:
    """Return what is wrong with a value that should be a number."""
    return ("value", Text("“{is_}” is not a number", "“{is_}”不是数字")) if limit(gate) is None else None


def items(gate: Gate) -> tuple[str, ...]:
    """Return the gate's value as a list; commas, semicolons or the Chinese marks stand between."""
    text = normalize("NFKC", gate.value)
    for mark in ";、":
        text = text.replace(mark, ",")
    return tuple(item.strip() for item in text.split(",") if item.strip())


def activity_type(subject: str) -> str:
    """Return the id of an activity type written in any language, or what stands there: a team's own type."""
    return identify(LISTS["activity_type"], subject) or subject.strip()


def option(column: Column, item: str) -> str:
    """Return the id of *item* in the list of *column*, or what stands there, for comparing without case."""
    known = CHOICES.get(column.options or "") or LISTS.get(column.options or "") or {}
    return (identify(known, item) or item.strip()).casefold()


@dataclass(frozen=True, slots=True)
class MoveRule:
    """A rule for every move, whatever the sheet Gates says.

    *judge* takes the rows of Deals that move and their crossings: per deal the target stage's name `to`, its position `at`,
    the position `since` behind which gates were passed already, and the `move` (a choice id).
    """

    id: str
    missing: Text
    judge: Callable[[Playbook, pd.DataFrame, pd.DataFrame], Holding]
