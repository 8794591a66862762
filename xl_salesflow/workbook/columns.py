"""The cells of one column to the values a frame keeps, and what is doubtful about them; whole columns at a time.

A column where every cell is of the expected kind costs one array conversion. Only odd cells are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any, NamedTuple
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from xl_salesflow.model.choices import CHOICES, Choices, identify
from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.frames import DATE_DTYPE
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.tables import FOREVER
from xl_salesflow.model.text import LANGUAGES, Text
from xl_salesflow.ooxml import ErrorValue
from xl_salesflow.workbook import dates, numbers
from xl_salesflow.workbook.faults import CHOOSE, DID_YOU_MEAN, Doubt

Doubts = dict[int, Doubt]  # by position in the column
_PLAIN_NUMBERS: frozenset[type] = frozenset({int, float, NoneType})
_PLAIN_DATES: frozenset[type] = frozenset({date, NoneType})
_PLAIN_TEXT: frozenset[type] = frozenset({str, NoneType})
_LIKELY = (np.datetime64("1950-01-01", "s"), np.datetime64("2150-01-01", "s"))  # and forever, in History
_SERIALS = range(20_000, 80_000)  # 1954 to 2119: a number here is a date that lost its format
_FOREVER_SERIAL = 2_958_465


class Cells(NamedTuple):
    """A converted column: an array as frames.py describes it, and its doubts."""

    values: npt.NDArray[Any]
    doubts: Doubts


class Dialect(NamedTuple):
    """What the meaning of a cell depends on: the workbook's currency and its date system."""

    currency: str = ""
    date1904: bool = False


def convert(column: Column, cells: Sequence[Any], dialect: Dialect) -> Cells:
    """Return *cells* (Python values, None when blank) as *column* keeps them; a formula column is taken as it shows."""
    if column.type.is_text:
        values, doubts = _texts(column, cells)
    elif column.type.is_date:
        values, doubts = _dates(column, cells, dialect)
    else:
        values, doubts = _numbers(column, cells, dialect)
    return Cells(values, {} if column.is_formula else doubts)


def shown(cell: Any) -> str:
    """Return a cell's value as a sheet shows it, or nearly so."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    return "" if cell is None else str(cell).strip()


# -- text ---------------------------------------------------------------------------------------------------------


def _texts(column: Column, cells: Sequence[Any]) -> Cells:
    doubts: Doubts = {}
    if not set(map(type, cells)) <= _PLAIN_TEXT:
        doubts = {at: Doubt("error_value") for at, cell in enumerate(cells) if isinstance(cell, ErrorValue)}
        cells = [None if isinstance(cell, ErrorValue) else shown(cell) for cell in cells]
    meanings: dict[str | None, str] = {cell: cell.strip() if cell else "" for cell in set(cells)}
    if column.type is Type.CHOICE:
        doubts |= _identified(CHOICES[column.options or ""], meanings, cells)
    elif column.type is Type.LIST:
        labels = _ids(LISTS.get(column.options or "", {}))
        meanings = {cell: labels.get(_folded(text), text) for cell, text in meanings.items()}
    return Cells(_objects([meanings[cell] for cell in cells]), doubts)


def _identified(choices: Choices, meanings: dict[str | None, str], cells: Sequence[Any]) -> Doubts:
    """Put ids in the place of labels; what is no label is blank and doubted."""
    ids, unknown = _ids(choices), dict[str | None, Doubt]()
    for cell, text in meanings.items():
        id = ids.get(_folded(text), "")
        meanings[cell] = id
        if text and not id:
            unknown[cell] = Doubt("unknown_choice", {"hint": hint(text, choices)})
    return {at: unknown[cell] for at, cell in enumerate(cells) if cell in unknown} if unknown else {}


def hint(text: str, choices: Choices) -> Text:
    """Return what to choose instead of *text*: the label it is most like, or all of them."""
    near = nearest(text, (label for both in choices.values() for label in both.both()))
    if near is not None:
        id = identify(choices, near) or ""
        return Text(*(DID_YOU_MEAN.in_(of, near=choices[id].in_(of)) for of in LANGUAGES))
    return Text(
        CHOOSE.in_("en", labels=", ".join(text.en for text in choices.values())),
        CHOOSE.in_("zh", labels="、".join(text.zh for text in choices.values())),
    )


def _ids(choices: Choices) -> Mapping[str, str]:
    names = [(name, id) for id, text in choices.items() for name in (*text.both(), id)]
    return {_folded(name): id for name, id in reversed(names)}


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()


def _objects(values: list[str]) -> npt.NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


# -- numbers and dates --------------------------------------------------------------------------------------------


def _numbers(column: Column, cells: Sequence[Any], dialect: Dialect) -> Cells:
    def read(cell: Any) -> tuple[float | None, Doubt | None]:
        if isinstance(cell, str):
            return numbers.parse(cell, column.type, dialect.currency) if cell.strip() else (None, None)
        if isinstance(cell, Decimal | np.number):
            return float(cell), None
        return None, Doubt("error_value" if isinstance(cell, ErrorValue) else "not_a_number")

    cells, doubts = _mended(cells, _PLAIN_NUMBERS, read)
    values = np.array(cells, dtype="float64")
    if column.type is Type.INTEGER and not column.is_formula:
        broken = np.flatnonzero(values % 1 > 0)
        values[broken] = np.nan
        doubts |= dict.fromkeys(broken.tolist(), Doubt("not_whole"))
    return Cells(values, doubts)


def _dates(column: Column, cells: Sequence[Any], dialect: Dialect) -> Cells:
    def read(cell: Any) -> tuple[date | None, Doubt | None]:
        if isinstance(cell, datetime):
            return cell.replace(tzinfo=None), None
        if isinstance(cell, str):
            return dates.parse(cell) if cell.strip() else (None, None)
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return _from_number(cell, dialect.date1904)
        return None, Doubt("error_value" if isinstance(cell, ErrorValue) else "not_a_date")

    cells, doubts = _mended(cells, _PLAIN_DATES, read)
    known = {cell: np.datetime64(cell or "NaT", "s") for cell in set(cells)}
    values = np.array([known[cell] for cell in cells], dtype=DATE_DTYPE)
    if column.type is Type.DATE:
        values = values.astype("datetime64[D]").astype(DATE_DTYPE)
    unlikely = np.flatnonzero(
        ((values < _LIKELY[0]) | (values >= _LIKELY[1])) & (values != np.datetime64(FOREVER, "s"))
    )
    values[unlikely] = np.datetime64("NaT")
    return Cells(values, doubts | dict.fromkeys(unlikely.tolist(), Doubt("unlikely_date")))


def _from_number(cell: float, date1904: bool) -> tuple[datetime | None, Doubt | None]:
    if int(cell) not in _SERIALS and cell != _FOREVER_SERIAL:
        return None, Doubt("not_a_date")
    return datetime(1904, 1, 1) + timedelta(cell) if date1904 else datetime(1899, 12, 30) + timedelta(cell), None


def _mended(
    cells: Sequence[Any], plain: frozenset[type], read: Callable[[Any], tuple[Any, Doubt | None]]
) -> tuple[Sequence[Any], Doubts]:
    """Return *cells* with those of no *plain* kind read one by one."""
    if set(map(type, cells)) <= plain:
        return cells, {}
    mended, doubts = list(cells), Doubts()
    for at, cell in enumerate(cells):
        if type(cell) not in plain:
            mended[at], doubt = read(cell)
            if doubt:
                doubts[at] = doubt
    return mended, doubts
