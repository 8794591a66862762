"""The command log: mails and appointments become activities of their deals."""

from __future__ import annotations

from collections import Counter
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
from xl_salesflow.locale.texts import LABEL_AND_VALUE, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.intake_answers import LoggedMessage, LoggedMessages
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.core.verb_answers import RunAnswer

_FATES: Mapping[str, Text] = {
    "added": Text("Logged", context="mails"),
    "changed": Text("Changed", context="mails"),
    "cancelled": Text("Called off", context="mails"),
    "known": Text("Logged before", context="mails"),
    "answer": Text("Answers to invitations", context="mails"),
    "asked": Text("To be assigned to a deal", context="mails"),
    "unknown": Text("From nobody known", context="mails"),
    "internal": Text("Without a customer", context="mails"),
    "automatic": Text("Written by a program", context="mails"),
    "own": Text("Made by salesflow", context="mails"),
    "left_out": Text("Not readable", context="mails"),
}
_MOST_SHOWN = 20


@verb_command("log")
@BOOK_ARGUMENT
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@translated_option("--deal", "The deal that all these messages are about.", default="", metavar="DEAL")
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def log_command(
    book: Path, files: tuple[Path, ...], deal: str, dry_run: bool, json: bool, today: date | None, **who: Any
) -> int:
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.imports.messages.message_files import list_message_files, read_messages
    from xl_salesflow.imports.messages.message_log import log_messages, make_recurrence_window
    from xl_salesflow.verbs import bring_in

    found = list_message_files(files)
    session = WorkbookSession(book, who["as"], today, dry_run)

    def log(pipeline: Pipeline) -> ChangeSet[RunAnswer[LoggedMessages]]:
        messages = read_messages(found, make_recurrence_window(pipeline))
        return bring_in(pipeline, log_messages(pipeline, messages, deal), session.run)

    plan = session.write(log)
    if not json:
        print_logged_messages(plan.answer.result.messages)
    print_change_set(book, plan, dry_run, json, session.pipeline)
    return 1 if plan.blocks else 0


def print_logged_messages(messages: tuple[LoggedMessage, ...]) -> None:
    """Print what was logged, and how many messages of each kind were not."""
    from xl_salesflow.cli.screen_layout import print_screen_table

    rows = [
        (str(one.day or ""), one.deal, one.contact, one.subject)
        for one in messages
        if one.fate in ("added", "changed", "cancelled") and one.deal
    ]
    if rows:
        headers = tuple(map(terminal_text, (Text("Date"), Text("Deal"), Text("Contact"), Text("Subject"))))
        print_screen_table(headers, rows[:_MOST_SHOWN])
    if len(rows) > _MOST_SHOWN:
        click.echo(terminal_text("… and {count} more; --json has them all.", count=len(rows) - _MOST_SHOWN))
    counts = Counter(str(one.fate) for one in messages)
    for fate, text in _FATES.items():
        if counts[fate]:
            click.echo(terminal_text(LABEL_AND_VALUE, label=text, value=counts[fate]))
