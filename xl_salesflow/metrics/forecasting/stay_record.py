"""The stage stays of History as arrays: where every deal stood at the end of each day, and what it did next.

A stay that begins and ends on one day is left out, because the deal does not stand there at the end of the day; the stay
before it then leads to the stage after it. States are numbered: the open stages first, then won, then lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import GroupNumbers, MetricMask, column_days, column_numbers
from xl_salesflow.metrics.metric_declaration import MetricArray

StateName = tuple[str, str]
"""A playbook and one of its stages."""

NO_STATE = -1
"""State of a stay that no other stay follows."""


@dataclass(frozen=True)
class StayRecord:
    """Stage stays as arrays of one length, ordered by the day they began; days count from 1970.

    *left* is infinite while a stay lasts, *next_state* is then NO_STATE. *previous_state* is NO_STATE for the first stay
    of a deal; *first* marks it unless the deal has stays without a day. *owner* is -1 if nobody is named. *stages* holds
    the open stages in the order of their numbers, *following* the state that each of them leads to.
    """

    deal: GroupNumbers
    state: GroupNumbers
    next_state: GroupNumbers
    previous_state: GroupNumbers
    entered: MetricArray
    left: MetricArray
    first: MetricMask
    amount: MetricArray
    owner: GroupNumbers
    owners: tuple[str, ...]
    stages: tuple[StateName, ...]
    following: GroupNumbers

    @property
    def won(self) -> int:
        """Return the number of the state won."""
        return len(self.stages)

    @property
    def lost(self) -> int:
        """Return the number of the state lost."""
        return len(self.stages) + 1

    def known_on(self, day: float) -> StayRecord:
        """Return the stays that had begun by the end of *day*; what happened later is not known yet."""
        size = int(np.searchsorted(self.entered, day, side="right"))
        later = self.left[:size] > day
        return StayRecord(
            self.deal[:size],
            self.state[:size],
            np.where(later, NO_STATE, self.next_state[:size]),
            self.previous_state[:size],
            self.entered[:size],
            np.where(later, np.inf, self.left[:size]),
            self.first[:size],
            self.amount[:size],
            self.owner[:size],
            self.owners,
            self.stages,
            self.following,
        )

    def number_states(self, playbooks: pd.Series, stages: pd.Series) -> GroupNumbers:
        """Return the state of each pair of playbook and stage; NO_STATE if it is no open stage."""
        numbers = {name: number for number, name in enumerate(self.stages)}
        pairs = zip(playbooks, stages, strict=True)
        return np.array([numbers.get(pair, NO_STATE) for pair in pairs], dtype=np.int64)


def build_stay_record(pipeline: Pipeline) -> StayRecord:
    """Return the stays of History whose days are known."""
    history = pipeline["History"]
    entered, left = column_days(history["entered"]), column_days(history["left"])
    stages = list_open_stages(pipeline)
    states = _number_history_states(history, stages)
    known = np.flatnonzero(~np.isnan(entered) & ~(left < entered) & (states != NO_STATE))
    deal, _ = pd.factorize(history["deal"], sort=True)  # sorted, so that the order of the rows does not matter
    ordered = known[np.lexsort((known, entered[known], deal[known]))]
    lasting = ordered[~(left[ordered] == entered[ordered])]
    same = np.append(deal[lasting][1:] == deal[lasting][:-1], False)[: len(lasting)]
    followed = np.append(states[lasting][1:], NO_STATE)[: len(lasting)]
    undated = pd.unique(deal[np.isnan(entered)])
    starts = np.append(True, ~same[:-1])[: len(lasting)] & ~np.isin(deal[lasting], undated)
    ended = left[lasting] < days_without_end()
    later = np.append(entered[lasting][1:], np.inf)[: len(lasting)]
    gone = np.where(same, later, np.where(ended, left[lasting], np.inf))
    owner, owners = pd.factorize(history["owner"].iloc[lasting].replace("", np.nan), sort=True)
    by_day = np.lexsort((deal[lasting], entered[lasting]))
    return StayRecord(
        deal[lasting][by_day].astype(np.int64),
        states[lasting][by_day],
        np.where(same, followed, NO_STATE)[by_day],
        np.append(NO_STATE, np.where(same, states[lasting], NO_STATE)[:-1])[: len(lasting)][by_day],
        entered[lasting][by_day],
        gone[by_day],
        starts[by_day],
        column_numbers(history["amount"])[lasting][by_day],
        owner[by_day].astype(np.int64),
        tuple(str(name) for name in owners),
        stages,
        _following_states(pipeline, stages),
    )


def days_without_end() -> float:
    """Return the first day that no stay reaches; `left` of an unfinished stay is later."""
    return float(np.datetime64("9000-01-01", "D").astype(np.int64))


def list_open_stages(pipeline: Pipeline) -> tuple[StateName, ...]:
    """Return the open stages of all playbooks in order, and then those that only History knows."""
    declared = [(book.id, stage.name) for book in pipeline.playbooks.values() for stage in book.open_stages]
    history = pipeline["History"]
    rows = history.loc[history["outcome"] == "open", ["playbook", "stage"]].drop_duplicates()
    recorded = [(str(playbook), str(stage)) for playbook, stage in zip(rows["playbook"], rows["stage"], strict=True)]
    return tuple(dict.fromkeys([*declared, *sorted(recorded)]))


def _number_history_states(history: pd.DataFrame, stages: tuple[StateName, ...]) -> GroupNumbers:
    numbers = {name: number for number, name in enumerate(stages)}
    codes, pairs = pd.factorize(history["playbook"] + "\n" + history["stage"])
    of_pair = [numbers.get(tuple(str(pair).split("\n", 1)), NO_STATE) for pair in pairs]  # type: ignore[arg-type]
    found = np.array([*of_pair, NO_STATE], dtype=np.int64)[codes]
    found[(history["outcome"] == "won").to_numpy(dtype=bool)] = len(stages)
    found[(history["outcome"] == "lost").to_numpy(dtype=bool)] = len(stages) + 1
    found[(history["outcome"] == "").to_numpy(dtype=bool)] = NO_STATE
    return found


def _following_states(pipeline: Pipeline, stages: tuple[StateName, ...]) -> GroupNumbers:
    # the next open stage of each stage's playbook; the last one is followed by won
    following = np.full(len(stages), len(stages), dtype=np.int64)
    numbers = {name: number for number, name in enumerate(stages)}
    for book in pipeline.playbooks.values():
        for here, there in zip(book.open_stages, book.open_stages[1:], strict=False):
            following[numbers[book.id, here.name]] = numbers[book.id, there.name]
    return following
