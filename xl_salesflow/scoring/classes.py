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

KEY_SHARE = 0.5
"""Key accounts bring this share of all won value, largest first; each has been won at least twice."""

GROWTH_TRAITS = 2
"""An open deal with so many more golden than bad traits is growth even before anything was won."""


def classify(pipeline: Pipeline) -> Plan:
    """Write account_class where it is blank or still what an earlier run wrote; a second run plans nothing."""
    accounts = pipeline["Accounts"]
    ours = (accounts["account"] != "") & ((accounts["account_class"] == "") | _written(pipeline))
    classes = accounts["account_class"].mask(ours, _classes(pipeline))
    return difference(pipeline, pipeline.with_tables(Accounts=accounts.assign(account_class=classes)), "class")


def _classes(pipeline: Pipeline) -> pd.Series:
    accounts, deals = pipeline["Accounts"], pipeline["Deals"]
    name = folded(accounts["account"])
    dealt = deals.assign(account=folded(deals["account"]))
    won = dealt[dealt["outcome"] == "won"].groupby("account")["amount"].agg(["size", "sum"])
    value = looked_up(name, won["sum"]).fillna(0.0)
    times = looked_up(name, won["size"]).fillna(0)
    is_open = name.isin(dealt.loc[dealt["outcome"] == "open", "account"])
    traits = accounts["trait_score"].fillna(0)
    missing = (accounts[["has_need", "has_means", "has_authority"]] == "no").any(axis=1)
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
