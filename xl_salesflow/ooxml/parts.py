"""The small parts that say where everything is: content types, relationships, the workbook."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar
from urllib.parse import unquote as percent_decode

from lxml import etree

from xl_salesflow.errors import NotAWorkbook
from xl_salesflow.ooxml.package import Package
from xl_salesflow.ooxml.refs import Area, unquote
from xl_salesflow.ooxml.sheet_scan import SheetStream

V = TypeVar("V")
_PROTECTED = re.compile(rb'<(?:[\w.-]+:)?sheetProtection\b[^>]*\bsheet="(?:1|true|on)"')
_MANY_DIGITS = 10  # no number in a workbook has as many; Python refuses to read thousands
STRICT = "http://purl.oclc.org/ooxml/"


class ByName(Mapping[str, V], Generic[V]):
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
    """A pointer from one part to another, or out of the package."""

    id: str
    kind: str  # the last step of its type: worksheet, table, styles…
    target: str  # a part's name as the zip spells it, or as written where there is no such part


@dataclass(frozen=True)
class Sheet:
    """A worksheet: its tab's name and where its cells are."""

    name: str
    part: str
    state: str  # visible, hidden or veryHidden
    _package: Package = field(repr=False, compare=False)

    @cached_property
    def protected(self) -> bool:
        """Whether Excel keeps people from changing it; found by reading the sheet to its end."""
        stream = SheetStream(self._package, self.part)
        for _ in stream.blocks():
            pass
        return _PROTECTED.search(stream.tail) is not None


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A defined name that points at a cell or a rectangle."""

    name: str
    sheet: str
    row: int
    col: int
    last_row: int
    last_col: int


def local(element: etree._Element) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: etree._Element, *path: str) -> Iterator[etree._Element]:
    """Walk down by local names, whatever the namespace: transitional and Strict alike."""
    if not path:
        yield element
        return
    for child in element:
        if local(child) == path[0]:
            yield from children(child, *path[1:])


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name."""
    for key, value in element.attrib.items():
        if etree.QName(str(key)).localname == name:
            return str(value)
    return None


def whole(element: etree._Element, name: str, default: int = 0) -> int:
    """An attribute that is a number of zero or more."""
    text = element.get(name) or ""
    return int(text) if text.isdecimal() and len(text) < _MANY_DIGITS else default


def flag(element: etree._Element, name: str) -> bool:
    """An attribute that is on or off."""
    return (element.get(name) or "0") in ("1", "true", "on")


def relationships(package: Package, part: str) -> list[Relationship]:
    """Read a part's relationships; none when it has no such file."""
    folder, file = posixpath.split(part)
    found = package.find(posixpath.join(folder, "_rels", f"{file}.rels"))
    if found is None:
        return []
    result = []
    for element in package.parse(found):
        if local(element) == "Relationship" and element.get("TargetMode") != "External":
            target = element.get("Target") or ""
            name = posixpath.normpath(posixpath.join("/", folder, percent_decode(target.replace("\\", "/"))))
            kind = (element.get("Type") or "").rsplit("/", 1)[-1]
            result.append(Relationship(element.get("Id") or "", kind, package.find(name) or name.lstrip("/")))
    return result


def main_part(package: Package) -> str:
    """Find the workbook part; refuses Word files, .xlsb and packages without one."""
    target = next((r.target for r in relationships(package, "") if r.kind == "officeDocument"), None)
    found = package.find(target) if target else None
    if found is None:
        why = (
            "is a zip file but no Excel workbook; check the file's name",
            "是压缩文件而不是 Excel 工作簿；请检查文件名",
        )
        raise NotAWorkbook(package.path, why)
    if found.endswith(".bin"):
        why = (
            "is a binary workbook (.xlsb); save it as .xlsx or .xlsm in Excel",
            "是二进制工作簿（.xlsb）；请在 Excel 中另存为 .xlsx 或 .xlsm",
        )
        raise NotAWorkbook(package.path, why)
    return found


class WorkbookPart:
    """The workbook part: sheets, names, date system."""

    def __init__(self, package: Package) -> None:
        self.part = main_part(package)
        root = package.parse(self.part)
        if local(root) != "workbook":
            why = (
                "is an Office file but no Excel workbook; check the file's name",
                "是 Office 文件但不是 Excel 工作簿；请检查文件名",
            )
            raise NotAWorkbook(package.path, why)
        self.strict = (etree.QName(root).namespace or "").startswith(STRICT)
        self.relationships = [r for r in relationships(package, self.part) if package.find(r.target)]
        self.date1904 = any(flag(element, "date1904") for element in children(root, "workbookPr"))
        self.sheets: ByName[Sheet] = ByName({sheet.name: sheet for sheet in self._read_sheets(package, root)})
        self.names: ByName[DefinedName] = ByName(dict(self._read_names(root)))
        self.texts = self._read_texts(root)

    @staticmethod
    def _read_texts(root: etree._Element) -> ByName[str]:
        """What each name stands for, as it is written; names that sheets use for several things are left out."""
        named = [(e.get("name") or "", e.text or "") for e in children(root, "definedNames", "definedName")]
        counted = Counter(name.casefold() for name, _ in named)
        return ByName({name: text for name, text in named if counted[name.casefold()] == 1})

    def target(self, kind: str) -> str | None:
        """The part a relationship of this kind leads to."""
        return next((r.target for r in self.relationships if r.kind == kind), None)

    def _read_sheets(self, package: Package, root: etree._Element) -> Iterator[Sheet]:
        targets = {r.id: r for r in self.relationships}
        for element in children(root, "sheets", "sheet"):
            relation = targets.get(attribute(element, "id") or "")
            if relation and relation.kind == "worksheet":
                yield Sheet(element.get("name") or "", relation.target, element.get("state") or "visible", package)

    def _read_names(self, root: etree._Element) -> Iterator[tuple[str, DefinedName]]:
        for element in sorted(
            children(root, "definedNames", "definedName"), key=lambda e: e.get("localSheetId") is None
        ):
            name, sheet_mark_ref = element.get("name") or "", (element.text or "").rpartition("!")
            sheet = self.sheets.get(unquote(sheet_mark_ref[0]))
            if sheet is None:
                continue
            area = Area.find(sheet_mark_ref[2])
            if area is not None:
                yield name, DefinedName(name, sheet.name, *area)
