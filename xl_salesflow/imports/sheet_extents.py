"""Refuse files whose cells do not fit into memory, before a reader expands them.

A reader holds the rectangle around all filled cells of a sheet. A few bytes can make it huge: a cell far out, or a cell
that is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from lxml import etree

from xl_salesflow.errors import UsageError
from xl_salesflow.ooxml.excel_notation import column_number

_MOST_SOURCE_CELLS = 20_000_000
_MOST_UNPACKED_BYTES = 2_000_000_000
_READ_CHUNK = 1 << 20
_CELL_TAG_PLACE = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_LONGEST_CELL_TAG = 300
_ODS_CONTENT = "content.xml"
_ODS_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_ODS_VALUE_TYPE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
_MOST_ODS_REPEATS = 1 << 20  # a sheet has no more rows
_ODS_CELLS = (f"{_ODS_TABLE}table-cell", f"{_ODS_TABLE}covered-table-cell")
_XLSB_ROW, _XLSB_CELLS = 0, range(1, 12)  # record types, [MS-XLSB] 2.3


def check_package_extent(package: ZipFile, path: Path) -> bool:
    """Return whether a sheet of the workbook *package* may have formulas.

    Raises:
        UsageError: it unpacks to too many bytes, or the cells of a sheet are too far out.
    """
    if sum(part.file_size for part in package.infolist()) > _MOST_UNPACKED_BYTES:
        raise UsageError("{path} unpacks to more than 2 GB; export the sheet you need as .csv.", path=path)
    has_formulas = False
    for part in package.namelist():
        is_sheet = part.startswith("xl/worksheets/")
        if not (is_sheet and part.endswith((".xml", ".bin"))) and part != _ODS_CONTENT:
            continue
        with package.open(part) as stream:
            if part == _ODS_CONTENT:
                check_extent(_ods_corners(stream, path), path)
            elif part.endswith(".bin"):
                check_extent(_xlsb_corners(stream.read()), path)
            else:
                has_formulas |= _check_sheet_part(path, stream)
    return has_formulas


def check_extent(corners: Iterable[tuple[int, int]], path: Path) -> None:
    """Refuse a sheet with cells in too many rows and columns; *corners* are (row, column) of cells, counted from 1.

    Raises:
        UsageError: the rectangle around the cells does not fit into memory.
    """
    rows, columns = 1, 1
    for row, column in corners:
        rows, columns = max(rows, row), max(columns, column)
        if columns * rows > _MOST_SOURCE_CELLS:
            raise UsageError(
                "{path} has cells as far out as row {rows:,} and column {columns:,}; delete "
                "everything outside the list.",
                path=path,
                rows=rows,
                columns=columns,
            )


def _check_sheet_part(path: Path, stream: IO[bytes]) -> bool:
    tail, columns, rows, has_formulas = b"", 1, 1, False
    while chunk := stream.read(_READ_CHUNK):
        if places := _CELL_TAG_PLACE.findall(tail + chunk):
            letters, digits = map(set, zip(*places, strict=True))  # few distinct ones in very many cells
            columns = max(columns, *(column_number(name.decode()) for name in letters))
            rows = max(rows, *map(int, digits))
        check_extent([(rows, columns)], path)
        has_formulas = has_formulas or b"<f" in chunk
        tail = chunk[-_LONGEST_CELL_TAG:]
    return has_formulas


def _ods_corners(stream: IO[bytes], path: Path) -> Iterator[tuple[int, int]]:
    """Yield the corner of what each row of an OpenDocument sheet fills; blank cells and rows at the end do not count."""
    row = 0
    try:
        for event, element in etree.iterparse(stream, events=("start", "end"), resolve_entities=False, no_network=True):
            if event == "start":
                row = 0 if element.tag == f"{_ODS_TABLE}table" else row
            elif element.tag == f"{_ODS_TABLE}table-row":
                width, filled = 0, 0
                for cell in element.iterchildren(*_ODS_CELLS):
                    width += _read_repeats(cell, "columns")
                    filled = width if len(cell) or cell.get(_ODS_VALUE_TYPE) or width > _MOST_ODS_REPEATS else filled
                repeats = _read_repeats(element, "rows")
                row += repeats
                if filled or repeats > _MOST_ODS_REPEATS:
                    yield row, max(filled, 1)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise UsageError(
            "{path} cannot be read as a workbook ({error}); save it again as .xlsx or .csv.", path=path, error=error
        ) from error


def _read_repeats(element: etree._Element, what: str) -> int:
    text = element.get(f"{_ODS_TABLE}number-{what}-repeated", "1")
    return max(int(text), 1) if text.isdecimal() else 1


def _xlsb_corners(raw: bytes) -> Iterator[tuple[int, int]]:
    """Yield the place of each cell of a sheet in the binary format: records of a type, a length and contents."""
    at, row = 0, 1
    while at < len(raw):
        record, at = _read_variable_number(raw, at)
        length, at = _read_variable_number(raw, at)
        number = int.from_bytes(raw[at : at + 4], "little") + 1
        if record == _XLSB_ROW:
            row = number
        elif record in _XLSB_CELLS:
            yield row, number
        at += length


def _read_variable_number(raw: bytes, at: int) -> tuple[int, int]:
    """Return the number at *at* and the place after it: seven bits a byte, the lowest first."""
    number = 0
    for shift in range(0, 28, 7):
        byte = raw[at] if at < len(raw) else 0
        number |= (byte & 0x7F) << shift
        at += 1
        if not byte & 0x80:
            break
    return number, at
