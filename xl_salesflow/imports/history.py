"""The stage visits that the dates of an imported deal tell of, recorded as they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.imports.deals import LAST_OPEN
from xl_salesflow.imports.files import FILE
from xl_salesflow.model.frames import DATE_DTYPE, complete
from xl_salesflow.model.playbook import Playbook
from xl_salesflow.model.tables import FOREVER, TABLES
from xl_salesflow.model.text import Language, Text

_IMPORTED = Text("Imported from {file}", "导入自 {file}")
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
    lost. Days that are not known stay blank, and so do the days of a deal closed before it was created.
    """
    deals = deals[deals["stage"] != ""]
    won_first = _aftercare(deals, playbook)
    steps = (
        _visit(deals[deals["outcome"] != "open"], 0, stage=LAST_OPEN, entered="created", left="closed"),
        _visit(deals[won_first], 1, stage=playbook.won.name, entered="closed", left="closed"),
        _visit(deals, 2, stage="stage", entered="", left=""),
    )
    rows = pd.concat([_moved(step, deals, playbook) for step in steps]).sort_values(["at", "step"], kind="stable")
    rows = rows.assign(visit=numbers_from(history, len(rows)), first=1.0)
    rows["reason"] = rows[FILE].map({file: _IMPORTED.in_(language, file=file) for file in rows[FILE].unique()})
    return complete(TABLES["History"], rows.reset_index(drop=True))


def _visit(deals: pd.DataFrame, step: int, *, stage: str, entered: str, left: str) -> pd.DataFrame:
    rows = deals[[*_CARRIED, FILE, LAST_OPEN, "probability_override"]].copy()
    rows["at"], rows["step"] = deals.index, step
    rows["stage"] = deals[stage] if stage in deals else stage
    since = deals["closed"].where(deals["outcome"] != "open", deals["created"])
    rows["entered"] = deals[entered] if entered else since
    rows["left"] = deals[left] if left else np.datetime64(FOREVER, "s")
    rows["left"] = rows["left"].astype(DATE_DTYPE)
    rows["end"], rows["becomes"] = deals["outcome"], deals["stage"]
    rows["shut"] = deals["closed"]
    return rows


def _moved(rows: pd.DataFrame, deals: pd.DataFrame, playbook: Playbook) -> pd.DataFrame:
    facts = pd.DataFrame(
        {s.name: {"position": s.position, "outcome": s.outcome, "probability": s.probability} for s in playbook.stages}
    ).T
    for id in facts:
        rows[id] = rows["stage"].map(facts[id])
    last = rows["step"] == 2
    rows["probability"] = rows["probability_override"].where(last, np.nan).fillna(rows["probability"].astype("float64"))
    closed = rows["outcome"] != "open"
    rows["closed"] = rows["shut"].where(closed)
    cycle = _days(rows["created"], rows["closed"])
    rows["cycle_days"] = cycle
    rows["days"] = _days(rows["entered"], rows["left"]).where(~last)
    opened = rows[LAST_OPEN].map(facts["position"])
    rows["furthest"] = opened.where(rows["outcome"] != "won", playbook.won.position)
    gone = ~last
    first = (rows["step"] == 0) & (rows["end"] == "won")
    rows["moved_to"] = rows["becomes"].where(gone, "").mask(first, playbook.won.name)
    rows["move"] = rows["end"].where(gone, "").mask(rows["step"] == 1, "aftercare")
    for id in ("position", "furthest"):
        rows[id] = rows[id].astype("float64")
    return rows


def _aftercare(deals: pd.DataFrame, playbook: Playbook) -> pd.Series:
    after = [stage.name for stage in playbook.stages if stage.kind == "aftercare"]
    return deals["stage"].isin(after)


def _days(start: pd.Series, end: pd.Series) -> pd.Series:
    days = (end - start).dt.days.astype("float64")
    return days.where(days >= 0)


def backwards(deals: pd.DataFrame) -> pd.DataFrame:
    """Return the deals that closed before they were created."""
    return deals[deals["closed"] < deals["created"]]


def numbers_from(history: pd.DataFrame, count: int) -> list[str]:
    """Return the numbers of the next *count* visits."""
    taken: Any = pd.to_numeric(history["visit"].str.removeprefix("V"), errors="coerce").max()
    first = 1 if taken != taken else int(taken) + 1
    return [f"V{number:06d}" for number in range(first, first + count)]
