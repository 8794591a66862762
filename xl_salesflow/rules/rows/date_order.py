"""Two dates of one row that are the wrong way round."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, shown
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text

_PAIRS = (
    ("Deals", "created", "closed"),
    ("Deals", "created", "expected_close"),
    ("Deals", "created", "contract_signed"),
    ("Quotes", "date", "valid_until"),
    ("Quotes", "sent", "decided"),
    ("Targets", "from", "to"),
)
"""Table, the earlier date, the later one."""


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name, earlier, later in _PAIRS:
        frame, table = pipeline[name], TABLES[name]
        wrong = frame[frame[later] < frame[earlier]]
        facts = {
            "later": shown(table[later], wrong[later], pipeline.language),
            "earlier": shown(table[earlier], wrong[earlier], pipeline.language),
            "other": table.header(earlier, pipeline.language),
        }
        yield Hits(name, wrong.index, later, facts)


RULE = Rule(
    "date_order",
    Text("Dates the wrong way round", "日期先后颠倒"),
    Text(
        "“{column}” is {later}, before “{other}”, {earlier}; correct one of them.",
        "“{column}”（{later}）早于“{other}”（{earlier}）；请更正其一。",
    ),
    "warn",
    _hits,
)
