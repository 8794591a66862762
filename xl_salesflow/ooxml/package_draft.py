"""Draft changes to small parts: XML trees, new parts, relationships, content types, borrowed styles.

Cell formats can be copied from one workbook to another, each once.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterable
from copy import deepcopy

from lxml import etree

from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.workbook_parts import child_elements, integer_attribute, local_name
from xl_salesflow.ooxml.zip_archive import DeflatedPart, deflate_chunks

_RELATIONSHIPS_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT_TYPES_PART = "[Content_Types].xml"


class PackageDraft:
    """Collects changed parts; parts that are not requested are not changed."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._trees: dict[str, etree._Element] = {}
        self._as_read: dict[str, bytes] = {}
        self._raw: dict[str, DeflatedPart | None] = {}

    @property
    def parts(self) -> list[str]:
        """Return the names of all parts, including new ones."""
        return [*dict.fromkeys((*self.package.names, *self._trees, *self._raw))]

    def tree(self, part: str) -> etree._Element:
        """Return a part as a tree that may be changed in place."""
        if part not in self._trees:
            self._trees[part] = self.package.parse(part)
            self._as_read[part] = etree.tostring(self._trees[part])
        return self._trees[part]

    def add(self, part: str, root: etree._Element, content_type: str) -> None:
        """Add a part."""
        self._trees[part] = root
        self._declare(part, content_type)

    def add_bytes(self, part: str, data: bytes, content_type: str) -> None:
        """Add a part that is not XML."""
        self.replace(part, [data])
        self._declare(part, content_type)

    def replace(self, part: str, pieces: Iterable[bytes]) -> None:
        """Replace the bytes of a part."""
        self._raw[part] = deflate_chunks(iter(pieces))

    def unused(self, like: str) -> str:
        """Return an unused name for a part like another: xl/tables/table7.xml."""
        stem, ending = re.match(r"(.*?)[0-9]*(\.\w+)$", like).groups()  # type: ignore[union-attr]
        taken = {name.lower() for name in self.parts}
        return next(name for n in range(1, 100_000) if (name := f"{stem}{n}{ending}").lower() not in taken)

    def relationships(self, part: str) -> etree._Element:
        """Return the relationships of a part; they are created if there are none."""
        folder, file = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{file}.rels")
        found = self.package.find(name)
        if found or name in self._trees:
            return self.tree(found or name)
        self._trees[name] = etree.fromstring(f'<Relationships xmlns="{_RELATIONSHIPS_NAMESPACE}"/>')
        return self._trees[name]

    def relate(self, part: str, kind: str, target: str, relation_id: str = "") -> str:
        """Add a relationship from a part to another and return its id."""
        root = self.relationships(part)
        taken = {element.get("Id") for element in root}
        relation_id = relation_id or next(new for n in range(1, 100_000) if (new := f"rId{n}") not in taken)
        tag = f"{{{etree.QName(root).namespace}}}Relationship"
        etree.SubElement(root, tag, Id=relation_id, Type=kind, Target=f"/{target}")
        return relation_id

    def content_type(self, part: str) -> str:
        """Return the content type of a part of this package."""
        ending = part.rpartition(".")[2].lower()
        default = ""
        for element in self.tree(_CONTENT_TYPES_PART):
            if (element.get("PartName") or "").lower() == f"/{part}".lower():
                return element.get("ContentType") or ""
            if local_name(element) == "Default" and (element.get("Extension") or "").lower() == ending:
                default = element.get("ContentType") or ""
        return default

    def _declare(self, part: str, content_type: str) -> None:
        if self.content_type(part) != content_type:
            root = self.tree(_CONTENT_TYPES_PART)
            tag = f"{{{etree.QName(root).namespace}}}Override"
            etree.SubElement(root, tag, PartName=f"/{part}", ContentType=content_type)

    def to_bytes(self) -> bytes:
        """Return the package with the changes."""
        written = {
            part: deflate_chunks([etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)])
            for part, root in self._trees.items()
            if self._as_read.get(part) != etree.tostring(root)
        }
        out = io.BytesIO()
        self.package.with_parts({**written, **self._raw}).write(out)
        return out.getvalue()


_FIRST_CUSTOM_FORMAT = 164  # lower numbers are Excel's built-in formats
_STYLE_GROUP_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors", "extLst",
)  # fmt: skip


class BorrowedStyles:
    """Maps each format of *source* to its number in *into*; missing formats are added."""

    def __init__(self, into: etree._Element, source: etree._Element) -> None:
        self._into, self._source = into, source
        self._cells: dict[int, int] = {}
        self._formats: dict[int, int] = {}

    def cell(self, number: int) -> int:
        """Return the number of a cell format."""
        if number not in self._cells:
            xf = deepcopy(self._listed("cellXfs")[number])
            for attribute, group in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
                xf.set(attribute, str(self._added(group, self._listed(group)[integer_attribute(xf, attribute)])))
            xf.set("numFmtId", str(self._number_format(integer_attribute(xf, "numFmtId"))))
            xf.set("xfId", "0")
            self._cells[number] = self._added("cellXfs", xf)
        return self._cells[number]

    def differential(self, number: int) -> int:
        """Return the number of a format used by conditional formats and tables."""
        return self._added("dxfs", self._listed("dxfs")[number])

    def _listed(self, group: str) -> list[etree._Element]:
        return [element for found in child_elements(self._source, group) for element in found if local_name(element)]

    def _number_format(self, number: int) -> int:
        if number < _FIRST_CUSTOM_FORMAT:
            return number
        if number not in self._formats:
            code = next(
                f.get("formatCode") or "" for f in self._listed("numFmts") if integer_attribute(f, "numFmtId") == number
            )
            group = self._group("numFmts")
            known = {f.get("formatCode") or "": integer_attribute(f, "numFmtId") for f in group if local_name(f)}
            if code not in known:
                known[code] = max([_FIRST_CUSTOM_FORMAT - 1, *known.values()]) + 1
                self._append(group, etree.Element(self._tag("numFmt"), numFmtId=str(known[code]), formatCode=code))
            self._formats[number] = known[code]
        return self._formats[number]

    def _added(self, group: str, element: etree._Element) -> int:
        """Find an equal element in a group, or add it; return its number."""
        found = self._group(group)
        canonical, listed = _canonical_element(element), [one for one in found if local_name(one)]
        for number, one in enumerate(listed):
            if _canonical_element(one) == canonical:
                return number
        self._append(found, deepcopy(element))
        return len(listed)

    def _group(self, name: str) -> etree._Element:
        found = next(child_elements(self._into, name), None)
        if found is None:
            after = [
                child
                for child in self._into
                if local_name(child) in _STYLE_GROUP_ORDER[: _STYLE_GROUP_ORDER.index(name)]
            ]
            found = etree.Element(self._tag(name))
            self._into.insert(self._into.index(after[-1]) + 1 if after else 0, found)
        return found

    def _tag(self, name: str) -> str:
        return f"{{{etree.QName(self._into).namespace}}}{name}"

    def _append(self, group: etree._Element, element: etree._Element) -> None:
        _move_to_namespace(element, etree.QName(self._into).namespace or "")
        group.append(element)
        group.set("count", str(sum(1 for one in group if local_name(one))))


def _canonical_element(element: etree._Element) -> tuple[object, ...]:
    """Return an element without its namespace, so that Strict and transitional ones compare equal."""
    inside = tuple(_canonical_element(child) for child in element if local_name(child))
    return local_name(element), tuple(sorted(map(tuple, element.attrib.items()))), inside


def _move_to_namespace(element: etree._Element, namespace: str) -> None:
    for one in element.iter():
        if local_name(one):
            one.tag = f"{{{namespace}}}{local_name(one)}"
