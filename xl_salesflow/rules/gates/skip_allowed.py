"""A deal passes a stage without entering only where the stage may be skipped."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.gate import Holding, MoveRule
from xl_salesflow.model.playbook import Playbook
from xl_salesflow.model.text import Text


def _judge(playbook: Playbook, deals: pd.DataFrame, crossings: pd.DataFrame) -> Holding:
    kept = np.full(len(crossings), "", object)
    onward = crossings["move"].isin(["skip", "forward", "won", "aftercare", "reopened"]).to_numpy(bool)
    for stage in reversed(playbook.open_stages):
        if not stage.may_skip:
            past = (crossings["since"] < stage.position) & (crossings["at"] > stage.position)
            kept[onward & past.to_numpy(bool)] = stage.name
    return Holding(kept == "", {"what": pd.Series(kept, index=crossings.index, dtype=object)})


RULE = MoveRule(
    "skip_allowed",
    Text("The stage {what} may not be skipped; move the deal there first.", "阶段“{what}”不可跳过；请先进入该阶段。"),
    _judge,
)
