"""Upgrade a workbook of an older version: add what the template has and the file lacks.

Tables are added with their sheets, columns with formula, format and validation, rows and named cells with their
content. New formulas have no results yet; the next run that updates numbers adds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from xl_salesflow.core.declared_columns import DeclaredColumn, read_declared_columns
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.metric_tables import METRIC_TABLES
from xl_salesflow.ooxml.cell_contents import CellFormula
from xl_salesflow.ooxml.new_columns import add_table_columns, copy_column_pattern
from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.sheet_stream import SheetStream
from xl_salesflow.ooxml.sheet_transfer import SheetGraft
from xl_salesflow.ooxml.table_resizer import CellRelocation, make_raw_cell
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.choice_lists import CHOICES, CHOICES_ADDED_LATER
from xl_salesflow.schema.named_values import SETTINGS_BY_ID
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.book_reader import WorkbookReading
from xl_salesflow.workbook.calculated_columns import renew_calculated_columns, share_repeated_texts, slim_blank_cells
from xl_salesflow.workbook.cell_conversion import Dialect
from xl_salesflow.workbook.empty_workbook import open_template
from xl_salesflow.workbook.loose_cells import LostFormula, find_lost_formulas
from xl_salesflow.workbook.missing_names import add_missing_names
from xl_salesflow.workbook.missing_parts import (
    DECLARED_ROW_KEYS,
    MissingPart,
    find_declared_tables,
    find_missing_parts,
    find_named_sheets,
    rename_reserved_titles,
    renew_helper_sheets,
)
from xl_salesflow.workbook.older_dropdowns import renew_stage_dropdown
from xl_salesflow.workbook.own_column_sheets import add_declared_columns
from xl_salesflow.workbook.workbook_layout import (
    WorkbookLayout,
    find_workbook_layout,
    language_of_headers,
    match_headers,
)


def add_missing_rows(workbook: Workbook, shipped: Workbook, lacking: Iterable[MissingPart]) -> Workbook:
    """Return *workbook* with the missing rows; the repair that follows adds their formulas."""
    lacking = list(lacking)
    for table in dict.fromkeys(one.table for one in lacking):
        keys = [one.what for one in lacking if one.table == table]
        _append_template_rows(workbook, shipped, table, keys)
        if table in METRIC_TABLES:
            workbook = Workbook(workbook.path, workbook.to_bytes())
            _renumber_positions(workbook, table)
        workbook = Workbook(workbook.path, workbook.to_bytes())
    return workbook


def _append_template_rows(workbook: Workbook, shipped: Workbook, name: str, keys: Iterable[str | int]) -> None:
    declared, language = TABLES[name], language_of_headers(find_declared_tables(workbook))
    here = match_headers(declared, workbook.tables[name].headers, language)
    there = match_headers(declared, shipped.tables[name].headers, language)
    pattern = shipped.read_table(name)
    place = {str(key): at for at, key in enumerate(pattern[there[declared.key or ""]])}
    rows = [place[str(key)] for key in keys if str(key) in place]
    columns: dict[str, list[Any]] = {
        header: [pattern[there[column_id]][row] for row in rows]
        for column_id, header in here.items()
        if column_id in there and not declared[column_id].is_formula
    }
    first = workbook.tables[name].last_row + 1
    workbook.append_rows(name, columns)
    if name == "Settings":
        _format_new_settings(workbook, first, [str(key) for key in keys if str(key) in place], here["value"])


def _format_new_settings(workbook: Workbook, first: int, ids: Iterable[str], header: str) -> None:
    # a new row has the format of the last one; a new number takes that of another number
    table = workbook.tables["Settings"]
    number = table.first_col + table.headers.index(header)
    stream = SheetStream(workbook.package, workbook.sheets[table.sheet].part)
    cells = {
        row: cell
        for row, found in CellRelocation(stream, table, table.first_row).rows()
        for cell in found
        if cell.column == number
    }
    known = workbook.read_table("Settings")
    types = [SETTINGS_BY_ID[str(key)].type if str(key) in SETTINGS_BY_ID else None for key in known[table.headers[0]]]
    for row, setting_id in enumerate(ids, first):
        declared = SETTINGS_BY_ID[setting_id]
        if not isinstance(declared.default, float):
            continue
        numbers = {  # the row of a number of each type, which is formatted as one
            kind: table.first_row + at
            for at, (kind, value) in reversed([*enumerate(zip(types, known[header], strict=True))])
            if isinstance(value, int | float)
        }
        if like := numbers.get(declared.type, numbers.get(ColumnType.NUMBER)):
            pattern = make_raw_cell(cells[like], row)
            workbook.set_column("Settings", header, {row: pattern._replace(value=declared.default)})


def _renumber_positions(workbook: Workbook, name: str) -> None:
    """Renumber the positions from the top; the rows of such a table differ only in that number."""
    declared, table = TABLES[name], workbook.tables[name]
    headers = match_headers(declared, table.headers, language_of_headers(find_declared_tables(workbook)))
    header = headers[declared.key or ""]
    cells = workbook.read_table(name)[header]
    numbers = sorted((cell for cell in cells if cell in DECLARED_ROW_KEYS[name]), key=DECLARED_ROW_KEYS[name].index)
    filled = [row for row, cell in enumerate(cells, table.first_row) if cell in DECLARED_ROW_KEYS[name]]
    workbook.set_column(name, header, dict(zip(filled, numbers, strict=True)))


def template_for_workbook(workbook: Workbook) -> Workbook:
    """Return the template in the language of the workbook's headers; raises NotOurWorkbook."""
    return open_template(language_of_headers(find_declared_tables(workbook)))


def upgrade_workbook(workbook: Workbook, shipped: Workbook | None = None) -> tuple[Workbook, list[MissingPart]]:
    """Return the upgraded *workbook*, to be written in its place, and the parts that were added.

    Raises:
        NotOurWorkbook: it has none of our tables.
        UnsupportedEdit: there are cells where a column or a row has to go.
    """
    shipped = shipped or template_for_workbook(workbook)
    lacking = find_missing_parts(workbook, shipped)
    if not lacking:
        return workbook, []
    workbook = _add_missing_sheets(workbook, shipped, [one.table for one in lacking if one.kind == "table"])
    columns: dict[str, list[str]] = {}
    for one in lacking:
        if one.kind == "column":
            columns.setdefault(one.table, []).append(str(one.what))
    for table, ids in columns.items():
        workbook = _offer_later_choices(_add_missing_columns(workbook, shipped, table, ids), table)
    workbook = add_missing_rows(workbook, shipped, [one for one in lacking if one.kind == "row"])
    workbook = renew_helper_sheets(workbook, shipped, [str(one.what) for one in lacking if one.kind == "sheet"])
    workbook = renew_calculated_columns(renew_stage_dropdown(add_missing_names(workbook, shipped)))
    workbook = rename_reserved_titles(workbook, [one.table for one in lacking if one.kind == "title"], shipped)
    left = find_missing_parts(workbook, shipped)
    return workbook, [one for one in lacking if one not in left]


class Restoration(NamedTuple):
    """A restored workbook: the parts added, the formulas restored outside tables, and whether cells take less space."""

    workbook: Workbook
    added: list[MissingPart]
    formulas: list[LostFormula]
    slimmed: bool


def restore_workbook(workbook: Workbook) -> Restoration:
    """Upgrade a workbook and restore the formulas outside tables; raises like `upgrade_workbook`."""
    shipped = template_for_workbook(workbook)
    upgraded, added = upgrade_workbook(workbook, shipped)
    upgraded, widened = _add_own_columns(upgraded)
    added += [MissingPart("column", one.table, one.column.id) for one in widened]
    workbook = share_repeated_texts(slim_blank_cells(upgraded))
    found = find_lost_formulas(workbook, shipped)
    _clear_arrays_in_the_way(workbook, found)
    for one in found:
        array = str(one.fills) if one.fills else ""
        workbook.set_cell(one.sheet, one.row, one.column, CellFormula(one.formula, array=array))
    return Restoration(workbook, added, found, workbook is not upgraded)


def _add_own_columns(workbook: Workbook) -> tuple[Workbook, list[DeclaredColumn]]:
    """Return *workbook* with the columns that the sheet Columns declares, and those that were added."""
    if "Columns" not in workbook.tables:  # an older workbook that cannot be upgraded
        return workbook, []
    reading = WorkbookReading(workbook, find_workbook_layout(workbook.path, workbook.tables))
    language = reading.layout.language
    declared = read_declared_columns(reading.read_table("Columns", Dialect()), language)
    return add_declared_columns(workbook, declared, language)


def _clear_arrays_in_the_way(workbook: Workbook, found: Iterable[LostFormula]) -> None:
    """Clear the cells that arrays will fill, and arrays where a formula will go; arrays cannot be changed in part."""
    for sheet in dict.fromkeys(one.sheet for one in found):
        here = [one for one in found if one.sheet == sheet]
        old = [
            area
            for area in workbook.arrays(sheet).values()
            if any(area.contains_cell(one.row, one.column) for one in here)
        ]
        for area in (*old, *(one.fills for one in here if one.fills)):
            workbook.empty(sheet, area)


def _add_missing_sheets(workbook: Workbook, shipped: Workbook, tables: Iterable[str]) -> Workbook:
    """Add the sheets of missing tables, and helper sheets that the template's names refer to."""
    missing = set(tables)
    homes: dict[str, set[str]] = {name: set() for name in shipped.sheets}
    for table in shipped.tables.values():
        homes[table.sheet].add(table.name)
    helpers = find_named_sheets(shipped)
    sheets = [
        sheet
        for sheet, here in homes.items()
        if sheet not in workbook.sheets and (here <= missing if here else sheet in helpers)
    ]
    if not sheets:
        return workbook
    draft = PackageDraft(workbook.package)
    graft = SheetGraft(draft, PackageDraft(shipped.package))
    for sheet in sheets:
        graft.sheet(sheet)
    return Workbook(workbook.path, draft.to_bytes())


def _add_missing_columns(workbook: Workbook, shipped: Workbook, name: str, ids: Iterable[str]) -> Workbook:
    table, pattern, language = TABLES[name], shipped.tables[name], language_of_headers(find_declared_tables(workbook))
    draft, source = PackageDraft(workbook.package), PackageDraft(shipped.package)
    graft = SheetGraft(draft, source)
    formulas = _formulas_of_new_columns(workbook, name, ids, language)
    columns = [
        copy_column_pattern(
            source, pattern, shipped.sheets[pattern.sheet].part, table.header(column_id, language), graft.styles
        )._replace(formula=formulas.get(column_id))
        for column_id in ids
    ]
    at = workbook.tables[name]
    add_table_columns(draft, at, workbook.sheets[at.sheet].part, columns)
    after = Workbook(workbook.path, draft.to_bytes())
    after.widen(name, columns)
    return Workbook(workbook.path, after.to_bytes())


def _offer_later_choices(workbook: Workbook, name: str) -> Workbook:
    """Return *workbook* with the values that came later in the dropdowns of a table; those that people changed stay."""
    language = language_of_headers(find_declared_tables(workbook))
    part = workbook.sheets[workbook.tables[name].sheet].part
    before = after = workbook.package.read(part)
    for options in sorted({column.options or "" for column in TABLES[name].columns} & set(CHOICES_ADDED_LATER)):
        choices, later = CHOICES[options], CHOICES_ADDED_LATER[options]
        first = ",".join(text.in_(language) for choice, text in choices.items() if choice not in later)
        every = ",".join(text.in_(language) for text in choices.values())
        written = b"|".join(re.escape(first.encode(*how)) for how in ((), ("ascii", "xmlcharrefreplace")))
        after = re.sub(rb'(formula1>(?:"|&quot;))(?:%b)(?="|&quot;)' % written, rb"\g<1>" + every.encode(), after)
    if after == before:
        return workbook
    draft = PackageDraft(workbook.package)
    draft.replace(part, [after])
    return Workbook(workbook.path, draft.to_bytes())


def _formulas_of_new_columns(workbook: Workbook, name: str, ids: Iterable[str], language: Language) -> dict[str, str]:
    """Return the formulas of new columns, using the headers that the workbook has or will have."""
    headers: dict[str, Mapping[str, str]] = {}
    for table, there in find_declared_tables(workbook).items():
        matched = match_headers(TABLES[table], there.headers, language)
        headers[table] = {
            column.id: matched.get(column.id, column.header.in_(language)) for column in TABLES[table].columns
        }
    layout, table_ = WorkbookLayout({}, headers, language), TABLES[name]
    return {column_id: layout.formula(table_, table_[column_id]) for column_id in ids if table_[column_id].formula}
