"""What the reps of the demo wrote down beside their deals: answers, traits, objections, feedback, SPIN notes, a measure.

One quote has a discount that is above its owner's limit, so that an approval waits.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from xl_salesflow.cli.demo.demo_pipeline import make_demo_frame, number_demo_rows
from xl_salesflow.cli.demo.demo_words import read_demo_words
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.catalogues import SOURCE_LANGUAGE
from xl_salesflow.locale.texts import Language

DISCOUNT_TO_APPROVE = 0.1
"""The discount of one quote, above those of its lines; reps may grant less than both together."""

_ANSWERED_SO_FAR = 9  # questions of another deal; the first one has answers to all


@dataclass(frozen=True, slots=True)
class DemoNotes:
    """The notes in one language, as rows; *measure* is a problem, what is done about it, and the points expected."""

    answers: list[tuple[str, float, str, str]]
    traits: list[tuple[str, str, str]]
    objections: list[tuple[str, str, str, str, str]]
    feedback: list[tuple[str, float, float | str, str]]
    spin: list[tuple[str, str, str, str]]
    measure: tuple[str, str, float]


@cache
def read_demo_notes(language: Language) -> DemoNotes:
    """Return the notes in *language*, or the English ones if it has none."""
    content = tomllib.loads(files(__package__).joinpath("demo_notes.toml").read_text(encoding="utf-8"))
    return DemoNotes(**content.get(language, content[SOURCE_LANGUAGE]))


def make_note_frames(pipeline: Pipeline, quoted: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return rows of Answers, Traits, Objections, Feedback and Measures about the deals of *pipeline*.

    *quoted* are the open deals with quotes, the furthest first: most notes are about these.
    """
    deals = pipeline["Deals"].sort_values("deal")
    won = deals[deals["outcome"] == "won"].sort_values("closed", ascending=False, kind="stable")
    if len(quoted) < 4 or won.empty:  # a small pipeline has no deals to write about
        return {}
    return {
        "Answers": _make_answer_frame(pipeline, quoted),
        "Traits": _make_trait_frame(pipeline, quoted),
        "Objections": _make_objection_frame(pipeline, quoted, won),
        "Feedback": _make_feedback_frame(pipeline, won),
        "Measures": _make_measure_frame(pipeline),
    }


def _days_ago(pipeline: Pipeline, days: int) -> np.datetime64:
    return np.datetime64(pipeline.today, "s") - np.timedelta64(days, "D")


def _make_answer_frame(pipeline: Pipeline, quoted: pd.DataFrame) -> pd.DataFrame:
    answers = read_demo_notes(pipeline.language).answers
    rows = [(0, *row) for row in answers] + [(2, *row) for row in answers[:_ANSWERED_SO_FAR]]
    return make_demo_frame("Answers", {
        "deal": [quoted["deal"].iat[at] for at, *_ in rows],
        "question": [row[1] for row in rows],
        "points": [float(row[2]) for row in rows],
        "answer": [row[3] for row in rows],
        "evidence": [row[4] for row in rows],
        "date": [_days_ago(pipeline, 4)] * len(rows),
        "by": [quoted["owner"].iat[at] for at, *_ in rows],
    })  # fmt: skip


def _make_trait_frame(pipeline: Pipeline, quoted: pd.DataFrame) -> pd.DataFrame:
    # the golden traits of one customer, the bad ones of another
    rows = read_demo_notes(pipeline.language).traits
    customers = quoted.drop_duplicates("account").head(2)
    at = [0 if kind == "golden" else -1 for kind, *_ in rows]
    return make_demo_frame("Traits", {
        "account": [customers["account"].iat[place] for place in at],
        "kind": [kind for kind, *_ in rows],
        "trait": [trait for _, trait, _ in rows],
        "evidence": [evidence for *_, evidence in rows],
        "date": [_days_ago(pipeline, 6)] * len(rows),
        "by": [customers["owner"].iat[place] for place in at],
    })  # fmt: skip


def _make_objection_frame(pipeline: Pipeline, quoted: pd.DataFrame, won: pd.DataFrame) -> pd.DataFrame:
    # those that were resolved are of a deal that was won, the others are of open deals
    rows = read_demo_notes(pipeline.language).objections
    of_open = iter(quoted["deal"].iloc[2:])
    return make_demo_frame("Objections", {
        "objection": number_demo_rows("Objections", len(rows)),
        "deal": [won["deal"].iat[0] if status == "resolved" else next(of_open) for *_, status, _ in rows],
        "type": [row[0] for row in rows],
        "concern": [row[1] for row in rows],
        "answer": [row[2] for row in rows],
        "status": [row[3] for row in rows],
        "worked": [row[4] for row in rows],
        "date": [_days_ago(pipeline, 9)] * len(rows),
    })  # fmt: skip


def _make_feedback_frame(pipeline: Pipeline, won: pd.DataFrame) -> pd.DataFrame:
    rows = read_demo_notes(pipeline.language).feedback[: len(won)]
    asked = won.head(len(rows))
    return make_demo_frame("Feedback", {
        "feedback": number_demo_rows("Feedback", len(rows)),
        "deal": asked["deal"].to_numpy(),
        "account": asked["account"].to_numpy(),
        "date": np.maximum(asked["closed"].to_numpy(), _days_ago(pipeline, 5)),
        "kind": [row[0] for row in rows],
        "satisfaction": [float(row[1]) for row in rows],
        "recommend": [np.nan if row[2] == "" else float(row[2]) for row in rows],
        "comment": [row[3] for row in rows],
    })  # fmt: skip


def _make_measure_frame(pipeline: Pipeline) -> pd.DataFrame:
    problem, action, points = read_demo_notes(pipeline.language).measure
    first, *_ = pipeline.playbooks[pipeline.default_playbook].open_stages
    return make_demo_frame("Measures", {
        "measure": number_demo_rows("Measures", 1),
        "problem": [problem],
        "stage": [first.name],
        "action": [action],
        "owner": [read_demo_words(pipeline.language).manager],
        "start": [_days_ago(pipeline, 42)],
        "due": [_days_ago(pipeline, -21)],
        "expected": [float(points)],
    })  # fmt: skip


def add_spin_notes(activities: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return *activities* with SPIN notes in the latest meetings, one after another."""
    notes = read_demo_notes(language).spin
    rows = activities.index[activities["type"] == "meeting"][-2 * len(notes) :]
    noted = activities.copy()
    for place, column in enumerate(("situation", "problem", "implication", "need_payoff")):
        noted.loc[rows, column] = [notes[at % len(notes)][place] for at in range(len(rows))]
    return noted


def ask_for_a_discount(quotes: pd.DataFrame) -> pd.DataFrame:
    """Return *quotes* with a discount of one draft that its owner may not grant and nobody has approved."""
    drafts = quotes.index[(quotes["status"] == "draft") & (quotes["approved_by"] == "")][-1:]
    asked = quotes.copy()
    asked.loc[drafts, "discount"] = DISCOUNT_TO_APPROVE
    return asked
