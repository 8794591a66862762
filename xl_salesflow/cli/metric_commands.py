"""The commands funnel, plan, compare, report and audit, which only read the workbook.

Only report imports the documents, so that the daily commands start faster.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    GROUP_OR_HEADER,
    JSON_OPTION,
    TERMINAL_LANGUAGE,
    TODAY_OPTION,
    WHERE_OPTION,
    day_or_today,
    group_by_column,
    parse_amount_option,
    parse_day_option,
    read_query_options,
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.verb_catalogue import VERBS

if TYPE_CHECKING:
    from xl_salesflow.schema.named_values import Query


def show_funnel(
    path: Path,
    view: Query,
    by: str | None,
    then: date | None,
    as_json: bool,
    today: date | None,
    wants_all: bool = False,
) -> int:
    """Show the funnel for a query; *then* is the day to compare with, *wants_all* adds every metric."""
    from xl_salesflow.cli.metric_output import print_funnel
    from xl_salesflow.engine import apply_query
    from xl_salesflow.verbs import funnel
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = apply_query(ClosedBook(path).read(day_or_today(today)), view)
    print_funnel(funnel(pipeline, by, then).answer, pipeline, as_json, wants_all)
    return 0


def show_sales_plan(
    path: Path, target: float | None, by: date | None, view: Query, as_json: bool, today: date | None
) -> int:
    """Show what is needed to reach the target."""
    from xl_salesflow.cli.metric_output import print_sales_plan
    from xl_salesflow.engine import apply_query
    from xl_salesflow.verbs import sales_plan
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = apply_query(ClosedBook(path).read(day_or_today(today)), view)
    print_sales_plan(sales_plan(pipeline, target, by).answer, pipeline.language, as_json)
    return 0


@verb_command("funnel")
@BOOK_ARGUMENT
@translated_option("--as-of", "The numbers as of this day.", callback=parse_day_option, metavar="D")
@translated_option("--from", "First day of the period.", callback=parse_day_option, metavar="D")
@translated_option("--to", "Last day of the period.", callback=parse_day_option, metavar="D")
@translated_option("--by", "One group of numbers per value.", type=GROUP_OR_HEADER)
@translated_option("--compare-to", "Add the value of every number on this day.", callback=parse_day_option, metavar="D")
@translated_option("--cohort", "Count won and lost by the day of creation.", is_flag=True)
@translated_option("--entered", "Count only stages that were really entered.", is_flag=True)
@translated_option("--all", "Print every number.", is_flag=True)
@translated_option("--owner", "Only this owner.", metavar="NAME")
@translated_option("--product", "Only this product.", metavar="NAME")
@translated_option("--source", "Only this source.", metavar="NAME")
@translated_option("--region", "Only this region.", metavar="NAME")
@translated_option("--channel", "Only this channel.", metavar="NAME")
@translated_option("--playbook", "Only this playbook.", metavar="NAME")
@WHERE_OPTION
@JSON_OPTION
@TODAY_OPTION
def funnel_command(
    book: Path, json: bool, today: date | None, by: str | None, compare_to: date | None, **options: Any
) -> int:

    wants_all = options.pop("all")
    return show_funnel(book, read_query_options(options), group_by_column(by), compare_to, json, today, wants_all)


@verb_command("plan")
@BOOK_ARGUMENT
@translated_option(
    "--target",
    "Value to win; default: the workbook's own target.",
    callback=parse_amount_option,
    metavar="VALUE",
)
@translated_option(
    "--by",
    "Last day to win it; default: the end of the year.",
    callback=parse_day_option,
    metavar="D",
)
@translated_option("--as-of", "The numbers as of this day.", callback=parse_day_option, metavar="D")
@translated_option("--from", "First day of the period.", callback=parse_day_option, metavar="D")
@translated_option("--to", "Last day of the period.", callback=parse_day_option, metavar="D")
@translated_option("--owner", "Only this owner.", metavar="NAME")
@translated_option("--product", "Only this product.", metavar="NAME")
@translated_option("--channel", "Only this channel.", metavar="NAME")
@WHERE_OPTION
@JSON_OPTION
@TODAY_OPTION
def sales_plan_command(
    book: Path, target: float | None, by: date | None, json: bool, today: date | None, **options: Any
) -> int:

    return show_sales_plan(book, target, by, read_query_options(options), json, today)


@verb_command("report")
@BOOK_ARGUMENT
@translated_option(
    "--output",
    "The page to write.",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("report.html"),
    show_default=True,
    metavar="FILE",
)
@translated_option("--as-of", "The numbers as of this day.", callback=parse_day_option, metavar="D")
@translated_option("--from", "First day of the period.", callback=parse_day_option, metavar="D")
@translated_option("--to", "Last day of the period.", callback=parse_day_option, metavar="D")
@WHERE_OPTION
@TODAY_OPTION
def report_command(book: Path, output: Path, today: date | None, **options: Any) -> int:

    return write_report_page(book, output, read_query_options(options), today)


@verb_command("compare")
@BOOK_ARGUMENT
@click.argument("first", metavar=terminal_text("FIRST"))
@click.argument("second", metavar=terminal_text("SECOND"))
@translated_option("--by", "The column that the two values are from.", type=GROUP_OR_HEADER, default="source")
@translated_option("--as-of", "The numbers as of this day.", callback=parse_day_option, metavar="D")
@translated_option("--from", "First day of the period.", callback=parse_day_option, metavar="D")
@translated_option("--to", "Last day of the period.", callback=parse_day_option, metavar="D")
@translated_option("--cohort", "Count won and lost by the day of creation.", is_flag=True)
@WHERE_OPTION
@JSON_OPTION
@TODAY_OPTION
def compare_command(
    book: Path, first: str, second: str, by: str, json: bool, today: date | None, **options: Any
) -> int:

    return show_comparison(book, group_by_column(by) or by, (first, second), read_query_options(options), json, today)


@click.command(
    "audit", help=VERBS["audit"].tip.in_(TERMINAL_LANGUAGE), short_help=VERBS["audit"].tip.in_(TERMINAL_LANGUAGE)
)
@click.argument("book", type=click.Path(path_type=Path))
@click.option("--json", is_flag=True, help=terminal_text("Answer as JSON, with stable keys."))
def audit_command(book: Path, json: bool) -> int:
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.metrics.readings.sales_audit import answer_audit_questions
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = ClosedBook(book).read(date.today())
    answer = answer_audit_questions(pipeline)
    if json:
        print_json(answer)
        return 0
    unknown = Text("The workbook does not contain the answer.").in_(pipeline.language)
    for number, reply in enumerate(answer.audit, 1):
        click.echo(f"{number}. {reply.text}")
        click.echo(f"   {reply.answer or unknown}")
    return 0


_COMPARED_RATES_TEXT = Text(
    "{first}: {first_rate} of {first_closed} closed deals won; {second}: {second_rate} of {second_closed}."
)
_RATE_DIFFERENCE_TEXT = Text(
    "Difference {difference} percentage points (95 % interval {low} to {high}), p = {p_value}."
)
_COMPARISON_VERDICT_TEXTS = {
    "first": Text("{first} converts better."),
    "second": Text("{second} converts better."),
    "no difference": Text("The difference could be chance."),
    "too few": Text("Too few deals to tell a difference."),
}


def show_comparison(
    path: Path, column: str, sides: tuple[str, str], view: Query, as_json: bool, today: date | None
) -> int:
    """Print which of two values of *column* has the higher win rate, and whether the difference is significant."""
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.core.answers import answer_to_json
    from xl_salesflow.engine import apply_query
    from xl_salesflow.verbs import compare
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = apply_query(ClosedBook(path).read(today or date.today()), view)
    answer = compare(pipeline, column, *sides).answer
    if as_json:
        print_json(answer)
        return 0
    facts = {name: _format_comparison_fact(name, value) for name, value in answer_to_json(answer).items()}
    click.echo(_COMPARED_RATES_TEXT.in_(TERMINAL_LANGUAGE, **facts))
    if answer.difference is not None:
        click.echo(_RATE_DIFFERENCE_TEXT.in_(TERMINAL_LANGUAGE, **facts))
    click.echo(_COMPARISON_VERDICT_TEXTS[answer.verdict].in_(TERMINAL_LANGUAGE, **facts))
    return 0


def _format_comparison_fact(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name == "p_value":
        return f"{value:.3f}"
    if name in ("difference", "low", "high"):
        return f"{100 * value:+.1f}"
    return f"{value:.1%}" if isinstance(value, float) else str(value)


def write_report_page(path: Path, output: Path, view: Query, today: date | None) -> int:
    """Write the report page."""
    from xl_salesflow.core.file_saving import save_file_atomically
    from xl_salesflow.documents.document_writer import render_document
    from xl_salesflow.engine import apply_query
    from xl_salesflow.verbs import report
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = apply_query(ClosedBook(path).read(today or date.today()), view)
    plan = report(pipeline)
    save_file_atomically(output, render_document(plan.documents[0], pipeline.language, "html"), path)
    click.echo(str(output))
    return 0
