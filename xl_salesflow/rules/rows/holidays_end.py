"""The sheet Holidays ends soon: from then on every weekday would count as a working day."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text

SOON = pd.Timedelta(days=45)


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    days = pipeline["Holidays"]["day"].dropna()
    if not len(days) or days.max() > pd.Timestamp(pipeline.today) + SOON:
        return  # a team that lists no day off needs none
    yield Hits("Holidays", pd.Index([days.idxmax()]), "day", {"last": str(days.max().date())})


RULE = Rule(
    "holidays_end",
    Text("The holidays end", "节假日表将用完"),
    Text(
        "The last day in the sheet Holidays is {last}; add the days off and make-up days that follow.",
        "“节假日”表最后一天是 {last}；请补充之后的放假日与调休上班日。",
    ),
    "note",
    _hits,
)
