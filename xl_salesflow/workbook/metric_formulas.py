"""The formulas of metrics expected in a workbook: in the rows of metric tables and in named cells."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.metric_declaration import MetricFormula
from xl_salesflow.metrics.metric_sheets import METRIC_ROW_KEYS, card_formulas, metric_row_formulas
from xl_salesflow.schema.named_values import NAMED_CELLS
from xl_salesflow.schema.table_columns import TableSchema
from xl_salesflow.schema.table_registry import TABLES, render_formula
from xl_salesflow.workbook.cell_findings import CELL_FINDING_KINDS
from xl_salesflow.workbook.workbook_layout import WorkbookLayout

LiveFormulas = dict[str, dict[int, MetricFormula]]
"""Column id → sheet row → the formula of that cell."""


def find_live_formulas(layout: WorkbookLayout, table: TableSchema, frame: pd.DataFrame) -> LiveFormulas:
    """Return the expected formulas in the cells of a metric table; none for other tables and for undeclared rows."""

    def render_in_layout(formula: MetricFormula, _: Language, table: TableSchema) -> MetricFormula:
        return MetricFormula(layout.render(formula.text, table), formula.array)

    found: LiveFormulas = {}
    if table.name in METRIC_ROW_KEYS:
        declared = metric_row_formulas(table.name, layout.language, render_in_layout)
        for row, key in frame[table.key or ""].items():
            for column, formula in declared.get(key, {}).items():
                found.setdefault(column, {})[int(str(row))] = formula
    return found


def declared_name_formulas(language: Language) -> dict[str, str]:
    """Return the expected formula of each named cell, including the cards of metrics, without the leading =."""
    declared = {cell.name: render_formula(cell.formula, language) for cell in NAMED_CELLS.values() if cell.formula}
    return declared | card_formulas(language)


def find_missing_metric_rows(pipeline: Pipeline) -> Iterator[Finding]:
    """Yield findings about deleted rows of the metric tables; a table that was never filled has none."""
    kind = CELL_FINDING_KINDS["missing_row"]
    for table, keys in METRIC_ROW_KEYS.items():
        key = TABLES[table].key or ""
        there = set(pipeline[table][key])
        for missing in (one for one in keys if there and one not in there):
            message = kind.message.in_(pipeline.language, shown=str(missing), table=table)
            yield Finding("missing_row", kind.severity, message, table, str(missing))
