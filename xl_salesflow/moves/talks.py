"""What the activities and offers of a deal add up to: contacts, their rhythm, cost, SPIN notes, versions of the solution."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.scoring import spin

WITHIN = ("note", "approval")
"""Types of activities that stay within the team: no contact with the customer."""


def counted(pipeline: Pipeline, deals: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of Deals that count what was done, indexed as *deals*; blank where nothing was."""
    keys = deals["deal"]
    done = pipeline["Activities"]
    done = done[(done["date"] <= pd.Timestamp(pipeline.today)) & (done["deal"] != "")]
    days = done[~done["type"].isin(WITHIN)].groupby("deal")["date"].agg(["size", "min", "max"])
    gaps = (days["max"] - days["min"]).dt.days / (days["size"] - 1).where(days["size"] > 1)
    notes = spin.counts(pipeline)
    kinds = (notes > 0).sum(axis=1)
    return pd.DataFrame(
        {
            "attempts": looked_up(keys, days["size"]).astype("float64"),
            "contact_days": looked_up(keys, (gaps * 10).round() / 10).astype("float64"),
            "sales_cost": looked_up(keys, _cents(done)).astype("float64"),
            "spin_kinds": looked_up(keys, kinds[kinds > 0]).astype("float64"),
            "spin": looked_up(keys, spin.written(notes)).fillna("").astype(object),
            "solution_version": looked_up(keys, _versions(pipeline, done)).astype("float64"),
        },
        index=deals.index,
    )


def _cents(done: pd.DataFrame) -> pd.Series:
    spent = done[done["cost"].notna()]
    cents: pd.Series = (spent["cost"] * 100).round().groupby(spent["deal"]).sum()
    return cents / 100


def _versions(pipeline: Pipeline, done: pd.DataFrame) -> pd.Series:
    proposed = done[done["type"] == "proposal"].groupby("deal").size()
    quotes = pipeline["Quotes"]
    newest = quotes[quotes["deal"] != ""].groupby("deal")["version"].max().dropna()
    versions: pd.Series = pd.concat([proposed, newest]).groupby(level=0).max()
    return versions
