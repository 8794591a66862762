"""The judge: every pending move against the gates; what passes is recorded, what does not stays visible with its reasons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from xl_salesflow.model.difference import difference
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.model.rule import findings
from xl_salesflow.model.seal import sealed
from xl_salesflow.moves import tasks
from xl_salesflow.moves.pending import pending, usable
from xl_salesflow.moves.record import recorded
from xl_salesflow.moves.told import RULES
from xl_salesflow.rules import gates

_LEGS = 3
"""Into the first stage, on to Won, on into aftercare: no move has more."""

_RANK = ("accepted", "warned", "overridden", "refused")


def judge(pipeline: Pipeline, by: str) -> Plan:
    """Judge every pending move and record what the gates accept; *by* goes into History. A second run plans nothing."""
    now, said = pipeline, pd.DataFrame({"verdict": [], "reasons": []}, dtype=object)
    held_up = pd.Index([])
    for _ in range(_LEGS):
        moves = _judgeable(now).drop(index=held_up, errors="ignore")
        if moves.empty:
            break
        steps = _steps(now, pipeline, moves)
        said = _said(said, steps)
        held_up = held_up.append(steps.index[steps["verdict"] == "refused"])
        passed = steps[steps["verdict"] != "refused"]
        now = tasks.ticked(tasks.given(recorded(now, passed, by), passed))
    now = _sealed(pipeline, _marked(tasks.settled(pipeline, now), said))
    found = [finding for rule in RULES for finding in findings(now, rule)]
    return replace(difference(pipeline, now, "move"), findings=tuple(found))


def _sealed(before: Pipeline, now: Pipeline) -> Pipeline:
    history = now["History"]
    new = history.loc[~history.index.isin(before["History"].index), "deal"]
    return now.with_tables(History=sealed(history, set(new))) if len(new) else now


def _judgeable(pipeline: Pipeline) -> pd.DataFrame:
    moves = pending(pipeline)
    unusable = [id for id, playbook in pipeline.playbooks.items() if not usable(playbook)]
    return moves[~moves["playbook"].isin(unusable)]


def _steps(now: Pipeline, before: Pipeline, moves: pd.DataFrame) -> pd.DataFrame:
    verdicts = gates.judge(now, moves[["from", "to"]])
    deals = now["Deals"].loc[moves.index]
    pairs = list(zip(moves["playbook"], moves["from"], moves["to"], strict=True))
    ways = {pair: _way(now, *pair) for pair in set(pairs)}
    move = pd.Series([ways[pair] for pair in pairs], index=moves.index, dtype=object)
    day = _days(now, before, deals, moves, move)
    return pd.concat([moves, verdicts], axis=1).assign(deal=deals["deal"], move=move, day=day)


def _way(pipeline: Pipeline, playbook: str, before: str, after: str) -> str:
    known = pipeline.playbooks.get(playbook)
    stage = known.by_name.get(after) if known else None
    return known.direction(known.by_name.get(before), stage) if known and stage else ""


def _days(now: Pipeline, before: Pipeline, deals: pd.DataFrame, moves: pd.DataFrame, move: pd.Series) -> pd.Series:
    # a deal begins on the day it was created, and what it is typed in as at once holds from then on; it closes today,
    # or on the day that was brought along
    today = pd.Series(np.datetime64(now.today, "s"), index=moves.index)
    new = before["Deals"].loc[moves.index, "recorded_stage"] == ""
    brought = before["Deals"].loc[moves.index, "closed"].where(new).fillna(today)
    begun = deals["since"].fillna(deals["created"]).fillna(today)
    day = begun.where(new & (begun < today), today).mask(move.isin(["won", "lost"]), brought)
    earliest = deals["since"].where(moves["from"] != "")
    return day.mask(day < earliest, earliest)


def _said(said: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    # the worst of the legs counts, with the reasons of all
    earlier = said.reindex(steps.index)
    rank = {verdict: place for place, verdict in enumerate(_RANK)}
    worse = np.maximum(steps["verdict"].map(rank).to_numpy(), earlier["verdict"].map(rank).fillna(0).to_numpy(float))
    before, new = earlier["reasons"].fillna("").to_numpy(object), steps["reasons"].to_numpy(object)
    mark = np.where((before != "") & (new != ""), "\n", "").astype(object)
    verdict = np.array(_RANK, object)[worse.astype(int)]
    legs = pd.DataFrame({"verdict": verdict, "reasons": before + mark + new}, index=steps.index, dtype=object)
    return pd.concat([said.drop(index=steps.index, errors="ignore"), legs])


def _marked(pipeline: Pipeline, said: pd.DataFrame) -> Pipeline:
    deals = pipeline["Deals"].copy()
    if pipeline.settings.text("refusal") == "restore":
        back = said.index[said["verdict"] == "refused"]
        back = back[(deals.loc[back, "recorded_stage"] != "").to_numpy(bool)]
        deals.loc[back, "stage"] = deals.loc[back, "recorded_stage"]
    else:
        # a rep who typed the old stage again has taken the move back
        settled = deals["move_status"].isin(["refused", "pending"])
        settled &= deals["stage"].str.strip().str.casefold() == deals["recorded_stage"].str.casefold()
        deals.loc[settled, ["move_status", "move_reasons"]] = ""
    deals.loc[said.index, "move_status"] = said["verdict"]
    deals.loc[said.index, "move_reasons"] = said["reasons"]
    return pipeline.with_tables(Deals=deals)
