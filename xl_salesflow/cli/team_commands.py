"""The commands assign and holidays: owners of deals, and days off."""

from __future__ import annotations

from collections.abc import Sequence
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
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.core.verb_answers import RunAnswer


@verb_command("assign")
@BOOK_ARGUMENT
@translated_option(
    "--how",
    "In turn, or to whoever has the fewest open deals; default: as in Settings.",
    type=click.Choice(["in_turn", "least_busy"]),
)
@translated_option(
    "--reclaim",
    "First reclaim open deals that nobody has worked on for this many days.",
    type=click.IntRange(min=1),
    metavar="DAYS",
)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def assign_command(
    book: Path, how: str | None, reclaim: int | None, dry_run: bool, json: bool, today: date | None, **who: Any
) -> int:

    return assign_deals(book, how or "", reclaim, dry_run, json, today, who["as"])


@verb_command("holidays")
@BOOK_ARGUMENT
@click.argument("country", metavar=terminal_text("COUNTRY"))
@translated_option(
    "--year",
    "A year; may be repeated. Default: this year and the next.",
    type=click.IntRange(1950, 2100),
    multiple=True,
    metavar="Y",
)
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def holidays_command(
    book: Path, country: str, year: tuple[int, ...], dry_run: bool, json: bool, today: date | None, **who: Any
) -> int:

    return add_holidays(book, country, year, dry_run, json, today, who["as"])


def assign_deals(
    path: Path, how: str, days: int | None, dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Assign owners to the deals without one and print the assignments."""
    from xl_salesflow.cli.printed_answers import AssignedDeal, AssignReport
    from xl_salesflow.cli.screen_output import print_json, print_own_formulas
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import assign

    session = WorkbookSession(path, by, today, dry_run)
    plan = session.write(partial(assign, run=session.run, how=how, days=days))
    given = [change for change in plan.changes if (change.table, change.column) == ("Deals", "owner")]
    if as_json:
        deals = tuple(AssignedDeal(c.key, c.before or None, c.after or None, c.because) for c in given)
        print_json(AssignReport(str(path), dry_run, deals, plan.own_formulas))
        return 0
    pool = terminal_text("the pool")
    for change in given:
        click.echo(f"{change.key}: {change.before or pool} → {change.after or pool} ({change.because})")
    for finding in plan.findings:
        if finding.rule == "unassigned":
            click.echo(f"! {finding.message}")
    done = terminal_text("would change owner; nothing was written") if dry_run else terminal_text("changed owner")
    click.echo(terminal_text("{path}: {count} {count:deal|deals} {done}.", path=path, count=len(given), done=done))
    print_own_formulas(plan.own_formulas)
    return 0


def add_holidays(
    path: Path, country: str, years: Sequence[int], dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Add the holidays of *country*; days that the sheet has already are not changed."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.process.working_days import make_country_holidays
    from xl_salesflow.verbs import holidays

    session = WorkbookSession(path, by, today, dry_run)
    chosen_years = years or (session.run.now.year, session.run.now.year + 1)

    def make(pipeline: Pipeline) -> ChangeSet[RunAnswer]:
        return holidays(pipeline, make_country_holidays(country, chosen_years, pipeline.language), session.run)

    plan = session.write(make)
    print_change_set(path, plan, dry_run, as_json, session.pipeline)
    return 0
