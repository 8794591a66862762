"""History does not fit together: a chain of visits that was cut, shuffled or edited.

Per deal, each visit but the last has left for the stage of the next one on the day that one began, every visit that is over
says which way it left, one visit goes on, and it is the stage the deal counts in.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.tables import FOREVER
from xl_salesflow.model.text import Text

_NEXT = Text(
    "it left for another stage, or on another day, than the next visit shows", "移至的阶段或日期与下一条记录不符"
)
_WAY = Text("it is over and does not say which way it left", "已离开但未记录去向")
_TWO = Text("it still goes on although a later visit follows", "已有后续记录但仍显示为当前")
_DAYS = Text("its days are not the days between its dates", "天数与日期不符")
_GONE = Text("it is over and no later visit follows", "已离开但没有后续记录")
_OTHER = Text("the deal's recorded stage is another one", "与商机的已确认阶段不符")
_NONE = Text("the deal has no visit at all", "该商机没有任何记录")


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    history, deals = _ordered(pipeline["History"]), pipeline["Deals"]
    wrong = pd.Series("", index=history.index, dtype=object)
    for said, broken in _breaks(history, deals):
        wrong = wrong.mask(broken & (wrong == ""), said.in_(pipeline.language))
    rows = wrong.index[wrong != ""]
    yield Hits("History", rows, "visit", {"deal": history.loc[rows, "deal"], "what": wrong[rows]})
    keyed = (deals["recorded_stage"] != "") & ~deals["deal"].isin(history["deal"])
    missing = deals.index[keyed]
    yield Hits(
        "Deals", missing, "recorded_stage", {"deal": deals.loc[missing, "deal"], "what": _NONE.in_(pipeline.language)}
    )


def _ordered(history: pd.DataFrame) -> pd.DataFrame:
    # by number, because people sort sheets; rows of the deals only
    number = pd.to_numeric(history["visit"].str.removeprefix("V"), errors="coerce")
    return history.assign(number=number).sort_values("number", kind="stable")


def _breaks(history: pd.DataFrame, deals: pd.DataFrame) -> Iterable[tuple[Text, pd.Series]]:
    now = history["left"] == np.datetime64(FOREVER, "s")
    after = history.groupby("deal", sort=False)[["stage", "entered"]].shift(-1)
    followed = after["stage"].notna()
    yield _TWO, followed & now
    elsewhere = history["moved_to"] != after["stage"]
    another_day = history["left"].notna() & after["entered"].notna() & (history["left"] != after["entered"])
    yield _NEXT, followed & ~now & (elsewhere | another_day)
    yield _WAY, followed & ~now & ~history["move"].isin(CHOICES["move"])
    yield _GONE, ~followed & ~now
    days = (history["left"] - history["entered"]).dt.days
    yield _DAYS, ~now & days.notna() & history["days"].notna() & (days != history["days"])
    counted = deals[~deals["deal"].duplicated(keep=False)].set_index("deal")["recorded_stage"]
    stage = counted.reindex(history["deal"]).set_axis(history.index)
    yield _OTHER, now & stage.notna() & (stage != history["stage"])


RULE = Rule(
    "broken_history",
    Text("History does not fit together", "历史记录不连贯"),
    Text(
        "The record of deal {deal} is broken here: {what}; restore the row from a backup or with undo.",
        "商机 {deal} 的记录在此中断：{what}；请从备份或用撤销恢复该行。",
    ),
    "block",
    _hits,
)
