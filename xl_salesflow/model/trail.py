"""The last scores of a deal with their days, such as ``2026-03-02 75; 2026-03-09 60``: enough to know last week's."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

WEEK = timedelta(days=7)


def kept(deals: pd.DataFrame, score: pd.Series, today: date) -> pd.Series:
    """Return the trail of every deal with today's *score* noted where it differs from the last one; the rest stays.

    What is older than the score of a week ago is left out when something is added.
    """
    trails = deals["score_trail"]
    if trails.empty:
        return trails
    last = pd.to_numeric(trails.str.rpartition(" ")[2], errors="coerce")
    new = (score != last) & ~(score.isna() & last.isna())
    added = [_added(trail, now, today) for trail, now in zip(trails[new], score[new], strict=True)]
    return trails.mask(new, pd.Series(added, index=trails.index[new], dtype=object))


def week_ago(trails: pd.Series, today: date) -> pd.Series:
    """Return the score of a week ago per deal, the earliest one while the trail is younger; blank without a trail."""
    told = {trail: _at(_read(trail), today - WEEK) for trail in trails.drop_duplicates()}
    return trails.map(told).astype("float64")


def _added(trail: str, score: float, today: date) -> str:
    notes = [note for note in _read(trail) if note[0] != today]
    old = [note for note in notes if note[0] <= today - WEEK]
    notes = [*old[-1:], *(note for note in notes if note[0] > today - WEEK), (today, score)]
    return "; ".join(f"{day.isoformat()} {'-' if value != value else f'{value:g}'}" for day, value in notes)


def _at(notes: list[tuple[date, float]], day: date) -> float:
    old = [value for noted, value in notes if noted <= day]
    return old[-1] if old else notes[0][1] if notes else np.nan


def _read(trail: str) -> list[tuple[date, float]]:
    # a note that somebody mangled is left out; the trail is a memory, not a record
    notes = []
    for note in trail.split(";"):
        day, _, value = note.strip().partition(" ")
        try:
            notes.append((date.fromisoformat(day), float("nan" if value == "-" else value)))
        except ValueError:
            continue
    return notes
