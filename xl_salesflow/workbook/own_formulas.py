"""Handle formulas during a run: those whose values the run provides, and the users' own."""

from __future__ import annotations

import re
from functools import cache

from xl_salesflow.core.answers import OwnFormulaResults, UncalculatedFormula
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.ooxml.cell_references import CellPlace, cell_address
from xl_salesflow.ooxml.excel_notation import address_on_sheet
from xl_salesflow.ooxml.formula_cells import KnownFormulas
from xl_salesflow.ooxml.recalculation import (
    ARRAY_FORMULA,
    DEPENDS_ON_ANOTHER,
    NOT_CALCULABLE,
    TOO_MANY_FORMULAS,
    UNCONFIRMED_RESULT,
    Recalculation,
)
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.named_values import (
    BOTTLENECK_LINE,
    METRIC_NAME_PREFIXES,
    NAMED_CELLS,
    NEVER_ENTERED_LINE,
    PLAN_LINE,
)
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.empty_workbook import list_template_formulas, open_template
from xl_salesflow.workbook.workbook_layout import WorkbookLayout

_UNCALCULATED_REASONS = {
    ARRAY_FORMULA: Text("an array formula"),
    UNCONFIRMED_RESULT: Text("calculates differently here"),
    DEPENDS_ON_ANOTHER: Text("depends on one that is left"),
    NOT_CALCULABLE: Text("cannot be calculated here"),
    TOO_MANY_FORMULAS: Text("too much to calculate here"),
}
_ROW_NUMBERS = re.compile(r"[0-9]+")


def known_formulas(layout: WorkbookLayout, book: Workbook) -> KnownFormulas:
    """Return the formulas whose values a change set provides: declared columns, named cells, the cards of metrics."""
    columns = {name: [layout.headers[name][column.id] for column in TABLES[name].formulas] for name in layout.tables}
    metrics = book.read_table(layout.tables["Metrics"].name)[layout.headers["Metrics"]["metric"]]
    cards = [f"{prefix}{metric}" for prefix in METRIC_NAME_PREFIXES for metric in metrics if metric]
    return KnownFormulas(columns, [*NAMED_CELLS, BOTTLENECK_LINE, NEVER_ENTERED_LINE, PLAN_LINE, *cards])


def report_own_formulas(outcome: Recalculation, book: Workbook, language: Language) -> OwnFormulaResults | None:
    """Return what happened to the users' formulas in a run; None if none was affected."""
    own = sorted(
        place for place, text in outcome.texts.items() if _formula_shape(text) not in _template_formula_shapes(language)
    )
    done = [_own_formula_address(book, place) for place in own if place in outcome.values]
    left = [
        UncalculatedFormula(
            _own_formula_address(book, place), _uncalculated_reason(outcome.left_for_excel[place], language)
        )
        for place in own
        if place in outcome.left_for_excel
    ]
    return OwnFormulaResults(tuple(done), tuple(left)) if own else None


def _uncalculated_reason(reason: str, language: Language) -> str:
    return (
        _UNCALCULATED_REASONS[reason].in_(language) if reason in _UNCALCULATED_REASONS else reason
    )  # otherwise it is the name of a function


def _own_formula_address(book: Workbook, place: CellPlace) -> str:
    return address_on_sheet(book.sheets[place.sheet].name, cell_address(place.row, place.column))


@cache
def _template_formula_shapes(language: Language) -> frozenset[str]:
    """Return the helper formulas of the template without their row numbers."""
    formulas = list_template_formulas(open_template(language)).values()
    return frozenset(_formula_shape(text) for on_sheet in formulas for text in on_sheet.values())


def _formula_shape(formula: str) -> str:
    return _ROW_NUMBERS.sub("#", formula)
