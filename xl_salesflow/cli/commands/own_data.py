"""A team's data is its own: every table of a workbook as plain files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xl_salesflow.cli.options import BOOK, JSON, TODAY, option, verb


@verb("export")
@BOOK
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@option("--format", "How the files are written.", "文件格式。", type=click.Choice(["csv", "json"]), default="csv")
@JSON
@TODAY
def export(book: Path, folder: Path, format: str, json: bool, today: date | None) -> int:
    from xl_salesflow.cli import exporting

    return exporting.exported(book, folder, format, json, today)
