"""A customer's score off its scale: satisfaction 1 to 5, would recommend 0 to 10."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, number
from xl_salesflow.model.text import Text

_SCALES = {"satisfaction": (1, 5), "recommend": (0, 10)}


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for column, (least, most) in _SCALES.items():
        cells = pipeline["Feedback"][column]
        off = cells[(cells < least) | (cells > most)]
        yield Hits("Feedback", off.index, column, {"value": off.map(number), "least": least, "most": most})


RULE = Rule(
    "score_range",
    Text("A customer's score off its scale", "客户评分超出范围"),
    Text(
        "“{column}” is {value}; the scale goes from {least} to {most}.",
        "“{column}”为 {value}；评分范围为 {least} 至 {most}。",
    ),
    "warn",
    _hits,
)
