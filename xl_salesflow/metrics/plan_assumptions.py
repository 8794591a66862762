"""What a sales plan takes for numbers that the team does not have yet: assumptions, until enough deals have passed.

A manager types assumptions in the sheets Stages and Settings. The team's own number replaces each of them as soon as it is
based on as many deals as the setting small_sample says; without an assumption, the own number always counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.array_arithmetic import MetricMask, column_numbers
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.funnel_steps import FunnelSteps, stage_metric_formula, stage_setup_formula
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.outcome_metrics import mean_won_value, valued_won_count
from xl_salesflow.metrics.stage_metrics import deals_reached, finished_stay_count, stage_median_days, step_conversion

ASSUMPTION_COLUMNS = ("assumed_conversion", "assumed_days", "assumed_activities")
"""The columns of Stages with a manager's assumptions."""

BASIS_WORDS = {"own": Text("own, n = "), "assumed": Text("assumed, n = "), "typed": Text("what-if")}
"""Where a number of the plan comes from; after the first two stands the number of deals that the team has."""


@dataclass(frozen=True)
class PlannedNumbers:
    """Numbers of a plan, one per step or a single one: which are *assumed*, and the *sample* behind the team's own."""

    values: MetricArray
    assumed: MetricMask
    sample: MetricArray

    def describe(self, language: Language) -> list[str]:
        """Return where each known number comes from."""
        words = {name: text.in_(language) for name, text in BASIS_WORDS.items()}
        rows = zip(self.values, self.assumed, np.nan_to_num(self.sample), strict=True)
        return [
            "" if np.isnan(value) else f"{words['assumed' if is_assumed else 'own']}{count:.0f}"
            for value, is_assumed, count in rows
        ]


def choose_planned_numbers(cube: Cube, own: MetricArray, sample: MetricArray, assumed: MetricArray) -> PlannedNumbers:
    """Return the assumptions for which *own* is unknown or based on fewer deals than a small sample, else *own*."""
    few = np.nan_to_num(sample) < cube.pipeline.settings.number("small_sample")
    chosen = ~np.isnan(assumed) & (few | np.isnan(own))
    return PlannedNumbers(np.where(chosen, assumed, own), chosen, sample)


def read_stage_assumptions(steps: FunnelSteps, column: str) -> MetricArray:
    """Return the assumptions of the open stages in *column* of Stages; NaN where there is none."""
    found = steps.cube.pipeline["Stages"][column].reindex([stage.row for stage in steps.stages])
    return steps.blank_unless_open(column_numbers(found))


def planned_conversion(steps: FunnelSteps) -> PlannedNumbers:
    """Return the share of each stage that reaches the next."""
    assumed = read_stage_assumptions(steps, "assumed_conversion")
    return choose_planned_numbers(steps.cube, step_conversion(steps), deals_reached(steps), assumed)


def planned_days(steps: FunnelSteps) -> PlannedNumbers:
    """Return the days of a deal in each stage."""
    assumed = read_stage_assumptions(steps, "assumed_days")
    return choose_planned_numbers(steps.cube, stage_median_days(steps), finished_stay_count(steps), assumed)


def planned_deal_size(cube: Cube) -> PlannedNumbers:
    """Return the value of a won deal."""
    typed = cube.pipeline.settings.number("assumed_deal_size")
    assumed = np.full(cube.size, np.nan if cube.column or typed <= 0 else typed)  # it is the team's, not a group's
    return choose_planned_numbers(cube, mean_won_value(cube), valued_won_count(cube), assumed)


def choose_planned_formula(own: str, sample: str, assumed: str, then: str, otherwise: str) -> str:
    """Return the formula of *then* where the assumption is used, else of *otherwise*, like `choose_planned_numbers`."""
    kept = f"IF(ISNUMBER({own}),IF(SUM({sample})<SmallSample,{then},{otherwise}),{then})"
    return f"IF(ISNUMBER({assumed}),{kept},{otherwise})"


def planned_stage_formulas(own: str, sample: str, assumed: str) -> tuple[str, str]:
    """Return the formulas of a planned number of the row's open stage, and of its basis.

    *own* and *sample* are columns of StageMetrics, *assumed* is one of Stages.
    """
    own, sample, assumed = stage_metric_formula(own), stage_metric_formula(sample), stage_setup_formula(assumed)
    value = choose_planned_formula(own, sample, assumed, assumed, own)
    basis = choose_planned_formula(own, sample, assumed, "{assumed}", "{own}")
    return _if_open_step(value), f"{basis}&SUM({sample})"


def _if_open_step(formula: str) -> str:
    return f'IF({stage_metric_formula("kind")}<>{{kind:open}},"",{formula})'


ASSUMED_DEAL_SIZE_FORMULA = 'IF(SUM(AssumedDealSize)>0,AssumedDealSize,"")'
"""The assumed value of a won deal; blank if there is none."""
