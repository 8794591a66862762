"""Update stored stage numbers after somebody edited the sheet Stages.

History stores the position of each stage and the furthest position reached, and Deals stores the furthest position,
because the live formulas count them. When a stage is inserted, deleted or moved, these numbers refer to other stages.
They are recomputed from the names of the stages in History, which do not change. A deleted stage counts as the nearest
stage before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.core.key_numbers import order_by_number
from xl_salesflow.core.pipelines import Finding, Pipeline, Playbook
from xl_salesflow.locale.texts import Text


@dataclass(frozen=True)
class StageNumbering:
    """The positions of the stages of one playbook: *now* in the sheet Stages, *then* as stored in History, by name."""

    playbook: Playbook
    then: Mapping[str, float]

    @cached_property
    def now(self) -> Mapping[str, float]:
        """Return the position of each stage today."""
        return {stage.name: float(stage.position) for stage in self.playbook.stages}

    @cached_property
    def kept(self) -> Mapping[float, float]:
        """Return today's position by stored position, for the stages that still exist."""
        return {position: self.now[name] for name, position in self.then.items() if name in self.now}

    @property
    def is_current(self) -> bool:
        """Return whether History has today's numbers."""
        return all(self.stored_position(name, position) == position for name, position in self.then.items())

    def stored_position(self, stage: str, then: float) -> float:
        """Return the position that History should store for *stage*, which it stored as *then*."""
        return self.now[stage] if stage in self.now else self.find_position(then)

    def find_position(self, then: float) -> float:
        """Return today's position of the stage that had position *then*; for a deleted one, that of the nearest stage
        before it.
        """
        if then in self.kept:
            return self.kept[then]
        lower = max((position for position in self.kept if position < then), default=0.0)
        if then in self.then.values():
            return self.kept.get(lower, 1.0)
        higher = min((position for position in self.kept if position > then), default=np.inf)
        return float(min(self.kept.get(lower, 0.0) + then - lower, self.kept.get(higher, np.inf)))

    def reached_position(self, stage: str, outcome: str, then: float) -> float:
        """Return the position that a deal reaches by a stay in *stage*; 0 for lost and aftercare."""
        known = self.playbook.by_name.get(stage)
        if known is not None:
            return float(known.position) if known.kind in ("open", "won") else 0.0
        if outcome != "open":
            return float(self.playbook.won.position) if outcome == "won" else 0.0
        return min(self.find_position(then), float(self.playbook.open_stages[-1].position))


def renumber_stages(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with the positions in History and Deals according to today's sheet Stages."""
    history, furthest = pipeline["History"], pipeline["Deals"]["furthest"]
    position, reached, is_changed = history["position"].copy(), history["furthest"].copy(), False
    for playbook in pipeline.playbooks.values():
        stays = order_by_number(history[history["playbook"] == playbook.id])
        numbering = StageNumbering(playbook, _stored_numbering(stays))
        if not numbering.is_current and {"open", "won"} <= {stage.kind for stage in playbook.stages}:
            position.loc[stays.index] = _map_stays(numbering.stored_position, stays, "stage", "position")
            reached.loc[stays.index] = _find_furthest(stays, numbering)
            furthest = _find_furthest_of_deals(pipeline["Deals"].assign(furthest=furthest), stays, reached, numbering)
            is_changed = True
    if not is_changed:
        return pipeline
    return pipeline.with_tables(
        History=history.assign(position=position, furthest=reached), Deals=pipeline["Deals"].assign(furthest=furthest)
    )


def _map_stays(find: Callable[..., float], stays: pd.DataFrame, *columns: str) -> pd.Series:
    """Return the result of *find* for the *columns* of each stay; it is called once for equal values."""
    selected = stays[list(columns)]
    found = {row: find(*row) for row in selected.drop_duplicates().itertuples(index=False, name=None)}
    return pd.Series(
        [found[row] for row in selected.itertuples(index=False, name=None)], index=stays.index, dtype="float64"
    )


def _stored_numbering(stays: pd.DataFrame) -> dict[str, float]:
    """Return the position that History stores for each stage; if rows differ, that of the oldest one."""
    first = stays[stays["position"].notna()].drop_duplicates("stage")
    return {str(stage): float(position) for stage, position in zip(first["stage"], first["position"], strict=True)}


def _find_furthest(stays: pd.DataFrame, numbering: StageNumbering) -> pd.Series:
    """Return the furthest position reached by the end of each stay; NaN if unknown.

    A stay may be stored with a furthest position beyond its own stages: a deal from another playbook keeps its furthest
    position, and an imported won deal does not have a stay in each stage.
    """
    deals = stays["deal"]
    reached = _map_stays(numbering.reached_position, stays, "stage", "outcome", "position")
    own_then = stays["position"].where(~stays["stage"].isin(_uncounted_stages(numbering.playbook)), 0.0)
    beyond = stays["furthest"] > own_then.groupby(deals).cummax()
    floor = stays["furthest"].map(numbering.find_position).where(beyond, 0.0)
    furthest = reached.where(reached >= floor, floor).groupby(deals).cummax()
    return furthest.where(stays["furthest"].notna())


def _find_furthest_of_deals(
    deals: pd.DataFrame, stays: pd.DataFrame, reached: pd.Series, numbering: StageNumbering
) -> pd.Series:
    """Return the furthest position of every deal, recomputed for the deals of the playbook."""
    own = deals.index[(deals["playbook"] == numbering.playbook.id) & deals["furthest"].notna()]
    last = reached.loc[stays.index].groupby(stays["deal"]).last()
    without_stays = deals.loc[own, "furthest"].map(numbering.find_position)
    furthest = deals["furthest"].copy()
    furthest.loc[own] = deals.loc[own, "deal"].map(last).fillna(without_stays)
    return furthest


def _uncounted_stages(playbook: Playbook) -> set[str]:
    return set(playbook.by_name) - {stage.name for stage in playbook.funnel}


RENUMBERING_MESSAGES: Mapping[str, Text] = MappingProxyType(
    {
        "stages_renumbered": Text(
            "The stages of {playbook} were edited in the sheet Stages: {count} {count:row|rows} of Stage history "
            "{count:has|have} new stage numbers, and "
            "all numbers count by them."
        )
    }
)
"""The notes of a run after the sheet Stages was edited, by id."""


def find_renumbered_stages(before: Pipeline, now: Pipeline) -> tuple[Finding, ...]:
    """Return a note for each playbook whose stage numbers in History differ between *before* and *now*."""
    then, stored = before["History"], now["History"]["position"].reindex(before["History"].index)
    moved = then[stored.notna() & (then["position"] != stored)]
    message = RENUMBERING_MESSAGES["stages_renumbered"]
    return tuple(
        Finding(
            "stages_renumbered",
            "note",
            message.in_(now.language, playbook=playbook, count=count),
            "Stages",
            str(playbook),
            "position",
            now.cell_address("Stages", now.playbooks[str(playbook)].stages[0].row, "position"),
        )
        for playbook, count in moved["playbook"].value_counts(sort=False).items()
        if playbook in now.playbooks
    )
