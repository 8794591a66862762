"""Files as they come: CSV in any of the usual encodings and delimiters, and the sheets of a workbook, all as text cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.delimited import Layout, layout_of, rows_of
from xl_salesflow.imports.extent import Merge, extent_of, filled_down
from xl_salesflow.imports.spreadsheets import sheets_of

SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})

Cells = Sequence[str]


@dataclass(frozen=True)
class Source:
    """One rectangle of text: a CSV file or a sheet. *cells* is indexed by the row number a person sees; blank is ""."""

    path: Path
    sheet: str
    layout: Layout
    cells: pd.DataFrame
    ragged: tuple[int, ...] = ()  # rows with more cells than there are headers
    left_out: tuple[tuple[int, str], ...] = ()  # rows that are none of the list, and why (extent)
    hidden: bool = False

    @property
    def name(self) -> str:
        """Return what messages call the source."""
        return f"{self.path.name} › {self.sheet}" if self.sheet else self.path.name

    @property
    def headers(self) -> list[str]:
        """Return the headers, each once."""
        return [str(header) for header in self.cells.columns]


def read(path: Path, layout: Layout | None = None) -> tuple[Source, ...]:
    """Return the rectangles of *path*: one for a text file, one for each filled sheet of a workbook.

    Raises:
        UsageError: the file is missing, locked with a password, empty or of a format that holds no rows.
    """
    if not path.is_file():
        raise UsageError(f"{path} is not there; check the name.", f"找不到 {path}；请检查文件名。")
    if path.suffix.lower() in SPREADSHEETS:
        found = tuple(_sheets(path))
    elif path.suffix.lower() in TEXTS:
        found = tuple(_text(path, layout))
    else:
        raise UsageError(
            f"{path} is neither CSV nor a workbook; export it as .csv or .xlsx and try again.",
            f"{path} 既不是 CSV 也不是工作簿；请导出为 .csv 或 .xlsx 后重试。",
        )
    if not found:
        raise UsageError(f"{path} holds no rows below a line of headers.", f"{path} 中没有标题行及数据行。")
    return found


def _text(path: Path, layout: Layout | None) -> Iterator[Source]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        why = error.strerror or "?"
        raise UsageError(f"{path} cannot be opened: {why}.", f"{path} 无法打开：{why}。") from error
    layout = layout or layout_of(raw)
    yield from _rectangle(path, "", layout, rows_of(raw, layout, path))


def _sheets(path: Path) -> Iterator[Source]:
    for sheet in sheets_of(path):
        yield from _rectangle(path, sheet.name, Layout(), sheet.rows, sheet.merges, sheet.hidden)


def _rectangle(
    path: Path, sheet: str, layout: Layout, rows: Sequence[Cells], merges: Sequence[Merge] = (), hidden: bool = False
) -> Iterator[Source]:
    found = extent_of(rows, merges)
    if found is None:
        return
    rows = filled_down(rows, merges, found.first)
    headers, none_of_it = _headers(found.headers), dict(found.left_out)
    width = len(headers)
    places = [at for at in range(found.first, len(rows)) if at not in none_of_it and any(map(str.strip, rows[at]))]
    numbers, filled = [at + 1 for at in places], [rows[at] for at in places]
    ragged = tuple(n for n, row in zip(numbers, filled, strict=True) if any(map(str.strip, row[width:])))
    even = [row if len(row) == width else [*row[:width], *[""] * (width - len(row))] for row in filled]
    if not even:
        return
    columns = dict(zip(headers, zip(*even, strict=True), strict=True))
    index = pd.Index(numbers, dtype="int64")
    cells = pd.DataFrame({h: pd.Series(list(c), index, dtype=object) for h, c in columns.items()}, index=index)
    named = [h for h, original in zip(headers, [*found.headers, *[""] * width], strict=False) if original.strip()]
    kept = [h for h in headers if h in set(named) or (cells[h] != "").any()]
    left_out = tuple((at + 1, why) for at, why in found.left_out)
    yield Source(path, sheet, layout, cells[kept], ragged, left_out, hidden)


def _headers(row: Cells) -> list[str]:
    names: list[str] = []
    for number, cell in enumerate(row, 1):
        name = base = " ".join(cell.split()) or f"column {number}"
        again = 1
        while name in names:
            again += 1
            name = f"{base} ({again})"
        names.append(name)
    while names and not row[len(names) - 1].strip():
        names.pop()  # blank columns to the right of the table
    return names
