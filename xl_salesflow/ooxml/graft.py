"""Whole sheets of one workbook taken over into another: cells, tables, charts, comments, names and looks."""

from __future__ import annotations

import posixpath
import re
from copy import deepcopy

from lxml import etree

from xl_salesflow.ooxml.borrowed_styles import BorrowedStyles
from xl_salesflow.ooxml.draft import Draft
from xl_salesflow.ooxml.parts import attribute as attribute_of
from xl_salesflow.ooxml.parts import children, local, main_part, relationships, whole

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLED = {"c": "s", "row": "s", "col": "style"}
_DIFFERENTIAL = re.compile(r"dxfId|\w+DxfId")
_AFTER_SHEETS = ("functionGroups", "externalReferences")


class Graft:
    """Takes sheets of *source*, whose cells hold their texts themselves, over into *into*; the source is only read."""

    def __init__(self, into: Draft, source: Draft) -> None:
        self._into, self._source = into, source
        self._workbook, self._from = main_part(into.package), main_part(source.package)
        self.styles = BorrowedStyles(into.tree(self._styles(into)), source.tree(self._styles(source)))
        self._copies: dict[str, str] = {}

    @staticmethod
    def _styles(draft: Draft) -> str:
        main = main_part(draft.package)
        return next(r.target for r in relationships(draft.package, main) if r.kind == "styles")

    def sheet(self, name: str) -> None:
        """Take a sheet over, with the names that point to it and are not there yet; it comes last."""
        listed = list(children(self._source.tree(self._from), "sheets", "sheet"))
        element = next(one for one in listed if one.get("name") == name)
        link = next(r for r in relationships(self._source.package, self._from) if r.id == attribute_of(element, "id"))
        part = self._copied(link.target)
        kind = next(r.get("Type") or "" for r in self._source.relationships(self._from) if r.get("Id") == link.id)
        id = self._into.relate(self._workbook, kind, part)
        sheets = next(children(self._into.tree(self._workbook), "sheets"))
        new = etree.SubElement(sheets, self._tag("sheet"), name=name)
        new.set(
            "sheetId", str(max(whole(one, "sheetId") for one in sheets if local(one)) + 1 if len(sheets) > 1 else 1)
        )
        if element.get("state"):
            new.set("state", element.get("state") or "")
        new.set(f"{{{_OFFICE}}}id", id)
        self._names_of(name, listed.index(element), len(sheets) - 1)

    def body(self, name: str, part: str) -> None:
        """Write the sheet in *part* anew, as the sheet *name* is there; for a sheet without tables, charts and the like."""
        listed = children(self._source.tree(self._from), "sheets", "sheet")
        id = next(attribute_of(one, "id") for one in listed if one.get("name") == name)
        root = deepcopy(
            self._source.tree(next(r.target for r in relationships(self._source.package, self._from) if r.id == id))
        )
        self._fit(root)
        self._into.add(part, root, self._into.content_type(part))

    def name(self, name: str, text: str, sheet: int | None = None) -> None:
        """Define a name."""
        root = self._into.tree(self._workbook)
        names = next(children(root, "definedNames"), None)
        if names is None:
            before = [one for one in root if local(one) in ("sheets", *_AFTER_SHEETS)]
            names = etree.Element(self._tag("definedNames"))
            root.insert(root.index(before[-1]) + 1, names)
        for old in [one for one in names if (one.get("name") or "").casefold() == name.casefold()]:
            if old.get("localSheetId") == (None if sheet is None else str(sheet)):
                names.remove(old)
        new = etree.SubElement(names, self._tag("definedName"), name=name)
        if sheet is not None:
            new.set("localSheetId", str(sheet))
        new.text = text

    def unname(self, name: str) -> None:
        """Take a name of the whole workbook away."""
        names = next(children(self._into.tree(self._workbook), "definedNames"))
        for old in [one for one in names if one.get("name") == name and one.get("localSheetId") is None]:
            names.remove(old)

    def _tag(self, name: str) -> str:
        return f"{{{etree.QName(self._into.tree(self._workbook)).namespace}}}{name}"

    def _names_of(self, sheet: str, number_there: int, number_here: int) -> None:
        plain, quoted = f"{sheet}!", "'" + sheet.replace("'", "''") + "'!"
        there = {
            (one.get("name") or "").casefold()
            for one in children(self._into.tree(self._workbook), "definedNames", "definedName")
            if "#REF!" not in (one.text or "")
        }
        for one in children(self._source.tree(self._from), "definedNames", "definedName"):
            name, text = one.get("name") or "", one.text or ""
            if one.get("localSheetId") == str(number_there):
                self.name(name, text, number_here)
            elif one.get("localSheetId") is None and name.casefold() not in there and text.startswith((quoted, plain)):
                self.name(name, text)

    def _copied(self, part: str) -> str:
        """Copy a part and all that it points to; returns its new name."""
        if part in self._copies:
            return self._copies[part]
        new = self._copies[part] = self._into.unused(part)
        content_type = self._source.content_type(part)
        if part.endswith((".xml", ".vml")):
            root = deepcopy(self._source.tree(part))
            self._fit(root)
            self._into.add(new, root, content_type)
        else:
            self._into.add_bytes(new, self._source.package.read(part), content_type)
        types = {r.get("Id"): r.get("Type") or "" for r in self._source.relationships(part)}
        for relation in relationships(self._source.package, part):
            self._into.relate(new, types[relation.id], self._copied(relation.target), relation.id)
        return new

    def _fit(self, root: etree._Element) -> None:
        """Bring a copied part in line with the workbook it goes to: formats, texts, the numbers of tables."""
        if local(root) == "worksheet":
            for element in root.iter("{*}c", "{*}row", "{*}col"):
                attribute = _STYLED[local(element)]
                if element.get(attribute):
                    element.set(attribute, str(self.styles.cell(whole(element, attribute))))
        if local(root) == "table":
            root.set("id", str(self._highest_table() + 1))
        if local(root) in ("worksheet", "table"):
            for element in root.iter("{*}cfRule", "{*}table", "{*}tableColumn"):
                for attribute in filter(_DIFFERENTIAL.fullmatch, map(str, list(element.attrib))):
                    element.set(attribute, str(self.styles.differential(whole(element, attribute))))

    def _highest_table(self) -> int:
        tables = [name for name in self._into.parts if posixpath.basename(posixpath.dirname(name)).lower() == "tables"]
        return max((whole(self._into.tree(name), "id") for name in tables if name.lower().endswith(".xml")), default=0)
