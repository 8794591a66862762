"""Why a deal asks for a call: one family a file, each a function from the deals to its signals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from xl_salesflow.followups.reasons.clocks import clocks
from xl_salesflow.followups.reasons.feedback import feedback
from xl_salesflow.followups.reasons.offers import offers
from xl_salesflow.followups.reasons.steps import steps
from xl_salesflow.followups.reasons.tasks import tasks
from xl_salesflow.followups.signal import Deals, Signal

REASONS: tuple[Callable[[Deals], Iterable[Signal]], ...] = (steps, feedback, offers, tasks, clocks)
"""Every family, in the order in which reasons of the same urgency are told."""


def signals(deals: Deals) -> Iterator[Signal]:
    """Yield every reason over *deals*."""
    for family in REASONS:
        yield from family(deals)
