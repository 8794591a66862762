"""Print how right the forecasts of the past were: the best method first, then the errors by method and owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import click

from xl_salesflow.cli.screen_layout import format_round_value, print_screen_table, print_wrapped_line, style_text
from xl_salesflow.core.accuracy_answers import AccuracyAnswer, Calibration, PeriodKind
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.forecasting.outlook_sheets import judge_methods
from xl_salesflow.schema.choice_lists import CHOICES

_ACCURACY_SUBJECT = Text("{book} · how right the forecasts were, as of {day} · {currency}")
_METHOD_NAMES = CHOICES["forecast_method"]
_ERROR_TEXTS: Mapping[PeriodKind, Text] = MappingProxyType(
    {
        "month": Text("Average error of months, by weeks before their end (bias above 0: too much):"),
        "quarter": Text("Average error of quarters, by weeks before their end (bias above 0: too much):"),
    }
)
_INSIDE_TEXTS: Mapping[PeriodKind, Text] = MappingProxyType(
    {
        "month": Text("Between P10 and P90 ended, {weeks} weeks before: {inside} of {periods} months (meant: 80%)."),
        "quarter": Text(
            "Between P10 and P90 ended, {weeks} weeks before: {inside} of {periods} quarters (meant: 80%)."
        ),
    }
)
_NOTHING_TEXT = Text("Nothing can be said: {why}")
_OWNER_ERRORS_TEXT = Text("By owner, 2 to 12 weeks before the end, the largest errors first:")
_WEEKS_TEXT = Text("{weeks} {weeks:week|weeks}")
_CALIBRATION_TEXTS = MappingProxyType(
    {
        "learned": Text("Learned probability of {deals} deals: Brier score {brier} ({mean} if all had the same one)"),
        "simulated": Text("Simulated chance of {deals} deals: Brier score {brier} ({mean} if all had the same one)"),
    }
)
_COVERED_WEEKS = 8
_OWNER_ROWS = 12
_OWNER_METHODS = ("simulation", "weighted", "commit", "call")


def print_accuracy(answer: AccuracyAnswer, pipeline: Pipeline) -> None:
    """Print *answer* in the language of the workbook."""
    language = pipeline.language
    facts = {"book": Path(pipeline.source).name, "currency": pipeline.settings.text("currency")}
    click.echo(style_text(_ACCURACY_SUBJECT.in_(language, day=answer.as_of.isoformat(), **facts), "head"))
    if answer.why_not is not None:
        print_wrapped_line(_NOTHING_TEXT.in_(language, why=answer.why_not), 2)
        return
    kinds = {one.kind for one in answer.methods}
    for best in answer.best:
        if best.kind in kinds:
            print_wrapped_line(judge_methods(best, language), 2)
    for one in answer.coverage:
        if one.weeks == _COVERED_WEEKS:
            inside = _INSIDE_TEXTS[one.kind].in_(
                language, weeks=one.weeks, inside=f"{one.inside:.0%}", periods=one.periods
            )
            print_wrapped_line(inside, 2)
    for best in answer.best:
        _print_errors(answer, best.kind, language)
    _print_owner_errors(answer, language)
    for calibration in answer.calibration:
        _print_calibration(calibration, language)


def _print_errors(answer: AccuracyAnswer, kind: PeriodKind, language: Language) -> None:
    found = {(one.method, one.weeks): one for one in answer.methods if one.kind == kind}
    methods = list(dict.fromkeys(method for method, _ in found))
    weeks = sorted({week for _, week in found if week is not None}, reverse=True)
    if not methods:
        return
    click.echo("\n" + _ERROR_TEXTS[kind].in_(language))
    heads = [Text("Method").in_(language), *(_WEEKS_TEXT.in_(language, weeks=week) for week in weeks)]
    rows = [
        [
            _METHOD_NAMES[method].in_(language),
            *(
                _error_of(found[method, week].mean_absolute_error if (method, week) in found else None)
                for week in weeks
            ),
            _error_of(found[method, None].bias if (method, None) in found else None),
        ]
        for method in methods
    ]
    print_screen_table([*heads, Text("Bias").in_(language)], rows)


def _error_of(value: float | None) -> str:
    return format_round_value(None if value is None else float(value))


def _print_owner_errors(answer: AccuracyAnswer, language: Language) -> None:
    kind = "quarter" if any(one.kind == "quarter" for one in answer.owners) else "month"
    chosen = [one for one in answer.owners if one.kind == kind and one.method in _OWNER_METHODS]
    if not chosen:
        return
    chosen = sorted(chosen, key=lambda one: -one.mean_absolute_error)[:_OWNER_ROWS]
    click.echo("\n" + _OWNER_ERRORS_TEXT.in_(language))
    heads = (Text("Owner"), Text("Method"), Text("Periods"), Text("Mean error"), Text("Bias"))
    rows: list[Sequence[str]] = [
        (
            one.owner or "—", _METHOD_NAMES[one.method].in_(language), str(one.periods),
            _error_of(one.mean_absolute_error), _error_of(one.bias),
        )
        for one in chosen
    ]  # fmt: skip
    print_screen_table([head.in_(language) for head in heads], rows)


def _print_calibration(calibration: Calibration, language: Language) -> None:
    if calibration.brier is None or calibration.brier_of_mean is None:
        return
    facts = {"brier": f"{calibration.brier:.3f}", "mean": f"{calibration.brier_of_mean:.3f}"}
    click.echo("")
    print_wrapped_line(
        _CALIBRATION_TEXTS[calibration.probability].in_(language, deals=f"{calibration.deals:,}", **facts)
    )
    heads = (Text("Probability"), Text("Deals"), Text("Average probability"), Text("Won of them"))
    print_screen_table([head.in_(language) for head in heads], list(_calibration_rows(calibration)))


def _calibration_rows(calibration: Calibration) -> Iterator[Sequence[str]]:
    for one in calibration.bins:
        yield f"{one.low:.0%}–{one.high:.0%}", f"{one.deals:,}", f"{one.predicted:.0%}", f"{one.won:.0%}"
