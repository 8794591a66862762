"""Write blocks of cells: few calls, Excel's updates suspended, cells in between preserved, every write verified."""

from __future__ import annotations

import importlib
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from typing import Any

import xlwings as xw

from xl_salesflow.errors import CannotSave, WorkbookError
from xl_salesflow.excel.open_tables import (
    EXCEL_ERROR_TEXTS,
    convert_for_excel,
    group_consecutive_rows,
    is_formula,
    is_written_value,
    read_block_formulas,
    read_block_values,
)
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.excel_notation import address_on_sheet
from xl_salesflow.schema.table_columns import Column, ColumnWriter

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


def refusal_errors() -> tuple[type[Exception], ...]:
    """Return the errors that Excel raises on this system when it refuses a call."""
    if sys.platform == "win32":
        return (importlib.import_module("pywintypes").com_error,)
    if sys.platform == "darwin":
        return (importlib.import_module("appscript.reference").CommandError,)
    return ()


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


CellBlock = list[list[Any]]


class BlockWriter:
    """The writes of one change set; each remembers the previous content."""

    def __init__(self, book: xw.Book) -> None:
        self._book = book
        self._undo_steps: list[Callable[[], None]] = []

    def write_column(self, sheet: xw.Sheet, col: int, column: Column, new: Mapping[int, Any]) -> None:
        """Write *new* (row → value) into sheet column *col*, as one block where the cells in between allow it.

        Reading before and after takes three calls for any number of rows; writing takes one for each stretch that may
        be written. A person's text is never rewritten, because single characters in it may be formatted.
        """
        rows = sorted(new)
        if not rows:
            return
        span = sheet.range((rows[0], col), (rows[-1], col))
        held, hidden = read_block_values(span), read_block_formulas(span)
        between = [
            hidden is not None and _is_rewritable(column, *cell) for cell in _pair_values_with_formulas(held, hidden)
        ]
        firm = [row for row, may in enumerate(between, start=rows[0]) if may or row in new]
        cells = {row: [new.get(row, held[row - rows[0]][0])] for row in firm}
        before = _make_restorable(held, hidden)
        stretches = [(sheet.range((a, col), (b, col)), a, b) for a, b in _find_write_spans(firm, rows)]
        for block, first, last in stretches:
            self.on_undo(partial(_put_block_values, block, before[first - rows[0] : last - rows[0] + 1]))
            self._put_values(block, [cells[row] for row in range(first, last + 1)])
        found = read_block_values(span) if hidden is not None else []
        for block, first, last in stretches if found else ():
            self._verify_values(
                block, found[first - rows[0] : last - rows[0] + 1], [cells[r] for r in range(first, last + 1)]
            )

    def write(self, block: xw.Range, cells: CellBlock) -> None:
        """Write *cells* over *block*; text that starts with "=" is text."""
        seen = self._remember(block)
        self._put_values(block, cells)
        if seen:
            self._verify_values(block, read_block_values(block), cells)

    def write_formula(self, block: xw.Range, text: str, array: bool = False) -> None:
        """Write one formula into every cell of *block*; an *array* formula is written to each cell by itself.

        Raises:
            CannotSave: this Excel does not support array formulas of that length.
        """
        self._remember(block)
        height, width = block.shape
        cells = f"={text}" if height * width == 1 else [[f"={text}"] * width for _ in range(height)]
        try:
            if array:  # the older call for array formulas is limited to 255 characters
                block.formula2 = cells
            else:
                block.formula = cells
        except refusal_errors() as error:
            raise _make_block_refusal(
                self._book, block, _CLOSE_WORKBOOK_REMEDY if array else _CLEAR_FILTER_REMEDY
            ) from error

    def write_links(self, block: xw.Range, places: Sequence[str]) -> None:
        """Write *places*, addresses of cells of this workbook, as links, one below another."""
        self._remember(block)
        cells = [[f'=HYPERLINK("#{place}","{place}")' if place else ""] for place in places]
        block.formula = cells if len(cells) > 1 else cells[0][0]

    def clear(self, block: xw.Range) -> None:
        """Clear *block*, keeping the formats."""
        self._remember(block)
        block.clear_contents()

    def on_undo(self, back: Callable[[], None]) -> None:
        """Call *back* if the change set cannot be written completely, before restoring what was remembered earlier."""
        self._undo_steps.append(back)

    def undo(self) -> None:
        """Restore the content from before the first write."""
        while self._undo_steps:
            self._undo_steps.pop()()

    def _remember(self, block: xw.Range) -> bool:
        """Remember the content of *block*; return whether formulas can be read here."""
        held, hidden = read_block_values(block), read_block_formulas(block)
        self.on_undo(partial(_put_block_values, block, _make_restorable(held, hidden)))
        return hidden is not None

    def _put_values(self, block: xw.Range, cells: CellBlock) -> None:
        try:
            block.value = [[convert_for_excel(cell) for cell in row] for row in cells]
        except refusal_errors() as error:
            raise _make_block_refusal(self._book, block, _CLEAR_FILTER_REMEDY) from error

    def _verify_values(self, block: xw.Range, found: CellBlock, expected: CellBlock) -> None:
        pairs = ((a, b) for rows in zip(found, expected, strict=True) for a, b in zip(*rows, strict=True))
        if not all(is_written_value(*pair) for pair in pairs):
            raise _make_block_refusal(self._book, block, _CLEAR_FILTER_REMEDY)


def read_restorable_block(block: xw.Range) -> tuple[CellBlock, bool]:
    """Return the content that restores the cells of *block*, and whether formulas can be read here."""
    hidden = read_block_formulas(block)
    return _make_restorable(read_block_values(block), hidden), hidden is not None


def _put_block_values(block: xw.Range, cells: CellBlock) -> None:
    block.value = cells


def _pair_values_with_formulas(held: CellBlock, hidden: CellBlock | None) -> list[tuple[Any, Any]]:
    rows = zip(held, hidden or held, strict=True)
    return [(value, under) for row in rows for value, under in zip(*row, strict=True)]


def _make_restorable(held: CellBlock, hidden: CellBlock | None) -> CellBlock:
    if hidden is None:
        return [[convert_for_excel(cell) for cell in row] for row in held]
    return [
        [under if is_formula(under) else convert_for_excel(value) for value, under in zip(*row, strict=True)]
        for row in zip(held, hidden, strict=True)
    ]


def _is_rewritable(column: Column, held: Any, hidden: Any) -> bool:
    """Return whether a cell in between can be rewritten unchanged; formulas and a person's text cannot."""
    if is_formula(hidden) or str(held) in EXCEL_ERROR_TEXTS:
        return False
    if isinstance(held, str):
        return column.writer is ColumnWriter.PRODUCT
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


def _make_block_refusal(book: xw.Book, block: xw.Range, remedy: Text) -> CannotSave:
    place = address_on_sheet(block.sheet.name, block.address.replace("$", ""))
    why = Text("{place} did not accept what was written; {remedy}").with_facts(place=place, remedy=remedy)
    return CannotSave(book.name, why)
