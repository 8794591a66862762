"""A change sheet read back: its lines, and which of them were ticked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xl_salesflow.changes import CHANGES, FACTS, ChangeSheet, Line
from xl_salesflow.errors import NotAWorkbook, UsageError
from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.text import Language
from xl_salesflow.ooxml import Workbook
from xl_salesflow.sheets.change_sheet import ABOUT

Columns = Mapping[str, list[Any]]


def ticked(path: Path) -> ChangeSheet:
    """Return the change sheet at *path*.

    Raises:
        NotAWorkbook: the file is none.
        UsageError: it is a workbook, but no change sheet, or a tick is neither yes nor no.
    """
    workbook = Workbook.open(path)
    if not {CHANGES.name.casefold(), ABOUT.name.casefold()} <= {name.casefold() for name in workbook.tables}:
        raise UsageError(
            f"{path} is no change sheet; make one with: salesflow update BOOK --dry-run --sheet {path.name}.",
            f"{path} 不是修改清单；可用 salesflow update 工作簿 --dry-run --sheet {path.name} 生成。",
        )
    columns = _by_id(path, workbook.read_table(CHANGES.name))
    language: Language = "zh" if CHANGES.header("apply", "zh") in workbook.tables[CHANGES.name].headers else "en"
    facts = _facts(path, workbook.read_table(ABOUT.name))
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    lines = tuple(_line(path, number, row) for number, row in enumerate(rows, 2) if row["mark"])
    return ChangeSheet(
        str(facts["book"]), str(facts["verb"]), _day(path, facts["today"]), str(facts["by"]), language, lines
    )


def _by_id(path: Path, cells: Columns) -> dict[str, list[Any]]:
    found = {column.id: cells for header, cells in cells.items() if (column := CHANGES.find(header))}
    if missing := [CHANGES.header(column.id, "en") for column in CHANGES.columns if column.id not in found]:
        raise UsageError(
            f"{path}: the column {', '.join(missing)} is gone; make the change sheet anew.",
            f"{path}：缺少列 {'、'.join(missing)}；请重新生成修改清单。",
        )
    return found


def _facts(path: Path, cells: Columns) -> dict[str, Any]:
    names, values = list(cells.values())[:2]
    told = {str(name): value for name, value in zip(names, values, strict=True)}
    found = {id: told[name] for id, text in FACTS.items() for name in text.both() if name in told}
    if len(found) < len(FACTS):
        raise NotAWorkbook(
            path, ("the sheet About is damaged; make the change sheet anew", "“说明”表已损坏；请重新生成修改清单")
        )
    return found


def _day(path: Path, value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise NotAWorkbook(
            path, ("the sheet About has no day; make the change sheet anew", "“说明”表缺少日期；请重新生成修改清单")
        ) from None


def _line(path: Path, number: int, row: Mapping[str, Any]) -> Line:
    said = str(row["apply"] or "").strip()
    choice = identify(CHOICES["yes_no"], said) if said else "no"
    if choice is None:
        raise UsageError(
            f"{path}, row {number}: “{said}” is neither Yes nor No; nothing was done.",
            f"{path} 第 {number} 行：“{said}”不是“是”或“否”；未作任何处理。",
        )
    texts = {
        id: str(row[id] or "")
        for id in ("table", "key", "column", "mark", "held", "where", "name", "because", "follows")
    }
    return Line(**texts, before=row["before"], after=row["after"], apply=choice == "yes")
