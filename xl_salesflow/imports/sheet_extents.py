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
_READ_CHUNK, _MOST_DIGITS = 1 << 20, 10  # more digits do not fit into a sheet, and Python refuses thousands
_FEWEST_CELLS_REFUSED = 3_000_000
_EMPTY_CELLS_FOR_A_FILLED_ONE = 50
_SHEET_MARK = b"sheetData"
_ANY_CELL_TAG = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_CELL_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,7})(\d{1,10})["']""")
BINARY_RELATIONSHIPS = "xl/_rels/workbook.bin.rels"
_RELATIONSHIP_TARGET = re.compile(rb"""\bTarget\s*=\s*["']([^"']+)["']""")
ODS_CONTENT_PART = "content.xml"
ODS_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_ODS_VALUE_TYPE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
_MOST_ODS_REPEATS = 1 << 20  # a sheet has no more rows
ODS_CELLS = (f"{ODS_TABLE}table-cell", f"{ODS_TABLE}covered-table-cell")
XLSB_ROW, _XLSB_CELLS = 0, range(1, 12)
"""Types of records, [MS-XLSB] 2.3."""


def check_package_extent(package: ZipFile, path: Path) -> bool:
    """Return whether a sheet of the workbook *package* may have formulas.

    Raises:
        UsageError: it unpacks to too many bytes, or the cells of a sheet are too far out.
    """
    if sum(part.file_size for part in package.infolist()) > _MOST_UNPACKED_BYTES:
        raise UsageError("{path} unpacks to more than 2 GB; export the sheet you need as .csv.", path=path)
    has_formulas, binary_sheets = False, _list_binary_sheets(package)
    for part in package.namelist():
        with package.open(part) as stream:
            if part == ODS_CONTENT_PART:
                check_extent(_ods_corners(stream, path), path)
            elif part.lower() in binary_sheets:
                check_extent(_xlsb_corners(stream.read()), path)
            elif not part.endswith(".bin"):
                has_formulas |= _check_sheet_part(package, part, path)
    return has_formulas


def _list_binary_sheets(package: ZipFile) -> set[str]:
    """Return the parts, in lower case, that a reader may take for sheets in the binary format."""
    names = {part.lower() for part in package.namelist()}
    found = {part for part in names if part.startswith("xl/worksheets/") and part.endswith(".bin")}
    if BINARY_RELATIONSHIPS in package.namelist():
        targets = _RELATIONSHIP_TARGET.findall(package.read(BINARY_RELATIONSHIPS))
        parts = (target.decode("utf-8", "replace").lower() for target in targets)
        found |= {name for part in parts if "sheet" in part for name in (part.lstrip("/"), f"xl/{part}")} & names
    return found


def check_extent(corners: Iterable[tuple[int, int]], path: Path) -> tuple[int, int]:
    """Return how far a sheet extends; *corners* are (row, column) of cells, counted from 1.

    Raises:
        UsageError: the rectangle around the cells does not fit into memory.
    """
    rows, columns = 1, 1
    for row, column in corners:
        rows, columns = max(rows, row), max(columns, column)
        if columns * rows > _MOST_SOURCE_CELLS:
            raise _extent_error(path, rows, columns)
    return rows, columns


def refuse_sparse_extent(path: Path, rows: int, columns: int, cells: int) -> None:
    """Refuse a sheet with few *cells* in a huge rectangle.

    Raises:
        UsageError: that is so.
    """
    if rows * columns > max(_FEWEST_CELLS_REFUSED, _EMPTY_CELLS_FOR_A_FILLED_ONE * cells):
        raise _extent_error(path, rows, columns)


def _extent_error(path: Path, rows: int, columns: int) -> UsageError:
    return UsageError(
        "{path} has cells as far out as row {rows:,} and column {columns:,}; delete everything outside the list.",
        path=path,
        rows=rows,
        columns=columns,
    )


def _check_sheet_part(package: ZipFile, part: str, path: Path) -> bool:
    """Check a part if it holds a sheet, whatever its name, and return whether it may have formulas."""
    columns, rows, cells, tags, is_sheet, has_formulas = 1, 1, 0, 0, False, False
    with package.open(part) as stream:
        for text in _read_whole_tags(stream):
            is_sheet = is_sheet or _SHEET_MARK in text
            if is_sheet and (places := _CELL_PLACE.findall(text)):
                letters, digits = map(set, zip(*places, strict=True))  # few distinct ones in very many cells
                columns = max(columns, *(column_number(name.decode().upper()) for name in letters))
                rows = max(rows, *map(int, digits))
                cells += len(places)
            check_extent([(rows, columns)], path)
            tags += len(_ANY_CELL_TAG.findall(text))
            has_formulas = has_formulas or b"<f" in text
    if is_sheet and tags > cells:  # cells that do not say where they are
        with package.open(part) as stream:
            rows, columns = check_extent(_counted_corners(stream), path)
    refuse_sparse_extent(path, rows, columns, cells)
    return is_sheet and has_formulas


def _read_whole_tags(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the content in pieces that end before a tag."""
    tail = b""
    while chunk := stream.read(_READ_CHUNK):
        text = tail + chunk
        end = text.rfind(b"<") if len(text) < 4 * _READ_CHUNK else -1
        text, tail = (text[:end], text[end:]) if end > 0 else (text, b"")
        yield text
    yield tail


def _counted_corners(stream: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Yield the place of each cell of a sheet; one without a reference follows the one before it."""
    row, column = 0, 0
    events = etree.iterparse(stream, events=("start", "end"), recover=True, huge_tree=True, resolve_entities=False)
    for event, element in events:
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if event == "start" and name == "row":
            number = element.get("r", "")
            row, column = (int(number[:_MOST_DIGITS]) if number.isdecimal() else row + 1), 0
        elif event == "start" and name == "c":
            place = _CELL_PLACE.match(f' r="{element.get("r", "")}"'.encode("utf-8", "replace"))
            column = column_number(place[1].decode().upper()) if place else column + 1
            yield max(row, int(place[2])) if place else row, column
        elif event == "end" and name == "row":
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _ods_corners(stream: IO[bytes], path: Path) -> Iterator[tuple[int, int]]:
    """Yield the corner of what each row of an OpenDocument sheet fills; blank cells and rows at the end do not count."""
    row = 0
    try:
        for event, element in etree.iterparse(stream, events=("start", "end"), resolve_entities=False, no_network=True):
            if event == "start":
                row = 0 if element.tag == f"{ODS_TABLE}table" else row
            elif element.tag == f"{ODS_TABLE}table-row":
                width, filled = 0, 0
                for cell in element.iterchildren(*ODS_CELLS):
                    width += read_ods_repeats(cell, "columns")
                    filled = width if len(cell) or cell.get(_ODS_VALUE_TYPE) or width > _MOST_ODS_REPEATS else filled
                repeats = read_ods_repeats(element, "rows")
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


def read_ods_repeats(element: etree._Element, what: str) -> int:
    """Return how many "rows" or "columns" *element* of an OpenDocument sheet stands for."""
    text = element.get(f"{ODS_TABLE}number-{what}-repeated", "1")
    return max(int(text[:_MOST_DIGITS]), 1) if text.isdecimal() else 1


def _xlsb_corners(raw: bytes) -> Iterator[tuple[int, int]]:
    """Yield the place of each cell of a sheet in the binary format: records of a type, a length and contents."""
    row = 1
    for record, body in read_binary_records(raw):
        number = int.from_bytes(body[:4], "little") + 1
        if record == XLSB_ROW:
            row = number
        elif record in _XLSB_CELLS:
            yield row, number


def read_binary_records(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the type and the contents of each record of a part in the binary format."""
    at = 0
    while at < len(raw):
        record, at = _read_variable_number(raw, at)
        length, at = _read_variable_number(raw, at)
        yield record, raw[at : at + length]
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
