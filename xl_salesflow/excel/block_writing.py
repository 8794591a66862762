"""Write blocks of cells: few calls, Excel's updates suspended, cells in between preserved, every write verified."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import xlwings as xw

from xl_salesflow.errors import WorkbookError
from xl_salesflow.excel.cell_blocks import (
    CellBlock,
    CurrencyNumber,
    block_range,
    put_block_formulas,
    put_block_values,
    read_block_formulas,
    read_block_values,
)
from xl_salesflow.excel.excel_refusals import WriteRefused, refusal_errors
from xl_salesflow.excel.open_tables import (
    convert_for_excel,
    group_consecutive_rows,
    is_formula,
    is_written_value,
)
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.excel_notation import address_on_sheet
from xl_salesflow.schema.table_columns import Column, ColumnType, ColumnWriter
from xl_salesflow.workbook.cell_conversion import ErrorValue

EDITING_PATIENCE = 20.0
"""Seconds to wait while somebody edits a cell."""

_COM_ATTEMPTS = 50  # made by xlwings before it reports an error; its own default is to retry forever
_SUSPENDED_STATE = {"calculation": "manual", "screen_updating": False, "enable_events": False}


class StillEditing(WorkbookError):
    """Excel accepts no calls while a cell is being edited."""

    def __init__(self) -> None:
        super().__init__(
            "A cell is being edited or a dialog is open in Excel; finish it (Enter or Esc) and try again.",
        )


@contextmanager
def suspend_excel(book: xw.Book, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Suspend Excel during a write.

    Raises:
        StillEditing: somebody edited a cell for longer than PATIENCE.
    """
    app = book.app
    with ExitStack() as back:
        for name, value in _SUSPENDED_STATE.items():
            try:
                before = _retry_while_editing(partial(getattr, app, name), sleep)
            except NotImplementedError:  # Excel on the web has no such setting
                continue
            back.callback(setattr, app, name, before)
            _retry_while_editing(partial(setattr, app, name, value), sleep)
        yield


def _retry_while_editing(ask: Callable[[], Any], sleep: Callable[[float], None]) -> Any:
    _limit_com_attempts()
    for waited in range(int(EDITING_PATIENCE)):
        try:
            return ask()
        except refusal_errors():
            sleep(1.0 if waited else 0.2)
    raise StillEditing


def _limit_com_attempts() -> None:
    # xlwings on Windows retries a refused call forever, and would hang as long as the cell is edited
    if windows := sys.modules.get("xlwings._xlwindows"):
        windows.N_COM_ATTEMPTS = _COM_ATTEMPTS  # type: ignore[attr-defined]


@dataclass(frozen=True)
class _UndoStep:
    """One step back: *run* returns whether everything is as before, *place* says where."""

    run: Callable[[], bool]
    place: Callable[[], str]


class ColumnWrite(NamedTuple):
    """New cells of sheet column *col*: row → value.

    *confirm* is given the current values of these cells, and raises if they are not what the plan is about.
    """

    col: int
    column: Column
    new: Mapping[int, Any]
    confirm: Callable[[Sequence[Any]], None]


class _WrittenStretch(NamedTuple):
    block: xw.Range
    first: int
    col: int
    cells: CellBlock


_CELLS_READ_AT_ONCE = 20_000  # reading cells that are not needed takes less time than another call, up to some number


def _group_column_writes(writes: Sequence[ColumnWrite]) -> list[list[ColumnWrite]]:
    """Return the writes in groups that are read at once; a column that is written twice is read in between."""
    groups: list[list[ColumnWrite]] = []
    for one in writes:
        if not one.new:
            continue
        group = [*groups[-1], one] if groups else []
        if group and one.col not in {other.col for other in groups[-1]} and _count_cells(group) <= _CELLS_READ_AT_ONCE:
            groups[-1] = group
        else:
            groups.append([one])
    return groups


def _count_cells(group: Sequence[ColumnWrite]) -> int:
    rows, cols = [row for one in group for row in one.new], [one.col for one in group]
    return (max(rows) - min(rows) + 1) * (max(cols) - min(cols) + 1)


class BlockWriter:
    """The writes of one change set; each remembers the previous content."""

    def __init__(self, book: xw.Book) -> None:
        self._book = book
        self._undo_steps: list[_UndoStep] = []

    def write_columns(self, sheet: xw.Sheet, writes: Sequence[ColumnWrite]) -> None:
        """Write the new cells of several columns, each as one block where the cells in between allow it.

        Reading before and after takes four calls in all, unless the columns are far apart or long; writing takes two for
        each stretch that may be written. A person's text is never rewritten, because single characters in it may be
        formatted.
        """
        for group in _group_column_writes(writes):
            rows = [row for one in group for row in (min(one.new), max(one.new))]
            cols = [one.col for one in group]
            top, left = min(rows), min(cols)
            span = block_range(sheet, top, max(rows), left, max(cols))
            held, hidden = read_block_values(span), read_block_formulas(span)
            stretches: list[_WrittenStretch] = []
            if len(held) == 1:
                stretches = self._write_row(sheet, group, top, left, held, hidden)
            for one in group if len(held) > 1 else ():
                at = one.col - left
                own = [[row[at]] for row in held], [[row[at]] for row in hidden] if hidden is not None else None
                stretches += self._write_column(sheet, one, top, *own)
            if hidden is not None:
                self._verify_stretches(stretches, read_block_values(span), top, left)

    def _write_row(
        self,
        sheet: xw.Sheet,
        group: Sequence[ColumnWrite],
        row: int,
        left: int,
        held: CellBlock,
        hidden: CellBlock | None,
    ) -> list[_WrittenStretch]:
        """Write the cells of one row, adjacent ones together; return what was written."""
        before, written = _make_restorable(held, hidden)[0], []
        new = {one.col: one.new[row] for one in group}
        for one in group:
            one.confirm([held[0][one.col - left]])
        for first, last in group_consecutive_rows(sorted(new)):
            block = block_range(sheet, row, row, first, last)
            self._remember_cells(block, [before[first - left : last - left + 1]], hidden is not None)
            self._put_values(block, [[new[col] for col in range(first, last + 1)]])
            written += [_WrittenStretch(block, row, col, [[new[col]]]) for col in range(first, last + 1)]
        return written

    def _write_column(
        self, sheet: xw.Sheet, one: ColumnWrite, top: int, held: CellBlock, hidden: CellBlock | None
    ) -> list[_WrittenStretch]:
        """Write one column, of which the cells from row *top* on are *held*; return what was written."""
        rows = sorted(one.new)
        one.confirm([held[row - top][0] for row in one.new])
        between = [
            hidden is not None and _is_rewritable(one.column, *cell)
            for cell in _pair_values_with_formulas(held, hidden)
        ]
        firm = [row for row, may in enumerate(between, start=top) if may or row in one.new]
        cells = {row: [one.new.get(row, held[row - top][0])] for row in firm}
        before = _make_restorable(held, hidden)
        written = []
        for first, last in _find_write_spans(firm, rows):
            block = block_range(sheet, first, last, one.col, one.col)
            self._remember_cells(block, before[first - top : last - top + 1], hidden is not None)
            new = [cells[row] for row in range(first, last + 1)]
            self._put_values(block, new)
            written.append(_WrittenStretch(block, first, one.col, new))
        return written

    def _verify_stretches(self, stretches: Sequence[_WrittenStretch], found: CellBlock, top: int, left: int) -> None:
        for one in stretches:
            rows = found[one.first - top : one.first - top + len(one.cells)]
            self._verify_values(one.block, [[row[one.col - left]] for row in rows], one.cells)

    def write(self, block: xw.Range, cells: CellBlock) -> None:
        """Write *cells* over *block*; text that starts with "=" is text."""
        seen = self.remember(block)
        self._put_values(block, cells)
        if seen:
            self._verify_values(block, read_block_values(block), cells)

    def remember(self, block: xw.Range) -> bool:
        """Remember the content of *block* before `put` writes parts of it; return whether formulas can be read here."""
        before, seen = read_restorable_block(block)
        self._remember_cells(block, before, seen)
        return seen

    def put(self, block: xw.Range, cells: CellBlock) -> None:
        """Write *cells* over *block*, which is part of a remembered one."""
        self._put_values(block, cells)

    def put_formulas(self, block: xw.Range, texts: Sequence[str], height: int) -> None:
        """Write a formula into each column of *block*, which is part of a remembered one and has *height* rows."""
        row = [f"={text}" for text in texts]
        try:
            put_block_formulas(block, row[0] if len(row) == 1 else [row] * height)
        except refusal_errors() as error:
            raise _make_block_refusal(self._book, block, _CLEAR_FILTER_REMEDY) from error

    def verify(self, block: xw.Range, expected: Mapping[int, Sequence[Any]]) -> None:
        """Compare what *block* holds with what was written: position of a column → its cells."""
        found = read_block_values(block)
        self._verify_values(
            block,
            [[row[at] for at in expected] for row in found],
            [list(row) for row in zip(*expected.values(), strict=True)],
        )

    def write_formula(self, block: xw.Range, text: str, array: bool = False) -> None:
        """Write one formula into every cell of *block*; an *array* formula is written to each cell by itself.

        Raises:
            WriteRefused: this Excel does not support array formulas of that length.
        """
        self.remember(block)
        try:
            if array:  # the older call for array formulas is limited to 255 characters
                block.formula2 = f"={text}"
            else:  # one formula fills a block, also behind a filter
                put_block_formulas(block, f"={text}")
        except refusal_errors() as error:
            raise _make_block_refusal(
                self._book, block, _CLOSE_WORKBOOK_REMEDY if array else _CLEAR_FILTER_REMEDY
            ) from error

    def write_links(self, block: xw.Range, places: Sequence[str]) -> None:
        """Write *places*, addresses of cells of this workbook, as links, one below another over a part of a remembered block."""
        cells = [[f'=HYPERLINK("#{place}","{place}")' if place else ""] for place in places]
        put_block_formulas(block, cells if len(cells) > 1 else cells[0][0])

    def clear(self, block: xw.Range) -> None:
        """Clear *block*, keeping the formats."""
        self.remember(block)
        block.clear_contents()

    def on_undo(self, back: Callable[[], bool | None], place: Callable[[], str]) -> None:
        """Call *back* if the change set cannot be written completely, before restoring what was remembered earlier.

        It returns False if not everything is as before; *place* then says where.
        """
        self._undo_steps.append(_UndoStep(lambda: back() is not False, place))

    def undo(self) -> list[str]:
        """Restore the content from before the first write: every step, even after one that failed; return where it failed."""
        left: list[str] = []
        with ExitStack() as steps:
            for step in self._undo_steps:
                steps.callback(_run_undo_step, step, left)
        self._undo_steps.clear()
        return left

    def _remember_cells(self, block: xw.Range, before: CellBlock, seen: bool) -> None:
        self.on_undo(partial(restore_block, block, before, seen), partial(_name_block, block))

    def _put_values(self, block: xw.Range, cells: CellBlock) -> None:
        try:
            put_block_values(block, [[convert_for_excel(cell) for cell in row] for row in cells])
        except refusal_errors() as error:
            raise _make_block_refusal(self._book, block, _CLEAR_FILTER_REMEDY) from error

    def _verify_values(self, block: xw.Range, found: CellBlock, expected: CellBlock) -> None:
        pairs = ((a, b) for rows in zip(found, expected, strict=True) for a, b in zip(*rows, strict=True))
        if not all(is_written_value(*pair) for pair in pairs):
            raise _make_block_refusal(self._book, block, _CLEAR_FILTER_REMEDY)


def _run_undo_step(step: _UndoStep, left: list[str]) -> None:
    whole = False
    with suppress(WriteRefused, *refusal_errors()):
        whole = step.run()
    if not whole:
        left.append(step.place())


def read_restorable_block(block: xw.Range) -> tuple[CellBlock, bool]:
    """Return the content that restores the cells of *block*, and whether formulas can be read here."""
    hidden = read_block_formulas(block)
    return _make_restorable(read_block_values(block), hidden), hidden is not None


def restore_block(block: xw.Range, before: CellBlock, seen: bool) -> bool:
    """Restore the cells of *block*; return whether they are as before, if that can be *seen*.

    A block behind a filter takes its first cell everywhere. So what is not as before is written again, a row at a time.
    """
    with suppress(*refusal_errors()):
        put_block_values(block, before)
    if not seen:
        return True
    found, _ = read_restorable_block(block)
    for at, (row, wanted) in enumerate(zip(found, before, strict=True)):
        if row != wanted:
            with suppress(*refusal_errors()):
                put_block_values(block.rows[at], [wanted])
    return found == before or read_restorable_block(block)[0] == before


def _pair_values_with_formulas(held: CellBlock, hidden: CellBlock | None) -> list[tuple[Any, Any]]:
    rows = zip(held, hidden or held, strict=True)
    return [(value, under) for row in rows for value, under in zip(*row, strict=True)]


def _make_restorable(held: CellBlock, hidden: CellBlock | None) -> CellBlock:
    if hidden is None:
        return [[convert_for_excel(cell) for cell in row] for row in held]
    return [
        [_make_restorable_cell(value, under) for value, under in zip(*row, strict=True)]
        for row in zip(held, hidden, strict=True)
    ]


def _make_restorable_cell(held: Any, hidden: Any) -> Any:
    if is_formula(hidden):
        return hidden
    if isinstance(held, CurrencyNumber):  # the text of the cell has all of its decimals
        with suppress(ValueError):
            return float(hidden)
    return convert_for_excel(held)


_CHOSEN_TYPES = (ColumnType.CHOICE, ColumnType.LIST, ColumnType.REF)


def _is_rewritable(column: Column, held: Any, hidden: Any) -> bool:
    """Return whether a cell in between can be rewritten unchanged; formulas and a person's text cannot."""
    if is_formula(hidden) or isinstance(held, ErrorValue):
        return False
    if isinstance(held, str):  # nobody formats single letters of a name that is chosen from a list
        return column.writer is ColumnWriter.PRODUCT or column.type in _CHOSEN_TYPES
    if isinstance(held, int | float) and not isinstance(held, bool):
        return _has_all_decimals(held, hidden)
    return not isinstance(held, date) or column.type.is_date


def _has_all_decimals(held: float, hidden: Any) -> bool:
    # a cell in a currency format is returned with four decimals, whatever it holds
    try:
        return math.isclose(float(hidden), held, rel_tol=1e-14, abs_tol=0.0)
    except ValueError:
        return False


def _find_write_spans(firm: Sequence[int], wanted: Sequence[int]) -> list[tuple[int, int]]:
    """Return the stretches of *firm* rows that contain a wanted one, trimmed to the first and the last wanted row."""
    spans = []
    for first, last in group_consecutive_rows(firm):
        inside = [row for row in wanted if first <= row <= last]
        if inside:
            spans.append((inside[0], inside[-1]))
    return spans


_CLEAR_FILTER_REMEDY = Text("clear the filter of that table or unprotect the sheet")
_CLOSE_WORKBOOK_REMEDY = Text("close the workbook and run salesflow check --repair")


def _make_block_refusal(book: xw.Book, block: xw.Range, remedy: Text) -> WriteRefused:
    why = Text("{place} did not accept what was written; {remedy}").with_facts(place=_name_block(block), remedy=remedy)
    return WriteRefused(book.name, why)


def _name_block(block: xw.Range) -> str:
    return address_on_sheet(block.sheet.name, block.address.replace("$", ""))
