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
)
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


def position_rows(table: str, language: Language) -> list[Row]:
    """Return the rows of a table that counts positions: alike but for that number."""
    return [{"position": position, **entered(column_formulas(table, language))} for position in POSITIONS[table]]


def entered(formulas: Mapping[str, Formula]) -> dict[str, Any]:
    """Return each formula as a cell takes it; an array formula learns its cell when it is placed."""
    return {
        id: ArrayFormula("A1", f"={formula.text}") if formula.array else f"={formula.text}"
        for id, formula in formulas.items()
    }


def number_format(metric: str) -> str:
    """Return how the value of *metric* is shown."""
    return _FORMATS.get(METRICS[metric].unit, "#,##0")


def card_format(metric: str) -> str:
    """Return the same for a card, where nothing known is a dash, and so is a target nobody has set."""
    plain = headline_format(metric)
    none = '"–"' if metric == "target" else plain
    return f'{plain};-{plain};{none};"–"'


def headline_format(metric: str) -> str:
    """Return how the value of *metric* is shown large: money without cents."""
    return "#,##0" if METRICS[metric].unit is Unit.MONEY else number_format(metric)
