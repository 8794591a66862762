"""Find the parts of a workbook package and the elements in them as text; cell readers give values but no formats."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from zipfile import ZipFile

from xl_salesflow.ooxml.excel_notation import column_number

CellPosition = tuple[int, int]
"""Row and column, counted from 0."""

WORKBOOK_PART = "xl/workbook.xml"
_RELATIONSHIPS_PART = "xl/_rels/workbook.xml.rels"
_SEARCHED_CHUNK = 1 << 20
_LONGEST_MATCH = 1 << 14
_SHEET_ELEMENT = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATIONSHIP_ELEMENT = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ELEMENT_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CELL_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def list_sheet_parts(package: ZipFile) -> list[str]:
    """Return the part of each sheet, in the order of the workbook; "" if there is none."""
    names = set(package.namelist())
    if not {WORKBOOK_PART, _RELATIONSHIPS_PART} <= names:
        return []
    relationships = map(read_attributes, _RELATIONSHIP_ELEMENT.findall(package.read(_RELATIONSHIPS_PART)))
    targets = {attributes.get("Id", ""): attributes.get("Target", "") for attributes in relationships}
    sheets = map(read_attributes, _SHEET_ELEMENT.findall(package.read(WORKBOOK_PART)))
    parts = (_part_of_target(targets.get(sheet.get("r:id", ""), "")) for sheet in sheets)
    return [part if part in names else "" for part in parts]


def search_part(package: ZipFile, part: str, pattern: re.Pattern[bytes], hint: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the matches of *pattern* in *part*, chunk by chunk, skipping chunks without *hint*.

    A match may be yielded twice.
    """
    with package.open(part) as stream:
        tail = b""
        while chunk := stream.read(_SEARCHED_CHUNK):
            text = tail + chunk
            if hint in text:
                yield from pattern.finditer(text)
            tail = chunk[-_LONGEST_MATCH:]


def read_attributes(element: bytes) -> dict[str, str]:
    """Return the attributes in an element's tag."""
    return {
        match[1].decode("utf-8", "replace"): html.unescape((match[2] or match[3] or b"").decode("utf-8", "replace"))
        for match in _ELEMENT_ATTRIBUTE.finditer(element)
    }


def position_of_reference(reference: str) -> CellPosition | None:
    """Return the position of a cell reference such as F2, or None."""
    match = _CELL_REFERENCE.fullmatch(reference)
    if match is None:
        return None
    return int(match[2]) - 1, column_number(match[1]) - 1


def _part_of_target(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
