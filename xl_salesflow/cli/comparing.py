"""What ``salesflow compare`` prints."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow import flow
from xl_salesflow.cli import show
from xl_salesflow.cli.texts import LANGUAGE
from xl_salesflow.model.text import Text
from xl_salesflow.model.view import View
from xl_salesflow.workbook import ClosedBook

_RATES = Text(
    "{first}: {first_rate} of {first_closed} closed deals won; {second}: {second_rate} of {second_closed}.",
    "{first}：已关闭 {first_closed} 个，赢单率 {first_rate}；{second}：已关闭 {second_closed} 个，赢单率 {second_rate}。",
)
_DIFFERENCE = Text(
    "Difference {difference} percentage points (95 % interval {low} to {high}), p = {p_value}.",
    "相差 {difference} 个百分点（95% 区间 {low} 至 {high}），p = {p_value}。",
)
_VERDICTS = {
    "first": Text("{first} converts better.", "{first} 转化更好。"),
    "second": Text("{second} converts better.", "{second} 转化更好。"),
    "no difference": Text("No difference that chance could not make.", "差异可能出于偶然。"),
    "too few": Text("Too few deals to call a difference.", "样本过少，不能判定差异。"),
}


def compared(path: Path, column: str, sides: tuple[str, str], view: View, as_json: bool, today: date | None) -> int:
    """Print which of two values of *column* wins more of its closed deals, and whether that is more than chance."""
    pipeline = flow.asked(ClosedBook(path).read(today or date.today()), view)
    answer = flow.compare(pipeline, column, *sides).answer
    if as_json:
        show.as_json(dict(answer))
        return 0
    facts = {name: _shown(name, value) for name, value in answer.items()}
    click.echo(_RATES.in_(LANGUAGE, **facts))
    if answer["difference"] is not None:
        click.echo(_DIFFERENCE.in_(LANGUAGE, **facts))
    click.echo(_VERDICTS[answer["verdict"]].in_(LANGUAGE, **facts))
    return 0


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name == "p_value":
        return f"{value:.3f}"
    if name in ("difference", "low", "high"):
        return f"{100 * value:+.1f}"
    return f"{value:.1%}" if isinstance(value, float) else str(value)
