"""Refuse workbooks in the format of Excel 97-2003 whose cells do not fit into memory, before a reader expands them.

Such a file is a compound file, [MS-CFB]: a file system of sectors, in which the stream "Workbook" has the records of all
sheets, [MS-XLS]. Sectors that lead in a circle are refused too: a reader would follow them until no memory is left.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.sheet_extents import check_extent, refuse_sparse_extent
from xl_salesflow.locale.texts import Text

_COMPOUND_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_HEADER_BYTES, _ENTRY_BYTES, _FAT_IN_HEADER, _FAT_NUMBERS_AT = 512, 128, 109, 76
_STREAM_NAMES = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_ROOT_ENTRY, _LAST_SECTOR = 5, 0xFFFFFFFA
_SHEET_STARTS = (0x0009, 0x0209, 0x0409, 0x0809)
_SHEET_SIZES = (0x0000, 0x0200)
_CELLS = frozenset(
    (
        *(0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x0206, 0x0406),
        *(0x027E, 0x00D6, 0x00FD),
    )
)
_CELL_RUNS = (0x00BD, 0x00BE)  # several cells of a row; the last column is at the end


def check_old_workbook(data: bytes, path: Path) -> None:
    """Check the sheets of a compound file; other files are left alone.

    Raises:
        UsageError: the cells of a sheet are too far out, or sectors lead in a circle.
    """
    if not data.startswith(_COMPOUND_SIGNATURE) or len(data) < _HEADER_BYTES:
        return
    rows, columns, cells, area = 1, 1, 0, 0
    try:
        stream = _CompoundFile(data).workbook_stream()
    except _Circle as error:
        raise UsageError(
            "{path} cannot be read as a workbook ({error}); save it again as .xlsx or .csv.",
            path=path,
            error=Text("it is damaged"),
        ) from error
    for row, column, count in (*_sheet_corners(stream), (0, 0, 0)):
        if row and not count:
            check_extent([(row, column)], path)  # the size that the sheet says it has
            continue
        if row:
            (rows, columns), cells = (max(rows, row), max(columns, column)), cells + count
            continue
        refuse_sparse_extent(path, rows, columns, cells)
        area += rows * columns
        check_extent([(area, 1)], path)  # a reader holds all sheets at once
        rows, columns, cells = 1, 1, 0


def read_workbook_stream(data: bytes) -> bytes:
    """Return the records of all sheets of a compound file that was checked; empty if *data* is none."""
    is_compound = data.startswith(_COMPOUND_SIGNATURE) and len(data) >= _HEADER_BYTES
    return _CompoundFile(data).workbook_stream() if is_compound else b""


def _sheet_corners(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield row, column and number of the cells of each record; (0, 0, 0) where a sheet starts."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        if kind in _SHEET_STARTS:
            yield 0, 0, 0
        elif kind in _SHEET_SIZES and len(body) in (10, 14):  # the end, which may lie
            end, column = struct.unpack_from("<I2xH" if len(body) == 14 else "<H2xH", body, len(body) // 2 - 3)
            yield max(1, end), max(1, column), 0
        elif kind in _CELL_RUNS and len(body) >= 6:
            row, first, last = *struct.unpack_from("<2H", body), struct.unpack_from("<H", body, len(body) - 2)[0]
            yield row + 1, last + 1, max(1, last - first + 1)
        elif kind in _CELLS and len(body) >= 4:
            row, column = struct.unpack_from("<2H", body)
            yield row + 1, column + 1, 1


class _Circle(Exception):
    """Sectors follow each other without end, or belong to several streams."""


class _CompoundFile:
    """The sectors of a compound file; raises _Circle if their chains have no end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        sector, mini = struct.unpack_from("<2H", data, 30)
        self._size, self._mini_size = 1 << min(sector, 20), 1 << min(mini, 20)
        count, self._directory = struct.unpack_from("<I", data, 44)[0], struct.unpack_from("<I", data, 48)[0]
        self._cutoff, self._mini_fat = struct.unpack_from("<2I", data, 56)
        self._left = 4 * (len(data) // min(self._size, self._mini_size) + 16)
        self._fat = self._read_fat(min(count, len(data) // self._size + 1))

    def workbook_stream(self) -> bytes:
        """Return the stream with the sheets; empty if there is none."""
        directory = self._chain(self._directory)
        entries = [
            directory[at : at + _ENTRY_BYTES] for at in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES)
        ]
        named = {entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)]: entry for entry in reversed(entries)}
        entry = next((named[name] for name in _STREAM_NAMES if name in named), None)
        if entry is None:
            return b""
        root = next((one for one in entries if one[66] == _ROOT_ENTRY), entries[0])
        small = self._chain(struct.unpack_from("<I", root, 116)[0])
        numbers = _unpack_numbers(self._chain(self._mini_fat))
        found = b""
        for one in entries:
            start, size = struct.unpack_from("<2I", one, 116)
            if one is root or not one[66]:
                continue
            if size >= self._cutoff:
                stream = self._chain(start)
            else:
                mini = self._mini_size
                stream = b"".join(small[at * mini : at * mini + mini] for at in self._follow(numbers, start))
            found = stream[:size] if one is entry else found
        return found

    def _chain(self, start: int) -> bytes:
        return b"".join(map(self._sector, self._follow(self._fat, start)))

    def _follow(self, fat: Sequence[int], start: int) -> Iterator[int]:
        while start < len(fat):
            self._left -= 1
            if self._left < 0:
                raise _Circle
            yield start
            start = fat[start]

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._data[at : at + self._size]

    def _read_fat(self, count: int) -> Sequence[int]:
        places = list(_unpack_numbers(self._data[_FAT_NUMBERS_AT : _FAT_NUMBERS_AT + 4 * _FAT_IN_HEADER]))
        more, left = struct.unpack_from("<2I", self._data, 68)
        for _ in range(left + 1):
            numbers = _unpack_numbers(self._sector(more)) if more < _LAST_SECTOR else ()
            if not numbers:
                break
            self._left -= 1
            if self._left < 0:
                raise _Circle
            places += numbers[:-1]
            more = numbers[-1]
        return _unpack_numbers(b"".join(map(self._sector, places[:count])))


def _unpack_numbers(data: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
