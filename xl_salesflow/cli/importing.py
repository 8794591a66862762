"""The import dialogue: propose a mapping, show it, take it when the person agrees, else leave it in a file to be edited."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from xl_salesflow import documents, flow, imports
from xl_salesflow.cli import show
from xl_salesflow.cli.texts import say
from xl_salesflow.cli.work import run_of
from xl_salesflow.errors import UsageError
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.workbook import ClosedBook


def bring_in(
    path: Path,
    files: Sequence[Path],
    map: Path | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    today: date | None,
    by: str | None,
) -> int:
    """Import *files* into the workbook by *map*, or by a proposed mapping once it is accepted."""
    for file in files:
        if not file.is_file():
            raise UsageError(f"{file} is not there; check the name.", f"找不到 {file}；请检查文件名。")
    book, run = ClosedBook(path), run_of(by, today)
    pipeline = book.read(run.now.date())
    mapping = read_map(map) if map else agreed(path, files, pipeline, yes, as_json)
    if mapping is None:
        return 0
    plan = flow.bring_in(pipeline, imports.plan(pipeline, files, mapping), run)
    if not dry_run:
        plan = book.written(plan)
    show.plan(path, plan, dry_run, as_json)
    return 1 if plan.blocks else 0


def read_map(map: Path) -> imports.Mapping:
    """Return the mapping in a file."""
    try:
        return imports.Mapping.from_toml(map.read_text(encoding="utf-8"), str(map))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{map} cannot be read ({error}); check the name of the mapping file.",
            f"无法读取 {map}({error})；请检查映射文件。",
        ) from error


def agreed(path: Path, files: Sequence[Path], pipeline: Pipeline, yes: bool, as_json: bool) -> imports.Mapping | None:
    """Return the proposed mapping once a person agrees to it; None when it was written out to be edited first."""
    mapping = imports.propose(files, pipeline)
    text = mapping.to_toml(pipeline.language)
    click.echo(text, err=as_json)
    asks = any(True for _ in mapping.open_questions)
    if not any(file.table for file in mapping.files):
        raise _nothing_known(path, files, text)
    if not asks and (yes or _agrees()):
        return mapping
    proposal = _written_out(path, text)
    if asks and yes:
        raise UsageError(
            f"The files leave a question open; answer it in {proposal} and run again with --map {proposal}.",
            f"文件中有无法判断之处；请在 {proposal} 中选定后以 --map {proposal} 重新运行。",
        )
    click.echo(
        say(
            "The proposal is in {file}; edit it and run again with --map {file}.",
            "建议的映射已写入 {file}；修改后以 --map {file} 重新运行。",
            file=proposal,
        )
    )
    return None


def _nothing_known(path: Path, files: Sequence[Path], text: str) -> UsageError:
    proposal, named = _written_out(path, text), ", ".join(file.name for file in files)
    return UsageError(
        f"{named}: the headers are those of none of our tables, so nothing was brought in; name table and columns in "
        f"{proposal} and run again with --map {proposal}.",
        f"{named}：标题与各表均不相符，未导入任何内容；请在 {proposal} 中填写 table 与各列后以 --map {proposal} 重新运行。",
    )


def _written_out(path: Path, text: str) -> Path:
    proposal = path.with_suffix(".map.toml")
    documents.save(proposal, text.encode("utf-8"))
    return proposal


def _agrees() -> bool:
    return sys.stdin.isatty() and click.confirm(say("Import like this?", "按此导入吗？"))
