"""Judge every pending stage move against the gates and record the moves that pass.

A refused move stays visible on the deal, with its reasons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, diff_pipelines
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import list_rule_findings
from xl_salesflow.process.approval_requests import update_override_requests
from xl_salesflow.process.asked_columns import list_asked_columns
from xl_salesflow.process.deal_switching import switch_typed_playbooks
from xl_salesflow.process.deal_tasks import (
    close_left_tasks,
    drop_passed_tasks,
    give_stage_tasks,
    give_tasks_of_passed_stages,
    tick_off_tasks,
)
from xl_salesflow.process.gate_judging import judge_by_gates, list_passed_stages
from xl_salesflow.process.gate_overrides import NO_OVERRIDE, OverrideDecision
from xl_salesflow.process.pending_moves import MOVE_STATUS_RULES, find_pending_moves, is_judgeable_playbook
from xl_salesflow.process.stage_stays import record_stage_moves, seal_new_stage_stays
from xl_salesflow.schema.table_frames import fold_keys

_MOST_LEGS_OF_MOVE = 3
"""Into the first stage, on to Won, on into aftercare: no move has more legs."""

_VERDICT_ORDER = ("accepted", "warned", "overridden", "refused")


def judge_stage_moves(pipeline: Pipeline, by: str) -> ChangeSet:
    """Judge every pending move and record those the gates accept; *by* is written into History.

    A second run changes nothing.
    """
    now = switched = switch_typed_playbooks(pipeline, by)
    verdicts = pd.DataFrame({"verdict": [], "reasons": [], "warnings": []}, dtype=object)
    refused, judged = pd.Index([]), list[pd.DataFrame]()
    for _ in range(_MOST_LEGS_OF_MOVE):
        moves = _find_judgeable_moves(now).drop(index=refused, errors="ignore")
        if moves.empty:
            break
        now = _give_needed_tasks(now, moves)
        steps = _judge_next_legs(now, pipeline, moves, by)
        judged.append(steps)
        verdicts = _combine_verdicts(verdicts, steps)
        refused = refused.append(steps.index[steps["verdict"] == "refused"])
        passed = steps[steps["verdict"] != "refused"]
        now = tick_off_tasks(give_stage_tasks(record_stage_moves(now, passed, by), passed))
    now = _update_requests(now, judged, by)
    now = close_left_tasks(drop_passed_tasks(switched, now, now["Deals"].loc[refused, "deal"]))
    now = seal_new_stage_stays(pipeline, _mark_move_status(now, verdicts))
    found = [finding for rule in MOVE_STATUS_RULES for finding in list_rule_findings(now, rule)]
    asked = tuple(dict.fromkeys(_list_asked_columns(pipeline, now, judged)))
    return replace(diff_pipelines(pipeline, now, "move"), findings=tuple(found), asked=asked)


def _list_asked_columns(before: Pipeline, now: Pipeline, judged: list[pd.DataFrame]) -> Iterator[tuple[str, str]]:
    # only of gates that were not passed since the last run, so that a group that a person folds again stays folded
    said = ["move_reasons", "move_warnings"]
    for steps in judged:
        old, new = (pipeline["Deals"].loc[steps.index, said] for pipeline in (before, now))
        stopped = steps[(old != new).any(axis=1) & (steps["gates"] != "")]
        for (playbook, gates), _ in stopped.groupby(["playbook", "gates"], sort=False):
            yield from list_asked_columns(now, str(playbook), str(gates).split(", "))


def _give_needed_tasks(pipeline: Pipeline, moves: pd.DataFrame) -> Pipeline:
    passed = list_passed_stages(pipeline, moves)
    if passed.empty:
        return pipeline
    day = np.full(len(passed), np.datetime64(pipeline.today, "s"))
    given = give_tasks_of_passed_stages(pipeline, passed.assign(day=day))
    return pipeline if given is pipeline else tick_off_tasks(given)


def _find_judgeable_moves(pipeline: Pipeline) -> pd.DataFrame:
    moves = find_pending_moves(pipeline)
    unusable = [
        playbook_id for playbook_id, playbook in pipeline.playbooks.items() if not is_judgeable_playbook(playbook)
    ]
    return moves[~moves["playbook"].isin(unusable)]


def _update_requests(pipeline: Pipeline, judged: list[pd.DataFrame], by: str) -> Pipeline:
    # ask for overrides of refused moves, and date the requests that let a move pass
    asked, used = list[dict[str, Any]](), list[str]()
    for steps in judged:
        for step in steps[steps["override"].map(lambda one: one is not NO_OVERRIDE).astype(bool)].to_dict("records"):
            decision: OverrideDecision = step["override"]
            used.append(decision.approval)
            if decision.waits_for:
                row = {"deal": step["deal"], "stage": step["target"], "gates": step["blocks"], "why": decision.why}
                asked.append({**row, "waits_for": ", ".join(decision.waits_for)})
    return update_override_requests(pipeline, asked, used, by)


def _judge_next_legs(now: Pipeline, before: Pipeline, moves: pd.DataFrame, by: str) -> pd.DataFrame:
    verdicts = judge_by_gates(now, moves[["from", "to", "target"]], by)
    deals = now["Deals"].loc[moves.index]
    pairs = list(zip(moves["playbook"], moves["from"], moves["to"], strict=True))
    directions = {pair: _find_move_direction(now, *pair) for pair in set(pairs)}
    move = pd.Series([directions[pair] for pair in pairs], index=moves.index, dtype=object)
    day = _find_move_days(now, before, deals, moves, move)
    return pd.concat([moves, verdicts], axis=1).assign(deal=deals["deal"], move=move, day=day)


def _find_move_direction(pipeline: Pipeline, playbook: str, before: str, after: str) -> str:
    known = pipeline.playbooks.get(playbook)
    stage = known.by_name.get(after) if known else None
    return known.direction(known.by_name.get(before), stage) if known and stage else ""


def _find_move_days(
    now: Pipeline, before: Pipeline, deals: pd.DataFrame, moves: pd.DataFrame, move: pd.Series
) -> pd.Series:
    # a deal begins on the day it was created, and the stage it was first typed with applies from that day; it closes
    # today,
    # or on an imported closing day
    today = pd.Series(np.datetime64(now.today, "s"), index=moves.index)
    new = before["Deals"].loc[moves.index, "recorded_stage"] == ""
    imported_close = before["Deals"].loc[moves.index, "closed"].where(new).fillna(today)
    begun = deals["since"].fillna(deals["created"]).fillna(today)
    day = begun.where(new & (begun < today), today).mask(move.isin(["won", "lost"]), imported_close)
    earliest = deals["since"].where(moves["from"] != "")
    return day.mask(day < earliest, earliest)


def _combine_verdicts(verdicts: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    # the worst verdict of all legs counts; the reasons of all legs are kept
    earlier = verdicts.reindex(steps.index)
    rank = {verdict: place for place, verdict in enumerate(_VERDICT_ORDER)}
    worse = np.maximum(steps["verdict"].map(rank).to_numpy(), earlier["verdict"].map(rank).fillna(0).to_numpy(float))
    verdict = np.array(_VERDICT_ORDER, object)[worse.astype(int)]
    said = {column: _join_lines(earlier[column].fillna(""), steps[column]) for column in ("reasons", "warnings")}
    legs = pd.DataFrame({"verdict": verdict, **said}, index=steps.index, dtype=object)
    return pd.concat([verdicts.drop(index=steps.index, errors="ignore"), legs])


def _join_lines(first: pd.Series, second: pd.Series) -> pd.Series:
    mark = np.where((first != "") & (second != ""), "\n", "").astype(object)
    joined: pd.Series = first + mark + second
    return joined


def _mark_move_status(pipeline: Pipeline, verdicts: pd.DataFrame) -> Pipeline:
    deals = pipeline["Deals"].copy()
    if pipeline.settings.text("refusal") == "restore":
        back = verdicts.index[verdicts["verdict"] == "refused"]
        back = back[(deals.loc[back, "recorded_stage"] != "").to_numpy(bool)]
        deals.loc[back, "stage"] = deals.loc[back, "recorded_stage"]
    else:
        # typing the old stage again withdraws the move
        settled = deals["move_status"].isin(["refused", "pending"])
        settled &= fold_keys(deals["stage"]) == fold_keys(deals["recorded_stage"])
        deals.loc[settled, ["move_status", "move_reasons", "move_warnings"]] = ""
    deals.loc[verdicts.index, "move_status"] = verdicts["verdict"]
    deals.loc[verdicts.index, "move_reasons"] = verdicts["reasons"]
    deals.loc[verdicts.index, "move_warnings"] = verdicts["warnings"]
    return pipeline.with_tables(Deals=deals)
