"""The declaration of the change sheet: its columns, its facts, and the messages about ticks that cannot be carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from xl_salesflow.changelog.change_log import STAGE_MOVE_COLUMNS
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.table_columns import ColumnType, ColumnWriter, SheetGroup, TableSchema, declare_column
from xl_salesflow.schema.table_registry import TABLES

CHANGE_TYPE, CHANGE_WRITER = ColumnType, ColumnWriter.PRODUCT

CHANGE_SHEET_TABLE = TableSchema(
    "Changes", Text("Changes"), Text("What a run would change; tick the changes to make"), SheetGroup.MANAGE,
    (
        declare_column("apply", "Apply", CHANGE_TYPE.CHOICE, "Yes: make this change; anything else: do not", options="yes_no", width=9),
        declare_column("where", "Cell", CHANGE_TYPE.TEXT, "Its place in the workbook", writer=CHANGE_WRITER, width=16),
        declare_column("table", "Table", CHANGE_TYPE.TEXT, "The table", writer=CHANGE_WRITER, width=12),
        declare_column("key", "Key", CHANGE_TYPE.TEXT, "The row's key", writer=CHANGE_WRITER, width=12),
        declare_column("name", "Name", CHANGE_TYPE.TEXT, "The name of the row", writer=CHANGE_WRITER, width=26),
        declare_column("column", "Column", CHANGE_TYPE.TEXT, "What changes", writer=CHANGE_WRITER, width=18),
        declare_column("before", "Before", CHANGE_TYPE.TEXT, "The current value", writer=CHANGE_WRITER, width=20),
        declare_column("after", "After", CHANGE_TYPE.TEXT, "The value after the change", writer=CHANGE_WRITER, width=20),
        declare_column("because", "Because", CHANGE_TYPE.LONG, "Why", writer=CHANGE_WRITER, width=40),
        declare_column("follows", "Goes with it", CHANGE_TYPE.LONG, "What else this tick changes", writer=CHANGE_WRITER, width=40),
        declare_column("mark", "Mark", CHANGE_TYPE.TEXT, "Leave as it is", writer=CHANGE_WRITER),
        declare_column("held", "Held", CHANGE_TYPE.TEXT, "Leave as it is", writer=CHANGE_WRITER),
    ),
)  # fmt: skip
"""The table of decisions; the last two columns are hidden."""

CHANGE_SHEET_FACTS: Mapping[str, Text] = MappingProxyType(
    {
        "book": Text("Workbook"),
        "verb": Text("Verb"),
        "today": Text("As of"),
        "by": Text("Made by"),
    }
)
"""The facts about a change sheet, by id."""

CHANGE_SHEET_HELP = Text(
    "Choose Yes in the column Apply for every change you want, save this file, and run: salesflow apply BOOK THIS-FILE. Cells that have changed in the workbook since then are left alone and reported."
)

CHANGE_SHEET_MESSAGES: Mapping[str, Text] = MappingProxyType(
    {
        "change_overtaken": Text(
            "{place}: the workbook now holds “{now}”, not “{then}” as when the change sheet was made; nothing was changed here."
        ),
        "change_off": Text(
            "{place}: {verb} would no longer write “{after}”; nothing was changed here. Make a new change sheet."
        ),
        "change_gone": Text("{place}: the row is no longer there; nothing was changed here."),
    }
)
"""The messages about ticks that cannot be carried out; each is a warning."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One row of a change sheet: a decision as text, its identifier, and whether it was ticked."""

    table: str
    key: str
    column: str
    before: Any
    after: Any
    mark: str
    held: str
    where: str = ""
    name: str = ""
    because: str = ""
    follows: str = ""
    apply: bool = False

    @property
    def is_stage_move(self) -> bool:
        """Return whether the line is about a stage move of a deal, or the status of a refused one."""
        column = TABLES[self.table].find_column(self.column) if self.table in TABLES else None
        return self.table == "Deals" and column is not None and column.id in STAGE_MOVE_COLUMNS


@dataclass(frozen=True, slots=True)
class ChangeSheet:
    """A change sheet: the workbook, verb and day it was made for, and its lines."""

    book: str
    verb: str
    today: date
    by: str
    language: Language
    lines: tuple[ChangeLine, ...]

    @property
    def stage_moves(self) -> tuple[ChangeLine, ...]:
        """Return the ticked lines about stage moves."""
        return tuple(line for line in self.lines if line.apply and line.is_stage_move)

    @property
    def other_changes(self) -> tuple[ChangeLine, ...]:
        """Return the other ticked lines."""
        return tuple(line for line in self.lines if line.apply and not line.is_stage_move)
