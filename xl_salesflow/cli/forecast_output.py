"""Print a forecast: one sentence first, then months and quarters, owners, and the deals that decide it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from xl_salesflow.cli.screen_layout import (
    format_round_value,
    print_screen_table,
    print_wrapped_line,
    style_text,
)
from xl_salesflow.core.forecast_answers import ForecastAnswer, ForecastPeriod
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language, Text

_FORECAST_SUBJECT = Text("{book} · forecast of {day} for {start} to {end} · {currency}")
_EXPECTED_TEXT = Text("By {end}, {p50} will be won, and with a chance of 80 % between {p10} and {p90}.")
_WON_TEXT = Text("Of this, {won} is won already.")
_WITH_TARGET_TEXT = Text("The chance to reach the target of {target} is {chance}.")
_WITHOUT_TARGET_TEXT = Text("There is no target for this period.")
_NOT_SIMULATED_TEXT = Text("No simulation: {why}")
_DEALS_TEXT = Text("The deals that decide it:")
_OWNERS_TEXT = Text("By owner:")
_BASIS_TEXT = Text("From {closed} closed deals ({won} won), {stays} stage stays since {since}, {runs} runs.")
_STATED_TEXT = Text("Beside it, won included:")
_DEALS_SHOWN = 5
_RANGE_HEADS = (Text("P10"), Text("P50"), Text("P90"))
_PERIOD_HEADS = (
    Text("Period"),
    *_RANGE_HEADS,
    Text("Deals won", context="forecast"),
    Text("Target", context="Targets"),
    Text("Chance"),
)
_OWNER_HEADS = (Text("Owner"), Text("Won"), *_RANGE_HEADS, Text("Weighted"))
_DEAL_HEADS = (Text("Deal"), Text("Stage"), Text("Amount"), Text("Chance"), Text("Moves the target by"))


def print_forecast(answer: ForecastAnswer, pipeline: Pipeline) -> None:
    """Print *answer* in the language of the workbook."""
    language = pipeline.language
    facts = {"book": Path(pipeline.source).name, "currency": pipeline.settings.text("currency")}
    days = {"day": answer.as_of.isoformat(), "start": answer.from_.isoformat(), "end": answer.to.isoformat()}
    click.echo(style_text(_FORECAST_SUBJECT.in_(language, **facts, **days), "head"))
    if answer.why_not is not None:
        print_wrapped_line(_NOT_SIMULATED_TEXT.in_(language, why=answer.why_not), 2)
    elif answer.range.p50 is not None:
        _print_forecast_headline(answer, language)
        _print_forecast_table(_PERIOD_HEADS, [*_period_rows(answer.months), *_period_rows(answer.quarters)], language)
    _print_stated(answer, language)
    if len(answer.owners) > 1:
        click.echo("\n" + _OWNERS_TEXT.in_(language))
        last = Text("Commit call") if any(one.call is not None for one in answer.owners) else Text("Won and commit")
        _print_forecast_table((*_OWNER_HEADS, last), list(_owner_rows(answer)), language, False)
    if answer.deals:
        click.echo("\n" + _DEALS_TEXT.in_(language))
        _print_forecast_table(_DEAL_HEADS, list(_deal_rows(answer)), language, False)
    if answer.range.p50 is not None:
        samples = answer.samples
        counts = {name: f"{getattr(samples, name):,}" for name in ("closed", "won", "stays", "runs")}
        click.echo("")
        print_wrapped_line(_BASIS_TEXT.in_(language, since=samples.since, **counts))


def _print_forecast_headline(answer: ForecastAnswer, language: Language) -> None:
    values = {name: format_round_value(getattr(answer.range, name)) for name in ("p10", "p50", "p90")}
    print_wrapped_line(_EXPECTED_TEXT.in_(language, end=answer.to, **values), 2)
    if answer.won:
        print_wrapped_line(_WON_TEXT.in_(language, won=format_round_value(answer.won)), 2)
    if answer.chance is None:
        print_wrapped_line(_WITHOUT_TARGET_TEXT.in_(language), 2)
    else:
        target = format_round_value(answer.target)
        print_wrapped_line(_WITH_TARGET_TEXT.in_(language, target=target, chance=f"{answer.chance:.0%}"), 2)


def _print_stated(answer: ForecastAnswer, language: Language) -> None:
    categories = answer.categories
    rows = (
        (Text("Commit call"), answer.call),
        (Text("Weighted"), answer.weighted),
        (Text("Won and commit"), categories.commit),
        (Text("Won, commit and best case"), categories.best_case),
        (Text("Won, commit, best case and pipeline"), categories.pipeline),
    )
    known = [(name.in_(language), format_round_value(value)) for name, value in rows if value is not None]
    if known:
        click.echo("")
        print_screen_table((_STATED_TEXT.in_(language), Text("Value", context="money").in_(language)), known)


def _print_forecast_table(
    heads: Sequence[Text], rows: Sequence[Sequence[str]], language: Language, spaced: bool = True
) -> None:
    if spaced:
        click.echo("")
    print_screen_table([head.in_(language) for head in heads], rows)


def _period_rows(periods: Sequence[ForecastPeriod]) -> Iterator[Sequence[str]]:
    for one in periods:
        value = one.range
        yield (
            f"{one.from_.isoformat()}–{one.to.isoformat()[5:]}",
            *(format_round_value(each) for each in (value.p10, value.p50, value.p90)),
            f"{one.count.p10:.0f}–{one.count.p90:.0f}",
            format_round_value(one.target),
            _format_chance(one.chance),
        )


def _owner_rows(answer: ForecastAnswer) -> Iterator[Sequence[str]]:
    called = any(one.call is not None for one in answer.owners)
    for one in answer.owners:
        value = one.range
        yield (
            one.owner or "—",
            *(format_round_value(each) for each in (one.won, value.p10, value.p50, value.p90)),
            format_round_value(one.weighted),
            format_round_value(one.call if called else one.categories.commit),
        )


def _deal_rows(answer: ForecastAnswer) -> Iterator[Sequence[str]]:
    for one in answer.deals[:_DEALS_SHOWN]:
        swing = "—" if one.swing is None else f"{100 * one.swing:+.0f}"
        name = f"{one.deal} {one.name}".strip()
        yield name, one.stage, format_round_value(one.amount), _format_chance(one.chance), swing


def _format_chance(chance: float | None) -> str:
    return "—" if chance is None else f"{chance:.0%}"
