"""Estimate the chance of winning from the workbook's own won and lost deals, with an explanation.

Naive Bayes:

    odds of winning = won ÷ lost × Π P(value | won) ÷ P(value | lost)

Each value's counts start at 0.1. A stage counts as reached: a won deal reached them all, a lost one those up to its furthest.
A blank, or a value no closed deal has, is left out. Below 50 closed deals, or with none won or none lost, there is no estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, diff_pipelines
from xl_salesflow.core.deal_standing import select_open_deals
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import format_column_values
from xl_salesflow.schema.table_frames import look_up_values
from xl_salesflow.schema.table_registry import TABLES

FEWEST_CLOSED_DEALS = 50
"""Closed deals needed before anything is said."""

STARTING_COUNT = 0.1
"""What each value's count begins with, so that nothing is impossible."""

WIN_FACTORS = ("source", "product", "region", "sales_channel", "owner", "industry")
"""Columns of Deals, and the customer's industry, beside the stage."""

_FACTORS_NAMED = 3


@dataclass(frozen=True)
class WinEstimate:
    """What history says of the open deals, indexed as Deals; empty while it is silent.

    *probability* is a fraction; *weights* holds, per factor, how much it adds to the log of the odds (NaN: nothing said);
    *prior* is the log of won ÷ lost before any factor; *closed* the number of deals learned from.
    """

    probability: pd.Series
    weights: pd.DataFrame
    prior: float
    closed: int


def estimate_win_probability(pipeline: Pipeline) -> WinEstimate:
    """Return what the won and lost deals of *pipeline* say about its open ones."""
    deals = _add_industry_column(pipeline)
    won, lost = deals[deals["outcome"] == "won"], deals[deals["outcome"] == "lost"]
    closed, now = len(won) + len(lost), _add_industry_column(pipeline, select_open_deals(pipeline))
    if closed < FEWEST_CLOSED_DEALS or won.empty or lost.empty:
        return WinEstimate(pd.Series(dtype="float64"), pd.DataFrame(columns=["stage", *WIN_FACTORS]), np.nan, closed)
    prior = float(np.log(len(won) / len(lost)))
    weights = pd.DataFrame(
        {
            "stage": _weigh_stage_reached(lost, now),
            **{name: _weigh_factor(name, won, lost, now) for name in WIN_FACTORS},
        }
    )
    odds = prior + weights.fillna(0).sum(axis=1)
    return WinEstimate(1 / (1 + np.exp(-odds)), weights, prior, closed)


def fill_win_probability(pipeline: Pipeline) -> ChangeSet:
    """Write what history says into learned_probability, with what weighs most beside it; a person's own stays untouched."""
    said, deals = estimate_win_probability(pipeline), pipeline["Deals"]
    probability = said.probability.round(3).reindex(deals.index)
    why = _explain_estimate(pipeline, said).reindex(deals.index, fill_value="")
    now = pipeline.with_tables(Deals=deals.assign(learned_probability=probability, learned_why=why.astype(object)))
    return diff_pipelines(pipeline, now, "history")


def _add_industry_column(pipeline: Pipeline, deals: pd.DataFrame | None = None) -> pd.DataFrame:
    deals = pipeline["Deals"] if deals is None else deals
    accounts = pipeline["Accounts"].drop_duplicates("account").set_index("account")
    return deals.assign(industry=look_up_values(deals["account"], accounts["industry"]).fillna(""))


def _weigh_factor(factor: str, won: pd.DataFrame, lost: pd.DataFrame, now: pd.DataFrame) -> pd.Series:
    counts = [deals.loc[deals[factor] != "", factor].value_counts() for deals in (won, lost)]
    table = pd.concat(counts, axis=1, keys=["won", "lost"]).fillna(0) + STARTING_COUNT
    shares = table / table.sum()
    return look_up_values(now[factor], (shares["won"] / shares["lost"]).map(np.log))


def _weigh_stage_reached(lost: pd.DataFrame, now: pd.DataFrame) -> pd.Series:
    # every won deal came this far, so only the share of the lost ones that did says anything
    weights = pd.Series(np.nan, index=now.index)
    for playbook, rows in now.groupby("playbook", sort=False):
        furthest = np.sort(lost.loc[lost["playbook"] == playbook, "furthest"].fillna(1).clip(lower=1).to_numpy())
        if len(furthest):
            came = len(furthest) - np.searchsorted(furthest, rows["position"].to_numpy(), side="left")
            weights[rows.index] = -np.log((came + STARTING_COUNT) / (len(furthest) + STARTING_COUNT))
    return weights.where(now["position"].notna())


def _explain_estimate(pipeline: Pipeline, said: WinEstimate) -> pd.Series:
    # the heaviest factors, as how many times likelier the value is among won deals than among lost ones
    table = TABLES["Deals"]
    deals = _add_industry_column(pipeline).loc[said.weights.index]
    deals = deals.assign(stage=deals["recorded_stage"])
    parts = {}
    for factor in ("stage", *WIN_FACTORS):
        column = TABLES["Accounts"]["industry"] if factor == "industry" else table[factor]
        value = format_column_values(column, deals[factor], pipeline.language)
        head = column.header.in_(pipeline.language)
        parts[factor] = f"{head} " + value + np.exp(said.weights[factor]).map(" ×{:.2g}".format).astype(object)
    order = np.argsort(-said.weights.abs().fillna(-1).to_numpy(), axis=1)[:, :_FACTORS_NAMED]
    texts = pd.DataFrame(parts, index=said.weights.index).to_numpy(object)
    spoken = said.weights.notna().to_numpy()
    told = ["; ".join(texts[row, at] for at in heaviest if spoken[row, at]) for row, heaviest in enumerate(order)]
    return pd.Series(told, index=said.weights.index, dtype=object)
