"""SPIN: which of the four kinds of notes the activities of a deal hold, and how many of each.

Source: the four kinds are Situation, Problem, Implication and Need-payoff.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.model.pipeline import Pipeline

KINDS: Mapping[str, str] = MappingProxyType({"situation": "S", "problem": "P", "implication": "I", "need_payoff": "N"})
"""The columns of Activities with SPIN notes, and the letter of each."""


def counts(pipeline: Pipeline) -> pd.DataFrame:
    """Return per deal with activities how many notes of each kind it has: one column a kind, indexed by deal."""
    activities = pipeline["Activities"]
    noted = pd.DataFrame({kind: activities[kind].str.strip() != "" for kind in KINDS}, index=activities.index)
    return noted.groupby(activities["deal"]).sum()


def coverage(pipeline: Pipeline) -> pd.Series:
    """Return per deal with activities how many of the four kinds it has, 0 to 4."""
    return (counts(pipeline) > 0).sum(axis=1)


def written(notes: pd.DataFrame) -> pd.Series:
    """Return counts as a cell shows them, such as ``S2 P1``; "" where there is no note at all."""
    letters = [np.where(notes[kind] > 0, letter + notes[kind].astype(str) + " ", "") for kind, letter in KINDS.items()]
    joined = np.sum(np.array(letters, dtype=object), axis=0) if len(notes) else []
    return pd.Series(joined, index=notes.index, dtype=object).str.strip()
