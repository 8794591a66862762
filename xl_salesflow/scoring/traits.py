"""Golden minus bad traits of an account; only traits with evidence count, each once."""

from __future__ import annotations

import numpy as np

from xl_salesflow.model.choices import identify
from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan


def score(pipeline: Pipeline) -> Plan:
    """Write trait_score of every account that has a trait with evidence; one that has none any more goes blank."""
    traits, accounts = pipeline["Traits"], pipeline["Accounts"]
    known = {**LISTS["golden_trait"], **LISTS["bad_trait"]}
    named = {trait: identify(known, trait) or trait.strip().casefold() for trait in traits["trait"].drop_duplicates()}
    traits = traits.assign(trait=traits["trait"].map(named), account=traits["account"].str.strip().str.casefold())
    traits = traits[(traits["evidence"].str.strip() != "") & traits["kind"].isin(["golden", "bad"])]
    traits = traits.drop_duplicates(["account", "kind", "trait"])
    worth = traits.assign(points=np.where(traits["kind"] == "golden", 1.0, -1.0)).groupby("account")["points"].sum()
    scored = looked_up(accounts["account"].str.strip().str.casefold(), worth)
    return difference(pipeline, pipeline.with_tables(Accounts=accounts.assign(trait_score=scored)), "traits")
