"""Copies of one workbook: what differs between two, and both made one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY_WHOM, DRY, JSON, TODAY, option, verb

_OTHER = click.argument("other", type=click.Path(path_type=Path))


@verb("diff")
@BOOK
@_OTHER
@JSON
@TODAY
def diff(book: Path, other: Path, json: bool, today: date | None) -> int:
    from xl_salesflow.cli import copying

    return copying.diff(book, other, json, today)


@verb("merge")
@BOOK
@_OTHER
@option(
    "--base",
    "What both copies once were; else a backup beside them, else what their Journals tell.",
    "两份副本的共同原件；默认取旁边的备份，否则依据各自的日志。",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
@DRY
@JSON
@TODAY
@BY_WHOM
def merge(book: Path, other: Path, base: Path | None, dry_run: bool, json: bool, today: date | None, **who: Any) -> int:
    from xl_salesflow.cli import copying

    return copying.merge(book, other, base, dry_run, json, today, who["as"])
