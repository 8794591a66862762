"""Which deals are on their way, from where and to which stage next.

A deal enters its playbook by the first stage, and aftercare by Won; a stage typed further on is reached in legs, each judged.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Playbook


def usable(playbook: Playbook) -> bool:
    """Tell whether moves can be judged by *playbook* at all: it starts somewhere and can be won."""
    return bool(playbook.open_stages) and any(stage.kind == "won" for stage in playbook.stages)


def pending(pipeline: Pipeline) -> pd.DataFrame:
    """Return the moves that wait, indexed as Deals: `from`, `to` (the next leg), `target` and `playbook`.

    A stage that differs only in case or outer blanks is the same stage. Rows without a key of their own are left alone.
    """
    deals = pipeline["Deals"]
    typed, recorded = deals["stage"], deals["recorded_stage"]
    plain = folded(typed)
    waiting = (plain != "") & (plain != folded(recorded))
    waiting &= (deals["deal"] != "") & ~deals["deal"].duplicated(keep=False)
    deals = deals[waiting]
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    typed = typed[waiting].str.strip()
    moves = pd.DataFrame({"from": recorded[waiting], "to": typed, "target": typed, "playbook": named}, dtype=object)
    for id, rows in moves.groupby("playbook", sort=False):
        playbook = pipeline.playbooks.get(str(id))
        if playbook is not None and usable(playbook):
            pairs = list(zip(rows["from"], rows["target"], strict=True))
            legs = {pair: _leg(playbook, *pair) for pair in set(pairs)}
            moves.loc[rows.index, ["to", "target"]] = np.array([legs[pair] for pair in pairs], object)
    return moves


def known(pipeline: Pipeline, deals: pd.DataFrame) -> pd.Series:
    """Return, per row of *deals*, whether the typed stage is one of the deal's playbook."""
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    pairs = [(id, name) for id, playbook in pipeline.playbooks.items() for name in _spelled(playbook)]
    typed = pd.MultiIndex.from_arrays([named, folded(deals["stage"])])
    return pd.Series(typed.isin(pairs), index=deals.index)


def _leg(playbook: Playbook, before: str, typed: str) -> tuple[str, str]:
    target = _spelled(playbook).get(typed.casefold())
    if target is None:
        return typed, typed
    after, at = playbook.by_name[target], playbook.by_name.get(before)
    if before == "":
        return playbook.first.name, target
    if after.kind == "aftercare" and at is not None and at.outcome != "won":
        return playbook.won.name, target
    return target, target


def _spelled(playbook: Playbook) -> Mapping[str, str]:
    return {name.strip().casefold(): name for name in playbook.by_name}
