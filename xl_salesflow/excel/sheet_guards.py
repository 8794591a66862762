"""What a person has done to the sheets that a write touches: protection and filters.

A protected sheet is reported before the first write. A filter is no obstacle: what it hides is shown while blocks are written,
because Excel writes the first cell of an array into every visible cell of a filtered range, and is filtered again afterwards.
A single row can be written behind a filter, so a button for one deal leaves the view as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import xlwings as xw

from xl_salesflow.excel.cell_blocks import has_com_layer
from xl_salesflow.excel.excel_refusals import WriteRefused, refusal_errors
from xl_salesflow.excel.open_tables import OpenTable
from xl_salesflow.locale.texts import Text, TextList

_PROTECTED_TEXT = Text(
    "the sheet {sheets} is protected; remove the protection (Review › Unprotect Sheet), then try again"
)
_SHARED_TEXT = Text(
    "the workbook is shared in the old way, which locks tables; stop sharing it (Review), then try again"
)
_FILTERED_TEXT = Text("the table {table} is filtered; clear its filter, then try again")


_SHEET_VISIBLE = -1  # xlSheetVisible


def make_sheet_visible(sheet: xw.Sheet) -> None:
    """Show *sheet*, if it is hidden."""
    if sheet.visible not in (True, _SHEET_VISIBLE):  # a very hidden sheet is 2 on Windows
        sheet.visible = True


PlannedWrite = tuple[str, xw.Sheet, Callable[[], xw.Range] | None]
"""The name of a sheet, the sheet, and what returns the range to write, which may be unlocked; None for other rows."""


class SheetGuard:
    """The filters that are lifted during one write."""

    def __init__(self, book: xw.Book) -> None:
        self._book = book
        self._lifted: dict[str, OpenTable] = {}

    def require_writable(self, writes: Iterable[PlannedWrite]) -> None:
        """Raise a WriteRefused that names the protected sheets, or says that the workbook is shared."""
        if has_com_layer(self._book) and self._book.api.MultiUserEditing:
            raise WriteRefused(self._book.name, _SHARED_TEXT)
        protection: dict[str, bool] = {}
        refused: dict[str, None] = {}
        for name, sheet, block in writes:
            if name not in protection:
                protection[name] = is_protected(sheet)
            if protection[name] and not (block and _is_unlocked(block())):
                refused[name] = None
        if refused:
            raise WriteRefused(self._book.name, _PROTECTED_TEXT.with_facts(sheets=TextList(tuple(refused))))

    def lift_filter(self, place: OpenTable) -> None:
        """Show all rows of a filtered table; its filter stays, and is applied again by `reapply`.

        Raises:
            WriteRefused: on macOS, where Excel cannot be asked to apply a filter again.
        """
        if place.name in self._lifted or not is_filtered(place):
            return
        if not has_com_layer(self._book):
            raise WriteRefused(self._book.name, _FILTERED_TEXT.with_facts(table=place.name))
        self._lifted[place.name] = place
        place.cell_range(place.first_row, place.last_row, place.first_col, place.first_col).rows.hidden = False

    def reapply(self) -> None:
        """Filter again what was filtered."""
        for place in self._lifted.values():
            with suppress(*refusal_errors()):  # all rows stay visible, and the filter can be applied by hand
                place.table.api.AutoFilter.ApplyFilter()
        self._lifted.clear()


def is_protected(sheet: xw.Sheet) -> bool:
    """Return whether cells of *sheet* are protected; False if this application cannot say."""
    if has_com_layer(sheet):
        return bool(sheet.api.ProtectContents)
    if sys.platform == "darwin":
        return bool(_ask_mac(sheet.api, "protect_contents"))
    return False


def is_filtered(place: OpenTable) -> bool:
    """Return whether a filter hides rows of the table; False if this application cannot say."""
    if has_com_layer(place.table):
        table_filter = place.table.api.AutoFilter
        return table_filter is not None and bool(table_filter.FilterMode)
    if sys.platform == "darwin":
        return any(one.type != "none" for one in place.table.autofilter.criteria)
    return False


def has_hidden_columns(place: OpenTable, first: int, last: int) -> bool:
    """Return whether the sheet of *place* hides any column from *first* to *last*; False if this application cannot say."""
    block = place.cell_range(place.first_row, place.first_row, first, last)
    if has_com_layer(block):
        return block.api.EntireColumn.Hidden is not False  # None: some of them are
    return sys.platform == "darwin" and block.columns.hidden is not False


def _is_unlocked(block: xw.Range) -> bool:
    if has_com_layer(block):
        return block.api.Locked is False
    return _ask_mac(block.api, "locked") is False


def _ask_mac(api: Any, name: str) -> Any:
    # a property that this Excel may not have
    with suppress(AttributeError, *refusal_errors()):
        return getattr(api, name).get()
    return None
