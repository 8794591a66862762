"""Two segments side by side: is one really converting better?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY, JSON, TODAY, column_of, day, option, verb, view
from xl_salesflow.cli.texts import say


@verb("compare")
@BOOK
@click.argument("first", metavar=say("FIRST", "甲"))
@click.argument("second", metavar=say("SECOND", "乙"))
@option("--by", "What the two are values of.", "两者所属的维度。", type=click.Choice(BY), default="source")
@option("--as-of", "What was true on this day.", "查看该日的情况。", callback=day, metavar="D")
@option("--from", "First day of the period.", "期间第一天。", callback=day, metavar="D")
@option("--to", "Last day of the period.", "期间最后一天。", callback=day, metavar="D")
@option("--cohort", "Count won and lost by the day of creation.", "按创建日期统计赢单与丢单。", is_flag=True)
@JSON
@TODAY
def compare(book: Path, first: str, second: str, by: str, json: bool, today: date | None, **asked: Any) -> int:
    from xl_salesflow.cli import comparing

    return comparing.compared(book, column_of(by) or by, (first, second), view(asked), json, today)
