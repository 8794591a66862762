"""A move back, or out of Won or Lost again, needs a reason."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.gate import Holding, MoveRule
from xl_salesflow.model.playbook import Playbook
from xl_salesflow.model.text import Text


def _judge(playbook: Playbook, deals: pd.DataFrame, crossings: pd.DataFrame) -> Holding:
    reasoned = deals["move_reason"].str.strip() != ""
    return Holding((~crossings["move"].isin(["back", "reopened"]) | reasoned).to_numpy(bool))


RULE = MoveRule(
    "back_needs_reason",
    Text("A move back needs a reason; fill in Move reason.", "退回阶段须说明理由；请填写“变更理由”。"),
    _judge,
)
