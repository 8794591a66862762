"""The customer of an open deal lacks one of the must-haves of a prospect: a need, the means, or the authority to decide."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text

_MUST_HAVES = ("has_need", "has_means", "has_authority")


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    accounts = pipeline["Accounts"]
    lacking = {
        id: set(folded(accounts.loc[(accounts[id] == "no") & (accounts["account"] != ""), "account"]))
        for id in _MUST_HAVES
    }
    if not any(lacking.values()):
        return
    deals = open_deals(pipeline)
    account = folded(deals["account"])
    for id, names in lacking.items():
        rows = deals.index[account.isin(names).to_numpy(bool)]
        yield Hits("Deals", rows, "account", {"what": TABLES["Accounts"].header(id, pipeline.language)})


RULE = Rule(
    "no_prospect",
    Text("Not a prospect", "不是准客户"),
    Text("the customer is no prospect: “{what}” is No", "客户不具备准客户条件：“{what}”为“否”"),
    "warn",
    _hits,
)
