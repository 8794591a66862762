"""Convert the cells of tables to frames and back, a whole column at a time.

A column whose cells all have the expected type costs one array conversion; only other cells are converted one by one.
This module does not depend on a file format: closed and open workbooks are read and written with the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence, Set
from datetime import date, datetime, time
from decimal import Decimal
from types import NoneType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.written_dates import (
    FIRST_DAY_COLUMNS,
    LIKELY_DATE_SERIALS,
    DateStyle,
    find_unlikely_dates,
    read_written_date,
)
from xl_salesflow.core.written_numbers import NUMBER_LIMIT, NumberStyle, read_written_number
from xl_salesflow.core.written_times import DAY_COUNT_COLUMNS
from xl_salesflow.core.written_values import yes_no_of_word
from xl_salesflow.core.yearless_dates import PAST_DAY_COLUMNS
from xl_salesflow.locale.texts import Language, fold_text
from xl_salesflow.ooxml.cell_contents import ErrorValue as ErrorValue  # the package excel imports it from here
from xl_salesflow.ooxml.excel_notation import LAST_DAY_SERIAL, serial_to_datetime
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, Choices, choice_label
from xl_salesflow.schema.plain_values import LOST_CHARACTER, plain_number, replace_half_characters
from xl_salesflow.schema.table_columns import Column, ColumnType, TableSchema
from xl_salesflow.schema.table_frames import DATE_DTYPE, make_table_frame
from xl_salesflow.workbook.cell_findings import OTHER_SPELLING, CellFinding, ValueFinding

ColumnFindings = dict[int, ValueFinding]  # by position in the column
_PLAIN_NUMBER_TYPES: frozenset[type] = frozenset({int, float, NoneType})
_PLAIN_DATE_TYPES: frozenset[type] = frozenset({date, NoneType})
_PLAIN_TEXT_TYPES: frozenset[type] = frozenset({str, NoneType})


class ColumnValues(NamedTuple):
    """A converted column: an array as described in table_frames.py, and the findings by position."""

    values: npt.NDArray[Any]
    findings: ColumnFindings


class Dialect(NamedTuple):
    """What the meaning of a cell depends on: the workbook's currency, its date system and the day of reading.

    With the *language* of the sheets, texts are reported that are not spelled as their value would be written.
    """

    currency: str = ""
    date1904: bool = False
    today: date | None = None
    language: Language = ""


def cells_to_values(column: Column, cells: Sequence[Any], dialect: Dialect) -> ColumnValues:
    """Return *cells* (Python values, None if blank) as values of *column*; results of formulas are taken as they are."""
    if column.type.is_text:
        values, doubts = _convert_text_cells(column, cells, dialect.language)
    elif column.type.is_date:
        values, doubts = _convert_date_cells(column, cells, dialect)
    else:
        values, doubts = _convert_number_cells(column, cells, dialect)
    return ColumnValues(values, {} if column.is_formula else doubts)


def format_cell_as_text(cell: Any) -> str:
    """Return a cell's value approximately as a sheet displays it."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(plain_number(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    return "" if cell is None else replace_half_characters(str(cell)).strip()


# -- text ---------------------------------------------------------------------------------------------------------


_NAME_TYPES = (ColumnType.KEY, ColumnType.REF, ColumnType.CHOICE, ColumnType.LIST)
_NAME_COLUMNS = frozenset({"playbook", "stage", "owner", "product", "manager", "competitor", "trait"})
"""Ids of the columns of plain text that hold names."""


def _convert_text_cells(column: Column, cells: Sequence[Any], language: Language) -> ColumnValues:
    doubts: ColumnFindings = {}
    if not set(map(type, cells)) <= _PLAIN_TEXT_TYPES:
        cells, doubts = _write_as_texts(cells)
    meanings: dict[str | None, str] = {
        cell: replace_half_characters(cell).strip() if cell else "" for cell in set(cells)
    }
    if LOST_CHARACTER in "".join(meanings.values()):
        doubts |= _find_lost_characters(meanings, cells)
    if column.type is ColumnType.CHOICE:
        doubts |= _replace_labels_by_ids(column.options or "", meanings, cells)
    elif column.type is ColumnType.LIST:
        labels = _ids_by_label(LISTS.get(column.options or "", {}))
        meanings = {cell: labels.get(fold_text(text), text) for cell, text in meanings.items()}
    named = column.type in _NAME_TYPES or (column.type is ColumnType.TEXT and column.id in _NAME_COLUMNS)
    if language and named and not column.is_formula:
        doubts |= _find_other_spellings(column, meanings, cells, language)
    return ColumnValues(np.fromiter((meanings[cell] for cell in cells), object, len(cells)), doubts)


def _write_as_texts(cells: Sequence[Any]) -> tuple[list[str | None], ColumnFindings]:
    doubts = {at: ValueFinding("error_value") for at, cell in enumerate(cells) if isinstance(cell, ErrorValue)}
    texts = [cell if isinstance(cell, str) else format_cell_as_text(cell) for cell in cells]
    return [None if at in doubts else text for at, text in enumerate(texts)], doubts


def _find_lost_characters(meanings: Mapping[str | None, str], cells: Sequence[Any]) -> ColumnFindings:
    lost = {cell for cell, text in meanings.items() if LOST_CHARACTER in text}
    return {at: ValueFinding("lost_character") for at, cell in enumerate(cells) if cell in lost}


def _find_other_spellings(
    column: Column, meanings: Mapping[str | None, str], cells: Sequence[Any], language: Language
) -> ColumnFindings:
    """Return the cells that the sheets' formulas would not count, because of spaces, width or another language."""
    spelled = {
        cell
        for cell, text in meanings.items()
        if cell and text and choice_label(column.options, text, language).casefold() != cell.casefold()
    }
    if not spelled:
        return {}
    return {at: ValueFinding(OTHER_SPELLING, {"text": cell}) for at, cell in enumerate(cells) if cell in spelled}


def _replace_labels_by_ids(options: str, meanings: dict[str | None, str], cells: Sequence[Any]) -> ColumnFindings:
    """Replace labels by ids; other texts become blank with a finding, except ticks in a column of yes and no."""
    choices = CHOICES[options]
    ids, doubted = _ids_by_label(choices), dict[str | None, ValueFinding]()
    for cell, text in meanings.items():
        choice_id = ids.get(fold_text(text), "")
        ticked = yes_no_of_word(text) if text and not choice_id and options == "yes_no" else None
        meanings[cell] = choice_id or ticked or ""
        if ticked:
            doubted[cell] = ValueFinding("choice_in_other_words", {"label": choices[ticked]})
        elif text and not choice_id:
            doubted[cell] = ValueFinding("unknown_choice", {"hint": suggest_names(text, choices.values())})
    return {at: doubted[cell] for at, cell in enumerate(cells) if cell in doubted} if doubted else {}


def _ids_by_label(choices: Choices) -> Mapping[str, str]:
    names = [(name, choice_id) for choice_id, text in choices.items() for name in (*text.translations(), choice_id)]
    return {fold_text(name): choice_id for name, choice_id in reversed(names)}


# -- numbers and dates --------------------------------------------------------------------------------------------


def _convert_number_cells(column: Column, cells: Sequence[Any], dialect: Dialect) -> ColumnValues:
    style = NumberStyle(
        currency=dialect.currency, in_days=column.id in DAY_COUNT_COLUMNS, is_chinese=dialect.language == "zh"
    )

    def read(cell: Any) -> tuple[float | None, ValueFinding | None]:
        if isinstance(cell, str):
            return read_typed_number(cell, column.type, style) if cell.strip() else (None, None)
        if isinstance(cell, Decimal | np.number):
            return float(cell), None
        return None, ValueFinding("error_value" if isinstance(cell, ErrorValue) else "not_a_number")

    cells, doubts = _convert_odd_cells(cells, _PLAIN_NUMBER_TYPES, read)
    values = np.array(cells, dtype="float64")
    if column.is_formula:
        return ColumnValues(values, doubts)
    too_large = np.flatnonzero(np.abs(values) >= NUMBER_LIMIT)
    values[too_large] = np.nan
    doubts |= dict.fromkeys(too_large.tolist(), ValueFinding("too_large"))
    if column.type is ColumnType.INTEGER:
        broken = np.flatnonzero(values % 1 > 0)
        values[broken] = np.nan
        doubts |= dict.fromkeys(broken.tolist(), ValueFinding("not_whole"))
    return ColumnValues(values, doubts)


def _convert_date_cells(column: Column, cells: Sequence[Any], dialect: Dialect) -> ColumnValues:
    style = DateStyle(
        today=dialect.today,
        takes_first=column.id in FIRST_DAY_COLUMNS,
        date1904=dialect.date1904,
        is_past=column.id in PAST_DAY_COLUMNS,
    )

    def read(cell: Any) -> tuple[date | None, ValueFinding | None]:
        if isinstance(cell, datetime):
            return cell.replace(tzinfo=None), None
        if isinstance(cell, str):
            return read_typed_date(cell, style) if cell.strip() else (None, None)
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return _date_from_serial(cell, dialect.date1904) or read_typed_date(f"{cell:.15g}", style)
        return None, ValueFinding("error_value" if isinstance(cell, ErrorValue) else "not_a_date")

    cells, doubts = _convert_odd_cells(cells, _PLAIN_DATE_TYPES, read)
    known = {cell: np.datetime64(cell or "NaT", "s") for cell in set(cells)}
    values = np.array([known[cell] for cell in cells], dtype=DATE_DTYPE)
    if column.type is ColumnType.DATE:
        values = values.astype("datetime64[D]").astype(DATE_DTYPE)
    unlikely = np.flatnonzero(find_unlikely_dates(values))
    values[unlikely] = np.datetime64("NaT", "s")
    return ColumnValues(values, doubts | dict.fromkeys(unlikely.tolist(), ValueFinding("unlikely_date")))


def read_typed_number(
    text: str, column_type: ColumnType, style: NumberStyle
) -> tuple[float | None, ValueFinding | None]:
    """Return the number that a typed text means, and a finding, at least that it is text."""
    read = read_written_number(text, column_type, style)
    return read.value, ValueFinding(read.rule, read.facts)


def read_typed_date(text: str, style: DateStyle) -> tuple[datetime | None, ValueFinding | None]:
    """Return the date and time that a typed text means, and a finding, at least that it is text."""
    read = read_written_date(text, style)
    return read.value, ValueFinding(read.rule, read.facts)


def _date_from_serial(cell: float, date1904: bool) -> tuple[datetime | None, None] | None:
    if int(cell) not in LIKELY_DATE_SERIALS and cell != LAST_DAY_SERIAL:
        return None
    return serial_to_datetime(cell, date1904), None


def _convert_odd_cells(
    cells: Sequence[Any], expected_types: frozenset[type], read: Callable[[Any], tuple[Any, ValueFinding | None]]
) -> tuple[Sequence[Any], ColumnFindings]:
    """Return *cells*, with those of other types than *expected_types* read one by one."""
    if set(map(type, cells)) <= expected_types:
        return cells, {}
    mended, doubts = list(cells), ColumnFindings()
    for at, cell in enumerate(cells):
        if type(cell) not in expected_types:
            mended[at], doubt = read(cell)
            if doubt:
                doubts[at] = doubt
    return mended, doubts


_ROW_NAME_TYPES = (ColumnType.KEY, ColumnType.REF, ColumnType.TEXT)


def read_frame(
    table: TableSchema, cells: MutableMapping[str, list[Any]], first_row: int, dialect: Dialect
) -> tuple[pd.DataFrame, list[CellFinding]]:
    """Return *cells* (column id → values from *first_row* on, used up) as a frame of *table*, with findings.

    Rows without content of people or the product are left out, whatever formulas and a team's own columns have in them.
    """
    if all(cell is None for column in table.columns if not column.is_formula for cell in cells[column.id]):
        return make_table_frame(table, (), first_row), []  # most tables of most workbooks
    count = len(next(iter(cells.values())))
    index, used = pd.RangeIndex(first_row, first_row + count), np.zeros(count, dtype=bool)
    values, findings = dict[str, npt.NDArray[Any]](), list[CellFinding]()
    for column in table.columns:
        raw = cells.pop(column.id)
        values[column.id], doubts = cells_to_values(column, raw, dialect)
        for at, doubt in sorted(doubts.items()):
            findings.append(
                CellFinding(doubt.rule, first_row + at, column.id, format_cell_as_text(raw[at]), doubt.facts)
            )
        if not column.is_formula and column.added != "own":  # which may say No in every row, and makes none of ours
            cell_values = values[column.id]
            used |= np.asarray(cell_values != "" if column.type.is_text else ~pd.isna(cell_values), dtype=bool)
            used[list(doubts)] = True
    rows: pd.Index = index if used.all() else index[used]
    columns = {}
    for column in table.columns:
        kept = values.pop(column.id)
        kept = kept if len(rows) == count else kept[used]
        columns[column.id] = pd.Series(kept, rows, dtype=object if column.type.is_text else None, copy=False)
    return pd.DataFrame(columns, index=rows, copy=False), findings


def values_to_cells(
    column: Column, values: pd.Series, language: Language, numbered: Set[str] = frozenset()
) -> list[Any]:
    """Return *values* as cells hold them: labels, whole numbers as integers, dates, None for blank.

    Texts in *numbered* are keys that people typed as numbers; they stay numbers.
    """
    if column.type.is_text:
        options, distinct = column.options, set(values)
        labels = {value: (choice_label(options, value, language) if options else value) or None for value in distinct}
        if numbered and column.type in _ROW_NAME_TYPES:
            labels |= {value: plain_number(float(value)) for value in labels.keys() & numbered}
        return [labels[value] for value in values]
    if column.type.is_date:
        unit = "D" if column.type is ColumnType.DATE else "s"
        days: list[Any] = values.to_numpy().astype(f"datetime64[{unit}]").tolist()
        return days
    numbers = values.to_numpy("float64")
    if np.isnan(numbers).all():
        return [None] * len(numbers)
    cells: list[Any] = numbers.tolist()
    for at in np.flatnonzero(~(numbers != np.trunc(numbers))).tolist():
        cells[at] = plain_number(cells[at])
    for at in np.flatnonzero(np.isnan(numbers)).tolist():
        cells[at] = None
    return cells
