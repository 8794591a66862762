"""What the sheet Funnel says about numbers that are not there: deals without an amount, and stages that nobody entered.

Both stand where they are missed: the small print of a card counts the deals without an amount, and the line below the charts
names the stages that these leave out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xl_salesflow.core.metric_answers import describe_never_entered
from xl_salesflow.locale.texts import COMMA_SEPARATOR, Language, Text
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.funnel_steps import FunnelSteps, build_funnel_steps
from xl_salesflow.metrics.history_workings import STEP_ROWS
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.outcome_metrics import unvalued_open_count, unvalued_won_count
from xl_salesflow.metrics.stage_move_metrics import step_entry_count
from xl_salesflow.metrics.target_metrics import (
    UNVALUED_EXPECTED_FORMULA,
    UNVALUED_WON_TO_DATE_FORMULA,
    unvalued_expected_count,
    unvalued_won_to_date_count,
)

_WITHOUT_AMOUNT_TEXT = Text(" without an amount")


@dataclass(frozen=True, slots=True)
class CardFoot:
    """The small print of a card with a value: *words* while every deal has an amount, or else how many have none."""

    words: Text
    formula: str
    count: Callable[[Cube], MetricArray]


CARD_FEET: Mapping[str, CardFoot] = MappingProxyType(
    {
        "open_value": CardFoot(Text("sum of amounts"), "unvalued_open_count", unvalued_open_count),
        "weighted_value": CardFoot(Text("amount × probability"), "unvalued_open_count", unvalued_open_count),
        "won_value": CardFoot(Text("closed in the period"), "unvalued_won_count", unvalued_won_count),
        "won_to_date": CardFoot(Text("towards the target"), UNVALUED_WON_TO_DATE_FORMULA, unvalued_won_to_date_count),
        "expected_value": CardFoot(Text("open, due in the period"), UNVALUED_EXPECTED_FORMULA, unvalued_expected_count),
    }
)
"""Metric → the small print of its card."""


def card_foot_formulas(language: Language) -> dict[str, str]:
    """Return named cell → the formula of each small print, to be rendered."""
    without = _WITHOUT_AMOUNT_TEXT.in_(language)
    return {
        f"Foot_{metric}": (
            f'IF(OR({foot.formula}="",{foot.formula}=0),"{foot.words.in_(language)}",{foot.formula}&"{without}")'
        )
        for metric, foot in CARD_FEET.items()
    }


def compute_card_feet(cube: Cube) -> dict[str, str]:
    """Return the small print of each card as its formula shows it."""
    language, cells = cube.pipeline.language, dict[str, str]()
    for metric, foot in CARD_FEET.items():
        count = foot.count(cube)[0]
        is_told = count > 0  # an unknown count is not
        words = f"{count:.0f}{_WITHOUT_AMOUNT_TEXT.in_(language)}" if is_told else foot.words.in_(language)
        cells[f"Foot_{metric}"] = words
    return cells


def list_never_entered(steps: FunnelSteps) -> list[str]:
    """Return the steps in which no deal in view has been by the as-of date; none while there are no deals at all."""
    entries = step_entry_count(steps)
    return [name for name, count in zip(steps.stage_names, entries, strict=True) if not count] if entries.any() else []


def never_entered_formula(language: Language) -> str:
    """Return the formula of the line that names the steps nobody entered, to be rendered."""
    label = describe_never_entered([""], language)
    named = "&".join(_never_entered_step(row, COMMA_SEPARATOR.in_(language)) for row in range(1, STEP_ROWS + 1))
    return f'IF(SUM({{Moves.entries}})*COUNTIFS({{Moves.entries}},0)=0,"","{label}"&{named})'


def _never_entered_step(row: int, comma: str) -> str:
    entries, stage = (f"INDEX({{Moves.{column}}},MATCH({row},{{Moves.position}},0))" for column in ("entries", "stage"))
    others_before = f'COUNTIFS({{Moves.entries}},0,{{Moves.position}},"<{row}")'
    return f'IF({entries}=0,IF({others_before}=0,"","{comma}")&{stage},"")'


def compute_never_entered_line(cube: Cube) -> str:
    """Return the line as its formula shows it; blank if every step was entered, or none."""
    return describe_never_entered(list_never_entered(build_funnel_steps(cube)), cube.pipeline.language)
