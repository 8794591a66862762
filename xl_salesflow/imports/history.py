"""The stage visits that the dates of an imported deal tell of, recorded as they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.imports.deals import LAST_OPEN
from xl_salesflow.imports.merge import framed
from xl_salesflow.imports.rows import FILE
from xl_salesflow.model.frames import DATE_DTYPE
from xl_salesflow.model.playbook import Playbook
from xl_salesflow.model.tables import FOREVER, TABLES
from xl_salesflow.model.text import Language, Text

_IMPORTED = Text("Imported from {file}", "导入自 {file}")
_FOREVER = np.datetime64(FOREVER, "s")
_CARRIED = ("deal", "playbook", "created", "amount", "owner", "product", "source", "region", "sales_channel")


def recorded(deals: pd.DataFrame, playbook: Playbook) -> pd.DataFrame:
    """Return what the product writes into new Deals rows, so that no move is pending after the import."""
    position = {stage.name: stage.position for stage in playbook.stages}
    furthest = deals[LAST_OPEN].map(position).where(deals["outcome"] != "won", playbook.won.position)
    known = deals["stage"] != ""
    return deals.assign(
        recorded_stage=deals["stage"],
        since=deals["closed"].where(deals["outcome"] != "open", deals["created"]).where(known),
        furthest=furthest.astype("float64").where(known),
        outcome=deals["outcome"].where(known, ""),
        playbook=playbook.id,
    )


def visits(deals: pd.DataFrame, playbook: Playbook, history: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the History rows of new *deals*, a complete frame.

    An open deal entered its stage when it was created. A closed one was in its last open stage from then until it was won or
    lost. Days that are not known stay blank.
    """
    deals = deals[deals["stage"] != ""]
    won_first = _aftercare(deals, playbook)
    steps = (
        _visit(deals[deals["outcome"] != "open"], 0, stage=LAST_OPEN, entered="created", left="closed"),
        _visit(deals[won_first], 1, stage=playbook.won.name, entered="closed", left="closed"),
        _visit(deals, 2, stage="stage", entered="", left=""),
    )
    rows = pd.concat([_moved(step, playbook) for step in steps]).sort_values(["at", "step"], kind="stable")
    rows = rows.assign(visit=numbers_from(history, len(rows)), first=1.0)
    rows["reason"] = rows[FILE].map({file: _IMPORTED.in_(language, file=file) for file in rows[FILE].unique()})
    return framed(TABLES["History"], rows)


def _visit(deals: pd.DataFrame, step: int, *, stage: str, entered: str, left: str) -> pd.DataFrame:
    rows = deals[[*_CARRIED, FILE, LAST_OPEN, "probability_override"]].copy()
    rows["at"], rows["step"] = deals.index, step
    rows["stage"] = deals.get(stage, stage)
    since = deals["closed"].where(deals["outcome"] != "open", deals["created"])
    rows["entered"] = deals[entered] if entered else since
    rows["left"] = deals[left] if left else pd.Series(_FOREVER, index=deals.index, dtype=DATE_DTYPE)
    rows["end"], rows["becomes"], rows["shut"] = deals["outcome"], deals["stage"], deals["closed"]
    return rows


def _moved(rows: pd.DataFrame, playbook: Playbook) -> pd.DataFrame:
    """Return visits with what follows from their stage, and where they led."""
    stages, current = rows["stage"].map(playbook.by_name), rows["step"] == 2
    position = {stage.name: float(stage.position) for stage in playbook.stages}
    rows["position"] = rows["stage"].map(position)
    rows["outcome"] = [stage.outcome for stage in stages]
    own = rows["probability_override"].where(current)
    rows["probability"] = own.fillna(pd.Series([stage.probability for stage in stages], rows.index, dtype="float64"))
    rows["closed"] = rows["shut"].where(rows["outcome"] != "open")
    rows["cycle_days"] = _days(rows["created"], rows["closed"])
    rows["days"] = _days(rows["entered"], rows["left"]).where(~current)
    rows["furthest"] = rows[LAST_OPEN].map(position).where(rows["outcome"] != "won", position[playbook.won.name])
    rows["moved_to"] = rows["becomes"].mask((rows["step"] == 0) & (rows["end"] == "won"), playbook.won.name)
    rows["move"] = rows["end"].mask(rows["step"] == 1, "aftercare")
    rows[["moved_to", "move"]] = rows[["moved_to", "move"]].mask(current, "")
    return rows


def _aftercare(deals: pd.DataFrame, playbook: Playbook) -> pd.Series:
    after = [stage.name for stage in playbook.stages if stage.kind == "aftercare"]
    return deals["stage"].isin(after)


def _days(start: pd.Series, end: pd.Series) -> pd.Series:
    return (end - start).dt.days.astype("float64")


def backwards(deals: pd.DataFrame) -> pd.DataFrame:
    """Return the deals that closed before they were created."""
    return deals[deals["closed"] < deals["created"]]


def numbers_from(history: pd.DataFrame, count: int) -> list[str]:
    """Return the numbers of the next *count* visits."""
    taken: Any = pd.to_numeric(history["visit"].str.removeprefix("V"), errors="coerce").max()
    first = 1 if taken != taken else int(taken) + 1
    return [f"V{number:06d}" for number in range(first, first + count)]
