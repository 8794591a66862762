"""Read text files and sheets of workbooks as rows of text cells.

The encoding and the delimiter of a text file are detected. Sheets are read with calamine after a check that they fit
into memory.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.list_extent import SourceMerge
from xl_salesflow.imports.package_cells import (
    WORKBOOK_PART,
    CellPosition,
    find_currency_cells,
    find_currency_styles,
    find_uncalculated_cells,
    list_sheet_parts,
    show_currencies,
)
from xl_salesflow.ooxml.excel_notation import column_number
from xl_salesflow.schema.plain_values import plain_number

FILE_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1252")
FILE_DELIMITERS = (",", ";", "\t", "|")
_HIGH_BYTE_PAIRS = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
_DELIMITER_SAMPLE_LINES = 200  # enough lines to detect the delimiter


@dataclass(frozen=True, slots=True)
class TextLayout:
    """The encoding and delimiter of a text file; both are blank for a sheet."""

    encoding: str = ""
    delimiter: str = ""


def detect_text_layout(raw: bytes) -> TextLayout:
    """Return the layout of the text file *raw*, detected from its byte order mark, its bytes and the width of its lines."""
    encoding = _detect_encoding(raw)
    return TextLayout(encoding, _detect_delimiter(_decode_file_text(raw, encoding)))


def read_text_rows(raw: bytes, layout: TextLayout, path: Path) -> list[list[str]]:
    """Return the records of *raw*; quoted cells may contain line breaks.

    Raises:
        UsageError: the bytes are not valid in the encoding that a mapping names, or a quoted cell is not closed.
    """
    try:
        text = _decode_file_text(raw, layout.encoding)
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter))
    except (UnicodeDecodeError, LookupError) as error:
        raise UsageError(
            "{path} is not written in {encoding} ({error}); name another encoding in the map.",
            path=path,
            encoding=layout.encoding,
            error=error,
        ) from error
    except csv.Error as error:
        raise UsageError(
            "{path} cannot be split into cells ({error}); is a quotation mark missing?", path=path, error=error
        ) from error


def _decode_file_text(raw: bytes, encoding: str) -> str:
    # five bytes are undefined in cp1252; they are kept as control characters, which are removed later
    return raw.decode(encoding) if encoding != "cp1252" else raw.decode("cp1252", errors="replace")


def _detect_encoding(raw: bytes) -> str:
    if raw.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _is_text_in_encoding(raw, "utf-8"):
        return "utf-8"
    # Chinese characters are pairs of high bytes; an accented letter is a single one between ASCII letters
    high, paired = len(_HIGH_BYTES.findall(raw)), 2 * len(_HIGH_BYTE_PAIRS.findall(raw))
    return "gb18030" if paired >= 0.8 * high and _is_text_in_encoding(raw, "gb18030") else "cp1252"


def _is_text_in_encoding(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _detect_delimiter(text: str) -> str:
    lines = "\n".join(text.splitlines()[:_DELIMITER_SAMPLE_LINES])
    return max(FILE_DELIMITERS, key=lambda mark: _score_delimiter(lines, mark))


def _score_delimiter(lines: str, mark: str) -> tuple[float, int]:
    """Return how many lines have the usual width, times that width; a single column scores 0."""
    widths = [len(row) for row in csv.reader(io.StringIO(lines, newline=""), delimiter=mark) if row]
    if not widths:
        return 0.0, 0
    usual = max(set(widths), key=widths.count)
    return (widths.count(usual) / len(widths) if usual > 1 else 0.0), usual


_MOST_SOURCE_CELLS = 20_000_000  # the rectangle around the filled cells is held in memory
_MOST_UNPACKED_BYTES = 2_000_000_000
_SCANNED_CHUNK = 1 << 20
_CELL_TAG_PLACE = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_LONGEST_CELL_TAG = 300
_DATES_FROM_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\s[^>]*date1904\s*=\s*["'](?:1|true)["']""")


@dataclass(frozen=True)
class PackageFacts:
    """What a workbook holds in addition to the values of its cells.

    The start year of its dates, and for each sheet, by its position, the formulas without a result and the cells that
    show a currency.
    """

    date1904: bool = False
    uncalculated: Mapping[int, frozenset[CellPosition]] = field(default_factory=dict)
    currencies: Mapping[int, Mapping[CellPosition, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceSheet:
    """A sheet of a foreign workbook, its cells as text."""

    name: str
    rows: list[list[str]]
    merges: tuple[SourceMerge, ...] = ()
    hidden: bool = False
    number_cells: frozenset[str] = frozenset()
    """Texts of its number cells with decimals. Their decimal mark is the dot, whatever text cells use."""

    uncalculated: frozenset[CellPosition] = frozenset()
    """Cells whose formulas no program has calculated; they look blank."""

    date1904: bool = False
    """Whether dates without a date format count from 1904."""


def list_sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets of *path* without reading them; none if it is not a workbook."""
    try:
        return tuple(CalamineWorkbook.from_path(path).sheet_names)
    except (CalamineError, BadZipFile, OSError):
        return ()


def read_source_sheets(path: Path) -> Iterator[SourceSheet]:
    """Yield every sheet of *path* that has cells.

    Raises:
        UsageError: the file is password-protected, broken, or has more cells than any list of deals.
    """
    try:
        facts = _check_package(path) if is_zipfile(path) else PackageFacts()
        book = CalamineWorkbook.from_path(path)
        for place, about in enumerate(book.sheets_metadata):
            if about.typ is SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(about.name)
                cells = sheet.to_python(skip_empty_area=False)
                rows = [[cell if type(cell) is str else sheet_cell_to_text(cell) for cell in row] for row in cells]
                numbers = frozenset(
                    repr(cell) for row in cells for cell in row if type(cell) is float and not cell.is_integer()
                )
                numbers |= show_currencies(rows, facts.currencies.get(place, {}))
                merges = tuple(SourceMerge(*start, *end) for start, end in sheet.merged_cell_ranges or ())
                hidden = about.visible is not SheetVisibleEnum.Visible
                yield SourceSheet(
                    about.name,
                    rows,
                    merges,
                    hidden,
                    numbers,
                    facts.uncalculated.get(place, frozenset()),
                    facts.date1904,
                )
    except PasswordError as error:
        raise UsageError("{path} is protected with a password; save a copy without one.", path=path) from error
    except (CalamineError, BadZipFile, OSError) as error:
        raise UsageError(
            "{path} cannot be read as a workbook ({error}); save it again as .xlsx or .csv.", path=path, error=error
        ) from error


def sheet_cell_to_text(cell: Any) -> str:
    """Return one cell as the text that a CSV file would hold; dates are written year first."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(plain_number(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _check_package(path: Path) -> PackageFacts:
    """Refuse a package that does not fit into memory; return what its cell values do not tell."""
    with ZipFile(path) as package:
        if sum(part.file_size for part in package.infolist()) > _MOST_UNPACKED_BYTES:
            raise UsageError("{path} unpacks to more than 2 GB; export the sheet you need as .csv.", path=path)
        has_formulas = False
        for part in package.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                with package.open(part) as stream:
                    has_formulas |= _check_source_extent(path, stream)
        if WORKBOOK_PART not in package.namelist():
            return PackageFacts()
        with package.open(WORKBOOK_PART) as stream:
            date1904 = _DATES_FROM_1904.search(stream.read(_SCANNED_CHUNK)) is not None
        parts = {place: part for place, part in enumerate(list_sheet_parts(package)) if part}
        styles = find_currency_styles(package)
        return PackageFacts(
            date1904,
            {at: find_uncalculated_cells(package, part) for at, part in parts.items()} if has_formulas else {},
            {at: find_currency_cells(package, part, styles) for at, part in parts.items()} if styles else {},
        )


def _check_source_extent(path: Path, stream: IO[bytes]) -> bool:
    """Refuse a sheet whose used range is so large that the rectangle around all cells does not fit into memory.

    Return whether it may have formulas.
    """
    tail, columns, rows, has_formulas = b"", 1, 1, False
    while chunk := stream.read(_SCANNED_CHUNK):
        if places := _CELL_TAG_PLACE.findall(tail + chunk):
            letters, digits = map(set, zip(*places, strict=True))  # few distinct ones in very many cells
            columns = max(columns, *(column_number(name.decode()) for name in letters))
            rows = max(rows, *map(int, digits))
        if columns * rows > _MOST_SOURCE_CELLS:
            raise UsageError(
                "{path} has cells as far out as row {rows:,} and column {columns:,}; delete "
                "everything outside the list.",
                path=path,
                rows=rows,
                columns=columns,
            )
        has_formulas = has_formulas or b"<f" in chunk
        tail = chunk[-_LONGEST_CELL_TAG:]
    return has_formulas
