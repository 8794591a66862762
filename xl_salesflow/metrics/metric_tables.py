"""Every metric and every table of metrics, with the live formula of each of their cells.

Every value cell of the table Metrics has the metric's id as its defined name (`METRIC_CELL_NAMES`): other formulas, cards
and people write ``=won_value/target``. Formulas are in the workbook's language, without the leading "="; those marked *array*
are entered as array formulas of one cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.day_comparison import COMPARISON_CELLS, STAGE_CHANGE_COLUMNS, StageChanges
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.early_warning_metrics import EARLY_WARNING_METRICS
from xl_salesflow.metrics.feedback_metrics import FEEDBACK_METRICS
from xl_salesflow.metrics.forecast_metrics import CATEGORY_METRICS, WEIGHTED_METRICS
from xl_salesflow.metrics.funnel_steps import STAGE_NAME_FORMULAS, STEP_NAMING_FORMULAS, FunnelSteps
from xl_salesflow.metrics.group_metrics import (
    GROUP_COLUMNS,
    LISTED_GROUP_ROWS,
    SEGMENT_FORMULAS,
    Grouping,
    group_naming_formulas,
)
from xl_salesflow.metrics.history_workings import STEP_ROWS, TREND_MONTHS
from xl_salesflow.metrics.loss_metrics import (
    LEAK_COLUMNS,
    LEAK_METRICS,
    LOSS_REASON_COLUMNS,
    LOSS_REASON_ROWS,
    LossReasons,
    reason_naming_formulas,
)
from xl_salesflow.metrics.metric_declaration import ColumnMetric, Metric, MetricFormula
from xl_salesflow.metrics.month_metrics import (
    FORECAST_MONTH_COLUMNS,
    FORECAST_MONTH_FORMULA,
    FORECAST_MONTH_ROWS,
    TREND_COLUMNS,
    TREND_MONTH_FORMULA,
    ForecastMonths,
    TrendMonths,
)
from xl_salesflow.metrics.outcome_metrics import CYCLE_METRICS, OUTCOME_METRICS
from xl_salesflow.metrics.plan_metrics import PLAN_METRICS, PLAN_STAGE_COLUMNS, SalesPlan
from xl_salesflow.metrics.stage_metrics import STAGE_CONVERSION_COLUMNS, STAGE_TIME_COLUMNS, STAGE_VALUE_COLUMNS
from xl_salesflow.metrics.stage_move_metrics import MOVE_COLUMNS, MOVE_VALUE_COLUMNS
from xl_salesflow.metrics.target_metrics import TARGET_METRICS
from xl_salesflow.metrics.team_plan_metrics import TEAM_PLAN_COLUMNS, TEAM_PLAN_ROWS, TeamPlan, team_naming_formulas
from xl_salesflow.schema.table_columns import TableSchema
from xl_salesflow.schema.table_registry import TABLES, render_formula

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
        )
        for metric in family
    }
)
"""One row each of the table Metrics, by id."""

STAGE_METRICS_BY_ID: Mapping[str, ColumnMetric[FunnelSteps]] = MappingProxyType(
    {column.id: column for column in (*STAGE_CONVERSION_COLUMNS, *STAGE_VALUE_COLUMNS, *STAGE_TIME_COLUMNS)}
)
"""The numbers of the table StageMetrics, by column."""

STAGE_CHANGES_BY_ID: Mapping[str, ColumnMetric[StageChanges]] = MappingProxyType(
    {column.id: column for column in STAGE_CHANGE_COLUMNS}
)
"""The numbers of the table StageChanges, by column."""

FORECAST_MONTHS_BY_ID: Mapping[str, ColumnMetric[ForecastMonths]] = MappingProxyType(
    {column.id: column for column in FORECAST_MONTH_COLUMNS}
)
"""The numbers of the table ForecastMonths, by column."""

PLAN_STAGES_BY_ID: Mapping[str, ColumnMetric[SalesPlan]] = MappingProxyType(
    {column.id: column for column in PLAN_STAGE_COLUMNS}
)
"""The numbers of the table PlanStages, by column."""

TEAM_PLAN_BY_ID: Mapping[str, ColumnMetric[TeamPlan]] = MappingProxyType(
    {column.id: column for column in TEAM_PLAN_COLUMNS}
)
"""The numbers of the table TeamPlan, by column."""

TREND_BY_ID: Mapping[str, ColumnMetric[TrendMonths]] = MappingProxyType({column.id: column for column in TREND_COLUMNS})
"""The numbers of the table Trend, by column."""

GROUPS_BY_ID: Mapping[str, ColumnMetric[Grouping]] = MappingProxyType({column.id: column for column in GROUP_COLUMNS})
"""The numbers of the table Groups, by column."""

LEAKS_BY_ID: Mapping[str, ColumnMetric[FunnelSteps]] = MappingProxyType({column.id: column for column in LEAK_COLUMNS})
"""The numbers of the table Leaks, by column."""

LOSS_REASONS_BY_ID: Mapping[str, ColumnMetric[LossReasons]] = MappingProxyType(
    {column.id: column for column in LOSS_REASON_COLUMNS}
)
"""The numbers of the table LossReasons, by column."""

MOVES_BY_ID: Mapping[str, ColumnMetric[FunnelSteps]] = MappingProxyType({column.id: column for column in MOVE_COLUMNS})
"""The numbers of the table Moves, by column."""

MOVE_VALUES_BY_ID: Mapping[str, ColumnMetric[FunnelSteps]] = MappingProxyType(
    {column.id: column for column in MOVE_VALUE_COLUMNS}
)
"""The numbers of the table MoveValues, by column."""

METRIC_SMALL_PRINT: Mapping[str, Text] = MappingProxyType(
    {
        "open_count": Text("as of the date", "截至日期"),
        "open_value": Text("sum of amounts", "金额合计"),
        "weighted_value": Text("amount × probability", "金额 × 赢率"),
        "won_count": Text("closed in the period", "期内关闭"),
        "won_value": Text("closed in the period", "期内关闭"),
        "win_rate": Text("won ÷ (won + lost)", "赢单 ÷（赢单 + 丢单）"),
        "win_rate_of_all": Text("won ÷ all created", "赢单 ÷ 全部新建"),
        "cycle_days_won_mean": Text("days from creation", "自创建起的天数"),
        "cycle_days_won_median": Text("half take longer", "一半用时更长"),
    }
)
"""Metric id → its small print."""

SMALL_SAMPLE_MARK = Text("Small sample", "样本少")
"""What stands beside a number over fewer deals than the setting small_sample."""

FormulaRenderer = Callable[[MetricFormula, Language, TableSchema], MetricFormula]
"""How a template becomes a formula; a workbook whose headers were renamed has its own way."""


def render_metric_formula(formula: MetricFormula, language: Language, table: TableSchema) -> MetricFormula:
    """Return a formula with the headers that *language* declares."""
    return MetricFormula(render_formula(formula.text, language, table), formula.array)


METRIC_CELL_NAMES: tuple[str, ...] = tuple(METRICS_BY_ID)
"""Defined names: each is the value cell of the metric of that id."""


def card_formulas(language: Language) -> dict[str, str]:
    """Return the formulas of the cells named for metrics: the cards, and what they were on the day compared with."""
    cards = {f"Card_{id}": id for id in METRICS_BY_ID}
    return cards | {name: render_formula(text, language) for name, text in COMPARISON_CELLS.items()}


def metric_formulas(
    language: Language, say: FormulaRenderer = render_metric_formula
) -> dict[str, dict[str, MetricFormula]]:
    """Return metric id → the formulas of its cells value, sample and mark in the table Metrics."""
    table = TABLES["Metrics"]
    return {
        id: {
            "value": say(metric.formula, language, table),
            "sample": say(metric.sample_formula, language, table),
            "mark": say(_metric_mark_formula(metric, language), language, table),
        }
        for id, metric in METRICS_BY_ID.items()
    }


def stage_formulas(language: Language) -> dict[str, MetricFormula]:
    """Return column → formula of the table StageMetrics; every row has the same and looks at its own position."""
    return column_formulas("StageMetrics", language)


def month_formulas(language: Language) -> dict[str, MetricFormula]:
    """Return the same of the table ForecastMonths."""
    return column_formulas("ForecastMonths", language)


def plan_formulas(language: Language) -> dict[str, MetricFormula]:
    """Return the same of the table PlanStages."""
    return column_formulas("PlanStages", language)


def column_formulas(
    table: str, language: Language, say: FormulaRenderer = render_metric_formula
) -> dict[str, MetricFormula]:
    """Return column → formula of a table of POSITIONS; every row has the same and looks at its own position."""
    naming, numbers = _declared_formulas(table, language)
    formulas = {**naming, **{id: column.formula for id, column in numbers.items()}}
    declared = TABLES[table]
    return {c.id: say(formulas[c.id], language, declared) for c in declared.columns if c.id in formulas}


ROW_POSITIONS: Mapping[str, range] = MappingProxyType(
    {
        "StageMetrics": range(1, STEP_ROWS + 1),
        "StageChanges": range(1, STEP_ROWS + 1),
        "Trend": range(1, TREND_MONTHS + 1),
        "Groups": range(1, LISTED_GROUP_ROWS + 2),
        "Segments": range(1, 3),
        "ForecastMonths": range(FORECAST_MONTH_ROWS),
        "PlanStages": range(1, STEP_ROWS + 1),
        "TeamPlan": range(1, TEAM_PLAN_ROWS + 1),
        "Leaks": range(1, STEP_ROWS + 1),
        "LossReasons": range(LOSS_REASON_ROWS),
        "Moves": range(1, STEP_ROWS + 1),
        "MoveValues": range(1, STEP_ROWS + 1),
    }
)
"""Table → the positions of its rows; every other cell but PlanStages' what_if is a formula."""


def _declared_formulas(
    table: str, language: Language
) -> tuple[Mapping[str, MetricFormula], Mapping[str, ColumnMetric[Any]]]:
    tables: dict[str, tuple[Mapping[str, MetricFormula], Mapping[str, ColumnMetric[Any]]]] = {
        "StageMetrics": (STEP_NAMING_FORMULAS, STAGE_METRICS_BY_ID),
        "StageChanges": (STAGE_NAME_FORMULAS, STAGE_CHANGES_BY_ID),
        "Trend": ({"month": TREND_MONTH_FORMULA, "mark": _rate_mark_formula(language)}, TREND_BY_ID),
        "Groups": ({**group_naming_formulas(language), "mark": _rate_mark_formula(language)}, GROUPS_BY_ID),
        "Segments": (SEGMENT_FORMULAS, {}),
        "ForecastMonths": ({"month": FORECAST_MONTH_FORMULA}, FORECAST_MONTHS_BY_ID),
        "PlanStages": (STAGE_NAME_FORMULAS, PLAN_STAGES_BY_ID),
        "TeamPlan": ({**team_naming_formulas(language), "mark": _won_mark_formula(language)}, TEAM_PLAN_BY_ID),
        "Leaks": (STAGE_NAME_FORMULAS, LEAKS_BY_ID),
        "LossReasons": (reason_naming_formulas(language), LOSS_REASONS_BY_ID),
        "Moves": (STAGE_NAME_FORMULAS, MOVES_BY_ID),
        "MoveValues": (STAGE_NAME_FORMULAS, MOVE_VALUES_BY_ID),
    }
    return tables[table]


def _rate_mark_formula(language: Language) -> MetricFormula:
    closed = "{won_count}+{lost_count}"
    return MetricFormula(f'IF({{win_rate}}="","",IF({closed}<SmallSample,"{SMALL_SAMPLE_MARK.in_(language)}",""))')


def _won_mark_formula(language: Language) -> MetricFormula:
    return MetricFormula(
        f'IF({{won_count}}="","",IF({{won_count}}<SmallSample,"{SMALL_SAMPLE_MARK.in_(language)}",""))'
    )


def _metric_mark_formula(metric: Metric[Cube], language: Language) -> MetricFormula:
    if metric.is_count:
        return MetricFormula('""')
    return MetricFormula(f'IF({{sample}}="","",IF({{sample}}<SmallSample,"{SMALL_SAMPLE_MARK.in_(language)}",""))')
