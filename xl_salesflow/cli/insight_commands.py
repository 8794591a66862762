"""The command insights: what goes with winning, how people compare, how cohorts of deals turn out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    JSON_OPTION,
    TODAY_OPTION,
    WHERE_OPTION,
    day_or_today,
    parse_day_option,
    read_query_options,
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.cli.sheet_commands import WRITE_OPTION, fill_sheets


@verb_command("insights")
@BOOK_ARGUMENT
@translated_option("--part", "Only this part; default: all.", type=click.Choice(("wins", "people", "cohorts")))
@translated_option("--from", "First day of the period.", callback=parse_day_option, metavar="D")
@translated_option("--to", "Last day of the period.", callback=parse_day_option, metavar="D")
@translated_option("--owner", "Only this owner.", metavar="NAME")
@translated_option("--product", "Only this product.", metavar="NAME")
@translated_option("--source", "Only this source.", metavar="NAME")
@translated_option("--region", "Only this region.", metavar="NAME")
@translated_option("--channel", "Only this channel.", metavar="NAME")
@translated_option("--playbook", "Only this playbook.", metavar="NAME")
@WRITE_OPTION
@WHERE_OPTION
@JSON_OPTION
@TODAY_OPTION
def insights_command(book: Path, json: bool, today: date | None, part: str | None, write: bool, **options: Any) -> int:

    if write:
        if part != "cohorts":
            raise click.UsageError(terminal_text("only the part cohorts has sheets; write --part cohorts"))
        return fill_sheets(book, "cohorts", "Cohorts", today)
    return show_insights(book, part or "", json, today, options)


def show_insights(path: Path, part: str, as_json: bool, today: date | None, options: dict[str, Any]) -> int:
    """Print the insights; *options* are the period and the filters of the command."""
    from xl_salesflow.cli.insight_output import print_insights
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.engine import apply_query
    from xl_salesflow.verbs import insights
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = apply_query(ClosedBook(path).read(day_or_today(today)), read_query_options({**options, "as_of": None}))
    answer = insights(pipeline, part).answer
    if as_json:
        print_json(answer)
    else:
        print_insights(answer, pipeline)
    return 0
