"""The commands import and adopt, with their dialogue about the import map.

A map is proposed and shown. It is used if the person agrees; otherwise it is written to a file for editing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
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
    texts_in,
    translated_option,
    verb_command,
)
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import LANGUAGES, Language

if TYPE_CHECKING:
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.core.verb_answers import ImportedFiles, RunAnswer
    from xl_salesflow.imports.import_map import ImportMap


@verb_command("import")
@BOOK_ARGUMENT
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@translated_option(
    "--with",
    "Another file with more about the same deals, such as their accounts; may be repeated. No file is read that is not named.",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
)
@translated_option(
    "--map",
    "An import map, as proposed and edited.",
    type=click.Path(path_type=Path),
    metavar="MAP.toml",
)
@translated_option("--yes", "Accept the proposed mapping.", is_flag=True)
@translated_option(
    "--as-history",
    "For a migration: record new deals in the stages of the files, without judging them by the gates.",
    is_flag=True,
)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def import_command(
    book: Path,
    files: tuple[Path, ...],
    map: Path | None,
    yes: bool,
    as_history: bool,
    dry_run: bool,
    json: bool,
    today: date | None,
    **who: Any,
) -> int:

    return import_files(book, (*files, *who["with"]), map, yes, as_history, dry_run, json, today, who["as"])


@verb_command("adopt")
@BOOK_ARGUMENT
@translated_option(
    "--map",
    "An import map, as proposed and edited.",
    type=click.Path(path_type=Path),
    metavar="MAP.toml",
)
@translated_option("--yes", "Accept the proposed mapping.", is_flag=True)
@translated_option(
    "--lang",
    "Language of our sheets; default: that of the existing headers.",
    type=click.Choice(LANGUAGES),
)
@translated_option("--playbook", "The playbook to begin with.", default="crm", show_default=True, metavar="NAME")
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def adopt_command(
    book: Path,
    map: Path | None,
    yes: bool,
    lang: Any,
    playbook: str,
    dry_run: bool,
    json: bool,
    today: date | None,
    **who: Any,
) -> int:

    return adopt_workbook(book, map, yes, lang, playbook, dry_run, json, today, who["as"])


def import_files(
    path: Path,
    files: Sequence[Path],
    map_file: Path | None,
    yes: bool,
    as_history: bool,
    dry_run: bool,
    as_json: bool,
    today: date | None,
    by: str | None,
) -> int:
    """Import *files* into the workbook by *map_file*, or by a proposed mapping once it is accepted."""
    from xl_salesflow.cli.screen_output import print_import
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.imports.import_changes import build_import_changes
    from xl_salesflow.verbs import bring_in

    for file in files:
        if not file.is_file():
            raise UsageError("{file} does not exist; check the name.", file=file)
    session, mapping = WorkbookSession(path, by, today, dry_run), read_import_map_file(map_file) if map_file else None
    language: Language = "en"

    def bring() -> ChangeSet[RunAnswer[ImportedFiles]] | None:
        nonlocal mapping, language
        pipeline = session.read()
        language = pipeline.language
        mapping = mapping or agree_on_import_map(path, files, pipeline, yes, as_json)
        if mapping is None:
            return None
        imported = build_import_changes(pipeline, files, mapping, as_history=as_history)
        plan = bring_in(pipeline, imported, session.run)
        return plan if dry_run else session.book.write_and_report(plan)

    plan = session.attempt(bring)
    if plan is None:
        return 0
    unfinished = _write_unfinished(path, plan.answer.result, mapping, language, dry_run)
    with texts_in(language):
        print_import(path, plan, dry_run, as_json, unfinished)
    return 1 if plan.blocks else 0


def _write_unfinished(
    path: Path, imported: ImportedFiles, mapping: ImportMap | None, language: Language, dry_run: bool
) -> list[Path]:
    """Write what is left to mend beside the workbook at *path*, unless it is a dry run; return the files."""
    from xl_salesflow.imports.unfinished_rows import write_unfinished_rows

    if dry_run or mapping is None or not imported.unfinished:
        return []
    return write_unfinished_rows(path.parent, imported.unfinished, mapping, language)


def read_import_map_file(map_file: Path) -> ImportMap:
    """Return the mapping in a file."""
    from xl_salesflow.core.toml_files import read_toml_text
    from xl_salesflow.imports.import_map import ImportMap

    return ImportMap.from_toml(read_toml_text(map_file), str(map_file))


def agree_on_import_map(
    path: Path, files: Sequence[Path], pipeline: Pipeline, yes: bool, as_json: bool
) -> ImportMap | None:
    """Return the proposed mapping if a person agrees to it; None if it was written to a file for editing."""
    from xl_salesflow.imports.map_proposal import propose_import_map

    mapping = propose_import_map(files, pipeline)
    text = mapping.to_toml(pipeline.language)
    click.echo(text, err=as_json)
    asks = mapping.asks
    if not any(file.table for file in mapping.files):
        raise _no_known_table_error(path, files, text)
    if not asks and (yes or _confirm_import(pipeline.language)):
        return mapping
    proposal = _write_map_proposal(path, text)
    if asks and yes:
        raise UsageError(
            "The files leave a question open; answer it in {proposal} and run again with --map {proposal}.",
            proposal=proposal,
        )
    with texts_in(pipeline.language):
        click.echo(terminal_text("The proposal is in {file}; edit it and run again with --map {file}.", file=proposal))
    return None


def _no_known_table_error(path: Path, files: Sequence[Path], text: str) -> UsageError:
    proposal, named = _write_map_proposal(path, text), ", ".join(file.name for file in files)
    return UsageError(
        "{named}: the headers match none of our tables, so nothing was imported; set table and "
        "columns in {proposal} and run again with --map {proposal}.",
        named=named,
        proposal=proposal,
    )


def _write_map_proposal(path: Path, text: str) -> Path:
    from xl_salesflow.core.file_saving import save_file_atomically

    proposal = path.with_suffix(".map.toml")
    save_file_atomically(proposal, text.encode("utf-8"), path)
    return proposal


def _confirm_import(language: Language) -> bool:
    with texts_in(language):
        return sys.stdin.isatty() and click.confirm(terminal_text("Import like this?"))


def adopt_workbook(
    path: Path,
    map_file: Path | None,
    yes: bool,
    language: Language | None,
    playbook: str,
    dry_run: bool,
    as_json: bool,
    today: date | None,
    by: str | None,
) -> int:
    """Make the workbook at *path* a store, or import again what its own sheets contain."""
    from xl_salesflow.cli.adoption import bring_in_own_rows, prepare_adoption, write_adopted_store
    from xl_salesflow.cli.screen_output import print_import
    from xl_salesflow.cli.workbook_session import WorkbookSession

    session = WorkbookSession(path, by, today, dry_run)
    mapping = read_import_map_file(map_file) if map_file else None
    sheet_language: Language = "en"

    def adopt() -> ChangeSet[RunAnswer[ImportedFiles]] | None:
        nonlocal mapping, sheet_language
        store = prepare_adoption(path, session.run.now.date(), language, playbook)
        sheet_language = store.pipeline.language
        for added in store.additions:
            click.echo(terminal_text("Added: {what}", what=added), err=as_json)
        if store.complete and store.import_map is None:
            _tell_nothing_to_adopt(path, as_json)
            return None
        mapping = mapping or store.import_map or agree_on_import_map(path, [path], store.pipeline, yes, as_json)
        if mapping is None:
            return None
        plan = bring_in_own_rows(store, mapping, session.run)
        return plan if dry_run else write_adopted_store(store, plan)

    plan = session.attempt(adopt)
    if plan is None:
        return 0
    unfinished = _write_unfinished(path, plan.answer.result, mapping, sheet_language, dry_run)
    with texts_in(sheet_language):
        print_import(path, plan, dry_run, as_json, unfinished)
    return 1 if plan.blocks else 0


def _tell_nothing_to_adopt(path: Path, as_json: bool) -> None:
    click.echo(
        terminal_text(
            "{path} is already a complete salesflow workbook; import rows with: salesflow import.",
            path=path,
        ),
        err=as_json,
    )
