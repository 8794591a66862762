"""What goes to people day by day: the follow-up list."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xl_salesflow.cli.options import BOOK, JSON, TODAY, option, verb


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
