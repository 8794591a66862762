"""The command recurring: recurring revenue and its retention, the bridge by month, and the contracts that end next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    JSON_OPTION,
    TODAY_OPTION,
    day_or_today,
    parse_day_option,
    translated_option,
    verb_command,
)
from xl_salesflow.locale.texts import Language, Text

if TYPE_CHECKING:
    from xl_salesflow.core.recurring_answers import RecurringAnswer
    from xl_salesflow.schema.named_values import Query

_RECURRING_VALUE = Text("{monthly} per month (MRR), {yearly} per year (ARR), from {count} {count:customer|customers}")
_RETENTION = Text("Of {value} per month a year ago: gross retention {gross}, net retention {net}")
_ENDING = Text("To be renewed soon: {value} per month")
_NO_CONTRACTS = Text("No contract is running.")
_NONE_ENDING = Text("No contract is to be renewed now.")
_CONTRACTS_LISTED = 40
_SERVICE_WIDTH = 14
_MORE_CONTRACTS = Text("{count} more {count:contract|contracts}; --json lists all.")
_MONTH_COLUMNS = ("month", "opening", "new_value", "expansion", "contraction", "churn", "closing")
_CONTRACT_COLUMNS = ("account", "name", "monthly", "last", "days_left", "status")


@verb_command("recurring")
@BOOK_ARGUMENT
@translated_option("--owner", "Only this owner.", metavar="NAME")
@translated_option("--ending", "List only the contracts that are to be renewed.", is_flag=True)
@translated_option("--as-of", "The numbers as of this day.", callback=parse_day_option, metavar="D")
@JSON_OPTION
@TODAY_OPTION
def recurring_command(
    book: Path, owner: str | None, ending: bool, json: bool, today: date | None, **options: Any
) -> int:

    from xl_salesflow.schema.named_values import Query

    return show_recurring(book, Query(options["as_of"]), owner or "", ending, json, day_or_today(today))


def show_recurring(path: Path, query: Query, owner: str, ending: bool, as_json: bool, today: date) -> int:
    """Print recurring revenue, its bridge by month, and the current contracts of everybody or one *owner*."""
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.engine import apply_query
    from xl_salesflow.verbs import recurring
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = apply_query(ClosedBook(path).read(today), query)
    answer = recurring(pipeline, owner, ending).answer
    if as_json:
        print_json(answer)
    else:
        print_recurring(answer, pipeline.language, ending)
    return 0


def print_recurring(answer: RecurringAnswer, language: Language, ending_only: bool) -> None:
    """Print the headlines, the bridge by month without cents, and the current contracts; of no contract ever, one line."""
    from xl_salesflow.cli.screen_layout import list_column_headers, print_screen_table, print_wrapped_line, style_text

    if not answer.contracts and not any(row.opening or row.new_value or row.closing for row in answer.months):
        print_wrapped_line(_NO_CONTRACTS.in_(language))
        return
    for style, line in _word_recurring(answer, language):
        click.echo(style_text(line, style)) if style else print_wrapped_line(line)
    click.echo("")
    print_screen_table(list_column_headers("RecurringMonths", _MONTH_COLUMNS, language), _list_bridge(answer))
    click.echo("")
    if not answer.contracts:
        print_wrapped_line((_NONE_ENDING if ending_only else _NO_CONTRACTS).in_(language))
        return
    heads = list_column_headers("Subscriptions", _CONTRACT_COLUMNS, language)
    print_screen_table(heads, _list_contracts(answer, language))
    if len(answer.contracts) > _CONTRACTS_LISTED:
        click.echo(_MORE_CONTRACTS.in_(language, count=len(answer.contracts) - _CONTRACTS_LISTED))


def _word_recurring(answer: RecurringAnswer, language: Language) -> Iterator[tuple[str, str]]:
    from xl_salesflow.cli.screen_layout import format_round_value, format_screen_value
    from xl_salesflow.metrics.metric_declaration import Unit

    figures = answer.figures
    monthly, yearly = (format_round_value(value) for value in (figures.monthly_value, figures.yearly_value))
    yield "head", _RECURRING_VALUE.in_(language, monthly=monthly, yearly=yearly, count=figures.customer_count)
    if figures.year_ago_value:
        yield (
            "",
            _RETENTION.in_(
                language,
                value=format_round_value(figures.year_ago_value),
                gross=format_screen_value(figures.gross_retention, Unit.RATIO),
                net=format_screen_value(figures.net_retention, Unit.RATIO),
            ),
        )
    if figures.ending_value:
        yield "", _ENDING.in_(language, value=format_round_value(figures.ending_value))


def _list_bridge(answer: RecurringAnswer) -> list[list[str]]:
    from xl_salesflow.cli.screen_layout import format_round_value

    return [
        [
            f"{row.month:%Y-%m}",
            *(
                format_round_value(value)
                for value in (row.opening, row.new_value, row.expansion, row.contraction, row.churn, row.closing)
            ),
        ]
        for row in answer.months
    ]


def _list_contracts(answer: RecurringAnswer, language: Language) -> list[list[str]]:
    from xl_salesflow.cli.screen_layout import format_screen_value
    from xl_salesflow.locale.text_widths import cut_to_width
    from xl_salesflow.schema.choice_lists import choice_label

    return [
        [
            str(row["account"] or row["subscription"]),
            cut_to_width(str(row["name"] or row["subscription"]), _SERVICE_WIDTH),
            format_screen_value(row["monthly"]),
            str(row["last"] or "—"),
            format_screen_value(row["days_left"]),
            choice_label("subscription_status", str(row["status"]), language),
        ]
        for row in answer.contracts[:_CONTRACTS_LISTED]
    ]
