"""Deals that stand still: no contact within the stage's rhythm, or too long in their stage."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from xl_salesflow.followups.signal import SLIPPING, UNTIDY, Days, Deals, Signal, where
from xl_salesflow.model.text import Text

IDLE = Text("no contact for {days} days (every {limit} in this stage)", "{days} 天没有联系（该阶段每 {limit} 天一次）")
OVER = Text("{days} days in the stage (limit {limit})", "已在该阶段 {days} 天（期限 {limit} 天）")
VISIT = Text(
    "time for an after-sales visit: last contact {days} days ago", "应做售后回访：距上次联系 {days} 天"
)  # fmt: skip


def clocks(deals: Deals) -> Iterator[Signal]:
    """Yield idle deals, deals over their stage's limit, and customers to visit after the sale."""
    limit = deals.of_stage(lambda stage: stage.cadence, deals.pipeline.settings.number("idle_limit")).astype("float64")
    idle = deals.numbers("idle_days")
    contact = _due(deals, limit - idle)
    facts = {"days": idle, "limit": limit}
    yield Signal("idle", IDLE, SLIPPING, where(deals.open & (contact < deals.day), contact), facts)

    day_limit = deals.of_stage(lambda stage: stage.day_limit, np.nan).astype("float64")
    spent = deals.numbers("days_in_stage")
    over = where(deals.open & (spent > day_limit), _due(deals, day_limit - spent))
    yield Signal("over_limit", OVER, SLIPPING, over, {"days": spent, "limit": day_limit})

    quiet = deals.since(deals.last_touch)
    wanted = _due(deals, limit - quiet)
    visit = where(deals.aftercare & (wanted < deals.day), wanted)
    yield Signal("visit", VISIT, UNTIDY, visit, {"days": quiet})


def _due(deals: Deals, days: npt.NDArray[np.float64]) -> Days:
    # so many days from now, or back; on a day off the contact moves to the working day after it
    counted = np.where(np.isnan(days), np.timedelta64("NaT"), np.nan_to_num(days).astype("timedelta64[D]"))
    return deals.moved(np.asarray(deals.today + counted))
