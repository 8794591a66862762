"""Check that the stage stays in History are consistent, sealed and complete.

Within a deal, each stage stay but the last ended with a move to the next stay's stage, on the day that one began. Every
finished stay has a move direction. Exactly one stay is unfinished, and its stage is the deal's recorded stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from xl_salesflow.changelog.shared_rows import find_share_run
from xl_salesflow.core.approval_answers import SealedStays
from xl_salesflow.core.history_seal import are_signed_seals, find_broken_seals, read_seal_key
from xl_salesflow.core.key_numbers import KEY_FORMATS, order_by_number
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch, list_rule_findings
from xl_salesflow.locale.texts import COMMA_SEPARATOR, Text
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_frames import OPEN_STAY_LEFT
from xl_salesflow.schema.table_registry import TABLES

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
    now = history["left"] == OPEN_STAY_LEFT
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
    Text("Stage history does not fit together"),
    Text("The record of deal {deal} is broken here: {what}; restore the row from a backup or with undo."),
    "block",
    _find_broken_history,
)

_SEALED_ROW_CHANGED = Text("the row was changed after it was written")
_SEALED_CELLS_CHANGED = Text("the row was changed after it was written: {columns}")
_ROW_BEFORE_CHANGED = Text("the deal's previous visit was changed, removed or inserted later")
_END_BEFORE_CHANGED = Text("the deal's previous visit was changed later: {columns}")
_SIGNATURE_WRONG = Text("its signature was not made with your key")
_NAMED_SEALED_CELLS = 6  # if more differ, the row is another one


def _find_broken_seals(pipeline: Pipeline) -> Iterable[RuleMatch]:
    history = pipeline["History"]
    broken = find_broken_seals(history)
    behind = broken.before.difference(broken.itself, sort=False)
    forged = broken.forged.difference(broken.itself.union(broken.before), sort=False)
    for rows, what, named, side in (
        (broken.itself, _SEALED_ROW_CHANGED, _SEALED_CELLS_CHANGED, 0),
        (behind, _ROW_BEFORE_CHANGED, _END_BEFORE_CHANGED, 1),
        (forged, _SIGNATURE_WRONG, _SIGNATURE_WRONG, 0),
    ):
        facts = {name: history.loc[rows, name] for name in ("visit", "deal")}
        columns = (_name_columns(pipeline, broken.changed.get(row, ((), ()))[side]) for row in rows)
        told = [named.in_(pipeline.language, columns=one) if one else what.in_(pipeline.language) for one in columns]
        yield RuleMatch("History", rows, "seal", {**facts, "what": pd.Series(told, rows, dtype=object)})


def _name_columns(pipeline: Pipeline, columns: Sequence[str]) -> str:
    headers = [TABLES["History"][column].header.in_(pipeline.language) for column in columns]
    return COMMA_SEPARATOR.in_(pipeline.language).join(headers) if len(headers) <= _NAMED_SEALED_CELLS else ""


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
    needs=("History",),
)

_MISSING_STAYS_NAMED = 5


def _find_missing_stays(pipeline: Pipeline) -> Iterable[RuleMatch]:
    history, journal = pipeline["History"], pipeline["Journal"]
    if find_share_run(pipeline)[0]:
        return  # a workbook of one person has the visits of their deals only
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
        named = [KEY_FORMATS["History"].write(number) for number in missing[:_MISSING_STAYS_NAMED]]
        more = " …" if gaps.sum() > _MISSING_STAYS_NAMED else ""
        which = COMMA_SEPARATOR.in_(pipeline.language).join(named) + more
        yield RuleMatch("History", history.index[:1], "visit", {"count": int(gaps.sum()), "which": which})


def _read_stay_numbers(visits: pd.Series) -> np.ndarray:
    numbers = KEY_FORMATS["History"].read(visits)
    return np.unique(numbers[~np.isnan(numbers)].astype(np.int64))


MISSING_STAGE_STAYS = Rule(
    "missing_visits",
    Text("Visits removed by hand"),
    Text(
        "{count} {count:visit is|visits are} missing from Stage history, and no run removed {count:it|them}: "
        "{which}; restore {count:it|them} from a backup."
    ),
    "warn",
    _find_missing_stays,
    needs=("History",),
)


def _find_unsealed_rows(pipeline: Pipeline) -> Iterable[RuleMatch]:
    history = pipeline["History"]
    rows = history.index[((history["seal"] == "") & (history["visit"] != "")).to_numpy(bool)]
    yield RuleMatch("History", rows[:1], "seal", {"visit": history.loc[rows[:1], "visit"], "count": len(rows)})


UNSEALED_STAGE_STAYS = Rule(
    "unsealed_visit",
    Text("Visits without a seal"),
    Text("{count} {count:visit has|visits have} no seal, the first is {visit}; an update seals them as they are."),
    "note",
    _find_unsealed_rows,
    needs=("History",),
)


def _find_unsigned_stays(pipeline: Pipeline) -> Iterable[RuleMatch]:
    # what was written before the key was known has no signature; whatever follows the first signature should have one
    if read_seal_key() is None:
        return
    history = order_by_number(pipeline["History"])
    signed = are_signed_seals(history["seal"])
    if not signed.any():
        return
    later = history[int(signed.argmax()) :]
    rows = later.index[~are_signed_seals(later["seal"]) & (later["seal"] != "").to_numpy(bool)]
    yield RuleMatch("History", rows[:1], "seal", {"visit": history.loc[rows[:1], "visit"], "count": len(rows)})


UNSIGNED_STAYS = Rule(
    "unsigned_visit",
    Text("Visits without a signature"),
    Text(
        "{count} {count:visit is|visits are} not signed with your key although an earlier one is, the first is "
        "{visit}: they were written "
        "without the key, or changed and sealed anew."
    ),
    "warn",
    _find_unsigned_stays,
    needs=("History",),
)

SEAL_RULES = (BROKEN_SEAL, MISSING_STAGE_STAYS, UNSEALED_STAGE_STAYS, UNSIGNED_STAYS)


def check_seals(pipeline: Pipeline) -> tuple[SealedStays, tuple[Finding, ...]]:
    """Return how much of History is sealed, and the findings about it."""
    seals, broken = pipeline["History"]["seal"], find_broken_seals(pipeline["History"])
    rows = broken.itself.union(broken.before).union(broken.forged)
    signed = int(are_signed_seals(seals).sum())
    counts = SealedStays(len(seals), int((seals != "").sum()), signed, len(rows), read_seal_key() is not None)
    return counts, tuple(finding for rule in SEAL_RULES for finding in list_rule_findings(pipeline, rule))
