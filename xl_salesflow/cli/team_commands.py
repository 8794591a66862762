"""The commands assign, holidays and rollup: owners of deals, days off, one team workbook from many workbooks.

Rollup makes a workbook and Parquet files, and shows what each workbook contributes.
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
    BOOK_ARGUMENT,
    DRY_RUN_OPTION,
    JSON_OPTION,
    TERMINAL_LANGUAGE,
    TODAY_OPTION,
    USER_OPTION,
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.errors import CannotSave, NotOurWorkbook, SalesflowError, UsageError
from xl_salesflow.locale.texts import LANGUAGES, Language

if TYPE_CHECKING:
    from xl_salesflow.batch.batch_tasks import FoundWorkbook
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.metric_answers import BookContribution
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.core.verb_answers import RolledUpBooks, RunAnswer
    from xl_salesflow.engine import Run


@verb_command("assign")
@BOOK_ARGUMENT
@translated_option(
    "--how",
    "In turn, or to whoever has the fewest open deals; default: as in Settings.",
    type=click.Choice(["in_turn", "least_busy"]),
)
@translated_option(
    "--reclaim",
    "First reclaim open deals that nobody has worked on for this many days.",
    type=click.IntRange(min=1),
    metavar="DAYS",
)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def assign_command(
    book: Path, how: str | None, reclaim: int | None, dry_run: bool, json: bool, today: date | None, **who: Any
) -> int:

    return assign_deals(book, how or "", reclaim, dry_run, json, today, who["as"])


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


@verb_command("holidays")
@BOOK_ARGUMENT
@click.argument("country", metavar=terminal_text("COUNTRY"))
@translated_option(
    "--year",
    "A year; may be repeated. Default: this year and the next.",
    type=click.IntRange(1950, 2100),
    multiple=True,
    metavar="Y",
)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def holidays_command(
    book: Path, country: str, year: tuple[int, ...], dry_run: bool, json: bool, today: date | None, **who: Any
) -> int:

    return add_holidays(book, country, year, dry_run, json, today, who["as"])


def assign_deals(
    path: Path, how: str, days: int | None, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Assign owners to the deals without one and print the assignments."""
    from xl_salesflow.cli.printed_answers import AssignedDeal, AssignReport
    from xl_salesflow.cli.screen_output import print_json, print_own_formulas
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import assign

    session = WorkbookSession(path, by, today, dry_run)
    plan = session.write(partial(assign, run=session.run, how=how, days=days))
    given = [change for change in plan.changes if (change.table, change.column) == ("Deals", "owner")]
    if as_json:
        deals = tuple(AssignedDeal(c.key, c.before or None, c.after or None, c.because) for c in given)
        print_json(AssignReport(str(path), dry_run, deals, plan.own_formulas))
        return 0
    pool = terminal_text("the pool")
    for change in given:
        click.echo(f"{change.key}: {change.before or pool} → {change.after or pool} ({change.because})")
    for finding in plan.findings:
        if finding.rule == "unassigned":
            click.echo(f"! {finding.message}")
    done = terminal_text("would change owner; nothing was written") if dry_run else terminal_text("changed owner")
    click.echo(terminal_text("{path}: {count} deals {done}.", path=path, count=len(given), done=done))
    print_own_formulas(plan.own_formulas)
    return 0


def add_holidays(
    path: Path, country: str, years: Sequence[int], dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Add the holidays of *country*; days that the sheet has already are not changed."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.process.working_days import make_country_holidays
    from xl_salesflow.verbs import holidays

    session = WorkbookSession(path, by, today, dry_run)
    chosen_years = years or (session.run.now.year, session.run.now.year + 1)

    def make(pipeline: Pipeline) -> ChangeSet[RunAnswer]:
        return holidays(pipeline, make_country_holidays(country, chosen_years, pipeline.language), session.run)

    plan = session.write(make)
    print_change_set(path, plan, dry_run, as_json)
    return 0


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

    In folders, files that are not our workbooks and the output workbook are skipped.
    """
    from xl_salesflow.batch.batch_tasks import find_workbooks
    from xl_salesflow.cli.printed_answers import RollupReport
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.metrics.team_rollup import write_parquet
    from xl_salesflow.verbs import contributions

    team = WorkbookSession(output or Path(), by, today, dry_run=not output)
    books = [
        book for book in find_workbooks(paths) if not (output and not book.named and _is_same_file(book.path, output))
    ]
    reading = _WorkbookReadings(sorted(books, key=lambda book: book.path), team.run.now.date())
    if output and output.exists() and not replace:
        raise UsageError("{output} exists already; choose another name, or give --replace.", output=output)
    team.refuse_if_open()
    written = write_parquet(parquet, reading) if parquet else []
    plan, brought = None, None
    if output or not parquet:
        parts = dict(reading)
        if not parts:
            return reading.code
        if output:
            plan = team.attempt(partial(_make_team_workbook, output, language, parts, team.run))
        brought = plan.answer.books if plan else contributions(parts)
    if as_json:
        made, own_formulas = (plan.answer, plan.own_formulas) if plan else (None, None)
        files = tuple(map(str, written))
        print_json(RollupReport(str(output) if output else None, files, made, brought, own_formulas))
    else:
        _print_rollup(brought or (), output, written)
    return reading.code


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
        self.books, self.today, self.code = dict(zip(_rolled_up_names(paths), books, strict=True)), today, 0
        self._reported = set[Path]()

    def __iter__(self) -> Iterator[tuple[str, Pipeline]]:
        from xl_salesflow.workbook.closed_book import ClosedBook

        for name, (path, named) in self.books.items():
            try:
                yield name, ClosedBook(path).read(self.today)
            except SalesflowError as error:
                if isinstance(error, UsageError):
                    raise
                if isinstance(error, NotOurWorkbook) and not named:
                    continue
                if path not in self._reported:
                    self._reported.add(path)
                    click.echo(error.in_(TERMINAL_LANGUAGE), err=True)
                self.code = max(self.code, error.exit_code)


def _rolled_up_names(paths: Sequence[Path]) -> list[str]:
    # the file name, preceded by the folder if two files have the same name
    stems = Counter(path.stem for path in paths)
    return [path.stem if stems[path.stem] == 1 else f"{path.resolve().parent.name}-{path.stem}" for path in paths]


def _print_rollup(books: Sequence[BookContribution], output: Path | None, written: Sequence[Path]) -> None:
    for one in books:
        click.echo(
            terminal_text(
                "{book}: {open_count} open worth {open_value:,.2f}, {won_count} won worth {won_value:,.2f}",
                book=one.book,
                **{metric: value or 0 for metric, value in one.metrics.items()},
            )
        )
    for path in (*([output] if output else ()), *written):
        click.echo(str(path))
