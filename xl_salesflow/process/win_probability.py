"""Estimate the probability of winning from the workbook's own won and lost deals, with an explanation.

Naive Bayes:

    odds of winning = won ÷ lost × Π P(value | won) ÷ P(value | lost)

Each value's counts start at 0.1. The factor "stage" is the stage reached: a won deal reached all stages, a lost deal
those up to its furthest. Blanks, and values that no closed deal has, are ignored. With fewer than 50 closed deals, or
none won or none lost, there is no estimate.
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
"""Number of closed deals needed for an estimate."""

STARTING_COUNT = 0.1
"""Initial count of each value, so that no probability is 0."""

WIN_FACTORS = ("source", "product", "region", "sales_channel", "owner", "industry")
"""Columns of Deals, and the customer's industry, used in addition to the stage."""

_FACTORS_NAMED = 3


@dataclass(frozen=True)
class WinEstimate:
    """What the closed deals say about the open ones, indexed as Deals; empty if there is no estimate.

    *probability* is a fraction; *weights* holds, per factor, what it adds to the log odds (NaN: nothing); *prior* is
    the log of won ÷ lost before any factor; *closed* is the number of deals learned from.
    """

    probability: pd.Series
    weights: pd.DataFrame
    prior: float
    closed: int


def estimate_win_probability(pipeline: Pipeline) -> WinEstimate:
    """Return the estimates for the open deals of *pipeline*, learned from its won and lost ones."""
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
    """Write learned_probability and its strongest factors; a person's own probability is not changed."""
    estimate, deals = estimate_win_probability(pipeline), pipeline["Deals"]
    probability = estimate.probability.round(3).reindex(deals.index)
    why = _explain_estimate(pipeline, estimate).reindex(deals.index, fill_value="")
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
    # every won deal reached this stage, so only the share of lost deals that reached it matters
    weights = pd.Series(np.nan, index=now.index)
    for playbook, rows in now.groupby("playbook", sort=False):
        furthest = np.sort(lost.loc[lost["playbook"] == playbook, "furthest"].fillna(1).clip(lower=1).to_numpy())
        if len(furthest):
            came = len(furthest) - np.searchsorted(furthest, rows["position"].to_numpy(), side="left")
            weights[rows.index] = -np.log((came + STARTING_COUNT) / (len(furthest) + STARTING_COUNT))
    return weights.where(now["position"].notna())


def _explain_estimate(pipeline: Pipeline, estimate: WinEstimate) -> pd.Series:
    # the strongest factors, each with how many times more frequent the value is among won deals than among lost ones
    table = TABLES["Deals"]
    deals = _add_industry_column(pipeline).loc[estimate.weights.index]
    deals = deals.assign(stage=deals["recorded_stage"])
    parts = {}
    for factor in ("stage", *WIN_FACTORS):
        column = TABLES["Accounts"]["industry"] if factor == "industry" else table[factor]
        value = format_column_values(column, deals[factor], pipeline.language)
        head = column.header.in_(pipeline.language)
        parts[factor] = f"{head} " + value + np.exp(estimate.weights[factor]).map(" ×{:.2g}".format).astype(object)
    order = np.argsort(-estimate.weights.abs().fillna(-1).to_numpy(), axis=1)[:, :_FACTORS_NAMED]
    texts = pd.DataFrame(parts, index=estimate.weights.index).to_numpy(object)
    known = estimate.weights.notna().to_numpy()
    explanations = [
        "; ".join(texts[row, at] for at in heaviest if known[row, at]) for row, heaviest in enumerate(order)
    ]
    return pd.Series(explanations, index=estimate.weights.index, dtype=object)
