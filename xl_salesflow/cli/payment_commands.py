"""The command payments: what came in, what is still to pay by age, cash by month, and the open instalments."""

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
    from xl_salesflow.core.payment_answers import PaymentsAnswer
    from xl_salesflow.schema.named_values import Query

_STILL_TO_PAY = Text("Still to pay {open}, of it overdue {overdue}")
_COLLECTED = Text("Collected {collected} of {due} due in the period ({rate})")
_PAID_AFTER = Text("Invoices are paid after {days} {days:day|days} on average ({count} {count:instalment|instalments})")
_NO_INSTALMENTS = Text("No instalment is open.")
_NAME_WIDTH = 14
_LISTED_AT_MOST = 40
_MORE_INSTALMENTS = Text("{count} more; --json lists all.")


@verb_command("payments")
@BOOK_ARGUMENT
@translated_option("--owner", "Only this owner.", metavar="NAME")
@translated_option("--overdue", "List overdue instalments only.", is_flag=True)
@translated_option("--as-of", "The numbers as of this day.", callback=parse_day_option, metavar="D")
@translated_option("--from", "First day of the period.", callback=parse_day_option, metavar="D")
@translated_option("--to", "Last day of the period.", callback=parse_day_option, metavar="D")
@JSON_OPTION
@TODAY_OPTION
def payments_command(
    book: Path, owner: str | None, overdue: bool, json: bool, today: date | None, **options: Any
) -> int:

    from xl_salesflow.schema.named_values import Query

    query = Query(options["as_of"], options["from"], options["to"])
    return show_payments(book, query, owner or "", overdue, json, day_or_today(today))


def show_payments(path: Path, query: Query, owner: str, overdue: bool, as_json: bool, today: date) -> int:
    """Print receivables, collections and expected cash, and the open instalments of everybody or one *owner*."""
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.engine import apply_query
    from xl_salesflow.verbs import payments
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = apply_query(ClosedBook(path).read(today), query)
    answer = payments(pipeline, owner, overdue).answer
    if as_json:
        print_json(answer)
    else:
        print_payments(answer, pipeline.language)
    return 0


def print_payments(answer: PaymentsAnswer, language: Language) -> None:
    """Print the headlines, receivables by age, cash by month, and the open instalments."""
    from xl_salesflow.cli.screen_layout import list_column_headers, print_screen_table, print_wrapped_line, style_text

    for style, line in _word_headlines(answer, language):
        click.echo(style_text(line, style) if style else line)
    for table, columns, rows in (
        ("Receivables", ("age", "payment_count", "open_value", "share"), _list_ages(answer)),
        ("CashMonths", ("month", "due_value", "collected", "collected_rate", "expected"), _list_months(answer)),
    ):
        click.echo("")
        print_screen_table(list_column_headers(table, columns, language), rows)
    click.echo("")
    if not answer.payments:
        print_wrapped_line(_NO_INSTALMENTS.in_(language))
        return
    heads = list_column_headers(
        "Payments", ("account", "name", "open_amount", "due_on", "days_overdue", "status"), language
    )
    print_screen_table(heads, _list_payments(answer, language))
    if len(answer.payments) > _LISTED_AT_MOST:
        click.echo(_MORE_INSTALMENTS.in_(language, count=len(answer.payments) - _LISTED_AT_MOST))


def _word_headlines(answer: PaymentsAnswer, language: Language) -> Iterator[tuple[str, str]]:
    from xl_salesflow.cli.screen_layout import format_screen_value
    from xl_salesflow.metrics.metric_declaration import Unit

    figures = answer.collections
    amounts = {"open": figures.open_value, "overdue": figures.overdue_value}
    shown = {name: format_screen_value(amount) for name, amount in amounts.items()}
    yield "head", _STILL_TO_PAY.in_(language, **shown)
    yield (
        "",
        _COLLECTED.in_(
            language,
            collected=format_screen_value(figures.collected),
            due=format_screen_value(figures.due_value),
            rate=format_screen_value(figures.collected_rate, Unit.RATIO),
        ),
    )
    if figures.days_to_pay is not None:
        yield "", _PAID_AFTER.in_(language, days=f"{figures.days_to_pay:.0f}", count=figures.paid_count)


def _list_ages(answer: PaymentsAnswer) -> list[list[str]]:
    from xl_salesflow.cli.screen_layout import format_screen_value
    from xl_salesflow.metrics.metric_declaration import Unit

    return [
        [
            row.label,
            format_screen_value(row.payment_count),
            format_screen_value(row.open_value),
            format_screen_value(row.share, Unit.RATIO),
        ]
        for row in answer.receivables
    ]


def _list_months(answer: PaymentsAnswer) -> list[list[str]]:
    from xl_salesflow.cli.screen_layout import format_screen_value
    from xl_salesflow.metrics.metric_declaration import Unit

    return [
        [
            f"{row.month:%Y-%m}",
            format_screen_value(row.due_value),
            format_screen_value(row.collected),
            format_screen_value(row.collected_rate, Unit.RATIO),
            format_screen_value(row.expected),
        ]
        for row in answer.months
    ]


def _list_payments(answer: PaymentsAnswer, language: Language) -> list[list[str]]:
    from xl_salesflow.cli.screen_layout import format_screen_value
    from xl_salesflow.locale.text_widths import cut_to_width
    from xl_salesflow.schema.choice_lists import choice_label

    return [
        [
            str(row["account"] or row["deal"]),
            cut_to_width(str(row["name"] or row["payment"]), _NAME_WIDTH),
            format_screen_value(row["open_amount"]),
            str(row["due_on"] or "—"),
            format_screen_value(row["days_overdue"]),
            choice_label("payment_status", str(row["status"]), language),
        ]
        for row in answer.payments[:_LISTED_AT_MOST]
    ]
