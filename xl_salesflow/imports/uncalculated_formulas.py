"""Find the formulas of a package that no program has calculated: their cells look blank, and are not.

Programs that write workbooks without Excel leave them so. Sheets are searched as text, a chunk at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from zipfile import ZipFile

from xl_salesflow.imports.import_values import UNCALCULATED_FORMULA

FormulaPlace = tuple[int, int]
"""Row and column, from 0."""

_SEARCHED_CHUNK = 1 << 20
_LONGEST_FORMULA_CELL = 1 << 14
_UNCALCULATED_CELL = re.compile(
    rb"<c\s(?P<attributes>[^>]*)>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)
_CELL_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_TEXT_RESULT = re.compile(rb'\bt="str"')  # a formula that comes to nothing, which is a result
_SHEET_ELEMENT = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATIONSHIP_ELEMENT = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")


def find_uncalculated_cells(package: ZipFile) -> Mapping[int, frozenset[FormulaPlace]]:
    """Return, by the place of a sheet among the workbook's sheets, the cells whose formulas have no result."""
    found: dict[int, frozenset[FormulaPlace]] = {}
    for place, part in enumerate(_sheet_parts(package)):
        if part in package.namelist() and (cells := frozenset(_uncalculated_cells_of_part(package, part))):
            found[place] = cells
    return found


def mark_uncalculated_cells(rows: list[list[str]], cells: frozenset[FormulaPlace]) -> None:
    """Write into *rows*, where a formula was not calculated, that it was not."""
    for row, column in cells:
        if row < len(rows):
            rows[row] += [""] * (column + 1 - len(rows[row]))
            rows[row][column] = UNCALCULATED_FORMULA


def _uncalculated_cells_of_part(package: ZipFile, part: str) -> Iterator[FormulaPlace]:
    with package.open(part) as stream:
        tail = b""
        while chunk := stream.read(_SEARCHED_CHUNK):
            text = tail + chunk
            if b"<f" in text:
                for match in _UNCALCULATED_CELL.finditer(text):
                    reference = _CELL_REFERENCE.search(match["attributes"])
                    if reference and not _TEXT_RESULT.search(match["attributes"]):
                        yield int(reference[2]) - 1, _column_place(reference[1])
            tail = chunk[-_LONGEST_FORMULA_CELL:]


def _column_place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return place - 1


def _sheet_parts(package: ZipFile) -> list[str]:
    """Return the part of each sheet, in the workbook's order; "" where none is found."""
    names = set(package.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return []
    targets = {
        attributes.get(b"Id", b""): attributes.get(b"Target", b"").decode("utf-8", "replace")
        for attributes in _attributes_of(package.read("xl/_rels/workbook.xml.rels"), _RELATIONSHIP_ELEMENT)
    }
    sheets = _attributes_of(package.read("xl/workbook.xml"), _SHEET_ELEMENT)
    return [_part_of_target(targets.get(sheet.get(b"r:id", b""), "")) for sheet in sheets]


def _part_of_target(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _attributes_of(text: bytes, element: re.Pattern[bytes]) -> Iterator[dict[bytes, bytes]]:
    for match in element.finditer(text):
        yield {attribute[1]: attribute[2] for attribute in _ATTRIBUTE.finditer(match[0])}
