"""One team over many workbooks on the terminal: the workbook and the files it makes, and what each workbook brings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow import flow
from xl_salesflow import rollup as rolling
from xl_salesflow.cli import show
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.cli.work import run_of
from xl_salesflow.errors import SalesflowError, UsageError
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.text import Language
from xl_salesflow.sheets import new_workbook
from xl_salesflow.workbook import ClosedBook


def rollup(
    paths: Sequence[Path],
    output: Path | None,
    replace: bool,
    parquet: Path | None,
    language: Language,
    as_json: bool,
    today: date | None,
    by: str | None,
) -> int:
    """Roll *paths* up; one that cannot be read is told and left out, with its exit code at the end."""
    run = run_of(by, today)
    reading = _Reading(paths, run.now.date())
    if output and output.exists() and not replace:
        raise UsageError(
            f"{output} exists already; choose another name, or give --replace to make it anew.",
            f"{output} 已存在；请换一个名称，或加 --replace 重新生成。",
        )
    written = rolling.write_parquet(parquet, reading) if parquet else []
    answer: dict[str, Any] = {"parquet": [str(file) for file in written]}
    if output or not parquet:
        parts = dict(reading)
        if not parts:
            return reading.code
        if output:
            new_workbook(output, language)
            book = ClosedBook(output)
            plan = flow.rollup(book.read(run.now.date()), parts, run)
            book.write(plan)
            answer |= plan.answer
        else:
            answer["books"] = flow.contributions(parts)
    if as_json:
        show.as_json({"output": str(output) if output else None, **answer})
    else:
        _show(answer, output, written)
    return reading.code


class _Reading:
    """The workbooks, read one by one each time they are gone through; *code* is the worst that came of it."""

    def __init__(self, paths: Sequence[Path], today: date) -> None:
        self.books, self.today, self.code = dict(zip(_names(paths), paths, strict=True)), today, 0
        self._told = set[Path]()

    def __iter__(self) -> Iterator[tuple[str, Pipeline]]:
        for name, path in self.books.items():
            try:
                yield name, ClosedBook(path).read(self.today)
            except SalesflowError as error:
                if isinstance(error, UsageError):
                    raise
                if path not in self._told:
                    self._told.add(path)
                    click.echo(error.in_(LANGUAGE), err=True)
                self.code = max(self.code, error.exit_code)


def _names(paths: Sequence[Path]) -> list[str]:
    # the file's name, with the folder before it where two files have the same
    stems = Counter(path.stem for path in paths)
    return [path.stem if stems[path.stem] == 1 else f"{path.resolve().parent.name}-{path.stem}" for path in paths]


def _show(answer: dict[str, Any], output: Path | None, written: Sequence[Path]) -> None:
    for line in answer.get("books", ()):
        click.echo(
            say(
                "{book}: {open_count} open worth {open_value:,.2f}, {won_count} won worth {won_value:,.2f}",
                "{book}：进行中 {open_count} 个，金额 {open_value:,.2f}；赢单 {won_count} 个，金额 {won_value:,.2f}",
                **{id: 0 if value is None else value for id, value in line.items()},
            )
        )
    for path in (*([output] if output else ()), *written):
        click.echo(str(path))
