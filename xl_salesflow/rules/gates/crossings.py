"""Which way every move goes, and which gates it meets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.model.playbook import Gate, Playbook


def crossings(playbook: Playbook, deals: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """Return, per move, the target `to` and its position `at`, the position `since` passed already, and the way `move`."""
    codes, pairs = pd.factorize(pd.MultiIndex.from_frame(moves[["from", "to"]]))
    stages = [(playbook.by_name.get(before), playbook.by_name[after]) for before, after in pairs]
    ways = np.array([playbook.direction(before, after) for before, after in stages], object)
    at = np.array([after.position for _, after in stages], float)
    # a lost or unknown stage says nothing of how far the deal had come; its furthest stage does
    since = np.array([before.position if before and before.kind != "lost" else np.nan for before, _ in stages], float)
    came = since[codes]
    furthest = deals["furthest"].fillna(0).to_numpy("float64")
    columns = {
        "to": moves["to"],
        "at": at[codes],
        "since": np.where(np.isnan(came), furthest, came),
        "move": ways[codes],
    }
    return pd.DataFrame(columns, index=moves.index)


def guarded(playbook: Playbook, gate: Gate, moves: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which *moves* (as crossings gives them) meet *gate*: they enter its stage or go past it."""
    stage = playbook.by_name[gate.stage]
    if stage.kind == "lost":
        return (moves["to"] == stage.name).to_numpy(bool)
    onward = ~moves["move"].isin(["lost", "back"])
    past = (moves["since"] < stage.position) & (moves["at"] >= stage.position)
    return (onward & past).to_numpy(bool)
