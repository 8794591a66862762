"""Numbers: the funnel, the way to the target, the report."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY, JSON, TODAY, amount_of, column_of, day, option, verb, view


@verb("funnel")
@BOOK
@option("--as-of", "What was true on this day.", "查看该日的情况。", callback=day, metavar="D")
@option("--from", "First day of the period.", "期间第一天。", callback=day, metavar="D")
@option("--to", "Last day of the period.", "期间最后一天。", callback=day, metavar="D")
@option("--by", "One group of numbers per value.", "按此维度分组。", type=click.Choice(BY))
@option("--compare-to", "What every number was on this day.", "与该日的数值比较。", callback=day, metavar="D")
@option("--cohort", "Count won and lost by the day of creation.", "按创建日期统计赢单与丢单。", is_flag=True)
@option("--entered", "Count only stages that were really entered.", "仅统计实际进入的阶段。", is_flag=True)
@option("--owner", "Only this owner.", "仅此负责人。", metavar="NAME")
@option("--product", "Only this product.", "仅此产品。", metavar="NAME")
@option("--source", "Only this source.", "仅此来源。", metavar="NAME")
@option("--region", "Only this region.", "仅此区域。", metavar="NAME")
@option("--channel", "Only this channel.", "仅此渠道。", metavar="NAME")
@option("--playbook", "Only this playbook.", "仅此流程。", metavar="NAME")
@JSON
@TODAY
def funnel(book: Path, json: bool, today: date | None, by: str | None, compare_to: date | None, **asked: Any) -> int:
    from xl_salesflow.cli import work

    return work.funnel(book, view(asked), column_of(by), compare_to, json, today)


@verb("plan")
@BOOK
@option(
    "--target",
    "Value to win; else the workbook's own target.",
    "目标金额；默认取工作簿中的目标。",
    callback=amount_of,
    metavar="VALUE",
)
@option("--by", "Last day to win it; else the end of the year.", "最迟赢单日期；默认年末。", callback=day, metavar="D")
@option("--as-of", "What was true on this day.", "查看该日的情况。", callback=day, metavar="D")
@option("--from", "First day of the period.", "期间第一天。", callback=day, metavar="D")
@option("--to", "Last day of the period.", "期间最后一天。", callback=day, metavar="D")
@option("--owner", "Only this owner.", "仅此负责人。", metavar="NAME")
@option("--product", "Only this product.", "仅此产品。", metavar="NAME")
@option("--channel", "Only this channel.", "仅此渠道。", metavar="NAME")
@JSON
@TODAY
def plan(book: Path, target: float | None, by: date | None, json: bool, today: date | None, **asked: Any) -> int:
    from xl_salesflow.cli import work

    return work.plan(book, target, by, view(asked), json, today)


@verb("report")
@BOOK
@option(
    "--output",
    "The page to write.",
    "输出网页文件。",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("report.html"),
    show_default=True,
    metavar="FILE",
)
@option("--as-of", "What was true on this day.", "查看该日的情况。", callback=day, metavar="D")
@option("--from", "First day of the period.", "期间第一天。", callback=day, metavar="D")
@option("--to", "Last day of the period.", "期间最后一天。", callback=day, metavar="D")
@TODAY
def report(book: Path, output: Path, today: date | None, **asked: Any) -> int:
    from xl_salesflow.cli import reporting

    return reporting.report(book, output, view(asked), today)
