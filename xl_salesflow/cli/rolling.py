"""One team over many workbooks on the terminal: the workbook and the files it makes, and what each workbook brings."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import click

from xl_salesflow import flow
from xl_salesflow import rollup as rolling
from xl_salesflow.batch.books import Found, digest_of, found
from xl_salesflow.cli import show
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.cli.work import run_of
from xl_salesflow.errors import CannotSave, NotOurWorkbook, SalesflowError, UsageError
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.model.text import Language
from xl_salesflow.sheets import new_workbook
from xl_salesflow.workbook import ClosedBook
from xl_salesflow.workbook.save import save


def rollup(
    paths: Sequence[str],
    output: Path | None,
    replace: bool,
    parquet: Path | None,
    language: Language,
    as_json: bool,
    today: date | None,
    by: str | None,
) -> int:
    """Roll up the workbooks of files, folders and patterns; one that cannot be read is told and left out, with its exit code.

    Of a folder, what is not ours is passed by, and so is the workbook to be made.
    """
    run = run_of(by, today)
    books = [book for book in found(paths) if not (output and not book.named and _is(book.path, output))]
    reading = _Reading(sorted(books, key=lambda book: book.path), run.now.date())
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
            answer |= _made(output, language, parts, run).answer
        else:
            answer["books"] = flow.contributions(parts)
    if as_json:
        show.as_json({"output": str(output) if output else None, **answer})
    else:
        _show(answer, output, written)
    return reading.code


def _made(output: Path, language: Language, parts: Mapping[str, Pipeline], run: flow.Run) -> Plan:
    """Make the team's workbook at *output* in one step: it is there whole, or what stood there still is."""
    try:
        digest = digest_of(output) if output.exists() else None
        with TemporaryDirectory() as folder:
            copy = Path(folder) / output.name
            new_workbook(copy, language)
            book = ClosedBook(copy)
            plan = book.written(flow.rollup(book.read(run.now.date()), parts, run))
            data = copy.read_bytes()
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotSave(output, error.strerror or type(error).__name__) from error
    save(output, lambda file: _whole(file, data), digest)
    return plan


def _whole(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def _is(path: Path, other: Path) -> bool:
    return os.path.realpath(path) == os.path.realpath(other)


class _Reading:
    """The workbooks, read one by one each time they are gone through; *code* is the worst that came of it."""

    def __init__(self, books: Sequence[Found], today: date) -> None:
        paths = [book.path for book in books]
        self.books, self.today, self.code = dict(zip(_names(paths), books, strict=True)), today, 0
        self._told = set[Path]()

    def __iter__(self) -> Iterator[tuple[str, Pipeline]]:
        for name, (path, named) in self.books.items():
            try:
                yield name, ClosedBook(path).read(self.today)
            except SalesflowError as error:
                if isinstance(error, UsageError):
                    raise
                if isinstance(error, NotOurWorkbook) and not named:
                    continue
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
