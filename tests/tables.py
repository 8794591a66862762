"""Read rows from a table in the docstring of a test."""

from __future__ import annotations

from datetime import date
from typing import Any

from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.schema.table_registry import TABLES

TODAY = date(2026, 3, 31)


def rows(text: str, table: str = "Deals") -> list[dict[str, Any]]:
    """Return the rows of a ``|`` table; the first line names columns by id, blanks are blank, dates are ISO."""
    lines = [line.split("|") for line in text.strip().splitlines() if "|" in line]
    names = [name.strip() for name in lines[0]]
    return [
        {name: _cell(table, name, cell.strip()) for name, cell in zip(names, line, strict=True) if cell.strip()}
        for line in lines[1:]
    ]


def _cell(table: str, name: str, cell: str) -> Any:
    column_type = TABLES[table][name].type
    if column_type.is_text:
        return cell
    return date.fromisoformat(cell) if column_type.is_date else float(cell)


def crm(language: Language = "en", today: date = TODAY, **tables: list[dict[str, Any]]) -> Pipeline:
    """Return a pipeline with the default playbook and the *tables* given as rows."""
    return build_pipeline(today, language, **tables).with_tables(**make_shipped_setup("crm", language))
