"""Read tables, ranges and names of a workbook on disk.

An area is read in one pass: regular rows all at once, others cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from xl_salesflow.errors import MissingColumn, MissingTable, NotAWorkbook
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.cell_decoder import CellDecoder
from xl_salesflow.ooxml.cell_references import Area
from xl_salesflow.ooxml.column_formulas import ExpectedFormula, OverwrittenFormulas, find_overwritten_formulas
from xl_salesflow.ooxml.formula_cells import KnownFormulas
from xl_salesflow.ooxml.number_formats import read_format_kinds
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.part_memory import LARGEST_REMEMBERED, PartMemory
from xl_salesflow.ooxml.regular_files import read_regular_file
from xl_salesflow.ooxml.shared_texts import read_shared_strings
from xl_salesflow.ooxml.sheet_stream import SheetStream, compile_sheet_grammar, find_row_spans, parse_row_cells
from xl_salesflow.ooxml.vectorized_rows import IntArray, ObjectArray, parse_regular_rows
from xl_salesflow.ooxml.workbook_parts import (
    CaseInsensitiveMapping,
    DefinedName,
    ExcelTable,
    WorkbookPart,
    Worksheet,
    read_sheet_tables,
)

_UNPREFIXED_GRAMMAR = compile_sheet_grammar(b"")
_UNPREFIXED_VALUE = re.compile(rb"<v(?:\s[^<>]*)?>([^<]*)</")


class AreaRows(NamedTuple):
    """Some rows of an area: their numbers, ascending, and their values by row and column."""

    numbers: IntArray
    values: ObjectArray


def read_area_columns(stream: SheetStream, decode: CellDecoder, area: Area) -> list[list[Any]]:
    """Read a rectangle into columns of equal length; rows that the sheet does not store are empty."""
    columns: list[list[Any]] = [[] for _ in range(area.first_col, area.last_col + 1)]
    following = area.first_row
    for rows in _read_area_blocks(stream, decode, area):
        for start, end in _find_row_runs(rows.numbers, following):
            missing = [None] * (int(rows.numbers[start]) - following)
            for column, values in zip(columns, rows.values[start:end].T.tolist(), strict=True):
                column += missing
                column += values
            following = int(rows.numbers[end - 1]) + 1
    for column in columns:
        column += [None] * (area.last_row + 1 - following)
    return columns


def _find_row_runs(numbers: IntArray, first: int) -> Iterator[tuple[int, int]]:
    """Find runs of consecutive row numbers, from a row on, as the start and end of each run."""
    start = int(np.searchsorted(numbers, first))
    for end in [*(np.flatnonzero(np.diff(numbers) != 1) + 1).tolist(), len(numbers)]:
        if end > start:
            yield start, end
            start = end


def _read_area_blocks(stream: SheetStream, decode: CellDecoder, area: Area) -> Iterator[AreaRows]:
    opening, closing, before = b"<" + stream.grammar.prefix, b"</" + stream.grammar.prefix, 0
    for block in stream.blocks():
        if stream.grammar.prefix:
            block = block.replace(opening, b"<").replace(closing, b"</")
        regular = parse_regular_rows(block, area)
        if regular is None:
            rows, before = _read_irregular_rows(block, before, decode, area)
        else:
            values = np.full((len(regular.numbers), area.last_col - area.first_col + 1), None, object)
            for attributes, cells in regular.kinds:
                place = regular.row[cells], regular.column[cells] - area.first_col
                values[place] = decode.decode_many(attributes, regular.texts.at(cells))
            rows, before = AreaRows(regular.numbers, values), regular.last
        yield rows
        if before >= area.last_row:
            return


def _read_irregular_rows(block: bytes, before: int, decode: CellDecoder, area: Area) -> tuple[AreaRows, int]:
    """Read rows cell by cell; a row or cell without a number follows the previous one (initially `before`)."""
    numbers: list[int] = []
    lines: list[list[Any]] = []
    for number, start, end in find_row_spans(_UNPREFIXED_GRAMMAR, block, before):
        before = number
        if area.first_row <= number <= area.last_row and (not numbers or number > numbers[-1]):
            numbers.append(number)
            lines.append(_read_irregular_row(block[start:end], decode, area))
    values = np.empty((len(lines), area.last_col - area.first_col + 1), object)
    for at, line in enumerate(lines):
        values[at] = line
    return AreaRows(np.array(numbers, np.int64), values), before


def _read_irregular_row(row: bytes, decode: CellDecoder, area: Area) -> list[Any]:
    line: list[Any] = [None] * (area.last_col - area.first_col + 1)
    for column, _, attributes, content in parse_row_cells(_UNPREFIXED_GRAMMAR, row):
        if area.first_col <= column <= area.last_col:
            value = _UNPREFIXED_VALUE.search(content)
            text = value.group(1) if value else content if b'"inlineStr"' in attributes else b""
            line[column - area.first_col] = decode.decode_one(attributes, text)
    return line


_READ_AREAS: PartMemory[list[list[Any]]] = PartMemory()
_REFERS_TO_TEXTS: PartMemory[bool] = PartMemory()
_OVERWRITTEN: PartMemory[OverwrittenFormulas] = PartMemory()
_SHARED_STRING_CELL = re.compile(rb"""\bt=(?:"s"|'s')""")


class WorkbookOnDisk:
    """A workbook as it was when it was opened; nothing is written."""

    path: Path
    digest: str  # sha256 of the bytes read, in hexadecimal
    date1904: bool
    strict: bool
    sheets: Mapping[str, Worksheet]
    names: Mapping[str, DefinedName]

    def __init__(self, path: Path, source: bytes | Package) -> None:
        self.path = path
        self._package = source if isinstance(source, Package) else Package(path, source)
        self._part = WorkbookPart(self._package)
        for relation in self._part.relationships:
            if relation.kind in ("worksheet", "sharedStrings"):  # these are read only when they are needed
                self._package.refuse_document_type(relation.target)
        self.digest = self._package.digest
        self.date1904, self.strict = self._part.date1904, self._part.strict
        self.sheets, self.names = self._part.sheets, self._part.names
        self._fully_known_sheets: dict[str, KnownFormulas] = {}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a workbook; raises NotAWorkbook or EncryptedWorkbook, in one sentence."""
        try:
            data = read_regular_file(path)
        except FileNotFoundError as error:
            raise NotAWorkbook(path, Text("does not exist; check the name")) from error
        except IsADirectoryError as error:
            raise NotAWorkbook(path, Text("is a folder; name the workbook in it")) from error
        except OSError as error:
            why = error.strerror or str(error)
            raise NotAWorkbook(path, Text("cannot be read ({why})").with_facts(why=why)) from error
        return cls(path, data)

    @property
    def tables(self) -> Mapping[str, ExcelTable]:
        """Return the tables by name, ignoring case."""
        return self._on_disk

    @cached_property
    def _on_disk(self) -> CaseInsensitiveMapping[ExcelTable]:
        return CaseInsensitiveMapping(
            {t.name: t for sheet in self.sheets.values() for t in read_sheet_tables(self._package, sheet)}
        )

    @cached_property
    def _decoder(self) -> CellDecoder:
        strings, styles = self._part.target("sharedStrings"), self._part.target("styles")
        return CellDecoder(
            read_shared_strings(self._package, strings) if strings else [],
            read_format_kinds(self._package.parse(styles)) if styles else [],
            self.date1904,
        )

    def _read_area(self, sheet: str, area: Area) -> list[list[Any]]:
        """Read a rectangle column by column; its values depend on the sheet, the formats and the texts referred to."""
        part, package = self.sheets[sheet].part, self._package
        parts = [part, self._part.target("styles"), None]
        if package.size(part) <= LARGEST_REMEMBERED and _REFERS_TO_TEXTS.recall(
            package, [part], (), lambda: _SHARED_STRING_CELL.search(package.read(part)) is not None
        ):
            parts[-1] = self._part.target("sharedStrings")
        columns = _READ_AREAS.recall(
            package,
            [*filter(None, parts)],
            (area, self.date1904, *map(bool, parts)),
            lambda: read_area_columns(SheetStream(package, part), self._decoder, area),
        )
        return [*map(list, columns)]

    def read_table(self, name: str) -> dict[str, list[Any]]:
        """Read a table's body by column: header to Python values; raises MissingTable."""
        table = self._table(name, self._on_disk)
        return dict(zip(table.headers, self._read_area(table.sheet, table.body), strict=True))

    def read_range(self, sheet: str, ref: str) -> list[list[Any]]:
        """Read a rectangle such as B2:D9, row by row; raises KeyError for a sheet that does not exist."""
        return [*map(list, zip(*self._read_area(sheet, Area.parse(ref)), strict=True))]

    def read_name(self, name: str) -> Any:
        """Read the first cell of a defined name; raises KeyError for one that does not refer to a cell."""
        at = self.names[name]
        return self._read_area(at.sheet, Area(at.row, at.col, at.row, at.col))[0][0]

    def find_overwritten_formulas(self, table: str, expected: Mapping[str, ExpectedFormula]) -> dict[str, list[int]]:
        """Find cells of calculated columns without their formula: header to sheet rows.

        `expected` gives the formula of each header, or of its rows if they differ, in file syntax; spaces, case and
        `_xlfn.` are ignored.
        """
        at = self._table(table, self._on_disk)
        columns = {self._column(at, header): formula for header, formula in expected.items()}
        part, package = self.sheets[at.sheet].part, self._package
        texts = tuple(each if isinstance(each, str) else tuple(each.items()) for each in columns.values())
        found = _OVERWRITTEN.recall(
            package,
            [part],
            (at.body, tuple(columns), texts),
            lambda: find_overwritten_formulas(SheetStream(package, part), at, columns),
        )
        if not found.others:
            self._fully_known_sheets[at.sheet] = KnownFormulas({at.name: [*expected]})
        return {header: found.rows[self._column(at, header)] for header in expected}

    def _table(self, name: str, tables: Mapping[str, ExcelTable]) -> ExcelTable:
        try:
            return tables[name]
        except KeyError:
            raise MissingTable(self.path, name) from None

    def _column(self, table: ExcelTable, header: str) -> int:
        try:
            return table.column(header)
        except KeyError:
            raise MissingColumn(self.path, table.name, header) from None
