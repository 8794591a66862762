"""A filled BANT card, read: its table as a frame, and what single cells hold that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.tables.card import ANSWERED, BANT_CARD
from xl_salesflow.model.text import Language, Text
from xl_salesflow.ooxml import Workbook, address
from xl_salesflow.workbook.columns import Dialect
from xl_salesflow.workbook.faults import FAULTS, Fault
from xl_salesflow.workbook.grid import read_frame


@dataclass(frozen=True)
class Card:
    """A card as it was read: *frame* is one of BANT_CARD; *columns* says where each column stands, from 1."""

    path: Path
    sheet: str
    columns: dict[str, int]
    frame: pd.DataFrame
    faults: tuple[Finding, ...]

    def address(self, row: int, column: str) -> str:
        """Return where a cell is, with the file's name."""
        return _address(self.path, self.sheet, row, self.columns[column])


def read_card(path: Path, language: Language) -> Card:
    """Read the card in the file *path*; its headers may be in either language, faults are told in *language*.

    Raises:
        WorkbookError: the file cannot be read.
        UsageError: it is no card, or a column is missing.
    """
    workbook = Workbook.open(path)
    named = next((name for name in workbook.tables if name.casefold() == BANT_CARD.name.casefold()), None)
    if named is None:
        raise UsageError(
            f"{path} is no BANT card: it has no table {BANT_CARD.name}; salesflow bant BOOK DEAL writes one.",
            f"{path} 不是 BANT 卡：缺少表 {BANT_CARD.name}；可用 salesflow bant BOOK DEAL 生成。",
        )
    table = workbook.tables[named]
    found = {column.id: place for place, header in enumerate(table.headers) if (column := BANT_CARD.find(header))}
    for id in ("deal", "question", *ANSWERED):
        if id not in found:
            header = BANT_CARD.header(id, language)
            raise UsageError(
                f"{path}: the card has no column “{header}”; write a new card.",
                f"{path}：卡中没有“{header}”列；请重新生成。",
            )
    cells = workbook.read_table(named)
    held = {c.id: cells[table.headers[found[c.id]]] if c.id in found else _nothing(cells) for c in BANT_CARD.columns}
    frame, faults = read_frame(BANT_CARD, held, table.first_row, Dialect("", workbook.date1904))
    columns = {id: table.first_col + place for id, place in found.items()}
    told = tuple(_told(path, table.sheet, columns, fault, language) for fault in faults if fault.column in ANSWERED)
    return Card(path, table.sheet, columns, frame, told)


def _nothing(cells: dict[str, list[object]]) -> list[object]:
    return [None] * len(next(iter(cells.values())))


def _told(path: Path, sheet: str, columns: dict[str, int], fault: Fault, language: Language) -> Finding:
    cell = _address(path, sheet, fault.row, columns[fault.column])
    facts = {name: fact.in_(language) if isinstance(fact, Text) else fact for name, fact in fault.facts.items()}
    kind, header = FAULTS[fault.rule], BANT_CARD.header(fault.column, language)
    said = kind.message.in_(language, cell=cell, header=header, shown=fault.shown, **facts)
    return Finding(fault.rule, kind.severity, said, "Answers", "", fault.column, cell)


def _address(path: Path, sheet: str, row: int, column: int) -> str:
    quoted = sheet if sheet.isidentifier() else f"'{sheet}'"
    return f"[{path.name}]{quoted}!{address(row, column)}"
