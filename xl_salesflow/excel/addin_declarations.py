"""Declare what the add-in offers beside the verbs: worksheet functions, and spans to compare.

Python, VBA and texts are made from these. This file imports neither xlwings nor pandas, so that the doctor can use it when
nothing starts any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xl_salesflow.locale.texts import Text

COMPARISON_SPANS: Mapping[int, Text] = MappingProxyType(
    {
        7: Text("A week before", "一周之前"),
        30: Text("A month before (30 days)", "一个月之前（30 天）"),
        91: Text("A quarter before (91 days)", "一季度之前（91 天）"),
        365: Text("A year before (365 days)", "一年之前（365 天）"),
        0: Text("Compare no longer", "取消对比"),
    }
)
"""Days before the as-of date → what the menu calls them."""

FUNCTION_CATEGORY = "Salesflow"
FUNCTION_MODULE = "xl_salesflow.excel.udfs"

_BANT_POINTS_HINT = Text("points 0 to 3; a cell or a column", "0 至 3 分；一个单元格或一列")

FUNCTION_ARGUMENTS: Mapping[str, Text] = {
    "budget": Text(f"Budget: {_BANT_POINTS_HINT.en}", f"预算：{_BANT_POINTS_HINT.zh}"),
    "authority": Text(f"Authority: {_BANT_POINTS_HINT.en}", f"权限：{_BANT_POINTS_HINT.zh}"),
    "need": Text(f"Need: {_BANT_POINTS_HINT.en}", f"需求：{_BANT_POINTS_HINT.zh}"),
    "timeline": Text(f"Timeline: {_BANT_POINTS_HINT.en}", f"时间线：{_BANT_POINTS_HINT.zh}"),
    "amount": Text("Amounts; a cell or a column", "金额；一个单元格或一列"),
    "probability": Text("Chances as fractions; a cell or a column", "赢率（小数）；一个单元格或一列"),
    "won": Text("Numbers of won deals; a cell or a column", "赢单数；一个单元格或一列"),
    "lost": Text("Numbers of lost deals; a cell or a column", "丢单数；一个单元格或一列"),
    "since": Text("Days on which deals entered their stage; a cell or a column", "进入阶段的日期；一个单元格或一列"),
    "today": Text("The day to count to; today when left out", "截止日期；省略则为今天"),
    "deal": Text("Numbers of deals; a cell or a column", "商机编号；一个单元格或一列"),
}


@dataclass(frozen=True, slots=True)
class FunctionDeclaration:
    """What the wizard says of a function, and the arguments it takes; those from *needed* on may be left out."""

    arguments: tuple[str, ...]
    description: Text
    required_count: int = 9


_BANT_ARGUMENTS = ("budget", "authority", "need", "timeline")

FUNCTION_DECLARATIONS: Mapping[str, FunctionDeclaration] = {
    "bant_score": FunctionDeclaration(
        _BANT_ARGUMENTS, Text("BANT score, 0 to 100, by the standard weights", "按标准权重计算的 BANT 得分（0–100）")
    ),
    "bant_grade": FunctionDeclaration(
        _BANT_ARGUMENTS, Text("BANT grade, A to F, by the standard thresholds", "按标准阈值划分的 BANT 等级（A–F）")
    ),
    "weighted_value": FunctionDeclaration(
        ("amount", "probability"), Text("Amount times probability, in cents", "金额 × 赢率（到分）")
    ),
    "win_rate": FunctionDeclaration(("won", "lost"), Text("Won divided by won and lost", "赢单 ÷（赢单 + 丢单）")),
    "days_in_stage": FunctionDeclaration(("since", "today"), Text("Whole days since the day", "自该日起的天数"), 1),
    "amount_in_capitals": FunctionDeclaration(("amount",), Text("The amount in Chinese capitals", "金额大写")),
    "cannot_move": FunctionDeclaration(
        ("deal",), Text("Why the deal cannot enter the stage its cell asks for", "商机不能进入所填阶段的原因")
    ),
    "next_stages": FunctionDeclaration(
        ("deal",), Text("The stages after the deal's recorded one", "商机已确认阶段之后的各阶段")
    ),
}
