"""Read text files and sheets of workbooks as rows of text cells.

The encoding and the delimiter of a text file are detected. Sheets are read with calamine after a check that they fit
into memory.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from xl_salesflow.core.written_columns import open_choices
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.failed_cells import find_failed_binary_cells, find_failed_ods_cells, find_failed_old_cells
from xl_salesflow.imports.import_vocabulary import fold_name, read_known_headers
from xl_salesflow.imports.list_extent import SourceMerge
from xl_salesflow.imports.native_child import NativeSheet
from xl_salesflow.imports.native_reader import read_old_sheets, read_package_sheets
from xl_salesflow.imports.old_workbook_extents import check_old_workbook
from xl_salesflow.imports.package_cells import (
    WORKBOOK_PART,
    CellPosition,
    find_currency_styles,
    find_failed_cells,
    find_hidden_columns,
    find_hidden_rows,
    find_scaled_styles,
    find_styled_cells,
    find_uncalculated_cells,
    list_sheet_parts,
    show_currencies,
    show_errors,
)
from xl_salesflow.imports.sheet_extents import ODS_CONTENT_PART, check_package_extent
from xl_salesflow.imports.text_encodings import decode_file_text, detect_encodings
from xl_salesflow.imports.text_records import TextRecords, detect_delimiter, split_text_records
from xl_salesflow.schema.plain_values import plain_number

_FEWEST_TELLING_HEADERS = 2  # more of one encoding than of any other
_HEADER_SAMPLE, _HEADER_SEARCH_LINES = 20_000, 20
_CELL_ENDS = re.compile(r"[,;\t|\"]+")


@dataclass(frozen=True, slots=True)
class TextLayout:
    """The encoding and delimiter of a text file; both are blank for a sheet.

    Several encodings, separated by "or", are a question.
    """

    encoding: str = ""
    delimiter: str = ""


def detect_text_layout(raw: bytes) -> TextLayout:
    """Return the layout of the text file *raw*, detected from its byte order mark, its bytes and the width of its lines.

    If several encodings fit, the one that gives more headers we know decides.
    """
    encodings = detect_encodings(raw)
    if len(encodings) > 1:
        known = [_count_known_headers(decode_file_text(raw, encoding)) for encoding in encodings]
        most = max(known)
        if known.count(most) == 1 and most >= _FEWEST_TELLING_HEADERS + sorted(known)[-2]:
            encodings = (encodings[known.index(most)],)
    return TextLayout(" or ".join(encodings), detect_delimiter(decode_file_text(raw, encodings[0])))


def _count_known_headers(text: str) -> int:
    lines = text[:_HEADER_SAMPLE].splitlines()[:_HEADER_SEARCH_LINES]
    cells = ({fold_name(cell) for cell in _CELL_ENDS.split(line)} for line in lines)
    return max((len(names & read_known_headers()) for names in cells), default=0)


def read_text_rows(raw: bytes, layout: TextLayout, path: Path) -> TextRecords:
    """Return the records of *raw*; quoted cells may contain line breaks. Of several encodings, the first is used.

    Raises:
        UsageError: the bytes are not valid in the encoding that a mapping names, or a quoted cell is not closed.
    """
    try:
        text = decode_file_text(raw, open_choices(layout.encoding)[0])
    except (UnicodeDecodeError, LookupError) as error:
        raise UsageError(
            "{path} is not written in {encoding} ({error}); name another encoding in the map.",
            path=path,
            encoding=layout.encoding,
            error=error,
        ) from error
    return split_text_records(text, layout.delimiter, path)


_LONGEST_WHOLE = 1e15  # Excel keeps 15 digits
_SCANNED_CHUNK = 1 << 20
_DATES_FROM_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\s[^>]*date1904\s*=\s*["'](?:1|true)["']""")


@dataclass(frozen=True)
class PackageFacts:
    """What a workbook holds in addition to the values of its cells.

    The start year of its dates, and for each sheet, by its position, the formulas without a result, the cells that show
    a currency, those that show thousands and those that show an error; and the hidden rows and columns.
    """

    date1904: bool = False
    uncalculated: Mapping[int, frozenset[CellPosition]] = field(default_factory=dict)
    currencies: Mapping[int, Mapping[CellPosition, str]] = field(default_factory=dict)
    hidden_rows: Mapping[int, Sequence[int]] = field(default_factory=dict)
    scaled: Mapping[int, Collection[CellPosition]] = field(default_factory=dict)
    failed: Mapping[int, Mapping[CellPosition, str]] = field(default_factory=dict)
    hidden_columns: Mapping[int, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceNotice:
    """Something to say about *row* of a source: the id of a message (import_findings) and its facts."""

    rule: str
    row: int
    facts: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class SourceSheet:
    """A sheet of a foreign workbook, its cells as text."""

    name: str
    rows: Sequence[Sequence[str]]
    merges: tuple[SourceMerge, ...] = ()
    hidden: bool = False
    number_cells: frozenset[str] = frozenset()
    """Texts of its number cells with decimals. Their decimal mark is the dot, whatever text cells use."""

    uncalculated: frozenset[CellPosition] = frozenset()
    """Cells whose formulas no program has calculated; they look blank."""

    date1904: bool = False
    """Whether dates without a date format count from 1904."""

    long_numbers: frozenset[str] = frozenset()
    """Texts of its number cells that have more digits than Excel keeps; the last ones are lost."""

    notices: tuple[SourceNotice, ...] = ()
    scaled: Collection[CellPosition] = ()
    """Number cells whose format shows thousands or millions; they hold the whole number."""

    hidden_rows: frozenset[int] = frozenset()
    """Numbers of the rows that a filter or a person has hidden."""

    hidden_columns: frozenset[int] = frozenset()
    """The columns that a person has hidden, counted from 0."""


_PACKAGE_FAULTS = (
    BadZipFile,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Python's zipfile raises for a damaged package, for one of a later version and for one with a password."""


def read_source_sheets(path: Path) -> Iterator[SourceSheet]:
    """Yield every sheet of *path* that has cells.

    Raises:
        UsageError: the file is password-protected, broken, or has more cells than any list of deals.
    """
    try:
        packed = is_zipfile(path)
        facts = _check_package(path) if packed else _check_compound_file(path)
    except _PACKAGE_FAULTS as error:
        raise UsageError(
            "{path} cannot be read as a workbook ({error}); save it again as .xlsx or .csv.", path=path, error=error
        ) from error
    for sheet in read_package_sheets(path) if packed else read_old_sheets(path):
        yield _make_source_sheet(sheet, facts)


def _make_source_sheet(sheet: NativeSheet, facts: PackageFacts) -> SourceSheet:
    cells, place = sheet.cells, sheet.place
    rows = [[cell if type(cell) is str else sheet_cell_to_text(cell) for cell in row] for row in cells]
    numbers = frozenset(repr(cell) for row in cells for cell in row if type(cell) is float and not cell.is_integer())
    longest = frozenset(
        sheet_cell_to_text(cell) for row in cells for cell in row if type(cell) is float and abs(cell) >= _LONGEST_WHOLE
    )
    show_errors(rows, facts.failed.get(place, {}))
    numbers |= show_currencies(rows, facts.currencies.get(place, {}))
    return SourceSheet(
        sheet.name,
        rows,
        tuple(SourceMerge(*start, *end) for start, end in sheet.merges),
        sheet.hidden,
        numbers,
        facts.uncalculated.get(place, frozenset()),
        facts.date1904,
        longest,
        hidden_rows_notice(facts.hidden_rows.get(place, ()), len(rows)),
        facts.scaled.get(place, ()),
        frozenset(facts.hidden_rows.get(place, ())),
        facts.hidden_columns.get(place, frozenset()),
    )


def hidden_rows_notice(hidden: Sequence[int], rows: int) -> tuple[SourceNotice, ...]:
    """Return the notice that rows with cells are hidden; none if there are none."""
    filled = [row for row in hidden if row <= rows]
    return (SourceNotice("hidden_rows", filled[0], (("count", len(filled)),)),) if filled else ()


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


def _check_compound_file(path: Path) -> PackageFacts:
    """Refuse a workbook in the format of Excel 97-2003 that does not fit into memory; return its cells with an error."""
    data = path.read_bytes()
    check_old_workbook(data, path)
    return PackageFacts(failed=find_failed_old_cells(data))


def _check_package(path: Path) -> PackageFacts:
    """Refuse a package that does not fit into memory; return what its cell values do not tell."""
    with ZipFile(path) as package:
        has_formulas = check_package_extent(package, path)
        if ODS_CONTENT_PART in package.namelist():
            with package.open(ODS_CONTENT_PART) as stream:
                return PackageFacts(failed=find_failed_ods_cells(stream))
        if WORKBOOK_PART not in package.namelist():
            return PackageFacts(failed=find_failed_binary_cells(package))
        with package.open(WORKBOOK_PART) as stream:
            date1904 = _DATES_FROM_1904.search(stream.read(_SCANNED_CHUNK)) is not None
        parts = {place: part for place, part in enumerate(list_sheet_parts(package)) if part}
        styles, scaled = find_currency_styles(package), find_scaled_styles(package)
        return PackageFacts(
            date1904,
            {at: find_uncalculated_cells(package, part) for at, part in parts.items()} if has_formulas else {},
            {at: find_styled_cells(package, part, styles) for at, part in parts.items()} if styles else {},
            {at: find_hidden_rows(package, part) for at, part in parts.items()},
            {at: find_styled_cells(package, part, scaled) for at, part in parts.items()} if scaled else {},
            {at: find_failed_cells(package, part) for at, part in parts.items()},
            {at: find_hidden_columns(package, part) for at, part in parts.items()},
        )
