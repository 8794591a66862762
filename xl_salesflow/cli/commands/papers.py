"""What goes to people: the follow-up list and quotes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY_WHOM, DRY, JSON, TODAY, option, verb
from xl_salesflow.cli.texts import say


@verb("followups")
@BOOK
@option("--owner", "Only this owner's list.", "仅此负责人的清单。", metavar="NAME")
@option(
    "--format",
    "Write the list as a file; eml makes a draft for each owner.",
    "将清单写成文件；eml 为每位负责人生成邮件草稿。",
    type=click.Choice(["md", "html", "ics", "csv", "xlsx", "eml"]),
)
@option(
    "--output",
    "The file, or - for the screen; for eml the folder.",
    "输出文件，- 为屏幕；eml 为文件夹。",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
@JSON
@TODAY
def followups(
    book: Path, owner: str | None, format: str | None, output: Path | None, json: bool, today: date | None
) -> int:
    from xl_salesflow.cli import listing

    return listing.followups(book, owner, format, output, json, today)


@verb("quote")
@BOOK
@click.argument("key", metavar=say("DEAL-OR-QUOTE", "商机或报价单号"))
@option(
    "--format",
    "Kind of document; may be given more than once.",
    "文件格式，可多次指定。",
    type=click.Choice(["pdf", "html"]),
    multiple=True,
    default=("pdf", "html"),
)
@option(
    "--output",
    "Folder for the documents; else beside the workbook.",
    "输出文件夹，默认与工作簿同目录。",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
)
@DRY
@JSON
@TODAY
@BY_WHOM
def quote(
    book: Path,
    key: str,
    format: tuple[str, ...],
    output: Path | None,
    dry_run: bool,
    json: bool,
    today: date | None,
    **who: Any,
) -> int:
    from xl_salesflow.cli import work

    return work.quote(book, key, format, output, dry_run, json, today, who["as"])
