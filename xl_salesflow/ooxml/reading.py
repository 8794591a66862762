"""The reading half of a workbook: what is on disk, as it was when it was opened."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from xl_salesflow.errors import MissingColumn, MissingTable, NotAWorkbook
from xl_salesflow.ooxml.decode import CellDecoder
from xl_salesflow.ooxml.package import Package
from xl_salesflow.ooxml.parts import ByName, DefinedName, Sheet, WorkbookPart
from xl_salesflow.ooxml.reader import read_area, read_rows
from xl_salesflow.ooxml.refs import Area
from xl_salesflow.ooxml.sheet_scan import SheetStream
from xl_salesflow.ooxml.source import Known
from xl_salesflow.ooxml.strings import shared_strings
from xl_salesflow.ooxml.styles import format_kinds
from xl_salesflow.ooxml.tables import Table, read_tables
from xl_salesflow.ooxml.typed_over import Expected, typed_over


class WorkbookOnDisk:
    """A workbook as it was when it was opened."""

    path: Path
    digest: str  # sha256 of the bytes read, in hexadecimal
    date1904: bool
    strict: bool
    sheets: Mapping[str, Sheet]
    names: Mapping[str, DefinedName]

    def __init__(self, path: Path, source: bytes | Package) -> None:
        self.path = path
        self._package = source if isinstance(source, Package) else Package(path, source)
        self._part = WorkbookPart(self._package)
        self.digest = self._package.digest
        self.date1904, self.strict = self._part.date1904, self._part.strict
        self.sheets, self.names = self._part.sheets, self._part.names
        self._nothing_but: dict[str, Known] = {}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a workbook; raises NotAWorkbook or EncryptedWorkbook, in one sentence."""
        try:
            data = Path(path).read_bytes()
        except FileNotFoundError as error:
            raise NotAWorkbook(path, ("does not exist; check the name", "不存在；请检查文件名")) from error
        except IsADirectoryError as error:
            raise NotAWorkbook(
                path, ("is a folder; name the workbook in it", "是文件夹；请指定其中的工作簿")
            ) from error
        except OSError as error:
            why = error.strerror or str(error)
            raise NotAWorkbook(path, (f"cannot be read ({why})", f"无法读取（{why}）")) from error
        return cls(path, data)

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables by name, ignoring case."""
        return self._on_disk

    @cached_property
    def _on_disk(self) -> ByName[Table]:
        return ByName({t.name: t for sheet in self.sheets.values() for t in read_tables(self._package, sheet)})

    @cached_property
    def _decoder(self) -> CellDecoder:
        strings, styles = self._part.target("sharedStrings"), self._part.target("styles")
        return CellDecoder(
            shared_strings(self._package, strings) if strings else [],
            format_kinds(self._package.parse(styles)) if styles else [],
            self.date1904,
        )

    def _stream(self, sheet: str) -> SheetStream:
        return SheetStream(self._package, self.sheets[sheet].part)

    def read_table(self, name: str) -> dict[str, list[Any]]:
        """Read a table's body by column: header to Python values; raises MissingTable."""
        table = self._table(name, self._on_disk)
        return dict(zip(table.headers, read_area(self._stream(table.sheet), self._decoder, table.body), strict=True))

    def read_range(self, sheet: str, ref: str) -> list[list[Any]]:
        """Read a rectangle such as B2:D9, row by row; raises KeyError for a sheet that is not there."""
        return read_rows(self._stream(sheet), self._decoder, Area.parse(ref))

    def read_name(self, name: str) -> Any:
        """Read the first cell of a defined name; raises KeyError for one that points at no cell."""
        at = self.names[name]
        return read_rows(self._stream(at.sheet), self._decoder, Area(at.row, at.col, at.row, at.col))[0][0]

    def typed_over(self, table: str, expected: Mapping[str, Expected]) -> dict[str, list[int]]:
        """Find cells of calculated columns that hold no formula or another one: header to sheet rows.

        `expected` gives the formula of each header, or of its rows where they differ, in file syntax; spaces, case and
        `_xlfn.` do not count.
        """
        at = self._table(table, self._on_disk)
        columns = {self._column(at, header): formula for header, formula in expected.items()}
        found = typed_over(self._stream(at.sheet), at, columns)
        if not found.others:
            self._nothing_but[at.sheet] = Known({at.name: [*expected]})
        return {header: found.rows[self._column(at, header)] for header in expected}

    def _table(self, name: str, among: Mapping[str, Table]) -> Table:
        try:
            return among[name]
        except KeyError:
            raise MissingTable(self.path, name) from None

    def _column(self, table: Table, header: str) -> int:
        try:
            return table.column(header)
        except KeyError:
            raise MissingColumn(self.path, table.name, header) from None
