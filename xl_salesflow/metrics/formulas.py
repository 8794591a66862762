"""The live formula of every cell of the metric tables, in the workbook's language, without the leading "=".

Every value cell of the table Metrics has the metric's id as its defined name (`NAMES`): other formulas, cards and
people say ``=won_value/target``. Formulas marked *array* are entered as array formulas of one cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from xl_salesflow.metrics.catalogue import (
    FORECAST_MONTHS,
    GROUPS,
    LEAKS,
    LOSS_REASONS,
    METRICS,
    MOVE_VALUES,
    MOVES,
    PLAN_STAGES,
    STAGE_CHANGES,
    STAGE_METRICS,
    TEAM_PLAN,
    TREND,
)
from xl_salesflow.metrics.comparison import CHANGE_NAMING, COMPARED_CELLS
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import ColumnMetric, Formula, Metric
from xl_salesflow.metrics.groups import LISTED, group_naming
from xl_salesflow.metrics.leaks import LEAK_NAMING
from xl_salesflow.metrics.months import MONTH, MONTHS
from xl_salesflow.metrics.moves import MOVE_NAMING
from xl_salesflow.metrics.plan import PLAN_NAMING
from xl_salesflow.metrics.reasons import REASONS, reason_naming
from xl_salesflow.metrics.steps import NAMING
from xl_salesflow.metrics.team_plan import ROWS as TEAM
from xl_salesflow.metrics.team_plan import team_naming
from xl_salesflow.metrics.trend import MONTH as TREND_MONTH
from xl_salesflow.metrics.versus import SEGMENT_FORMULAS
from xl_salesflow.metrics.workings import MONTHS_BACK, ROWS
from xl_salesflow.model.column import Table
from xl_salesflow.model.formulas import render
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

SMALL_SAMPLE = Text("Small sample", "样本少")
"""What stands beside a number over fewer deals than the setting small_sample."""

Render = Callable[[Formula, Language, Table], Formula]
"""How a template becomes a formula; a workbook whose headers were renamed has its own way."""


def rendered(formula: Formula, language: Language, table: Table) -> Formula:
    """Return a formula with the headers that *language* declares."""
    return Formula(render(formula.text, language, table), formula.array)


NAMES: tuple[str, ...] = tuple(METRICS)
"""Defined names: each is the value cell of the metric of that id."""


def card_formulas(language: Language) -> dict[str, str]:
    """Return the formulas of the cells named for metrics: the cards, and what they were on the day compared with."""
    cards = {f"Card_{id}": id for id in METRICS}
    return cards | {name: render(text, language) for name, text in COMPARED_CELLS.items()}


def metric_formulas(language: Language, say: Render = rendered) -> dict[str, dict[str, Formula]]:
    """Return metric id → the formulas of its cells value, sample and mark in the table Metrics."""
    table = TABLES["Metrics"]
    return {
        id: {
            "value": say(metric.formula, language, table),
            "sample": say(metric.sample_formula, language, table),
            "mark": say(_mark(metric, language), language, table),
        }
        for id, metric in METRICS.items()
    }


def stage_formulas(language: Language) -> dict[str, Formula]:
    """Return column → formula of the table StageMetrics; every row has the same and looks at its own position."""
    return column_formulas("StageMetrics", language)


def month_formulas(language: Language) -> dict[str, Formula]:
    """Return the same of the table ForecastMonths."""
    return column_formulas("ForecastMonths", language)


def plan_formulas(language: Language) -> dict[str, Formula]:
    """Return the same of the table PlanStages."""
    return column_formulas("PlanStages", language)


def column_formulas(table: str, language: Language, say: Render = rendered) -> dict[str, Formula]:
    """Return column → formula of a table of POSITIONS; every row has the same and looks at its own position."""
    naming, numbers = _declared(table, language)
    formulas = {**naming, **{id: column.formula for id, column in numbers.items()}}
    declared = TABLES[table]
    return {c.id: say(formulas[c.id], language, declared) for c in declared.columns if c.id in formulas}


POSITIONS: Mapping[str, range] = MappingProxyType(
    {
        "StageMetrics": range(1, ROWS + 1),
        "StageChanges": range(1, ROWS + 1),
        "Trend": range(1, MONTHS_BACK + 1),
        "Groups": range(1, LISTED + 2),
        "Segments": range(1, 3),
        "ForecastMonths": range(MONTHS),
        "PlanStages": range(1, ROWS + 1),
        "TeamPlan": range(1, TEAM + 1),
        "Leaks": range(1, ROWS + 1),
        "LossReasons": range(REASONS),
        "Moves": range(1, ROWS + 1),
        "MoveValues": range(1, ROWS + 1),
    }
)
"""Table → the positions of its rows; every other cell but PlanStages' what_if is a formula."""


def _declared(table: str, language: Language) -> tuple[Mapping[str, Formula], Mapping[str, ColumnMetric[Any]]]:
    tables: dict[str, tuple[Mapping[str, Formula], Mapping[str, ColumnMetric[Any]]]] = {
        "StageMetrics": (NAMING, STAGE_METRICS),
        "StageChanges": (CHANGE_NAMING, STAGE_CHANGES),
        "Trend": ({"month": TREND_MONTH, "mark": _mark_rate(language)}, TREND),
        "Groups": ({**group_naming(language), "mark": _mark_rate(language)}, GROUPS),
        "Segments": (SEGMENT_FORMULAS, {}),
        "ForecastMonths": ({"month": MONTH}, FORECAST_MONTHS),
        "PlanStages": (PLAN_NAMING, PLAN_STAGES),
        "TeamPlan": ({**team_naming(language), "mark": _mark_won(language)}, TEAM_PLAN),
        "Leaks": (LEAK_NAMING, LEAKS),
        "LossReasons": (reason_naming(language), LOSS_REASONS),
        "Moves": (MOVE_NAMING, MOVES),
        "MoveValues": (MOVE_NAMING, MOVE_VALUES),
    }
    return tables[table]


def _mark_rate(language: Language) -> Formula:
    closed = "{won_count}+{lost_count}"
    return Formula(f'IF({{win_rate}}="","",IF({closed}<SmallSample,"{SMALL_SAMPLE.in_(language)}",""))')


def _mark_won(language: Language) -> Formula:
    return Formula(f'IF({{won_count}}="","",IF({{won_count}}<SmallSample,"{SMALL_SAMPLE.in_(language)}",""))')


def _mark(metric: Metric[Cube], language: Language) -> Formula:
    if metric.is_count:
        return Formula('""')
    return Formula(f'IF({{sample}}="","",IF({{sample}}<SmallSample,"{SMALL_SAMPLE.in_(language)}",""))')
