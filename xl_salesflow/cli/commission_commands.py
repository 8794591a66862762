"""The command commission: statements line by line on the screen, as JSON or as a page each, and what a deal would bring."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    JSON_OPTION,
    TODAY_OPTION,
    day_or_today,
    parse_amount_option,
    parse_day_option,
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.locale.texts import COMMA_SEPARATOR, Language, Text

if TYPE_CHECKING:
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.commission_answers import (
        CommissionAnswer,
        CommissionLine,
        CommissionStatement,
        CommissionWhatIf,
    )
    from xl_salesflow.metrics.readings.commission_statements import CommissionRequest

_NO_COMMISSION = Text("No commission from {start} to {end}: a plan, its rates, and won deals of its people are needed.")
_HEADLINE = Text("{person} · {plan} · {start} to {end}")
_TOTAL = Text("Total {total} = earned {earned}, taken back {back}")
_CAPPED = Text("The cap cut off {capped}")
_SUM = Text("All statements from {start} to {end}: {total}")
_NOT_CREDITED = Text("Nobody is credited with {deals}: correct the shares of the split, or choose an owner.")
_WITHOUT_PLAN = Text("No plan pays {people} for what they are credited with.")
_WHAT_IF = Text("{deal} won for {amount} on {day} brings {more}")
_WHAT_IF_NOTHING = Text("{deal} won for {amount} on {day} brings nobody a commission: no plan pays for it.")
_GAIN = Text("{person} · {plan}: {more} more ({before} → {after})")
_LINE_COLUMNS = (
    Text("Deal", context="document"), Text("Day"), Text("Credited value", context="Credits"), Text("Rates"), Text("Commission"),
)  # fmt: skip
_DEAL_WIDTH = 24


@verb_command("commission")
@BOOK_ARGUMENT
@translated_option("--person", "Only this person.", metavar="NAME")
@translated_option(
    "--from", "Periods from this day on; default: the current quarter.", callback=parse_day_option, metavar="D"
)
@translated_option(
    "--to", "Periods up to this day; default: the current quarter.", callback=parse_day_option, metavar="D"
)
@translated_option("--what-if", "Say what each person would earn more if this open deal were won.", metavar="DEAL")
@translated_option(
    "--amount", "With --what-if: for this amount instead of its own.", callback=parse_amount_option, metavar="X"
)
@translated_option("--on", "With --what-if: on this day instead of today.", callback=parse_day_option, metavar="D")
@translated_option("--as-of", "Count nothing after this day.", callback=parse_day_option, metavar="D")
@click.option(
    "--statement",
    help=terminal_text("Write a page for each person into this folder."),
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
)
@JSON_OPTION
@TODAY_OPTION
def commission_command(book: Path, json: bool, today: date | None, statement: Path | None, **options: Any) -> int:

    from xl_salesflow.metrics.readings.commission_statements import CommissionRequest
    from xl_salesflow.schema.named_values import Query

    asked = CommissionRequest(
        options["person"] or "",
        options["from"],
        options["to"],
        options["what_if"] or "",
        options["amount"],
        options["on"],
    )
    return show_commission(book, asked, Query(options["as_of"]), statement, json, today)


def show_commission(
    path: Path, asked: CommissionRequest, query: Any, folder: Path | None, as_json: bool, today: date | None
) -> int:
    """Print the statements and the what-if, or write a page for each person into *folder*."""
    from xl_salesflow.cli.screen_output import print_files, print_json
    from xl_salesflow.documents.document_writer import write_document_files
    from xl_salesflow.engine import apply_query
    from xl_salesflow.verbs import commission
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = apply_query(ClosedBook(path).read(day_or_today(today)), query)
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    plan = commission(pipeline, asked, datetime.combine(today, now.time()) if today else now)
    if folder is not None:
        written = [write_document_files(one, folder, pipeline.language, ("html",)) for one in plan.documents]
        files = [file for one in written for file in one]
        if as_json:
            print_files(plan, files, as_json)
        for file in () if as_json else files:
            click.echo(str(file))
    elif as_json:
        print_json(plan.answer)
    else:
        _print_commission(plan, pipeline.language)
    return 0


def _print_commission(plan: ChangeSet[CommissionAnswer], language: Language) -> None:
    from xl_salesflow.cli.screen_layout import format_exact_amount, print_wrapped_line, style_text

    answer = plan.answer
    if answer.what_if is not None:
        _print_what_if(answer.what_if, language)
        return
    for statement in answer.statements:
        _print_statement(statement, language)
    days = {"start": answer.from_, "end": answer.to}
    if answer.statements:
        click.echo(style_text(_SUM.in_(language, total=format_exact_amount(answer.total), **days), "head"))
    else:
        print_wrapped_line(_NO_COMMISSION.in_(language, **days))
    separator = COMMA_SEPARATOR.in_(language)
    if answer.not_credited:
        print_wrapped_line(_NOT_CREDITED.in_(language, deals=separator.join(answer.not_credited)))
    if answer.without_plan:
        print_wrapped_line(_WITHOUT_PLAN.in_(language, people=separator.join(answer.without_plan)))


def _print_statement(statement: CommissionStatement, language: Language) -> None:
    from xl_salesflow.cli.screen_layout import format_exact_amount, print_screen_table, print_wrapped_line, style_text

    heading = _HEADLINE.in_(
        language, person=statement.person, plan=statement.plan, start=statement.from_, end=statement.to
    )
    click.echo(style_text(heading, "head"))
    for sentence in statement.rule:
        print_wrapped_line(sentence, 2)
    if statement.lines:
        click.echo("")
        print_screen_table(
            [text.in_(language) for text in _LINE_COLUMNS], list(_list_statement_lines(statement, language))
        )
    amounts = {"total": statement.total, "earned": statement.earned, "back": statement.taken_back}
    print_wrapped_line(_TOTAL.in_(language, **{name: format_exact_amount(value) for name, value in amounts.items()}))
    if statement.capped:
        print_wrapped_line(_CAPPED.in_(language, capped=format_exact_amount(statement.capped)))
    click.echo("")


def _list_statement_lines(statement: CommissionStatement, language: Language) -> Iterator[list[str]]:
    from xl_salesflow.cli.screen_layout import format_exact_amount
    from xl_salesflow.core.deal_titles import deal_title
    from xl_salesflow.locale.text_widths import cut_to_width

    for line in statement.lines:
        yield [
            cut_to_width(f"{line.deal} {deal_title(line.deal, line.name, line.account)}", _DEAL_WIDTH),
            f"{line.day:%Y-%m-%d}",
            format_exact_amount(line.credited) if line.kind == "earned" else "—",
            word_line_rates(line, language),
            format_exact_amount(line.amount),
        ]


def word_line_rates(line: CommissionLine, language: Language) -> str:
    """Return the rates of a line, such as 5% + 8%, or why it is taken back."""
    from xl_salesflow.core.commission_answers import RETURN_REASONS
    from xl_salesflow.metrics.readings.commission_words import format_rate

    if line.kind != "earned":
        return RETURN_REASONS[line.kind].in_(language)
    return " + ".join(format_rate(step.rate) for step in line.steps)


def _print_what_if(found: CommissionWhatIf, language: Language) -> None:
    from xl_salesflow.cli.screen_layout import format_exact_amount, print_wrapped_line, style_text

    facts = {"deal": " ".join(filter(None, (found.deal, found.account))), "day": found.day}
    amounts = {"amount": format_exact_amount(found.amount), "more": format_exact_amount(found.more)}
    if not found.gains:
        print_wrapped_line(_WHAT_IF_NOTHING.in_(language, **facts, **amounts))
        return
    click.echo(style_text(_WHAT_IF.in_(language, **facts, **amounts), "head"))
    for gain in found.gains:
        values = {"more": gain.more, "before": gain.before, "after": gain.after}
        shown = {name: format_exact_amount(value) for name, value in values.items()}
        print_wrapped_line(_GAIN.in_(language, person=gain.person, plan=gain.plan, **shown))
        for sentence in gain.because:
            print_wrapped_line(sentence, 2)
