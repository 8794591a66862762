"""The declaration of a named cell: an input, a text that formulas use, or a formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xl_salesflow.locale.texts import Text, as_text
from xl_salesflow.schema.table_columns import ColumnType

ALL_VALUES_LABEL = Text("(All)")

CellHome = Literal["Funnel", "Settings", "Plan", "Trends", "Start"]


@dataclass(frozen=True, slots=True)
class NamedCell:
    """A cell with a defined name: an input (no formula) or computed by *formula* (a template for render_formula)."""

    name: str
    label: Text
    type: ColumnType
    tip: Text
    sheet: CellHome
    formula: str | None = None
    options: str | None = None
    default: Text | None = None


def declare_named_cell(
    name: str, label: str | Text, value_type: ColumnType, tip: str | Text, sheet: CellHome = "Funnel", *,
    formula: str | None = None, options: str | None = None, default: Text | None = None,
) -> NamedCell:  # fmt: skip
    return NamedCell(name, as_text(label), value_type, as_text(tip), sheet, formula, options, default)
