"""The sheets of a workbook as text cells, read with calamine once they are known to fit into memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.extent import Merge

_MOST_CELLS = 20_000_000  # the rectangle around the filled cells is held in memory
_MOST_BYTES = 2_000_000_000
_CHUNK = 1 << 20
_PLACE = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_LONGEST_TAG = 300


@dataclass(frozen=True)
class Sheet:
    """A sheet of somebody's workbook, its cells as text."""

    name: str
    rows: list[list[str]]
    merges: tuple[Merge, ...] = ()
    hidden: bool = False


def names_of(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets of *path*, none of which is read; nothing of what is no workbook."""
    try:
        return tuple(CalamineWorkbook.from_path(path).sheet_names)
    except (CalamineError, BadZipFile, OSError):
        return ()


def sheets_of(path: Path) -> Iterator[Sheet]:
    """Yield every sheet of *path* that holds cells.

    Raises:
        UsageError: the file is locked with a password, broken, or claims more cells than any list of deals has.
    """
    try:
        if is_zipfile(path):
            _check_size(path)
        book = CalamineWorkbook.from_path(path)
        for about in book.sheets_metadata:
            if about.typ is SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(about.name)
                rows = [[as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
                merges = tuple(Merge(*start, *end) for start, end in sheet.merged_cell_ranges or ())
                yield Sheet(about.name, rows, merges, about.visible is not SheetVisibleEnum.Visible)
    except PasswordError as error:
        raise UsageError(
            f"{path} is protected with a password; save a copy without one.", f"{path} 设有密码；请另存无密码的副本。"
        ) from error
    except (CalamineError, BadZipFile, OSError) as error:
        raise UsageError(
            f"{path} cannot be read as a workbook ({error}); save it again as .xlsx or .csv.",
            f"{path} 无法作为工作簿读取（{error}）；请重新另存为 .xlsx 或 .csv。",
        ) from error


def as_text(cell: Any) -> str:
    """Return one cell as the text that a CSV file would hold; days are written year first."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _check_size(path: Path) -> None:
    with ZipFile(path) as package:
        if sum(part.file_size for part in package.infolist()) > _MOST_BYTES:
            raise UsageError(
                f"{path} unpacks to more than 2 GB; export the sheet you need as .csv.",
                f"{path} 解压后超过 2 GB；请将所需工作表导出为 .csv。",
            )
        for part in package.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                with package.open(part) as stream:
                    _check_extent(path, stream)


def _check_extent(path: Path, stream: IO[bytes]) -> None:
    """Refuse a sheet whose last cells lie so far out that the rectangle around all cells is not to be held."""
    tail, columns, rows = b"", 1, 1
    while chunk := stream.read(_CHUNK):
        if places := _PLACE.findall(tail + chunk):
            letters, digits = map(set, zip(*places, strict=True))  # few of each, of very many cells
            columns, rows = max(columns, *map(_number, letters)), max(rows, *map(int, digits))
        if columns * rows > _MOST_CELLS:
            raise UsageError(
                f"{path} has cells as far out as row {rows:,} and column {columns:,}; delete what lies beyond the list.",
                f"{path} 中有远至第 {rows:,} 行、第 {columns:,} 列的单元格；请删除列表以外的内容。",
            )
        tail = chunk[-_LONGEST_TAG:]


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
