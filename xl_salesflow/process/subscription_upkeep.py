"""What contracts take from their deals, the day on which each is continued, and what is known of their ends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.schema.table_frames import fold_keys, look_up_values


def mark_subscriptions(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with the customer and owner of its contracts filled in, and the day that each is continued."""
    contracts = pipeline["Subscriptions"]
    if contracts.empty:
        return pipeline
    deals, keys = pipeline["Deals"], fold_keys(contracts["deal"])
    deals = deals[deals["deal"] != ""].set_axis(fold_keys(deals["deal"][deals["deal"] != ""]).to_numpy(), axis=0)
    deals = deals[~deals.index.duplicated()]
    filled = {
        column: contracts[column].where(contracts[column] != "", look_up_values(keys, deals[column]).fillna(""))
        for column in ("account", "owner")
    }
    return pipeline.with_tables(
        Subscriptions=contracts.assign(
            **{column: cells.astype(object) for column, cells in filled.items()},
            continued=_find_continued_days(contracts),
        )
    )


def _find_continued_days(contracts: pd.DataFrame) -> pd.Series:
    # the first day of the contract whose deal renews this one, or else of one of the same customer and service the day after
    starts = contracts["start"].groupby(fold_keys(contracts["deal"])).min()
    renewed_by = fold_keys(contracts["renewed_by"])
    found = look_up_values(renewed_by, starts.drop("", errors="ignore"))
    found = found.where(renewed_by != fold_keys(contracts["deal"]))
    named = ((contracts["account"] != "") & (contracts["name"] != "")).tolist()
    services = list(zip(named, fold_keys(contracts["account"]), fold_keys(contracts["name"]), strict=True))
    begun = set(zip(services, contracts["start"], strict=True))
    day_after: pd.Series = contracts[["end", "ended"]].min(axis=1) + pd.Timedelta(days=1)
    follows = [one[0] and (one, day) in begun for one, day in zip(services, day_after, strict=True)]
    days = day_after.where(pd.Series(follows, contracts.index))
    return found.fillna(days).astype(contracts["continued"].dtype)


def find_notice_days(contracts: pd.DataFrame) -> pd.Series:
    """Return the last day on which notice can be given of each row of *contracts*, as its formula column does."""
    whole = np.ceil(contracts["notice_days"])  # a cell with a part of a day shows the day that it falls on
    before = pd.to_timedelta(whole, unit="D")
    return contracts["notice"].fillna((contracts["end"] - before).astype(contracts["notice"].dtype))


def select_expiring(pipeline: Pipeline) -> pd.DataFrame:
    """Return the contracts with an end that nobody ended and nothing continues; those that renew by themselves too."""
    contracts = pipeline["Subscriptions"]
    counted = (contracts["amount"] > 0) & contracts["start"].notna() & (contracts["period"] != "")
    left = contracts["ended"].isna() & contracts["continued"].isna()
    return contracts[counted & contracts["end"].notna() & left & (contracts["subscription"] != "")]
