"""Where and why deals are lost, which step costs most, and which stage is too slow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.metrics.array_arithmetic import (
    GroupNumbers,
    MetricMask,
    column_numbers,
    count_by_group,
    divide_or_unknown,
    round_array_to_cents,
    sum_known_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.formula_criteria import (
    HAS_AMOUNT,
    OUTCOME_LOST,
    Aggregate,
    Criterion,
    count_formula,
    count_unlisted_formula,
    formula_today_only,
    known_sum_formula,
    sum_formula,
    sum_unlisted_formula,
)
from xl_salesflow.metrics.funnel_steps import (
    FunnelSteps,
    build_funnel_steps,
    ended_stays_formula,
    formula_if_step,
    stage_metric_formula,
)
from xl_salesflow.metrics.group_metrics import OTHER_GROUPS_LABEL
from xl_salesflow.metrics.history_workings import stage_exits_formula, working_lookup
from xl_salesflow.metrics.metric_declaration import (
    ColumnMetric,
    ColumnText,
    Metric,
    MetricArray,
    MetricColumn,
    MetricFormula,
    Unit,
    cache_on_argument,
)
from xl_salesflow.metrics.outcome_metrics import mean_won_value
from xl_salesflow.metrics.stage_metrics import (
    deals_reached,
    finished_stay_count,
    finished_stays,
    stage_mean_days,
    stage_median_days,
    step_conversion,
)
from xl_salesflow.schema.choice_lists import LISTS


@cache_on_argument
def _lost_stays(steps: FunnelSteps) -> MetricMask:
    return np.asarray(steps.ended & (steps.cube.pipeline["History"]["move"] == "lost").to_numpy(dtype=bool))


@cache_on_argument
def step_lost_count(steps: FunnelSteps) -> MetricArray:
    """Count the stays in each step that ended with the deal lost."""
    return count_by_group(_lost_stays(steps), steps.step_of_stays, steps.size)


def step_lost_value(steps: FunnelSteps) -> MetricArray:
    """Sum the amounts of those deals, as of the day they entered the step; unknown if none has an amount."""
    amount = column_numbers(steps.cube.pipeline["History"]["amount"])
    return sum_known_by_group(amount, _lost_stays(steps), steps.step_of_stays, steps.size)


def step_lost_share(steps: FunnelSteps) -> MetricArray:
    """Divide each step's losses by the total."""
    lost = step_lost_count(steps)
    return divide_or_unknown(lost, np.full(steps.size, lost.sum()))


def step_lost_cumulative(steps: FunnelSteps) -> MetricArray:
    """Divide the losses of all steps that lose at least as many deals by the total, as in a Pareto chart."""
    return cumulative_share(step_lost_count(steps))


def cumulative_share(lost: MetricArray) -> MetricArray:
    """Return for each number the share of the total made up by numbers at least as large."""
    at_least = np.array([lost[lost >= number].sum() for number in lost])
    return divide_or_unknown(at_least, np.full(len(lost), lost.sum()))


@cache_on_argument
def one_point_more(steps: FunnelSteps) -> MetricArray:
    """Return the additional won value if each step converted one percentage point more of the same deals."""
    conversion, value = step_conversion(steps), mean_won_value(steps.cube)[0]
    won = deals_reached(steps)[~steps.is_open].sum()
    gain = np.clip(1 - conversion, 0, 0.01)
    return round_array_to_cents(divide_or_unknown(won * value * gain, conversion))


@cache_on_argument
def limit_ratio(steps: FunnelSteps) -> MetricArray:
    """Divide the median days of each stage by its limit."""
    return divide_or_unknown(stage_median_days(steps), steps.limit)


def days_per_deal(steps: FunnelSteps) -> MetricArray:
    """Divide the days of the finished stays in each stage by the deals that were in it; a return adds its days."""
    first = finished_stays(steps) & (column_numbers(steps.cube.pipeline["History"]["first"]) == 1)
    return divide_or_unknown(
        stage_mean_days(steps) * finished_stay_count(steps), count_by_group(first, steps.step_of_stays, steps.size)
    )


def _largest_of_steps(column: Callable[[FunnelSteps], MetricArray]) -> Callable[[Cube], MetricArray]:
    def find_largest(cube: Cube) -> MetricArray:
        found = column(build_funnel_steps(cube)) if not cube.column else np.array([])
        known = found[~np.isnan(found)]
        return np.array([known.max()]) if len(known) else cube.unknown()

    return find_largest


_MOVED_TO_LOST = Criterion("move", "=", "{move:lost}")
_STEP_LOST_COUNT = f"IF(HasPeriod=0,{stage_exits_formula('lost')},{working_lookup('Lost', '{position}')})"
_ALL_STEPS_LOST = "SUM({Leaks.lost_count})"
_STEP_CONVERSION = stage_metric_formula("step_conversion")
_WON_REACHED = "SUMIFS({StageMetrics.reached},{StageMetrics.kind},{kind:won})"
_STEP_ONE_POINT_MORE = (
    f"ROUND({_WON_REACHED}*mean_won_value*MIN(0.01,MAX(0,1-{_STEP_CONVERSION}))/{_STEP_CONVERSION},2)"
)
_STEP_MEDIAN_DAYS, _STEP_DAY_LIMIT = stage_metric_formula("median_days"), stage_metric_formula("day_limit")
_STEP_TOTAL_DAYS = f"{stage_metric_formula('mean_days')}*{stage_metric_formula('visits')}"
_STEP_FIRST_STAYS = ended_stays_formula(count_formula, Criterion("days", ">=", "0"), Criterion("first", "=", "1"))
_STEPS_LOST_AT_LEAST = 'SUMIFS({Leaks.lost_count},{Leaks.lost_count},">="&{lost_count})'

LEAK_COLUMNS: tuple[ColumnMetric[FunnelSteps], ...] = (
    ColumnMetric("lost_count", MetricFormula(formula_if_step(_STEP_LOST_COUNT)), step_lost_count),
    ColumnMetric(
        "lost_value",
        MetricFormula(
            formula_if_step(
                known_sum_formula(
                    "{lost_count}",
                    ended_stays_formula(count_formula, _MOVED_TO_LOST, HAS_AMOUNT),
                    ended_stays_formula(sum_formula("amount"), _MOVED_TO_LOST),
                )
            )
        ),
        step_lost_value,
    ),
    ColumnMetric(
        "lost_share",
        MetricFormula(formula_if_step(f'IF({_ALL_STEPS_LOST}=0,"",{{lost_count}}/{_ALL_STEPS_LOST})')),
        step_lost_share,
    ),
    ColumnMetric(
        "lost_cumulative",
        MetricFormula(formula_if_step(f'IF({_ALL_STEPS_LOST}=0,"",{_STEPS_LOST_AT_LEAST}/{_ALL_STEPS_LOST})')),
        step_lost_cumulative,
    ),
    ColumnMetric(
        "one_point_more",
        MetricFormula(
            formula_if_step(
                f'IF(OR({_STEP_CONVERSION}="",mean_won_value=""),"",IF({_STEP_CONVERSION}=0,"",{_STEP_ONE_POINT_MORE}))'
            )
        ),
        one_point_more,
    ),
    ColumnMetric(
        "limit_ratio",
        MetricFormula(
            formula_if_step(
                f'IF(OR({_STEP_MEDIAN_DAYS}="",{_STEP_DAY_LIMIT}=""),"",IF({_STEP_DAY_LIMIT}=0,"",{_STEP_MEDIAN_DAYS}/{_STEP_DAY_LIMIT}))'
            )
        ),
        limit_ratio,
    ),
    ColumnMetric(
        "days_per_deal",
        MetricFormula(
            formula_if_step(
                f'IF({stage_metric_formula("mean_days")}="","",IFERROR({_STEP_TOTAL_DAYS}/({_STEP_FIRST_STAYS}),""))'
            )
        ),
        days_per_deal,
    ),
)


def _leak_metric(
    metric: str, column: ColumnMetric[FunnelSteps], unit: Unit, name: Text, definition: Text
) -> Metric[Cube]:
    largest = f'IF(COUNT({{Leaks.{column.id}}})=0,"",MAX({{Leaks.{column.id}}}))'
    return Metric(
        metric,
        name,
        definition,
        unit,
        MetricFormula(largest),
        _largest_of_steps(column.compute),
        MetricFormula('""'),
        Cube.unknown,
    )


LEAK_METRICS: tuple[Metric[Cube], ...] = (
    _leak_metric(
        "bottleneck", LEAK_COLUMNS[4], Unit.MONEY,
        Text("Bottleneck: one point more"),
        Text(
            "The most won value that one percentage point more of one step's conversion would bring (won deals × mean won value "
            "× 0.01 ÷ conversion); step by step on Leaks."
        ),
    ),
    _leak_metric(
        "slowest_stage", LEAK_COLUMNS[5], Unit.TIMES,
        Text("Slowest stage: days against limit"),
        Text(
            "The largest ratio of a stage's median days to its limit; the sheet Leaks shows it for every stage."
        ),
    ),
)  # fmt: skip

LISTED_REASON_ROWS = 20
"""Number of rows of LossReasons for "no reason given" (row 0) and the listed reasons."""

LOSS_REASON_ROWS = LISTED_REASON_ROWS + 1
"""Number of rows of LossReasons; the last one holds every reason that has no row, so that the rows add up."""


@dataclass(frozen=True)
class LossReasons:
    """One row per reason of the sheet Lists, and one for all others; unknown for a past date, which History does not tell."""

    cube: Cube

    @cached_property
    def names(self) -> list[str]:
        """Return the ids of the reasons; the first one is "" for "no reason given", and "" is also a blank row."""
        listed = list(self.cube.pipeline["Lists"]["loss_reason"].iloc[: LISTED_REASON_ROWS - 1])
        return ["", *listed, *[""] * (LISTED_REASON_ROWS - 1 - len(listed))]

    @property
    def labels(self) -> list[str]:
        """Return the labels of the rows on the sheet."""
        language, known = self.cube.pipeline.language, LISTS["loss_reason"]
        listed = [known[name].in_(language) if name in known else name for name in self.names[1:]]
        return [NO_REASON_LABEL.in_(language), *listed, OTHER_GROUPS_LABEL.in_(language)]

    @cached_property
    def is_shown(self) -> MetricMask:
        """Return which rows show a number."""
        known = np.array([*(bool(name) or row == 0 for row, name in enumerate(self.names)), True])
        return known & self.cube.today

    @cached_property
    def reason_of_deals(self) -> GroupNumbers:
        """Return the row of every lost deal; -1 for a deal that is not lost."""
        place = {fold_text(name): row for row, name in reversed(list(enumerate(self.names)))}
        codes, names = pd.factorize(self.cube.frame["loss_reason"])
        found = [place.get(fold_text(str(name)), LISTED_REASON_ROWS) for name in names]
        rows = np.array([*found, -1], dtype=np.int64)[codes]
        return np.where(self.cube.lost, rows, -1)

    def blank_unless_shown(self, values: MetricArray) -> MetricArray:
        """Return *values*, unknown in rows that show no number."""
        return np.where(self.is_shown, values, np.nan)


def reason_lost_count(reasons: LossReasons) -> MetricArray:
    """Count the lost deals with each reason."""
    if not reasons.cube.today:
        return np.full(LOSS_REASON_ROWS, np.nan)
    return reasons.blank_unless_shown(
        count_by_group(reasons.reason_of_deals >= 0, reasons.reason_of_deals, LOSS_REASON_ROWS)
    )


def reason_lost_value(reasons: LossReasons) -> MetricArray:
    """Sum the amounts of the lost deals with each reason; unknown if there are some and none has an amount."""
    if not reasons.cube.today:
        return np.full(LOSS_REASON_ROWS, np.nan)
    return reasons.blank_unless_shown(
        sum_known_by_group(reasons.cube.amount, reasons.reason_of_deals >= 0, reasons.reason_of_deals, LOSS_REASON_ROWS)
    )


def reason_lost_share(reasons: LossReasons) -> MetricArray:
    """Divide the lost deals with each reason by all lost deals."""
    lost = reason_lost_count(reasons)
    return divide_or_unknown(lost, np.full(LOSS_REASON_ROWS, np.nansum(lost)))


def reason_lost_cumulative(reasons: LossReasons) -> MetricArray:
    """Divide the losses of all reasons that lose at least as many by the total."""
    lost = reason_lost_count(reasons)
    return np.where(np.isnan(lost), np.nan, cumulative_share(np.nan_to_num(lost)))


_LISTED_REASON = "INDEX({Lists.loss_reason},{position})"
_LOST_FOR_REASON = (OUTCOME_LOST, Criterion("loss_reason", "=", 'IF({position}=0,"",{reason})'))
_ALL_REASONS_LOST = "SUM({LossReasons.lost_count})"
_REASONS_LOST_AT_LEAST = 'SUMIFS({LossReasons.lost_count},{LossReasons.lost_count},">="&{lost_count})'


_LOST_FOR_ANY_REASON = (OUTCOME_LOST, Criterion("loss_reason", "<>", ""))
_COUNT_OTHER_REASONS, _SUM_OTHER_REASONS = (
    unlisted("loss_reason", "{LossReasons.reason}") for unlisted in (count_unlisted_formula, sum_unlisted_formula)
)


def _reason_formula(listed: Aggregate, others: Aggregate, *also: Criterion) -> str:
    rest = formula_today_only(others, "closed", *_LOST_FOR_ANY_REASON, *also)
    own = formula_today_only(listed, "closed", *_LOST_FOR_REASON, *also)
    return f"IF({{position}}={LISTED_REASON_ROWS},{rest},{own})"


_REASON_COUNT = _reason_formula(count_formula, _COUNT_OTHER_REASONS)
_VALUED_REASON_COUNT = _reason_formula(count_formula, _COUNT_OTHER_REASONS, HAS_AMOUNT)
_REASON_VALUE = _reason_formula(sum_formula("amount"), _SUM_OTHER_REASONS)


def _share_of_lost_formula(formula: str) -> MetricFormula:
    return MetricFormula(f'IF({{lost_count}}="","",IF({_ALL_REASONS_LOST}=0,"",{formula}/{_ALL_REASONS_LOST}))')


NO_REASON_LABEL = Text("(none given)")


_LISTED_OR_BLANK = f'IF({{position}}>ROWS({{Lists.loss_reason}}),"",IF({_LISTED_REASON}="","",{_LISTED_REASON}))'
_LISTED_OR_OTHER = f"IF({{position}}={LISTED_REASON_ROWS},{{others}},{_LISTED_OR_BLANK})"

REASON_NAMING: tuple[MetricColumn[LossReasons], ...] = (
    ColumnText(
        "reason",
        MetricFormula(
            f"IF({{position}}=0,{{none_given}},{_LISTED_OR_OTHER})",
            words={"none_given": NO_REASON_LABEL, "others": OTHER_GROUPS_LABEL},
        ),
        lambda reasons: reasons.labels,
    ),
)
"""The column that identifies the reason of a row."""

LOSS_REASON_COLUMNS: tuple[ColumnMetric[LossReasons], ...] = (
    ColumnMetric(
        "lost_count",
        MetricFormula(f'IF({{reason}}="","",{_REASON_COUNT})'),
        reason_lost_count,
    ),
    ColumnMetric(
        "lost_value",
        MetricFormula(
            f'IF({{lost_count}}="","",{known_sum_formula("{lost_count}", _VALUED_REASON_COUNT, _REASON_VALUE)})'
        ),
        reason_lost_value,
    ),
    ColumnMetric("lost_share", _share_of_lost_formula("{lost_count}"), reason_lost_share),
    ColumnMetric("lost_cumulative", _share_of_lost_formula(_REASONS_LOST_AT_LEAST), reason_lost_cumulative),
)
