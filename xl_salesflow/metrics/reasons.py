"""Why deals are lost, by the reasons of the sheet Lists."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula
from xl_salesflow.metrics.grouped import Groups, Mask, counts, ratio, totals
from xl_salesflow.metrics.leaks import cumulative
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.text import Language, Text

REASONS = 20
"""Rows of LossReasons; row 0 is no reason given."""


@dataclass(frozen=True)
class Reasons:
    """One row per reason of the sheet Lists; only today's snapshot knows them."""

    cube: Cube

    @cached_property
    def names(self) -> list[str]:
        """Return the reasons as frames hold them; "" is none."""
        listed = list(self.cube.pipeline["Lists"]["loss_reason"].iloc[: REASONS - 1])
        return ["", *listed, *[""] * (REASONS - 1 - len(listed))]

    def label(self, row: int) -> str:
        """Return what the row is called on the sheet."""
        name, language = self.names[row], self.cube.pipeline.language
        text = NO_REASON if row == 0 else LISTS["loss_reason"].get(name)
        return text.in_(language) if text else name

    @cached_property
    def shown(self) -> Mask:
        """Tell which rows show a number."""
        known = np.array([bool(name) or row == 0 for row, name in enumerate(self.names)])
        return known & self.cube.today

    @cached_property
    def of_deals(self) -> Groups:
        """Return the row of every lost deal; -1 is a deal not lost or a reason that is not listed."""
        place = {name: row for row, name in reversed(list(enumerate(self.names)))}
        codes, names = pd.factorize(self.cube.frame["loss_reason"])
        rows = np.array([place.get(str(name), -1) for name in names] + [-1], dtype=np.int64)[codes]
        return np.where(self.cube.lost, rows, -1)

    def blank_unless_shown(self, values: Floats) -> Floats:
        """Return *values* with "unknown" in rows that show nothing."""
        return np.where(self.shown, values, np.nan)


def lost_count(asked: Reasons) -> Floats:
    """Count the lost deals with each reason."""
    if not asked.cube.today:
        return np.full(REASONS, np.nan)
    return asked.blank_unless_shown(counts(asked.of_deals >= 0, asked.of_deals, REASONS))


def lost_value(asked: Reasons) -> Floats:
    """Sum their amounts."""
    if not asked.cube.today:
        return np.full(REASONS, np.nan)
    return asked.blank_unless_shown(totals(asked.cube.amount, asked.of_deals >= 0, asked.of_deals, REASONS))


def lost_share(asked: Reasons) -> Floats:
    """Divide each by all lost deals with a listed reason or none."""
    lost = lost_count(asked)
    return ratio(lost, np.full(REASONS, np.nansum(lost)))


def lost_cumulative(asked: Reasons) -> Floats:
    """Divide the losses of the reasons that lose at least as many by all of them."""
    lost = lost_count(asked)
    return np.where(np.isnan(lost), np.nan, cumulative(np.nan_to_num(lost)))


_LISTED = "INDEX({Lists.loss_reason},{position})"
_WHY = (c.LOST, c.Criterion("loss_reason", "=", 'IF({position}=0,"",{reason})'))
_ALL = "SUM({LossReasons.lost_count})"
_AT_LEAST = 'SUMIFS({LossReasons.lost_count},{LossReasons.lost_count},">="&{lost_count})'


def _if_reason(formula: str) -> str:
    return f'IF({{reason}}="","",{formula})'


def _if_lost(formula: str) -> Formula:
    return Formula(f'IF({{lost_count}}="","",IF({_ALL}=0,"",{formula}/{_ALL}))')


NO_REASON = Text("(none given)", "（未填写）")


def reason_naming(language: Language) -> dict[str, Formula]:
    """Return the formulas that say which reason a row is about."""
    listed = f'IF({{position}}>ROWS({{Lists.loss_reason}}),"",IF({_LISTED}="","",{_LISTED}))'
    return {"reason": Formula(f'IF({{position}}=0,"{NO_REASON.in_(language)}",{listed})')}


REASON_COLUMNS: tuple[ColumnMetric[Reasons], ...] = (
    ColumnMetric("lost_count", Formula(_if_reason(c.today_only(c.count, "closed", *_WHY))), lost_count),
    ColumnMetric(
        "lost_value",
        Formula(f'IF({{lost_count}}="","",ROUND({c.today_only(c.total("amount"), "closed", *_WHY)},2))'),
        lost_value,
    ),
    ColumnMetric("lost_share", _if_lost("{lost_count}"), lost_share),
    ColumnMetric("lost_cumulative", _if_lost(_AT_LEAST), lost_cumulative),
)
