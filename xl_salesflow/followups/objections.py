"""The objection answered last: what it was and what was said, and whether that convinced."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.followups.signal import Deals
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.text import Text

Rows = npt.NDArray[np.intp]

CONVINCED = Text("Did our answer on {type} convince?", "我们对“{type}”异议的答复是否打消了顾虑？")


def objections(deals: Deals, rows: Rows) -> list[str]:
    """Return of each deal at positions *rows* the objection answered last, as "Price: too dear → what was answered"."""
    raised = deals.pipeline["Objections"]
    raised = _latest(raised[raised["status"].isin(("answered", "resolved"))])
    colon = "：" if deals.pipeline.language == "zh" else ": "
    told = {
        deal: " → ".join(filter(None, (colon.join(filter(None, (_shown(type, deals), concern))), answer)))
        for deal, type, concern, answer in zip(
            *(raised[id] for id in ("deal", "type", "concern", "answer")), strict=True
        )
    }
    return _of(told, deals, rows)


def convinced(deals: Deals, rows: Rows) -> list[str]:
    """Return the question whether the last answer convinced, where nobody has noted that yet."""
    raised, language = deals.pipeline["Objections"], deals.pipeline.language
    raised = _latest(raised[(raised["status"] == "answered") & (raised["worked"] == "") & (raised["type"] != "")])
    asked = {
        deal: CONVINCED.in_(language, type=_in_a_sentence(type, deals))
        for deal, type in zip(raised["deal"], raised["type"], strict=True)
    }
    return _of(asked, deals, rows)


def _latest(raised: pd.DataFrame) -> pd.DataFrame:
    return raised.sort_values("date", kind="stable").drop_duplicates("deal", keep="last")


def _of(told: dict[str, str], deals: Deals, rows: Rows) -> list[str]:
    return [told.get(deal, "") for deal in deals.frame["deal"].to_numpy()[rows]]


def _shown(type: str, deals: Deals) -> str:
    text = LISTS["objection_type"].get(type)
    return text.in_(deals.pipeline.language) if text else type


def _in_a_sentence(type: str, deals: Deals) -> str:
    english = deals.pipeline.language == "en" and type in LISTS["objection_type"]
    return _shown(type, deals).lower() if english else _shown(type, deals)
