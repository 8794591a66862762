"""The words of the list, for the deals that are on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.followups.people import people
from xl_salesflow.followups.questions import questions
from xl_salesflow.followups.signal import Deals, Signal
from xl_salesflow.followups.weight import PRIORITIES, Weights
from xl_salesflow.model.frames import complete
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

GOLDEN = Text("golden customer", "黄金客户")
LARGE = Text("large deal", "大额商机")
PLAN = Text("Agree on the next step and its date.", "与客户约定下一步及日期。")

Rows = npt.NDArray[np.intp]


def lines(deals: Deals, told: list[Signal], weighed: Weights, rows: Rows, ranks: Rows) -> pd.DataFrame:
    """Return the frame of FollowUps for the deals at positions *rows*, with *ranks*."""
    listed = deals.frame.iloc[rows]
    index = pd.RangeIndex(2, 2 + len(rows))
    columns: dict[str, Any] = {
        "rank": ranks.astype("float64"),
        "priority": [PRIORITIES[level] for level in weighed.level[rows]],
        **{id: listed[id].to_numpy() for id in ("owner", "deal", "account", "amount")},
        "stage": np.where(listed["recorded_stage"] != "", listed["recorded_stage"], listed["stage"]),
        "due": weighed.due[rows].astype("datetime64[s]"),
        "days_late": weighed.days_late[rows],
        "why": list(_reasons(deals, told, weighed, rows)),
        "next_step": _next_steps(deals, rows),
        "question": questions(deals, rows),
        **people(deals, rows),
        "done": _kept_done(deals, rows),
    }
    return complete(TABLES["FollowUps"], pd.DataFrame(columns, index=index))


def _reasons(deals: Deals, told: list[Signal], weighed: Weights, rows: Rows) -> Iterator[str]:
    language = deals.pipeline.language
    ordered = sorted(told, key=lambda signal: -signal.level)
    texts = [[""] * len(rows) for _ in ordered]
    for text, signal in zip(texts, ordered, strict=True):
        for at in map(int, np.flatnonzero(signal.applies[rows])):
            text[at] = _said(signal, int(rows[at]), language)
    extras = [(weighed.golden[rows], GOLDEN.in_(language)), (weighed.large[rows], LARGE.in_(language))]
    mark, stop = ("；", "。") if language == "zh" else ("; ", ".")
    for at in range(len(rows)):
        said = [text[at] for text in texts if text[at]] + [word for mask, word in extras if mask[at]]
        line = mark.join(said)
        yield line[:1].upper() + line[1:] + stop


def _said(signal: Signal, row: int, language: Language) -> str:
    facts = {name: values[row] for name, values in signal.facts.items()}
    plain = {name: f"{fact:g}" if isinstance(fact, float) else str(fact) for name, fact in facts.items()}
    return _singular(signal.text.in_(language, **plain), language)


def _singular(text: str, language: Language) -> str:
    return text.replace(" 1 days", " 1 day") if language == "en" else text


def _next_steps(deals: Deals, rows: Rows) -> list[str]:
    own = deals.frame["next_step"].to_numpy()[rows]
    action = deals.of_stage(lambda stage: stage.action, "")[rows]
    fallback = PLAN.in_(deals.pipeline.language)
    return [mine or advised or fallback for mine, advised in zip(own, action, strict=True)]


def _kept_done(deals: Deals, rows: Rows) -> npt.NDArray[Any]:
    # a line marked "no" stays marked
    listed = deals.pipeline["FollowUps"]
    return np.where(deals.frame["deal"].iloc[rows].isin(listed.loc[listed["done"] == "no", "deal"]), "no", "")
