"""How the values of a plan are spelled in the cells of one workbook."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from xl_salesflow.model.choices import label
from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.plan import Cell
from xl_salesflow.model.text import Language
from xl_salesflow.model.view import NAMED_CELLS
from xl_salesflow.workbook.grid import cells_of
from xl_salesflow.workbook.settings import setting_cell


@dataclass(frozen=True)
class Spelling:
    """The *language* of the sheets, and the keys that are numbers in their cells: lookups tell 7 from "7"."""

    language: Language
    numbered: Set[str]

    def cells(self, table: str, column: Column, values: pd.Series, keys: pd.Series) -> list[Any]:
        """Return *values* of a column as its cells hold them; *keys* tell which setting is a number."""
        spelled = cells_of(column, values, self.language, self.numbered)
        if (table, column.id) == ("Settings", "value"):
            return [cell and setting_cell(id, cell) for id, cell in zip(keys, spelled, strict=True)]
        return spelled

    def named(self, cell: Cell) -> Any:
        """Return the value of a named cell as the cell holds it."""
        declared, value = NAMED_CELLS.get(cell.name), cell.after
        if declared and declared.type is Type.CHOICE and isinstance(value, str):
            value = label(declared.options or "", value, self.language)
        if value is None or value != value or value == "":
            return None
        return value.replace(tzinfo=None) if isinstance(value, datetime) else value
