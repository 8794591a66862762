"""An override that names nobody or gives no reason, waiting on a deal or written in History."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name in ("Deals", "History"):
        frame, table = pipeline[name], TABLES[name]
        named, explained = frame["override_by"].str.strip() != "", frame["override_reason"].str.strip() != ""
        for given, lacking, missing in (
            (named, explained, "override_reason"),
            (explained, named, "override_by"),
        ):
            yield Hits(
                name, frame.index[given & ~lacking], missing, {"missing": table.header(missing, pipeline.language)}
            )


RULE = Rule(
    "unexplained_override",
    Text("Half an override", "特批信息不全"),
    Text(
        "An override needs a person and a reason; “{missing}” is blank.",
        "特批须有特批人和理由；“{missing}”未填写。",
    ),
    "warn",
    _hits,
)
