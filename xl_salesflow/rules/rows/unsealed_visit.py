"""A visit without a seal: of a workbook older than seals, put in by hand, or let stand by clearing its seal."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    history = pipeline["History"]
    rows = history.index[((history["seal"] == "") & (history["visit"] != "")).to_numpy(bool)]
    yield Hits("History", rows[:1], "seal", {"visit": history.loc[rows[:1], "visit"], "count": len(rows)})


RULE = Rule(
    "unsealed_visit",
    Text("Visits without a seal", "没有封印的历史记录"),
    Text(
        "{count} visits have no seal, the first is {visit}; they are taken as they stand: an update seals them.",
        "{count} 条记录没有封印，首条为 {visit}；按现状认可，更新时予以封印。",
    ),
    "note",
    _hits,
)
