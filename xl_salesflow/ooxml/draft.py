"""A package in the making: small parts as trees to change, parts to add, relationships and content types that follow."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterable

from lxml import etree

from xl_salesflow.ooxml.deflate import Deflated, deflate
from xl_salesflow.ooxml.package import Package
from xl_salesflow.ooxml.parts import local

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "[Content_Types].xml"


class Draft:
    """Collects whole parts; what is not asked for stays as the bytes it was."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._trees: dict[str, etree._Element] = {}
        self._as_read: dict[str, bytes] = {}
        self._raw: dict[str, Deflated | None] = {}

    @property
    def parts(self) -> list[str]:
        """The parts as they are and as they will be."""
        return [*dict.fromkeys((*self.package.names, *self._trees, *self._raw))]

    def tree(self, part: str) -> etree._Element:
        """A part to read and to change in place."""
        if part not in self._trees:
            self._trees[part] = self.package.parse(part)
            self._as_read[part] = etree.tostring(self._trees[part])
        return self._trees[part]

    def add(self, part: str, root: etree._Element, content_type: str) -> None:
        """Add a part."""
        self._trees[part] = root
        self._declare(part, content_type)

    def add_bytes(self, part: str, data: bytes, content_type: str) -> None:
        """Add a part that is no XML to change."""
        self.replace(part, [data])
        self._declare(part, content_type)

    def replace(self, part: str, pieces: Iterable[bytes]) -> None:
        """Write a part anew."""
        self._raw[part] = deflate(iter(pieces))

    def unused(self, like: str) -> str:
        """A name for a new part beside others of its kind: xl/tables/table7.xml."""
        stem, ending = re.match(r"(.*?)[0-9]*(\.\w+)$", like).groups()  # type: ignore[union-attr]
        taken = {name.lower() for name in self.parts}
        return next(name for n in range(1, 100_000) if (name := f"{stem}{n}{ending}").lower() not in taken)

    def relationships(self, part: str) -> etree._Element:
        """The relationships of a part, made when there are none."""
        folder, file = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{file}.rels")
        found = self.package.find(name)
        if found or name in self._trees:
            return self.tree(found or name)
        self._trees[name] = etree.fromstring(f'<Relationships xmlns="{_RELATIONSHIPS}"/>')
        return self._trees[name]

    def relate(self, part: str, kind: str, target: str, id: str = "") -> str:
        """Let a part point to another; returns the relationship's id."""
        root = self.relationships(part)
        taken = {element.get("Id") for element in root}
        id = id or next(new for n in range(1, 100_000) if (new := f"rId{n}") not in taken)
        tag = f"{{{etree.QName(root).namespace}}}Relationship"
        etree.SubElement(root, tag, Id=id, Type=kind, Target=f"/{target}")
        return id

    def content_type(self, part: str) -> str:
        """The content type of a part of this package."""
        ending = part.rpartition(".")[2].lower()
        default = ""
        for element in self.tree(_TYPES):
            if (element.get("PartName") or "").lower() == f"/{part}".lower():
                return element.get("ContentType") or ""
            if local(element) == "Default" and (element.get("Extension") or "").lower() == ending:
                default = element.get("ContentType") or ""
        return default

    def _declare(self, part: str, content_type: str) -> None:
        if self.content_type(part) != content_type:
            root = self.tree(_TYPES)
            tag = f"{{{etree.QName(root).namespace}}}Override"
            etree.SubElement(root, tag, PartName=f"/{part}", ContentType=content_type)

    def to_bytes(self) -> bytes:
        """Write the package."""
        written = {
            part: deflate([etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)])
            for part, root in self._trees.items()
            if self._as_read.get(part) != etree.tostring(root)
        }
        out = io.BytesIO()
        self.package.with_parts({**written, **self._raw}).write(out)
        return out.getvalue()
