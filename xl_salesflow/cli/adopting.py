"""The dialogue of adopting a team's own workbook: what joins it, how its sheets become rows, what came of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xl_salesflow import adopting
from xl_salesflow.cli import show
from xl_salesflow.cli.importing import agreed, read_map
from xl_salesflow.cli.texts import say
from xl_salesflow.cli.work import run_of
from xl_salesflow.model.text import Language


def adopt(
    path: Path,
    map: Path | None,
    yes: bool,
    language: Language | None,
    playbook: str,
    dry_run: bool,
    as_json: bool,
    today: date | None,
    by: str | None,
) -> int:
    """Make the workbook at *path* a store, or bring in again what its own sheets say."""
    run = run_of(by, today)
    store = adopting.prepare(path, run.now.date(), language, playbook)
    for added in store.added:
        click.echo(say("Added: {what}", "新增：{what}", what=added), err=as_json)
    if store.complete and store.known is None:
        click.echo(
            say(
                "{path} is a salesflow workbook already and lacks nothing; bring rows in with: salesflow import.",
                "{path} 已是 salesflow 工作簿且无缺失；请用 salesflow import 导入数据。",
                path=path,
            ),
            err=as_json,
        )
        return 0
    mapping = read_map(map) if map else store.known or agreed(path, [path], store.pipeline, yes, as_json)
    if mapping is None:
        return 0
    plan = adopting.rows(store, mapping, run)
    if not dry_run:
        plan = adopting.write(store, plan)
    show.plan(path, plan, dry_run, as_json)
    return 1 if plan.blocks else 0
