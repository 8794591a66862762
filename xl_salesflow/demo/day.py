"""A rep's day in the demo: activities noted as ever, quotes written, stages moved on (some too early)."""

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
    """Return what people typed, as a plan: activities of every deal, quotes of the open ones, six of them moved on today."""
    random = np.random.default_rng(seed)
    deals = pipeline["Deals"]
    opened = deals[deals["outcome"] == "open"]
    quoted = opened.sort_values(["furthest", "amount"], ascending=False, kind="stable").head(8)
    rows = {"Activities": _activities(pipeline, random), "Quotes": _quotes(pipeline, quoted)}
    rows["QuoteLines"] = _lines(pipeline, rows["Quotes"], quoted)
    added = tuple(Append(name, frame, "demo") for name, frame in rows.items())
    return Plan(appends=added, edits=(_moves(pipeline, opened), _company(pipeline)))


def _company(pipeline: Pipeline) -> Edit:
    settings = pipeline["Settings"]
    told = settings["setting"].map(names.COMPANY[pipeline.language]).dropna()
    rows = settings.loc[told.index]
    return Edit("Settings", "value", rows["setting"], rows["value"], told.astype(object), "demo")


def _quotes(pipeline: Pipeline, quoted: pd.DataFrame) -> pd.DataFrame:
    # every other one is still a draft
    count, today = len(quoted), np.datetime64(pipeline.today, "s")
    status = np.where(np.arange(count) % 2 == 0, "sent", "draft").astype(object)
    date = today - np.timedelta64(3, "D")
    return frame_of("Quotes", {
        "quote": [f"Q-{pipeline.today.year}-{number:04d}" for number in range(1, count + 1)],
        "deal": quoted["deal"].to_numpy(),
        "version": [1.0] * count,
        "status": status,
        "primary": ["yes"] * count,
        "date": np.full(count, date),
        "valid_until": np.full(count, date + np.timedelta64(30, "D")),
        "contact": quoted["contact"].to_numpy(),
        "tax_mode": ["exclusive"] * count,
        "tax_rate": [0.13 if pipeline.language == "zh" else 0.2] * count,
        "discount": np.where(np.arange(count) % 3 == 0, 0.05, 0.0),
        "shipping": [120.0] * count,
        "approved_by": np.where(np.arange(count) % 3 == 0, names.MANAGER[pipeline.language], ""),
        "terms": [names.TERMS[pipeline.language]] * count,
        "sent": np.where(status == "sent", date, np.datetime64("NaT", "s")),
        "sent_to": np.where(status == "sent", quoted["contact"].to_numpy(), ""),
    })  # fmt: skip


def _lines(pipeline: Pipeline, quotes: pd.DataFrame, quoted: pd.DataFrame) -> pd.DataFrame:
    # the deal's product, the smallest one twice with a discount, the next one as an option
    small, other = pipeline["Products"]["product"].iloc[[0, 2]]
    products = [name for product in quoted["product"] for name in (product, small, other)]
    return frame_of("QuoteLines", {
        "quote": quotes["quote"].repeat(3).to_list(),
        "position": [1.0, 2.0, 3.0] * len(quotes),
        "product": products,
        "quantity": [1.0, 2.0, 1.0] * len(quotes),
        "discount": [np.nan, 0.1, np.nan] * len(quotes),
        "optional": ["", "", "yes"] * len(quotes),
    })  # fmt: skip


def _activities(pipeline: Pipeline, random: np.random.Generator) -> pd.DataFrame:
    # two in the last weeks of every open deal; of those that ended, as many as it took
    deals, language = pipeline["Deals"], pipeline.language
    today = np.int64(np.datetime64(pipeline.today, "D").astype(int))
    is_open = (deals["outcome"] == "open").to_numpy()
    of = np.repeat(np.arange(len(deals)), np.where(is_open, 2, random.integers(1, 7, len(deals))))
    noted, count = deals.iloc[of], len(of)
    created, closed = (noted[id].to_numpy().astype("datetime64[D]").astype(np.int64) for id in ("created", "closed"))
    last = np.where(is_open[of], today - 1, closed)
    first = np.maximum(created, np.where(is_open[of], today - 27, created))
    order = np.argsort(days := random.integers(np.minimum(first, last), last + 1), kind="stable")
    kind = random.integers(0, len(_TYPES), count)
    columns = {
        "date": dates(days),
        "deal": noted["deal"].to_numpy(),
        "contact": noted["contact"].to_numpy(),
        "type": np.array(_TYPES, dtype=object)[kind],
        "contact_channel": np.array(_CHANNELS, dtype=object)[kind],
        "outcome": np.array(("reached", "interested", "no_answer"), dtype=object)[random.integers(0, 3, count)],
        "by": noted["owner"].to_numpy(),
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
