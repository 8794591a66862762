"""The command digest: the week of each manager's team, on the screen or as a page and a mail draft each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    JSON_OPTION,
    TODAY_OPTION,
    day_or_today,
    terminal_text,
    translated_option,
    verb_command,
)

if TYPE_CHECKING:
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.digest_answers import DigestsAnswer
    from xl_salesflow.locale.texts import Language


@verb_command("digest")
@BOOK_ARGUMENT
@translated_option("--to", "Only for this person of the sheet Team; default: every manager.", metavar="NAME")
@click.option(
    "--output",
    "-o",
    help=terminal_text("Write a page and a mail draft for each into this folder."),
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
)
@JSON_OPTION
@TODAY_OPTION
def digest_command(book: Path, json: bool, today: date | None, to: str | None, output: Path | None) -> int:

    return show_digests(book, to or "", output, json, today)


def show_digests(path: Path, person: str, folder: Path | None, as_json: bool, today: date | None) -> int:
    """Print the digests, or write them into *folder*."""
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.documents.document_writer import write_document_files
    from xl_salesflow.verbs import digest
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = ClosedBook(path).read(day_or_today(today))
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    plan = digest(pipeline, person, datetime.combine(today, now.time()) if today else now)
    if folder is not None:
        written = [write_document_files(one, folder, pipeline.language, ("html", "eml")) for one in plan.documents]
        _print_digest_files(plan, [file for files in written for file in files], as_json)
    elif as_json:
        print_json(plan.answer)
    else:
        _print_digests(plan, pipeline.language)
    return 0


def _print_digest_files(plan: ChangeSet[DigestsAnswer], files: list[Path], as_json: bool) -> None:
    from xl_salesflow.cli.screen_output import print_files

    if as_json:
        print_files(plan, files, as_json)
        return
    for file in files:
        click.echo(str(file))


def _print_digests(plan: ChangeSet[DigestsAnswer], language: Language) -> None:
    from xl_salesflow.cli.screen_layout import print_wrapped_line, style_text
    from xl_salesflow.documents.digest_page import digest_fields, list_digest_lines
    from xl_salesflow.documents.document_texts import texts_in_language

    texts = texts_in_language(language)
    for number, document in enumerate(plan.documents):
        if number:
            click.echo("")
        fields = digest_fields(document.facts, language)
        if fields["person"]:
            click.echo(style_text(fields["person"], "head"))
        for line in list_digest_lines(fields, texts):
            print_wrapped_line(line.strip() or " ", len(line) - len(line.lstrip()))
