"""Find the deals with a pending stage move, and report how their moves were judged.

A deal enters its playbook at the first stage, and aftercare through Won. A stage further on is reached in several legs,
each judged by itself. The findings are computed from the deals as they are, so every run reports the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from xl_salesflow.core.kept_values import keep_value
from xl_salesflow.core.pipelines import Pipeline, Playbook
from xl_salesflow.core.rule_declarations import Rule, RuleMatch
from xl_salesflow.core.team_rights import NOBODY_NAMED, list_people_with_right
from xl_salesflow.locale.texts import Text, TextList, fold_text
from xl_salesflow.schema.table_frames import OPEN_STAY_LEFT, fold_keys, look_up_values


def is_judgeable_playbook(playbook: Playbook) -> bool:
    """Return whether moves can be judged by *playbook*: it has a first stage and a won stage."""
    return bool(playbook.open_stages) and any(stage.kind == "won" for stage in playbook.stages)


@keep_value
def find_pending_moves(pipeline: Pipeline) -> pd.DataFrame:
    """Return the pending moves, indexed as Deals: `from`, `to` (the next leg), `target` and `playbook`.

    Stage names are compared without case and surrounding blanks. Rows without a unique key are skipped, and so are deals
    whose playbook was typed over: their stage is still one of the other playbook.
    """
    deals = pipeline["Deals"]
    typed, recorded = deals["stage"], deals["recorded_stage"]
    folded = fold_keys(typed)
    waiting = (folded != "") & (folded != fold_keys(recorded))
    waiting &= (deals["deal"] != "") & ~deals["deal"].duplicated(keep=False)
    waiting &= ~deals.index.isin(find_typed_switches(pipeline).index)
    deals = deals[waiting]
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    typed = typed[waiting].str.strip()
    moves = pd.DataFrame({"from": recorded[waiting], "to": typed, "target": typed, "playbook": named}, dtype=object)
    for playbook_id, rows in moves.groupby("playbook", sort=False):
        playbook = pipeline.playbooks.get(str(playbook_id))
        if playbook is not None and is_judgeable_playbook(playbook):
            pairs = list(zip(rows["from"], rows["target"], strict=True))
            legs = {pair: _find_next_leg(playbook, *pair) for pair in set(pairs)}
            moves.loc[rows.index, ["to", "target"]] = np.array([legs[pair] for pair in pairs], object)
    return moves


@keep_value
def find_typed_switches(pipeline: Pipeline) -> pd.DataFrame:
    """Return the open deals whose playbook was typed over, indexed as Deals: `before`, `after`, and whether a switch is `known`.

    The playbook of a deal's current stage stay is the one it was in. Not known is how to switch a deal whose stage that
    playbook does not have.
    """
    deals, history = pipeline["Deals"], pipeline["History"]
    current = history[(history["left"] == OPEN_STAY_LEFT) & (history["playbook"] != "")]
    current = current[~current["deal"].duplicated(keep=False)]
    recorded: pd.Series = current.set_index("deal")["playbook"]
    before = look_up_values(deals["deal"], recorded).fillna("").astype(object)
    after = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    usable = [name for name, playbook in pipeline.playbooks.items() if is_judgeable_playbook(playbook)]
    typed = (before != after) & before.isin(usable) & after.isin(usable)
    typed &= (deals["outcome"] == "open") & (deals["recorded_stage"] != "") & ~deals["deal"].duplicated(keep=False)
    stages = [(name, stage.name) for name in usable for stage in pipeline.playbooks[name].open_stages]
    known = pd.MultiIndex.from_arrays([before, deals["recorded_stage"]]).isin(stages)
    return pd.DataFrame({"before": before, "after": after, "known": known}, index=deals.index)[typed]


def has_known_stage(pipeline: Pipeline, deals: pd.DataFrame) -> pd.Series:
    """Return, per row of *deals*, whether the typed stage is one of the deal's playbook."""
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    pairs = [
        (playbook_id, name)
        for playbook_id, playbook in pipeline.playbooks.items()
        for name in _fold_stage_names(playbook)
    ]
    typed = pd.MultiIndex.from_arrays([named, fold_keys(deals["stage"])])
    return pd.Series(typed.isin(pairs), index=deals.index)


def _find_next_leg(playbook: Playbook, before: str, typed: str) -> tuple[str, str]:
    target = _fold_stage_names(playbook).get(fold_text(typed))
    if target is None:
        return typed, typed
    after, at = playbook.by_name[target], playbook.by_name.get(before)
    if before == "":
        return playbook.first.name, target
    if after.kind == "aftercare" and at is not None and at.outcome != "won":
        return playbook.won.name, target
    return target, target


def _fold_stage_names(playbook: Playbook) -> Mapping[str, str]:
    return {fold_text(name): name for name in playbook.by_name}


def _make_status_finder(status: str) -> Callable[[Pipeline], Iterable[RuleMatch]]:
    """Return what finds the deals whose last move has *status*, and why; why a move was warned about is the warnings."""

    def hits(pipeline: Pipeline) -> Iterable[RuleMatch]:
        deals = _list_deals_with_move(pipeline, status)
        why = deals["move_reasons"]
        if status == "warned":
            # older workbooks have these warnings in the column of the reasons
            why = deals["move_warnings"].where(deals["move_warnings"] != "", why)
        yield _report_move(deals, why)

    return hits


def _find_warnings_of_other_moves(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = _list_deals_with_move(pipeline, "refused", "overridden")
    deals = deals[deals["move_warnings"] != ""]
    yield _report_move(deals, deals["move_warnings"])


def _list_deals_with_move(pipeline: Pipeline, *statuses: str) -> pd.DataFrame:
    # an unknown stage has its own finding
    deals = pipeline["Deals"]
    deals = deals[deals["move_status"].isin(statuses)]
    return deals[has_known_stage(pipeline, deals)]


def _report_move(deals: pd.DataFrame, why: pd.Series) -> RuleMatch:
    facts = {"recorded": deals["recorded_stage"], "why": why.str.replace("\n", " ")}
    return RuleMatch("Deals", deals.index, "stage", facts)


def _find_unjudged_moves(pipeline: Pipeline) -> Iterable[RuleMatch]:
    moves = find_pending_moves(pipeline)
    for playbook_id, playbook in pipeline.playbooks.items():
        rows = moves.index[moves["playbook"] == playbook_id]
        if len(rows) and not is_judgeable_playbook(playbook):
            yield RuleMatch("Deals", rows[:1], "stage", {"playbook": playbook_id, "count": len(rows)})


_NOBODY_MAY_SWITCH = Text("only these people may switch playbooks by the sheet Team: {people}")
_STAGE_TO_MAP = Text(
    'it has no stage “{stage}”; say where the deals belong with salesflow playbook use {after} --map "{stage}=…"'
)


def _find_refused_switches(pipeline: Pipeline) -> Iterable[RuleMatch]:
    typed, language = find_typed_switches(pipeline), pipeline.language
    people = TextList(list_people_with_right(pipeline, "may_switch") or (NOBODY_NAMED,))
    stages = pipeline["Deals"].loc[typed.index, "recorded_stage"]
    whys = [
        _NOBODY_MAY_SWITCH.in_(language, people=people)
        if known
        else _STAGE_TO_MAP.in_(language, stage=stage, after=after)
        for known, after, stage in zip(typed["known"], typed["after"], stages, strict=True)
    ]
    why = pd.Series(whys, typed.index, dtype=object)
    yield RuleMatch("Deals", typed.index, "playbook", {"before": typed["before"], "why": why})


MOVE_STATUS_RULES = (
    Rule(
        "switch_refused",
        Text("A playbook typed over that still counts"),
        Text("The deal is still in playbook {before}: {why}."),
        "block",
        _find_refused_switches,
        needs=("Deals",),
    ),
    Rule(
        "move_refused",
        Text("A move that the gates refused"),
        Text("The move was refused, “{recorded}” still counts: {why}"),
        "block",
        _make_status_finder("refused"),
        needs=("Deals",),
    ),
    Rule(
        "move_warned",
        Text("A move that passed with warnings"),
        Text("The move to “{recorded}” was accepted with warnings: {why}"),
        "warn",
        _make_status_finder("warned"),
        needs=("Deals",),
    ),
    Rule(
        "move_also_warned",
        Text("What gates only warn about at a move that they refused or an override let pass"),
        Text("Only a warning about this move: {why}"),
        "warn",
        _find_warnings_of_other_moves,
        needs=("Deals",),
    ),
    Rule(
        "move_overridden",
        Text("A move that passed by an override"),
        Text("The move to “{recorded}” passed by an override despite: {why}"),
        "note",
        _make_status_finder("overridden"),
        needs=("Deals",),
    ),
    Rule(
        "moves_not_judged",
        Text("Moves that wait for a correction of the playbook"),
        Text(
            "{count} {count:move waits|moves wait}: the playbook {playbook} has no open stage or no stage Won; "
            "correct the sheet Stages."
        ),
        "block",
        _find_unjudged_moves,
        needs=("Deals",),
    ),
)
