"""The commands forecast and accuracy: what will be won, and how right such forecasts were."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    JSON_OPTION,
    TODAY_OPTION,
    day_or_today,
    parse_day_option,
    translated_option,
    verb_command,
)
from xl_salesflow.cli.sheet_commands import WRITE_OPTION, fill_sheets


@verb_command("forecast")
@BOOK_ARGUMENT
@translated_option(
    "--from", "First day of the period; default: of the quarter.", callback=parse_day_option, metavar="D"
)
@translated_option("--to", "Last day of the period; default: of the quarter.", callback=parse_day_option, metavar="D")
@WRITE_OPTION
@JSON_OPTION
@TODAY_OPTION
def forecast_command(book: Path, json: bool, today: date | None, write: bool, **options: date | None) -> int:

    if write:
        return fill_sheets(book, "forecast", "Outlook", today)
    return show_forecast(book, options["from"], options["to"], json, today)


def show_forecast(path: Path, start: date | None, end: date | None, as_json: bool, today: date | None) -> int:
    """Print what will be won from *start* to *end*."""
    from xl_salesflow.cli.forecast_output import print_forecast
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.verbs import forecast
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = ClosedBook(path).read(day_or_today(today))
    answer = forecast(pipeline, start, end).answer
    if as_json:
        print_json(answer)
    else:
        print_forecast(answer, pipeline)
    return 0


@verb_command("accuracy")
@BOOK_ARGUMENT
@WRITE_OPTION
@JSON_OPTION
@TODAY_OPTION
def accuracy_command(book: Path, json: bool, today: date | None, write: bool) -> int:

    if write:
        return fill_sheets(book, "accuracy", "ForecastErrors", today)
    return show_accuracy(book, json, today)


def show_accuracy(path: Path, as_json: bool, today: date | None) -> int:
    """Print how right the forecasts of the past were."""
    from xl_salesflow.cli.accuracy_output import print_accuracy
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.verbs import accuracy
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = ClosedBook(path).read(day_or_today(today))
    answer = accuracy(pipeline).answer
    if as_json:
        print_json(answer)
    else:
        print_accuracy(answer, pipeline)
    return 0
