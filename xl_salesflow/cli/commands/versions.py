"""The next version of a quote."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY_WHOM, DRY, JSON, TODAY, option, verb
from xl_salesflow.cli.texts import say


@verb("revise")
@BOOK
@click.argument("key", metavar=say("QUOTE-OR-DEAL", "报价单或商机"))
@option(
    "--beside",
    "Keep it: the copy is another offer beside it.",
    "保留原报价：副本作为另一份并列报价。",
    is_flag=True,
)
@DRY
@JSON
@TODAY
@BY_WHOM
def revise(book: Path, key: str, beside: bool, dry_run: bool, json: bool, today: date | None, **who: Any) -> int:
    from xl_salesflow.cli import revising

    return revising.revise(book, key, beside, dry_run, json, today, who["as"])
