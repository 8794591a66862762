"""The team: who gets which deal, and many workbooks as one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY_WHOM, DRY, JSON, TODAY, option, verb
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.model.text import LANGUAGES


@verb("assign")
@BOOK
@option(
    "--how",
    "Each in turn, or whoever has the fewest open deals; else what Settings say.",
    "轮流分配，或分配给在手商机最少者；默认按“设置”。",
    type=click.Choice(["in_turn", "least_busy"]),
)
@option(
    "--reclaim",
    "First take back open deals nobody worked on for this many days.",
    "先回收超过此天数无人跟进的商机。",
    type=click.IntRange(min=1),
    metavar="DAYS",
)
@DRY
@JSON
@TODAY
@BY_WHOM
def assign(
    book: Path, how: str | None, reclaim: int | None, dry_run: bool, json: bool, today: date | None, **who: Any
) -> int:
    from xl_salesflow.cli import assigning

    return assigning.assign(book, how or "", reclaim, dry_run, json, today, who["as"])


@verb("rollup")
@click.argument("books", nargs=-1, required=True, metavar=say("BOOKS…", "工作簿…"))
@option(
    "--output",
    "The workbook to make; it must not be there yet, unless --replace.",
    "要生成的工作簿；除非给出 --replace，否则不得已存在。",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
)
@option("--replace", "Make the workbook anew where it is there.", "工作簿已存在时重新生成。", is_flag=True)
@option(
    "--parquet",
    "Folder for one Parquet file a table, for other tools.",
    "Parquet 文件夹，每表一个文件，供其他工具使用。",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
)
@option(
    "--lang",
    "Language of the workbook.",
    "工作簿语言。",
    type=click.Choice(LANGUAGES),
    default=LANGUAGE,
    show_default=True,
)
@JSON
@TODAY
@BY_WHOM
def rollup(
    books: tuple[str, ...],
    output: Path | None,
    replace: bool,
    parquet: Path | None,
    lang: Any,
    json: bool,
    today: date | None,
    **who: Any,
) -> int:
    from xl_salesflow.cli import rolling

    return rolling.rollup(books, output, replace, parquet, lang, json, today, who["as"])
