"""Which folded columns a change set needs: those that gates ask for, and those of modules that its first rows use."""

from __future__ import annotations

from collections.abc import Iterator, Set

from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.schema.plain_values import is_blank
from xl_salesflow.schema.sheet_layouts import find_columns_to_open
from xl_salesflow.schema.sheet_modules import MODULE_COLUMNS, MODULE_TABLES

NeededColumns = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A table, the columns needed, and the columns that are opened with them if one of these is folded."""


def find_opened_columns(plan: ChangeSet, first: Set[str]) -> Iterator[NeededColumns]:
    """Yield what to open on the sheets that *plan* changes; *first* are the tables that get their first rows."""
    wanted: dict[str, dict[str, None]] = {}
    for table, column in (*plan.asked, *_list_used_columns(plan, first)):
        wanted.setdefault(table, {})[column] = None
    for table, columns in wanted.items():
        if group := find_columns_to_open(table, columns):
            yield table, tuple(columns), group


def list_module_columns(module: str) -> Iterator[NeededColumns]:
    """Yield what to open for a workbook that starts with *module*."""
    for table, columns in MODULE_COLUMNS.get(module, {}).items():
        yield table, columns, find_columns_to_open(table, columns)


def _list_used_columns(plan: ChangeSet, first: Set[str]) -> Iterator[tuple[str, str]]:
    for module in MODULE_COLUMNS:
        if not first.isdisjoint(MODULE_TABLES[module]):
            yield from ((table, column) for table, columns in MODULE_COLUMNS[module].items() for column in columns)
    for table, rows in [(one.table, one.rows) for one in plan.appends] + [(one.table, one.rows) for one in plan.fills]:
        for tables in MODULE_COLUMNS.values():
            for column in tables.get(table, ()) if table in first else ():
                if column in rows and not all(map(is_blank, rows[column])):
                    yield table, column
