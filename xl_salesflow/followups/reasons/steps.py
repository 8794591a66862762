"""What the seller meant to do next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xl_salesflow.followups.signal import SLIPPING, UNTIDY, URGENT, Deals, Signal, where
from xl_salesflow.model.text import Text

OVERDUE = Text("next step overdue by {days} working days", "下一步已逾期 {days} 个工作日")
TODAY = Text("next step is due today", "下一步今天到期")
THEN = Text("next step is due on {day}", "下一步于 {day} 到期")
COMING = Text("next step in {days} working days", "下一步还有 {days} 个工作日")
NONE = Text("no next step planned", "没有安排下一步")


def steps(deals: Deals) -> Iterator[Signal]:
    """Yield next steps that are overdue, due or near, and open deals without one; a step on a day off moves."""
    planned = deals.moved(deals.days("next_step_date"))
    alive = deals.open | deals.aftercare
    late = deals.late(planned)
    ahead = deals.pipeline.settings.number("due_ahead")
    yield Signal("step_overdue", OVERDUE, URGENT, where(alive & (late > 0), planned), {"days": late})
    text = TODAY if deals.day == deals.today else THEN
    yield Signal("step_today", text, SLIPPING, where(alive & (late == 0), planned), {"day": planned})
    coming = where(alive & (late < 0) & (late >= -ahead), planned)
    yield Signal("step_coming", COMING, UNTIDY, coming, {"days": -late}, waits=True)
    without = deals.open & np.isnat(planned)
    yield Signal("no_step", NONE, UNTIDY, where(without, np.full(len(planned), deals.day)))
