"""The deal has a quote in one of the listed states; one that was accepted has been sent too.

A quote whose discount nobody has approved who may counts as a draft, whatever its row says.
"""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.discounts import unapproved
from xl_salesflow.model.gate import Fault, GateCheck, Holding, items
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate
from xl_salesflow.model.text import Text

_BUT = Text(" (the discount of one that is has not been approved)", "（状态相符的报价，其折扣尚未批准）")


def _judge(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> Holding:
    quotes = pipeline["Quotes"]
    states = {identify(CHOICES["quote_status"], item) or "" for item in items(gate)}
    wanted = states | ({"accepted"} if "sent" in states else set())
    meant = quotes["status"].isin(wanted)
    barred = meant & quotes["status"].isin(("sent", "accepted")) & unapproved(pipeline) if meant.any() else meant
    holds = deals["deal"].isin(quotes.loc[meant & ~barred, "deal"])
    waiting = deals["deal"].isin(quotes.loc[barred, "deal"])
    labels = [
        CHOICES["quote_status"][state].in_(pipeline.language) for state in CHOICES["quote_status"] if state in states
    ]
    facts = {
        "list": {"en": " or ", "zh": "或"}[pipeline.language].join(labels),
        "but": waiting.map({True: _BUT.in_(pipeline.language), False: ""}),
    }
    return Holding(holds.to_numpy(bool), facts)


def _fault(pipeline: Pipeline, gate: Gate) -> Fault | None:
    unknown = [item for item in items(gate) if identify(CHOICES["quote_status"], item) is None]
    if unknown or not items(gate):
        return "value", Text(
            "“{is_}” is no state of a quote; use Sent or Accepted", "“{is_}”不是报价状态；可用“已发送”“已接受”"
        )
    return None


CHECK = GateCheck(
    "quote_is",
    Text("No quote of the deal is: {list}{but}.", "该商机没有此状态的报价单：{list}{but}。"),
    Text("Bring a quote that far and set its status in the sheet Quotes.", "请推进报价并在“报价单”表中更新状态。"),
    _judge,
    _fault,
)
