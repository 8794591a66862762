"""The small print under a headline number: how it is worked out, in a few words; the definition says it in full."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.model.text import Text

SMALL_PRINT: Mapping[str, Text] = MappingProxyType(
    {
        "open_count": Text("as of the date", "截至日期"),
        "open_value": Text("sum of amounts", "金额合计"),
        "weighted_value": Text("amount × probability", "金额 × 赢率"),
        "won_count": Text("closed in the period", "期内关闭"),
        "won_value": Text("closed in the period", "期内关闭"),
        "win_rate": Text("won ÷ (won + lost)", "赢单 ÷（赢单 + 丢单）"),
        "win_rate_of_all": Text("won ÷ all created", "赢单 ÷ 全部新建"),
        "cycle_days_won_mean": Text("days from creation", "自创建起的天数"),
        "cycle_days_won_median": Text("half take longer", "一半用时更长"),
    }
)
"""Metric id → its small print."""
