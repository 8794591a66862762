"""Compute the cells of the sheet Start: what is due, the next calls, and the month against its target."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.metrics.array_arithmetic import MetricMask, column_days, column_numbers, sum_by_group
from xl_salesflow.metrics.deal_cube import days_since_1970
from xl_salesflow.schema.cell_declaration import ALL_VALUES_LABEL
from xl_salesflow.schema.start_cells import START_CALLS
from xl_salesflow.schema.table_frames import fold_keys


def compute_start_cells(pipeline: Pipeline) -> dict[str, Any]:
    """Return the values of the formulas on the sheet Start; none if the workbook has an older one."""
    if "StartAll" not in pipeline.named:
        return {}
    owner = _chosen_start_owner(pipeline)
    counts = _count_deals_to_act_on(pipeline, owner)
    return {
        "StartAll": int(not owner),
        "StartEmpty": int(not (pipeline["Deals"]["deal"] != "").any()),
        **counts,
        **_compute_month_result(pipeline, owner),
        **_list_next_calls(pipeline, owner),
    }


def _chosen_start_owner(pipeline: Pipeline) -> str:
    chosen = str(pipeline.named.get("StartOwner") or "")
    everybody = (*ALL_VALUES_LABEL.translations(), str(pipeline.named.get("ViewEverything") or ""))
    return "" if chosen in everybody else chosen


def _belongs_to(frame: pd.DataFrame, owner: str) -> MetricMask:
    if not owner:
        return np.ones(len(frame), dtype=bool)
    return (fold_keys(frame["owner"]) == fold_text(owner)).to_numpy(dtype=bool)


def _count_deals_to_act_on(pipeline: Pipeline, owner: str) -> dict[str, int]:
    deals, requests = pipeline["Deals"], pipeline["Approvals"]
    today = np.datetime64(pipeline.today, "s")
    mine = (deals["deal"] != "") & _belongs_to(deals, owner)
    is_open = mine & ~deals["outcome"].isin(["won", "lost"])
    step, close = deals["next_step_date"], deals["expected_close"]
    waiting = (requests["approval"] != "") & (requests["status"] == "waiting")
    found = {
        "StartOverdue": is_open & (step < today),
        "StartDue": is_open & (step == today),
        "StartUnplanned": is_open & step.isna(),
        "StartRefused": mine & (deals["move_status"] == "refused"),
        "StartPassed": is_open & (close < today),
        "StartWaiting": waiting,
    }
    return {name: int(rows.sum()) for name, rows in found.items()}


def _compute_month_result(pipeline: Pipeline, owner: str) -> dict[str, Any]:
    deals, today = pipeline["Deals"], pipeline.today
    first, last = (days_since_1970(str(day)) for day in (date(today.year, today.month, 1), _last_day_of_month(today)))
    closed = column_days(deals["closed"])
    won = _belongs_to(deals, owner) & (deals["outcome"] == "won").to_numpy() & (closed >= first) & (closed <= last)
    amounts = column_numbers(deals["amount"])
    is_known = bool((won & ~np.isnan(amounts)).any()) or not won.any()
    value = _sum_amounts(amounts, won) if is_known else None
    target = _month_target(pipeline, owner, first, last)
    attained = value / target if target and value is not None else None
    bar = "█" * min(20, int(20 * attained + 0.5)) if attained is not None else ""
    return {
        "StartWon": "" if value is None else value,
        "StartTarget": "" if target is None else target,
        "StartAttained": "" if attained is None else attained,
        "StartBar": bar,
    }


def _last_day_of_month(day: date) -> date:
    return (pd.Timestamp(day) + pd.offsets.MonthEnd(0)).date()


def _month_target(pipeline: Pipeline, owner: str, first: float, last: float) -> float | None:
    rows = pipeline["Targets"]
    start, end, target = column_days(rows["from"]), column_days(rows["to"]), column_numbers(rows["target"])
    days = np.nan_to_num(np.minimum(end, last) - np.maximum(start, first) + 1)
    whole = (days > 0) & ~np.isnan(target) & ((rows["product"] == "") & (rows["sales_channel"] == "")).to_numpy()
    named = (rows["owner"] != "").to_numpy()
    chosen = whole & (_belongs_to(rows, owner) if owner else ~named)
    if not owner and not chosen.any():
        chosen = whole & named
    return _sum_amounts(target * days / (end - start + 1), chosen) if chosen.any() else None


def _sum_amounts(values: Any, chosen: MetricMask) -> float:
    return float(sum_by_group(values, chosen, np.zeros(len(values), dtype=np.int64), 1)[0])


def _list_next_calls(pipeline: Pipeline, owner: str) -> Mapping[str, Any]:
    listed, empty = pipeline["FollowUps"], not (pipeline["Deals"]["deal"] != "").any()
    rank = column_numbers(listed["rank"])
    known = (np.nan_to_num(rank) != 0) & (listed["done"] != "yes").to_numpy() & _belongs_to(listed, owner)
    places = np.flatnonzero(known)[np.argsort(rank[known], kind="stable")]
    cells: dict[str, Any] = {}
    for number in range(1, START_CALLS + 1):
        if number <= len(places):
            row = listed.iloc[places[number - 1]]
            first = int(listed.index[0])
            cells[f"StartRow{number}"] = int(listed.index[places[number - 1]]) - first + 1
            cells[f"StartWho{number}"] = row["account"] or row["deal"]
            cells[f"StartReach{number}"] = row["contact"] + (f" {row['phone']}" if row["phone"] else "")
            cells[f"StartWhy{number}"] = " · ".join(filter(None, (row["next_step"], row["why"])))
            continue
        idle = pipeline.named.get("StartIdle") if number == 1 and not empty else ""
        step, words = (
            pipeline.named.get(f"{name}{number}") if empty else "" for name in ("StartStep", "StartStepText")
        )
        parts = {"Row": "", "Who": step, "Reach": idle, "Why": words}
        cells |= {f"Start{part}{number}": value or "" for part, value in parts.items()}
    return cells
