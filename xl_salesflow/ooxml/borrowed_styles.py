"""Cell formats of one workbook taken over into another, each once."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from xl_salesflow.ooxml.parts import children, local, whole

_FIRST_CUSTOM = 164  # number formats below are Excel's own
_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors", "extLst",
)  # fmt: skip


class BorrowedStyles:
    """Gives each format of *source* its number in *into*, which gains the ones it lacks."""

    def __init__(self, into: etree._Element, source: etree._Element) -> None:
        self._into, self._source = into, source
        self._cells: dict[int, int] = {}
        self._formats: dict[int, int] = {}

    def cell(self, number: int) -> int:
        """The number of a cell format."""
        if number not in self._cells:
            xf = deepcopy(self._listed("cellXfs")[number])
            for attribute, group in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
                xf.set(attribute, str(self._added(group, self._listed(group)[whole(xf, attribute)])))
            xf.set("numFmtId", str(self._number_format(whole(xf, "numFmtId"))))
            xf.set("xfId", "0")
            self._cells[number] = self._added("cellXfs", xf)
        return self._cells[number]

    def differential(self, number: int) -> int:
        """The number of a format that conditions and tables use."""
        return self._added("dxfs", self._listed("dxfs")[number])

    def _listed(self, group: str) -> list[etree._Element]:
        return [element for found in children(self._source, group) for element in found if local(element)]

    def _number_format(self, number: int) -> int:
        if number < _FIRST_CUSTOM:
            return number
        if number not in self._formats:
            code = next(f.get("formatCode") or "" for f in self._listed("numFmts") if whole(f, "numFmtId") == number)
            group = self._group("numFmts")
            known = {f.get("formatCode") or "": whole(f, "numFmtId") for f in group if local(f)}
            if code not in known:
                known[code] = max([_FIRST_CUSTOM - 1, *known.values()]) + 1
                self._append(group, etree.Element(self._tag("numFmt"), numFmtId=str(known[code]), formatCode=code))
            self._formats[number] = known[code]
        return self._formats[number]

    def _added(self, group: str, element: etree._Element) -> int:
        """Find an equal element of a group, or add it; return its number."""
        found = self._group(group)
        wanted, listed = _canonical(element), [one for one in found if local(one)]
        for number, one in enumerate(listed):
            if _canonical(one) == wanted:
                return number
        self._append(found, deepcopy(element))
        return len(listed)

    def _group(self, name: str) -> etree._Element:
        found = next(children(self._into, name), None)
        if found is None:
            after = [child for child in self._into if local(child) in _ORDER[: _ORDER.index(name)]]
            found = etree.Element(self._tag(name))
            self._into.insert(self._into.index(after[-1]) + 1 if after else 0, found)
        return found

    def _tag(self, name: str) -> str:
        return f"{{{etree.QName(self._into).namespace}}}{name}"

    def _append(self, group: etree._Element, element: etree._Element) -> None:
        _move_to_namespace(element, etree.QName(self._into).namespace or "")
        group.append(element)
        group.set("count", str(sum(1 for one in group if local(one))))


def _canonical(element: etree._Element) -> tuple[object, ...]:
    """An element without its namespace, for comparison: Strict and transitional alike."""
    inside = tuple(_canonical(child) for child in element if local(child))
    return local(element), tuple(sorted(map(tuple, element.attrib.items()))), inside


def _move_to_namespace(element: etree._Element, namespace: str) -> None:
    for one in element.iter():
        if local(one):
            one.tag = f"{{{namespace}}}{local(one)}"
