"""A rep's day in the demo: activities noted, stages moved (some too early), answers and objections written down."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.demo import names
from xl_salesflow.demo.generate import dates, frame_of, numbered
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Plan

_TYPES = ("call", "meeting", "mail", "demo")
_CHANNELS = ("phone", "in_person", "email", "remote")


def day_of_work(pipeline: Pipeline, seed: int = 11) -> Plan:
    """Return what people typed since yesterday, as a plan: two activities for every open deal, six deals moved on."""
    random = np.random.default_rng(seed)
    deals = pipeline["Deals"]
    opened = deals[deals["outcome"] == "open"]
    return Plan(
        appends=(Append("Activities", _activities(pipeline, opened, random), "demo"),),
        edits=(_moves(pipeline, opened),),
    )


def _activities(pipeline: Pipeline, opened: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    count, language = 2 * len(opened), pipeline.language
    kind = random.integers(0, len(_TYPES), count)
    today = int(np.datetime64(pipeline.today).astype("datetime64[D]").astype(int))
    twice = opened.loc[opened.index.repeat(2)]
    since = twice["created"].to_numpy().astype("datetime64[D]").astype(int)
    order = np.argsort(days := np.maximum(since, today - random.integers(1, 28, count)), kind="stable")
    columns = {
        "date": dates(days),
        "deal": twice["deal"].to_numpy(),
        "contact": twice["contact"].to_numpy(),
        "type": np.array(_TYPES, dtype=object)[kind],
        "contact_channel": np.array(_CHANNELS, dtype=object)[kind],
        "outcome": np.array(("reached", "interested", "no_answer"), dtype=object)[random.integers(0, 3, count)],
        "by": twice["owner"].to_numpy(),
        "summary": np.array(names.SUMMARIES[language], dtype=object)[random.integers(0, 4, count)],
    }
    ordered = {id: values[order] for id, values in columns.items()}
    return frame_of("Activities", {"activity": numbered("A", np.arange(1, count + 1)), **ordered})


def _moves(pipeline: Pipeline, opened: pd.DataFrame) -> Edit:
    # the six oldest open deals are typed one stage on: gates let some pass and refuse others
    playbook = pipeline.playbooks[pipeline.default_playbook]
    steps = {a.name: b.name for a, b in zip(playbook.funnel, playbook.funnel[1:], strict=False)}
    chosen = opened.sort_values("created").head(6)
    after = chosen["stage"].map(steps).astype(object)
    return Edit("Deals", "stage", chosen["deal"], chosen["stage"], after, "demo")
