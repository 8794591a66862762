"""The days off of a country."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY_WHOM, DRY, JSON, TODAY, option, verb
from xl_salesflow.cli.texts import say


@verb("holidays")
@BOOK
@click.argument("country", metavar=say("COUNTRY", "国家代码"))
@option(
    "--year",
    "A year; may be given more than once. Else this one and the next.",
    "年份，可多次指定；默认今年与明年。",
    type=click.IntRange(1950, 2100),
    multiple=True,
    metavar="Y",
)
@DRY
@JSON
@TODAY
@BY_WHOM
def holidays(
    book: Path, country: str, year: tuple[int, ...], dry_run: bool, json: bool, today: date | None, **who: Any
) -> int:
    from xl_salesflow.cli import calendar

    return calendar.holidays(book, country, year, dry_run, json, today, who["as"])
