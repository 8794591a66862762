"""The formulas that belong into the rows of the metric tables and into named cells, with the headers of one workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from xl_salesflow.metrics import METRICS, declaration
from xl_salesflow.metrics.formulas import POSITIONS, card_formulas, column_formulas, metric_formulas
from xl_salesflow.model.column import Table
from xl_salesflow.model.formulas import render
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language
from xl_salesflow.model.view import NAMED_CELLS
from xl_salesflow.workbook.faults import FAULTS
from xl_salesflow.workbook.layout import Layout

LiveFormulas = dict[str, dict[int, declaration.Formula]]
"""Column id → sheet row → the formula of that cell."""


def live_formulas(layout: Layout, table: Table, frame: pd.DataFrame) -> LiveFormulas:
    """Return what the formula cells of a metric table should hold; nothing for other tables and for rows nobody declared."""

    def said(formula: declaration.Formula, _: Language, table: Table) -> declaration.Formula:
        return declaration.Formula(layout.rendered(formula.text, table), formula.array)

    found: LiveFormulas = {}
    if table.name == "Metrics":
        declared = metric_formulas(layout.language, said)
        for row, metric in frame["metric"].items():
            for column, formula in declared.get(metric, {}).items():
                found.setdefault(column, {})[int(str(row))] = formula
    elif table.name in POSITIONS:
        rows = frame.index[frame["position"].isin(list(POSITIONS[table.name]))]
        for column, formula in column_formulas(table.name, layout.language, said).items():
            found[column] = dict.fromkeys(map(int, rows), formula)
    return found


def named_formulas(language: Language) -> dict[str, str]:
    """Return the formula that each named cell should hold, cards of metrics among them, without its leading =."""
    declared = {cell.name: render(cell.formula, language) for cell in NAMED_CELLS.values() if cell.formula}
    return declared | card_formulas(language)


def missing_rows(pipeline: Pipeline) -> Iterator[Finding]:
    """Tell which rows of the metric tables somebody deleted; a table that was never filled misses none."""
    kind = FAULTS["missing_row"]
    declared: dict[str, Iterable[str | int]] = {"Metrics": METRICS, **POSITIONS}
    for table, keys in declared.items():
        key = TABLES[table].key or ""
        there = set(pipeline[table][key])
        for missing in (one for one in keys if there and one not in there):
            message = kind.message.in_(pipeline.language, shown=str(missing), table=table)
            yield Finding("missing_row", kind.severity, message, table, str(missing))
