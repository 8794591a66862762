"""Writing blocks of cells: few calls, nothing lost that stood between, each looked at afterwards, all undone on failure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import xlwings as xw

from xl_salesflow.errors import CannotSave
from xl_salesflow.excel.cells import ERRORS, given, same
from xl_salesflow.excel.quiet import refusals
from xl_salesflow.excel.tables import formulas, runs, values
from xl_salesflow.model.column import Column, Writer

Cells = list[list[Any]]


class Blocks:
    """The writes of one plan; each remembers what stood there."""

    def __init__(self, book: xw.Book) -> None:
        self._book = book
        self._before: list[tuple[xw.Range, Cells]] = []

    def column(self, sheet: xw.Sheet, col: int, column: Column, new: dict[int, Any]) -> None:
        """Write *new* (row → value) into sheet column *col*: as one block where what stands between allows it."""
        rows = sorted(new)
        if not rows:
            return
        span = sheet.range((rows[0], col), (rows[-1], col))
        held = [row[0] for row in values(span)]
        hidden = [row[0] for row in formulas(span)]
        firm = [
            row
            for row in range(rows[0], rows[-1] + 1)
            if row in new or _rewritable(column, held[row - rows[0]], hidden[row - rows[0]])
        ]
        for first, last in _spans(firm, rows):
            cells = [[new.get(row, held[row - rows[0]])] for row in range(first, last + 1)]
            self._write(sheet.range((first, col), (last, col)), cells)

    def write(self, block: xw.Range, cells: Cells) -> None:
        """Write *cells* over *block*; text that starts with "=" is text."""
        self._write(block, cells)

    def formula(self, block: xw.Range, text: str) -> None:
        """Write one formula into every cell of *block*."""
        self._remember(block)
        height, width = block.shape
        block.formula = f"={text}" if height * width == 1 else [[f"={text}"] * width for _ in range(height)]

    def links(self, block: xw.Range, places: Sequence[str]) -> None:
        """Write *places*, addresses of cells of this workbook, as links one below the other."""
        self._remember(block)
        cells = [[f'=HYPERLINK("#{place}","{place}")' if place else ""] for place in places]
        block.formula = cells if len(cells) > 1 else cells[0][0]

    def clear(self, block: xw.Range) -> None:
        """Empty *block*, formats kept."""
        self._remember(block)
        block.clear_contents()

    def undo(self) -> None:
        """Put back what stood there before the first write."""
        while self._before:
            block, cells = self._before.pop()
            block.value = cells

    def _write(self, block: xw.Range, cells: Cells) -> None:
        self._remember(block)
        try:
            block.value = [[given(cell) for cell in row] for row in cells]
        except refusals() as error:
            raise _refused(self._book, block) from error
        self._look(block, cells)

    def _look(self, block: xw.Range, cells: Cells) -> None:
        found = values(block)
        if not all(same(*pair) for pair in zip(_flat(found), _flat(cells), strict=True)):
            raise _refused(self._book, block)

    def _remember(self, block: xw.Range) -> None:
        shown, hidden = values(block), formulas(block)
        before = [[_restorable(*cell) for cell in zip(*rows, strict=True)] for rows in zip(shown, hidden, strict=True)]
        self._before.append((block, before))


def _flat(rows: Cells) -> list[Any]:
    return [cell for row in rows for cell in row]


def _restorable(shown: Any, hidden: Any) -> Any:
    return hidden if isinstance(hidden, str) and hidden.startswith("=") else given(shown)


def _rewritable(column: Column, held: Any, hidden: Any) -> bool:
    """Tell whether a cell between can be written again as it stands; formulas and a person's text are left alone."""
    if (isinstance(hidden, str) and hidden.startswith("=")) or str(held) in ERRORS:
        return False
    if isinstance(held, str):
        return column.writer is Writer.PRODUCT
    return held is None or not isinstance(held, date) or column.type.is_date


def _spans(firm: Sequence[int], wanted: Sequence[int]) -> list[tuple[int, int]]:
    """Return the stretches of *firm* rows that hold a wanted one, cut down to the first and the last wanted."""
    spans = []
    for first, last in runs(firm):
        inside = [row for row in wanted if first <= row <= last]
        if inside:
            spans.append((inside[0], inside[-1]))
    return spans


def _refused(book: xw.Book, block: xw.Range) -> CannotSave:
    place = f"{block.sheet.name}!{block.address.replace('$', '')}"
    return CannotSave(
        book.name,
        (
            f"{place} did not take what was written; clear the filter of that table or unprotect the sheet",
            f"{place} 未能写入；请清除该表的筛选或取消工作表保护",
        ),
    )
