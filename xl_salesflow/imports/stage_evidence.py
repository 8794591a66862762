"""What the rows of the files say about their stages, beside the names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from xl_salesflow.imports.columns import Found, texts_of
from xl_salesflow.imports.mapping import NewStage
from xl_salesflow.imports.stages import StageProposal
from xl_salesflow.imports.words import truth
from xl_salesflow.model.playbook import Playbook

_TELLING = 3  # deals; fewer say nothing about a stage


def flagged(found: Found, names: Sequence[str]) -> Mapping[str, str]:
    """Return won or lost for each stage name whose deals all carry that flag; who flags deals does so by their stage."""
    stage = texts_of(found, "Deals", "stage")
    won, closed = (texts_of(found, "Deals", flag).map(truth) for flag in ("is_won", "is_closed"))
    if not len(stage) == len(won) == len(closed):
        return {}
    flags = pd.Series(zip(won, closed, strict=True), dtype=object).groupby(stage.to_numpy()).agg(set)
    kinds = {("yes", "yes"): "won", ("yes", "no"): "won", ("no", "yes"): "lost"}
    return {
        name: kinds[only] for name in names if len(said := flags[name]) == 1 and (only := next(iter(said))) in kinds
    }


def starts_in(found: Found, proposed: StageProposal, playbook: Playbook) -> str:
    """Return the stage that deals enter on the day they are created.

    That is the first stage, unless several deals stand there without such a day, and those of a later one have it.
    """
    order = _order(proposed.new, playbook)
    stages, days = texts_of(found, "Deals", "stage").map(proposed.stages), texts_of(found, "Deals", "created")
    if len(stages) != len(days):
        return order[0]  # they come from different files
    dated = pd.Series(days.to_numpy() != "").groupby(stages.to_numpy()).agg(["mean", "size"])
    undated = {str(s) for s in dated.index[(dated["mean"] < 0.5) & (dated["size"] >= _TELLING)]}
    first = next((stage for stage in order if stage not in undated), order[0])
    return first if first in dated.index else order[0]


def _order(new: Sequence[NewStage], playbook: Playbook) -> list[str]:
    order = [stage.name for stage in playbook.open_stages]
    for stage in new:
        order.insert(stage.position - playbook.first.position, stage.stage)
    return order
