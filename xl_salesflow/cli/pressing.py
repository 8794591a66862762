"""What quote, print and template do: choose papers, make them, write down what was made, then put the files in place."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from xl_salesflow import documents, flow, papers
from xl_salesflow.cli import show
from xl_salesflow.cli.again import written
from xl_salesflow.cli.texts import say
from xl_salesflow.cli.work import run_of
from xl_salesflow.documents.values import Tongue
from xl_salesflow.errors import UsageError
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.workbook import ClosedBook

_MANY = 3  # papers from which on progress is shown


@dataclass(frozen=True)
class Asked:
    """What the command line asks for: which papers, in which formats and language, and whether they go out."""

    kind: str
    keys: Sequence[str]
    of_week: bool
    status: str
    formats: Sequence[str]
    tongue: Tongue | None
    folder: Path | None
    sent: bool
    to: str


def printed(path: Path, asked: Asked, dry_run: bool, as_json: bool, today: date | None, by: str | None) -> int:
    """Print papers; files wait under other names until the workbook has them written down."""
    if asked.to and not asked.sent:
        raise UsageError("--to says to whom a paper is --sent; give both.", "--to 说明发送对象，须与 --sent 同用。")
    book, run = ClosedBook(path), run_of(by, today)
    sending = papers.Sending(run.now.date(), asked.to) if asked.sent else None
    if dry_run:
        pipeline = book.read(run.now.date())
        plan = flow.paper(pipeline, papers.Printing(asked.kind, _keys(pipeline, asked), None, sending), run)
        show.plan(path, plan, dry_run, as_json)
        _would_make(plan, asked, as_json)
        return _code(plan)
    presses: list[documents.Press] = []

    def make(pipeline: Pipeline) -> Plan:
        keys = _keys(pipeline, asked)
        presses[:] = [_press(path, pipeline, asked, len(keys))]
        return flow.paper(pipeline, papers.Printing(asked.kind, keys, presses[0], sending), run)

    _, plan = written(book, run.now.date(), make, around=lambda: presses[0].ready())
    show.files(plan, presses[0].files, as_json)
    return _code(plan)


def _keys(pipeline: Pipeline, asked: Asked) -> tuple[str, ...]:
    chosen = papers.chosen(pipeline, asked.kind, asked.of_week, asked.status) if asked.of_week or asked.status else ()
    keys = (*asked.keys, *chosen)
    if keys:
        return keys
    if asked.of_week or asked.status:
        raise UsageError(
            "No such paper is in the workbook; nothing was made.", "工作簿中没有符合条件的文件；未生成任何内容。"
        )
    raise UsageError(
        "Say which: give numbers, --all-of-week or --status.", "请说明要打印哪些：给出编号、--all-of-week 或 --status。"
    )


def _press(path: Path, pipeline: Pipeline, asked: Asked, count: int) -> documents.Press:
    return documents.Press(
        path.parent,
        asked.formats,
        asked.tongue or pipeline.language,
        folder=asked.folder,
        where=documents.folders(pipeline),
        told=_progress(count),
    )


def _progress(count: int) -> Callable[[int], None]:
    # on the screen of a person, and on no other output
    shown = count > _MANY and sys.stderr.isatty()

    def told(made: int) -> None:
        if shown:
            click.echo(f"\r{made + 1}/{count}", nl=made + 1 == count, err=True)

    return told


def _would_make(plan: Plan, asked: Asked, as_json: bool) -> None:
    if not as_json:
        for document in plan.documents:
            names = ", ".join(f"{document.name}.{format}" for format in asked.formats)
            click.echo(say("would make: {names}", "将生成：{names}", names=names))


def _code(plan: Plan) -> int:
    """Return 1 when a paper that was asked for was not made."""
    return 0 if len(plan.documents) == len(plan.answer["papers"]) else 1
