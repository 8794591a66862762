"""Build the stage stays of deals whose files tell when they entered which stage."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Playbook
from xl_salesflow.imports.imported_deals import STAGE_SINCE_COLUMN
from xl_salesflow.imports.row_matching import FILE_COLUMN
from xl_salesflow.imports.stage_history import StageHistory, list_stays
from xl_salesflow.schema.table_frames import DATE_DTYPE, OPEN_STAY_LEFT

_CARRIED_COLUMNS = (
    "deal",
    "playbook",
    "created",
    "amount",
    "owner",
    "product",
    "source",
    "region",
    "sales_channel",
    FILE_COLUMN,
)
_DAY_COLUMNS = ("entered", "left", "created", "closed")


def build_recorded_stays(deals: pd.DataFrame, history: StageHistory, start: str, playbook: Playbook) -> pd.DataFrame:
    """Return the stays of the new *deals* that *history* knows, or that say since when they are in their stage.

    Each row has the position of its deal in *deals* (at) and its place among the stays of the deal (step). *start* is the
    stage in which deals are created.
    """
    rows: list[dict[str, object]] = []
    told = deals[
        (deals["stage"] != "")
        & (deals[STAGE_SINCE_COLUMN].notna() | deals["deal"].astype(str).isin(list(history.entries)))
    ]
    for at, deal in zip(told.index, told.to_dict("records"), strict=True):
        stays = list_stays(deal, _with_last_change(deal, history, start), start, playbook)
        for row in _describe_stays(deal, stays, playbook):
            rows.append({**row, "at": at})
    if not rows:
        return pd.DataFrame({"deal": pd.Series(dtype=object), "at": [], "step": []})
    frame = pd.DataFrame(rows)
    return frame.astype(dict.fromkeys(_DAY_COLUMNS, DATE_DTYPE))


def update_recorded_deals(deals: pd.DataFrame, stays: pd.DataFrame) -> pd.DataFrame:
    """Return *deals* with the day of the last and the furthest stage of those that have *stays*."""
    if not len(stays):
        return deals
    last = stays.groupby("deal").tail(1).set_index("deal")
    known = deals["deal"].isin(last.index)
    since = pd.to_datetime(deals["deal"].map(last["entered"])).dt.as_unit("s")
    return deals.assign(
        since=deals["since"].mask(known, since),
        furthest=deals["furthest"].mask(known, deals["deal"].map(last["furthest"])),
    )


def _with_last_change(deal: Mapping[Hashable, Any], history: StageHistory, start: str) -> StageHistory:
    """Return *history*, or the last change of an open deal that has left the stage it was created in."""
    since = deal[STAGE_SINCE_COLUMN]
    if pd.isna(since) or deal["outcome"] != "open" or deal["stage"] == start or str(deal["deal"]) in history.entries:
        return history
    return StageHistory({str(deal["deal"]): [(pd.Timestamp(since), str(deal["stage"]))]}, {})


def _describe_stays(
    deal: Mapping[Hashable, Any], stays: list[tuple[str, Any]], playbook: Playbook
) -> Iterator[dict[str, object]]:
    seen, furthest = set[str](), 0.0
    for step, (name, entered) in enumerate(stays):
        stage, after = playbook.by_name[name], stays[step + 1] if step + 1 < len(stays) else None
        left = after[1] if after else OPEN_STAY_LEFT
        furthest = max(furthest, float(stage.position) if stage.kind in ("open", "won") else 0.0)
        closed = deal["closed"] if stage.outcome != "open" else pd.NaT
        yield {
            **{column: deal[column] for column in _CARRIED_COLUMNS},
            "step": step, "stage": name, "position": float(stage.position), "outcome": stage.outcome,
            "entered": entered, "left": left, "days": _count_days(entered, after[1]) if after else np.nan,
            "moved_to": after[0] if after else "", "move": playbook.direction(stage, playbook.by_name[after[0]]) if after else "",
            "furthest": furthest, "first": float(name not in seen), "closed": closed,
            "cycle_days": _count_days(deal["created"], closed), "probability": stage.probability,
        }  # fmt: skip
        seen.add(name)


def _count_days(start: Any, end: Any) -> float:
    return np.nan if pd.isna(start) or pd.isna(end) else float((end - start).days)
