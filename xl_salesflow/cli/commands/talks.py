"""Around a talk: the BANT card that is filled in and read back, the checklist before a visit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY_WHOM, DRY, JSON, TODAY, option, verb
from xl_salesflow.cli.texts import say


@verb("bant")
@BOOK
@click.argument("deal", required=False, metavar=say("[DEAL]", "[商机]"))
@option(
    "--read",
    "A filled card to read back.",
    "要读回的已填写卡片。",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CARD",
)
@option(
    "--output",
    "Where the card goes; else beside the workbook.",
    "卡片文件；默认与工作簿同目录。",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
)
@DRY
@JSON
@TODAY
@BY_WHOM
def bant(book: Path, deal: str | None, read: Path | None, output: Path | None, **asked: Any) -> int:
    from xl_salesflow.cli import cards

    if (deal is None) == (read is None):
        raise click.UsageError(
            say("name a deal, or a filled card with --read", "请指定商机，或用 --read 指定已填写的卡片")
        )
    if read is None:
        return cards.written(book, deal or "", output, asked["today"])
    return cards.read_back(book, read, asked["dry_run"], asked["json"], asked["today"], asked["as"])


@verb("prepare")
@BOOK
@click.argument("deal", metavar=say("DEAL", "商机"))
@DRY
@JSON
@TODAY
@BY_WHOM
def prepare(book: Path, deal: str, **asked: Any) -> int:
    from xl_salesflow.cli import cards

    return cards.prepared(book, deal, asked["dry_run"], asked["json"], asked["today"], asked["as"])
