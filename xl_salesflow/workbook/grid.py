"""Cells ↔ frames: a table's columns as a workbook holds them, and the frame that rules and metrics work on.

Knows no file format; an open workbook is read and written with the same two functions.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Set
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.model.choices import label
from xl_salesflow.model.column import Column, Table, Type
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.text import Language
from xl_salesflow.workbook.columns import Dialect, convert, shown
from xl_salesflow.workbook.faults import Fault

_MAY_NAME_A_ROW = (Type.KEY, Type.REF, Type.TEXT)


def read_frame(
    table: Table, cells: MutableMapping[str, list[Any]], first_row: int, dialect: Dialect
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return *cells* (column id → values from *first_row* on, used up) as a frame of *table*, and what is wrong in them.

    Rows that people and the product left blank are not in the frame; what a formula shows in them does not count.
    """
    count = len(next(iter(cells.values())))
    index, used = pd.RangeIndex(first_row, first_row + count), np.zeros(count, dtype=bool)
    values, faults = dict[str, npt.NDArray[Any]](), list[Fault]()
    for column in table.columns:
        raw = cells.pop(column.id)
        values[column.id], doubts = convert(column, raw, dialect)
        for at, doubt in sorted(doubts.items()):
            faults.append(Fault(doubt.rule, first_row + at, column.id, shown(raw[at]), doubt.facts))
        if not column.is_formula:
            used |= _filled(column, values[column.id])
            used[list(doubts)] = True
    rows: pd.Index = index if used.all() else index[used]
    columns = {}
    for column in table.columns:
        kept = values.pop(column.id)
        kept = kept if len(rows) == count else kept[used]
        columns[column.id] = pd.Series(kept, rows, dtype=object if column.type.is_text else None, copy=False)
    return pd.DataFrame(columns, index=rows, copy=False), faults


def cells_of(column: Column, values: pd.Series, language: Language, numbered: Set[str] = frozenset()) -> list[Any]:
    """Return *values* as cells hold them: labels, whole numbers as integers, dates, None for blank.

    Texts among *numbered* are keys that people typed as numbers, and stay numbers.
    """
    if column.type.is_text:
        labels = {value: _label(column, value, language) or None for value in set(values)}
        if numbered and column.type in _MAY_NAME_A_ROW:
            labels |= {value: _whole(float(value)) for value in labels.keys() & numbered}
        return [labels[value] for value in values]
    if column.type.is_date:
        unit = "D" if column.type is Type.DATE else "s"
        days: list[Any] = values.to_numpy().astype(f"datetime64[{unit}]").tolist()
        return days
    numbers: list[Any] = values.to_numpy("float64").tolist()
    return [None if number != number else _whole(number) for number in numbers]


def _whole(number: float) -> float:
    return int(number) if number.is_integer() else number


def _label(column: Column, value: str, language: Language) -> str:
    if column.type is Type.CHOICE:
        return label(column.options or "", value, language)
    if column.type is Type.LIST and (text := LISTS.get(column.options or "", {}).get(value)):
        return text.in_(language)
    return value


def _filled(column: Column, values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(values != "" if column.type.is_text else ~pd.isna(values), dtype=bool)
