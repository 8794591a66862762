"""What the commands of ``salesflow playbook`` do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click
import pandas as pd

from xl_salesflow import documents, flow, playbooks, rules
from xl_salesflow.cli import show
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.cli.work import run_of
from xl_salesflow.errors import UsageError
from xl_salesflow.model.pipeline import Pipeline, pipeline_of
from xl_salesflow.model.plan import Plan
from xl_salesflow.model.settings import Settings
from xl_salesflow.model.text import Language
from xl_salesflow.moves import Switch
from xl_salesflow.workbook import ClosedBook


def listed(as_json: bool) -> int:
    """Print every playbook that ships, with what it is good for."""
    found = [
        {
            "name": name,
            "title": playbooks.title(name).in_(LANGUAGE),
            "purpose": playbooks.purpose(name).in_(LANGUAGE),
            "stages": _stages(playbooks.setup(name, LANGUAGE)),
        }
        for name in playbooks.names()
    ]
    if as_json:
        show.as_json({"playbooks": found})
        return 0
    for one in found:
        click.echo(f"{one['name']}: {one['title']} · {one['purpose']}")
        click.echo("    " + " → ".join(one["stages"]))
    return 0


def shown(name: str, as_json: bool) -> int:
    """Print the stages of a playbook with their tasks and gates."""
    setup = frames(name, LANGUAGE)
    answer = {table: _records(setup[table]) for table in ("Stages", "StageTasks", "Gates")}
    if as_json:
        show.as_json({"name": Path(name).stem, **{table.lower(): rows for table, rows in answer.items()}})
        return 0
    for stage in answer["Stages"]:
        click.echo(_headed(stage))
        for task in (task for task in answer["StageTasks"] if task["stage"] == stage["stage"]):
            click.echo(("    ☑ " if task["required"] == "yes" else "    ☐ ") + task["task"])
        for gate in (gate for gate in answer["Gates"] if gate["stage"] == stage["stage"]):
            click.echo(("    ✗ " if gate["effect"] == "block" else "    ! ") + gate["remedy"])
    return 0


def checked(path: Path, as_json: bool) -> int:
    """Print every fault of the playbook file or workbook *path*."""
    found = rules.playbook_faults(_pipeline(path))
    answer = [
        {"rule": f.rule, "severity": f.severity, "table": f.table, "key": f.key, "cell": f.cell, "message": f.message}
        for f in found
    ]
    plan = Plan(findings=found, answer={"findings": answer})
    show.findings(plan, as_json)
    return 1 if plan.blocks else 0


def exported(name: str, output: Path | None) -> int:
    """Write the file of playbook *name*; an existing file is never overwritten."""
    text = playbooks.source(name)
    if output is None:
        click.echo(text, nl=False)
        return 0
    if output.exists():
        raise UsageError(
            f"{output} exists already; choose another name or move it away.",
            f"{output} 已存在；请换一个名称或先移走原文件。",
        )
    documents.save(output, text.encode("utf-8"))
    click.echo(str(output))
    return 0


def used(
    path: Path,
    name: str,
    said: Sequence[str],
    before: str,
    dry_run: bool,
    as_json: bool,
    today: date | None,
    by: str | None,
) -> int:
    """Move the open deals of *path* to playbook *name*: one that the workbook has, that ships, or of a file."""
    book, run = ClosedBook(path), run_of(by, today)
    pipeline = book.read(run.now.date())
    id = Path(name).stem if name.casefold().endswith(".toml") else name
    setup = {} if id in pipeline.playbooks else frames(name, pipeline.language)
    plan = flow.switch(pipeline, Switch(id, setup, _said(said), before), run)
    if not dry_run:
        plan = book.written(plan)
    if as_json:
        show.as_json({"book": str(path), "dry_run": dry_run, **plan.answer})
        return 1 if plan.blocks else 0
    for way in plan.answer["stages"]:
        click.echo(f"    {way['from']} → {way['to']}" + (f" ({way['deals']})" if way["deals"] else ""))
    done = say("would change over; nothing was written", "将转入，未写入") if dry_run else say("changed over", "已转入")
    click.echo(
        say(
            '{path}: {deals} open deals of {from_} {done} to {to}. Another way: --map "OLD=NEW".',
            '{path}：{from_} 的 {deals} 个进行中商机{done} {to}。可用 --map "旧=新" 改变对应。',
            path=path,
            done=done,
            from_=plan.answer["from"],
            **{fact: plan.answer[fact] for fact in ("deals", "to")},
        )
    )
    show.formulas_of_yours(plan.answer)
    return 1 if plan.blocks else 0


def _said(pairs: Sequence[str]) -> dict[str, str]:
    said = {}
    for pair in pairs:
        old, mark, new = pair.partition("=")
        if not (mark and old.strip() and new.strip()):
            raise UsageError(
                f'--map {pair} says no two stages; write --map "Old stage=New stage".',
                f'--map {pair} 未写明两个阶段；请写成 --map "旧阶段=新阶段"。',
            )
        said[old.strip()] = new.strip()
    return said


def frames(name: str, language: Language) -> dict[str, pd.DataFrame]:
    """Return the set-up frames of a playbook that ships or, for a name ending in .toml, of a file."""
    if name.casefold().endswith(".toml"):
        return playbooks.opened(Path(name), language)
    return playbooks.setup(name, language)


def _pipeline(path: Path) -> Pipeline:
    if path.suffix.casefold() != ".toml":
        return ClosedBook(path).read(date.today())
    settings = Settings({"playbook": path.stem})
    setup = playbooks.opened(path, LANGUAGE)
    return replace(pipeline_of(date.today(), LANGUAGE), settings=settings).with_tables(**setup)


def _stages(setup: dict[str, pd.DataFrame]) -> list[str]:
    return [str(stage) for stage in setup["Stages"]["stage"]]


def _headed(stage: dict[str, Any]) -> str:
    parts = [f"{stage['position']}. {stage['stage']} ({stage['probability']:.0%})"]
    if stage["day_limit"] is not None:
        parts.append(say("at most {days} days", "最多 {days} 天", days=stage["day_limit"]))
    if stage["cadence"] is not None:
        parts.append(say("contact every {days} days", "每 {days} 天联系", days=stage["cadence"]))
    return " · ".join([*parts, stage["purpose"] or ""]).rstrip(" ·")


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[Any, Any]] = frame.to_dict("records")
    return [{str(key): _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if value == "" or value != value:
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value
