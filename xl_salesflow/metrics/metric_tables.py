"""Declare every metric and every metric table once; answers, sheets, formulas and docs are made from the declarations.

A metric table has one row per step, month, group or owner. The headers and tips of its columns are declared in
`schema.manager_tables`, everything else about it here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic

from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.commission_metrics import COMMISSION_COLUMNS, CREDIT_NAMING, CreditedPeople
from xl_salesflow.metrics.competitor_metrics import (
    COMPETITOR_COLUMNS,
    COMPETITOR_NAMING,
    COMPETITOR_ROWS,
    Competitors,
)
from xl_salesflow.metrics.day_comparison import STAGE_CHANGE_COLUMNS, StageChanges
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.early_warning_metrics import EARLY_WARNING_METRICS
from xl_salesflow.metrics.feedback_metrics import FEEDBACK_METRICS
from xl_salesflow.metrics.forecast_metrics import CATEGORY_METRICS, WEIGHTED_METRICS
from xl_salesflow.metrics.funnel_notes import CARD_FEET
from xl_salesflow.metrics.funnel_steps import STEP_NAMING, build_funnel_steps, name_step_rows
from xl_salesflow.metrics.group_metrics import GROUP_COLUMNS, GROUP_NAMING, LISTED_GROUP_ROWS, build_grouping
from xl_salesflow.metrics.history_workings import STEP_ROWS, TREND_MONTHS
from xl_salesflow.metrics.loss_metrics import (
    LEAK_COLUMNS,
    LEAK_METRICS,
    LOSS_REASON_COLUMNS,
    LOSS_REASON_ROWS,
    REASON_NAMING,
    LossReasons,
)
from xl_salesflow.metrics.metric_declaration import Metric, MetricColumn, MetricFormula, MetricSource, SampleMark
from xl_salesflow.metrics.month_metrics import (
    FORECAST_MONTH_COLUMNS,
    FORECAST_MONTH_NAMING,
    FORECAST_MONTH_ROWS,
    TREND_COLUMNS,
    TREND_NAMING,
    ForecastMonths,
    TrendMonths,
)
from xl_salesflow.metrics.outcome_metrics import CYCLE_METRICS, OUTCOME_METRICS
from xl_salesflow.metrics.payment_metrics import (
    CASH_MONTH_COLUMNS,
    CASH_MONTH_NAMING,
    CASH_MONTH_ROWS,
    COLLECTION_COLUMNS,
    RECEIVABLE_COLUMNS,
    RECEIVABLE_NAMING,
    RECEIVABLE_ROWS,
    CashMonths,
    PaymentSums,
)
from xl_salesflow.metrics.plan_line import PLAN_BASIS_METRICS
from xl_salesflow.metrics.plan_metrics import PLAN_METRICS, PLAN_STAGE_COLUMNS, SalesPlan
from xl_salesflow.metrics.recurring_metrics import (
    RECURRING_COLUMNS,
    RECURRING_MONTH_COLUMNS,
    RECURRING_MONTH_NAMING,
    RECURRING_MONTH_ROWS,
    ContractSums,
    RecurringMonths,
)
from xl_salesflow.metrics.segment_metrics import SEGMENT_COLUMNS, SEGMENT_NAMING, SEGMENT_ROWS, SegmentPair
from xl_salesflow.metrics.stage_metrics import STAGE_CONVERSION_COLUMNS, STAGE_TIME_COLUMNS, STAGE_VALUE_COLUMNS
from xl_salesflow.metrics.stage_move_metrics import MOVE_COLUMNS, MOVE_VALUE_COLUMNS
from xl_salesflow.metrics.target_metrics import TARGET_METRICS
from xl_salesflow.metrics.team_activity_metrics import COST_METRICS, TEAM_ACTIVITY_COLUMNS, TeamActivity
from xl_salesflow.metrics.team_plan_metrics import TEAM_NAMING, TEAM_PLAN_COLUMNS, TEAM_PLAN_ROWS, TeamPlan
from xl_salesflow.schema.commission_tables import COMMISSION_PERSON_ROWS

METRICS_BY_ID: Mapping[str, Metric[Cube]] = MappingProxyType(
    {
        metric.id: metric
        for family in (
            OUTCOME_METRICS,
            WEIGHTED_METRICS,
            CYCLE_METRICS,
            TARGET_METRICS,
            CATEGORY_METRICS,
            PLAN_METRICS,
            LEAK_METRICS,
            EARLY_WARNING_METRICS,
            FEEDBACK_METRICS,
            COST_METRICS,
            PLAN_BASIS_METRICS,
        )
        for metric in family
    }
)
"""Every metric by id, in the order of the table Metrics. The id is also the defined name of the cell with its value."""

METRIC_SMALL_PRINT: Mapping[str, Text] = MappingProxyType(
    {
        "open_count": Text("as of the date"),
        **{metric: foot.words for metric, foot in CARD_FEET.items()},
        "won_count": Text("closed in the period"),
        "win_rate": Text("won ÷ (won + lost)"),
        "win_rate_of_all": Text("won ÷ all created"),
        "cycle_days_won_mean": Text("days from creation"),
        "cycle_days_won_median": Text("half take longer"),
    }
)
"""Metric id → its small print on cards."""


@dataclass(frozen=True, slots=True)
class MetricTable(Generic[MetricSource]):
    """One metric table: its rows, the source of its numbers, and its columns.

    *rows* are the values of the column `position`; if there are fewer steps than rows, the rest is blank. *of* makes
    the source from which all columns are computed. The *naming* columns identify a row, *columns* are its numbers, and
    *mark* is its warning of a small sample. With *in_stages* the numbers are part of every stage of ``funnel --json``.
    """

    name: str
    rows: range
    of: Callable[[Cube], MetricSource]
    naming: tuple[MetricColumn[MetricSource], ...]
    columns: tuple[MetricColumn[MetricSource], ...]
    mark: SampleMark | None = None
    in_stages: bool = False

    @property
    def formulas(self) -> dict[str, MetricFormula]:
        """Return column → its formula, which is the same in every row and uses the row's own position."""
        formulas = {column.id: column.formula for column in (*self.naming, *self.columns)}
        return formulas | {"mark": self.mark.formula} if self.mark else formulas


_EXACT_SUMS = frozenset(
    {
        "open_value", "won_value", "lost_value", "weighted_value", "target", "won_to_date", "target_gap", "expected_value",
        "forecast_commit", "forecast_best_case", "forecast_pipeline", "forecast_omitted", "forecast_to_commit",
        "forecast_to_best_case", "forecast_to_pipeline", "plan_value",
    }
)  # fmt: skip


def is_estimated_metric(metric: Metric[Any]) -> bool:
    """Return whether a small sample makes *metric* uncertain: a rate or an average, but neither a count nor a sum."""
    return not metric.is_count and metric.id not in _EXACT_SUMS


METRIC_MARK = SampleMark("sample", ("sample",))
"""The mark of a row of the table Metrics whose number is estimated (see is_estimated_metric)."""

WIN_RATE_MARK = SampleMark("win_rate", ("won_count", "lost_count"))
"""The mark of a row with a win rate."""

_STEP_POSITIONS = range(1, STEP_ROWS + 1)

_METRIC_TABLE_ORDER: tuple[MetricTable[Any], ...] = (
    MetricTable(
        "StageMetrics",
        rows=_STEP_POSITIONS,
        of=build_funnel_steps,
        naming=STEP_NAMING,
        columns=(*STAGE_CONVERSION_COLUMNS, *STAGE_VALUE_COLUMNS, *STAGE_TIME_COLUMNS),
        in_stages=True,
    ),
    MetricTable(
        "StageChanges",
        rows=_STEP_POSITIONS,
        of=lambda cube: StageChanges(build_funnel_steps(cube)),
        naming=name_step_rows(lambda changes: changes.steps),
        columns=STAGE_CHANGE_COLUMNS,
    ),
    MetricTable(
        "Trend",
        rows=range(1, TREND_MONTHS + 1),
        of=TrendMonths,
        naming=TREND_NAMING,
        columns=TREND_COLUMNS,
        mark=WIN_RATE_MARK,
    ),
    MetricTable(
        "Groups",
        rows=range(1, LISTED_GROUP_ROWS + 2),
        of=build_grouping,
        naming=GROUP_NAMING,
        columns=GROUP_COLUMNS,
        mark=WIN_RATE_MARK,
    ),
    MetricTable(
        "Segments",
        rows=range(1, SEGMENT_ROWS + 1),
        of=lambda cube: SegmentPair(build_grouping(cube)),
        naming=SEGMENT_NAMING,
        columns=SEGMENT_COLUMNS,
    ),
    MetricTable(
        "ForecastMonths",
        rows=range(FORECAST_MONTH_ROWS),
        of=ForecastMonths,
        naming=FORECAST_MONTH_NAMING,
        columns=FORECAST_MONTH_COLUMNS,
    ),
    MetricTable(
        "PlanStages",
        rows=_STEP_POSITIONS,
        of=lambda cube: SalesPlan(build_funnel_steps(cube)),
        naming=name_step_rows(lambda plan: plan.steps),
        columns=PLAN_STAGE_COLUMNS,
    ),
    MetricTable(
        "TeamPlan",
        rows=range(1, TEAM_PLAN_ROWS + 1),
        of=TeamPlan,
        naming=TEAM_NAMING,
        columns=TEAM_PLAN_COLUMNS,
        mark=SampleMark("won_count", ("won_count",)),
    ),
    MetricTable(
        "TeamActivity",
        rows=range(1, TEAM_PLAN_ROWS + 1),
        of=TeamActivity,
        naming=TEAM_NAMING,
        columns=TEAM_ACTIVITY_COLUMNS,
    ),
    MetricTable(
        "Leaks",
        rows=_STEP_POSITIONS,
        of=build_funnel_steps,
        naming=name_step_rows(lambda steps: steps),
        columns=LEAK_COLUMNS,
        in_stages=True,
    ),
    MetricTable(
        "LossReasons",
        rows=range(LOSS_REASON_ROWS),
        of=LossReasons,
        naming=REASON_NAMING,
        columns=LOSS_REASON_COLUMNS,
    ),
    MetricTable(
        "Competitors",
        rows=range(1, COMPETITOR_ROWS + 1),
        of=Competitors,
        naming=COMPETITOR_NAMING,
        columns=COMPETITOR_COLUMNS,
        mark=WIN_RATE_MARK,
    ),
    MetricTable("Collections", rows=range(1, 2), of=PaymentSums, naming=(), columns=COLLECTION_COLUMNS),
    MetricTable(
        "Receivables",
        rows=range(1, RECEIVABLE_ROWS + 1),
        of=PaymentSums,
        naming=RECEIVABLE_NAMING,
        columns=RECEIVABLE_COLUMNS,
    ),
    MetricTable(
        "CashMonths",
        rows=range(1, CASH_MONTH_ROWS + 1),
        of=CashMonths,
        naming=CASH_MONTH_NAMING,
        columns=CASH_MONTH_COLUMNS,
    ),
    MetricTable("Recurring", rows=range(1, 2), of=ContractSums, naming=(), columns=RECURRING_COLUMNS),
    MetricTable(
        "RecurringMonths",
        rows=range(1, RECURRING_MONTH_ROWS + 1),
        of=RecurringMonths,
        naming=RECURRING_MONTH_NAMING,
        columns=RECURRING_MONTH_COLUMNS,
    ),
    MetricTable(
        "Commission",
        rows=range(1, COMMISSION_PERSON_ROWS + 1),
        of=CreditedPeople,
        naming=CREDIT_NAMING,
        columns=COMMISSION_COLUMNS,
    ),
    MetricTable(
        "Moves",
        rows=_STEP_POSITIONS,
        of=build_funnel_steps,
        naming=name_step_rows(lambda steps: steps),
        columns=MOVE_COLUMNS,
    ),
    MetricTable(
        "MoveValues",
        rows=_STEP_POSITIONS,
        of=build_funnel_steps,
        naming=name_step_rows(lambda steps: steps),
        columns=MOVE_VALUE_COLUMNS,
    ),
)

METRIC_TABLES: Mapping[str, MetricTable[Any]] = MappingProxyType({table.name: table for table in _METRIC_TABLE_ORDER})
"""Every metric table by name, in the order of the sheets."""
