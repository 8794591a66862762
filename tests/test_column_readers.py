"""Every column that people fill in is read by something they notice: a number, a finding, a list, a document, a gate.

A column has a reader if a live formula uses it, or if a module that works with its table names it. What declares, imports, merges
or stores columns reads all of them alike and does not count.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import xl_salesflow
from xl_salesflow.schema.table_columns import ColumnWriter
from xl_salesflow.schema.table_registry import TABLES

PACKAGE = Path(xl_salesflow.__file__).parent
READS_ALL_ALIKE = ("schema", "imports", "changelog", "workbook", "locale", "cli/demo", "documents/sample_deal.py")
ELSEWHERE = {
    ("Deals", "forecast"): "metrics/forecast_metrics.py",
    ("Payments", "reminder"): "process/followup_payments.py",
    ("Team", "override_limit"): "core/team_rights.py",
    ("Team", "may_switch"): "process/playbook_switch.py",
    ("Team", "may_record"): "process/imported_moves.py",
}
"""Columns that a module reads whose functions are given the rows → that module."""
FOR_PEOPLE = {
    ("Traits", "date"): "when it was observed: where the evidence comes from",
    ("Traits", "by"): "who observed it: where the evidence comes from",
    ("Measures", "result"): "a note: what came of the measure in words",
    ("Payments", "notes"): "a note; payments --json answers with whole rows",
    ("Subscriptions", "notes"): "a note; recurring --json answers with whole rows",
}
"""Columns that only people read → why; the list may only become shorter."""
FILLED_IN = [
    (table.name, column.id)
    for table in TABLES.values()
    for column in table.columns
    if not table.generated and column.writer is ColumnWriter.PERSON and table.name not in ("Settings", "Lists")
]
_SLOT = re.compile(r"\{+([A-Za-z]+)\.([a-z_0-9]+)\}+")
_OWN_SLOT = re.compile(r"\{([a-z_]+)(?::([a-z_]+))?\}")


@cache
def named_in_modules() -> dict[str, frozenset[str]]:
    """Return module → the texts that stand in it."""
    paths = {str(path.relative_to(PACKAGE)): path for path in PACKAGE.rglob("*.py")}
    return {
        name: frozenset(
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        for name, path in paths.items()
        if not name.startswith(READS_ALL_ALIKE)
    }


@cache
def named_in_formulas() -> frozenset[tuple[str, str]]:
    """Return the tables and columns that live formulas use, of their own row or of another table."""
    own = {
        (table.name, column_id)
        for table in TABLES.values()
        for column in table.columns
        for slot in _OWN_SLOT.findall(column.formula or "")
        for column_id in slot
    }
    sources = (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    return frozenset(own | {(table, column) for text in sources for table, column in _SLOT.findall(text)})


def has_reader(table: str, column: str) -> bool:
    """Return whether a formula uses the column, or a module that names its table names it too."""
    modules = named_in_modules()
    elsewhere = ELSEWHERE.get((table, column))
    return (
        (table, column) in named_in_formulas()
        or any({table, column} <= texts for texts in modules.values())
        or (elsewhere is not None and column in modules[elsewhere])
    )


@pytest.mark.parametrize("name", sorted({table for table, _ in FILLED_IN}))
def test_every_column_that_people_fill_in_has_a_reader(name: str) -> None:
    mine = [column for column in FILLED_IN if column[0] == name]
    assert [column for column in mine if column not in FOR_PEOPLE and not has_reader(*column)] == []


def test_the_columns_for_people_only_have_no_reader_and_exist() -> None:
    assert [column for column in FOR_PEOPLE if column not in FILLED_IN or has_reader(*column)] == []


def test_a_column_that_nothing_names_has_no_reader() -> None:
    assert not has_reader("Deals", "dreams")
    assert not has_reader("Targets", "dreams")
