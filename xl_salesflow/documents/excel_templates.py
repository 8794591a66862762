"""Fill a team's own .xlsx that holds Jinja tags in its cells; all else in it stays as it was.

    {{ buyer.account }}                       a cell; a figure alone in its cell is a number, in the cell's own format
    {% for line in lines %}{{ loop.index }} … {{ line.net }}{% endfor %}   one row, repeated
    {% if notes %} … {% endif %}              in rows of their own: the rows between are printed or not

Rows below shift; formulas, merged cells, tables, conditional formats, dropdowns, names, pictures and charts follow them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple

from jinja2 import Template
from lxml import etree

from xl_salesflow.documents.sheet_row_shifts import TemplateRowMap, follow_row_shifts, shift_formula_rows
from xl_salesflow.documents.sheet_tags import (
    SheetSource,
    build_sheet_source,
    fill_sheet_cell,
    sheet_element_name,
    template_cell_text,
    wrapped_text_height,
)
from xl_salesflow.documents.template_safety import (
    TemplateParts,
    UnsoundTemplate,
    jinja_environment,
    pack_document,
    parse_template_part,
    unpack_template,
)
from xl_salesflow.ooxml.cell_references import Area, column_letters, shift_formula

_USUAL_COLUMN_WIDTH = 8.43


class TemplateCellFormat(NamedTuple):
    """What matters of a cell's format: does it show a number as it is, does it wrap text?"""

    general: bool
    wraps: bool


class SheetBody:
    """One sheet: `row` and `cell` are called by the template, `print` then writes the rows."""

    def __init__(self, sheet: etree._Element, formats: Sequence[TemplateCellFormat], shared: Sequence[str]) -> None:
        self.sheet, self._formats = sheet, formats
        self._rows = {int(row.get("r", "0")): row for row in sheet.iter(sheet_element_name("row"))}
        self._printed: list[tuple[int, dict[str, Any]]] = []

    def row(self, number: int, count: int = 1) -> str:
        """Take note that *count* rows of the template from *number* on are printed."""
        self._printed += [(row, {}) for row in range(number, number + count)]
        return ""

    def cell(self, address: str, value: Any) -> str:
        """Take note of what a cell of that row holds."""
        if type(value).__name__ == "StrictUndefined":
            str(value)  # says which field is missing
        self._printed[-1][1][address] = value
        return ""

    @cached_property
    def map(self) -> TemplateRowMap:
        """Return where the rows went."""
        return TemplateRowMap(max(self._rows, default=0), [number for number, _ in self._printed])

    def print(self, maps: Mapping[str, TemplateRowMap], name: str) -> None:
        """Put the printed rows into the sheet."""
        data = self.sheet.find(sheet_element_name("sheetData"))
        assert data is not None
        alone = self._formulas()
        made = []
        for place, (number, values) in enumerate(self._printed, 1):
            if number not in self._rows:
                continue
            row = deepcopy(self._rows[number])
            row.set("r", str(place))
            tallest = 0.0
            for cell in row:
                address = cell.get("r", "")
                column = address.rstrip("0123456789")
                if address in values:
                    tallest = max(tallest, self._put(cell, address, values[address]))
                elif address in alone:
                    shift = partial(shift_formula_rows, maps=maps, home=name, row=number, place=place)
                    _rewrite_cell_formula(cell, alone[address], shift)
                cell.set("r", f"{column}{place}")
            if tallest and "ht" not in row.attrib:
                row.set("ht", f"{tallest:g}")
                row.set("customHeight", "1")
            made.append(row)
        data[:] = made

    def _put(self, cell: etree._Element, address: str, value: Any) -> float:
        """Write the value, and return the height it asks for: Excel sees to all but merged cells."""
        style = int(cell.get("s", "0"))
        format = self._formats[style] if style < len(self._formats) else TemplateCellFormat(True, False)
        fill_sheet_cell(cell, value, format.general)
        if address not in self._merged or not format.wraps or not isinstance(value, str):
            return 0.0
        area = self._merged[address]
        width = sum(
            self._widths.get(column, _USUAL_COLUMN_WIDTH) for column in range(area.first_col, area.last_col + 1)
        )
        return wrapped_text_height(value, width) if area.first_row == area.last_row else 0.0

    @cached_property
    def _merged(self) -> dict[str, Area]:
        areas = (Area.parse(cell.get("ref", "")) for cell in self.sheet.iter(sheet_element_name("mergeCell")))
        return {f"{column_letters(area.first_col)}{area.first_row}": area for area in areas}

    @cached_property
    def _widths(self) -> dict[int, float]:
        return {
            number: float(column.get("width", _USUAL_COLUMN_WIDTH))
            for column in self.sheet.iter(sheet_element_name("col"))
            for number in range(int(column.get("min", "1")), min(int(column.get("max", "1")), 200) + 1)
        }

    def _formulas(self) -> dict[str, str]:
        # shared formulas are written out: their cells go separate ways
        masters: dict[str, tuple[str, Area]] = {}
        found: dict[str, str] = {}
        for cell in self.sheet.iter(sheet_element_name("c")):
            formula, address = cell.find(sheet_element_name("f")), cell.get("r", "")
            if formula is None:
                continue
            text = formula.text or ""
            if formula.get("t") == "shared":
                here, id = Area.parse(address), formula.get("si", "")
                if text:
                    masters[id] = (text, here)
                elif id in masters:
                    master, there = masters[id]
                    text = shift_formula(master, here.first_row - there.first_row, here.first_col - there.first_col)
            if text:
                found[address] = text
        return found


def _rewrite_cell_formula(cell: etree._Element, formula: str, moved: Callable[[str], str]) -> None:
    # the value is for the reader's program to work out: it was that of the template
    element = cell.find(sheet_element_name("f"))
    assert element is not None
    if element.get("t") == "shared":
        element.attrib.clear()
    elif ref := element.get("ref"):
        element.set("ref", moved(ref))
    element.text = moved(formula)
    value = cell.find(sheet_element_name("v"))
    if value is not None:
        cell.remove(value)
    cell.attrib.pop("t", "")


_SHEET_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class TemplateSheet:
    """One worksheet of a template: its name, its part, and what its tags say."""

    name: str
    part: str
    source: SheetSource


@dataclass(frozen=True)
class ExcelTemplate:
    """A template made ready: every part, and the sheets with tags as Jinja templates."""

    name: str
    parts: TemplateParts
    sheets: tuple[tuple[TemplateSheet, Template], ...]
    formats: tuple[TemplateCellFormat, ...]
    shared: tuple[str, ...]

    def fill(self, context: Mapping[str, Any]) -> bytes:
        """Return the workbook; the same context gives the same bytes.

        Raises:
            jinja2.TemplateError: a field is not given, or a tag cannot be carried out.
        """
        bodies: dict[str, tuple[str, SheetBody]] = {}
        maps: dict[str, TemplateRowMap] = {}
        for sheet, template in self.sheets:
            tree = parse_template_part(self.parts[sheet.part], self.name)
            body = SheetBody(tree, self.formats, self.shared)
            template.render({**context, "_row": body.row, "_cell": body.cell})
            bodies[sheet.part] = (sheet.name, body)
            maps[sheet.name.casefold()] = body.map
        changed: TemplateParts = {}
        for part, (name, body) in bodies.items():
            body.print(maps, name)
            changed[part] = etree.tostring(body.sheet, xml_declaration=True, encoding="UTF-8", standalone=True)
        changed = follow_row_shifts(
            {**self.parts, **changed}, {part: name for part, (name, _) in bodies.items()}, maps, self.name
        )
        return pack_document(changed)


@lru_cache(maxsize=32)
def prepare_excel_template(content: bytes, name: str) -> ExcelTemplate:
    """Return the .xlsx *content* made ready.

    Raises:
        UnsoundTemplate: it is no workbook.
        jinja2.TemplateSyntaxError: a tag is not well formed.
    """
    parts = unpack_template(content, name)
    shared, sheets = read_template_sheets(parts, name)
    made = tuple((sheet, jinja_environment("xlsx").from_string(sheet.source.text)) for sheet in sheets)
    return ExcelTemplate(name, parts, made, _template_cell_formats(parts, name), tuple(shared))


def read_template_sheets(parts: TemplateParts, name: str) -> tuple[list[str], list[TemplateSheet]]:
    """Return the shared texts of a workbook and its sheets with tags."""
    if "xl/workbook.xml" not in parts:
        why = (
            "is no Excel workbook (.xlsx); save it as one in Excel",
            "不是 Excel 工作簿（.xlsx）；请在 Excel 中另存为该格式",
        )
        raise UnsoundTemplate(name, why)
    shared = _template_shared_strings(parts, name)
    found = []
    for title, part in _template_worksheets(parts, name):
        tree = parse_template_part(parts[part], name)
        texts = {cell.get("r", ""): template_cell_text(cell, shared) for cell in tree.iter(sheet_element_name("c"))}
        if any("{{" in text or "{%" in text for text in texts.values()):
            found.append(
                TemplateSheet(title, part, build_sheet_source(list(tree.iter(sheet_element_name("row"))), texts))
            )
    return shared, found


def _template_worksheets(parts: TemplateParts, name: str) -> Iterator[tuple[str, str]]:
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join("xl", relation.get("Target", ""))).removeprefix("/")
        for relation in parse_template_part(parts["xl/_rels/workbook.xml.rels"], name)
    }
    for sheet in parse_template_part(parts["xl/workbook.xml"], name).iter(sheet_element_name("sheet")):
        part = targets.get(sheet.get(_SHEET_RELATION_ID), "")
        if part in parts and part.startswith("xl/worksheets/"):
            yield sheet.get("name", ""), part


def _template_shared_strings(parts: TemplateParts, name: str) -> list[str]:
    if "xl/sharedStrings.xml" not in parts:
        return []
    items = parse_template_part(parts["xl/sharedStrings.xml"], name).iter(sheet_element_name("si"))
    return ["".join(t.text or "" for t in _shared_string_texts(item)) for item in items]


def _shared_string_texts(item: etree._Element) -> Iterator[etree._Element]:
    # text stands in the item or in its runs; phonetic guides (rPh) stand beside it and are not part of it
    yield from item.findall(sheet_element_name("t"))
    for run in item.findall(sheet_element_name("r")):
        yield from run.findall(sheet_element_name("t"))


def _template_cell_formats(parts: TemplateParts, name: str) -> tuple[TemplateCellFormat, ...]:
    if "xl/styles.xml" not in parts:
        return ()
    formats = parse_template_part(parts["xl/styles.xml"], name).find(sheet_element_name("cellXfs"))
    return tuple(
        TemplateCellFormat(general=xf.get("numFmtId", "0") in ("0", "49"), wraps=_has_wrapped_text(xf))
        for xf in (formats if formats is not None else ())
    )


def _has_wrapped_text(xf: etree._Element) -> bool:
    alignment = xf.find(sheet_element_name("alignment"))
    return alignment is not None and alignment.get("wrapText") in ("1", "true")
