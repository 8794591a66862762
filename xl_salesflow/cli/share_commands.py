"""The commands share and collect: a workbook for each person of the team, and the merge of what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

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
from xl_salesflow.locale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.pipelines import Finding
    from xl_salesflow.core.share_answers import CollectedCopies, CollectedFile, SharedFile
    from xl_salesflow.core.verb_answers import RunAnswer

_FOLDER_ARGUMENT = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
_STATUS_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "made": Text("made", context="share"),
        "refreshed": Text("refreshed", context="share"),
        "unchanged": Text("unchanged", context="share"),
        "kept": Text("left as it is", context="share"),
        "collected": Text("collected", context="share"),
        "missing": Text("missing", context="share"),
        "left": Text("left out", context="share"),
    }
)


@verb_command("share")
@BOOK_ARGUMENT
@_FOLDER_ARGUMENT
@translated_option(
    "--by", "Whose rows a workbook holds.", type=click.Choice(("owner",)), default="owner", show_default=True
)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def share_command(book: Path, folder: Path, by: str, dry_run: bool, json: bool, today: date | None, **who: Any) -> int:

    return share_workbook(book, folder, dry_run, json, today, who["as"])


@verb_command("collect")
@BOOK_ARGUMENT
@_FOLDER_ARGUMENT
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def collect_command(book: Path, folder: Path, dry_run: bool, json: bool, today: date | None, **who: Any) -> int:

    return collect_workbooks(book, folder, dry_run, json, today, who["as"])


def share_workbook(path: Path, folder: Path, dry_run: bool, as_json: bool, today: date | None, by: str | None) -> int:
    """Make or refresh the workbook of each person in *folder*; the exit code is 1 if one was left as it is, 3 if unreadable."""
    from xl_salesflow.batch.share_files import TeamShare
    from xl_salesflow.cli.printed_answers import ShareReport
    from xl_salesflow.cli.screen_output import print_finding_lines, print_json
    from xl_salesflow.cli.workbook_session import WorkbookSession

    session = WorkbookSession(path, by, today, dry_run=True)  # the workbook itself is only read
    team = TeamShare(path, session.read(), folder, session.run, dry_run)
    files = tuple(team.make_files())
    if as_json:
        print_json(ShareReport(str(path), str(folder), dry_run, files, tuple(team.findings)))
    else:
        _print_shared_files(files, dry_run)
        if team.findings:
            print_finding_lines(team.findings)
    return _code_of_findings(team.findings)


def collect_workbooks(
    path: Path, folder: Path, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Merge the workbooks in *folder*; the exit code is 1 if somebody has to decide or look, 3 if one is unreadable."""
    from xl_salesflow.batch.collect_files import TeamCollection
    from xl_salesflow.cli.printed_answers import CollectReport
    from xl_salesflow.cli.screen_output import print_finding_lines, print_json, print_own_formulas
    from xl_salesflow.cli.workbook_session import WorkbookSession

    session = WorkbookSession(path, by, today, dry_run)
    team = TeamCollection(path, folder, session.run.now.date())
    plan: ChangeSet[RunAnswer[CollectedCopies]] = session.write(partial(team.merge, run=session.run))
    if not dry_run:
        team.record(plan)
    if as_json:
        files, found = tuple(team.files), tuple(team.findings)
        answer = replace(cast("RunAnswer[Any]", plan.answer), result=plan.answer.result.total)
        print_json(CollectReport(str(path), str(folder), dry_run, files, found, answer, plan.own_formulas))
    else:
        _print_collected_files(team.files, dry_run)
        if team.findings:
            print_finding_lines(team.findings)
        print_own_formulas(plan.own_formulas)
    return max(_code_of_findings(team.findings), 1 if plan.answer.result.total.conflicts else 0)


def _code_of_findings(findings: Sequence[Finding]) -> int:
    if any(one.rule.endswith("_unreadable") for one in findings):
        return 3
    return 1 if any(one.severity != "note" for one in findings) else 0


def _print_shared_files(files: Sequence[SharedFile], dry_run: bool) -> None:
    from xl_salesflow.cli.screen_layout import print_screen_table

    headers = [terminal_text(text) for text in (_FILE_HEADER, _DEALS_HEADER, _MARK_HEADER, _STATUS_HEADER)]
    rows = [
        (Path(one.file).name, f"{one.deals:,}", one.mark, terminal_text(_STATUS_WORDS[one.status])) for one in files
    ]
    print_screen_table(headers, rows)
    if dry_run:
        click.echo(terminal_text("Dry run: nothing was written."))


def _print_collected_files(files: Sequence[CollectedFile], dry_run: bool) -> None:
    from xl_salesflow.cli.screen_layout import print_screen_table

    texts = (_FILE_HEADER, _CELLS_HEADER, _ROWS_HEADER, _REMOVED_HEADER, _CONFLICTS_HEADER, _STATUS_HEADER)
    rows = []
    for one in files:
        taken = one.taken
        counts = (taken.cells, taken.rows, taken.rows_removed, taken.conflicts) if taken else ("",) * 4
        rows.append((Path(one.file).name, *map(str, counts), terminal_text(_STATUS_WORDS[one.status])))
    print_screen_table([terminal_text(text) for text in texts], rows)
    if dry_run:
        click.echo(terminal_text("Dry run: nothing was written."))


_FILE_HEADER, _DEALS_HEADER = Text("File", context="share"), Text("Deals")
_MARK_HEADER, _STATUS_HEADER = Text("Mark"), Text("Outcome")
_CELLS_HEADER, _ROWS_HEADER = Text("Cells", context="share"), Text("New rows", context="share")
_REMOVED_HEADER, _CONFLICTS_HEADER = Text("Removed", context="share"), Text("Conflicts")
