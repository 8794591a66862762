"""Bring a workbook of an older version up to date: whatever the template has and the file lacks is added.

    after, added = upgraded(Workbook.open(path))
    save(path, after.write_to, digest)

Tables come with their sheets, columns with formula, format and validation, rows and named cells with what they hold. New
formulas have no values yet; the next run that refreshes numbers gives them theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from xl_salesflow.model.shipped import template
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language
from xl_salesflow.ooxml import Formula, Workbook
from xl_salesflow.ooxml.draft import Draft
from xl_salesflow.ooxml.graft import Graft
from xl_salesflow.ooxml.new_columns import add_columns, column_of
from xl_salesflow.workbook.added_names import add_names
from xl_salesflow.workbook.added_rows import add_rows
from xl_salesflow.workbook.helper_cells import Strayed, strayed
from xl_salesflow.workbook.helper_sheets import renewed
from xl_salesflow.workbook.layout import Layout, language_of_headers, match_headers
from xl_salesflow.workbook.missing import Missing, missing, named_sheets, our_tables


def shipped_like(workbook: Workbook) -> Workbook:
    """Return the template in the language of a workbook's headers; raises NotOurWorkbook."""
    return _shipped(language_of_headers(our_tables(workbook)))


@cache
def _shipped(language: Language) -> Workbook:
    return Workbook(Path(f"template ({language})"), template(language))


def upgraded(workbook: Workbook, shipped: Workbook | None = None) -> tuple[Workbook, list[Missing]]:
    """Return *workbook* with what it lacked, to be written in its place, and what that was.

    Raises:
        NotOurWorkbook: none of our tables is there.
        UnsupportedEdit: something stands where a column or a row has to go.
    """
    shipped = shipped or shipped_like(workbook)
    lacking = missing(workbook, shipped)
    if not lacking:
        return workbook, []
    workbook = _with_sheets(workbook, shipped, [one.table for one in lacking if one.kind == "table"])
    columns: dict[str, list[str]] = {}
    for one in lacking:
        if one.kind == "column":
            columns.setdefault(one.table, []).append(str(one.what))
    for table, ids in columns.items():
        workbook = _with_columns(workbook, shipped, table, ids)
    workbook = add_rows(workbook, shipped, [one for one in lacking if one.kind == "row"])
    workbook = renewed(workbook, shipped, [str(one.what) for one in lacking if one.kind == "sheet"])
    workbook = add_names(workbook, shipped)
    left = missing(workbook, shipped)
    return workbook, [one for one in lacking if one not in left]


def restored(workbook: Workbook) -> tuple[Workbook, list[Missing], list[Strayed]]:
    """Upgrade a workbook and put back the formulas that stand outside tables; raises as `upgraded` does."""
    shipped = shipped_like(workbook)
    workbook, added = upgraded(workbook, shipped)
    found = strayed(workbook, shipped)
    _clear_arrays(workbook, found)
    for one in found:
        array = str(one.fills) if one.fills else ""
        workbook.set_cell(one.sheet, one.row, one.column, Formula(one.formula, array=array))
    return workbook, added, found


def _clear_arrays(workbook: Workbook, found: Iterable[Strayed]) -> None:
    """Empty what arrays are to fill, and whole arrays that stand where a formula is to go: none can be changed in part."""
    for sheet in {one.sheet for one in found}:
        here = [one for one in found if one.sheet == sheet]
        old = [area for area in workbook.arrays(sheet).values() if any(area.holds(one.row, one.column) for one in here)]
        for area in (*old, *(one.fills for one in here if one.fills)):
            workbook.empty(sheet, area)


def _with_sheets(workbook: Workbook, shipped: Workbook, tables: Iterable[str]) -> Workbook:
    """Take over the sheets of missing tables, and helper sheets that the template names."""
    gone = set(tables)
    homes: dict[str, set[str]] = {name: set() for name in shipped.sheets}
    for table in shipped.tables.values():
        homes[table.sheet].add(table.name)
    helpers = named_sheets(shipped)
    wanted = [
        sheet
        for sheet, here in homes.items()
        if sheet not in workbook.sheets and (here <= gone if here else sheet in helpers)
    ]
    if not wanted:
        return workbook
    draft = Draft(workbook.package)
    graft = Graft(draft, Draft(shipped.package))
    for sheet in wanted:
        graft.sheet(sheet)
    return Workbook(workbook.path, draft.to_bytes())


def _with_columns(workbook: Workbook, shipped: Workbook, name: str, ids: Iterable[str]) -> Workbook:
    table, pattern, language = TABLES[name], shipped.tables[name], language_of_headers(our_tables(workbook))
    draft, source = Draft(workbook.package), Draft(shipped.package)
    graft = Graft(draft, source)
    formulas = _formulas(workbook, name, ids, language)
    columns = [
        column_of(
            source, pattern, shipped.sheets[pattern.sheet].part, table.header(id, language), graft.styles
        )._replace(formula=formulas.get(id))
        for id in ids
    ]
    at = workbook.tables[name]
    add_columns(draft, at, workbook.sheets[at.sheet].part, columns)
    after = Workbook(workbook.path, draft.to_bytes())
    after.widen(name, columns)
    return Workbook(workbook.path, after.to_bytes())


def _formulas(workbook: Workbook, name: str, ids: Iterable[str], language: Language) -> dict[str, str]:
    """What new columns calculate, in the headers that the workbook has or will have."""
    headers: dict[str, Mapping[str, str]] = {}
    for table, there in our_tables(workbook).items():
        matched = match_headers(TABLES[table], there.headers, language)
        headers[table] = {
            column.id: matched.get(column.id, column.header.in_(language)) for column in TABLES[table].columns
        }
    layout, table_ = Layout({}, headers, language), TABLES[name]
    return {id: layout.formula(table_, table_[id]) for id in ids if table_[id].formula}
