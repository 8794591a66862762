"""The command rollup: one team workbook, or Parquet files, from many workbooks.

It shows what each workbook contributes and what they are together, and first of all which cells could not be read.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from xl_salesflow.cli.command_options import (
    JSON_OPTION,
    TERMINAL_LANGUAGE,
    TODAY_OPTION,
    USER_OPTION,
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.errors import CannotSave, NotOurWorkbook, SalesflowError, UsageError
from xl_salesflow.locale.texts import LANGUAGES, Language, fold_text

if TYPE_CHECKING:
    from xl_salesflow.batch.batch_tasks import FoundWorkbook
    from xl_salesflow.cli.printed_answers import RollupReport
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.metric_answers import TeamTotals
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.core.verb_answers import LostCells, RolledUpBooks
    from xl_salesflow.engine import Run


@verb_command("rollup")
@click.argument("books", nargs=-1, required=True, metavar=terminal_text("BOOKS…"))
@translated_option(
    "--output",
    "The workbook to make; it must not exist yet, unless --replace is given.",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
)
@translated_option("--replace", "Replace the workbook if it exists.", is_flag=True)
@translated_option(
    "--parquet",
    "Folder for one Parquet file per table, for other tools.",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
)
@translated_option(
    "--lang",
    "Language of the workbook.",
    type=click.Choice(LANGUAGES),
    default=TERMINAL_LANGUAGE,
    show_default=True,
)
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def rollup_command(
    books: tuple[str, ...],
    output: Path | None,
    replace: bool,
    parquet: Path | None,
    lang: Any,
    json: bool,
    today: date | None,
    **who: Any,
) -> int:

    return roll_up_workbooks(books, output, replace, parquet, lang, json, today, who["as"])


def roll_up_workbooks(
    paths: Sequence[str],
    output: Path | None,
    replace: bool,
    parquet: Path | None,
    language: Language,
    as_json: bool,
    today: date | None,
    by: str | None,
) -> int:
    """Roll up the workbooks of files, folders and patterns; an unreadable one is reported and left out, with its exit code.

    In folders, files that are not our workbooks and the output workbook are skipped. Cells that could not be read make the
    exit code 1.
    """
    from xl_salesflow.batch.batch_tasks import find_workbooks
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.cli.workbook_session import WorkbookSession

    team = WorkbookSession(output or Path(), by, today, dry_run=not output)
    books = [
        book for book in find_workbooks(paths) if not (output and not book.named and _is_same_file(book.path, output))
    ]
    reading = _WorkbookReadings(sorted(books, key=lambda book: book.path), team.run.now.date())
    if output and output.exists() and not replace:
        raise UsageError("{output} exists already; choose another name, or give --replace.", output=output)
    team.refuse_if_open()
    report = _make_rollup(reading, team, output, parquet, language)
    if report is None:
        return reading.code
    if as_json:
        print_json(report)
    else:
        _print_rollup(report)
    return max(reading.code, 1 if any(finding.blocks for finding in report.book_findings) else 0)


def _make_rollup(
    reading: _WorkbookReadings, team: WorkbookSession, output: Path | None, parquet: Path | None, language: Language
) -> RollupReport | None:
    """Make what was asked for and return what to print; None if no workbook could be read."""
    from xl_salesflow.cli.printed_answers import RollupReport
    from xl_salesflow.engine import complete_derived_cells
    from xl_salesflow.metrics.rollup.rollup_review import ROLLUP_MESSAGES, RollupReview
    from xl_salesflow.metrics.rollup.team_rollup import write_parquet
    from xl_salesflow.verbs import contributions

    review, plan, brought, written = RollupReview(language), None, None, list[Path]()
    if parquet:
        written = write_parquet(parquet, ((book, complete_derived_cells(part)) for book, part in reading), review)
    if output or not parquet:
        parts = dict(reading if parquet or output else review.watch(reading))
        if not parts:
            return None
        if output:
            plan = team.attempt(partial(_make_team_workbook, output, language, parts, team.run))
        brought = plan.answer.books if plan else contributions(parts)
    found = tuple(one for one in (plan.findings if plan else review.findings) if one.rule in ROLLUP_MESSAGES)
    made, own_formulas = (plan.answer, plan.own_formulas) if plan else (None, None)
    named = str(output) if output else None
    return RollupReport(named, tuple(map(str, written)), made, brought, reading.lost_cells, found, own_formulas)


def _make_team_workbook(
    output: Path, language: Language, parts: Mapping[str, Pipeline], run: Run
) -> ChangeSet[RolledUpBooks]:
    """Write the team's workbook to *output* atomically: either the new file is complete or the old one is unchanged."""
    from xl_salesflow.batch.batch_tasks import digest_workbook_file
    from xl_salesflow.verbs import rollup
    from xl_salesflow.workbook.atomic_save import save_workbook
    from xl_salesflow.workbook.closed_book import ClosedBook
    from xl_salesflow.workbook.new_stores import new_workbook

    try:
        digest = digest_workbook_file(output) if output.exists() else None
        with TemporaryDirectory() as folder:
            copy = Path(folder) / output.name
            new_workbook(copy, language)
            book = ClosedBook(copy)
            plan = book.write_and_report(rollup(book.read(run.now.date()), parts, run))
            data = copy.read_bytes()
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotSave(output, error.strerror or type(error).__name__) from error
    save_workbook(output, lambda file: _write_file_bytes(file, data), digest)
    return plan


def _write_file_bytes(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def _is_same_file(path: Path, other: Path) -> bool:
    return os.path.realpath(path) == os.path.realpath(other)


class _WorkbookReadings:
    """The workbooks, read one by one on each iteration; `code` is the worst of their exit codes."""

    def __init__(self, books: Sequence[FoundWorkbook], today: date) -> None:
        paths = [book.path for book in books]
        self.books, self.today, self.code = dict(zip(_name_books(paths), books, strict=True)), today, 0
        self._reported = set[Path]()
        self._lost: dict[str, tuple[LostCells, ...]] = {}

    def __iter__(self) -> Iterator[tuple[str, Pipeline]]:
        from xl_salesflow.metrics.rollup.rollup_review import LOST_VALUE_RULES
        from xl_salesflow.workbook.closed_book import ClosedBook

        for name, (path, named) in self.books.items():
            try:
                book = ClosedBook(path)
                part = book.read(self.today)
            except SalesflowError as error:
                if isinstance(error, UsageError):
                    raise
                if isinstance(error, NotOurWorkbook) and not named:
                    continue
                if path not in self._reported:
                    self._reported.add(path)
                    click.echo(error.in_(TERMINAL_LANGUAGE), err=True)
                self.code = max(self.code, error.exit_code)
            else:
                self._lost[name] = book.count_lost_cells(part, LOST_VALUE_RULES)
                yield name, part

    @property
    def lost_cells(self) -> tuple[LostCells, ...]:
        """Return the columns with cells that could not be read, of the workbooks read so far."""
        from xl_salesflow.metrics.rollup.rollup_review import is_typed_column

        return tuple(one for lost in self._lost.values() for one in lost if is_typed_column(one.table, one.column))


def _name_books(paths: Sequence[Path]) -> list[str]:
    """Return a name for each workbook: that of its file, preceded by as many folders as it takes to tell it from others."""
    names = [path.stem for path in paths]
    folders = [list(path.resolve().parent.parts) for path in paths]
    while True:
        counts = Counter(map(fold_text, names))
        same = [at for at, name in enumerate(names) if counts[fold_text(name)] > 1 and folders[at]]
        if not same:
            return names
        for at in same:
            names[at] = f"{folders[at].pop()}-{names[at]}"


def _print_rollup(report: RollupReport) -> None:
    from xl_salesflow.cli.screen_output import print_finding_lines, print_lost_cells

    print_lost_cells(report.not_understood)
    if report.book_findings:
        print_finding_lines(report.book_findings)
    for one in report.books or ():
        _print_totals(one.book, one.deals, one.metrics)
    if report.made:
        together: TeamTotals = report.made.run.result
        _print_totals(terminal_text("Together"), together.team_deals, together.together)
    for path in (*([report.output] if report.output else ()), *report.parquet):
        click.echo(path)


def _print_totals(book: str, deals: int, metrics: Mapping[str, Any]) -> None:
    click.echo(
        terminal_text(
            "{book}: {deals} {deals:deal|deals}; {open_count} open worth {open_value:,.2f}, {won_count} won worth "
            "{won_value:,.2f}",
            book=book,
            deals=deals,
            **{metric: value or 0 for metric, value in metrics.items()},
        )
    )
