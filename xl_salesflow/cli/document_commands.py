"""The commands quote, print and revise.

Deal documents are chosen and made, the workbook records them, and only then are the files put in place.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
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
    CommandFunction,
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.errors import UsageError
from xl_salesflow.schema.choice_lists import CHOICES

if TYPE_CHECKING:
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.core.verb_answers import PrintedPapers, RunAnswer
    from xl_salesflow.documents.document_writer import DocumentWriter
    from xl_salesflow.documents.template_values import DocumentLanguage

    PrintChanges = ChangeSet[RunAnswer[PrintedPapers]]


PRINT_FORMATS = ("pdf", "html", "docx", "xlsx", "eml")
PRINT_KINDS = tuple(CHOICES["paper"])

_PRINT_OPTIONS = (
    translated_option("--all-of-week", "All documents dated this week.", is_flag=True),
    translated_option("--due", "All invoices or reminders that are due.", is_flag=True),
    translated_option("--status", "All quotes with this status, such as draft.", default="", metavar="STATE"),
    translated_option(
        "--format",
        "Kind of file; may be given more than once.",
        type=click.Choice(PRINT_FORMATS),
        multiple=True,
        default=("pdf", "html"),
    ),
    translated_option(
        "--lang",
        "Language of the document; default: the workbook's.",
        type=click.Choice(("en", "zh", "both")),
    ),
    translated_option(
        "--output",
        "Folder for the files; default: the workbook's.",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
    ),
    translated_option(
        "--sent",
        "Record that it is sent today; a later change is a finding.",
        is_flag=True,
    ),
    translated_option("--to", "The recipient; default: the contact.", default="", metavar="NAME"),
    DRY_RUN_OPTION,
    JSON_OPTION,
    TODAY_OPTION,
    USER_OPTION,
)


def _add_print_options(command: CommandFunction) -> CommandFunction:
    for one in reversed(_PRINT_OPTIONS):
        command = one(command)
    return command


@verb_command("quote")
@BOOK_ARGUMENT
@click.argument("keys", nargs=-1, metavar=terminal_text("[DEAL-OR-QUOTE]…"))
@_add_print_options
def quote_command(book: Path, keys: tuple[str, ...], **options: Any) -> int:
    return _run_print_command(book, "quote", keys, **options)


@verb_command("print")
@BOOK_ARGUMENT
@click.argument("kind", type=click.Choice(PRINT_KINDS))
@click.argument("keys", nargs=-1, metavar=terminal_text("[DEAL-QUOTE-ACTIVITY-OR-PAYMENT]…"))
@_add_print_options
def print_command(book: Path, kind: str, keys: tuple[str, ...], **options: Any) -> int:
    return _run_print_command(book, kind, keys, **options)


def _run_print_command(
    book: Path, kind: str, keys: tuple[str, ...], *, dry_run: bool, json: bool, today: date | None, **options: Any
) -> int:

    order = PrintOrder(
        kind,
        keys,
        options["all_of_week"],
        options["due"],
        options["status"],
        options["format"],
        options["lang"],
        options["output"],
        options["sent"],
        options["to"],
    )
    return print_deal_documents(book, order, dry_run, json, today, options["as"])


@verb_command("revise")
@BOOK_ARGUMENT
@click.argument("key", metavar=terminal_text("QUOTE-OR-DEAL"))
@translated_option(
    "--beside",
    "Keep the original: the copy is an alternative offer.",
    is_flag=True,
)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def revise_command(
    book: Path, key: str, beside: bool, dry_run: bool, json: bool, today: date | None, **who: Any
) -> int:

    return write_next_quote_version(book, key, beside, dry_run, json, today, who["as"])


_PROGRESS_FROM_COUNT = 3  # number of documents from which progress is shown


@dataclass(frozen=True)
class PrintOrder:
    """A print request: which documents, in which formats and language, and whether they are sent."""

    kind: str
    keys: Sequence[str]
    of_week: bool
    due: bool
    status: str
    formats: Sequence[str]
    tongue: DocumentLanguage | None
    folder: Path | None
    sent: bool
    to: str


def print_deal_documents(
    path: Path, order: PrintOrder, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Print documents; the files have temporary names until the workbook has recorded them."""
    from xl_salesflow.cli.screen_output import print_change_set, print_files
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.quotes.document_record import Sending
    from xl_salesflow.quotes.document_requests import PrintJob
    from xl_salesflow.verbs import paper

    if order.to and not order.sent:
        raise UsageError("--to is the recipient of a document that is --sent; give both.")
    session = WorkbookSession(path, by, today, dry_run)
    sending = Sending(session.run.now.date(), order.to) if order.sent else None
    writers: list[DocumentWriter] = []  # the writer of the last try

    def make(pipeline: Pipeline) -> PrintChanges:
        keys = _choose_print_keys(pipeline, order)
        writers[:] = [] if dry_run else [_make_print_writer(path, pipeline, order, len(keys))]
        return paper(pipeline, PrintJob(order.kind, keys, next(iter(writers), None), sending), session.run)

    plan = session.write(make, as_needed=True, around=lambda: writers[0].save_around())
    if dry_run:
        print_change_set(path, plan, dry_run, as_json, session.pipeline)
        _print_planned_files(plan, order, as_json)
    else:
        print_files(plan, writers[0].files, as_json)
    return 0 if len(plan.documents) == len(plan.answer.result.papers) else 1  # some requested document was not made


def _choose_print_keys(pipeline: Pipeline, order: PrintOrder) -> tuple[str, ...]:
    from xl_salesflow.quotes.document_requests import choose_document_keys

    asked = order.of_week or order.due or order.status
    chosen = choose_document_keys(pipeline, order.kind, order.of_week, order.status, order.due) if asked else ()
    keys = (*order.keys, *chosen)
    if keys:
        return keys
    if asked:
        raise UsageError("There is no such document in the workbook; nothing was made.")
    raise UsageError("Say which: give numbers, --all-of-week or --status.")


def _make_print_writer(path: Path, pipeline: Pipeline, order: PrintOrder, count: int) -> DocumentWriter:
    from xl_salesflow.documents.document_writer import DocumentWriter
    from xl_salesflow.documents.template_lookup import template_folders

    is_shown = count > _PROGRESS_FROM_COUNT and sys.stderr.isatty()  # only on the screen of a person
    return DocumentWriter(
        path.parent,
        order.formats,
        order.tongue or pipeline.language,
        folder=order.folder,
        where=template_folders(pipeline),
        on_progress=partial(_print_progress, count) if is_shown else None,
    )


def _print_progress(count: int, made: int) -> None:
    click.echo(f"\r{made + 1}/{count}", nl=made + 1 == count, err=True)


def _print_planned_files(plan: ChangeSet, order: PrintOrder, as_json: bool) -> None:
    if not as_json:
        for document in plan.documents:
            names = ", ".join(f"{document.name}.{document_format}" for document_format in order.formats)
            click.echo(terminal_text("would make: {names}", names=names))


def write_next_quote_version(
    path: Path, key: str, beside: bool, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Make the next version of quote *key*; if somebody saves meanwhile, its number is assigned again."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import revise

    session = WorkbookSession(path, by, today, dry_run)
    plan = session.write(partial(revise, key=key, run=session.run, beside=beside), as_needed=True)
    print_change_set(path, plan, dry_run, as_json, session.pipeline)
    return 0
