"""The commands followups, bant and prepare, for a rep's contacts with a customer.

They give the follow-up list on the screen, as a file or as a mail draft for each owner; the BANT card to fill in, and
its answers read back; and the checklist before a visit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    DRY_RUN_OPTION,
    JSON_OPTION,
    TODAY_OPTION,
    USER_OPTION,
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.errors import UsageError

if TYPE_CHECKING:
    from xl_salesflow.core.change_sets import ChangeSet, Document
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.core.verb_answers import CardTaken, FollowUpsAnswer, RunAnswer


@verb_command("followups")
@BOOK_ARGUMENT
@translated_option("--owner", "Only the list of this owner.", metavar="NAME")
@translated_option(
    "--format",
    "Write the list as a file; eml makes a draft for each owner.",
    type=click.Choice(["md", "html", "ics", "csv", "xlsx", "eml"]),
)
@translated_option(
    "--output",
    "The file, or - for the screen; for eml the folder.",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
@JSON_OPTION
@TODAY_OPTION
def followups_command(
    book: Path, owner: str | None, format: str | None, output: Path | None, json: bool, today: date | None
) -> int:

    return show_followup_list(book, owner, format, output, json, today)


@verb_command("bant")
@BOOK_ARGUMENT
@click.argument("deal", required=False, metavar=terminal_text("[DEAL]"))
@translated_option(
    "--read",
    "A filled card to read back.",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CARD",
)
@translated_option(
    "--output",
    "File for the card; default: next to the workbook.",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def bant_command(book: Path, deal: str | None, read: Path | None, output: Path | None, **options: Any) -> int:

    if (deal is None) == (read is None):
        raise click.UsageError(terminal_text("give a deal, or a filled card with --read"))
    if read is None:
        return write_bant_card_file(book, deal or "", output, options["today"])
    return read_back_card(book, read, options["dry_run"], options["json"], options["today"], options["as"])


@verb_command("prepare")
@BOOK_ARGUMENT
@click.argument("deal", metavar=terminal_text("DEAL"))
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def prepare_command(book: Path, deal: str, **options: Any) -> int:

    return give_visit_checklist(book, deal, options["dry_run"], options["json"], options["today"], options["as"])


SCREEN_FORMATS = ("md", "html", "ics", "csv")
"""Text formats, which can be printed on the screen."""


def show_followup_list(
    path: Path, owner: str | None, list_format: str | None, output: Path | None, as_json: bool, today: date | None
) -> int:
    """Show or write the follow-up list."""
    from xl_salesflow.cli.screen_output import print_followups
    from xl_salesflow.core.file_saving import safe_file_name, save_file_atomically
    from xl_salesflow.documents.document_writer import render_document, write_document_file, write_document_files
    from xl_salesflow.process.due_followups import split_document_by_owner
    from xl_salesflow.verbs import followups
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = ClosedBook(path).read(today or date.today())
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    plan = followups(pipeline, owner, datetime.combine(today, now.time()) if today else now)
    if list_format is None:
        print_followups(plan, pipeline, as_json)
        return 0
    (document,) = plan.documents
    if list_format == "eml":
        files = [
            file
            for part in _separate_draft_names(split_document_by_owner(document))
            for file in write_document_files(part, output or path.parent, pipeline.language, ("eml",))
        ]
        _print_list_files(plan, files, as_json)
        return 0
    if list_format in SCREEN_FORMATS and (output is None or str(output) == "-"):
        click.echo(render_document(document, pipeline.language, list_format), nl=False)
        return 0
    target = output or path.parent / f"{safe_file_name(document.name)}.{list_format}"
    if list_format == "xlsx":
        file = save_file_atomically(target, _followup_list_workbook(document, pipeline), path)
    else:
        file = write_document_file(document, target, pipeline.language, list_format)
    _print_list_files(plan, [file], as_json)
    return 0


def _separate_draft_names(drafts: Iterable[Document]) -> Iterator[Document]:
    from xl_salesflow.core.file_saving import safe_file_name

    # owners whose names make the same file name get different files
    seen: Counter[str] = Counter()
    for document in drafts:
        name = safe_file_name(document.name)
        seen[name.casefold()] += 1
        again = seen[name.casefold()]
        yield document if again == 1 else replace(document, name=f"{name} ({again})")


def _print_list_files(plan: ChangeSet[FollowUpsAnswer], files: list[Path], as_json: bool) -> None:
    from xl_salesflow.cli.screen_output import print_files

    if as_json or plan.findings:
        print_files(plan, files, as_json)
        return
    for file in files:
        click.echo(str(file))


def _followup_list_workbook(document: Document, pipeline: Pipeline) -> bytes:
    from xl_salesflow.schema.table_registry import TABLES
    from xl_salesflow.workbook.template.handout_files import build_list_file

    rows = [row for group in document.facts["owners"] for row in group["rows"]]
    return build_list_file(TABLES["FollowUps"], rows, pipeline.language)


def write_bant_card_file(path: Path, deal: str, output: Path | None, today: date | None) -> int:
    """Write the BANT card of *deal* to be filled in; an existing file is never overwritten."""
    from xl_salesflow.core.file_saving import safe_file_name, save_file_atomically
    from xl_salesflow.verbs import bant_card
    from xl_salesflow.workbook.closed_book import ClosedBook
    from xl_salesflow.workbook.template.handout_files import build_bant_card_file

    pipeline = ClosedBook(path).read(today or date.today())
    filled = bant_card(pipeline, deal)
    name = safe_file_name(f"BANT {filled['deal'].iloc[0] if len(filled) else deal}")
    target = output or path.parent / f"{name}.xlsx"
    if target.exists():
        raise UsageError(
            "{target} exists already and may be filled in; choose another name or move it away.", target=target
        )
    save_file_atomically(target, build_bant_card_file(filled, pipeline.language), path)
    click.echo(str(target))
    return 0


def read_back_card(path: Path, filled: Path, dry_run: bool, as_json: bool, today: date | None, by: str | None) -> int:
    """Copy the answers of the card *filled* into the workbook; unusable answers are reported with their cell."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import read_card
    from xl_salesflow.workbook.returned_files import read_bant_card_file

    session = WorkbookSession(path, by, today, dry_run)

    def make(pipeline: Pipeline) -> ChangeSet[RunAnswer[CardTaken]]:
        found = read_bant_card_file(filled, pipeline.language)
        return read_card(pipeline, found.frame, found.address, session.run, found.findings)

    plan = session.write(make)  # early warnings need all deals
    print_change_set(path, plan, dry_run, as_json, session.pipeline)
    return 1 if plan.blocks else 0


def give_visit_checklist(
    path: Path, deal: str, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Give *deal* the tasks of the checklist before a visit."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import prepare

    session = WorkbookSession(path, by, today, dry_run)
    plan = session.write(partial(prepare, deal=deal, run=session.run), as_needed=True)
    print_change_set(path, plan, dry_run, as_json, session.pipeline)
    return 1 if plan.blocks else 0
