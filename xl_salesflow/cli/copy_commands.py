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
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.verbs import diff
    from xl_salesflow.workbook.closed_book import ClosedBook

    day = today or date.today()
    found = diff(ClosedBook(first).read(day), ClosedBook(second).read(day)).answer["differences"]
    if as_json:
        print_json({"first": str(first), "second": str(second), "differences": found})
        return 0
    for one in found[:_MAX_DIFFERENCE_LINES]:
        click.echo(_format_copy_difference(one, first, second))
    if len(found) > _MAX_DIFFERENCE_LINES:
        left = len(found) - _MAX_DIFFERENCE_LINES
        click.echo(terminal_text("… and {count} more; --json has them all.", count=left))
    click.echo(terminal_text("{count} differences.", count=len(found)))
    return 0


def merge_copy(
    ours: Path, theirs: Path, base: Path | None, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Merge *theirs* into *ours*; the exit code is 1 if somebody has to decide."""
    from xl_salesflow.cli.screen_output import print_json, print_own_formulas
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import merge
    from xl_salesflow.workbook.closed_book import ClosedBook, find_common_backup

    session, found = WorkbookSession(ours, by, today, dry_run), base
    day = session.run.now.date()

    def make(pipeline: Pipeline) -> ChangeSet:
        nonlocal found
        other = ClosedBook(theirs).read(day)
        if not base:
            found, unread = find_common_backup(pipeline, other)
            for error in unread:
                click.echo(error.in_(TERMINAL_LANGUAGE), err=True)
        return merge(pipeline, other, ClosedBook(found).read(day) if found else None, session.run)

    answer = session.write(make).answer
    if as_json:
        head = {"book": str(ours), "other": str(theirs), "base": str(found) if found else None, "dry_run": dry_run}
        print_json({**head, **answer})
        return 1 if answer["conflicts"] else 0
    click.echo(_describe_merge_base(found))
    done = terminal_text("would be taken; nothing was written") if dry_run else terminal_text("taken")
    click.echo(
        terminal_text(
            "{path}: {cells} cells and {rows} rows {done}, {rows_removed} rows removed, {conflicts} conflicts to decide.",
            path=ours, done=done, **{fact: answer[fact] for fact in ("cells", "rows", "rows_removed", "conflicts")},
        )
    )  # fmt: skip
    print_own_formulas(answer)
    return 1 if answer["conflicts"] else 0


def _describe_merge_base(base: Path | None) -> str:
    if base:
        return terminal_text("Compared with {base}.", base=base)
    return terminal_text(
        "No common backup of both copies was found; their Journals tell what changed.",
    )


def _format_copy_difference(one: dict[str, Any], first: Path, second: Path) -> str:
    from xl_salesflow.schema.table_registry import TABLES

    table = TABLES[one["table"]]
    title = table.title.in_(TERMINAL_LANGUAGE)
    if one["what"] != "changed":
        path = first if one["what"] == "only_first" else second
        return terminal_text("{title} {key}: only in {path}", title=title, key=one["key"], path=path)
    values = (terminal_text("blank") if one[side] is None else one[side] for side in ("first", "second"))
    return f"{title} {one['key']}: {table.header(one['column'], TERMINAL_LANGUAGE)} " + " → ".join(map(str, values))
