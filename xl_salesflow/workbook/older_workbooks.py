"""Open a workbook of an older version as if it were a new one: what later versions added or changed is there.

The file itself changes with the first run that writes. A workbook that lacks parts of the first version was changed by
somebody, and is not touched.
"""

from __future__ import annotations

import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, Edit
from xl_salesflow.ooxml.cell_contents import CellFormula
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.row_names import uses_row_name
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.book_reader import WorkbookReading
from xl_salesflow.workbook.book_upgrade import template_for_workbook, upgrade_workbook
from xl_salesflow.workbook.cell_conversion import Dialect
from xl_salesflow.workbook.change_writer import ChangeSetWriter
from xl_salesflow.workbook.former_formulas import (
    LOOSE_CELL_PLACE,
    digest_formula,
    list_changed_formulas,
    read_former_formulas,
)
from xl_salesflow.workbook.loose_cells import BookCell, BookCells, find_lost_formulas
from xl_salesflow.workbook.missing_parts import MissingPart, find_missing_parts
from xl_salesflow.workbook.workbook_layout import find_workbook_layout


def upgrade_older_workbook(workbook: Workbook) -> Workbook | None:
    """Return the upgraded *workbook* if it lacks only what later versions added, else None: somebody removed a part."""
    shipped = template_for_workbook(workbook)
    lacking = [one for one in find_missing_parts(workbook, shipped) if one.kind in ("table", "column")]
    if not lacking or not all(map(_came_later, lacking)):
        return None
    newer, added = upgrade_workbook(workbook, shipped)
    return _write_new_formulas(_renew_loose_cells(newer, shipped), added)


def _came_later(part: MissingPart) -> bool:
    table = TABLES[part.table]
    return bool(table.added or (part.kind == "column" and table[str(part.what)].added))


def _renew_loose_cells(workbook: Workbook, shipped: Workbook) -> Workbook:
    # formulas outside tables, where the older version had nothing or its own; what a person typed over one stays
    cells, former = BookCells(workbook), read_former_formulas()
    for lost in find_lost_formulas(workbook, shipped):
        spot = BookCell(lost.sheet, lost.row, lost.column)
        if cells.is_blank(spot) or digest_formula(LOOSE_CELL_PLACE, cells.formula(spot) or "") in former:
            array = str(lost.fills) if lost.fills else ""
            workbook.set_cell(lost.sheet, lost.row, lost.column, CellFormula(lost.formula, array=array))
    return Workbook(workbook.path, workbook.to_bytes())


def _write_new_formulas(workbook: Workbook, added: list[MissingPart]) -> Workbook:
    # new metrics, and formulas as an older version wrote them; their results come with the next update, except those of
    # formulas that only moved into a name
    reading = WorkbookReading(workbook, find_workbook_layout(workbook.path, workbook.tables))
    former, repairs, caches = read_former_formulas(), dict[str, dict[str, list[int]]](), list[Edit]()
    for name in reading.layout.tables:
        keys = {str(one.what) for one in added if one.kind == "row" and one.table == name}
        new_columns = {str(one.what) for one in added if one.kind == "column" and one.table == name}
        frame = reading.read_table(name, Dialect())
        is_new = frame[TABLES[name].key or ""].map(_format_key).isin(keys) if keys else pd.Series(False, frame.index)
        repairs[name] = {}
        for column, row, text in list_changed_formulas(reading, name):
            if column in new_columns or is_new[row] or digest_formula(f"{name}.{column}", text) in former:
                repairs[name].setdefault(column, []).append(row)
        names = frame[TABLES[name].name_column]
        caches += (
            Edit(name, column, names.loc[rows], frame.loc[rows, column], frame.loc[rows, column], "")
            for column, rows in repairs[name].items()
            if uses_row_name(TABLES[name][column].formula or "")
        )
    ChangeSetWriter(reading).collect(ChangeSet(repairs=repairs, caches=tuple(caches)))
    return Workbook(workbook.path, reading.workbook.to_bytes())


def _format_key(key: object) -> str:
    return f"{key:g}" if isinstance(key, float) else str(key)
