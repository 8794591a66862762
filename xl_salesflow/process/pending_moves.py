"""Find the deals that wait for a stage move, and report how their moves were judged.

A deal enters its playbook by the first stage and aftercare by Won. A stage typed further on is reached in legs, each judged.
The findings are read from the deals as they stand, so every run reports the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline, Playbook
from xl_salesflow.core.rule_declarations import Rule, RuleMatch
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_frames import fold_keys


def is_judgeable_playbook(playbook: Playbook) -> bool:
    """Tell whether moves can be judged by *playbook* at all: it starts somewhere and can be won."""
    return bool(playbook.open_stages) and any(stage.kind == "won" for stage in playbook.stages)


def find_pending_moves(pipeline: Pipeline) -> pd.DataFrame:
    """Return the moves that wait, indexed as Deals: `from`, `to` (the next leg), `target` and `playbook`.

    A stage that differs only in case or outer blanks is the same stage. Rows without a key of their own are left alone.
    """
    deals = pipeline["Deals"]
    typed, recorded = deals["stage"], deals["recorded_stage"]
    plain = fold_keys(typed)
    waiting = (plain != "") & (plain != fold_keys(recorded))
    waiting &= (deals["deal"] != "") & ~deals["deal"].duplicated(keep=False)
    deals = deals[waiting]
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    typed = typed[waiting].str.strip()
    moves = pd.DataFrame({"from": recorded[waiting], "to": typed, "target": typed, "playbook": named}, dtype=object)
    for id, rows in moves.groupby("playbook", sort=False):
        playbook = pipeline.playbooks.get(str(id))
        if playbook is not None and is_judgeable_playbook(playbook):
            pairs = list(zip(rows["from"], rows["target"], strict=True))
            legs = {pair: _find_next_leg(playbook, *pair) for pair in set(pairs)}
            moves.loc[rows.index, ["to", "target"]] = np.array([legs[pair] for pair in pairs], object)
    return moves


def has_known_stage(pipeline: Pipeline, deals: pd.DataFrame) -> pd.Series:
    """Return, per row of *deals*, whether the typed stage is one of the deal's playbook."""
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    pairs = [(id, name) for id, playbook in pipeline.playbooks.items() for name in _fold_stage_names(playbook)]
    typed = pd.MultiIndex.from_arrays([named, fold_keys(deals["stage"])])
    return pd.Series(typed.isin(pairs), index=deals.index)


def _find_next_leg(playbook: Playbook, before: str, typed: str) -> tuple[str, str]:
    target = _fold_stage_names(playbook).get(typed.casefold())
    if target is None:
        return typed, typed
    after, at = playbook.by_name[target], playbook.by_name.get(before)
    if before == "":
        return playbook.first.name, target
    if after.kind == "aftercare" and at is not None and at.outcome != "won":
        return playbook.won.name, target
    return target, target


def _fold_stage_names(playbook: Playbook) -> Mapping[str, str]:
    return {name.strip().casefold(): name for name in playbook.by_name}


def _make_status_finder(status: str) -> Callable[[Pipeline], Iterable[RuleMatch]]:
    def hits(pipeline: Pipeline) -> Iterable[RuleMatch]:
        # a stage that nobody knows is a finding of its own
        deals = pipeline["Deals"]
        deals = deals[deals["move_status"] == status]
        deals = deals[has_known_stage(pipeline, deals)]
        why = deals["move_reasons"].str.replace("\n", " ")
        yield RuleMatch("Deals", deals.index, "stage", {"recorded": deals["recorded_stage"], "why": why})

    return hits


def _find_unjudged_moves(pipeline: Pipeline) -> Iterable[RuleMatch]:
    moves = find_pending_moves(pipeline)
    for id, playbook in pipeline.playbooks.items():
        rows = moves.index[moves["playbook"] == id]
        if len(rows) and not is_judgeable_playbook(playbook):
            yield RuleMatch("Deals", rows[:1], "stage", {"playbook": id, "count": len(rows)})


MOVE_STATUS_RULES = (
    Rule(
        "move_refused",
        Text("A move that the gates refused"),
        Text("The move was refused, “{recorded}” still counts: {why}"),
        "block",
        _make_status_finder("refused"),
    ),
    Rule(
        "move_warned",
        Text("A move that passed with warnings"),
        Text("The move to “{recorded}” was accepted with warnings: {why}"),
        "warn",
        _make_status_finder("warned"),
    ),
    Rule(
        "move_overridden",
        Text("A move that passed by an override"),
        Text("The move to “{recorded}” passed by an override in spite of: {why}"),
        "note",
        _make_status_finder("overridden"),
    ),
    Rule(
        "moves_not_judged",
        Text("Moves that wait for the playbook to be mended"),
        Text("{count} moves wait: the playbook {playbook} has no open stage or no stage Won; mend the sheet Stages."),
        "block",
        _find_unjudged_moves,
    ),
)
