"""Something that has happened, dated after today."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, shown
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text

_PAST = (
    ("Deals", "created"),
    ("Deals", "closed"),
    ("Deals", "contract_signed"),
    ("Activities", "date"),
    ("Answers", "date"),
    ("Tasks", "done"),
    ("Quotes", "sent"),
    ("Quotes", "decided"),
    ("Feedback", "date"),
)


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    today = pd.Timestamp(pipeline.today)
    for name, column in _PAST:
        cells = pipeline[name][column]
        ahead = cells[cells > today]
        yield Hits(name, ahead.index, column, {"day": shown(TABLES[name][column], ahead, pipeline.language)})


RULE = Rule(
    "future_date",
    Text("A date still to come", "日期在未来"),
    Text(
        "“{column}” is {day}, which is still to come; correct the date.",
        "“{column}”为 {day}，尚未到来；请更正日期。",
    ),
    "warn",
    _hits,
)
