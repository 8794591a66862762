"""Score the traits of an account and choose its class; a class that a person chose is kept.

The trait score is the number of golden traits minus the number of bad ones. Only traits with evidence count, each once; a
trait that neither the product nor the sheet Lists knows counts for nothing.
The class is the first value of the list account_class that applies: watch, key, growth, standard. It is blank while
nothing is known.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, diff_pipelines
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.choice_lists import LISTS, identify_choice
from xl_salesflow.schema.table_frames import fold_keys, look_up_values


def score_account_traits(pipeline: Pipeline) -> ChangeSet:
    """Write trait_score for every account that has a trait with evidence; clear it for accounts that no longer have one."""
    traits, accounts = pipeline["Traits"], pipeline["Accounts"]
    shipped = {**LISTS["golden_trait"], **LISTS["bad_trait"]}
    own = {fold_text(trait) for column in ("golden_trait", "bad_trait") for trait in pipeline["Lists"][column]} - {""}
    named = {trait: identify_choice(shipped, trait) or fold_text(trait) for trait in traits["trait"].drop_duplicates()}
    traits = traits.assign(trait=traits["trait"].map(named), account=fold_keys(traits["account"]))
    traits = traits[(traits["evidence"].str.strip() != "") & traits["kind"].isin(["golden", "bad"])]
    traits = traits[traits["trait"].isin({*shipped, *own})]
    traits = traits.drop_duplicates(["account", "kind", "trait"])
    worth = traits.assign(points=np.where(traits["kind"] == "golden", 1.0, -1.0)).groupby("account")["points"].sum()
    scored = look_up_values(fold_keys(accounts["account"]), worth)
    return diff_pipelines(pipeline, pipeline.with_tables(Accounts=accounts.assign(trait_score=scored)), "traits")


PROSPECT_MUST_HAVES = ("has_need", "has_means", "has_authority")
"""What a person needs to count as a prospect."""

KEY_ACCOUNT_SHARE = 0.5
"""Key accounts are the largest accounts that together bring this share of the won value; each has won at least two deals."""

GROWTH_TRAIT_SCORE = 2
"""An open deal with at least this many more golden than bad traits makes an account "growth" even before a deal is won."""


def classify_accounts(pipeline: Pipeline) -> ChangeSet:
    """Write won_deals, and account_class where it is blank or was written by an earlier run. A second run changes nothing."""
    accounts = pipeline["Accounts"]
    ours = (accounts["account"] != "") & ((accounts["account_class"] == "") | _is_class_from_run(pipeline))
    classes = accounts["account_class"].mask(ours, _choose_account_classes(pipeline))
    accounts = accounts.assign(account_class=classes, won_deals=_count_won_deals(pipeline))
    return diff_pipelines(pipeline, pipeline.with_tables(Accounts=accounts), "class")


def compute_prospects(pipeline: Pipeline) -> pd.DataFrame:
    """Return the column prospect of Accounts as its formula computes it from need, means and authority: yes, no or blank."""
    needed = pipeline["Accounts"][list(PROSPECT_MUST_HAVES)]
    missing, all_there = (needed == "no").any(axis=1), (needed == "yes").all(axis=1)
    known = np.select([missing.to_numpy(bool), all_there.to_numpy(bool)], ["no", "yes"], "")
    return pd.DataFrame({"prospect": pd.Series(known.astype(object), index=needed.index, dtype=object)})


def _count_won_deals(pipeline: Pipeline) -> pd.Series:
    # a customer without deals stays blank: nothing is known about their loyalty
    deals, name = pipeline["Deals"], fold_keys(pipeline["Accounts"]["account"])
    won = (deals["outcome"] == "won").groupby(fold_keys(deals["account"])).sum().drop("", errors="ignore")
    return look_up_values(name, won).astype("float64")


def _choose_account_classes(pipeline: Pipeline) -> pd.Series:
    accounts, deals = pipeline["Accounts"], pipeline["Deals"]
    name = fold_keys(accounts["account"])
    dealt = deals.assign(account=fold_keys(deals["account"]))
    won = dealt[dealt["outcome"] == "won"].groupby("account")["amount"].agg(["size", "sum"])
    value = look_up_values(name, won["sum"]).fillna(0.0)
    times = look_up_values(name, won["size"]).fillna(0)
    is_open = name.isin(dealt.loc[dealt["outcome"] == "open", "account"])
    traits = accounts["trait_score"].fillna(0)
    missing = (accounts[list(PROSPECT_MUST_HAVES)] == "no").any(axis=1)
    cases = [
        ("watch", (traits < 0) | missing),
        ("key", (times >= 2) & _is_in_key_share(value)),
        ("growth", is_open & ((times > 0) | (traits >= GROWTH_TRAIT_SCORE))),
        ("standard", name.isin(dealt["account"]) | accounts["trait_score"].notna()),
    ]
    chosen = np.select([fits.to_numpy(bool) for _, fits in cases], [class_id for class_id, _ in cases], "")
    return pd.Series(chosen.astype(object), index=accounts.index)


def _is_in_key_share(value: pd.Series) -> pd.Series:
    # the account that crosses the threshold is included
    ranked = value.sort_values(ascending=False, kind="stable")
    before = ranked.cumsum() - ranked
    return ((before < KEY_ACCOUNT_SHARE * ranked.sum()) & (ranked > 0)).reindex(value.index)


def _is_class_from_run(pipeline: Pipeline) -> pd.Series:
    accounts, journal = pipeline["Accounts"], pipeline["Journal"]
    lines = journal[(journal["table"] == "Accounts") & (journal["column"] == "account_class")]
    last = lines.drop_duplicates("key", keep="last").set_index("key")["after"]
    labels = LISTS["account_class"]
    ids = {text: class_id for class_id, label in labels.items() for text in (class_id, *label.translations())}
    return look_up_values(accounts["account"], last.map(lambda text: ids.get(text, text))) == accounts["account_class"]
