"""The commands apply and undo: carry out a ticked change sheet, undo a run.

A dry run of update writes the change sheet. If somebody changed something after the run to be undone, the user is asked
on a terminal, and a script gets an error.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
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
    translated_option,
    verb_command,
)
from xl_salesflow.errors import UsageError

if TYPE_CHECKING:
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.pipelines import Finding, Pipeline
    from xl_salesflow.core.verb_answers import AppliedChanges, RunAnswer, UndoneRun

    UndoChanges = ChangeSet[RunAnswer[UndoneRun]]


@verb_command("apply")
@BOOK_ARGUMENT
@click.argument("changes", type=click.Path(path_type=Path), metavar=terminal_text("CHANGES.xlsx"))
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def apply_command(book: Path, changes: Path, dry_run: bool, json: bool, today: date | None, **who: Any) -> int:

    return apply_change_sheet(book, changes, dry_run, json, today, who["as"])


@verb_command("undo")
@BOOK_ARGUMENT
@click.argument("run", required=False, metavar=terminal_text("[RUN]"))
@translated_option("--force", "Undo the run even where somebody has made later edits.", is_flag=True)
@translated_option("--keep", "Keep later edits and undo the rest.", is_flag=True)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def undo_command(book: Path, run: str | None, json: bool, today: date | None, **options: Any) -> int:

    return put_back_run(book, run, options["force"], options["keep"], options["dry_run"], json, today, options["as"])


def write_change_sheet_file(path: Path, output: Path, as_json: bool, today: date | None, by: str | None) -> int:
    """Write a change sheet of what an update of *path* would change to *output*; the workbook is not changed."""
    from xl_salesflow.cli.printed_answers import ChangeSheetFile
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.core.file_saving import save_file_atomically
    from xl_salesflow.verbs import change_sheet, update
    from xl_salesflow.workbook.template.handout_files import build_change_sheet_file

    session = WorkbookSession(path, by, today, dry_run=True)
    pipeline = session.read()
    proposed = change_sheet(pipeline, update(pipeline, session.run), "update", session.run)
    save_file_atomically(output, build_change_sheet_file(proposed), path)
    if as_json:
        print_json(ChangeSheetFile(str(path), str(output), len(proposed.lines), dry_run=True))
        return 0
    click.echo(
        terminal_text(
            "{output}: {count} {count:change|changes} to tick. Nothing was written to {path}.",
            output=output,
            count=len(proposed.lines),
            path=path,
        )
    )
    return 0


def apply_change_sheet(
    path: Path, changes: Path, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Carry out the ticked lines of the change sheet *changes*; the exit code is 1 if one could not be carried out."""
    from xl_salesflow.cli.printed_answers import ApplyReport
    from xl_salesflow.cli.screen_output import print_json, print_own_formulas
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import apply
    from xl_salesflow.workbook.returned_files import read_change_sheet_file

    session = WorkbookSession(path, by, today, dry_run)
    sheet = read_change_sheet_file(changes)
    made_for = re.split(r"[\\/]", sheet.book)[-1]
    if made_for != path.name:
        raise UsageError(
            "{changes} was made for {made_for}, not for {path}; make one for this workbook.",
            changes=changes,
            made_for=made_for,
            path=path.name,
        )

    def make(pipeline: Pipeline) -> ChangeSet[AppliedChanges]:
        plan = apply(pipeline, sheet, session.run)
        return plan if plan.answer.applied else plan.without_changes()

    plan = session.write(make)
    answer = plan.answer
    if as_json:
        print_json(ApplyReport(str(path), str(changes), dry_run, answer, plan.own_formulas))
        return 1 if answer.refused else 0
    for finding in plan.findings:
        if finding.rule.startswith("change_"):
            click.echo(f"! {finding.cell + ': ' if finding.cell else ''}{finding.message}")
    done = terminal_text("would be done; nothing was written") if dry_run else terminal_text("done")
    click.echo(
        terminal_text(
            "{path}: {applied} of {wished} ticked changes {done}, {refused} refused.",
            path=path,
            done=done,
            applied=answer.applied,
            wished=answer.wished,
            refused=answer.refused,
        )
    )
    print_own_formulas(plan.own_formulas)
    return 1 if answer.refused else 0


_MAX_UNDO_LINES = 20


def put_back_run(
    path: Path,
    which: str | None,
    force: bool,
    keep: bool,
    dry_run: bool,
    as_json: bool,
    today: date | None,
    by: str | None,
) -> int:
    """Undo run *which* (default: the last); the exit code is 1 if something was left, or nothing was done for that reason.

    *force* also overwrites what somebody changed since; *keep* leaves those cells and undoes the rest; otherwise a
    terminal is asked.
    """
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import undo

    session = WorkbookSession(path, by, today, dry_run)
    wish = "force" if force else "keep" if keep or dry_run else ""

    def make(pipeline: Pipeline) -> UndoChanges:
        nonlocal wish
        plan = undo(pipeline, session.run, which, wish == "force")
        if plan.answer.result.left and not wish:
            wish = _ask_about_later_changes(plan, as_json)
            if wish == "force":
                plan = undo(pipeline, session.run, plan.answer.result.run, force=True)
        return plan.without_changes() if wish == "nothing" else plan

    plan = session.write(make)
    if wish == "nothing":
        return _refuse_to_put_back(path, plan, as_json)
    return _print_undone_run(path, plan, dry_run, as_json)


def _ask_about_later_changes(plan: ChangeSet, as_json: bool) -> str:
    """Show what was changed since and ask what to do: keep, force or nothing; without a terminal, nothing."""
    if as_json or not sys.stdin.isatty():
        return "nothing"
    _print_later_changes(_later_change_findings(plan))
    wishes = {"k": "keep", "f": "force", "n": "nothing"}
    question = terminal_text(
        "Keep these and undo the rest (k), undo these too (f), or do nothing (n)?",
    )
    return wishes[click.prompt(question, type=click.Choice(list(wishes)), default="n")]


def _refuse_to_put_back(path: Path, plan: UndoChanges, as_json: bool) -> int:
    from xl_salesflow.cli.printed_answers import UndoReport
    from xl_salesflow.cli.screen_output import print_json

    undone = replace(plan.answer.result, undone=0)
    if as_json:
        print_json(UndoReport(str(path), False, True, replace(plan.answer, result=undone)))
        return 1
    _print_later_changes(_later_change_findings(plan))
    click.echo(
        terminal_text(
            "{path}: {left} {left:change|changes} of run {run} {left:was|were} edited since; nothing was undone (--keep keeps "
            "the edits, --force overwrites them).",
            path=path,
            run=undone.run,
            left=undone.left,
        ),
        err=True,
    )
    return 1


def _print_undone_run(path: Path, plan: UndoChanges, dry_run: bool, as_json: bool) -> int:
    from xl_salesflow.cli.printed_answers import UndoReport
    from xl_salesflow.cli.screen_output import print_json, print_own_formulas
    from xl_salesflow.schema.verb_catalogue import VERBS

    undone = plan.answer.result
    if as_json:
        print_json(UndoReport(str(path), dry_run, None, plan.answer, plan.own_formulas))
        return 1 if undone.left else 0
    _print_later_changes(_later_change_findings(plan))
    done = terminal_text("would be undone; nothing was written") if dry_run else terminal_text("undone")
    click.echo(
        terminal_text(
            "{path}: run {run} ({verb}): {undone} {undone:change|changes} {done}, {left} left.",
            path=path,
            done=done,
            run=undone.run,
            verb=terminal_text(VERBS[undone.verb].label) if undone.verb in VERBS else undone.verb,
            undone=undone.undone,
            left=undone.left,
        )
    )
    print_own_formulas(plan.own_formulas)
    return 1 if undone.left else 0


def _later_change_findings(plan: ChangeSet) -> list[Finding]:
    return [finding for finding in plan.findings if finding.rule.startswith("undo_")]


def _print_later_changes(left: Sequence[Finding]) -> None:
    for finding in left[:_MAX_UNDO_LINES]:
        click.echo(f"! {finding.message}")
    if len(left) > _MAX_UNDO_LINES:
        click.echo(
            terminal_text(
                "… and {count} more; --json has them all.",
                count=len(left) - _MAX_UNDO_LINES,
            )
        )
