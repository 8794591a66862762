"""Read files as sources: one table of text cells for each text file or filled sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.file_formats import FileFormat, detect_file_format
from xl_salesflow.imports.import_values import remove_invisible_characters
from xl_salesflow.imports.list_extent import TextRow, fill_down_merged_cells, find_list_extent
from xl_salesflow.imports.package_cells import mark_uncalculated_cells
from xl_salesflow.imports.raw_files import (
    SourceNotice,
    SourceSheet,
    TextLayout,
    detect_text_layout,
    read_source_sheets,
    read_text_rows,
)
from xl_salesflow.imports.text_damage import repair_misread_rows
from xl_salesflow.imports.web_tables import read_web_tables, read_xml_spreadsheet


@dataclass(frozen=True)
class ImportSource:
    """One rectangle of text: a CSV file or a sheet. *cells* is indexed by row number as a person sees it; blank is ""."""

    path: Path
    sheet: str
    layout: TextLayout
    cells: pd.DataFrame
    ragged: tuple[int, ...] = ()  # rows with more cells than there are headers
    left_out: tuple[tuple[int, str], ...] = ()  # rows that are not part of the list, and why (list_extent)
    hidden: bool = False
    number_cells: frozenset[str] = frozenset()  # texts of number cells with decimals (raw_files)
    date1904: bool = False
    long_numbers: frozenset[str] = frozenset()  # texts of number cells whose last digits Excel has lost
    notices: tuple[SourceNotice, ...] = ()  # what is said about its rows

    @property
    def name(self) -> str:
        """Return the name that messages use for the source."""
        return f"{self.path.name} › {self.sheet}" if self.sheet else self.path.name

    @property
    def headers(self) -> list[str]:
        """Return the headers, without repetition."""
        return [str(header) for header in self.cells.columns]


def read_import_sources(path: Path, layout: TextLayout | None = None) -> tuple[ImportSource, ...]:
    """Return the rectangles of *path*: one for a text file, one for each filled sheet of a workbook.

    Raises:
        UsageError: the file is missing, password-protected, empty, or not of a supported format.
    """
    if not path.is_file():
        raise UsageError("{path} does not exist; check the name.", path=path)
    found = tuple(_read_sources_of_format(path, detect_file_format(path), layout))
    if not found:
        raise UsageError("{path} has no rows below its headers.", path=path)
    return found


def _read_sources_of_format(path: Path, of_format: FileFormat, layout: TextLayout | None) -> Iterator[ImportSource]:
    if of_format is FileFormat.WORKBOOK:
        for sheet in read_source_sheets(path):
            yield from _cut_out_source(path, TextLayout(), sheet)
        return
    try:
        raw = path.read_bytes()
    except OSError as error:
        why = error.strerror or "?"
        raise UsageError("{path} cannot be opened: {why}.", path=path, why=why) from error
    if of_format is FileFormat.TEXT:
        layout = layout or detect_text_layout(raw)
        yield from _cut_out_source(path, layout, _read_text_sheet(raw, layout, path))
        return
    read = read_web_tables if of_format is FileFormat.WEB_PAGE else read_xml_spreadsheet
    for name, rows in read(raw, path):
        yield from _cut_out_source(path, TextLayout(), SourceSheet(name, rows))


def _read_text_sheet(raw: bytes, layout: TextLayout, path: Path) -> SourceSheet:
    """Return the records of a text file as a sheet, with text that was misread before repaired."""
    records = read_text_rows(raw, layout, path)
    rows, repaired = repair_misread_rows(records.rows)
    notices = [SourceNotice("stray_quote", row) for row in records.repaired]
    if repaired:
        notices.append(SourceNotice("misread", repaired[0] + 1, (("count", len(repaired)),)))
    return SourceSheet("", rows, notices=tuple(notices))


def _cut_out_source(path: Path, layout: TextLayout, sheet: SourceSheet) -> Iterator[ImportSource]:
    found = find_list_extent(sheet.rows, sheet.merges)
    if found is None:
        return
    rows = fill_down_merged_cells(sheet.rows, sheet.merges, found.first)
    rows = mark_uncalculated_cells(rows, sheet.uncalculated, found.first, len(found.headers))
    headers, none_of_it = _name_source_headers(found.headers), dict(found.left_out)
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
    yield ImportSource(
        path, sheet.name, layout, cells[kept], ragged, left_out, sheet.hidden, sheet.number_cells, sheet.date1904,
        sheet.long_numbers, sheet.notices,
    )  # fmt: skip


def _name_source_headers(row: TextRow) -> list[str]:
    names: list[str] = []
    for number, cell in enumerate(row, 1):
        name = base = " ".join(remove_invisible_characters(cell).split()) or f"column {number}"
        again = 1
        while name in names:
            again += 1
            name = f"{base} ({again})"
        names.append(name)
    while names and not row[len(names) - 1].strip():
        names.pop()  # blank columns to the right of the table
    return names
