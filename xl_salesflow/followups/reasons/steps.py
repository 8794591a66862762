"""What the seller meant to do next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xl_salesflow.followups.signal import SLIPPING, UNTIDY, URGENT, Deals, Signal, where
from xl_salesflow.model.text import Text

OVERDUE = Text("next step overdue by {days} days", "下一步已逾期 {days} 天")
TODAY = Text("next step is due today", "下一步今天到期")
COMING = Text("next step in {days} days", "下一步还有 {days} 天")
NONE = Text("no next step planned", "没有安排下一步")


def steps(deals: Deals) -> Iterator[Signal]:
    """Yield next steps that are overdue, due or near, and open deals without one."""
    planned, today = deals.days("next_step_date"), deals.today
    alive = deals.open | deals.aftercare
    late = deals.since(planned)
    ahead = deals.pipeline.settings.number("due_ahead")
    yield Signal("step_overdue", OVERDUE, URGENT, where(alive & (late > 0), planned), {"days": late})
    yield Signal("step_today", TODAY, SLIPPING, where(alive & (late == 0), planned))
    yield Signal("step_coming", COMING, UNTIDY, where(alive & (late < 0) & (late >= -ahead), planned), {"days": -late})
    without = deals.open & np.isnat(planned)
    yield Signal("no_step", NONE, UNTIDY, where(without, np.full(len(planned), today)))
