"""Lost deals without a loss reason: told as one note, because history that was imported often has none."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals = pipeline["Deals"]
    rows = deals.index[(deals["outcome"] == "lost") & (deals["loss_reason"].str.strip() == "")]
    yield Hits("Deals", rows[:1], "loss_reason", {"count": len(rows)})


RULE = Rule(
    "lost_without_reason",
    Text("Lost deals without a loss reason", "丢单未填原因"),
    Text(
        "{count} lost deals have no “{column}”; fill it in where you know it, to see why deals are lost.",
        "{count} 个丢单商机未填写“{column}”；请补充已知原因，以便分析。",
    ),
    "note",
    _hits,
)
