"""Judge every pending stage move against the gates and record the moves that pass.

Recording ends the current stage stay in History, begins the next one and updates the deal. A refused move stays visible
on the deal, with its reasons.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, apply_change_set, diff_pipelines
from xl_salesflow.core.history_seal import seal_history
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline, Stage
from xl_salesflow.core.rule_declarations import format_column_values, list_rule_findings
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.process.deal_tasks import (
    close_left_tasks,
    drop_passed_tasks,
    give_stage_tasks,
    give_tasks_of_passed_stages,
    tick_off_tasks,
)
from xl_salesflow.process.gate_judging import judge_by_gates, list_passed_stages
from xl_salesflow.process.pending_moves import MOVE_STATUS_RULES, find_pending_moves, is_judgeable_playbook
from xl_salesflow.schema.deal_tables import OPEN_STAY_END
from xl_salesflow.schema.table_frames import DATE_DTYPE, complete_columns, fold_keys
from xl_salesflow.schema.table_registry import TABLES

_CARRIED_DEAL_COLUMNS = ("owner", "product", "source", "region", "sales_channel", "amount")
_NOT_LEFT_YET = np.datetime64(OPEN_STAY_END, "s")


def record_stage_moves(pipeline: Pipeline, steps: pd.DataFrame, by: str) -> Pipeline:
    """Return *pipeline* with accepted *steps* in History and Deals.

    *steps* is indexed as Deals and has the columns from, to, target, playbook, move, day, and the results of the gates:
    verdict, gates.
    """
    if steps.empty:
        return pipeline
    stages = [
        pipeline.playbooks[playbook_id].by_name[to]
        for playbook_id, to in zip(steps["playbook"], steps["to"], strict=True)
    ]
    after = _update_moved_deals(pipeline["Deals"].loc[steps.index], steps, stages)
    history = _end_stage_stays(pipeline["History"], steps, after)
    begun = complete_columns(TABLES["History"], _begin_stage_stays(pipeline, history, steps, stages, after, by))
    deals = pipeline["Deals"].copy()
    for column in after:
        deals.loc[steps.index, column] = after[column]
    pipeline = pipeline.with_tables(Deals=complete_columns(TABLES["Deals"], deals), History=history)
    return apply_change_set(pipeline, ChangeSet(appends=(Append("History", begun, by),)))


def _update_moved_deals(deals: pd.DataFrame, steps: pd.DataFrame, stages: list[Stage]) -> pd.DataFrame:
    outcome = pd.Series([stage.outcome for stage in stages], index=deals.index, dtype=object)
    counted = [stage.position if stage.kind in ("open", "won") else 0 for stage in stages]
    # an aftercare stage keeps the day on which the deal was won
    closes = (outcome != "open") & (outcome != deals["outcome"])
    closed = deals["closed"].where(outcome != "open").where(~closes, steps["day"])
    there = steps["to"] == steps["target"]
    after = {
        "stage": deals["stage"].where(~there, steps["target"]),
        "recorded_stage": steps["to"],
        "since": steps["day"],
        "outcome": outcome,
        "closed": closed,
        "furthest": np.fmax(deals["furthest"].to_numpy("float64"), np.array(counted, float)),
        "playbook": steps["playbook"],
        "created": deals["created"].fillna(steps["day"]),
        # a deal that is lost no more has no loss reason; History keeps it
        "loss_reason": deals["loss_reason"].where((deals["outcome"] != "lost") | (outcome == "lost"), ""),
        **{column: deals[column].where(~there, "") for column in ("move_reason", "override_by", "override_reason")},
    }
    return pd.DataFrame(after, index=deals.index)


def _end_stage_stays(history: pd.DataFrame, steps: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    ends = steps[steps["from"] != ""]
    by_deal = ends.set_index("deal")
    current = (history["left"] == _NOT_LEFT_YET) & history["deal"].isin(by_deal.index)
    rows = history.index[current]
    if rows.empty:
        return history
    moved = by_deal.loc[history.loc[rows, "deal"]].set_axis(rows, axis=0)
    history = history.copy()
    history.loc[rows, "left"] = moved["day"]
    history.loc[rows, "days"] = (moved["day"] - history.loc[rows, "entered"]).dt.days.astype("float64")
    history.loc[rows, "moved_to"] = moved["to"]
    history.loc[rows, "move"] = moved["move"]
    return history


def _begin_stage_stays(
    pipeline: Pipeline, history: pd.DataFrame, steps: pd.DataFrame, stages: list[Stage], after: pd.DataFrame, by: str
) -> pd.DataFrame:
    deals = pipeline["Deals"].loc[steps.index]
    seen = pd.MultiIndex.from_frame(history[["deal", "playbook", "stage"]])
    now = pd.MultiIndex.from_arrays([steps["deal"], steps["playbook"], steps["to"]])
    own = deals["probability_override"]
    past_gate = steps["verdict"] == "overridden"
    columns = {
        "visit": next_keys(pipeline, "History", len(steps)),
        "deal": steps["deal"],
        "playbook": steps["playbook"],
        "stage": steps["to"],
        "position": [float(stage.position) for stage in stages],
        "outcome": after["outcome"],
        "entered": steps["day"],
        "left": np.full(len(steps), _NOT_LEFT_YET),
        "furthest": after["furthest"],
        "first": (~now.isin(seen)).astype("float64"),
        "created": after["created"],
        "closed": after["closed"],
        "cycle_days": (after["closed"] - after["created"]).dt.days.astype("float64"),
        "probability": own.fillna(pd.Series([stage.probability for stage in stages], index=deals.index)),
        **{column: deals[column] for column in _CARRIED_DEAL_COLUMNS},
        "by": [by] * len(steps),
        "reason": _word_move_reasons(pipeline, deals, after["outcome"]),
        "override_by": deals["override_by"].where(past_gate, ""),
        "override_reason": deals["override_reason"].where(past_gate, ""),
        "gates": steps["gates"],
    }
    return pd.DataFrame(columns, index=steps.index).astype({"entered": DATE_DTYPE, "left": DATE_DTYPE})


def _word_move_reasons(pipeline: Pipeline, deals: pd.DataFrame, outcome: pd.Series) -> pd.Series:
    lost = (outcome == "lost") & (deals["loss_reason"] != "")
    why = format_column_values(TABLES["Deals"]["loss_reason"], deals["loss_reason"], pipeline.language).where(lost, "")
    own = deals["move_reason"].str.strip()
    both = (why != "") & (own != "")
    return why + pd.Series(np.where(both, "; ", ""), index=deals.index, dtype=object) + own


_MOST_LEGS_OF_MOVE = 3
"""Into the first stage, on to Won, on into aftercare: no move has more legs."""

_VERDICT_ORDER = ("accepted", "warned", "overridden", "refused")


def judge_stage_moves(pipeline: Pipeline, by: str) -> ChangeSet:
    """Judge every pending move and record those the gates accept; *by* is written into History.

    A second run changes nothing.
    """
    now, verdicts = pipeline, pd.DataFrame({"verdict": [], "reasons": [], "warnings": []}, dtype=object)
    refused = pd.Index([])
    for _ in range(_MOST_LEGS_OF_MOVE):
        moves = _find_judgeable_moves(now).drop(index=refused, errors="ignore")
        if moves.empty:
            break
        now = _give_needed_tasks(now, moves)
        steps = _judge_next_legs(now, pipeline, moves)
        verdicts = _combine_verdicts(verdicts, steps)
        refused = refused.append(steps.index[steps["verdict"] == "refused"])
        passed = steps[steps["verdict"] != "refused"]
        now = tick_off_tasks(give_stage_tasks(record_stage_moves(now, passed, by), passed))
    now = close_left_tasks(drop_passed_tasks(pipeline, now, now["Deals"].loc[refused, "deal"]))
    now = seal_new_stage_stays(pipeline, _mark_move_status(now, verdicts))
    found = [finding for rule in MOVE_STATUS_RULES for finding in list_rule_findings(now, rule)]
    return replace(diff_pipelines(pipeline, now, "move"), findings=tuple(found))


def seal_new_stage_stays(before: Pipeline, now: Pipeline) -> Pipeline:
    history = now["History"]
    new = history.loc[~history.index.isin(before["History"].index), "deal"]
    return now.with_tables(History=seal_history(history, set(new))) if len(new) else now


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


def _judge_next_legs(now: Pipeline, before: Pipeline, moves: pd.DataFrame) -> pd.DataFrame:
    verdicts = judge_by_gates(now, moves[["from", "to"]])
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


_ONLY_A_WARNING = Text("Only a warning: {reason}")


def _word_move_verdicts(verdicts: pd.DataFrame, language: Language) -> pd.Series:
    """Return the reasons against each move, then its warnings; beside a reason, a warning is marked as one."""
    marked = {
        lines: "\n".join(_ONLY_A_WARNING.in_(language, reason=line) for line in lines.split("\n")) if lines else ""
        for lines in verdicts["warnings"].drop_duplicates()
    }
    warnings = verdicts["warnings"].where(verdicts["reasons"] == "", verdicts["warnings"].map(marked))
    return _join_lines(verdicts["reasons"], warnings)


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
        deals.loc[settled, ["move_status", "move_reasons"]] = ""
    deals.loc[verdicts.index, "move_status"] = verdicts["verdict"]
    deals.loc[verdicts.index, "move_reasons"] = _word_move_verdicts(verdicts, pipeline.language)
    return pipeline.with_tables(Deals=deals)
