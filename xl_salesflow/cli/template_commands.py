"""The commands of ``salesflow template``: list, fields, check and new.

They show the templates and where they are found, copy one for editing, and check templates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xl_salesflow.cli.command_options import (
    JSON_OPTION,
    TERMINAL_LANGUAGE,
    CommandFunction,
    terminal_text,
    translated_option,
)
from xl_salesflow.cli.document_commands import PRINT_FORMATS
from xl_salesflow.errors import UsageError
from xl_salesflow.schema.verb_catalogue import VERBS

if TYPE_CHECKING:
    from xl_salesflow.documents.template_lookup import DocumentTemplate


@click.group("template", help=VERBS["template"].tip.in_(TERMINAL_LANGUAGE))
def template_group() -> None:
    """Group the commands for templates."""


_TEMPLATE_KIND_ARGUMENT = click.argument("kind", metavar=terminal_text("KIND"))
_TEMPLATE_BOOK_OPTION: Callable[[CommandFunction], CommandFunction] = translated_option(
    "--book",
    "Search the template folders of this workbook.",
    type=click.Path(path_type=Path),
    metavar="BOOK",
)


@template_group.command("list", help=terminal_text("List all kinds and formats, and the template that is used."))
@_TEMPLATE_BOOK_OPTION
@JSON_OPTION
def list_templates_command(book: Path | None, json: bool) -> int:

    return show_templates(book, json)


@template_group.command("fields", help=terminal_text("List the fields that a template of this kind may use."))
@_TEMPLATE_KIND_ARGUMENT
@JSON_OPTION
def list_fields_command(kind: str, json: bool) -> int:

    return show_template_fields(kind, json)


@template_group.command("check", help=terminal_text("Report unknown and misspelt fields, with their place."))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar=terminal_text("[FILE]…"))
@_TEMPLATE_BOOK_OPTION
@JSON_OPTION
def check_templates_command(files: tuple[Path, ...], book: Path | None, json: bool) -> int:

    return show_template_findings(files, book, json)


@template_group.command("new", help=terminal_text("Copy a supplied template for editing."))
@_TEMPLATE_KIND_ARGUMENT
@translated_option("--format", "The format.", type=click.Choice(PRINT_FORMATS), default="docx", show_default=True)
@translated_option(
    "--output",
    "The folder for it.",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("templates"),
    show_default=True,
    metavar="DIR",
)
def new_template_command(kind: str, format: str, output: Path) -> int:

    return copy_shipped_template(kind, format, output)


LookupFolders = tuple[Path, ...]


def show_templates(book: Path | None, as_json: bool) -> int:
    """Show every kind and format with the template that would be used, and the folders that are searched."""
    from xl_salesflow.cli.printed_answers import TemplateChoice, TemplateList
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.documents.template_lookup import (
        DEAL_DOCUMENT_FORMATS,
        DEAL_DOCUMENT_KINDS,
        find_template,
        shipped_template,
    )

    where = _find_template_folders(book)
    choices = tuple(
        TemplateChoice(
            kind,
            DEAL_DOCUMENT_KINDS[kind].name.in_(TERMINAL_LANGUAGE),
            document_format,
            find_template(kind, document_format, TERMINAL_LANGUAGE, where).display_name,
        )
        for kind in DEAL_DOCUMENT_KINDS
        for document_format in DEAL_DOCUMENT_FORMATS
    )
    if as_json:
        print_json(TemplateList(tuple(map(str, where)), choices))
        return 0
    for choice in choices:
        shipped = shipped_template(choice.kind, choice.format).name
        own = "" if choice.template == shipped else f"  {choice.template}"
        click.echo(f"{choice.kind:<10} {choice.format:<5} {choice.name}{own}")
    for folder in where:
        click.echo(
            terminal_text(
                "Searched in {folder}, then among the supplied templates.",
                folder=folder,
            )
        )
    return 0


def show_template_fields(kind: str, as_json: bool) -> int:
    """Show every field that a template of *kind* may use, with an example."""
    from xl_salesflow.cli.printed_answers import TemplateFields
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.documents.sample_deal import template_field_paths, template_fields

    fields = list(template_field_paths(template_fields(_check_document_kind(kind), "html")))
    if as_json:
        print_json(TemplateFields(kind, dict(fields)))
        return 0
    for path, example in fields:
        first = example.partition("\n")[0]
        click.echo(f"{{% {path} %}}" if path.startswith("for ") else f"{{{{ {path} }}}}  {first}")
    return 0


def show_template_findings(files: Sequence[Path], book: Path | None, as_json: bool) -> int:
    """Print the errors in templates: in the given files, or else in all templates found for the book."""
    from xl_salesflow.cli.printed_answers import TemplateCheck, TemplateFault
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.documents.template_findings import inspect_template
    from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_KINDS, team_templates

    templates = [_read_template_file(file) for file in files] or list(
        team_templates(_find_template_folders(book), tuple(DEAL_DOCUMENT_KINDS))
    )
    found = [
        (template, finding)
        for template in templates
        for finding in inspect_template(template, _find_template_folders(book))
    ]
    if as_json:
        faults = (
            TemplateFault(
                template.display_name, finding.place.in_(TERMINAL_LANGUAGE), finding.message.in_(TERMINAL_LANGUAGE)
            )
            for template, finding in found
        )
        print_json(TemplateCheck(tuple(template.display_name for template in templates), tuple(faults)))
        return 1 if found else 0
    for template, finding in found:
        click.echo(finding.describe(template.display_name).in_(TERMINAL_LANGUAGE))
    click.echo(
        terminal_text(
            "Templates checked: {count}, findings: {wrong}.",
            count=len(templates),
            wrong=len(found),
        )
    )
    return 1 if found else 0


def copy_shipped_template(kind: str, document_format: str, folder: Path) -> int:
    """Copy a shipped template into *folder* for editing; an existing file is never overwritten."""
    from xl_salesflow.core.file_saving import save_file_atomically
    from xl_salesflow.documents.template_lookup import TEMPLATE_SUFFIXES, shipped_template

    template = shipped_template(_check_document_kind(kind), document_format)
    path = folder / f"{kind}.{TEMPLATE_SUFFIXES[document_format]}"
    if path.exists():
        raise UsageError("{path} exists already; move it away first.", path=path)
    save_file_atomically(path, template.content)
    click.echo(
        terminal_text(
            "{path} is ready to be edited; salesflow template check finds misspelt fields, template "
            "fields lists all fields.",
            path=path,
        )
    )
    return 0


def _find_template_folders(book: Path | None) -> LookupFolders:
    from xl_salesflow.documents.template_lookup import template_folders
    from xl_salesflow.workbook.closed_book import ClosedBook

    return template_folders(ClosedBook(book).read(date.today())) if book else ()


def _check_document_kind(kind: str) -> str:
    from xl_salesflow.core.name_suggestions import suggest_names
    from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_KINDS

    if kind in DEAL_DOCUMENT_KINDS:
        return kind
    hint = suggest_names(kind, DEAL_DOCUMENT_KINDS)
    raise UsageError("There is no kind of document “{kind}”; {hint}", kind=kind, hint=hint)


def _read_template_file(file: Path) -> DocumentTemplate:
    from xl_salesflow.documents.template_lookup import TEMPLATE_SUFFIXES, read_template

    kind, suffix = file.name.partition(".")[0], file.suffix.lstrip(".").lower()
    document_format = next(
        (document_format for document_format, ending in TEMPLATE_SUFFIXES.items() if ending == suffix), None
    )
    if document_format is None:
        endings = ", ".join(f".{ending}" for ending in TEMPLATE_SUFFIXES.values())
        raise UsageError("{file} is not a template; their names end in {endings}.", file=file, endings=endings)
    return read_template(file, _check_document_kind(kind), document_format)
