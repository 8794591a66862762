"""The rows of the tables that hold live formulas, as xl_salesflow.metrics declares them, and how their numbers look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openpyxl.worksheet.formula import ArrayFormula

from xl_salesflow.metrics import METRICS
from xl_salesflow.metrics.declaration import Formula, Unit
from xl_salesflow.metrics.formulas import (
    POSITIONS,
    column_formulas,
    metric_formulas,
    month_formulas,
    plan_formulas,
    stage_formulas,
)
from xl_salesflow.metrics.months import MONTHS
from xl_salesflow.metrics.steps import ROWS
from xl_salesflow.model.text import Language
from xl_salesflow.sheets.rows import Row

_FORMATS = {
    Unit.MONEY: "#,##0.00",
    Unit.MONEY_PER_DAY: "#,##0.00",
    Unit.RATIO: "0.0%",
    Unit.DAYS: "#,##0.0",
    Unit.TIMES: "0.00",
    Unit.POINTS: "0.0",
}


def metric_rows(language: Language) -> list[Row]:
    """Return the rows of Metrics, one per declared metric."""
    formulas = metric_formulas(language)
    return [
        {
            "metric": id,
            "name": metric.name.in_(language),
            "unit": metric.unit.value.in_(language),
            "definition": metric.definition.in_(language),
            **entered(formulas[id]),
        }
        for id, metric in METRICS.items()
    ]


def stage_rows(language: Language) -> list[Row]:
    """Return the rows of StageMetrics: alike but for their position."""
    return [{"position": position, **entered(stage_formulas(language))} for position in range(1, ROWS + 1)]


def month_rows(language: Language) -> list[Row]:
    """Return the rows of ForecastMonths, from the month of the as-of date."""
    return [{"position": position, **entered(month_formulas(language))} for position in range(MONTHS)]


def plan_rows(language: Language) -> list[Row]:
    """Return the rows of PlanStages."""
    return [{"position": position, **entered(plan_formulas(language))} for position in range(1, ROWS + 1)]


def position_rows(language: Language) -> dict[str, list[Row]]:
    """Return the rows of every table of formulas that are alike but for their position."""
    return {
        table: [{"position": position, **entered(column_formulas(table, language))} for position in positions]
        for table, positions in POSITIONS.items()
    }


def entered(formulas: Mapping[str, Formula]) -> dict[str, Any]:
    """Return each formula as a cell takes it; an array formula learns its cell when it is placed."""
    return {
        id: ArrayFormula("A1", f"={formula.text}") if formula.array else f"={formula.text}"
        for id, formula in formulas.items()
    }


def number_format(metric: str) -> str:
    """Return how the value of *metric* is shown."""
    return _FORMATS.get(METRICS[metric].unit, "#,##0")


def headline_format(metric: str) -> str:
    """Return how the value of *metric* is shown large: money without cents."""
    return "#,##0" if METRICS[metric].unit is Unit.MONEY else number_format(metric)
