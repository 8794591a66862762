"""The command approvals: list what waits for a decision, and approve or reject a request."""

from __future__ import annotations

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
    terminal_text,
    translated_option,
    verb_command,
)

if TYPE_CHECKING:
    from xl_salesflow.core.approval_answers import ApprovalsAnswer
    from xl_salesflow.core.pipelines import Pipeline


@verb_command("approvals")
@BOOK_ARGUMENT
@translated_option("--approve", "Approve this request, as the person of --as.", metavar="REQUEST")
@translated_option("--reject", "Reject this request, for a --reason.", metavar="REQUEST")
@translated_option("--reason", "Why you approve or reject it.", default="", metavar="TEXT")
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def approvals_command(book: Path, approve: str | None, reject: str | None, reason: str, **options: Any) -> int:

    if approve is not None and reject is not None:
        raise click.UsageError(terminal_text("give --approve or --reject, not both"))
    if approve is None and reject is None:
        return show_waiting_requests(book, options["as"] or "", options["json"], options["today"])
    return decide_waiting_request(book, approve, reject or "", reason, options)


def show_waiting_requests(path: Path, person: str, as_json: bool, today: date | None) -> int:
    """Print what waits for a decision: of anybody, or of *person*."""
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.verbs import approvals
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = ClosedBook(path).read(today or date.today())
    answer = approvals(pipeline, person).answer
    if as_json:
        print_json(answer)
    else:
        _print_requests(answer, pipeline)
    return 0


def _print_requests(answer: ApprovalsAnswer, pipeline: Pipeline) -> None:
    from xl_salesflow.core.deal_titles import name_row
    from xl_salesflow.schema.choice_lists import choice_label

    for row in answer.approvals:
        about = " · ".join(
            name_row(pipeline, "Deals", str(row[column])) if column == "deal" else str(row[column])
            for column in ("deal", "quote", "stage", "gates")
            if row[column]
        )
        kind = choice_label("approval_kind", str(row["kind"]), pipeline.language)
        click.echo(f"{row['approval']} {kind} · {about} — {row['why']} ({row['asked_by']}, {row['asked']})")
        click.echo(f"    → {row['waits_for']}")
    click.echo(
        terminal_text("{count} {count:request waits|requests wait} for a decision.", count=len(answer.approvals))
    )


def decide_waiting_request(path: Path, approve: str | None, reject: str, reason: str, options: dict[str, Any]) -> int:
    """Approve or reject a request, and carry out what it allows."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.process.approval_decisions import ApprovalChoice
    from xl_salesflow.verbs import decide

    choice = ApprovalChoice(approve or reject, approve is not None, reason)
    session = WorkbookSession(path, options["as"], options["today"], options["dry_run"])
    plan = session.write(partial(decide, choice=choice, run=session.run))
    print_change_set(path, plan, options["dry_run"], options["json"], session.pipeline)
    return 0
