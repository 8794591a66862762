"""What stands beside the rows of a filled sheet and follows them: merged cells, formats, tables, names, pictures, charts."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from xl_salesflow.documents.package import Parts, parsed
from xl_salesflow.documents.sheet_rows import RowMap, rewritten
from xl_salesflow.documents.sheet_source import qualified
from xl_salesflow.ooxml import Area

_LISTS = ("conditionalFormatting", "dataValidation", "selection", "protectedRange", "ignoredError")
_RANGES = ("hyperlink", "autoFilter")
_FORMULAS = ("formula", "formula1", "formula2")
_CHAINS = ("xl/calcChain.xml",)


def follow(parts: Parts, sheets: Mapping[str, str], maps: Mapping[str, RowMap], name: str) -> Parts:
    """Return *parts* with everything that refers to the rows of *sheets* (part → sheet's name) pointing to where they went."""
    changed = dict(parts)
    for part, title in sheets.items():
        rows, tree = maps[title.casefold()], parsed(parts[part], name)
        _follow_sheet(tree, rows, lambda text, title=title: rewritten(text, maps, title))  # type: ignore[misc]
        changed[part] = _bytes(tree)
        for kind, target in _related(parts, part, name):
            if kind == "table":
                changed[target] = _table(parsed(parts[target], name), rows)
            elif kind == "drawing":
                changed[target] = _drawing(parsed(parts[target], name), rows)
    for part in parts:
        if part.startswith("xl/worksheets/sheet") and part not in sheets:
            changed[part] = _other_sheet(parts[part], maps, name)
        elif part.startswith("xl/charts/chart"):
            changed[part] = _chart(parsed(parts[part], name), maps)
    changed["xl/workbook.xml"] = _workbook(parsed(parts["xl/workbook.xml"], name), maps)
    return _without_chain(changed, name)


def _follow_sheet(tree: etree._Element, rows: RowMap, formula: Callable[[str], str]) -> None:
    _merge(tree, rows)
    for element in tree.iter():
        local = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if local in _LISTS and element.get("sqref"):
            element.set("sqref", " ".join(map(rows.area, element.get("sqref", "").split())))
        elif local in _RANGES and element.get("ref"):
            element.set("ref", rows.area(element.get("ref", "")))
        elif local in _FORMULAS and element.text:
            element.text = formula(element.text)
        elif local == "sqref" and element.text:  # of extensions
            element.text = " ".join(map(rows.area, element.text.split()))
        elif local == "brk" and etree.QName(element.getparent()).localname == "rowBreaks":
            element.set("id", str(rows.last(int(element.get("id", "0")))))
    dimension = tree.find(qualified("dimension"))
    if dimension is not None:
        tree.remove(dimension)


def _merge(tree: etree._Element, rows: RowMap) -> None:
    merged = tree.find(qualified("mergeCells"))
    if merged is None:
        return
    refs = [ref for cell in merged for ref in _copies(Area.parse(cell.get("ref", "")), rows)]
    for cell in list(merged):
        merged.remove(cell)
    for ref in refs:
        etree.SubElement(merged, qualified("mergeCell")).set("ref", ref)
    merged.set("count", str(len(refs)))
    if not refs:
        tree.remove(merged)


def _copies(area: Area, rows: RowMap) -> Iterator[str]:
    starts, ends = rows.copies(area.first_row), rows.copies(area.last_row)
    if len(starts) == len(ends):  # also of rows that are gone: none
        for start, end in zip(starts, ends, strict=True):
            yield str(area._replace(first_row=start, last_row=end))
    else:
        yield rows.area(str(area))


def _table(tree: etree._Element, rows: RowMap) -> bytes:
    for element in (tree, *tree.iter(qualified("autoFilter"))):
        if element.get("ref"):
            element.set("ref", rows.area(element.get("ref", "")))
    return _bytes(tree)


def _drawing(tree: etree._Element, rows: RowMap) -> bytes:
    for element in tree.iter("{*}row"):
        element.text = str(rows.first(int(element.text or "0") + 1) - 1)
    return _bytes(tree)


def _chart(tree: etree._Element, maps: Mapping[str, RowMap]) -> bytes:
    for element in tree.iter("{*}f"):
        if element.text:
            element.text = rewritten(element.text, maps, "")
    return _bytes(tree)


def _other_sheet(content: bytes, maps: Mapping[str, RowMap], name: str) -> bytes:
    # a sheet without tags stays as its bytes are, unless it points at rows that moved
    tree, moved = parsed(content, name), False
    for element in tree.iter(qualified("f")):
        text = rewritten(element.text or "", maps, "")
        moved |= text != (element.text or "")
        element.text = text or None
    return _bytes(tree) if moved else content


def _workbook(tree: etree._Element, maps: Mapping[str, RowMap]) -> bytes:
    for element in tree.iter(qualified("definedName")):
        if element.text:
            element.text = rewritten(element.text, maps, "")
    calculation = tree.find(qualified("calcPr"))
    if calculation is None:
        calculation = etree.Element(qualified("calcPr"))
        after = [
            tree.find(qualified(tag)) for tag in ("definedNames", "externalReferences", "functionGroups", "sheets")
        ]
        next(element for element in after if element is not None).addnext(calculation)
    calculation.set("fullCalcOnLoad", "1")
    return _bytes(tree)


def _related(parts: Parts, part: str, name: str) -> Iterator[tuple[str, str]]:
    folder, file = posixpath.split(part)
    rels = f"{folder}/_rels/{file}.rels"
    if rels in parts:
        for relation in parsed(parts[rels], name):
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
            if target in parts:
                yield relation.get("Type", "").rpartition("/")[2], target


def _without_chain(parts: Parts, name: str) -> Parts:
    if not any(chain in parts for chain in _CHAINS):
        return parts
    kept = {part: content for part, content in parts.items() if part not in _CHAINS}
    for part, attribute in (("[Content_Types].xml", "PartName"), ("xl/_rels/workbook.xml.rels", "Target")):
        tree = parsed(kept[part], name)
        for element in [e for e in tree if (e.get(attribute) or "").endswith("calcChain.xml")]:
            tree.remove(element)
        kept[part] = _bytes(tree)
    return kept


def _bytes(tree: etree._Element) -> bytes:
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
