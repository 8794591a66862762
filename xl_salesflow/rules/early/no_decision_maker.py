"""No decision-maker among the contacts. Silent while the sheet Contacts is not in use."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text

_DECIDES = ("decision_maker",)


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    contacts = pipeline["Contacts"]
    if contacts.empty:
        return
    deciding = contacts[contacts["decision_role"].isin(_DECIDES)]
    deals = open_deals(pipeline)
    deals = deals[deals["position"] >= pipeline.settings.number("contacts_from_stage")]
    met = deals["account"].isin(set(deciding["account"]) - {""}) | deals["contact"].isin(deciding["contact"])
    yield Hits("Deals", deals.index[~met], "contact")


RULE = Rule(
    "no_decision_maker",
    Text("No decision-maker", "没有决策者"),
    Text("no decision-maker among the contacts", "联系人中没有决策者"),
    "warn",
    _hits,
)
