"""The next version of a quote."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY_WHOM, DRY, JSON, TODAY, verb
from xl_salesflow.cli.texts import say


@verb("revise")
@BOOK
@click.argument("key", metavar=say("QUOTE-OR-DEAL", "报价单或商机"))
@DRY
@JSON
@TODAY
@BY_WHOM
def revise(book: Path, key: str, dry_run: bool, json: bool, today: date | None, **who: Any) -> int:
    from xl_salesflow.cli import revising

    return revising.revise(book, key, dry_run, json, today, who["as"])
