"""Rows added to an open workbook get the formats of the rows above them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.excel.conftest import NOW
from tests.excel.engines.calc import Office, open_in_calc
from tests.excel.engines.memory import open_in_memory
from xl_salesflow.core.change_sets import Append, ChangeSet, Fill
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

MORE = ChangeSet(
    appends=(
        Append("Activities", make_table_frame(TABLES["Activities"], [{"activity": "A-1"}, {"activity": "A-2"}]), ""),
    ),
    fills=(Fill("Findings", make_table_frame(TABLES["Findings"], [{"rule": f"r{at}"} for at in range(40)])),),
)


def test_formats_are_filled_down_in_one_call_for_each_table_that_grows(workbook: Callable[[Language], Path]) -> None:
    book = open_in_memory(workbook("en"))
    opened = OpenBook(book)
    opened.read(NOW.date())
    opened.write(MORE)
    assert book.impl.grid.calls["dress"] == 2


@pytest.mark.slow
def test_in_an_application_dates_are_dates_and_lists_keep_their_formats(
    workbook: Callable[[Language], Path], calc: Office
) -> None:
    book = open_in_calc(calc, workbook("en"))
    opened = OpenBook(book)
    opened.read(NOW.date())
    opened.write(MORE)
    for table in ("Activities", "Findings"):
        area = book.impl.grid.table(table)
        sheet = book.impl.grid.document.Sheets.getByName(area.sheet)
        for col in range(area.left - 1, area.right):
            above, last = (sheet.getCellByPosition(col, row) for row in (area.top, area.bottom - 1))
            for look in ("NumberFormat", "CharHeight", "CharFontName", "ParaIndent", "CellBackColor"):
                assert getattr(last, look) == getattr(above, look), (table, col, look)
    book.close()
