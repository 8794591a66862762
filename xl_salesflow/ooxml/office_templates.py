"""Open templates that a team made in Word or Excel, within limits, and print workbooks from them.

The only module of this package for documents. A file that is hostile, damaged or not an Office file is refused before
it is parsed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from xl_salesflow.errors import NotAWorkbook
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.cell_references import cell_address
from xl_salesflow.ooxml.edit_assembly import EditAssembly, WorkbookEdits
from xl_salesflow.ooxml.formula_cells import read_cell_text
from xl_salesflow.ooxml.opc_package import Package, list_package_members, parse_xml_part
from xl_salesflow.ooxml.shared_texts import read_shared_strings
from xl_salesflow.ooxml.sheet_printer import FilledCell as FilledCell
from xl_salesflow.ooxml.sheet_printer import PrintedRow as PrintedRow
from xl_salesflow.ooxml.sheet_printer import PrintedSheet
from xl_salesflow.ooxml.sheet_stream import SheetStream, parse_row_cells
from xl_salesflow.ooxml.workbook_reader import WorkbookOnDisk

MAX_UNPACKED_TEMPLATE_BYTES = 64 << 20  # a letterhead with pictures takes a few million


def read_office_parts(content: bytes, name: str) -> dict[str, bytes]:
    """Return the parts of a Word or Excel file in their order; raises NotAWorkbook and EncryptedWorkbook."""
    package = _open_office_template(content, name)
    return {part: b"".join(package.stream(part)) for part in package.names if not part.endswith("/")}


def parse_office_part(content: bytes, part: str, name: str) -> etree._Element:
    """Parse a part of the file *name*; nothing is resolved or fetched. Raises NotAWorkbook."""
    return parse_xml_part(Path(name), part, content)


def _open_office_template(content: bytes, name: str) -> Package:
    path = Path(name)
    if sum(member.file_size for member in list_package_members(path, content)) > MAX_UNPACKED_TEMPLATE_BYTES:
        raise NotAWorkbook(path, Text("is too large to be a template"), hostile=True)
    return Package(path, content)


class StoredTemplateRow(NamedTuple):
    """A stored row: its number, the texts in its cells and the addresses of cells with content."""

    number: int
    texts: Mapping[str, str]
    filled: frozenset[str]


class TemplateWorkbook(WorkbookOnDisk):
    """A workbook from which others are printed; it is not changed."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(Path(name), _open_office_template(content, name))

    @cached_property
    def _strings(self) -> list[str]:
        part = self._part.target("sharedStrings")
        return read_shared_strings(self._package, part) if part else []

    def read_rows(self, sheet: str) -> list[StoredTemplateRow]:
        """Return the stored rows of a sheet."""
        return list(self._rows(SheetStream(self._package, self.sheets[sheet].part)))

    def _rows(self, stream: SheetStream) -> Iterator[StoredTemplateRow]:
        for number, row in stream.rows():
            texts, filled = dict[str, str](), set[str]()
            for cell in parse_row_cells(stream.grammar, row):
                address = cell_address(number, cell.column)
                if cell.content:
                    filled.add(address)
                if text := read_cell_text(cell, self._strings):
                    texts[address] = text
            yield StoredTemplateRow(number, texts, frozenset(filled))

    def print_sheets(self, sheets: Mapping[str, Sequence[PrintedRow]]) -> bytes:
        """Return a workbook in which some sheets consist of these rows; references to them are adjusted.

        The same rows give the same bytes. Excel calculates every formula when it opens the file.
        """
        edits = WorkbookEdits(recalculate=True)
        for name, rows in sheets.items():
            sheet = self.sheets[name]
            last = max((row.number for row in self.read_rows(name)), default=0)
            edits.printed[sheet.name] = PrintedSheet(sheet.name, last, rows)
        changed = EditAssembly(self._package, self._part, edits).changed_parts()
        out = io.BytesIO()
        self._package.with_parts(changed).write(out)
        return out.getvalue()
