"""The commands diff and merge, for two copies of one workbook.

Diff shows the differences; merge shows what it took over and what is left to decide.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.core.verb_answers import CellDifference, MergedCopy, RowDifference, RunAnswer

_OTHER_BOOK_ARGUMENT = click.argument("other", type=click.Path(path_type=Path))


@verb_command("diff")
@BOOK_ARGUMENT
@_OTHER_BOOK_ARGUMENT
@JSON_OPTION
@TODAY_OPTION
def diff_command(book: Path, other: Path, json: bool, today: date | None) -> int:

    return show_differences(book, other, json, today)


@verb_command("merge")
@BOOK_ARGUMENT
@_OTHER_BOOK_ARGUMENT
@translated_option(
    "--base",
    "The common earlier version; default: a backup next to them, or else their Journals.",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def merge_command(
    book: Path, other: Path, base: Path | None, dry_run: bool, json: bool, today: date | None, **who: Any
) -> int:

    return merge_copy(book, other, base, dry_run, json, today, who["as"])


_MAX_DIFFERENCE_LINES = 50


def show_differences(first: Path, second: Path, as_json: bool, today: date | None) -> int:
    """Print the differences between two workbooks; the exit code is always 0."""
    from xl_salesflow.cli.printed_answers import DifferencesReport
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.verbs import diff
    from xl_salesflow.workbook.closed_book import ClosedBook

    day = today or date.today()
    here, there = ClosedBook(first).read(day), ClosedBook(second).read(day)
    answer = diff(here, there).answer
    if as_json:
        print_json(DifferencesReport(str(first), str(second), answer))
        return 0
    found = answer.differences
    for one in found[:_MAX_DIFFERENCE_LINES]:
        held, path = (there, second) if one.what == "only_second" else (here, first)
        click.echo(_format_copy_difference(one, held, path))
    if len(found) > _MAX_DIFFERENCE_LINES:
        left = len(found) - _MAX_DIFFERENCE_LINES
        click.echo(terminal_text("… and {count} more; --json has them all.", count=left))
    click.echo(terminal_text("{count} {count:difference|differences}.", count=len(found)))
    return 0


def merge_copy(
    ours: Path, theirs: Path, base: Path | None, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Merge *theirs* into *ours*; the exit code is 1 if somebody has to decide."""
    from xl_salesflow.cli.printed_answers import MergeReport
    from xl_salesflow.cli.screen_output import print_json, print_own_formulas
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import merge
    from xl_salesflow.workbook.closed_book import ClosedBook
    from xl_salesflow.workbook.common_backups import find_common_backup

    session, found = WorkbookSession(ours, by, today, dry_run), base
    day = session.run.now.date()

    def make(pipeline: Pipeline) -> ChangeSet[RunAnswer[MergedCopy]]:
        nonlocal found
        other = ClosedBook(theirs).read(day)
        if not base:
            found, unread = find_common_backup(pipeline, other)
            for error in unread:
                click.echo(error.in_(TERMINAL_LANGUAGE), err=True)
        return merge(pipeline, other, ClosedBook(found).read(day) if found else None, session.run)

    plan = session.write(make)
    taken = plan.answer.result
    if as_json:
        ancestor = str(found) if found else None
        print_json(MergeReport(str(ours), str(theirs), ancestor, dry_run, plan.answer, plan.own_formulas))
        return 1 if taken.conflicts else 0
    click.echo(_describe_merge_base(found))
    done = terminal_text("would be taken; nothing was written") if dry_run else terminal_text("taken")
    click.echo(
        terminal_text(
            "{path}: {cells} {cells:cell|cells} and {rows} {rows:row|rows} {done}, {rows_removed} "
            "{rows_removed:row|rows} removed, {conflicts} {conflicts:conflict|conflicts} to decide.",
            path=ours, done=done, cells=taken.cells, rows=taken.rows, rows_removed=taken.rows_removed,
            conflicts=taken.conflicts,
        )
    )  # fmt: skip
    print_own_formulas(plan.own_formulas)
    return 1 if taken.conflicts else 0


def _describe_merge_base(base: Path | None) -> str:
    if base:
        return terminal_text("Compared with {base}.", base=base)
    return terminal_text(
        "No backup from before the copies parted was found. Their Journals know what runs changed, but not who typed what: "
        "cells that differ for an unknown reason are conflicts, and nothing typed is lost; --base FILE names an earlier version.",
    )


def _format_copy_difference(one: CellDifference | RowDifference, held: Pipeline, path: Path) -> str:
    from xl_salesflow.cli.screen_output import format_shown_cell
    from xl_salesflow.core.deal_titles import name_row
    from xl_salesflow.schema.table_registry import TABLES

    table = TABLES[one.table]
    title, key = table.title.in_(TERMINAL_LANGUAGE), name_row(held, one.table, one.key)
    if one.what != "changed":
        return terminal_text("{title} {key}: only in {path}", title=title, key=key, path=path)
    values = (format_shown_cell(one.table, one.column, value) for value in (one.first, one.second))
    return f"{title} {key}: {table.header(one.column, TERMINAL_LANGUAGE)} " + " → ".join(values)
