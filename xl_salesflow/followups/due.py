"""The follow-up list: each deal that asks for a call on one line, the most pressing first, no more than a day holds.

Order within an owner, so that anybody can check it: the priority; golden customers; the days late, counted up to 30 so that what
was given up long ago does not bury what slipped last week; the value; the deal's number, so that the order is stable.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.followups.lines import lines
from xl_salesflow.followups.reasons import signals
from xl_salesflow.followups.signal import Deals, Mask, Signal
from xl_salesflow.followups.weight import Weights, weights
from xl_salesflow.model.frames import frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES

MOST_DAYS_LATE = 30


def due(pipeline: Pipeline) -> pd.DataFrame:
    """Return the complete frame of FollowUps; a deal whose line is ticked off and not yet logged is left out."""
    deals = Deals(pipeline)
    told = [signal for signal in signals(deals) if signal.applies.any()]
    if not told:
        return frame(TABLES["FollowUps"])
    weighed = weights(deals, told)
    order = _order(deals, told, weighed)
    ranks = _ranks(deals, order)
    kept = ranks <= pipeline.settings.number("followups_per_day")
    return lines(deals, told, weighed, order[kept], ranks[kept])


def _order(deals: Deals, told: list[Signal], weighed: Weights) -> npt.NDArray[np.intp]:
    # positions of the deals on the list: owners one after the other, the most pressing first
    called_for = np.logical_or.reduce([signal.applies for signal in told])
    listed = np.flatnonzero(called_for & (deals.frame["deal"] != "").to_numpy() & ~_ticked(deals))
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


def _ranks(deals: Deals, order: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    owners = pd.Series(deals.frame["owner"].to_numpy()[order])
    return np.asarray(owners.groupby(owners, sort=False).cumcount()) + 1
