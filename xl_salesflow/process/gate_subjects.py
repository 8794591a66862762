"""What a gate asks about: a column of Deals, or a column of the row that a deal refers to in another sheet.

Columns of other sheets are written with the sheet first: "Accounts: Class" is the class of the deal's customer, "Quotes:
Discount" the discount of its primary quote. Columns that a team added are found by their headers; those that it
declared have a type like ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from unicodedata import normalize

import pandas as pd

from xl_salesflow.core.deal_standing import LIVE_QUOTE_STATES
from xl_salesflow.core.declared_columns import find_declared_column
from xl_salesflow.core.own_columns import describe_own_column
from xl_salesflow.core.pipelines import Gate, Pipeline
from xl_salesflow.core.rule_declarations import BLANK_LABEL, GateFinding, format_column_values
from xl_salesflow.locale.texts import LABEL_AND_VALUE, Language, Text, TextList, fold_text
from xl_salesflow.schema.table_columns import OWN_COLUMN_TABLES, Column, ColumnType
from xl_salesflow.schema.table_frames import blank_value, fold_keys, look_up_values
from xl_salesflow.schema.table_registry import TABLES

REACHED_TABLES: Mapping[str, str] = MappingProxyType(
    {"Accounts": "account", "Contacts": "contact", "Products": "product", "Team": "owner"}
)
"""Table → the column of Deals that names the deal's row of it."""

_SHEETS_TO_ASK = (*REACHED_TABLES, "Quotes")
_SHEET_AND_COLUMN = re.compile(r"(?P<sheet>[^:\[\]]+?)\s*(?::\s*(?P<after>.+)|\[\s*(?P<inside>.+?)\s*\])")


@dataclass(frozen=True, slots=True)
class GateSubject:
    """A column of *table*; *is_own* if the team added it, so that its cells may hold anything."""

    table: str
    column: Column
    is_own: bool = False

    @property
    def type(self) -> ColumnType | None:
        """Return the type of the cells, or None if they may hold anything."""
        return None if self.is_own else self.column.type

    def name_in(self, language: Language) -> str:
        """Return the header, after the sheet unless it is Deals."""
        header = self.column.header.in_(language)
        sheet = TABLES[self.table].title.in_(language)
        return header if self.table == "Deals" else LABEL_AND_VALUE.in_(language, label=sheet, value=header)

    def read_cells(self, pipeline: Pipeline, deals: pd.DataFrame, as_type: ColumnType) -> pd.Series:
        """Return the cell for each of *deals*; blank without a row. Cells of added columns are read *as_type*."""
        column = describe_own_column(self.column.id, as_type) if self.is_own else self.column
        if self.table == "Deals" and not self.is_own:
            return deals[column.id]
        rows = deals if self.table == "Deals" else pipeline[self.table]
        cells = _read_own_cells(pipeline, self.table, column, rows) if self.is_own else rows[column.id]
        if self.table == "Deals":
            return cells
        keys, at = _find_rows_of_deals(pipeline, self.table, deals)
        named = cells.loc[at.index].set_axis(at.to_numpy())
        found = look_up_values(keys, named)
        return found.fillna("").astype(object) if column.type.is_text else found

    def describe_cells(self, pipeline: Pipeline, deals: pd.DataFrame) -> pd.Series:
        """Return the cells of *deals* as people read them."""
        cells = self.read_cells(pipeline, deals, ColumnType.TEXT)
        return format_column_values(self.column, cells, pipeline.language)


def _read_own_cells(pipeline: Pipeline, table: str, column: Column, rows: pd.DataFrame) -> pd.Series:
    # rows that this run adds have no cell yet
    cells = pipeline.own_columns.read(table, column).reindex(rows.index)
    return cells.fillna(blank_value(column)).astype(object) if column.type.is_text else cells


def _find_rows_of_deals(pipeline: Pipeline, table: str, deals: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return, folded, the name by which each of *deals* refers to its row of *table*, and the names of these rows."""
    if table == "Quotes":
        quotes = pipeline["Quotes"]
        rows = quotes[(quotes["primary"] == "yes") & quotes["status"].isin(LIVE_QUOTE_STATES)]
        keys, names = fold_keys(deals["deal"]), fold_keys(rows["deal"])
    else:
        keys = fold_keys(deals[REACHED_TABLES[table]])
        names = fold_keys(pipeline[table][TABLES[table].key or ""])
    names = names[names != ""]
    return keys, names[~names.duplicated()]


def find_gate_subject(pipeline: Pipeline, written: str) -> GateSubject | None:
    """Return the column that *written* names by id or header in any language, or None."""
    if found := _find_column(pipeline, "Deals", written):
        return found
    split = _SHEET_AND_COLUMN.fullmatch(normalize("NFKC", written).strip())
    table = _find_sheet_to_ask(split["sheet"]) if split else None
    return _find_column(pipeline, table, split["after"] or split["inside"]) if split and table else None


def _find_column(pipeline: Pipeline, table: str, written: str) -> GateSubject | None:
    column = TABLES[table].find_column(written)
    if column is not None:
        return GateSubject(table, column)
    if table in OWN_COLUMN_TABLES and (declared := find_declared_column(pipeline, table, written)):
        return GateSubject(table, declared.column)
    folded = fold_text(written)
    own = next((header for header in pipeline.own_columns.list_headers(table) if fold_text(header) == folded), None)
    return GateSubject(table, describe_own_column(own), is_own=True) if own is not None and folded else None


def _find_sheet_to_ask(written: str) -> str | None:
    return _list_sheet_names().get(fold_text(written))


@cache
def _list_sheet_names() -> Mapping[str, str]:
    # the sheet by its name or title, or what the column of Deals calls its row: Account, Main contact
    found = {"deals": "Deals"} | {fold_text(title): "Deals" for title in TABLES["Deals"].title.translations()}
    for table in _SHEETS_TO_ASK:
        column = REACHED_TABLES.get(table)
        called = TABLES["Deals"][column].header.translations() if column else ()
        for name in (table, *TABLES[table].title.translations(), *called):
            found[fold_text(name)] = table
    return found


def _explain_unknown_subject(written: str) -> Text:
    split = _SHEET_AND_COLUMN.fullmatch(normalize("NFKC", written).strip())
    if split is None:
        return Text("Deals has no column “{column}”").with_facts(column=written.strip() or BLANK_LABEL)
    table = _find_sheet_to_ask(split["sheet"])
    if table is None:
        sheets = TextList(tuple(TABLES[name].title for name in _SHEETS_TO_ASK))
        return Text("a gate cannot ask for a column of “{sheet}”, only of Deals and of: {sheets}").with_facts(
            sheet=split["sheet"], sheets=sheets
        )
    column = split["after"] or split["inside"]
    return Text("{sheet} has no column “{column}”").with_facts(sheet=TABLES[table].title, column=column)


def explain_bad_subject(
    pipeline: Pipeline, written: str, wanted: Callable[[ColumnType], bool] | None = None, kind: Text | None = None
) -> Text | None:
    """Return the error in *written* as the name of a column with a type for which *wanted* is true."""
    subject = find_gate_subject(pipeline, written)
    if subject is None:
        return _explain_unknown_subject(written)
    if wanted is not None and kind is not None and subject.type is not None and not wanted(subject.type):
        return Text("the column “{column}” does not hold {kind}").with_facts(column=written.strip(), kind=kind)
    return None


def find_bad_subject(
    pipeline: Pipeline, gate: Gate, *, wanted: Callable[[ColumnType], bool] | None = None, kind: Text | None = None
) -> GateFinding | None:
    """Return the error in a subject that should be a column with a type for which *wanted* is true."""
    why = explain_bad_subject(pipeline, gate.subject, wanted, kind)
    return ("subject", why) if why else None


NUMBERS, DATES = Text("numbers"), Text("dates")


def holds_numbers(column_type: ColumnType) -> bool:
    """Return whether cells of *column_type* are numbers."""
    return not (column_type.is_text or column_type.is_date)
