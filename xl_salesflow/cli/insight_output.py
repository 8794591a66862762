"""Print insights: what goes with winning, how people compare, and the triangle of cohorts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from xl_salesflow.cli.screen_layout import format_round_value, print_screen_table, print_wrapped_line, style_text
from xl_salesflow.core.insight_answers import (
    FACTOR_COLUMNS,
    CoachingHint,
    CohortMonth,
    CohortsAnswer,
    InsightsAnswer,
    LeadResponses,
    PeopleAnswer,
    PersonFigures,
    PersonRamp,
    RampRange,
    ResponseFigures,
    WinCombination,
    WinFactor,
    WinsAnswer,
)
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import COMMA_SEPARATOR, LABEL_AND_VALUE, Language, Text
from xl_salesflow.metrics.readings.people_ramp import FEWEST_ESTABLISHED
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.named_values import SETTINGS_BY_ID
from xl_salesflow.schema.table_registry import TABLES

_INSIGHTS_SUBJECT = Text("{book} · as of {day} · {filters} · {currency}")
_ALL_DEALS_TEXT = Text("all deals")
_WINS_TEXT = Text("Won, lost, why: {won} of {closed} closed deals were won")
_NO_CLOSED_TEXT = Text("No deal was closed in this period.")
_WIN_HEADS = (
    Text("What", context="insights"),
    Text("Closed", context="insights"),
    Text("Win rate"),
    Text("95 %", context="interval"),
    Text("Others", context="insights"),
    Text("Worth", context="insights"),
)
_MARK_TEXT = Text(
    "Worth: difference of the win rates × closed deals × their mean amount. *: more than chance (Fisher's exact test, "
    "corrected for {tests} tests by the method of Holm)."
)
_NO_FACTOR_TEXT = Text(
    "Worth: difference of the win rates × closed deals × their mean amount. None of {tests} differences is more than "
    "chance (Fisher's exact test, corrected by the method of Holm)."
)
_COMBINED_TEXT = Text(
    "{first} with {second}: {won} of {closed} deals closed since {day} were won (95 %: {low}–{high}), of the others {others}."
)
_NO_COMBINATION_TEXT = Text(
    "Of {tried} combinations of two values in the deals closed before {day}, none was confirmed by those closed since."
)
_LOSS_REASONS_TEXT = Text("Lost deals by reason and quarter")
_NO_REASON_TEXT = Text("No reason given")
_PEOPLE_TEXT = Text("People, since {day}")
_PERSON_HEADS = (
    Text("Owner"),
    Text("Open"),
    Text("Value", context="money"),
    Text("At most", context="insights"),
    Text("New", context="insights"),
    Text("Days to first activity"),
    Text("95 %", context="interval"),
)
_RESPONSE_HEADS = (
    Text("New deals of", context="insights"),
    Text("New", context="insights"),
    Text("Answered", context="insights"),
    Text("Days"),
    Text("In time", context="insights"),
    Text("95 %", context="interval"),
)
_RESPONSES_BASIS_TEXT = Text(
    "In time: answered by an activity of ours within {within} working {within:day|days} after the creation (setting "
    "“{setting}”), of the deals that were answered or are overdue. Days: median from the creation to the answer."
)
_ALL_RESPONSES_TEXT = Text("all owners")
_NO_SOURCE_TEXT, _NO_OWNER_TEXT = Text("without source"), Text("without owner")
_STAGE_HEADS = (
    Text("Stage"),
    Text("Owner"),
    Text("n", context="insights"),
    Text("Goes on"),
    Text("95 %", context="interval"),
    Text("Days"),
    Text("95 %", context="interval"),
)
_HINT_TEXTS = {
    ("conversion", True): Text("{owner} brings more deals on from {stage}: {value} (n = {n}), the others {others}."),
    ("conversion", False): Text("{owner} brings fewer deals on from {stage}: {value} (n = {n}), the others {others}."),
    ("days", True): Text("{owner} is faster in {stage}: {value} days (median, n = {n}), the others {others}."),
    ("days", False): Text("{owner} is slower in {stage}: {value} days (median, n = {n}), the others {others}."),
    ("response", True): Text(
        "{owner} answers new deals sooner: after {value} days (median, n = {n}), the others {others}."
    ),
    ("response", False): Text(
        "{owner} answers new deals later: after {value} days (median, n = {n}), the others {others}."
    ),
}
_ACTION_TEXT = Text("What helps there: {action}")
_HINTS_BASIS_TEXT = Text(
    "Only differences that are more than chance are named (shares: Fisher's exact test, days: rank sum test; {tests} tests, "
    "corrected by the method of Holm)."
)
_NO_HINT_TEXT = Text(
    "None of {tests} differences between people is more than chance (shares: Fisher's exact test, days: rank sum test; "
    "corrected by the method of Holm)."
)
_RAMP_TEXT = Text("New people: what they won and did in their first months of thirty days")
_RAMP_HEADS = (
    Text("Owner"),
    Text("Since", context="ramp"),
    Text("Months", context="ramp"),
    Text("Won value"),
    Text("Others", context="insights"),
    Text("Activities"),
    Text("Others", context="insights"),
    Text("n", context="insights"),
)
_RAMP_BASIS_TEXT = Text(
    "Others: median of the people who began more than a year ago, after as many months; – with fewer than {fewest} of them "
    "(n), because the record has to go back to before they began."
)
_NO_PERSON_TEXT = Text("Nobody has a deal yet.")
_TOO_LITTLE_TEXT = Text("There is too little yet to tell a difference from chance.")
_COHORTS_TEXT = Text("Cohorts: per cent of the deals created in a month that were won by the end of the months since")
_VALUES_TEXT = Text("Won value of the cohorts")
_COHORT_HEADS = (Text("Created", context="cohorts"), Text("n", context="insights"))
_VALUE_HEADS = (
    Text("Created", context="cohorts"),
    Text("n", context="insights"),
    Text("Won"),
    Text("Won value"),
    Text("Projected value"),
    Text("until month", context="cohorts"),
)
_BASIS_ROW_TEXT = Text("Basis")
_PROJECTION_TEXT = Text(
    "~: projected with what each month since brought of older deals not won before (the last row counts them); –: not known."
)
_NO_COHORT_TEXT = Text("No deal of the last months says when it was created.")
_SHOWN_FACTORS = 15
_SHOWN_MONTHS = 10
"""Months since that fit the screen beside month and number."""


def print_insights(answer: InsightsAnswer, pipeline: Pipeline) -> None:
    """Print every part of *answer* in the language of the workbook."""
    language = pipeline.language
    filters = COMMA_SEPARATOR.in_(language).join(map(str, pipeline.query.filters.values()))
    facts = {"book": Path(pipeline.source).name, "currency": pipeline.settings.text("currency")}
    facts |= {"day": answer.as_of.isoformat(), "filters": filters or _ALL_DEALS_TEXT.in_(language)}
    click.echo(style_text(_INSIGHTS_SUBJECT.in_(language, **facts), "head"))
    if answer.wins is not None:
        _print_wins(answer.wins, language)
    if answer.people is not None:
        _print_people(answer.people, language)
    if answer.cohorts is not None:
        _print_cohorts(answer.cohorts, language)


def name_factor(column: str, value: str, language: Language) -> str:
    """Return a value with the header of its column."""
    header = FACTOR_COLUMNS.get(column) or TABLES["Deals"][column].header
    return LABEL_AND_VALUE.in_(language, label=header, value=value or "—")


def _print_wins(wins: WinsAnswer, language: Language) -> None:
    click.echo("")
    if not wins.closed:
        print_wrapped_line(_NO_CLOSED_TEXT.in_(language))
        return
    head = _WINS_TEXT.in_(language, won=f"{wins.won:,}", closed=f"{wins.closed:,}")
    click.echo(style_text(head, "head"))
    rows = [_factor_cells(each, language) for each in wins.factors[:_SHOWN_FACTORS]]
    print_screen_table([head.in_(language) for head in _WIN_HEADS], rows)
    is_marked = any(each.more_than_chance for each in wins.factors)
    click.echo("")
    verdict = _MARK_TEXT if is_marked else _NO_FACTOR_TEXT if wins.tests else _TOO_LITTLE_TEXT
    print_wrapped_line(verdict.in_(language, tests=wins.tests))
    for combination in wins.combinations:
        print_wrapped_line(_word_combination(combination, wins, language))
    if wins.combinations_tried and not wins.combinations:
        tried = f"{wins.combinations_tried:,}"
        print_wrapped_line(_NO_COMBINATION_TEXT.in_(language, tried=tried, day=wins.held_out_from))
    _print_loss_reasons(wins, language)


def _print_loss_reasons(wins: WinsAnswer, language: Language) -> None:
    if not wins.loss_reasons:
        return
    click.echo("")
    click.echo(style_text(_LOSS_REASONS_TEXT.in_(language), "head"))
    quarters = [f"{day.year}-Q{(day.month + 2) // 3}" for day in wins.loss_quarters]
    rows = [
        [each.reason or _NO_REASON_TEXT.in_(language), *(f"{count:,}" if count else "–" for count in each.counts)]
        for each in wins.loss_reasons
    ]
    print_screen_table([Text("Loss reason").in_(language), *quarters], rows)


def _factor_cells(factor: WinFactor, language: Language) -> Sequence[str]:
    mark = "*" if factor.more_than_chance else ""
    return (
        mark + name_factor(factor.column, factor.value, language),
        f"{factor.closed:,}",
        f"{factor.rate:.0%}",
        f"{factor.low:.0%}–{factor.high:.0%}",
        "–" if factor.others_rate is None else f"{factor.others_rate:.0%}",
        "–" if factor.worth is None else f"{round(factor.worth):+,}".replace("-", "−"),
    )


def _word_combination(found: WinCombination, wins: WinsAnswer, language: Language) -> str:
    return _COMBINED_TEXT.in_(
        language,
        first=name_factor(found.first_column, found.first_value, language),
        second=name_factor(found.second_column, found.second_value, language),
        won=found.held_won, closed=found.held_closed, day=wins.held_out_from, low=f"{found.low:.0%}",
        high=f"{found.high:.0%}", others=f"{found.others_rate:.0%}",
    )  # fmt: skip


def _print_people(people: PeopleAnswer, language: Language) -> None:
    click.echo("")
    click.echo(style_text(_PEOPLE_TEXT.in_(language, day=people.from_), "head"))
    if not people.people:
        print_wrapped_line(_NO_PERSON_TEXT.in_(language))
        return
    rows = [_load_cells(each) for each in people.people]
    print_screen_table([head.in_(language) for head in _PERSON_HEADS], rows)
    click.echo("")
    _print_responses(people.responses, language)
    if stages := list(_stage_rows(people.people)):
        print_screen_table([head.in_(language) for head in _STAGE_HEADS], stages)
        click.echo("")
    for hint in people.hints:
        print_wrapped_line(word_hint(hint, language))
    basis = _HINTS_BASIS_TEXT if people.hints else _NO_HINT_TEXT if people.tests else _TOO_LITTLE_TEXT
    print_wrapped_line(basis.in_(language, tests=people.tests))
    _print_ramps(people.ramps, language)


def _print_ramps(ramps: Sequence[PersonRamp], language: Language) -> None:
    if not ramps:
        return
    click.echo("")
    print_wrapped_line(_RAMP_TEXT.in_(language))
    rows = [
        (
            each.owner, each.since.isoformat(), str(each.months), format_round_value(each.won_value),
            _word_range(each.others_won_value), f"{each.activities:,}", _word_range(each.others_activities),
            f"{each.others_activities.n}",
        )
        for each in ramps
    ]  # fmt: skip
    print_screen_table([head.in_(language) for head in _RAMP_HEADS], rows)
    click.echo("")
    print_wrapped_line(_RAMP_BASIS_TEXT.in_(language, fewest=FEWEST_ESTABLISHED))


def _word_range(others: RampRange) -> str:
    return "–" if others.median is None else format_round_value(others.median)


def _print_responses(responses: LeadResponses, language: Language) -> None:
    """Print how soon new deals were answered: everybody, each owner, each source; what that means below."""
    if not responses.total.new_deals:
        return
    rows = [_response_cells(responses.total, _ALL_RESPONSES_TEXT.in_(language))]
    rows += [_response_cells(one, one.name or _NO_OWNER_TEXT.in_(language)) for one in responses.owners]
    sources = ((one, choice_label("source", one.name, language)) for one in responses.sources)
    rows += [_response_cells(one, label or _NO_SOURCE_TEXT.in_(language)) for one, label in sources]
    print_screen_table([head.in_(language) for head in _RESPONSE_HEADS], rows)
    click.echo("")
    setting = SETTINGS_BY_ID["lead_answer_days"].name.in_(language)
    print_wrapped_line(_RESPONSES_BASIS_TEXT.in_(language, within=responses.within_days, setting=setting))
    click.echo("")


def _response_cells(figures: ResponseFigures, name: str) -> Sequence[str]:
    low, high, share = figures.in_time_low, figures.in_time_high, figures.in_time_share
    return (
        name, f"{figures.new_deals:,}", f"{figures.answered:,}", _word_days(figures.median_days),
        "–" if share is None else f"{share:.0%}", "–" if low is None or high is None else f"{low:.0%}–{high:.0%}",
    )  # fmt: skip


def _load_cells(person: PersonFigures) -> Sequence[str]:
    return (
        person.owner,
        f"{person.open:,}",
        "–" if person.open_value is None else format_round_value(person.open_value),
        _word_days(person.limit),
        f"{person.new_deals:,}",
        _word_days(person.response_days),
        _word_interval(person.response_low, person.response_high),
    )


def _stage_rows(people: Sequence[PersonFigures]) -> Iterator[Sequence[str]]:
    """Yield the stages one after the other, each with every person who has deals there."""
    for number, stage in enumerate(people[0].stages if people else ()):
        named = stage.stage
        for person in people:
            one = person.stages[number]
            if one.left or one.stays:
                low, high = one.conversion_low, one.conversion_high
                yield (
                    named, person.owner, f"{one.left:,}", "–" if one.conversion is None else f"{one.conversion:.0%}",
                    "–" if low is None or high is None else f"{low:.0%}–{high:.0%}",
                    _word_days(one.median_days), _word_interval(one.days_low, one.days_high),
                )  # fmt: skip
                named = ""


def _word_days(days: float | None) -> str:
    return "–" if days is None else f"{days:,g}"


def _word_interval(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{low:,g}–{high:,g}"


def word_hint(hint: CoachingHint, language: Language) -> str:
    """Return a coaching hint as one or two sentences; who does worse also gets the action of the stage."""
    is_share = hint.about == "conversion"
    value, others = (f"{each:.0%}" if is_share else f"{each:g}" for each in (hint.value, hint.others))
    facts = {"owner": hint.owner, "stage": hint.stage, "n": f"{hint.n:,}", "value": value, "others": others}
    sentence = _HINT_TEXTS[hint.about, hint.better].in_(language, **facts)
    action = "" if hint.better or not hint.action else _ACTION_TEXT.in_(language, action=hint.action)
    return f"{sentence} {action}".strip()


def _print_cohorts(found: CohortsAnswer, language: Language) -> None:
    click.echo("")
    if not found.cohorts:
        print_wrapped_line(_NO_COHORT_TEXT.in_(language))
        return
    print_wrapped_line(_COHORTS_TEXT.in_(language))
    heads = [head.in_(language) for head in _COHORT_HEADS]
    months = min(found.count_shown_months(), _SHOWN_MONTHS)
    rows = [_share_cells(each)[: len(heads) + months] for each in found.cohorts]
    basis = [_BASIS_ROW_TEXT.in_(language), "", *(_short_count(each) for each in found.basis[:months])]
    print_screen_table([*heads, *map(str, range(months))], [*rows, basis])
    click.echo("")
    print_wrapped_line(_VALUES_TEXT.in_(language))
    print_screen_table([head.in_(language) for head in _VALUE_HEADS], [_value_cells(each) for each in found.cohorts])
    click.echo("")
    print_wrapped_line(_PROJECTION_TEXT.in_(language))


def _short_count(count: int) -> str:
    return f"{count}" if count < 1000 else f"{count / 1000:.0f}k"


def _share_cells(cohort: CohortMonth) -> list[str]:
    cells = [f"{cohort.month:%Y-%m}", f"{cohort.deals:,}"]
    for known, projected in zip(cohort.won_shares, cohort.projected_shares, strict=True):
        number = known if known is not None else projected
        mark = "~" if known is None else ""
        cells.append("–" if number is None else f"{mark}{100 * number:.0f}")
    return cells


def _value_cells(cohort: CohortMonth) -> list[str]:
    ends = [place for place, value in enumerate(cohort.projected_values) if value is not None]
    last = cohort.projected_values[ends[-1]] if ends else None
    cells = [f"{cohort.month:%Y-%m}", f"{cohort.deals:,}", f"{cohort.won:,}", format_round_value(cohort.won_value)]
    return [*cells, "–" if last is None else f"~{format_round_value(last)}", str(ends[-1]) if ends else "–"]
