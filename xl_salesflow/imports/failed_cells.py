"""Cells of old and binary workbooks and of OpenDocument sheets that show an error; the reader of cells takes them for blank."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import IO
from zipfile import ZipFile

from lxml import etree

from xl_salesflow.imports.old_workbook_extents import read_workbook_stream
from xl_salesflow.imports.package_cells import CellPosition
from xl_salesflow.imports.sheet_extents import (
    BINARY_RELATIONSHIPS,
    ODS_CELLS,
    ODS_TABLE,
    XLSB_ROW,
    read_binary_records,
    read_ods_repeats,
)

FailedCells = Mapping[int, Mapping[CellPosition, str]]
"""Number of a sheet → its cells with an error, and the error."""

_ERRORS = MappingProxyType(
    {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
)
_STARTS, _END, _GLOBALS = (0x0009, 0x0209, 0x0409, 0x0809), 0x000A, 0x0005
_ERROR_CELL, _FORMULAS = 0x0205, (0x0006, 0x0206, 0x0406)
_BINARY_WORKBOOK, _BINARY_SHEET_NAME, _BINARY_ERRORS = "xl/workbook.bin", 156, (3, 11)  # [MS-XLSB] 2.3
_RELATIONSHIP = re.compile(rb"<Relationship\s[^>]*>")
_RELATIONSHIP_PART = re.compile(rb"""\b(Id|Target)\s*=\s*["']([^"']+)["']""")
_ODS_ERROR = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_MOST_COUNTED_REPEATS = 1_000


def find_failed_old_cells(data: bytes) -> FailedCells:
    """Return the cells with an error of a workbook in the format of Excel 97-2003, as the bytes of its file."""
    stream, at, depth, sheet = read_workbook_stream(data), 0, 0, -1
    found: dict[int, dict[CellPosition, str]] = {}
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        if kind in _STARTS and len(body) >= 4:
            depth += 1  # a chart on a sheet is a part of its own
            sheet += depth == 1 and struct.unpack_from("<H", body, 2)[0] != _GLOBALS
        elif kind == _END:
            depth -= 1
        elif depth == 1 and (error := _error_of_record(kind, body)):
            row, column = struct.unpack_from("<2H", body)
            found.setdefault(sheet, {})[row, column] = error
    return found


def _error_of_record(kind: int, body: bytes) -> str | None:
    if kind == _ERROR_CELL and len(body) >= 8 and body[7]:
        return _ERRORS.get(body[6])
    is_error = kind in _FORMULAS and len(body) >= 14 and body[6] == 2 and body[12:14] == b"\xff\xff"
    return _ERRORS.get(body[8]) if is_error else None


def find_failed_binary_cells(package: ZipFile) -> FailedCells:
    """Return the cells with an error of the workbook *package* in the binary format (.xlsb); none if it is no such."""
    names = set(package.namelist())
    if not {_BINARY_WORKBOOK, BINARY_RELATIONSHIPS} <= names:
        return {}
    parts = dict[str, str]()
    for tag in _RELATIONSHIP.findall(package.read(BINARY_RELATIONSHIPS)):
        found = {name: value.decode("utf-8", "replace") for name, value in _RELATIONSHIP_PART.findall(tag)}
        if len(found) == 2:
            target = found[b"Target"]
            parts[found[b"Id"]] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    sheets = (body for kind, body in read_binary_records(package.read(_BINARY_WORKBOOK)) if kind == _BINARY_SHEET_NAME)
    placed = enumerate(parts.get(_read_relationship_id(body), "") for body in sheets)
    return {place: _find_failed_records(package.read(part)) for place, part in placed if part in names}


def _read_relationship_id(body: bytes) -> str:
    """Return the id of the part in a record that names a sheet: its state and number, then a text with its length before."""
    length = int.from_bytes(body[8:12], "little")
    return body[12 : 12 + 2 * length].decode("utf-16-le", "replace")


def _find_failed_records(raw: bytes) -> dict[CellPosition, str]:
    found, row = dict[CellPosition, str](), 0
    for kind, body in read_binary_records(raw):
        if kind == XLSB_ROW:
            row = int.from_bytes(body[:4], "little")
        elif kind in _BINARY_ERRORS and len(body) > 8 and (error := _ERRORS.get(body[8])):
            found[row, int.from_bytes(body[:4], "little")] = error
    return found


def find_failed_ods_cells(stream: IO[bytes]) -> FailedCells:
    """Return the cells with an error of the sheets in *stream*, the contents of an OpenDocument file."""
    found: dict[int, dict[CellPosition, str]] = {}
    sheet, row = -1, 0
    for event, element in etree.iterparse(stream, events=("start", "end"), resolve_entities=False, no_network=True):
        if event == "start":
            sheet, row = (sheet + 1, 0) if element.tag == f"{ODS_TABLE}table" else (sheet, row)
        elif element.tag == f"{ODS_TABLE}table-row":
            column, repeats = 0, read_ods_repeats(element, "rows")
            for cell in element.iterchildren(*ODS_CELLS):
                width, error = read_ods_repeats(cell, "columns"), "".join(cell.itertext()).strip()
                if cell.get(_ODS_ERROR) == "error" and error and width * repeats <= _MOST_COUNTED_REPEATS:
                    places = ((row + down, column + right) for down in range(repeats) for right in range(width))
                    found.setdefault(sheet, {}).update(dict.fromkeys(places, error))
                column += width
            row += repeats
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return found
