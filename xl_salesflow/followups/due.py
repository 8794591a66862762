"""The follow-up list: each deal that asks for a call on one line, the most pressing first, no more than a day holds.

Order within an owner, so that anybody can check it: the priority; golden customers; the working days late, counted up to 30 so
that what was given up long ago does not bury what slipped last week; the value; the deal's number, so that the order is stable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.followups.flow_back import number
from xl_salesflow.followups.lines import lines
from xl_salesflow.followups.reasons import signals
from xl_salesflow.followups.schedule import schedule
from xl_salesflow.followups.signal import Deals, Mask, Signal
from xl_salesflow.followups.weight import Weights, weights
from xl_salesflow.model.frames import frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES

MOST_DAYS_LATE = 30


@dataclass(frozen=True)
class Listed:
    """*rows*: the complete frame of FollowUps; *day*: the working day it begins on; *left*: owner → deals without room."""

    rows: pd.DataFrame
    day: date
    left: dict[str, int] = field(default_factory=dict)

    def of(self, owner: str) -> Listed:
        """Return the part of one owner, whatever the capitals."""
        mine = owner.casefold()
        rows = self.rows[self.rows["owner"].str.casefold() == mine]
        return Listed(rows, self.day, {name: count for name, count in self.left.items() if name.casefold() == mine})


def due(pipeline: Pipeline) -> pd.DataFrame:
    """Return the complete frame of FollowUps."""
    return listed(pipeline).rows


def listed(pipeline: Pipeline) -> Listed:
    """Return who is to be called on which day, and why.

    Left out is a deal whose line is ticked off and not yet logged, and one that was followed up today.
    """
    deals = Deals(pipeline)
    day = deals.day.astype(date)
    told = [signal for signal in signals(deals) if signal.applies.any()]
    if not told:
        return Listed(frame(TABLES["FollowUps"]), day)
    weighed = weights(deals, told)
    planned = schedule(deals, weighed, _order(deals, told, weighed))
    return Listed(lines(deals, told, weighed, planned), day, planned.left)


def _order(deals: Deals, told: list[Signal], weighed: Weights) -> npt.NDArray[np.intp]:
    # positions of the deals on the list: owners one after the other, the most pressing first
    called_for = np.logical_or.reduce([signal.applies for signal in told])
    known = called_for & (deals.frame["deal"] != "").to_numpy() & ~_ticked(deals) & ~_called_today(deals)
    listed = np.flatnonzero(known)
    owners = pd.factorize(deals.frame["owner"].to_numpy()[listed], sort=True)[0]
    keys = pd.factorize(deals.frame["deal"].to_numpy()[listed], sort=True)[0]
    amount = np.nan_to_num(deals.numbers("amount")[listed], nan=-np.inf)
    late = np.minimum(weighed.days_late[listed], MOST_DAYS_LATE)
    least_first = (keys, -amount, -late, ~weighed.golden[listed], -weighed.level[listed], owners)
    return np.asarray(listed[np.lexsort(least_first)])


def _ticked(deals: Deals) -> Mask:
    listed = deals.pipeline["FollowUps"]
    done = listed.loc[(listed["done"] == "yes") | (listed["result"] != ""), "deal"]
    return np.asarray(deals.frame["deal"].isin(done))


def _called_today(deals: Deals) -> Mask:
    logged = deals.pipeline["Activities"]
    prefix = number(deals.pipeline.today, "")
    called = logged.loc[logged["activity"].str.startswith(prefix), "deal"]
    return np.asarray(deals.frame["deal"].isin(called))
