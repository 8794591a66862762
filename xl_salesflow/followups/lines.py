"""The words of the list, for the deals that are on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.followups.objections import objections
from xl_salesflow.followups.people import people
from xl_salesflow.followups.questions import questions
from xl_salesflow.followups.schedule import Schedule
from xl_salesflow.followups.signal import Deals, Signal
from xl_salesflow.followups.weight import PRIORITIES, Weights
from xl_salesflow.model.frames import complete
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

GOLDEN = Text("golden customer", "黄金客户")
LARGE = Text("large deal", "大额商机")
HIGHER = Text("{because}: one priority higher", "{because}，优先级提高一级")
MOVED = Text("put off to {day}, as {limit} a day are full", "当日已满 {limit} 个，顺延至 {day}")
PLAN = Text("Agree on the next step and its date.", "与客户约定下一步及日期。")

Rows = npt.NDArray[np.intp]


def lines(deals: Deals, told: list[Signal], weighed: Weights, planned: Schedule) -> pd.DataFrame:
    """Return the frame of FollowUps for the deals that *planned* gives a day."""
    rows = planned.rows
    listed = deals.frame.iloc[rows]
    index = pd.RangeIndex(2, 2 + len(rows))
    columns: dict[str, Any] = {
        "rank": planned.ranks.astype("float64"),
        "priority": [PRIORITIES[level] for level in weighed.level[rows]],
        **{id: listed[id].to_numpy() for id in ("owner", "deal", "account", "amount")},
        "day": planned.days.astype("datetime64[s]"),
        "stage": np.where(listed["recorded_stage"] != "", listed["recorded_stage"], listed["stage"]),
        "due": weighed.due[rows].astype("datetime64[s]"),
        "days_late": weighed.days_late[rows],
        "why": list(_reasons(deals, told, weighed, planned)),
        "next_step": _next_steps(deals, rows),
        "question": questions(deals, rows),
        "objection": objections(deals, rows),
        **people(deals, rows),
        "done": _kept_done(deals, rows),
    }
    return complete(TABLES["FollowUps"], pd.DataFrame(columns, index=index))


def _reasons(deals: Deals, told: list[Signal], weighed: Weights, planned: Schedule) -> Iterator[str]:
    language, rows = deals.pipeline.language, planned.rows
    ordered = sorted(told, key=lambda signal: -signal.level)
    texts = [[""] * len(rows) for _ in ordered]
    for text, signal in zip(texts, ordered, strict=True):
        for at in map(int, np.flatnonzero(signal.applies[rows])):
            text[at] = _said(signal, int(rows[at]), language)
    texts += [*_customer(weighed, rows, language), _moved(deals, planned)]
    mark, stop = ("；", "。") if language == "zh" else ("; ", ".")
    for at in range(len(rows)):
        line = mark.join(text[at] for text in texts if text[at])
        yield line[:1].upper() + line[1:] + stop


def _customer(weighed: Weights, rows: Rows, language: Language) -> Iterator[list[str]]:
    # who the customer is, and that it raised the priority; one reason is enough for that
    raised = weighed.raised[rows]
    for mask, name in ((weighed.golden[rows], GOLDEN), (weighed.large[rows], LARGE)):
        word = name.in_(language)
        higher = HIGHER.in_(language, because=word)
        yield [(higher if up else word) if marked else "" for marked, up in zip(mask, raised, strict=True)]
        raised = raised & ~mask


def _moved(deals: Deals, planned: Schedule) -> list[str]:
    limit, language = f"{deals.pipeline.settings.number('followups_per_day'):g}", deals.pipeline.language
    days = planned.days.astype(str)
    return [
        MOVED.in_(language, day=day, limit=limit) if moved else ""
        for day, moved in zip(days, planned.moved, strict=True)
    ]


def _said(signal: Signal, row: int, language: Language) -> str:
    facts = {name: values[row] for name, values in signal.facts.items()}
    plain = {name: f"{fact:g}" if isinstance(fact, float) else str(fact) for name, fact in facts.items()}
    return _singular(signal.text.in_(language, **plain), language)


def _singular(text: str, language: Language) -> str:
    return re.sub(r"(?<= 1)( working)? days", r"\1 day", text) if language == "en" else text


def _next_steps(deals: Deals, rows: Rows) -> list[str]:
    own = deals.frame["next_step"].to_numpy()[rows]
    action = deals.of_stage(lambda stage: stage.action, "")[rows]
    fallback = PLAN.in_(deals.pipeline.language)
    return [mine or advised or fallback for mine, advised in zip(own, action, strict=True)]


def _kept_done(deals: Deals, rows: Rows) -> npt.NDArray[Any]:
    # a line marked "no" stays marked
    listed = deals.pipeline["FollowUps"]
    return np.where(deals.frame["deal"].iloc[rows].isin(listed.loc[listed["done"] == "no", "deal"]), "no", "")
