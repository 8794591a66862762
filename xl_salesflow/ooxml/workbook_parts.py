"""The small parts of a workbook: relationships, sheets, defined names, tables."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Generic, TypeVar
from urllib.parse import unquote as percent_decode

from lxml import etree

from xl_salesflow.errors import NotAWorkbook
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.cell_contents import unescape_cell_text
from xl_salesflow.ooxml.cell_references import Area
from xl_salesflow.ooxml.excel_notation import split_sheet_reference, unquote_sheet_name
from xl_salesflow.ooxml.opc_package import Package, repairable_workbook_error
from xl_salesflow.ooxml.part_memory import PartMemory
from xl_salesflow.ooxml.sheet_stream import SheetStream

V = TypeVar("V")
_SHEET_PROTECTION = re.compile(rb'<(?:[\w.-]+:)?sheetProtection\b[^<>]*\bsheet="(?:1|true|on)"')
_TOO_MANY_DIGITS = 10  # more digits than any number in a workbook has
STRICT_NAMESPACE = "http://purl.oclc.org/ooxml/"


class CaseInsensitiveMapping(Mapping[str, V], Generic[V]):
    """A mapping that ignores case, as Excel does with the names of sheets and tables."""

    def __init__(self, items: Mapping[str, V]) -> None:
        self._items = dict(items)
        self._folded = {name.casefold(): value for name, value in items.items()}

    def __getitem__(self, name: str) -> V:
        try:
            return self._folded[name.casefold()]
        except KeyError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship from one part to another, or to something outside the package."""

    id: str
    kind: str  # the last step of its type: worksheet, table, styles…
    target: str  # a part's name as spelled in the zip, or the written target if there is no such part


@dataclass(frozen=True)
class Worksheet:
    """A worksheet: the name of its tab and the part with its cells."""

    name: str
    part: str
    state: str  # visible, hidden or veryHidden
    _package: Package = field(repr=False, compare=False)

    @cached_property
    def protected(self) -> bool:
        """Return whether the sheet is protected; this reads it to its end."""
        stream = SheetStream(self._package, self.part)
        for _ in stream.blocks():
            pass
        return _SHEET_PROTECTION.search(stream.tail) is not None


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A defined name that refers to a cell or a rectangle."""

    name: str
    sheet: str
    row: int
    col: int
    last_row: int
    last_col: int


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace; empty for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def child_elements(element: etree._Element, *path: str) -> Iterator[etree._Element]:
    """Descend by local names, whatever the namespace, transitional or Strict."""
    if not path:
        yield element
        return
    for child in element:
        if local_name(child) == path[0]:
            yield from child_elements(child, *path[1:])


def local_attribute(element: etree._Element, name: str) -> str | None:
    """Return an attribute by its local name."""
    for key, value in element.attrib.items():
        if etree.QName(str(key)).localname == name:
            return str(value)
    return None


def integer_attribute(element: etree._Element, name: str, default: int = 0) -> int:
    """Return an attribute that is a number of zero or more."""
    text = element.get(name) or ""
    return int(text) if text.isdecimal() and len(text) < _TOO_MANY_DIGITS else default


def boolean_attribute(element: etree._Element, name: str) -> bool:
    """Return an attribute that is on or off."""
    return (element.get(name) or "0") in ("1", "true", "on")


def read_relationships(package: Package, part: str) -> list[Relationship]:
    """Read a part's relationships; none if it has no relationships part."""
    folder, file = posixpath.split(part)
    found = package.find(posixpath.join(folder, "_rels", f"{file}.rels"))
    if found is None:
        return []
    result = []
    for element in package.parse(found):
        if local_name(element) == "Relationship" and element.get("TargetMode") != "External":
            target = element.get("Target") or ""
            name = posixpath.normpath(posixpath.join("/", folder, percent_decode(target.replace("\\", "/"))))
            kind = (element.get("Type") or "").rsplit("/", 1)[-1]
            result.append(Relationship(element.get("Id") or "", kind, package.find(name) or name.lstrip("/")))
    return result


def find_parts_of_kinds(package: Package, *kinds: str) -> list[tuple[str, str]]:
    """Find every part reachable from the workbook by relationships of these kinds, each with its kind."""
    found: list[tuple[str, str]] = []
    seen, waiting = {""}, [""]
    while waiting:
        for relation in read_relationships(package, waiting.pop()):
            if relation.target not in seen and package.find(relation.target):
                seen.add(relation.target)
                waiting.append(relation.target)
                if relation.kind in kinds:
                    found.append((relation.kind, relation.target))
    return sorted(found)


def find_main_part(package: Package) -> str:
    """Find the workbook part; refuses Word files, .xlsb and packages without one."""
    target = next((r.target for r in read_relationships(package, "") if r.kind == "officeDocument"), None)
    found = package.find(target) if target else None
    if found is None:
        why = Text("is a zip file but not an Excel workbook; check the file's name")
        raise NotAWorkbook(package.path, why)
    if found.endswith(".bin"):
        why = Text("is a binary workbook (.xlsb); save it as .xlsx or .xlsm in Excel")
        raise NotAWorkbook(package.path, why)
    return found


class WorkbookPart:
    """The workbook part: sheets, names, date system."""

    def __init__(self, package: Package) -> None:
        self.part = find_main_part(package)
        root = package.parse(self.part)
        if local_name(root) != "workbook":
            why = Text("is an Office file but not an Excel workbook; check the file's name")
            raise NotAWorkbook(package.path, why)
        self.strict = (etree.QName(root).namespace or "").startswith(STRICT_NAMESPACE)
        self.relationships = [r for r in read_relationships(package, self.part) if package.find(r.target)]
        self.date1904 = any(boolean_attribute(element, "date1904") for element in child_elements(root, "workbookPr"))
        self.sheets: CaseInsensitiveMapping[Worksheet] = CaseInsensitiveMapping(
            {sheet.name: sheet for sheet in self._read_sheets(package, root)}
        )
        self.names: CaseInsensitiveMapping[DefinedName] = CaseInsensitiveMapping(dict(self._read_names(root)))
        named = [(e.get("name") or "", e.text or "") for e in child_elements(root, "definedNames", "definedName")]
        counted = Counter(name.casefold() for name, _ in named)
        self.repeated_names = frozenset(name for name, count in counted.items() if count > 1)
        self.texts = CaseInsensitiveMapping({n: text for n, text in named if n.casefold() not in self.repeated_names})
        """The text of each name, without those that sheets define differently."""

    def target(self, kind: str) -> str | None:
        """Return the part that a relationship of this kind leads to."""
        return next((r.target for r in self.relationships if r.kind == kind), None)

    def _read_sheets(self, package: Package, root: etree._Element) -> Iterator[Worksheet]:
        targets = {r.id: r for r in self.relationships}
        for element in child_elements(root, "sheets", "sheet"):
            relation = targets.get(local_attribute(element, "id") or "")
            if relation and relation.kind == "worksheet":
                yield Worksheet(element.get("name") or "", relation.target, element.get("state") or "visible", package)

    def _read_names(self, root: etree._Element) -> Iterator[tuple[str, DefinedName]]:
        for element in sorted(
            child_elements(root, "definedNames", "definedName"), key=lambda e: e.get("localSheetId") is None
        ):
            name, (quoted, cells) = element.get("name") or "", split_sheet_reference(element.text or "")
            sheet = self.sheets.get(unquote_sheet_name(quoted))
            if sheet is None:
                continue
            area = Area.find(cells)
            if area is not None:
                yield name, DefinedName(name, sheet.name, *area)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A table's column: its header and, if it is calculated, its formula."""

    name: str
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class ExcelTable:
    """A table on a sheet; rows and columns count from 1, the body is from first_row to last_row."""

    name: str
    sheet: str
    part: str
    header_row: int | None
    first_row: int
    last_row: int
    first_col: int
    last_col: int
    columns: tuple[TableColumn, ...]
    has_totals: bool = False

    @property
    def area(self) -> Area:
        """Return the whole table, including header and totals."""
        return Area(self.header_row or self.first_row, self.first_col, self.last_row + self.has_totals, self.last_col)

    @property
    def body(self) -> Area:
        """Return the rows between header and totals."""
        return Area(self.first_row, self.first_col, self.last_row, self.last_col)

    @property
    def headers(self) -> tuple[str, ...]:
        """Return the names of the columns in order."""
        return tuple(column.name for column in self.columns)

    def column(self, header: str) -> int:
        """Return the sheet column with a header; raises KeyError."""
        wanted = header.casefold()
        for offset, column in enumerate(self.columns):
            if column.name.casefold() == wanted:
                return self.first_col + offset
        raise KeyError(header)


_TABLE_PARTS: PartMemory[ExcelTable] = PartMemory()


def read_sheet_tables(package: Package, sheet: Worksheet) -> Iterator[ExcelTable]:
    """Read the tables of a sheet, without touching the sheet itself."""
    for relation in read_relationships(package, sheet.part):
        if relation.kind == "table" and package.find(relation.target):
            part = relation.target
            yield _TABLE_PARTS.recall(
                package, [part], (sheet.name, part), partial(_read_table_part, package, sheet, part)
            )


def _read_table_part(package: Package, sheet: Worksheet, part: str) -> ExcelTable:
    root = package.parse(part)
    name = root.get("displayName") or root.get("name") or ""
    area, headers, totals = (
        Area.find(root.get("ref") or ""),
        integer_attribute(root, "headerRowCount", 1),
        integer_attribute(root, "totalsRowCount"),
    )
    columns = tuple(
        TableColumn(
            unescape_cell_text((column.get("name") or "").encode("utf-8", "surrogatepass").replace(b"&", b"&amp;")),
            next((f.text for f in child_elements(column, "calculatedColumnFormula")), None),
        )
        for column in child_elements(root, "tableColumns", "tableColumn")
    )
    if area is None or len(columns) != area.last_col - area.first_col + 1 or area.last_row - totals < area.first_row:
        raise repairable_workbook_error(package.path, "has a table {name} that does not fit its place", name=name)
    first = area.first_row + headers
    header_row = area.first_row if headers else None
    return ExcelTable(
        name,
        sheet.name,
        part,
        header_row,
        first,
        area.last_row - totals,
        area.first_col,
        area.last_col,
        columns,
        totals > 0,
    )
