"""Check that the stage stays in History are consistent, sealed and complete.

Within a deal, each stage stay but the last ended with a move to the next stay's stage, on the day that one began. Every
finished stay has a move direction. Exactly one stay is unfinished, and its stage is the deal's recorded stage.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from xl_salesflow.core.history_seal import find_broken_seals
from xl_salesflow.core.key_numbers import KEY_FORMATS, order_by_number
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.deal_tables import OPEN_STAY_END

_STAY_LEFT_ELSEWHERE = Text("its next stage or its last day does not match the next visit")
_STAY_WITHOUT_DIRECTION = Text("it is over but has no direction of the move")
_STAY_STILL_GOES_ON = Text("it is not over although a later visit follows")
_STAY_DAYS_WRONG = Text("its number of days does not match its dates")
_STAY_WITHOUT_NEXT = Text("it is over but no later visit follows")
_STAY_IN_OTHER_STAGE = Text("the deal's recorded stage is another one")
_DEAL_WITHOUT_STAY = Text("the deal has no visit at all")


def _find_broken_history(pipeline: Pipeline) -> Iterable[RuleMatch]:
    history, deals = order_by_number(pipeline["History"]), pipeline["Deals"]
    wrong = pd.Series("", index=history.index, dtype=object)
    for message, broken in _find_history_breaks(history, deals):
        wrong = wrong.mask(broken & (wrong == ""), message.in_(pipeline.language))
    rows = wrong.index[wrong != ""]
    yield RuleMatch("History", rows, "visit", {"deal": history.loc[rows, "deal"], "what": wrong[rows]})
    keyed = (deals["recorded_stage"] != "") & ~deals["deal"].isin(history["deal"])
    missing = deals.index[keyed]
    yield RuleMatch(
        "Deals",
        missing,
        "recorded_stage",
        {"deal": deals.loc[missing, "deal"], "what": _DEAL_WITHOUT_STAY.in_(pipeline.language)},
    )


def _find_history_breaks(history: pd.DataFrame, deals: pd.DataFrame) -> Iterable[tuple[Text, pd.Series]]:
    now = history["left"] == np.datetime64(OPEN_STAY_END, "s")
    after = history.groupby("deal", sort=False)[["stage", "entered"]].shift(-1)
    followed = after["stage"].notna()
    yield _STAY_STILL_GOES_ON, followed & now
    elsewhere = history["moved_to"] != after["stage"]
    another_day = history["left"].notna() & after["entered"].notna() & (history["left"] != after["entered"])
    yield _STAY_LEFT_ELSEWHERE, followed & ~now & (elsewhere | another_day)
    yield _STAY_WITHOUT_DIRECTION, followed & ~now & ~history["move"].isin(CHOICES["move"])
    yield _STAY_WITHOUT_NEXT, ~followed & ~now
    days = (history["left"] - history["entered"]).dt.days
    yield _STAY_DAYS_WRONG, ~now & days.notna() & history["days"].notna() & (days != history["days"])
    counted = deals[~deals["deal"].duplicated(keep=False)].set_index("deal")["recorded_stage"]
    stage = counted.reindex(history["deal"]).set_axis(history.index)
    yield _STAY_IN_OTHER_STAGE, now & stage.notna() & (stage != history["stage"])


BROKEN_HISTORY = Rule(
    "broken_history",
    Text("History does not fit together"),
    Text("The record of deal {deal} is broken here: {what}; restore the row from a backup or with undo."),
    "block",
    _find_broken_history,
)

_SEALED_ROW_CHANGED = Text("the row was changed after it was written")
_ROW_BEFORE_CHANGED = Text("the deal's previous visit was changed, removed or inserted later")


def _find_broken_seals(pipeline: Pipeline) -> Iterable[RuleMatch]:
    history = pipeline["History"]
    broken = find_broken_seals(history)
    for rows, what in (
        (broken.itself, _SEALED_ROW_CHANGED),
        (broken.before.difference(broken.itself, sort=False), _ROW_BEFORE_CHANGED),
    ):
        facts = {name: history.loc[rows, name] for name in ("visit", "deal")}
        yield RuleMatch("History", rows, "seal", {**facts, "what": what.in_(pipeline.language)})


BROKEN_SEAL = Rule(
    "broken_seal",
    Text("A visit that was changed by hand"),
    Text(
        "The seal of visit {visit} of deal {deal} is broken: {what}; restore it from a backup, or "
        "clear the seals of this deal from here on to accept it: the next update seals them again and "
        "reports it."
    ),
    "block",
    _find_broken_seals,
)

_MISSING_STAYS_NAMED = 5


def _find_missing_stays(pipeline: Pipeline) -> Iterable[RuleMatch]:
    history, journal = pipeline["History"], pipeline["Journal"]
    of_visits = journal[journal["table"] == "History"]
    there = _read_stay_numbers(history.loc[history["seal"] != "", "visit"])
    added = _read_stay_numbers(of_visits.loc[of_visits["operation"] == "add", "key"])
    removed = _read_stay_numbers(of_visits.loc[of_visits["operation"] == "remove", "key"])
    # gaps within History are visible in its numbers; missing last rows are visible only in the Journal, which records
    # that they were added
    known = np.union1d(_read_stay_numbers(history["visit"]), removed)
    known = known[known >= there.min()] if len(there) else known[:0]
    if not len(known):
        return
    after = np.append(known[1:], max(known[-1], added.max(initial=0)) + 1)
    gaps = after - known - 1
    if gaps.any():
        missing = [
            number + step
            for number, gap in zip(known, gaps, strict=True)
            if gap
            for step in range(1, min(gap, _MISSING_STAYS_NAMED) + 1)
        ]
        which = ", ".join(KEY_FORMATS["History"].write(number) for number in missing[:_MISSING_STAYS_NAMED]) + (
            " …" if gaps.sum() > _MISSING_STAYS_NAMED else ""
        )
        yield RuleMatch("History", history.index[:1], "visit", {"count": int(gaps.sum()), "which": which})


def _read_stay_numbers(visits: pd.Series) -> np.ndarray:
    numbers = KEY_FORMATS["History"].read(visits)
    return np.unique(numbers[~np.isnan(numbers)].astype(np.int64))


MISSING_STAGE_STAYS = Rule(
    "missing_visits",
    Text("Visits removed by hand"),
    Text("{count} visits are missing from History, and no run removed them: {which}; restore them from a backup."),
    "warn",
    _find_missing_stays,
)


def _find_unsealed_rows(pipeline: Pipeline) -> Iterable[RuleMatch]:
    history = pipeline["History"]
    rows = history.index[((history["seal"] == "") & (history["visit"] != "")).to_numpy(bool)]
    yield RuleMatch("History", rows[:1], "seal", {"visit": history.loc[rows[:1], "visit"], "count": len(rows)})


UNSEALED_STAGE_STAYS = Rule(
    "unsealed_visit",
    Text("Visits without a seal"),
    Text("{count} visits have no seal, the first is {visit}; an update seals them as they are."),
    "note",
    _find_unsealed_rows,
)
