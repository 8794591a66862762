"""Owner by owner, product by product…: the rows the sheet Trends compares, and two of them against chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula
from xl_salesflow.metrics.grouped import Groups, counts, ratio, totals
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.text import Language, Text

LISTED = 12
"""Rows of Groups that have a name of their own; one more holds everything else."""

OTHERS = Text("(everything else)", "（其余）")
_REFERRED = {"owner": ("Team", "person"), "product": ("Products", "product")}


@dataclass(frozen=True)
class Grouping:
    """One row of Groups per name, and one for the deals that have none of them; every number is an array over these."""

    cube: Cube

    @cached_property
    def column(self) -> str:
        """Return the column that the sheet compares by."""
        return grouped_by(self.cube.pipeline)

    @cached_property
    def names(self) -> Sequence[str]:
        """Return the first names of the column's list, as frames hold them; "" is a blank row."""
        listed = names_of(self.cube.pipeline, self.column)[:LISTED]
        return (*listed, *[""] * (LISTED - len(listed)))

    @property
    def labels(self) -> list[str]:
        """Return what the rows are called on the sheet."""
        language, known = self.cube.pipeline.language, LISTS.get(self.column, {})
        return [*(known[n].in_(language) if n in known else n for n in self.names), OTHERS.in_(language)]

    @cached_property
    def of_deals(self) -> Groups:
        """Return the row of every deal's name, the first of those alike; -1 is none of ours."""
        place = {name.casefold(): row for row, name in reversed(list(enumerate(self.names))) if name}
        codes, found = pd.factorize(self.cube.frame[self.column])
        return np.array([place.get(str(name).casefold(), -1) for name in found] + [-1], dtype=np.int64)[codes]

    def rows(self, listed: Floats, whole: float) -> Floats:
        """Return the numbers of the rows: each name's, and what is left of the *whole*; blank rows are unknown."""
        first = [self.names.index(name) for name in self.names]
        shown = np.where([bool(name) for name in self.names], listed[first], np.nan)
        return np.append(shown, whole - np.nansum(shown))


def grouped_by(pipeline: Pipeline) -> str:
    """Return the column that the sheet Trends compares by; the first one when it says nothing we know."""
    return identify(CHOICES["group"], str(pipeline.named.get("GroupBy") or "")) or "owner"


def names_of(pipeline: Pipeline, column: str) -> list[str]:
    """Return the values that the dropdown of *column* offers, in its order."""
    if column == "playbook":
        found: list[str] = []
        for name in reversed(list(pipeline["Stages"]["playbook"])):  # as the sheet finds them: from the last row up
            if name and name.casefold() not in {one.casefold() for one in found}:
                found.append(name)
        return found
    table, id = _REFERRED.get(column, ("Lists", column))
    return [str(value) for value in pipeline[table][id]]


def open_count(asked: Grouping) -> Floats:
    """Count the open deals of each group."""
    return _count(asked, asked.cube.open)


def open_value(asked: Grouping) -> Floats:
    """Sum their amounts."""
    return _total(asked, asked.cube.open)


def won_count(asked: Grouping) -> Floats:
    """Count the won deals of each group."""
    return _count(asked, asked.cube.won)


def lost_count(asked: Grouping) -> Floats:
    """Count the lost deals of each group."""
    return _count(asked, asked.cube.lost)


def win_rate(asked: Grouping) -> Floats:
    """Divide won by closed."""
    won = won_count(asked)
    return ratio(won, won + lost_count(asked))


def won_value(asked: Grouping) -> Floats:
    """Sum the amounts of the won deals of each group."""
    return _total(asked, asked.cube.won)


def _count(asked: Grouping, mask: np.ndarray) -> Floats:
    return asked.rows(counts(mask & (asked.of_deals >= 0), asked.of_deals, LISTED), float(asked.cube.count(mask)[0]))


def _total(asked: Grouping, mask: np.ndarray) -> Floats:
    listed = totals(asked.cube.amount, mask & (asked.of_deals >= 0), asked.of_deals, LISTED)
    return to_cents(asked.rows(listed, float(asked.cube.total(asked.cube.amount, mask)[0])))


def group_naming(language: Language) -> dict[str, Formula]:
    """Return the formulas that say which group a row is about."""
    listed = 'INDEX(GroupValues,{position},GroupNumber)&""'
    return {"name": Formula(f'IF({{position}}>{LISTED},"{OTHERS.in_(language)}",{listed})')}


_NAMED = c.Criterion(c.GROUP, "=", "{name}")


def _row(column: str, whole: str, formula: str) -> Formula:
    others = f'{whole}-SUMIFS({{Groups.{column}}},{{Groups.position}},"<={LISTED}")'
    return Formula(f'IF({{name}}="","",ROUND(IF({{position}}>{LISTED},{others},{formula}),2))')


_AMOUNT = c.total("amount")

GROUP_COLUMNS: tuple[ColumnMetric[Grouping], ...] = (
    ColumnMetric("open_count", _row("open_count", "open_count", c.deals(c.count, "open", c.OPEN, _NAMED)), open_count),
    ColumnMetric("open_value", _row("open_value", "open_value", c.deals(_AMOUNT, "open", c.OPEN, _NAMED)), open_value),
    ColumnMetric("won_count", _row("won_count", "won_count", c.deals(c.count, "closed", c.WON, _NAMED)), won_count),
    ColumnMetric(
        "lost_count", _row("lost_count", "lost_count", c.deals(c.count, "closed", c.LOST, _NAMED)), lost_count
    ),
    ColumnMetric(
        "win_rate",
        Formula('IF({name}="","",IF({won_count}+{lost_count}=0,"",{won_count}/({won_count}+{lost_count})))'),
        win_rate,
    ),
    ColumnMetric("won_value", _row("won_value", "won_value", c.deals(_AMOUNT, "closed", c.WON, _NAMED)), won_value),
)
