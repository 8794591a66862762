"""Read files as sources: one table of text cells for each text file or filled sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.file_formats import FileFormat, detect_file_format
from xl_salesflow.imports.import_values import remove_invisible_characters
from xl_salesflow.imports.list_extent import (
    STAGE_OF_SECTION,
    ListExtent,
    TextRow,
    fill_down_merged_cells,
    find_list_extent,
)
from xl_salesflow.imports.package_cells import mark_uncalculated_cells
from xl_salesflow.imports.raw_files import (
    SourceNotice,
    SourceSheet,
    TextLayout,
    detect_text_layout,
    read_source_sheets,
    read_text_rows,
)
from xl_salesflow.imports.sheet_shapes import (
    find_list_places,
    find_open_shape,
    join_stage_columns,
    turn_fields_to_headers,
)
from xl_salesflow.imports.text_damage import repair_misread_rows
from xl_salesflow.imports.web_tables import read_web_tables, read_xml_spreadsheet

NO_HEADER_ROWS: Mapping[str, int] = MappingProxyType({})
_MOST_NAMED_HEADERS = 6


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


def read_import_sources(
    path: Path, layout: TextLayout | None = None, headers: Mapping[str, int] = NO_HEADER_ROWS
) -> tuple[ImportSource, ...]:
    """Return the rectangles of *path*: the lists of a text file, or of each filled sheet of a workbook.

    *headers* is sheet → number of its header row, for sheets where a person has named it.

    Raises:
        UsageError: the file is missing, password-protected, empty, or not of a supported format.
    """
    if not path.is_file():
        raise UsageError("{path} does not exist; check the name.", path=path)
    sheets = _read_sheets_of_format(path, detect_file_format(path), layout)
    found = tuple(
        source for layout, sheet in sheets for source in _cut_out_sources(path, layout, sheet, headers.get(sheet.name))
    )
    if not found:
        raise UsageError("{path} has no rows below its headers.", path=path)
    return found


def _read_sheets_of_format(
    path: Path, of_format: FileFormat, layout: TextLayout | None
) -> Iterator[tuple[TextLayout, SourceSheet]]:
    if of_format is FileFormat.WORKBOOK:
        for sheet in read_source_sheets(path):
            yield TextLayout(), sheet
        return
    try:
        raw = path.read_bytes()
    except OSError as error:
        why = error.strerror or "?"
        raise UsageError("{path} cannot be opened: {why}.", path=path, why=why) from error
    if of_format is FileFormat.TEXT:
        layout = layout or detect_text_layout(raw)
        yield layout, _read_text_sheet(raw, layout, path)
        return
    read = read_web_tables if of_format is FileFormat.WEB_PAGE else read_xml_spreadsheet
    for name, rows in read(raw, path):
        yield TextLayout(), SourceSheet(name, rows)


def _read_text_sheet(raw: bytes, layout: TextLayout, path: Path) -> SourceSheet:
    """Return the records of a text file as a sheet, with text that was misread before repaired."""
    records = read_text_rows(raw, layout, path)
    rows, repaired = repair_misread_rows(records.rows)
    notices = [SourceNotice("stray_quote", row) for row in records.repaired]
    if repaired:
        notices.append(SourceNotice("misread", repaired[0] + 1, (("count", len(repaired)),)))
    return SourceSheet("", rows, notices=tuple(notices))


def _cut_out_sources(path: Path, layout: TextLayout, sheet: SourceSheet, header: int | None) -> Iterator[ImportSource]:
    """Yield the lists of *sheet*, each with what was done to its layout; *header* is the number of its header row."""
    if header is None and (turned := turn_fields_to_headers(sheet.rows)):
        notices = (*sheet.notices, SourceNotice("turned", 1))
        sheet = replace(sheet, rows=turned, merges=(), uncalculated=frozenset(), notices=notices)
    for place in find_list_places(sheet.rows, None if header is None else header - 1):
        rows = place.cut(sheet.rows)
        named = replace(sheet, name=f"{sheet.name} {place.mark}".strip() if place.mark else sheet.name)
        source = _cut_out_list(path, layout, replace(named, rows=rows), place.header)
        if source is None:
            continue
        further = (SourceNotice("further_list", int(source.cells.index[0])),) if place.mark else ()
        yield replace(source, notices=(*source.notices, *further))


def _cut_out_list(path: Path, layout: TextLayout, sheet: SourceSheet, header: int | None) -> ImportSource | None:
    found = find_list_extent(sheet.rows, sheet.merges, header)
    if found is None:
        return None
    rows = fill_down_merged_cells(sheet.rows, sheet.merges, found.first)
    rows = mark_uncalculated_cells(rows, sheet.uncalculated, found.first, len(found.headers))
    headers, none_of_it = _name_source_headers(found.headers), dict(found.left_out)
    width = len(headers)
    places = [at for at in range(found.first, len(rows)) if at not in none_of_it and any(map(str.strip, rows[at]))]
    numbers, filled = [at + 1 for at in places], [rows[at] for at in places]
    ragged = tuple(n for n, row in zip(numbers, filled, strict=True) if any(map(str.strip, row[width:])))
    even = [row if len(row) == width else [*row[:width], *[""] * (width - len(row))] for row in filled]
    if not even:
        return None
    columns = dict(zip(headers, zip(*even, strict=True), strict=True))
    index = pd.Index(numbers, dtype="int64")
    cells = pd.DataFrame({h: pd.Series(list(c), index, dtype=object) for h, c in columns.items()}, index=index)
    named = [h for h, original in zip(headers, [*found.headers, *[""] * width], strict=False) if original.strip()]
    kept = [h for h in headers if h in set(named) or (cells[h] != "").any()]
    left_out = tuple((at + 1, why) for at, why in found.left_out)
    cells, notices = _make_plain_cells(cells[kept], found)
    return ImportSource(
        path, sheet.name, layout, cells, ragged, left_out, sheet.hidden, sheet.number_cells, sheet.date1904,
        sheet.long_numbers, (*sheet.notices, *notices),
    )  # fmt: skip


def _make_plain_cells(cells: pd.DataFrame, found: ListExtent) -> tuple[pd.DataFrame, Sequence[SourceNotice]]:
    """Return *cells* with headings and marked stages as columns, and notices about it."""
    notices, first = list[SourceNotice](), int(cells.index[0])
    if found.sections:
        headings = pd.Series({at + 1: text for at, text in found.sections.items()}, dtype=object)
        header = found.section_header if found.section_header not in cells else f"{found.section_header} (2)"
        cells = cells.assign(**{header: headings.reindex(cells.index, method="ffill").fillna("")})
        example = next(iter(found.sections.values()))
        notices.append(SourceNotice("sections", first, (("example", example), ("named", header))))
    if (joined := join_stage_columns(cells)) is not None:
        headers = ", ".join(str(header) for header in cells.columns if header not in joined.cells)
        notices.append(SourceNotice("stage_marks", first, (("headers", headers), ("named", STAGE_OF_SECTION))))
        return joined.cells, notices
    if shape := find_open_shape(cells):
        headers = ", ".join(map(str, cells.columns[:_MOST_NAMED_HEADERS]))
        notices.append(SourceNotice(shape, first, (("headers", headers),)))
    for header in map(str, cells.columns):
        if f"{header} (2)" in cells and (cells[header] != cells[f"{header} (2)"]).any():
            notices.append(SourceNotice("same_header", first, (("named", header),)))
    return cells, notices


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
