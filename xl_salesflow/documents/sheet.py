"""Workbooks: a team's own .xlsx with Jinja tags in its cells, filled part by part, so that all else in it stays as it was.

    {{ buyer.account }}                       a cell; a figure alone in its cell is a number, in the cell's own format
    {% for line in lines %}{{ loop.index }} … {{ line.net }}{% endfor %}   one row, repeated
    {% if notes %} … {% endif %}              in rows of their own: the rows between are printed or not

Rows below move; formulas, merged cells, tables, conditional formats, dropdowns, names, pictures and charts follow them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Template
from lxml import etree

from xl_salesflow.documents.environment import environment
from xl_salesflow.documents.package import Parts, UnsoundTemplate, packed, parsed, unpacked
from xl_salesflow.documents.sheet_body import Body, Format
from xl_salesflow.documents.sheet_cells import text_of
from xl_salesflow.documents.sheet_parts import follow
from xl_salesflow.documents.sheet_rows import RowMap
from xl_salesflow.documents.sheet_source import Source, qualified, sheet_source

_RELATIONSHIPS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class SheetPart:
    """One worksheet of a template: its name, its part, and what its tags say."""

    name: str
    part: str
    source: Source


@dataclass(frozen=True)
class WorkbookTemplate:
    """A template made ready: every part, and the sheets with tags as Jinja templates."""

    name: str
    parts: Parts
    sheets: tuple[tuple[SheetPart, Template], ...]
    formats: tuple[Format, ...]
    shared: tuple[str, ...]

    def fill(self, context: Mapping[str, Any]) -> bytes:
        """Return the workbook; the same context gives the same bytes.

        Raises:
            jinja2.TemplateError: a field is not given, or a tag cannot be carried out.
        """
        bodies: dict[str, tuple[str, Body]] = {}
        maps: dict[str, RowMap] = {}
        for sheet, template in self.sheets:
            tree = parsed(self.parts[sheet.part], self.name)
            body = Body(tree, self.formats, self.shared)
            template.render({**context, "_row": body.row, "_cell": body.cell})
            bodies[sheet.part] = (sheet.name, body)
            maps[sheet.name.casefold()] = body.map
        changed: Parts = {}
        for part, (name, body) in bodies.items():
            body.print(maps, name)
            changed[part] = etree.tostring(body.sheet, xml_declaration=True, encoding="UTF-8", standalone=True)
        changed = follow({**self.parts, **changed}, {part: name for part, (name, _) in bodies.items()}, maps, self.name)
        return packed(changed)


@lru_cache(maxsize=32)
def workbook_template(content: bytes, name: str) -> WorkbookTemplate:
    """Return the .xlsx *content* made ready.

    Raises:
        UnsoundTemplate: it is no workbook.
        jinja2.TemplateSyntaxError: a tag is not well formed.
    """
    parts = unpacked(content, name)
    shared, sheets = sheet_sources(parts, name)
    made = tuple((sheet, environment("xlsx").from_string(sheet.source.text)) for sheet in sheets)
    return WorkbookTemplate(name, parts, made, _formats(parts, name), tuple(shared))


def sheet_sources(parts: Parts, name: str) -> tuple[list[str], list[SheetPart]]:
    """Return the shared texts of a workbook and its sheets with tags."""
    if "xl/workbook.xml" not in parts:
        why = (
            "is no Excel workbook (.xlsx); save it as one in Excel",
            "不是 Excel 工作簿（.xlsx）；请在 Excel 中另存为该格式",
        )
        raise UnsoundTemplate(name, why)
    shared = _shared(parts, name)
    found = []
    for title, part in _worksheets(parts, name):
        tree = parsed(parts[part], name)
        texts = {cell.get("r", ""): text_of(cell, shared) for cell in tree.iter(qualified("c"))}
        if any("{{" in text or "{%" in text for text in texts.values()):
            found.append(SheetPart(title, part, sheet_source(list(tree.iter(qualified("row"))), texts)))
    return shared, found


def _worksheets(parts: Parts, name: str) -> Iterator[tuple[str, str]]:
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join("xl", relation.get("Target", ""))).removeprefix("/")
        for relation in parsed(parts["xl/_rels/workbook.xml.rels"], name)
    }
    for sheet in parsed(parts["xl/workbook.xml"], name).iter(qualified("sheet")):
        part = targets.get(sheet.get(_RELATIONSHIPS), "")
        if part in parts and part.startswith("xl/worksheets/"):
            yield sheet.get("name", ""), part


def _shared(parts: Parts, name: str) -> list[str]:
    if "xl/sharedStrings.xml" not in parts:
        return []
    items = parsed(parts["xl/sharedStrings.xml"], name).iter(qualified("si"))
    return ["".join(t.text or "" for t in _said(item)) for item in items]


def _said(item: etree._Element) -> Iterator[etree._Element]:
    # text stands in the item or in its runs; phonetic guides (rPh) stand beside it and are not part of it
    yield from item.findall(qualified("t"))
    for run in item.findall(qualified("r")):
        yield from run.findall(qualified("t"))


def _formats(parts: Parts, name: str) -> tuple[Format, ...]:
    if "xl/styles.xml" not in parts:
        return ()
    formats = parsed(parts["xl/styles.xml"], name).find(qualified("cellXfs"))
    return tuple(
        Format(general=xf.get("numFmtId", "0") in ("0", "49"), wraps=_wraps(xf))
        for xf in (formats if formats is not None else ())
    )


def _wraps(xf: etree._Element) -> bool:
    alignment = xf.find(qualified("alignment"))
    return alignment is not None and alignment.get("wrapText") in ("1", "true")
