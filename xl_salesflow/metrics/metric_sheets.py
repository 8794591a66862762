"""The metrics on sheets: rows, live formulas, number formats, cards and workings. The only module for the template builder.

Formulas are in the workbook's language, without the leading "="; those marked *array* are array formulas of one cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.bottleneck_line import bottleneck_line_formula
from xl_salesflow.metrics.day_comparison import COMPARED_METRICS, COMPARISON_CELLS
from xl_salesflow.metrics.funnel_notes import card_foot_formulas, never_entered_formula
from xl_salesflow.metrics.history_workings import WORKINGS
from xl_salesflow.metrics.metric_declaration import MetricFormula, Unit
from xl_salesflow.metrics.metric_tables import (
    METRIC_MARK,
    METRIC_SMALL_PRINT,
    METRIC_TABLES,
    METRICS_BY_ID,
    is_estimated_metric,
)
from xl_salesflow.metrics.plan_line import plan_line_formula
from xl_salesflow.schema.named_values import BOTTLENECK_LINE, NEVER_ENTERED_LINE, PLAN_LINE
from xl_salesflow.schema.table_columns import TableSchema
from xl_salesflow.schema.table_registry import TABLES, render_formula

METRIC_ROW_KEYS: Mapping[str, tuple[str | int, ...]] = MappingProxyType(
    {"Metrics": tuple(METRICS_BY_ID), **{name: tuple(table.rows) for name, table in METRIC_TABLES.items()}}
)
"""Every table whose cells are metrics → the keys of its rows: ids of metrics, or positions."""

FormulaRenderer = Callable[[MetricFormula, Language, TableSchema], MetricFormula]
"""Renders a template to a formula; a workbook with renamed headers has its own renderer."""


def render_metric_formula(formula: MetricFormula, language: Language, table: TableSchema) -> MetricFormula:
    """Return a formula with the headers declared for *language*."""
    return MetricFormula(render_formula(formula.text, language, table), formula.array)


def metric_row_formulas(
    table: str, language: Language, render: FormulaRenderer = render_metric_formula
) -> dict[str | int, dict[str, MetricFormula]]:
    """Return key of the row → column → formula, for a table of `METRIC_ROW_KEYS`."""
    if table == "Metrics":
        return {metric: _render_row(_metric_formulas(metric), table, language, render) for metric in METRICS_BY_ID}
    declared = METRIC_TABLES[table]
    return dict.fromkeys(declared.rows, _render_row(declared.formulas, table, language, render))


def _render_row(
    formulas: Mapping[str, MetricFormula], table: str, language: Language, render: FormulaRenderer
) -> dict[str, MetricFormula]:
    schema = TABLES[table]
    return {
        column.id: render(formulas[column.id].spell_words(language), language, schema)
        for column in schema.columns
        if column.id in formulas
    }


def _metric_formulas(metric_id: str) -> dict[str, MetricFormula]:
    metric = METRICS_BY_ID[metric_id]
    mark = METRIC_MARK.formula if is_estimated_metric(metric) else MetricFormula('""')
    return {"value": metric.formula, "sample": metric.sample_formula, "mark": mark}


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One row of a metric table in a new workbook: its fixed cells, including its key, and its formulas by column."""

    cells: Mapping[str, str | int]
    formulas: Mapping[str, MetricFormula]


def metric_sheet_rows(table: str, language: Language) -> list[MetricRow]:
    """Return the rows of a table of `METRIC_ROW_KEYS`, in order."""
    return [
        MetricRow(_describe_metric(str(key), language) if table == "Metrics" else {"position": key}, formulas)
        for key, formulas in metric_row_formulas(table, language).items()
    ]


def _describe_metric(metric_id: str, language: Language) -> dict[str, str | int]:
    metric = METRICS_BY_ID[metric_id]
    return {
        "metric": metric.id,
        "name": metric.name.in_(language),
        "unit": metric.unit.value.in_(language),
        "definition": metric.definition.in_(language),
    }


COMPARED_CARDS: Mapping[str, Text] = MappingProxyType(
    {metric: METRIC_SMALL_PRINT[metric] for metric in COMPARED_METRICS}
)
"""The headline cards of the sheet Funnel, which are compared with the other day: metric → its small print."""


def card_formulas(language: Language) -> dict[str, str]:
    """Return named cell → formula of every card, of its small print and its value on the day compared with, and of the lines."""
    cards = {f"Card_{metric}": metric for metric in METRICS_BY_ID}
    cards |= {name: render_formula(text, language) for name, text in COMPARISON_CELLS.items()}
    lines = {
        BOTTLENECK_LINE: bottleneck_line_formula(language),
        NEVER_ENTERED_LINE: never_entered_formula(language),
        PLAN_LINE: plan_line_formula(language),
        **card_foot_formulas(language),
    }
    return cards | {name: render_formula(text, language) for name, text in lines.items()}


def metric_name(metric: str, language: Language) -> str:
    """Return the name of the metric."""
    return METRICS_BY_ID[metric].name.in_(language)


_FORMATS_BY_UNIT = {
    Unit.MONEY: "#,##0.00",
    Unit.MONEY_PER_DAY: "#,##0.00",
    Unit.RATIO: "0.0%",
    Unit.DAYS: "#,##0.0",
    Unit.TIMES: "0.00",
    Unit.POINTS: "0.0",
}


def metric_number_format(metric: str) -> str:
    """Return the number format of a metric's value in the table Metrics."""
    return _FORMATS_BY_UNIT.get(METRICS_BY_ID[metric].unit, "#,##0")


def metric_headline_format(metric: str) -> str:
    """Return the number format of a metric's value in large type: money without cents."""
    return "#,##0" if METRICS_BY_ID[metric].unit is Unit.MONEY else metric_number_format(metric)


def metric_card_format(metric: str) -> str:
    """Return the number format on a card: a dash for an unknown number, and for a target of 0, which means none."""
    number = metric_headline_format(metric)
    zero = '"–"' if metric == "target" else number
    return f'{number};-{number};{zero};"–"'


_WAS_TEXT, _NO_CHANGE_TEXT, _PERCENT_POINTS_FORMAT = (
    Text("was "),
    Text("no change"),
    Text('" points"'),
)


def comparison_formats(metric: str, language: Language) -> dict[str, str]:
    """Return named cell → number format of a metric's value on the day compared with, and of its change."""
    number = metric_headline_format(metric)
    unit = _PERCENT_POINTS_FORMAT.in_(language) if METRICS_BY_ID[metric].unit is Unit.RATIO else ""
    unchanged = _NO_CHANGE_TEXT.in_(language)
    return {
        f"Then_{metric}": f'"{_WAS_TEXT.in_(language)}"{number}',
        f"Change_{metric}": f'"▲ "{number}{unit};"▼ "{number}{unit};"{unchanged}"',
    }


@dataclass(frozen=True, slots=True)
class WorkingBlock:
    """One working on the sheet Workings: a title above its columns, one row per key.

    From left to right there are *parts* (header → cells), *keys* (a text is a formula without "=") and the results,
    which *formula* fills as one array formula. *names* are the defined names of all these columns.
    """

    title: str
    parts: Mapping[str, Sequence[int]]
    keys: Sequence[int | str]
    names: Sequence[str]
    formula: str


def working_blocks(language: Language) -> list[WorkingBlock]:
    """Return every working, in the order of the sheet."""
    return [
        WorkingBlock(
            working.title.in_(language),
            working.parts,
            [key if isinstance(key, int) else render_formula(key, language) for key in working.keys],
            working.names,
            render_formula(working.formula, language),
        )
        for working in WORKINGS
    ]
