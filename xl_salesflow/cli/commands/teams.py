"""Many workbooks as one team."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BY_WHOM, JSON, TODAY, option, verb
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.model.text import LANGUAGES


@verb("rollup")
@click.argument("books", type=click.Path(path_type=Path), nargs=-1, required=True, metavar=say("BOOKS…", "工作簿…"))
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
    books: tuple[Path, ...],
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
