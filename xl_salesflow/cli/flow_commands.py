"""The command flow: how the open pipeline became what it is, as a table with bars, or with the deals of each step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    GROUP_BY_CHOICES,
    JSON_OPTION,
    TODAY_OPTION,
    WHERE_OPTION,
    day_or_today,
    group_by_column,
    parse_day_option,
    read_query_options,
    translated_option,
    verb_command,
)
from xl_salesflow.cli.sheet_commands import WRITE_OPTION, fill_sheets
from xl_salesflow.locale.texts import Text

if TYPE_CHECKING:
    from xl_salesflow.core.flow_answers import FlowAnswer, FlowDeal, FlowSteps
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.locale.texts import Language

_FLOW_SUBJECT = Text("{book} · {start} to {end} · {filters} · {currency}")
_ALL_DEALS = Text("all deals")
_CONSIDERED = Text("Open deals that are expected to close by {day} or have no expected close.")
_NOT_RECORDED = Text(
    "For {count} of these deals, changes of amount and expected close are recorded only from {day} at the latest; what "
    "changed before counts on the day it was first recorded."
)
_STEP_HEADS = (Text("Step", context="flow"), Text("Deals", context="number"), Text("Value", context="money"))
_GROUP_HEADS = (
    Text("Name"),
    Text("Opening", context="flow"),
    Text("Came in", context="flow"),
    Text("Won"),
    Text("Fell away", context="flow"),
    Text("Closing", context="flow"),
)
_BAR_WIDTH = 30
_CAME_IN = ("new", "raised", "pulled_in", "reopened")
_FELL_AWAY = ("lowered", "pushed_out", "lost", "removed")


@verb_command("flow")
@BOOK_ARGUMENT
@translated_option("--from", "First day of the period.", callback=parse_day_option, metavar="D")
@translated_option("--to", "Last day of the period.", callback=parse_day_option, metavar="D")
@translated_option(
    "--period",
    "Without --from: the week, month or quarter up to the last day.",
    type=click.Choice(("week", "month", "quarter")),
    default="quarter",
    show_default=True,
)
@translated_option(
    "--expected-by",
    "Count deals expected to close by this day; default: the end of the quarter.",
    callback=parse_day_option,
    metavar="D",
)
@translated_option("--by", "One group of numbers per value.", type=click.Choice(GROUP_BY_CHOICES))
@translated_option("--deals", "List the deals of each step.", is_flag=True)
@translated_option("--owner", "Only this owner.", metavar="NAME")
@translated_option("--product", "Only this product.", metavar="NAME")
@translated_option("--source", "Only this source.", metavar="NAME")
@translated_option("--region", "Only this region.", metavar="NAME")
@translated_option("--channel", "Only this channel.", metavar="NAME")
@translated_option("--playbook", "Only this playbook.", metavar="NAME")
@WHERE_OPTION
@WRITE_OPTION
@JSON_OPTION
@TODAY_OPTION
def flow_command(book: Path, json: bool, today: date | None, write: bool, **options: Any) -> int:

    if write:
        return fill_sheets(book, "flow", "FlowSteps", today)
    return show_flow(book, json, today, options)


def show_flow(path: Path, as_json: bool, today: date | None, options: dict[str, Any]) -> int:
    """Show what came into the pipeline, changed and left; *options* are those of the command."""
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.engine import apply_query
    from xl_salesflow.metrics.readings.pipeline_flow import FlowRequest
    from xl_salesflow.verbs import flow
    from xl_salesflow.workbook.closed_book import ClosedBook

    asked = FlowRequest(
        options["from"], options["to"], options["period"], options["expected_by"], group_by_column(options["by"])
    )
    view = read_query_options({**options, "as_of": None})
    pipeline = apply_query(ClosedBook(path).read(day_or_today(today)), view)
    answer = flow(pipeline, asked).answer
    if as_json:
        print_json(answer)
    else:
        _print_flow(answer, pipeline, options["deals"])
    return 0


def _print_flow(answer: FlowAnswer, pipeline: Pipeline, wants_deals: bool) -> None:
    from xl_salesflow.cli.screen_layout import print_screen_table, print_wrapped_line, style_text
    from xl_salesflow.locale.texts import COMMA_SEPARATOR

    language = pipeline.language
    filters = COMMA_SEPARATOR.in_(language).join(map(str, pipeline.query.filters.values()))
    facts = {"book": Path(pipeline.source).name, "currency": pipeline.settings.text("currency")}
    facts |= {"start": answer.from_.isoformat(), "end": answer.to.isoformat()}
    click.echo(style_text(_FLOW_SUBJECT.in_(language, filters=filters or _ALL_DEALS.in_(language), **facts), "head"))
    print_wrapped_line(_CONSIDERED.in_(language, day=answer.expected_by.isoformat()), 2)
    click.echo("")
    heads = (*(head.in_(language) for head in _STEP_HEADS), " " * _BAR_WIDTH)
    print_screen_table(heads, list(_list_step_rows(answer.steps, language)))
    if answer.groups:
        click.echo("")
        print_screen_table(
            [head.in_(language) for head in _GROUP_HEADS],
            [list(_group_cells(group.key, group.steps)) for group in answer.groups],
        )
    if wants_deals:
        _print_step_deals(answer.steps, language)
    if answer.known_since:
        click.echo("")
        note = _NOT_RECORDED.in_(language, count=f"{answer.not_recorded:,}", day=answer.known_since.isoformat())
        print_wrapped_line(note)


def _list_step_rows(steps: FlowSteps, language: Language) -> Iterator[list[str]]:
    """Yield name, deals, value and bar of each step; a bar begins where the one before ended."""
    from xl_salesflow.cli.screen_layout import format_screen_value
    from xl_salesflow.core.flow_answers import FLOW_STEPS, SIGNED_FLOW_STEPS

    ends = [steps.opening.value]
    for step, sign in SIGNED_FLOW_STEPS.items():
        ends.append(ends[-1] + sign * getattr(steps, step).value)
    scale = max(*ends, 1.0)
    spans = {"opening": (0.0, ends[0]), "closing": (0.0, steps.closing.value)}
    spans |= {step: (min(pair), max(pair)) for step, *pair in zip(SIGNED_FLOW_STEPS, ends, ends[1:], strict=False)}
    for step, (name, _) in FLOW_STEPS.items():
        bar, sign = getattr(steps, step), SIGNED_FLOW_STEPS.get(step, 0)
        mark = {1: "+", -1: "−"}.get(sign, "")
        changes_amounts = step in ("raised", "lowered") or not bar.count
        deals = f"{'' if changes_amounts else mark}{bar.count:,}"
        drawn = _draw_span(*spans[step], scale, "░" if sign < 0 else "█") if step in spans else ""
        value = (mark if bar.value else "") + format_screen_value(bar.value)
        yield [name.in_(language), deals, value, drawn.ljust(_BAR_WIDTH)]


def _draw_span(low: float, high: float, scale: float, fill: str) -> str:
    first, last = (round(max(end, 0.0) / scale * _BAR_WIDTH) for end in (low, high))
    return " " * min(first, _BAR_WIDTH - 1) + fill * max(last - first, 1 if high > low else 0)


def _group_cells(key: str, steps: FlowSteps) -> Iterator[str]:
    from xl_salesflow.cli.screen_layout import format_round_value

    yield key or "—"
    for names in (("opening",), _CAME_IN, ("won",), _FELL_AWAY, ("closing",)):
        yield format_round_value(sum(round(getattr(steps, each).value * 100) for each in names) / 100)


def _print_step_deals(steps: FlowSteps, language: Language) -> None:
    """Print the deals of each step that changed something, as a table each."""
    from xl_salesflow.cli.screen_layout import print_screen_table, style_text
    from xl_salesflow.core.flow_answers import FLOW_STEPS

    heads = (
        Text("Deal"),
        Text("Owner"),
        Text("Value", context="money"),
        Text("Before", context="flow"),
        Text("After", context="flow"),
    )
    for step, (name, _) in FLOW_STEPS.items():
        bar = getattr(steps, step)
        if step not in ("opening", "closing", "later") and bar.deals:
            click.echo("")
            click.echo(style_text(f"{name.in_(language)} · {bar.count:,}", "head"))
            has_change = any(deal.before is not None or deal.after is not None for deal in bar.deals)
            shown = heads if has_change else heads[:3]
            rows = [_deal_cells(deal)[: len(shown)] for deal in bar.deals]
            print_screen_table([head.in_(language) for head in shown], rows)


def _deal_cells(deal: FlowDeal) -> list[str]:
    from xl_salesflow.cli.screen_layout import format_round_value
    from xl_salesflow.core.deal_titles import deal_title

    title = f"{deal.deal} {deal_title(deal.deal, deal.name, deal.account)}"
    ends = [format_round_value(end) for end in (deal.before, deal.after)]
    return [title, deal.owner or "—", format_round_value(deal.value), *ends]
