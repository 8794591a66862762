"""Pipelines made from stories that say which deal entered which stage when; the product's columns are derived from them."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.lazy_frames import LoadedFrames
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.deal_tables import OPEN_STAY_END
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_frames import complete_columns, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

STAGES: tuple[tuple[str, str, float, int | None], ...] = (
    ("Lead", "open", 0.1, 10),
    ("Qualified", "open", 0.25, 15),
    ("Demo", "open", 0.5, None),
    ("Contract", "open", 0.75, 20),
    ("Won", "won", 1.0, None),
    ("Lost", "lost", 0.0, None),
    ("Care", "aftercare", 1.0, 90),
)
"""Stage, kind, probability, day limit."""

CARRIED = ("owner", "product", "source", "region", "sales_channel", "amount", "created")


def stages_frame(
    stages: tuple[tuple[str, str, float, int | None], ...] = STAGES, playbook: str = "crm"
) -> pd.DataFrame:
    """Make the sheet Stages of one playbook."""
    rows = [
        {"playbook": playbook, "position": k, "stage": name, "kind": kind, "probability": chance, "day_limit": limit}
        for k, (name, kind, chance, limit) in enumerate(stages, 1)
    ]
    return make_table_frame(TABLES["Stages"], rows)


def pipeline_of_stories(
    deals: pd.DataFrame,
    visits: pd.DataFrame,
    today: date,
    stages: pd.DataFrame | None = None,
    language: Language = "en",
    **tables: pd.DataFrame,
) -> Pipeline:
    """Make a pipeline from *deals* (any columns of Deals) and *visits* (deal, stage, entered; in order per deal)."""
    setup = stages_frame() if stages is None else stages
    deals = _typed("Deals", deals.reset_index(drop=True))
    if not (deals["playbook"] != "").any():
        deals["playbook"] = setup["playbook"].iloc[0]
    history = _history(deals, visits.reset_index(drop=True), setup)
    last = history.drop_duplicates("deal", keep="last").set_index("deal").reindex(deals["deal"])
    for column, of in (
        ("recorded_stage", "stage"),
        ("since", "entered"),
        ("outcome", "outcome"),
        ("furthest", "furthest"),
    ):
        deals[column] = last[of].to_numpy(dtype=deals[column].dtype)
    deals["closed"] = last["closed"].to_numpy()
    deals["stage"] = deals["recorded_stage"]
    made = {name: make_table_frame(table) for name, table in TABLES.items()} | {
        "Deals": deals,
        "History": history,
        "Stages": setup,
    }
    settings = Settings({"playbook": setup["playbook"].iloc[0]})
    return Pipeline(LoadedFrames({**made, **tables}), today, language, settings)


def _history(deals: pd.DataFrame, visits: pd.DataFrame, setup: pd.DataFrame) -> pd.DataFrame:
    of_deal = deals.set_index("deal")
    history = visits[["deal", "stage", "entered"]].copy()
    history["entered"] = pd.to_datetime(history["entered"]).astype("datetime64[s]")
    for column in CARRIED:
        own = visits[column] if column in visits else history["deal"].map(of_deal[column])
        history[column] = own if column != "created" else pd.to_datetime(own).astype("datetime64[s]")
    history["playbook"] = history["deal"].map(of_deal["playbook"])
    stage = setup.set_index("stage")
    for column in ("position", "probability"):
        history[column] = history["stage"].map(stage[column]).astype(float)
    kind = history["stage"].map(stage["kind"])
    history["outcome"] = kind.replace("aftercare", "won")
    per_deal = history.groupby("deal", sort=False)
    history["left"] = per_deal["entered"].shift(-1)
    history["moved_to"] = per_deal["stage"].shift(-1).fillna("")
    history["days"] = (history["left"] - history["entered"]).dt.days.astype(float)
    history["left"] = (
        history["left"].where(history["moved_to"] != "", pd.Timestamp(OPEN_STAY_END)).astype("datetime64[s]")
    )
    won = setup.loc[setup["kind"] == "won", "position"].iloc[0]
    counted = np.select([kind == "open", history["outcome"] == "won"], [history["position"], won], np.nan)
    history["furthest"] = (
        pd.Series(counted).groupby(history["deal"], sort=False).cummax().groupby(history["deal"]).ffill()
    )
    history["first"] = np.where(history.duplicated(["deal", "stage"]), np.nan, 1.0)
    history["move"] = _moves(history, kind, stage["position"])
    closing = history["entered"].where((kind == "won") | (kind == "lost"))
    history["closed"] = closing.groupby(history["deal"]).ffill().where(kind != "open").astype("datetime64[s]")
    history["cycle_days"] = (history["closed"] - history["created"]).dt.days.astype(float)
    history["visit"] = [f"V{k}" for k in range(1, len(history) + 1)]
    return _typed("History", history)


def _typed(table: str, partial: pd.DataFrame) -> pd.DataFrame:
    whole = complete_columns(TABLES[table], partial)
    words = [column.id for column in TABLES[table].columns if column.type.is_text]
    whole[words] = whole[words].astype(object).fillna("")
    for column in TABLES[table].columns:
        if column.type.is_date:
            whole[column.id] = pd.to_datetime(whole[column.id]).astype("datetime64[s]")
    return whole


def _moves(history: pd.DataFrame, kind: pd.Series, position: pd.Series) -> np.ndarray[Any, Any]:
    after = kind.groupby(history["deal"], sort=False).shift(-1).fillna("")
    step = history["moved_to"].map(position) - history["position"]
    return np.select(
        [after == "", after == "won", after == "lost", after == "aftercare", kind != "open", step < 0, step > 1],
        ["", "won", "lost", "aftercare", "reopened", "back", "skip"],
        "forward",
    )


def pipeline_from_table(table: str, today: date, language: Language = "en", **tables: list[dict[str, Any]]) -> Pipeline:
    """Make a pipeline from a readable table; its last column lists the stage stays as "Lead 01-31, Won 02-03".

    Days without a year are in *today*'s year; "?" is an unknown day. The deal is created on the first day of its first stay.
    """
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    deals, visits = [], []
    for line in lines:
        row: dict[str, Any] = {name: cell for name, cell in zip(header, line, strict=True) if cell}
        story = [_read_stay(part, today.year) for part in row.pop("visits").split(",")]
        for number in ("amount", "probability_override", "pushes"):
            if number in row:
                row[number] = float(row[number])
        deals.append({**row, "created": story[0][1]})
        visits += [{"deal": row["deal"], "stage": stage, "entered": day} for stage, day in story]
    made = {name: make_table_frame(TABLES[name], rows) for name, rows in tables.items()}
    return pipeline_of_stories(pd.DataFrame(deals), pd.DataFrame(visits), today, language=language, **made)


def _read_stay(text: str, year: int) -> tuple[str, pd.Timestamp | None]:
    stage, day = text.strip().rsplit(" ", 1)
    if day == "?":
        return stage, None
    return stage, pd.Timestamp(day if day.count("-") == 2 else f"{year}-{day}")
