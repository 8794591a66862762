"""Visits that are gone from History although no run took them out: numbers are missing that the Journal knows nothing of."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text

_SHOWN = 5


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    history, journal = pipeline["History"], pipeline["Journal"]
    of_visits = journal[journal["table"] == "History"]
    there = _numbers(history.loc[history["seal"] != "", "visit"])
    added = _numbers(of_visits.loc[of_visits["operation"] == "add", "key"])
    removed = _numbers(of_visits.loc[of_visits["operation"] == "remove", "key"])
    # History itself counts up without gaps; the last rows are missed only by the Journal, which tells that they were added
    known = np.union1d(_numbers(history["visit"]), removed)
    known = known[known >= there.min()] if len(there) else known[:0]
    if not len(known):
        return
    after = np.append(known[1:], max(known[-1], added.max(initial=0)) + 1)
    gaps = after - known - 1
    if gaps.any():
        gone = [
            number + step
            for number, gap in zip(known, gaps, strict=True)
            if gap
            for step in range(1, min(gap, _SHOWN) + 1)
        ]
        which = ", ".join(f"V{number:06d}" for number in gone[:_SHOWN]) + (" …" if gaps.sum() > _SHOWN else "")
        yield Hits("History", history.index[:1], "visit", {"count": int(gaps.sum()), "which": which})


def _numbers(visits: pd.Series) -> np.ndarray:
    numbers = pd.to_numeric(visits.str.removeprefix("V"), errors="coerce").dropna()
    return np.unique(numbers.to_numpy("float64").astype(np.int64))


RULE = Rule(
    "missing_visits",
    Text("Visits taken out by hand", "被手工删除的历史记录"),
    Text(
        "{count} visits are gone from History and no run took them out: {which}; put them back from a backup.",
        "历史中有 {count} 条记录缺失，且并非由运行删除：{which}；请从备份恢复。",
    ),
    "warn",
    _hits,
)
