"""The worksheet functions as the function wizard tells of them: declared once, for Python, the VBA and the texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xl_salesflow.model.text import Text

CATEGORY = "Salesflow"
MODULE = "xl_salesflow.excel.udfs"

_POINTS = Text("points 0 to 3; a cell or a column", "0 至 3 分；一个单元格或一列")

ARGUMENTS: Mapping[str, Text] = {
    "budget": Text(f"Budget: {_POINTS.en}", f"预算：{_POINTS.zh}"),
    "authority": Text(f"Authority: {_POINTS.en}", f"权限：{_POINTS.zh}"),
    "need": Text(f"Need: {_POINTS.en}", f"需求：{_POINTS.zh}"),
    "timeline": Text(f"Timeline: {_POINTS.en}", f"时间线：{_POINTS.zh}"),
    "amount": Text("Amounts; a cell or a column", "金额；一个单元格或一列"),
    "probability": Text("Chances as fractions; a cell or a column", "赢率（小数）；一个单元格或一列"),
    "won": Text("Numbers of won deals; a cell or a column", "赢单数；一个单元格或一列"),
    "lost": Text("Numbers of lost deals; a cell or a column", "丢单数；一个单元格或一列"),
    "since": Text("Days on which deals entered their stage; a cell or a column", "进入阶段的日期；一个单元格或一列"),
    "today": Text("The day to count to; today when left out", "截止日期；省略则为今天"),
    "deal": Text("Numbers of deals; a cell or a column", "商机编号；一个单元格或一列"),
}


@dataclass(frozen=True, slots=True)
class Wizard:
    """What the wizard says of a function, and the arguments it takes; those from *needed* on may be left out."""

    arguments: tuple[str, ...]
    says: Text
    needed: int = 9


_BANT = ("budget", "authority", "need", "timeline")

FUNCTIONS: Mapping[str, Wizard] = {
    "bant_score": Wizard(_BANT, Text("BANT score, 0 to 100, by the standard weights", "按标准权重计算的 BANT 得分（0–100）")),
    "bant_grade": Wizard(_BANT, Text("BANT grade, A to F, by the standard thresholds", "按标准阈值划分的 BANT 等级（A–F）")),
    "weighted_value": Wizard(("amount", "probability"), Text("Amount times probability, in cents", "金额 × 赢率（到分）")),
    "win_rate": Wizard(("won", "lost"), Text("Won divided by won and lost", "赢单 ÷（赢单 + 丢单）")),
    "days_in_stage": Wizard(("since", "today"), Text("Whole days since the day", "自该日起的天数"), 1),
    "amount_in_capitals": Wizard(("amount",), Text("The amount in Chinese capitals", "金额大写")),
    "cannot_move": Wizard(("deal",), Text("Why the deal cannot enter the stage its cell asks for", "商机不能进入所填阶段的原因")),
    "next_stages": Wizard(("deal",), Text("The stages after the deal's recorded one", "商机已确认阶段之后的各阶段")),
}  # fmt: skip
