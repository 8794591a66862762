"""Read the tables of web pages and of XML spreadsheets, which many programs export under the name of a workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree, html

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.sheet_extents import check_extent
from xl_salesflow.imports.text_encodings import can_decode, decode_file_text, detect_encodings

_MOST_SPAN_DIGITS = 10  # a longer span does not fit into a sheet, and Python refuses thousands of digits
_NAMED_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_CHARSET_SEARCH_BYTES = 4096
_MOST_ROWS = 1 << 20
_MOST_SPAN = 1000  # as browsers do
_SPREADSHEET_XML = "{urn:schemas-microsoft-com:office:spreadsheet}"
_XML_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})T00:00:00(?:\.0+)?")
WebRows = list[list[str]]


def read_web_tables(raw: bytes, path: Path) -> Iterator[tuple[str, WebRows]]:
    """Yield the name and the rows of each table of a web page; tables that only arrange other tables are skipped.

    Raises:
        UsageError: the page has no table.
    """
    page = html.document_fromstring(_decode_web_page(raw), parser=html.HTMLParser(remove_comments=True))
    tables = [table for table in page.iter("table") if table.find(".//table") is None]
    if not tables:
        raise UsageError("{path} is a web page without a table; export the list as .csv or .xlsx.", path=path)
    for number, table in enumerate(tables, 1):
        caption = table.find("caption")
        name = " ".join("".join(map(str, caption.itertext())).split()) if caption is not None else ""
        yield (name or str(number) if len(tables) > 1 else ""), list(_read_web_rows(table, path))


def _decode_web_page(raw: bytes) -> str:
    named = _NAMED_CHARSET.search(raw[:_CHARSET_SEARCH_BYTES])
    encoding = named[1].decode("ascii") if named else ""
    try:
        is_named_right = bool(encoding) and can_decode(raw, encoding)
    except LookupError:
        is_named_right = False
    return decode_file_text(raw, encoding if is_named_right else detect_encodings(raw)[0])


def _read_web_rows(table: Any, path: Path) -> Iterator[list[str]]:
    """Yield the rows; a cell over several columns or rows is repeated as blanks, so that columns stay aligned."""
    below: dict[int, int] = {}
    for number, row in enumerate(table.iter("tr"), 1):
        cells = list[str]()
        for cell in row.iter("td", "th"):
            while below.get(len(cells), 0):
                below[len(cells)] -= 1
                cells.append("")
            columns, rows = (min(_read_span(cell.get(name)), _MOST_SPAN) for name in ("colspan", "rowspan"))
            check_extent([(number, len(cells) + columns)], path)
            for place in range(len(cells), len(cells) + columns):
                below[place] = rows - 1
            cells += [_read_web_text(cell), *[""] * (columns - 1)]
        for place in range(len(cells), max((p for p, left in below.items() if left), default=-1) + 1):
            below[place] = max(below.get(place, 0) - 1, 0)
            cells.append("")
        check_extent([(number, max(len(cells), 1))], path)
        yield cells


def _read_span(text: str | None) -> int:
    return max(int(text[:_MOST_SPAN_DIGITS]), 1) if text and text.isdecimal() else 1


def _read_web_text(cell: Any) -> str:
    for line_break in cell.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return "\n".join(" ".join(line.split()) for line in cell.text_content().strip().split("\n")).strip()


def read_xml_spreadsheet(raw: bytes, path: Path) -> Iterator[tuple[str, WebRows]]:
    """Yield the name and the rows of each sheet of an XML Spreadsheet 2003.

    Raises:
        UsageError: the file is not well-formed.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=False)
    try:
        root = etree.fromstring(raw, parser=parser)
    except etree.XMLSyntaxError as error:
        raise UsageError(
            "{path} cannot be read as a workbook ({error}); save it again as .xlsx or .csv.", path=path, error=error
        ) from error
    for sheet in root.iter(f"{_SPREADSHEET_XML}Worksheet"):
        rows: WebRows = []
        for row in sheet.iter(f"{_SPREADSHEET_XML}Row"):
            _skip_to_index(rows, row, [])
            cells = list[str]()
            for cell in row.iter(f"{_SPREADSHEET_XML}Cell"):
                _skip_to_index(cells, cell, "")
                check_extent([(len(rows) + 1, len(cells) + 1)], path)
                data = cell.find(f"{_SPREADSHEET_XML}Data")
                cells.append("" if data is None else _XML_DAY.sub(r"\1", "".join(map(str, data.itertext()))))
                cells += [""] * _read_merge(cell)
            rows.append(cells)
        yield sheet.get(f"{_SPREADSHEET_XML}Name", ""), rows


def _read_merge(cell: Any) -> int:
    across = cell.get(f"{_SPREADSHEET_XML}MergeAcross", "0")
    return min(int(across), _MOST_SPAN) if across.isdecimal() else 0


def _skip_to_index(before: list[Any], element: Any, blank: Any) -> None:
    """Add blanks in front of an element that says its own position."""
    index = element.get(f"{_SPREADSHEET_XML}Index", "")
    if index.isdecimal() and int(index) <= _MOST_ROWS:
        before.extend(blank for _ in range(int(index) - 1 - len(before)))
