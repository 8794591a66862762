"""The chance of winning as the workbook's own history shows it: naive Bayes over its won and lost deals, explained.

    odds of winning = won ÷ lost × Π P(value | won) ÷ P(value | lost)

Each value's counts start at 0.1. A stage counts as reached: a won deal reached them all, a lost one those up to its furthest.
A blank, or a value no closed deal has, says nothing. Below 50 closed deals, or with none won or none lost, nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.model.rule import shown
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.tables import TABLES

FEWEST = 50
"""Closed deals needed before anything is said."""

START = 0.1
"""What each value's count begins with, so that nothing is impossible."""

FACTORS = ("source", "product", "region", "sales_channel", "owner", "industry")
"""Columns of Deals, and the customer's industry, beside the stage."""

_TOLD = 3


@dataclass(frozen=True)
class Learned:
    """What history says of the open deals, indexed as Deals; empty while it is silent.

    *probability* is a fraction; *weights* holds, per factor, how much it adds to the log of the odds (NaN: nothing said);
    *prior* is the log of won ÷ lost before any factor; *closed* the number of deals learned from.
    """

    probability: pd.Series
    weights: pd.DataFrame
    prior: float
    closed: int


def learned(pipeline: Pipeline) -> Learned:
    """Return what the won and lost deals of *pipeline* say about its open ones."""
    deals = _with_industry(pipeline)
    won, lost = deals[deals["outcome"] == "won"], deals[deals["outcome"] == "lost"]
    closed, now = len(won) + len(lost), _with_industry(pipeline, open_deals(pipeline))
    if closed < FEWEST or won.empty or lost.empty:
        return Learned(pd.Series(dtype="float64"), pd.DataFrame(columns=["stage", *FACTORS]), np.nan, closed)
    prior = float(np.log(len(won) / len(lost)))
    weights = pd.DataFrame({"stage": _reached(lost, now), **{name: _weights(name, won, lost, now) for name in FACTORS}})
    odds = prior + weights.fillna(0).sum(axis=1)
    return Learned(1 / (1 + np.exp(-odds)), weights, prior, closed)


def learn(pipeline: Pipeline) -> Plan:
    """Write what history says into learned_probability, with what weighs most beside it; a person's own stays untouched."""
    said, deals = learned(pipeline), pipeline["Deals"]
    probability = said.probability.round(3).reindex(deals.index)
    why = _told(pipeline, said).reindex(deals.index, fill_value="")
    now = pipeline.with_tables(Deals=deals.assign(learned_probability=probability, learned_why=why.astype(object)))
    return difference(pipeline, now, "history")


def _with_industry(pipeline: Pipeline, deals: pd.DataFrame | None = None) -> pd.DataFrame:
    deals = pipeline["Deals"] if deals is None else deals
    accounts = pipeline["Accounts"].drop_duplicates("account").set_index("account")
    return deals.assign(industry=looked_up(deals["account"], accounts["industry"]).fillna(""))


def _weights(factor: str, won: pd.DataFrame, lost: pd.DataFrame, now: pd.DataFrame) -> pd.Series:
    counts = [deals.loc[deals[factor] != "", factor].value_counts() for deals in (won, lost)]
    table = pd.concat(counts, axis=1, keys=["won", "lost"]).fillna(0) + START
    shares = table / table.sum()
    return looked_up(now[factor], (shares["won"] / shares["lost"]).map(np.log))


def _reached(lost: pd.DataFrame, now: pd.DataFrame) -> pd.Series:
    # every won deal came this far, so only the share of the lost ones that did says anything
    weights = pd.Series(np.nan, index=now.index)
    for playbook, rows in now.groupby("playbook", sort=False):
        furthest = np.sort(lost.loc[lost["playbook"] == playbook, "furthest"].fillna(1).clip(lower=1).to_numpy())
        if len(furthest):
            came = len(furthest) - np.searchsorted(furthest, rows["position"].to_numpy(), side="left")
            weights[rows.index] = -np.log((came + START) / (len(furthest) + START))
    return weights.where(now["position"].notna())


def _told(pipeline: Pipeline, said: Learned) -> pd.Series:
    # the heaviest factors, as how many times likelier the value is among won deals than among lost ones
    table = TABLES["Deals"]
    deals = _with_industry(pipeline).loc[said.weights.index]
    deals = deals.assign(stage=deals["recorded_stage"])
    parts = {}
    for factor in ("stage", *FACTORS):
        column = TABLES["Accounts"]["industry"] if factor == "industry" else table[factor]
        value = shown(column, deals[factor], pipeline.language)
        head = column.header.in_(pipeline.language)
        parts[factor] = f"{head} " + value + np.exp(said.weights[factor]).map(" ×{:.2g}".format).astype(object)
    order = np.argsort(-said.weights.abs().fillna(-1).to_numpy(), axis=1)[:, :_TOLD]
    texts = pd.DataFrame(parts, index=said.weights.index).to_numpy(object)
    spoken = said.weights.notna().to_numpy()
    told = ["; ".join(texts[row, at] for at in heaviest if spoken[row, at]) for row, heaviest in enumerate(order)]
    return pd.Series(told, index=said.weights.index, dtype=object)
