"""Read one table of an open workbook as a frame: all of its rows, or the rows of one deal.

Formula cells are compared with the expected formula, although Excel writes formulas differently from files:

    in a file                                       in Excel, within the table
    Deals[[#This Row],[Amount]]*_xlfn.XLOOKUP(…)    [@Amount]*XLOOKUP(…)

Spaces, case and number formats do not matter, as in a closed workbook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from xl_salesflow.core.key_numbers import KeyFormat
from xl_salesflow.excel.cell_blocks import read_block_formulas, read_block_values
from xl_salesflow.excel.open_tables import OpenTable, group_consecutive_rows, is_formula
from xl_salesflow.ooxml.excel_notation import bare_sheet_name, unquote_sheet_name
from xl_salesflow.schema.table_columns import TableSchema, extend_table
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_conversion import Dialect, format_cell_as_text, read_frame
from xl_salesflow.workbook.cell_findings import CellFinding
from xl_salesflow.workbook.metric_formulas import LiveFormulas, find_live_formulas
from xl_salesflow.workbook.own_cells import OwnTableCells
from xl_salesflow.workbook.workbook_layout import WorkbookLayout

_TEXT_OR_BRACKET = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'(?=!)|([^\W\d][\w.\\]*)?\[")
_FUNCTION_PREFIX = re.compile(r"_xlfn\.|_xlws\.|_xludf\.", re.IGNORECASE)
_FORMULA_NUMBER = re.compile(r"(?<![\w.\]])(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w.!(])", re.IGNORECASE)
_BOOLEAN_CALL = re.compile(r"\b(true|false)\(\)", re.IGNORECASE)
_FORMULA_SPACE = re.compile(r"\s+")
_DATA_AREA = "#data"  # the default if no area is given


@lru_cache(maxsize=4096)
def normalize_excel_formula(formula: str, table: str = "") -> str:
    """Return *formula* in a normalised form; *table* is the table that contains its cell."""
    done, at, rest = [], 0, formula.removeprefix("{").removesuffix("}").removeprefix("=")
    while found := _TEXT_OR_BRACKET.search(rest, at):
        done.append(_normalize_unquoted_text(rest[at : found.start()]))
        if not found[0].endswith("["):
            done.append(bare_sheet_name(unquote_sheet_name(found[0])) if found[0].startswith("'") else found[0])
            at = found.end()
            continue
        end = _find_closing_bracket(rest, found.end() - 1)
        done.append(_normalize_table_reference(found[1] or table, rest[found.end() : end]))
        at = end + 1
    done.append(_normalize_unquoted_text(rest[at:]))
    return _FORMULA_SPACE.sub("", "".join(done)).casefold()


def is_equivalent_formula(one: str, other: str, table: str = "") -> bool:
    """Return whether two formulas of a cell in *table* are equivalent."""
    return one == other or normalize_excel_formula(one, table) == normalize_excel_formula(other, table)


def _normalize_unquoted_text(text: str) -> str:
    bare = _FUNCTION_PREFIX.sub("", text).replace("@", "")
    return _FORMULA_NUMBER.sub(lambda number: repr(float(number[0])), _BOOLEAN_CALL.sub(r"\1", bare))


def _find_closing_bracket(text: str, opening: int) -> int:
    """Return the position of the bracket that closes the one at *opening*; an apostrophe escapes the next character."""
    depth, at = 0, opening
    while at < len(text):
        if text[at] == "'":
            at += 1
        elif text[at] in "[]":
            depth += 1 if text[at] == "[" else -1
            if not depth:
                return at
        at += 1
    return len(text)


def _normalize_table_reference(table: str, inside: str) -> str:
    """Return a reference to columns of *table* as Table[areas|columns], from any of its forms."""
    areas, columns = set[str](), ""
    for part in _split_table_reference(inside.strip()):
        name = part.strip()
        if name.startswith("@"):
            areas.add("#thisrow")
            name = name[1:].strip()
        if name.startswith("#"):
            areas.add(_FORMULA_SPACE.sub("", name).casefold())
        elif name:
            columns += f"[{name}]" if name != ":" else ":"
    return f"{table}[{','.join(sorted(areas or {_DATA_AREA}))}|{columns}]"


def _split_table_reference(inside: str) -> list[str]:
    """Return the parts of a reference in brackets: areas, columns, and the colon between two columns."""
    if "[" not in inside:
        return [inside]
    found, at = ["@"] if inside.startswith("@") else [], 0
    while (opening := inside.find("[", at)) >= 0:
        if found and inside[at:opening].strip() == ":":
            found.append(":")
        end = _find_closing_bracket(inside, opening)
        found.append(inside[opening + 1 : end])
        at = end + 1
    return found


class TableReading(NamedTuple):
    """What was read of a table: its frame, its findings, the first row of its blank tail, and the keys that are numbers.

    *live_formulas* are the formulas expected in the rows of a metric table, *own_cells* the columns that the team added,
    *body* the cells of a generated table by header.
    """

    frame: pd.DataFrame
    findings: list[CellFinding]
    free_row: int
    numeric_keys: set[str]
    live_formulas: LiveFormulas
    own_cells: OwnTableCells
    body: Mapping[str, Sequence[Any]] = MappingProxyType({})


def read_open_table(place: OpenTable, layout: WorkbookLayout, dialect: Dialect) -> TableReading:
    """Read a table with one call for the values and one for each stretch of formula columns."""
    table, headers = _find_schema_and_headers(place, layout)
    columns = read_columns(place)
    body = dict(columns) if table.generated else {}
    cells = {column_id: columns.pop(header) for column_id, header in headers.items()}
    numbered = _collect_numeric_keys(cells[table.key]) if table.key else set()
    rows, findings = read_frame(table, cells, place.first_row, dialect)
    live = find_live_formulas(layout, table, rows)
    findings += _find_overwritten_cells(place, layout, table, rows, live)
    free = int(rows.index[-1]) + 1 if len(rows) else place.first_row
    for row in range(place.last_row, free - 1, -1):
        if any(own[row - place.first_row] is not None for own in columns.values()):
            free = row + 1  # that row belongs to a person
            break
    own_cells = OwnTableCells(range(place.first_row, place.last_row + 1), columns)
    return TableReading(rows, findings, free, numbered, live, own_cells, body)


def read_columns(place: OpenTable) -> dict[str, list[Any]]:
    """Return the cells of the body of a table by header."""
    return dict(zip(place.headers, place.values(place.first_col, place.last_col), strict=True))


def read_deal_rows(
    deal: str, look: KeyFormat | None, place: OpenTable, layout: WorkbookLayout, dialect: Dialect
) -> TableReading:
    """Read the rows of one deal: two whole columns to find them, then one call for each stretch of rows.

    The row with the highest key of the form *look* is read too, because it determines the next keys.
    """
    table, headers = _find_schema_and_headers(place, layout)
    found = _read_two_columns(place, *(place.column_of(headers[column_id]) for column_id in (table.key or "", "deal")))
    keys, deals = ([format_cell_as_text(cell) for cell in cells] for cells in found)
    positions = {at for at, key in enumerate(deals) if key == deal}
    numbers = look.read(keys) if look else np.array([])
    if not np.isnan(numbers).all():
        positions.add(int(np.nanargmax(numbers)))
    last = max((at for at, key in enumerate(keys) if key or deals[at]), default=-1)
    body = _read_row_blocks(place, sorted(positions))
    columns = {column_id: [row[place.headers.index(header)] for row in body] for column_id, header in headers.items()}
    own = set(place.headers) - set(headers.values())
    rows, findings = read_frame(table, columns, 0, dialect)
    at = [place.first_row + row for row in sorted(positions)]
    rows.index = pd.Index([at[row] for row in rows.index], dtype="int64")
    findings = [replace(finding, row=at[finding.row], last=0) for finding in findings]
    return TableReading(
        rows,
        findings,
        _find_blank_tail(place, layout, last + 1),
        _collect_numeric_keys(found[0]) | _collect_numeric_keys(found[1]),
        {},
        OwnTableCells(at, {name: [row[col] for row in body] for col, name in enumerate(place.headers) if name in own}),
    )


def find_free_row(place: OpenTable, layout: WorkbookLayout) -> int:
    """Return the first row of the blank tail of a table that was not read, from its first column and the rows below."""
    cells = place.values(place.first_col, place.first_col)[0]
    return _find_blank_tail(
        place, layout, max((at for at, cell in enumerate(cells, start=1) if cell is not None), default=0)
    )


def is_blank_from(place: OpenTable, layout: WorkbookLayout, row: int) -> bool:
    """Return whether the rows of a table from *row* on still hold nothing but formulas, with the row above at its end."""
    at = row - place.first_row
    return 0 <= at <= place.last_row - place.first_row + 1 and _find_blank_tail(place, layout, at) == row


def _find_schema_and_headers(place: OpenTable, layout: WorkbookLayout) -> tuple[TableSchema, Mapping[str, str]]:
    name = next(name for name in TABLES if name.casefold() == place.name.casefold())
    headers = layout.headers[name]
    return extend_table(TABLES[name], headers), headers


_NEAR_COLUMNS = 5
_ROW_BLOCKS = 4


def _read_two_columns(place: OpenTable, one: int, other: int) -> list[list[Any]]:
    """Return the cells of two columns; columns that are near each other are read as one block."""
    if abs(one - other) >= _NEAR_COLUMNS:
        return [place.values(col, col)[0] for col in (one, other)]
    columns = place.values(min(one, other), max(one, other))
    return [columns[one - min(one, other)], columns[other - min(one, other)]]


def _join_nearest(stretches: Sequence[tuple[int, int]], at_most: int) -> list[tuple[int, int]]:
    """Return at most *at_most* stretches that contain the given ones: those with the smallest gaps are joined."""
    gaps = sorted(range(1, len(stretches)), key=lambda at: stretches[at][0] - stretches[at - 1][1], reverse=True)
    kept = set(gaps[: at_most - 1])
    joined: list[tuple[int, int]] = []
    for at, (first, last) in enumerate(stretches):
        if at in kept or not joined:
            joined.append((first, last))
        else:
            joined[-1] = (joined[-1][0], last)
    return joined


def _read_row_blocks(place: OpenTable, at: Sequence[int]) -> list[list[Any]]:
    """Return the rows at these positions; however they are scattered, a few calls read them."""
    rows: dict[int, list[Any]] = {}
    for first, last in _join_nearest(group_consecutive_rows(at), _ROW_BLOCKS):
        block = place.cell_range(place.first_row + first, place.first_row + last, place.first_col, place.last_col)
        rows |= dict(enumerate(read_block_values(block), start=first))
    return [rows[one] for one in at]


def _find_blank_tail(place: OpenTable, layout: WorkbookLayout, used: int) -> int:
    """Return the first row, at or after *used* rows, below which there are only formulas."""
    first = place.first_row + used
    if first > place.last_row:
        return first
    table, headers = _find_schema_and_headers(place, layout)
    computed = {place.headers.index(headers[column.id]) for column in table.formulas}
    free = first
    tail = read_block_values(place.cell_range(first, place.last_row, place.first_col, place.last_col))
    for row, cells in enumerate(tail, start=first):
        if any(cell is not None for at, cell in enumerate(cells) if at not in computed):
            free = row + 1
    return free


def _collect_numeric_keys(cells: Sequence[Any]) -> set[str]:
    # lookups distinguish 7 and "7", so numbers stay numbers
    return {format_cell_as_text(cell) for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)}


_FORMULAS_READ_AT_ONCE = 20_000  # cells: more of them take longer than another call


def _group_formula_columns(place: OpenTable, cols: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and last columns of the blocks in which formulas are read: one block if the table is small."""
    if cols and (cols[-1] - cols[0] + 1) * (place.last_row - place.first_row + 1) <= _FORMULAS_READ_AT_ONCE:
        return [(cols[0], cols[-1])]
    return group_consecutive_rows(cols)


def _find_overwritten_cells(
    place: OpenTable, layout: WorkbookLayout, table: TableSchema, rows: pd.DataFrame, live: LiveFormulas
) -> Iterator[CellFinding]:
    """Yield the used cells that lack their expected formula."""
    expected: dict[int, tuple[str, str | Mapping[int, str]]] = {}
    for column in table.formulas:
        at = place.column_of(layout.headers[table.name][column.id])
        if column.id in live:
            expected[at] = column.id, {row: formula.text for row, formula in live[column.id].items()}
        elif column.formula:
            expected[at] = column.id, layout.formula(table, column)
    used, cols = set(rows.index), sorted(expected)
    for first, last in _group_formula_columns(place, cols) if used else ():
        block = read_block_formulas(place.cell_range(place.first_row, place.last_row, first, last)) or ()
        for row, line in enumerate(block, start=place.first_row):
            for column_id, wanted, held in (
                (*expected[col], line[col - first]) for col in cols if first <= col <= last
            ):
                text = wanted if isinstance(wanted, str) else wanted.get(row)
                if (
                    text is not None
                    and row in used
                    and not (is_formula(held) and is_equivalent_formula(text, held, place.name))
                ):
                    yield CellFinding("formula_typed_over", row, column_id, "")
