"""The class of an account, from its traits, its must-haves and its deals; a class that a person chose stays.

Classes are those of the list account_class, the first that fits: watch, key, growth, standard; blank while nothing is known.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import folded, looked_up
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan

MUST_HAVES = ("has_need", "has_means", "has_authority")
"""What somebody needs to be a prospect at all."""

KEY_SHARE = 0.5
"""Key accounts bring this share of all won value, largest first; each has been won at least twice."""

GROWTH_TRAITS = 2
"""An open deal with so many more golden than bad traits is growth even before anything was won."""


def classify(pipeline: Pipeline) -> Plan:
    """Write account_class where it is blank or still what an earlier run wrote, and won_deals; a second run plans nothing."""
    accounts = pipeline["Accounts"]
    ours = (accounts["account"] != "") & ((accounts["account_class"] == "") | _written(pipeline))
    classes = accounts["account_class"].mask(ours, _classes(pipeline))
    accounts = accounts.assign(account_class=classes, won_deals=_won(pipeline))
    return difference(pipeline, pipeline.with_tables(Accounts=accounts), "class")


def prospects(pipeline: Pipeline) -> pd.DataFrame:
    """Return the column prospect of Accounts as its formula computes it: need, means and authority, all or one missing."""
    needed = pipeline["Accounts"][list(MUST_HAVES)]
    missing, all_there = (needed == "no").any(axis=1), (needed == "yes").all(axis=1)
    known = np.select([missing.to_numpy(bool), all_there.to_numpy(bool)], ["no", "yes"], "")
    return pd.DataFrame({"prospect": pd.Series(known.astype(object), index=needed.index, dtype=object)})


def _won(pipeline: Pipeline) -> pd.Series:
    # blank for a customer without deals: nothing is known of their loyalty
    deals, name = pipeline["Deals"], folded(pipeline["Accounts"]["account"])
    won = (deals["outcome"] == "won").groupby(folded(deals["account"])).sum().drop("", errors="ignore")
    return looked_up(name, won).astype("float64")


def _classes(pipeline: Pipeline) -> pd.Series:
    accounts, deals = pipeline["Accounts"], pipeline["Deals"]
    name = folded(accounts["account"])
    dealt = deals.assign(account=folded(deals["account"]))
    won = dealt[dealt["outcome"] == "won"].groupby("account")["amount"].agg(["size", "sum"])
    value = looked_up(name, won["sum"]).fillna(0.0)
    times = looked_up(name, won["size"]).fillna(0)
    is_open = name.isin(dealt.loc[dealt["outcome"] == "open", "account"])
    traits = accounts["trait_score"].fillna(0)
    missing = (accounts[list(MUST_HAVES)] == "no").any(axis=1)
    cases = [
        ("watch", (traits < 0) | missing),
        ("key", (times >= 2) & _brings_half(value)),
        ("growth", is_open & ((times > 0) | (traits >= GROWTH_TRAITS))),
        ("standard", name.isin(dealt["account"]) | accounts["trait_score"].notna()),
    ]
    chosen = np.select([fits.to_numpy(bool) for _, fits in cases], [id for id, _ in cases], "")
    return pd.Series(chosen.astype(object), index=accounts.index)


def _brings_half(value: pd.Series) -> pd.Series:
    # the account that crosses the share still belongs to it
    ranked = value.sort_values(ascending=False, kind="stable")
    before = ranked.cumsum() - ranked
    return ((before < KEY_SHARE * ranked.sum()) & (ranked > 0)).reindex(value.index)


def _written(pipeline: Pipeline) -> pd.Series:
    accounts, journal = pipeline["Accounts"], pipeline["Journal"]
    lines = journal[(journal["table"] == "Accounts") & (journal["column"] == "account_class")]
    last = lines.drop_duplicates("key", keep="last").set_index("key")["after"]
    labels = LISTS["account_class"]
    ids = {text: id for id, label in labels.items() for text in (id, *label.both())}
    return looked_up(accounts["account"], last.map(lambda text: ids.get(text, text))) == accounts["account_class"]
