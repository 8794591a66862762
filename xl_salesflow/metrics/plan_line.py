"""Whether the plan uses the team's own deal size and activities or assumptions: two metrics and the line on the sheet Plan."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.feedback_metrics import planned_activities
from xl_salesflow.metrics.metric_declaration import Metric, MetricFormula, Unit
from xl_salesflow.metrics.outcome_metrics import VALUED_WON_COUNT, valued_won_count, won_deal_count
from xl_salesflow.metrics.plan_assumptions import (
    ASSUMED_DEAL_SIZE_FORMULA,
    BASIS_WORDS,
    choose_planned_formula,
    planned_deal_size,
)

_ASSUMED_ACTIVITIES_SUM = 'IF(COUNT({PlanStages.activities})>0,SUM({PlanStages.activities}),"")'

PLAN_BASIS_METRICS: tuple[Metric[Cube], ...] = (
    Metric(
        "plan_deal_size",
        Text("Deal size of the plan"),
        Text(
            "Mean won value; as long as it is based on fewer deals than a small sample, the assumption in Settings, if there "
            "is one."
        ),
        Unit.MONEY,
        MetricFormula(
            choose_planned_formula(
                "mean_won_value", "{sample}", ASSUMED_DEAL_SIZE_FORMULA, ASSUMED_DEAL_SIZE_FORMULA, "mean_won_value"
            )
        ),
        lambda cube: planned_deal_size(cube).values, VALUED_WON_COUNT, valued_won_count,
    ),
    Metric(
        "plan_activities",
        Text("Activities per won deal of the plan"),
        Text(
            "Activities per won deal; as long as fewer deals than a small sample are won, the sum of the activities assumed for "
            "each stage ÷ the share of its deals that will be won, if there are any."
        ),
        Unit.ACTIVITIES,
        MetricFormula(
            choose_planned_formula(
                "activities_per_won", "{sample}", _ASSUMED_ACTIVITIES_SUM, _ASSUMED_ACTIVITIES_SUM, "activities_per_won"
            )
        ),
        lambda cube: planned_activities(cube).values, MetricFormula("won_count"), won_deal_count,
    ),
)  # fmt: skip

_PLAN_LINE_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        **{name: BASIS_WORDS[name] for name in ("own", "assumed")},
        "line_size": Text("Deal size: "),
        "line_activities": Text("Activities per won deal: "),
        "line_open": Text(" (", context="plan_line"),
        "line_close": Text("). ", context="plan_line"),
    }
)


def _basis_of(metric: str, own: str, assumed: str) -> str:
    sample = f'INDEX({{Metrics.sample}},MATCH("{metric}",{{Metrics.metric}},0))'
    return f"{choose_planned_formula(own, sample, assumed, '{assumed}', '{own}')}&SUM({sample})"


def _line_part(word: str, metric: str, own: str, assumed: str) -> str:
    basis = f"{{line_open}}&{_basis_of(metric, own, assumed)}&{{line_close}}"
    return f'IF({metric}="","",{{{word}}}&ROUND({metric},0)&{basis})'


_PLAN_LINE_FORMULA = MetricFormula(
    "&".join(
        (
            _line_part("line_size", "plan_deal_size", "mean_won_value", ASSUMED_DEAL_SIZE_FORMULA),
            _line_part("line_activities", "plan_activities", "activities_per_won", _ASSUMED_ACTIVITIES_SUM),
        )
    ),
    words=_PLAN_LINE_WORDS,
)


def plan_line_formula(language: Language) -> str:
    """Return the formula of the line with its words in *language*, to be rendered."""
    return _PLAN_LINE_FORMULA.spell_words(language).text


def compute_plan_line(cube: Cube) -> str:
    """Return the deal size and the activities of the plan, each with its basis; blank if neither is known."""
    language = cube.pipeline.language
    words = {name: text.in_(language) for name, text in _PLAN_LINE_WORDS.items()}
    line = ""
    for word, planned in (("line_size", planned_deal_size(cube)), ("line_activities", planned_activities(cube))):
        (basis,) = planned.describe(language)
        if basis:
            value = Decimal(str(planned.values[0])).quantize(Decimal(1), ROUND_HALF_UP)
            line += f"{words[word]}{value}{words['line_open']}{basis}{words['line_close']}"
    return line
