"""Two copies of one workbook on the terminal: what differs in words, and what a merge took and left to decide."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow import flow
from xl_salesflow.cli import show
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.cli.work import run_of
from xl_salesflow.model.tables import TABLES
from xl_salesflow.workbook import ClosedBook
from xl_salesflow.workbook.backups import common_backup

_SHOWN = 50


def diff(first: Path, second: Path, as_json: bool, today: date | None) -> int:
    """Print what differs between two workbooks; the exit code is 0 either way."""
    day = today or date.today()
    found = flow.diff(ClosedBook(first).read(day), ClosedBook(second).read(day)).answer["differences"]
    if as_json:
        show.as_json({"first": str(first), "second": str(second), "differences": found})
        return 0
    for one in found[:_SHOWN]:
        click.echo(_line(one, first, second))
    if len(found) > _SHOWN:
        left = len(found) - _SHOWN
        click.echo(say("… and {count} more; --json has them all.", "…… 另有 {count} 条；见 --json。", count=left))
    click.echo(say("{count} differences.", "共 {count} 处不同。", count=len(found)))
    return 0


def merge(
    ours: Path, theirs: Path, base: Path | None, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Merge *theirs* into *ours*; exit code 1 where somebody must decide."""
    run, book = run_of(by, today), ClosedBook(ours)
    day = run.now.date()
    pipeline, other = book.read(day), ClosedBook(theirs).read(day)
    found, unread = (base, []) if base else common_backup(pipeline, other)
    for error in unread:
        click.echo(error.in_(LANGUAGE), err=True)
    plan = flow.merge(pipeline, other, ClosedBook(found).read(day) if found else None, run)
    if not dry_run:
        plan = book.written(plan)
    answer = plan.answer
    if as_json:
        head = {"book": str(ours), "other": str(theirs), "base": str(found) if found else None, "dry_run": dry_run}
        show.as_json({**head, **answer})
        return 1 if answer["conflicts"] else 0
    click.echo(_since(found))
    done = say("would be taken; nothing was written", "将被采用；未写入") if dry_run else say("taken", "已采用")
    click.echo(
        say(
            "{path}: {cells} cells and {rows} rows {done}, {rows_removed} rows removed, {conflicts} conflicts to decide.",
            "{path}：{cells} 个单元格、{rows} 行{done}，删除 {rows_removed} 行，{conflicts} 处冲突待定。",
            path=ours, done=done, **{fact: answer[fact] for fact in ("cells", "rows", "rows_removed", "conflicts")},
        )
    )  # fmt: skip
    show.formulas_of_yours(answer)
    return 1 if answer["conflicts"] else 0


def _since(base: Path | None) -> str:
    if base:
        return say("Compared with {base}.", "以 {base} 为共同原件。", base=base)
    return say(
        "No backup that both copies come from was found; their Journals tell what changed.",
        "未找到两份副本的共同备份；依据各自的日志判断修改。",
    )


def _line(one: dict[str, Any], first: Path, second: Path) -> str:
    table = TABLES[one["table"]]
    title = table.title.in_(LANGUAGE)
    if one["what"] != "changed":
        path = first if one["what"] == "only_first" else second
        return say(
            "{title} {key}: only in {path}", "{title} {key}：仅在 {path} 中", title=title, key=one["key"], path=path
        )
    values = (say("blank", "空") if one[side] is None else one[side] for side in ("first", "second"))
    return f"{title} {one['key']}: {table.header(one['column'], LANGUAGE)} " + " → ".join(map(str, values))
