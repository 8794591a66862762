"""One contact only, or none: the deal hangs on a single person. Silent while the sheet Contacts is not in use."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, number
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    if pipeline["Contacts"].empty:
        return
    deals = open_deals(pipeline)
    deals = deals[deals["position"] >= pipeline.settings.number("contacts_from_stage")]
    count = looked_up(deals["deal"], _people(pipeline, deals)).fillna(0)
    few = count[count <= 1]
    yield Hits("Deals", few.index, "contact", {"count": few.map(number)})


def _people(pipeline: Pipeline, deals: pd.DataFrame) -> pd.Series:
    contacts, activities = pipeline["Contacts"], pipeline["Activities"]
    at_account = deals[["deal", "account"]].merge(contacts[contacts["account"] != ""][["account", "contact"]])
    known = [at_account[["deal", "contact"]], deals[["deal", "contact"]], activities[["deal", "contact"]]]
    everybody = pd.concat(known)
    return everybody[everybody["contact"] != ""].drop_duplicates().groupby("deal").size()


RULE = Rule(
    "one_contact",
    Text("One contact only", "联系人过少"),
    Text("contacts known: {count}; find more people at the customer", "已知联系人 {count} 位；请在客户处接触更多人"),
    "warn",
    _hits,
)
