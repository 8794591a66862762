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
    idle, today = deals.numbers("idle_days"), deals.today
    facts = {"days": idle, "limit": limit}
    yield Signal("idle", IDLE, SLIPPING, where(deals.open & (idle > limit), _after(today, limit - idle)), facts)

    day_limit = deals.of_stage(lambda stage: stage.day_limit, np.nan).astype("float64")
    spent = deals.numbers("days_in_stage")
    over = where(deals.open & (spent > day_limit), _after(today, day_limit - spent))
    yield Signal("over_limit", OVER, SLIPPING, over, {"days": spent, "limit": day_limit})

    quiet = deals.since(deals.last_touch)
    visit = where(deals.aftercare & (quiet > limit), _after(today, limit - quiet))
    yield Signal("visit", VISIT, UNTIDY, visit, {"days": quiet})


def _after(day: np.datetime64, days: npt.NDArray[np.float64]) -> Days:
    return np.asarray(day + np.nan_to_num(days).astype("timedelta64[D]"))
