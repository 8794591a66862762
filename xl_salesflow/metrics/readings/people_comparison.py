"""How the owners of deals compare: conversion and days per stage, load, response to new deals, and coaching hints.

Considered are the stays of the default playbook that ended, and the deals that were created, in the period of the query, or
in the year up to the as-of date. A deal leaves a stage once, with its last stay there: it goes on, or it is lost. A hint is
a difference between one person and all others that is more than chance: of conversion by Fisher's exact test, of days by
the rank sum test, all corrected together by the method of Holm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from xl_salesflow.core.insight_answers import CoachingHint, PeopleAnswer, PersonFigures, PersonStage
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import column_days, column_numbers, sum_money_by_group
from xl_salesflow.metrics.chance_tests import (
    CHANCE_LEVEL,
    compare_ranks,
    fisher_p_value,
    holm_adjust,
    wilson_interval,
)
from xl_salesflow.metrics.deal_cube import days_since_1970, match_view_filters
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.readings.lead_responses import find_response_days, measure_median, measure_responses
from xl_salesflow.metrics.readings.people_ramp import compare_ramps
from xl_salesflow.schema.plain_values import plain_value

FEWEST_COMPARED = 8
"""Deals or stays that a person and the others need each to be compared."""

_WENT_ON = ("forward", "skip", "won")
_YEAR = timedelta(days=364)


@dataclass(frozen=True)
class _Team:
    """The rows to compare, each with its owner: *left* (went_on), *stays* (days) and *answers* (days), by stage."""

    stages: Sequence[str]
    left: pd.DataFrame
    stays: pd.DataFrame
    created: pd.DataFrame


def compare_people(pipeline: Pipeline) -> PeopleAnswer:
    """Return the figures of every owner, and the differences between them that are more than chance."""
    start = pipeline.query.start or pipeline.as_of - _YEAR
    deals = pipeline["Deals"]
    deals = deals[(deals["outcome"] != "").to_numpy(dtype=bool)]
    deals = deals[match_view_filters(deals, pipeline.query.filters)]
    team = _collect_rows(pipeline, deals, start)
    hints = list(_test_all(pipeline, team))
    adjusted = holm_adjust([each.p_value for each in hints])
    named = [
        replace(each, p_value=p_value) for each, p_value in zip(hints, adjusted, strict=True) if p_value < CHANCE_LEVEL
    ]
    named.sort(key=lambda each: (each.p_value, each.owner, each.stage))
    people = tuple(_describe_people(pipeline, deals, team))
    shown = {person.owner for person in people}
    ramps = tuple(ramp for ramp in compare_ramps(pipeline) if ramp.owner in shown)
    return PeopleAnswer(start, people, tuple(named), len(hints), ramps, measure_responses(pipeline, team.created))


def _collect_rows(pipeline: Pipeline, deals: pd.DataFrame, start: date) -> _Team:
    playbook = pipeline.query.filters.get("playbook", "") or pipeline.default_playbook
    stages = (
        [stage.name for stage in pipeline.playbooks[playbook].open_stages] if playbook in pipeline.playbooks else []
    )
    first, last = days_since_1970(start), days_since_1970(pipeline.as_of)
    history = pipeline["History"]
    ended = column_days(history["left"])
    chosen = (history["playbook"] == playbook) & history["stage"].isin(stages) & (ended >= first) & (ended <= last)
    history = history[chosen.to_numpy(dtype=bool) & history["deal"].isin(deals["deal"]).to_numpy(dtype=bool)]
    left = history[history["move"].isin([*_WENT_ON, "lost"])].drop_duplicates(["deal", "stage"], keep="last")
    left = left.assign(went_on=left["move"].isin(_WENT_ON))
    created = column_days(deals["created"])
    new = deals.loc[(created >= first) & (created <= last), ["deal", "owner", "source", "created"]]
    return _Team(stages, left, history[history["days"].notna()], new.assign(response=find_response_days(pipeline, new)))


def _describe_people(pipeline: Pipeline, deals: pd.DataFrame, team: _Team) -> Iterator[PersonFigures]:
    opened = deals[deals["outcome"] == "open"]
    limits = pipeline["Team"].drop_duplicates("person").set_index("person")["quota"]
    owners = sorted({*opened["owner"], *team.left["owner"], *team.created["owner"]} - {""}, key=str.casefold)
    for owner in owners:
        mine = opened[opened["owner"] == owner]
        new = team.created[team.created["owner"] == owner]
        response = new["response"].dropna().to_numpy()
        yield PersonFigures(
            owner, len(mine), _sum_open_amounts(column_numbers(mine["amount"])),
            plain_value(limits.get(owner)), len(new), len(response), *measure_median(response),
            tuple(_describe_stage(team, owner, stage) for stage in team.stages),
        )  # fmt: skip


def _sum_open_amounts(amounts: MetricArray) -> float | None:
    known = amounts[~np.isnan(amounts)]
    if len(amounts) and not len(known):
        return None
    return float(sum_money_by_group(known, np.zeros(len(known), dtype=np.int64), 1)[0])


def _describe_stage(team: _Team, owner: str, stage: str) -> PersonStage:
    left = team.left[(team.left["owner"] == owner) & (team.left["stage"] == stage)]
    days = team.stays.loc[(team.stays["owner"] == owner) & (team.stays["stage"] == stage), "days"].to_numpy()
    went_on = int(left["went_on"].sum())
    share = went_on / len(left) if len(left) else None
    low, high = wilson_interval(went_on, len(left)) or (None, None)
    return PersonStage(stage, len(left), went_on, share, low, high, len(days), *measure_median(days))


def _test_all(pipeline: Pipeline, team: _Team) -> Iterator[CoachingHint]:
    """Yield every comparison of one person with all others that has enough on both sides, with its own p-value."""
    actions = _list_actions(pipeline)
    for stage in team.stages:
        left = team.left[(team.left["stage"] == stage) & (team.left["owner"] != "")]
        for owner, mine, others in _split_by_owner(left, "went_on"):
            counts = (int(mine.sum()), len(mine)), (int(others.sum()), len(others))
            shares = float(mine.mean()), float(others.mean())
            yield CoachingHint(
                owner, "conversion", stage, shares[0] > shares[1], *shares, len(mine), len(others), fisher_p_value(*counts),
                actions.get(stage, ""),
            )  # fmt: skip
        stays = team.stays[(team.stays["stage"] == stage) & (team.stays["owner"] != "")]
        yield from _test_days(stays, "days", stage, actions.get(stage, ""))
    new = team.created[team.created["response"].notna() & (team.created["owner"] != "")]
    yield from _test_days(new.rename(columns={"response": "days"}), "response", "", "")


def _test_days(
    rows: pd.DataFrame, about: Literal["days", "response"], stage: str, action: str
) -> Iterator[CoachingHint]:
    for owner, mine, others in _split_by_owner(rows, "days"):
        medians, (p_value, is_faster) = (float(np.median(mine)), float(np.median(others))), compare_ranks(mine, others)
        yield CoachingHint(owner, about, stage, is_faster, *medians, len(mine), len(others), p_value, action)


def _split_by_owner(rows: pd.DataFrame, column: str) -> Iterator[tuple[str, MetricArray, MetricArray]]:
    """Yield the values of *column* of each owner and of all others, where both are enough to compare."""
    values, owners = rows[column].to_numpy(dtype=np.float64), rows["owner"].to_numpy(dtype=object)
    for owner in sorted(set(owners)):
        mine = owners == owner
        if min(int(mine.sum()), int((~mine).sum())) >= FEWEST_COMPARED:
            yield str(owner), values[mine], values[~mine]


def _list_actions(pipeline: Pipeline) -> Mapping[str, str]:
    setup = pipeline["Stages"]
    mine = setup[setup["playbook"] == (pipeline.query.filters.get("playbook", "") or pipeline.default_playbook)]
    return dict(zip(mine["stage"], mine["action"], strict=True))
