"""A person at an open workbook: selects rows, presses buttons, reads the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlwings as xw

from tests.excel.conftest import NOW
from tests.excel.engines.com import application, workbook_of
from xl_salesflow.core.pipelines import Pipeline, Playbook
from xl_salesflow.excel import buttons
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.excel.open_tables import find_open_tables
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.table_registry import TABLES


class Rep:
    """A person at an open workbook: selects rows, presses buttons, reads the results."""

    def __init__(self, book: xw.Book, language: Language = "en") -> None:
        self.book, self.language = book, language
        book.set_mock_caller()

    @property
    def grid(self) -> Any:
        return workbook_of(self.book).grid if hasattr(self.book.impl, "xl") else self.book.impl.grid

    @property
    def told(self) -> str:
        return str(self.book.app.status_bar)

    @property
    def alerts(self) -> list[str]:
        return application().alerts if hasattr(self.book.impl, "xl") else self.book.impl.app.alerts

    def answers(self, reply: str) -> None:
        """Answer the next questions with *reply*, yes or no."""
        (application() if hasattr(self.book.impl, "xl") else self.book.impl.app).reply = reply

    def read(self) -> Pipeline:
        return OpenBook(self.book).read(NOW.date())

    def rows(self, table: str) -> pd.DataFrame:
        """Read one table only."""
        return OpenBook(self.book).read_as_needed(NOW.date())[table]

    @property
    def playbooks(self) -> Mapping[str, Playbook]:
        return OpenBook(self.book).read_as_needed(NOW.date()).playbooks

    def deals(self, **having: str) -> pd.DataFrame:
        deals = self.rows("Deals").sort_values("deal")  # the sheet is in working order
        for column, value in having.items():
            deals = deals[deals[column] == value]
        return deals

    def deal(self, key: str) -> Any:
        return self.deals(deal=key).iloc[0]

    def select(self, table: str, row: int) -> None:
        place = find_open_tables(self.book)[table]
        place.xw_sheet.activate()
        place.cell_range(row, row, place.first_col, place.first_col).select()

    def select_deal(self, key: str) -> None:
        self.select("Deals", int(self.deals(deal=key).index[0]))

    def type(self, key: str, column: str, value: Any) -> None:
        place = find_open_tables(self.book)["Deals"]
        row, col = int(self.deals(deal=key).index[0]), place.column_of(TABLES["Deals"].header(column, self.language))
        place.cell_range(row, row, col, col).value = value

    def fill_in(self, table: str, column: str, cells: dict[int, Any]) -> None:
        """Type into cells of one column, by sheet row."""
        place = find_open_tables(self.book)[table]
        col = place.column_of(TABLES[table].header(column, self.language))
        for row, cell in cells.items():
            place.cell_range(row, row, col, col).value = cell

    def press(self, verb: str, choice: int = 0, file: Path | None = None, typed: Sequence[str] = ()) -> str:
        """Press a button; a *file*, or what is *typed* into its form, is passed as by the VBA."""
        given = "".join(f"{line}\n" for line in typed) or str(file or "")
        buttons.press(verb, choice, self.language, given.encode("utf-16-be").hex())
        return self.told

    def choice(self, table: str, column: str, value: str) -> int:
        """Return the position of an entry in a menu, as the VBA counts it."""
        frame = self.rows(table)
        return int(frame.index[frame[column] == value][0]) - find_open_tables(self.book)[table].first_row + 1


def an_open_deal(rep: Rep, stage: str) -> str:
    deals = rep.deals(outcome="open", recorded_stage=stage)
    return str(deals[deals["stage"] == stage]["deal"].iloc[0])
