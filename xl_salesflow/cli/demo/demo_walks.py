"""Move generated deals through a playbook: one row per stage stay, drawn for all deals at once.

A deal goes through the open stages in order, sometimes one step back, until it is lost or won, or today is reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from xl_salesflow.core.pipelines import Playbook

WalkNumbers = npt.NDArray[np.int64]
FOREVER_DAY_NUMBER = np.datetime64("9999-12-31").astype(int)


@dataclass(frozen=True)
class DealWalks:
    """Stage stays of many deals as flat arrays: *deal* numbers the deals, *position* the stages; days count from 1970."""

    deal: WalkNumbers
    position: WalkNumbers
    entered: WalkNumbers
    left: WalkNumbers
    moved_to: WalkNumbers  # position of the next stage, 0 if the stay has not ended
    furthest: WalkNumbers
    first: WalkNumbers


def walk_deals(
    playbook: Playbook, created: WalkNumbers, today: int, random: np.random.Generator, winning: float = 0.86
) -> DealWalks:
    """Return the stage stays of deals created on the days *created*; a deal survives each stage with probability *winning*."""
    stages = playbook.open_stages
    count, steps = len(created), len(stages)
    positions = np.array([stage.position for stage in stages])
    slots = np.arange(1, steps + 3)
    turn = np.where(random.random(count) < 0.08, random.integers(2, steps + 1, count), steps + 9)[:, None]
    step = np.where(slots > turn, slots - 2, slots)  # one step back after *turn*
    is_reached = step <= steps
    step = np.minimum(step, steps)
    limits = np.array([stage.day_limit or 14 for stage in stages])[step - 1]
    days = np.maximum(1, random.gamma(2.0, limits / 3.2)).astype(int)
    lost = (random.random(step.shape) > winning) & is_reached
    ends = np.cumsum(days, axis=1) + created[:, None]
    starts = ends - days
    stopped = np.cumsum(lost, axis=1) - lost > 0  # lost in an earlier slot
    seen = is_reached & ~stopped & (starts <= today)
    over = seen & (ends <= today)
    furthest = np.maximum.accumulate(np.where(seen, step, 0), axis=1)
    first = (slots <= turn) | (step > turn)
    row, slot = np.nonzero(seen)
    at = (row, slot)
    last = np.ones(len(row), bool)
    last[:-1] = row[1:] != row[:-1]
    goes = np.where(lost[at], playbook.lost.position, np.where(last, playbook.won.position, 0))
    following = np.append(positions[step[at] - 1][1:], 0)
    moved = np.where(over[at], np.where(goes > 0, goes, following), 0)
    visits = {
        "deal": row,
        "position": positions[step[at] - 1],
        "entered": starts[at],
        "left": np.where(over[at], ends[at], FOREVER_DAY_NUMBER),
        "moved_to": moved,
        "furthest": positions[furthest[at] - 1],
        "first": first[at].astype(int),
    }
    return _add_closing_stays(visits, playbook)


def _add_closing_stays(visits: dict[str, Any], playbook: Playbook) -> DealWalks:
    # a stay in Won or Lost follows every stay that moved there
    won, lost = playbook.won.position, playbook.lost.position
    ends = np.isin(visits["moved_to"], (won, lost))
    goal = visits["moved_to"][ends]
    closing = {
        "deal": visits["deal"][ends],
        "position": goal,
        "entered": visits["left"][ends],
        "left": np.full(ends.sum(), FOREVER_DAY_NUMBER),
        "moved_to": np.zeros(ends.sum(), int),
        "furthest": np.where(goal == won, won, visits["furthest"][ends]),
        "first": np.ones(ends.sum(), int),
    }
    merged = {name: np.concatenate([visits[name], closing[name]]) for name in visits}
    order = np.lexsort((np.concatenate([np.arange(len(ends)), np.full(ends.sum(), len(ends))]), merged["deal"]))
    return DealWalks(**{name: values[order].astype(np.int64) for name, values in merged.items()})
