"""What the template holds beside its tables, said in plain values for a workbook that is open: formulas, tables and names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from xl_salesflow.model.shipped import template
from xl_salesflow.model.text import Language
from xl_salesflow.ooxml import Workbook
from xl_salesflow.ooxml.refs import unquote
from xl_salesflow.workbook.helper_cells import filled_by_arrays, formulas_outside_tables

Spot = tuple[str, int, int]
"""A cell: its sheet, row and column."""


class Beside(NamedTuple):
    """*formulas*: sheet → (row, column) → formula; *fills*: sheet → (row, column) of an array → its last row and column;
    *corners*: table → its first cell; *names*: name of one cell → it;
    *needed*: sheet → the names that point to it.
    """

    formulas: Mapping[str, Mapping[tuple[int, int], str]]
    fills: Mapping[str, Mapping[tuple[int, int], tuple[int, int]]]
    corners: Mapping[str, Spot]
    names: Mapping[str, Spot]
    needed: Mapping[str, frozenset[str]]


@cache
def beside_tables(language: Language) -> Beside:
    """Return what the template of a language holds beside its tables."""
    shipped = Workbook(Path(f"template ({language})"), template(language))
    return Beside(
        {
            sheet: {(place.row, place.column): text for place, text in formulas.items()}
            for sheet, formulas in formulas_outside_tables(shipped).items()
        },
        {
            sheet: {(at.row, at.column): (area.last_row, area.last_col) for at, area in filled.items()}
            for sheet, filled in filled_by_arrays(shipped).items()
        },
        {name: (table.sheet, table.first_row, table.first_col) for name, table in shipped.tables.items()},
        {
            name: (at.sheet, at.row, at.col)
            for name, at in shipped.names.items()
            if (at.row, at.col) == (at.last_row, at.last_col)
        },
        {
            sheet: frozenset(
                name for name, text in shipped.name_texts.items() if unquote(text.partition("!")[0]) == sheet
            )
            for sheet in shipped.sheets
        },
    )
