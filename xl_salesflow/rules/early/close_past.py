"""The expected close lies in the past."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, shown
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals = open_deals(pipeline)
    late = deals.loc[deals["expected_close"] < pd.Timestamp(pipeline.today), "expected_close"]
    day = shown(TABLES["Deals"]["expected_close"], late, pipeline.language)
    yield Hits("Deals", late.index, "expected_close", {"day": day})


RULE = Rule(
    "close_past",
    Text("Expected close in the past", "预计成交日已过"),
    Text("expected close {day} has passed", "预计成交日 {day} 已过"),
    "warn",
    _hits,
)
