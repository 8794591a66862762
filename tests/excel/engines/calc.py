"""A workbook open in a running LibreOffice, for xlwings: a real application that recalculates."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from tests.excel.engines.application import Engine
from tests.excel.engines.books import Book
from tests.excel.engines.grid import Area
from tests.libreoffice import end_group, write_settings
from tests.parts import OLDEST_OFFICE, office, office_version

_SYSTEM = "/usr/lib/python3/dist-packages"  # Debian's folder for the bridge to LibreOffice
_EPOCH = datetime(1899, 12, 30)
_REFERENCE = re.compile(r"\$?(?:'((?:[^']|'')+)'|([^.']+))\.(\$[A-Z]+\$\d+)")
_EXCEL_SYNTAX = 3  # com.sun.star.sheet.AddressConvention.XL_OOX: that of files
_DATES, _CONSTANTS_THAT_ARE_DATES, _NUMBERS, _ERRORS = 2, 2, 1, 4


class Office:
    """LibreOffice without a window, with its own profile, controlled through a pipe."""

    def __init__(self, home: Path) -> None:
        launcher = office()
        if launcher is None or office_version(launcher) < OLDEST_OFFICE:
            pytest.skip("LibreOffice 24.8 or newer is not installed.")
        self.program = launcher.resolve().with_name("soffice.bin")
        self.profile, self.pipe = home / "profile", f"salesflow{uuid.uuid4().hex[:12]}"
        write_settings(self.profile)
        uno = _uno()
        self.process = self._start()
        self.desktop = self._connected(uno)

    def _start(self) -> subprocess.Popen[str]:
        command = [
            str(self.program), f"-env:UserInstallation={self.profile.as_uri()}", "--headless", "--norestore", "--nologo",
            f"--accept=pipe,name={self.pipe};urp;",
        ]  # fmt: skip
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
            start_new_session=True,
        )  # fmt: skip

    def _connected(self, uno: Any) -> Any:
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        for _ in range(120):
            if self.process.poll() == 81:  # it asks to be restarted after it has created its profile
                self.process = self._start()
            with contextlib.suppress(uno.getClass("com.sun.star.connection.NoConnectException")):
                context = resolver.resolve(f"uno:pipe,name={self.pipe};urp;StarOffice.ComponentContext")
                return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            time.sleep(0.25)
        raise TimeoutError("LibreOffice did not answer within thirty seconds")

    def open(self, path: Path | None, **named: Any) -> Any:
        """Open a document, or an empty one; macros do not run unless requested."""
        uno = _uno()
        options = {"Hidden": True, "MacroExecutionMode": 0, **named}
        arguments = tuple(_property(uno, name, value) for name, value in options.items())
        place = path.resolve().as_uri() if path else "private:factory/scalc"
        document = self.desktop.loadComponentFromURL(place, "_blank", 0, arguments)
        assert document is not None, f"LibreOffice did not open {path}"
        return document

    def stop(self) -> None:
        end_group(self.process)


def _uno() -> Any:
    if _SYSTEM not in sys.path:
        sys.path.append(_SYSTEM)
    return pytest.importorskip("uno", reason="The Python bridge to LibreOffice (python3-uno) is not installed.")


def _property(uno: Any, name: str, value: Any) -> Any:
    made = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    made.Name, made.Value = name, value
    return made


class CalcGrid:
    """The cells, tables and names of a document in LibreOffice; answers are cached until they may have changed."""

    def __init__(self, office: Office, path: Path | None) -> None:
        self.path, self.calls = path or Path(f"Book{next(_NEW)}"), Counter[str]()
        self.document = office.open(path)
        self._parser = self.document.createInstance("com.sun.star.sheet.FormulaParser")
        self._parser.FormulaConvention, self._parser.CompileEnglish = _EXCEL_SYNTAX, True
        self._spellings, self._formats = dict[str, str](), dict[int, bool]()
        ranges = self.document.DatabaseRanges
        self._sheets = list(self.document.Sheets.ElementNames)
        self._tables = {name: ranges.getByName(name) for name in ranges.ElementNames}
        self._homes = {name: self._sheets[one.DataArea.Sheet] for name, one in self._tables.items()}
        self._forget()

    def _forget(self, sheet: str | None = None) -> None:
        """Clear the cache: with *sheet*, only which of its formulas show dates; otherwise everything."""
        if sheet is None:
            self._on, self._names, self._dates = dict[str, Any](), dict[str, str](), dict[str, dict[Any, bool]]()
            self._blocks = dict[Area, Any]()
        self._dates.pop(sheet or "", None)

    def _sheet(self, name: str) -> Any:
        if name not in self._on:
            self._on[name] = self.document.Sheets.getByName(name)
        return self._on[name]

    def _range(self, area: Area) -> Any:
        self.calls["range"] += 1
        if area not in self._blocks:
            left, top, right, bottom = (at - 1 for at in (area.left, area.top, area.right, area.bottom))
            self._blocks[area] = self._sheet(area.sheet).getCellRangeByPosition(left, top, right, bottom)
        return self._blocks[area]

    def sheets(self) -> list[str]:
        return self._sheets

    def values(self, area: Area) -> list[list[Any]]:
        block = self._range(area)
        held = block.getDataArray()
        kinds = {type(cell) for row in held for cell in row}
        rows = [[None if cell == "" else cell for cell in row] for row in held]
        for row, col in self._dated(area.sheet, block) if float in kinds else ():
            if isinstance(cell := rows[row - area.top + 1][col - area.left + 1], float):
                rows[row - area.top + 1][col - area.left + 1] = _moment(cell)
        for row, col in _cells(block.queryFormulaCells(_ERRORS)) if type(None) in kinds else ():
            shown = self._sheet(area.sheet).getCellByPosition(col, row).String
            rows[row - area.top + 1][col - area.left + 1] = shown if shown.startswith("#") else "#VALUE!"
        return rows

    def _dated(self, sheet: str, block: Any) -> Iterator[tuple[int, int]]:
        yield from _cells(block.queryContentCells(_CONSTANTS_THAT_ARE_DATES))
        for area in block.queryFormulaCells(_NUMBERS).RangeAddresses:
            first, last = area.StartRow, area.EndRow
            for col in range(area.StartColumn, area.EndColumn + 1):
                if self._shows_date(sheet, first, col):  # a column of formulas has one format
                    yield from ((row, col) for row in range(first, last + 1))

    def _shows_date(self, sheet: str, row: int, col: int) -> bool:
        known = self._dates.setdefault(sheet, {})
        if (row, col) not in known:
            known[row, col] = self._is_date(self._sheet(sheet).getCellByPosition(col, row).NumberFormat)
        return known[row, col]

    def _is_date(self, key: int) -> bool:
        if key not in self._formats:
            self._formats[key] = bool(self.document.NumberFormats.getByKey(key).Type & _DATES)
        return self._formats[key]

    def formulas(self, area: Area) -> list[list[Any]]:
        block = self._range(area)
        return [
            [
                self._spelled(block, col, row, cell) if cell.startswith(("=", "{=")) else cell
                for col, cell in enumerate(line)
            ]
            for row, line in enumerate(block.getFormulaArray())
        ]

    def _spelled(self, block: Any, col: int, row: int, formula: str) -> str:
        """Return a formula in the spelling of files; cells with the same text in LibreOffice's spelling have the same formula."""
        if formula not in self._spellings:
            cell = block.getCellByPosition(col, row)
            array = formula.startswith("{")
            tokens = block.getCellRangeByPosition(col, row, col, row).getArrayTokens() if array else cell.getTokens()
            self._spellings[formula] = f"={self._parser.printFormula(tokens, cell.CellAddress)}"
        return self._spellings[formula]

    def put(self, area: Area, cells: list[list[Any]], arrays: bool = False) -> None:
        self._forget(area.sheet)
        block = self._range(area)
        block.setDataArray(tuple(tuple(_given(cell) for cell in row) for row in cells))
        for row, line in enumerate(cells):
            for col, cell in enumerate(line):
                if isinstance(cell, str) and cell.startswith("="):
                    self._compute(block, col, row, cell[1:], arrays)
                elif isinstance(cell, date):
                    self._show_as_date(block.getCellByPosition(col, row))

    def _show_as_date(self, cell: Any) -> None:
        # a cell without a format gets a date format, as in Excel
        if not self._is_date(cell.NumberFormat):
            cell.NumberFormat = self.document.NumberFormats.getStandardFormat(_DATES, cell.CharLocale)

    def _compute(self, block: Any, col: int, row: int, formula: str, array: bool) -> None:
        cell = block.getCellByPosition(col, row)
        tokens = self._parser.parseFormula(formula, cell.CellAddress)
        if array:
            block.getCellRangeByPosition(col, row, col, row).setArrayTokens(tokens)
        else:
            cell.setTokens(tokens)

    def clear(self, area: Area) -> None:
        self._range(area).clearContents(1 | 2 | 4 | 16)  # numbers, dates, text, formulas

    def delete(self, area: Area) -> None:
        block, uno = self._range(area), _uno()
        block.Spreadsheet.removeRange(block.RangeAddress, uno.Enum("com.sun.star.sheet.CellDeleteMode", "UP"))
        self._forget()

    def dress(self, like: Area, area: Area) -> None:
        self._forget(area.sheet)
        if area.bottom > like.bottom:
            self._range(area).fillAuto(_uno().Enum("com.sun.star.sheet.FillDirection", "TO_BOTTOM"), like.shape[0])
            self.clear(area._replace(top=like.bottom + 1))

    def insert(self, area: Area) -> None:
        block, uno = self._range(area), _uno()
        block.Spreadsheet.insertCells(block.RangeAddress, uno.Enum("com.sun.star.sheet.CellInsertMode", "DOWN"))
        self._forget()

    def tables(self, sheet: str) -> list[str]:
        return [name for name, home in self._homes.items() if home == sheet]

    def table(self, name: str) -> Area:
        area = self._tables[name].DataArea
        return Area(self._homes[name], area.StartRow + 1, area.StartColumn + 1, area.EndRow + 1, area.EndColumn + 1)

    def add_table(self, name: str, area: Area) -> None:
        ranges = self.document.DatabaseRanges
        ranges.addNewByName(name, self._range(area).RangeAddress)
        self._tables[name], self._homes[name] = ranges.getByName(name), area.sheet

    def resize(self, name: str, area: Area) -> None:
        self._tables[name].setDataArea(self._range(area).RangeAddress)

    def totals(self, name: str) -> bool:
        return bool(self._tables[name].TotalsRow)

    def show_totals(self, name: str, shown: bool) -> None:
        self._tables[name].TotalsRow = shown

    def names(self) -> dict[str, str]:
        if not self._names:
            ranges = self.document.NamedRanges
            for name in ranges.ElementNames:
                if place := _REFERENCE.fullmatch(ranges.getByName(name).Content):
                    self._names[name] = f"='{place[1] or place[2]}'!{place[3]}"
        return dict(self._names)

    def add_sheet(self, name: str, at: int) -> None:
        self._forget()
        self.document.Sheets.insertNewByName(name, at)
        self._sheets.insert(at, name)

    def rename_sheet(self, name: str, new: str) -> None:
        self._forget()
        self.document.Sheets.getByName(name).Name = new
        self._sheets[self._sheets.index(name)] = new
        self._homes = {table: new if home == name else home for table, home in self._homes.items()}

    def delete_sheet(self, name: str) -> None:
        self._forget()
        self.document.Sheets.removeByName(name)
        self._sheets.remove(name)

    def used(self, sheet: str) -> tuple[int, int]:
        cursor = self._sheet(sheet).createCursor()
        cursor.gotoEndOfUsedArea(False)
        return cursor.RangeAddress.EndRow + 1, cursor.RangeAddress.EndColumn + 1

    def add_name(self, name: str, refers_to: str) -> None:
        self._forget()
        sheet, _, address = refers_to[1:].replace("$", "").rpartition("!")
        block = self._sheet(sheet.strip("'")).getCellRangeByName(address)
        self.document.NamedRanges.addNewByName(name, block.AbsoluteName, block.getCellByPosition(0, 0).CellAddress, 0)

    def delete_name(self, name: str) -> None:
        self._forget()
        self.document.NamedRanges.removeByName(name)

    def calculate(self) -> None:
        self.document.calculateAll()

    def save(self, path: Path) -> None:
        uno = _uno()
        self.document.storeToURL(path.resolve().as_uri(), (_property(uno, "FilterName", "Calc MS Excel 2007 XML"),))

    def close(self) -> None:
        self.document.close(True)


def _cells(ranges: Any) -> Iterator[tuple[int, int]]:
    for area in ranges.RangeAddresses:
        for row in range(area.StartRow, area.EndRow + 1):
            for col in range(area.StartColumn, area.EndColumn + 1):
                yield row, col


def _moment(serial: float) -> datetime:
    return _EPOCH + timedelta(milliseconds=round(serial * 86_400_000))


def _given(cell: Any) -> Any:
    if isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, date):
        moment = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
        return (moment - _EPOCH) / timedelta(days=1)
    if isinstance(cell, str):
        return cell[1:] if cell.startswith("'") else "" if cell.startswith("=") else cell
    return "" if cell is None else float(cell)


_NEW = count(1)


def _in_no_office(path: Path | None) -> CalcGrid:
    raise RuntimeError("start an Office first: open_in_calc does")


ENGINE = Engine("calc", _in_no_office)


def use(office: Office) -> None:
    """Make xlwings use workbooks in this LibreOffice."""
    ENGINE.open = lambda path: CalcGrid(office, path)
    if "calc" not in xw.engines.engines_by_name:
        xw.engines.add(xw.Engine(impl=ENGINE))
    xw.engines.active = xw.engines["calc"]


def open_in_calc(office: Office, path: Path) -> xw.Book:
    """Open a workbook in LibreOffice as the active one of xlwings."""
    use(office)
    return xw.Book(impl=Book(ENGINE.apps.running[0], CalcGrid(office, path)))
