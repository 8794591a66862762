"""Copy sheets from one workbook to another, and rename sheets together with all references to them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from copy import deepcopy

from lxml import etree

from xl_salesflow.ooxml.excel_notation import quote_sheet_name, split_sheet_reference, unquote_sheet_name
from xl_salesflow.ooxml.package_draft import BorrowedStyles, PackageDraft
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.ooxml.workbook_parts import (
    child_elements,
    find_main_part,
    integer_attribute,
    local_attribute,
    local_name,
    read_relationships,
)

_OFFICE_RELATIONSHIPS_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLED_ELEMENTS = {"c": "s", "row": "s", "col": "style"}
_DIFFERENTIAL_FORMAT_ATTRIBUTE = re.compile(r"dxfId|\w+DxfId")
_ELEMENTS_AFTER_SHEETS = ("functionGroups", "externalReferences")


class SheetGraft:
    """Copies sheets of *source*, whose texts are inline, to *into*; the source is only read."""

    def __init__(self, into: PackageDraft, source: PackageDraft) -> None:
        self._into, self._source = into, source
        self._workbook, self._from = find_main_part(into.package), find_main_part(source.package)
        self.styles = BorrowedStyles(_styles_of(into, self._workbook), _styles_of(source, self._from))
        self._copies: dict[str, str] = {}

    def sheet(self, name: str) -> None:
        """Copy a sheet to the end, with the defined names that refer to it and do not exist yet."""
        listed = list(child_elements(self._source.tree(self._from), "sheets", "sheet"))
        element = next(one for one in listed if one.get("name") == name)
        link = next(
            r for r in read_relationships(self._source.package, self._from) if r.id == local_attribute(element, "id")
        )
        part = self._copied(link.target)
        kind = next(r.get("Type") or "" for r in self._source.relationships(self._from) if r.get("Id") == link.id)
        relation_id = self._into.relate(self._workbook, kind, part)
        sheets = next(child_elements(self._into.tree(self._workbook), "sheets"))
        new = etree.SubElement(sheets, self._tag("sheet"), name=name)
        new.set(
            "sheetId",
            str(
                max(integer_attribute(one, "sheetId") for one in sheets if local_name(one)) + 1
                if len(sheets) > 1
                else 1
            ),
        )
        if element.get("state"):
            new.set("state", element.get("state") or "")
        new.set(f"{{{_OFFICE_RELATIONSHIPS_NAMESPACE}}}id", relation_id)
        self._names_of(name, listed.index(element), len(sheets) - 1)

    def body(self, name: str, part: str) -> None:
        """Replace the sheet in *part* by the sheet *name* of the source, which must not have tables, charts and the like."""
        listed = child_elements(self._source.tree(self._from), "sheets", "sheet")
        relation_id = next(local_attribute(one, "id") for one in listed if one.get("name") == name)
        root = deepcopy(
            self._source.tree(
                next(r.target for r in read_relationships(self._source.package, self._from) if r.id == relation_id)
            )
        )
        self._fit(root)
        self._into.add(part, root, self._into.content_type(part))

    def name(self, name: str, text: str, sheet: int | None = None) -> None:
        """Define a name."""
        root = self._into.tree(self._workbook)
        names = next(child_elements(root, "definedNames"), None)
        if names is None:
            before = [one for one in root if local_name(one) in ("sheets", *_ELEMENTS_AFTER_SHEETS)]
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
        """Remove a name of the whole workbook."""
        for names in child_elements(self._into.tree(self._workbook), "definedNames"):
            for old in [one for one in names if one.get("name") == name and one.get("localSheetId") is None]:
                names.remove(old)

    def _tag(self, name: str) -> str:
        return f"{{{etree.QName(self._into.tree(self._workbook)).namespace}}}{name}"

    def _names_of(self, sheet: str, number_there: int, number_here: int) -> None:
        there = {
            (one.get("name") or "").casefold()
            for one in child_elements(self._into.tree(self._workbook), "definedNames", "definedName")
            if "#REF!" not in (one.text or "")
        }
        for one in child_elements(self._source.tree(self._from), "definedNames", "definedName"):
            name, text = one.get("name") or "", one.text or ""
            if one.get("localSheetId") == str(number_there):
                self.name(name, text, number_here)
            elif (
                one.get("localSheetId") is None
                and name.casefold() not in there
                and unquote_sheet_name(split_sheet_reference(text)[0]) == sheet
            ):
                self.name(name, text)

    def _copied(self, part: str) -> str:
        """Copy a part with all parts that it refers to, and return its new name."""
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
        for relation in read_relationships(self._source.package, part):
            self._into.relate(new, types[relation.id], self._copied(relation.target), relation.id)
        return new

    def _fit(self, root: etree._Element) -> None:
        """Adapt a copied part to its new workbook: formats and the numbers of tables."""
        if local_name(root) == "worksheet":
            for element in root.iter("{*}c", "{*}row", "{*}col"):
                attribute = _STYLED_ELEMENTS[local_name(element)]
                if element.get(attribute):
                    element.set(attribute, str(self.styles.cell(integer_attribute(element, attribute))))
        if local_name(root) == "table":
            root.set("id", str(self._highest_table() + 1))
        if local_name(root) in ("worksheet", "table"):
            for element in root.iter("{*}cfRule", "{*}table", "{*}tableColumn"):
                for attribute in filter(_DIFFERENTIAL_FORMAT_ATTRIBUTE.fullmatch, map(str, list(element.attrib))):
                    element.set(attribute, str(self.styles.differential(integer_attribute(element, attribute))))

    def _highest_table(self) -> int:
        tables = [name for name in self._into.parts if posixpath.basename(posixpath.dirname(name)).lower() == "tables"]
        return max(
            (integer_attribute(self._into.tree(name), "id") for name in tables if name.lower().endswith(".xml")),
            default=0,
        )


_STYLES_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_NO_STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf/></cellXfs></styleSheet>'
)
"""What Excel takes for granted in a workbook without styles."""


def _styles_of(draft: PackageDraft, main: str) -> etree._Element:
    """Return the styles of a workbook; they are added if it has none, which is legal."""
    for relation in read_relationships(draft.package, main):
        if relation.kind == "styles" and draft.package.find(relation.target):
            return draft.tree(relation.target)
    part = draft.unused(posixpath.join(posixpath.dirname(main), "styles.xml"))
    draft.add(part, etree.fromstring(_NO_STYLES), _STYLES_CONTENT_TYPE)
    draft.relate(main, f"{_OFFICE_RELATIONSHIPS_NAMESPACE}/styles", part)
    return draft.tree(part)


_TITLED_ELEMENTS = {"f", "formula", "formula1", "formula2", "definedName", "sqref"}
_BARE_SHEET_MENTION = r"(?<![\w'.\]\)]){title}!"


def rename_sheets(workbook: Workbook, titles: Mapping[str, str]) -> Workbook:
    """Return *workbook* with sheets renamed (old title → new title).

    Texts in cells and strings in formulas are not changed.
    """
    if not titles:
        return workbook
    draft = PackageDraft(workbook.package)
    for element in child_elements(draft.tree(find_main_part(draft.package)), "sheets", "sheet"):
        element.set("name", titles.get(element.get("name") or "", element.get("name") or ""))
    rename = _SheetRenaming(titles)
    for part in draft.parts:
        if part.startswith("xl/") and part.endswith(".xml"):
            rename.part(draft.tree(part))
    return Workbook(workbook.path, draft.to_bytes())


class _SheetRenaming:
    """Replaces ``Title!`` and ``'Title'!``, in any case, outside of strings."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        forms = {}
        for old, new in titles.items():
            quoted = f"{quote_sheet_name(new)}!"
            forms[f"{quote_sheet_name(old)}!".casefold()] = quoted
            forms[f"{old}!".casefold()] = quoted
        self._forms = forms
        found = "|".join(
            re.escape(form) if form.startswith("'") else _BARE_SHEET_MENTION.format(title=re.escape(form[:-1]))
            for form in forms
        )
        self._mention = re.compile(rf'("(?:[^"]|"")*")|({found})', re.IGNORECASE)

    def part(self, root: etree._Element) -> None:
        """Rename references in one part, in place."""
        for element in root.iter():
            if local_name(element) in _TITLED_ELEMENTS and element.text:
                element.text = self._text(element.text)
            if local_name(element) == "hyperlink" and element.get("location"):
                element.set("location", self._text(element.get("location") or ""))

    def _text(self, formula: str) -> str:
        return self._mention.sub(lambda found: found[1] or self._forms.get(found[2].casefold(), found[2]), formula)
