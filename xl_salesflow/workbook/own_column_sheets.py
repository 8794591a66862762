"""Add to the sheets the columns that the team declared and that are not there, with format and dropdown.

The new column stands at the right end of its table. One that is there keeps its place, its format and its dropdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

import pandas as pd
from lxml import etree

from xl_salesflow.core.declared_columns import DeclaredColumn, find_missing_columns, read_declared_columns
from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.new_columns import NewColumn, add_table_columns, copy_column_pattern
from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.sheet_transfer import SheetGraft
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.book_reader import WorkbookReading
from xl_salesflow.workbook.empty_workbook import open_template
from xl_salesflow.workbook.workbook_layout import find_workbook_layout, with_declared_columns

_PATTERNS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "text": ("Deals", "next_step"),
        "list": ("Deals", "next_step"),
        "yes_no": ("Deals", "next_step"),
        "number": ("Accounts", "employees"),
        "amount": ("Deals", "amount"),
        "percent": ("Deals", "probability_override"),
        "date": ("Deals", "expected_close"),
    }
)
"""Choice "column_kind" → the column of ours whose format a new column takes."""

_WIDTH, _LONGEST_DROPDOWN = 16.0, 255  # characters of a dropdown that is written out


def widen_reading(reading: WorkbookReading, rows: pd.DataFrame) -> WorkbookReading:
    """Return *reading* of a workbook that has the columns that *rows*, a frame of Columns, declares."""
    language = reading.layout.language
    workbook, added = add_declared_columns(reading.workbook, read_declared_columns(rows, language), language)
    layout = with_declared_columns(
        find_workbook_layout(workbook.path, workbook.tables) if added else reading.layout,
        pd.concat([reading.frames["Columns"], rows]) if "Columns" in reading.frames else rows,
    )
    return replace(reading, workbook=workbook, layout=layout)


def add_declared_columns(
    workbook: Workbook, declared: Iterable[DeclaredColumn], language: Language
) -> tuple[Workbook, list[DeclaredColumn]]:
    """Return *workbook*, without edits, with the columns of *declared* that its sheets lack, and which these are.

    Raises:
        UnsupportedEdit: there are cells where a column has to go.
    """
    missing = list(find_missing_columns(declared, {name: table.headers for name, table in workbook.tables.items()}))
    shipped = open_template(language) if missing else workbook
    for table in dict.fromkeys(one.table for one in missing):
        here = [one for one in missing if one.table == table]
        draft, source = PackageDraft(workbook.package), PackageDraft(shipped.package)
        graft = SheetGraft(draft, source)
        columns = [_make_new_column(one, shipped, source, graft, language) for one in here]
        at = workbook.tables[table]
        add_table_columns(draft, at, workbook.sheets[at.sheet].part, columns)
        after = Workbook(workbook.path, draft.to_bytes())
        after.widen(table, columns)
        workbook = Workbook(workbook.path, after.to_bytes())
    return workbook, missing


def _make_new_column(
    one: DeclaredColumn, shipped: Workbook, source: PackageDraft, graft: SheetGraft, language: Language
) -> NewColumn:
    table, column = _PATTERNS[one.kind]
    pattern = shipped.tables[table]
    part = shipped.sheets[pattern.sheet].part
    like = copy_column_pattern(source, pattern, part, TABLES[table].header(column, language), graft.styles)
    return like._replace(header=one.title, formula=None, width=_WIDTH, validation=_make_dropdown(one, language))


def _make_dropdown(one: DeclaredColumn, language: Language) -> etree._Element | None:
    """Return the dropdown of a list, or of yes and no; None if a cell cannot hold its values in one."""
    yes_no = [text.in_(language) for text in CHOICES["yes_no"].values()]
    offered = yes_no if one.kind == "yes_no" else list(one.values)
    listed = ",".join(offered)
    if not offered or len(listed) > _LONGEST_DROPDOWN or any("," in value or '"' in value for value in offered):
        return None
    made = etree.Element(
        "dataValidation", type="list", allowBlank="1", showErrorMessage="1", errorStyle="warning", sqref="A1"
    )
    etree.SubElement(made, "formula1").text = f'"{listed}"'
    return made
