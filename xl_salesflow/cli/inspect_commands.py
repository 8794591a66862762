"""The command inspect: the open deals of the period for the weekly meeting, owner by owner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.documents.inspection_texts import INSPECTION_TEXTS
from xl_salesflow.locale.texts import Text

if TYPE_CHECKING:
    from xl_salesflow.core.inspection_answers import DealChange, InspectedDeal, InspectionAnswer, RecordedAmount
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.locale.texts import Language

_INSPECTION_SUBJECT = Text("{book} · {day} · changes since {since} · {currency}")
_CHANGED = Text("{column} {before} → {after}")
_PUSHED = Text("pushes: {count}")
_MISSING = Text("missing: {roles}")
_NEXT = Text("next: {step} ({day})")
_LEVELS = "▁▂▃▄▅▆▇█"


@verb_command("inspect")
@BOOK_ARGUMENT
@translated_option("--owner", "Only this owner.", metavar="NAME")
@translated_option(
    "--since", "Show what changed since this day; default: a week ago.", callback=parse_day_option, metavar="D"
)
@translated_option(
    "--expected-by",
    "Count deals expected to close by this day; default: the end of the quarter.",
    callback=parse_day_option,
    metavar="D",
)
@click.option(
    "--output",
    "-o",
    help=terminal_text("Write a page for the meeting, with filters, to this file."),
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
)
@JSON_OPTION
@TODAY_OPTION
def inspect_command(book: Path, json: bool, today: date | None, output: Path | None, **asked: Any) -> int:

    return show_inspection(book, output, json, today, **asked)


def show_inspection(
    path: Path,
    output: Path | None,
    as_json: bool,
    today: date | None,
    owner: str | None,
    since: date | None,
    expected_by: date | None,
) -> int:
    """Print the inspection, or write it as a page to *output*."""
    from xl_salesflow.cli.screen_output import print_files, print_json
    from xl_salesflow.metrics.readings.deal_inspection import InspectionRequest
    from xl_salesflow.verbs import inspect
    from xl_salesflow.workbook.closed_book import ClosedBook

    pipeline = ClosedBook(path).read(day_or_today(today))
    plan = inspect(pipeline, InspectionRequest(owner or "", since, expected_by))
    if output is not None:
        from xl_salesflow.documents.document_writer import write_document_file

        written = write_document_file(plan.documents[0], output, pipeline.language, "html")
        if as_json:
            print_files(plan, [written], as_json)
        else:
            click.echo(str(written))
    elif as_json:
        print_json(plan.answer)
    else:
        _print_inspection(plan.answer, pipeline)
    return 0


def _print_inspection(answer: InspectionAnswer, pipeline: Pipeline) -> None:
    from xl_salesflow.cli.screen_layout import SCREEN_WIDTH, format_round_value, print_wrapped_line, style_text
    from xl_salesflow.core.deal_titles import deal_title
    from xl_salesflow.locale.text_widths import screen_width
    from xl_salesflow.locale.texts import SEMICOLON_SEPARATOR

    language = pipeline.language
    facts = {"book": Path(pipeline.source).name, "day": answer.day.isoformat(), "since": answer.since.isoformat()}
    click.echo(
        style_text(_INSPECTION_SUBJECT.in_(language, **facts, currency=pipeline.settings.text("currency")), "head")
    )
    if not answer.owners:
        print_wrapped_line(INSPECTION_TEXTS["inspection_nothing"].in_(language, day=answer.expected_by.isoformat()))
    for owner in answer.owners:
        click.echo("")
        click.echo(style_text(f"{owner.owner or '—'} · {owner.count} · {format_round_value(owner.value)}", "head"))
        for deal in owner.deals:
            title = f"{deal.deal} {deal_title(deal.deal, deal.name, deal.account)}"
            amounts = f"{draw_sparkline(deal.amounts)} {format_round_value(deal.amount)}".strip()
            closes = deal.expected_close.isoformat() if deal.expected_close else "—"
            gap = SCREEN_WIDTH - 2 - screen_width(title) - screen_width(amounts) - len(closes) - 2
            if gap < 2:
                click.echo(f"  {title}")
                title, gap = "", SCREEN_WIDTH - 2 - screen_width(amounts) - len(closes) - 2
            click.echo(f"  {title}{' ' * gap}{amounts}  {closes}")
            if changes := [_word_change(change, language) for change in deal.changes]:
                print_wrapped_line("* " + SEMICOLON_SEPARATOR.in_(language).join(changes), 4)
            print_wrapped_line(SEMICOLON_SEPARATOR.in_(language).join(_word_standing(deal, language)), 4)
            for warning in deal.warnings:
                print_wrapped_line(f"! {warning}", 4)


def draw_sparkline(amounts: Sequence[RecordedAmount]) -> str:
    """Return the amounts as bars from the lowest to the highest level; "" if there was only one."""
    known = [one.amount or 0.0 for one in amounts][-12:]
    if len(known) < 2:
        return ""
    top = max(known) or 1.0
    return "".join(_LEVELS[max(0, min(7, round(amount / top * 7)))] for amount in known)


def _word_change(change: DealChange, language: Language) -> str:
    from xl_salesflow.cli.screen_layout import format_round_value
    from xl_salesflow.schema.choice_lists import choice_label
    from xl_salesflow.schema.table_registry import TABLES

    if change.column == "deal":
        if change.before is None:
            return INSPECTION_TEXTS["inspection_new"].in_(language)
        return INSPECTION_TEXTS["inspection_reopened"].in_(language, stage=change.before)
    column = TABLES["Deals"][change.column]
    ends = [
        format_round_value(choice_label(column.options, end, language) if isinstance(end, str) else end)
        for end in (change.before, change.after)
    ]
    return _CHANGED.in_(language, column=column.header, before=ends[0], after=ends[1])


def _word_standing(deal: InspectedDeal, language: Language) -> Iterator[str]:
    """Yield pace, pushes, missing persons and next step of a deal."""
    from xl_salesflow.cli.screen_layout import format_screen_value
    from xl_salesflow.locale.texts import COMMA_SEPARATOR
    from xl_salesflow.schema.choice_lists import choice_label

    if deal.days_in_stage is not None:
        facts = {"days": deal.days_in_stage, "stage": deal.stage, "count": deal.won_deals}
        if deal.stage_rank is None:
            yield INSPECTION_TEXTS["inspection_pace_alone"].in_(language, **facts)
        else:
            usual = format_screen_value(deal.usual_days)
            yield INSPECTION_TEXTS["inspection_pace"].in_(language, usual=usual, rank=f"{deal.stage_rank:.0%}", **facts)
    if deal.pushes:
        yield _PUSHED.in_(language, count=deal.pushes)
    if deal.missing:
        roles = COMMA_SEPARATOR.in_(language).join(
            choice_label("decision_role", each, language) for each in deal.missing
        )
        yield _MISSING.in_(language, roles=roles)
    if deal.next_step:
        day = deal.next_step_date.isoformat() if deal.next_step_date else "—"
        yield _NEXT.in_(language, step=deal.next_step, day=day)
