"""Where the rows of a filled sheet went, and everything that refers to them.

Some rows are repeated, some are gone, and everything below has shifted. Merged cells, conditional formats, dropdowns,
tables, names, pictures, charts and formulas of other sheets follow.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from lxml import etree

from xl_salesflow.documents.sheet_tags import sheet_element_name
from xl_salesflow.documents.template_safety import TemplateParts, parse_template_part
from xl_salesflow.ooxml.cell_references import Area, map_references

_TEMPLATE_ROW_DIGITS = re.compile(r"[0-9]+")
_LAST_TEMPLATE_ROW = 1_048_576


class TemplateRowMap:
    """Which row of a template each printed row is a copy of; rows are counted from 1."""

    def __init__(self, last: int, printed: Sequence[int]) -> None:
        """Take the template's last row, and what is printed, named by the template's rows."""
        self._last, self._count = last, len(printed)
        self._copies: dict[int, list[int]] = {}
        for place, row in enumerate(printed, 1):
            self._copies.setdefault(row, []).append(place)

    def copies(self, row: int) -> list[int]:
        """Return where a row of the template is printed."""
        return self._copies.get(row, [])

    def first(self, row: int) -> int:
        """Return where a rectangle that begins at a row of the template begins now."""
        if row > self._last:
            return self._count + row - self._last
        return next((self._copies[r][0] for r in range(row, self._last + 1) if r in self._copies), self._count + 1)

    def last(self, row: int) -> int:
        """Return where a rectangle that ends at a row of the template ends now."""
        if row in self._copies:
            return self._copies[row][-1]
        return self.first(row) - (row <= self._last)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the rows that rows *first* to *last* of the template take now; one row when nothing is left of them."""
        start, end = self.first(first), (_LAST_TEMPLATE_ROW if last == _LAST_TEMPLATE_ROW else self.last(last))
        return (start, end) if end >= start else (max(1, end), max(1, end))

    def area(self, ref: str) -> str:
        """Return where a rectangle of the template lies now, dollars kept."""
        found = Area.find(ref)
        if found is None or not _TEMPLATE_ROW_DIGITS.search(ref):
            return ref
        rows = iter(self.span(found.first_row, found.last_row))
        moved = _TEMPLATE_ROW_DIGITS.sub(lambda match: str(next(rows, match[0])), ref)
        start, end = self.span(found.first_row, found.last_row)
        return f"{moved}:{_TEMPLATE_ROW_DIGITS.sub(str(end), ref)}" if ":" not in ref and end > start else moved

    def beside(self, wanted: int, row: int, place: int) -> int:
        # the copy that belongs to the same turn of the loop: the nearest, upwards for rows above
        copies = self.copies(wanted)
        if not copies or not place:
            return self.first(wanted)
        return min(copies, key=lambda at: (abs(at - place), at > place if wanted < row else at < place))


def shift_formula_rows(
    formula: str, maps: Mapping[str, TemplateRowMap], home: str, row: int = 0, place: int = 0
) -> str:
    """Return *formula* as it reads now; *maps* holds the sheets whose rows moved, by casefolded name.

    It stood on sheet *home*, in *row* of the template, and stands at *place* now (0: in no row).
    """

    def change(named: str | None, ref: str) -> str:
        rows = maps.get((home if named is None else named).casefold())
        numbers = _TEMPLATE_ROW_DIGITS.findall(ref)
        if rows is None or not numbers:
            return ref
        if named is None and place and (":" not in ref or set(numbers) == {str(row)}):
            return _TEMPLATE_ROW_DIGITS.sub(lambda match: str(rows.beside(int(match[0]), row, place)), ref)
        return rows.area(ref)

    return map_references(formula, change)


_TEMPLATE_RANGE_LIST_ELEMENTS = (
    "conditionalFormatting",
    "dataValidation",
    "selection",
    "protectedRange",
    "ignoredError",
)
_TEMPLATE_RANGE_ELEMENTS = ("hyperlink", "autoFilter")
_TEMPLATE_FORMULA_ELEMENTS = ("formula", "formula1", "formula2")
_CALC_CHAIN_PARTS = ("xl/calcChain.xml",)


def follow_row_shifts(
    parts: TemplateParts, sheets: Mapping[str, str], maps: Mapping[str, TemplateRowMap], name: str
) -> TemplateParts:
    """Return *parts* with everything that refers to the rows of *sheets* (part → sheet's name) pointing to where they went."""
    changed = dict(parts)
    for part, title in sheets.items():
        rows, tree = maps[title.casefold()], parse_template_part(parts[part], name)
        _shift_sheet_ranges(tree, rows, lambda text, title=title: shift_formula_rows(text, maps, title))  # type: ignore[misc]
        changed[part] = _sheet_part_bytes(tree)
        for kind, target in _related_sheet_parts(parts, part, name):
            if kind == "table":
                changed[target] = _shift_table_ranges(parse_template_part(parts[target], name), rows)
            elif kind == "drawing":
                changed[target] = _shift_drawing_rows(parse_template_part(parts[target], name), rows)
    for part in parts:
        if part.startswith("xl/worksheets/sheet") and part not in sheets:
            changed[part] = _shift_other_sheet(parts[part], maps, name)
        elif part.startswith("xl/charts/chart"):
            changed[part] = _shift_chart_ranges(parse_template_part(parts[part], name), maps)
    changed["xl/workbook.xml"] = _shift_workbook_names(parse_template_part(parts["xl/workbook.xml"], name), maps)
    return _drop_calc_chain(changed, name)


def _shift_sheet_ranges(tree: etree._Element, rows: TemplateRowMap, formula: Callable[[str], str]) -> None:
    _shift_merged_cells(tree, rows)
    for element in tree.iter():
        local = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if local in _TEMPLATE_RANGE_LIST_ELEMENTS and element.get("sqref"):
            element.set("sqref", " ".join(map(rows.area, element.get("sqref", "").split())))
        elif local in _TEMPLATE_RANGE_ELEMENTS and element.get("ref"):
            element.set("ref", rows.area(element.get("ref", "")))
        elif local in _TEMPLATE_FORMULA_ELEMENTS and element.text:
            element.text = formula(element.text)
        elif local == "sqref" and element.text:  # of extensions
            element.text = " ".join(map(rows.area, element.text.split()))
        elif local == "brk" and etree.QName(element.getparent()).localname == "rowBreaks":
            element.set("id", str(rows.last(int(element.get("id", "0")))))
    dimension = tree.find(sheet_element_name("dimension"))
    if dimension is not None:
        tree.remove(dimension)


def _shift_merged_cells(tree: etree._Element, rows: TemplateRowMap) -> None:
    merged = tree.find(sheet_element_name("mergeCells"))
    if merged is None:
        return
    refs = [ref for cell in merged for ref in _merged_cell_copies(Area.parse(cell.get("ref", "")), rows)]
    for cell in list(merged):
        merged.remove(cell)
    for ref in refs:
        etree.SubElement(merged, sheet_element_name("mergeCell")).set("ref", ref)
    merged.set("count", str(len(refs)))
    if not refs:
        tree.remove(merged)


def _merged_cell_copies(area: Area, rows: TemplateRowMap) -> Iterator[str]:
    starts, ends = rows.copies(area.first_row), rows.copies(area.last_row)
    if len(starts) == len(ends):  # also of rows that are gone: none
        for start, end in zip(starts, ends, strict=True):
            yield str(area._replace(first_row=start, last_row=end))
    else:
        yield rows.area(str(area))


def _shift_table_ranges(tree: etree._Element, rows: TemplateRowMap) -> bytes:
    for element in (tree, *tree.iter(sheet_element_name("autoFilter"))):
        if element.get("ref"):
            element.set("ref", rows.area(element.get("ref", "")))
    return _sheet_part_bytes(tree)


def _shift_drawing_rows(tree: etree._Element, rows: TemplateRowMap) -> bytes:
    for element in tree.iter("{*}row"):
        element.text = str(rows.first(int(element.text or "0") + 1) - 1)
    return _sheet_part_bytes(tree)


def _shift_chart_ranges(tree: etree._Element, maps: Mapping[str, TemplateRowMap]) -> bytes:
    for element in tree.iter("{*}f"):
        if element.text:
            element.text = shift_formula_rows(element.text, maps, "")
    return _sheet_part_bytes(tree)


def _shift_other_sheet(content: bytes, maps: Mapping[str, TemplateRowMap], name: str) -> bytes:
    # a sheet without tags stays as its bytes are, unless it points at rows that moved
    tree, moved = parse_template_part(content, name), False
    for element in tree.iter(sheet_element_name("f")):
        text = shift_formula_rows(element.text or "", maps, "")
        moved |= text != (element.text or "")
        element.text = text or None
    return _sheet_part_bytes(tree) if moved else content


def _shift_workbook_names(tree: etree._Element, maps: Mapping[str, TemplateRowMap]) -> bytes:
    for element in tree.iter(sheet_element_name("definedName")):
        if element.text:
            element.text = shift_formula_rows(element.text, maps, "")
    calculation = tree.find(sheet_element_name("calcPr"))
    if calculation is None:
        calculation = etree.Element(sheet_element_name("calcPr"))
        after = [
            tree.find(sheet_element_name(tag))
            for tag in ("definedNames", "externalReferences", "functionGroups", "sheets")
        ]
        next(element for element in after if element is not None).addnext(calculation)
    calculation.set("fullCalcOnLoad", "1")
    return _sheet_part_bytes(tree)


def _related_sheet_parts(parts: TemplateParts, part: str, name: str) -> Iterator[tuple[str, str]]:
    folder, file = posixpath.split(part)
    rels = f"{folder}/_rels/{file}.rels"
    if rels in parts:
        for relation in parse_template_part(parts[rels], name):
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
            if target in parts:
                yield relation.get("Type", "").rpartition("/")[2], target


def _drop_calc_chain(parts: TemplateParts, name: str) -> TemplateParts:
    if not any(chain in parts for chain in _CALC_CHAIN_PARTS):
        return parts
    kept = {part: content for part, content in parts.items() if part not in _CALC_CHAIN_PARTS}
    for part, attribute in (("[Content_Types].xml", "PartName"), ("xl/_rels/workbook.xml.rels", "Target")):
        tree = parse_template_part(kept[part], name)
        for element in [e for e in tree if (e.get(attribute) or "").endswith("calcChain.xml")]:
            tree.remove(element)
        kept[part] = _sheet_part_bytes(tree)
    return kept


def _sheet_part_bytes(tree: etree._Element) -> bytes:
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
