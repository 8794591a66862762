"""Which stage of one process a stage of another is: by name, by how far the sale and the buyer are, by what the stage is for."""

from __future__ import annotations

from xl_salesflow.model.choices import CHOICES, plain
from xl_salesflow.model.nearest import token_set_ratio
from xl_salesflow.model.playbook import Playbook, Stage

_BUYER, _WORDS = 0.1, 0.2
"""What a buyer's stage of difference, and wholly different words, weigh beside a whole probability of difference."""

_BUYERS = tuple(CHOICES["buyer_stage"])


def matched(before: Playbook, after: Playbook) -> dict[str, str]:
    """Return for each open stage of *before* the open stage of *after* that is most like it; the order is kept.

    Of all ways that never go back, the one with the least unlikeness in all; equal names are always matched.
    """
    old, new = before.open_stages, after.open_stages
    # best[j]: the least cost so far with the last stage matched to new[j] or one before it, and that way
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())] * len(new)
    for stage in old:
        reached: list[tuple[float, tuple[int, ...]]] = []
        for place, other in enumerate(new):
            cost, way = best[place]
            here = (cost + _unlike(stage, other), (*way, place))
            reached.append(min(reached[-1], here, key=lambda found: found[0]) if reached else here)
        best = reached
    return {stage.name: new[place].name for stage, place in zip(old, best[-1][1], strict=True)}


def _unlike(one: Stage, other: Stage) -> float:
    if plain(one.name) == plain(other.name):
        return -len(_BUYERS)
    words = token_set_ratio(plain(f"{one.name} {one.purpose}"), plain(f"{other.name} {other.purpose}")) / 100
    return abs(one.probability - other.probability) + _BUYER * _steps(one, other) + _WORDS * (1 - words)


def _steps(one: Stage, other: Stage) -> int:
    # nobody said where the buyer is: that tells nothing
    if one.buyer_stage not in _BUYERS or other.buyer_stage not in _BUYERS:
        return 0
    return abs(_BUYERS.index(one.buyer_stage) - _BUYERS.index(other.buyer_stage))
