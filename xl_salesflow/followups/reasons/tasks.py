"""Required tasks of a stage that are still open."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xl_salesflow.followups.signal import SLIPPING, UNTIDY, Deals, Signal
from xl_salesflow.model.text import Text

OVERDUE = Text("task overdue: {task}", "任务已逾期：{task}")
OPEN = Text("task to do: {task}", "待办任务：{task}")


def tasks(deals: Deals) -> Iterator[Signal]:
    """Yield the first open required task of each open deal: overdue, due soon, or without a date in its stage."""
    listed = deals.pipeline["Tasks"]
    rows = deals.rows_of(listed["deal"])
    due = deals.moved(listed["due"].to_numpy().astype("datetime64[D]"))
    stage = np.append(deals.frame["recorded_stage"].to_numpy(), "")[rows]
    wanted = (listed["required"] == "yes") & ~listed["status"].isin(("done", "dropped")) & (rows >= 0)
    wanted &= np.append(deals.open, False)[rows]
    ahead = deals.calendar.after(np.array([deals.day]), int(deals.pipeline.settings.number("due_ahead")))
    overdue = wanted & (due < deals.day)
    undated = np.isnat(due) & (listed["stage"].to_numpy() == stage)
    soon = wanted & ~overdue & ((due <= ahead) | undated)
    for id, text, level, chosen in (("task_overdue", OVERDUE, SLIPPING, overdue), ("task", OPEN, UNTIDY, soon)):
        at = np.flatnonzero(chosen)
        at = at[np.argsort(due[at], kind="stable")][::-1]  # the earliest is written last and stays
        when = deals.spread(rows[at], np.where(np.isnat(due[at]), deals.day, due[at]), np.datetime64("NaT", "D"))
        facts = {"task": deals.spread(rows[at], listed["task"].to_numpy()[at], "")}
        yield Signal(id, text, level, when, facts, waits=True)
