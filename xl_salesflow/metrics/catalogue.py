"""Every metric of the product, in the order of the Funnel sheet."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.metrics.categories import CATEGORIES
from xl_salesflow.metrics.comparison import CHANGE_COLUMNS, StageChanges
from xl_salesflow.metrics.conversion import STAGE_CONVERSION
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import ColumnMetric, Metric
from xl_salesflow.metrics.early import EARLY
from xl_salesflow.metrics.feedback import FEEDBACK
from xl_salesflow.metrics.forecast import FORECAST, STAGE_VALUE
from xl_salesflow.metrics.groups import GROUP_COLUMNS, Grouping
from xl_salesflow.metrics.leaks import LEAK_COLUMNS
from xl_salesflow.metrics.leaks import LEAKS as LEAK_METRICS
from xl_salesflow.metrics.months import MONTH_COLUMNS, Months
from xl_salesflow.metrics.moves import MOVE_COLUMNS, VALUE_COLUMNS
from xl_salesflow.metrics.outcomes import OUTCOMES
from xl_salesflow.metrics.plan import PLAN_COLUMNS, PLANNING, Plan
from xl_salesflow.metrics.reasons import REASON_COLUMNS, Reasons
from xl_salesflow.metrics.steps import Steps
from xl_salesflow.metrics.targets import TARGETS
from xl_salesflow.metrics.team_plan import TEAM_COLUMNS, TeamPlan
from xl_salesflow.metrics.timing import CYCLES, STAGE_TIMES
from xl_salesflow.metrics.trend import TREND_COLUMNS, Trend

METRICS: Mapping[str, Metric[Cube]] = MappingProxyType(
    {
        metric.id: metric
        for family in (OUTCOMES, FORECAST, CYCLES, TARGETS, CATEGORIES, PLANNING, LEAK_METRICS, EARLY, FEEDBACK)
        for metric in family
    }
)
"""One row each of the table Metrics, by id."""

STAGE_METRICS: Mapping[str, ColumnMetric[Steps]] = MappingProxyType(
    {column.id: column for column in (*STAGE_CONVERSION, *STAGE_VALUE, *STAGE_TIMES)}
)
"""The numbers of the table StageMetrics, by column."""

STAGE_CHANGES: Mapping[str, ColumnMetric[StageChanges]] = MappingProxyType(
    {column.id: column for column in CHANGE_COLUMNS}
)
"""The numbers of the table StageChanges, by column."""

FORECAST_MONTHS: Mapping[str, ColumnMetric[Months]] = MappingProxyType({column.id: column for column in MONTH_COLUMNS})
"""The numbers of the table ForecastMonths, by column."""

PLAN_STAGES: Mapping[str, ColumnMetric[Plan]] = MappingProxyType({column.id: column for column in PLAN_COLUMNS})
"""The numbers of the table PlanStages, by column."""

TEAM_PLAN: Mapping[str, ColumnMetric[TeamPlan]] = MappingProxyType({column.id: column for column in TEAM_COLUMNS})
"""The numbers of the table TeamPlan, by column."""

TREND: Mapping[str, ColumnMetric[Trend]] = MappingProxyType({column.id: column for column in TREND_COLUMNS})
"""The numbers of the table Trend, by column."""

GROUPS: Mapping[str, ColumnMetric[Grouping]] = MappingProxyType({column.id: column for column in GROUP_COLUMNS})
"""The numbers of the table Groups, by column."""

LEAKS: Mapping[str, ColumnMetric[Steps]] = MappingProxyType({column.id: column for column in LEAK_COLUMNS})
"""The numbers of the table Leaks, by column."""

LOSS_REASONS: Mapping[str, ColumnMetric[Reasons]] = MappingProxyType({column.id: column for column in REASON_COLUMNS})
"""The numbers of the table LossReasons, by column."""

MOVES: Mapping[str, ColumnMetric[Steps]] = MappingProxyType({column.id: column for column in MOVE_COLUMNS})
"""The numbers of the table Moves, by column."""

MOVE_VALUES: Mapping[str, ColumnMetric[Steps]] = MappingProxyType({column.id: column for column in VALUE_COLUMNS})
"""The numbers of the table MoveValues, by column."""
