"""Read files as sources: one table of text cells for each text file or filled sheet."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from xl_salesflow.core.declared_columns import DeclaredColumn
from xl_salesflow.core.written_money import read_header_unit
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.board_shapes import PlainList, find_open_shape, read_board, read_months
from xl_salesflow.imports.file_formats import FileFormat, detect_file_format
from xl_salesflow.imports.import_values import remove_invisible_characters
from xl_salesflow.imports.letterhead_units import read_letterhead_unit
from xl_salesflow.imports.list_extent import (
    HIDDEN_ROW,
    NOTE_BELOW_LIST,
    ListExtent,
    TextRow,
    fill_down_merged_cells,
    find_list_extent,
)
from xl_salesflow.imports.package_cells import divide_scaled_cells, mark_uncalculated_cells
from xl_salesflow.imports.raw_files import (
    SourceNotice,
    SourceSheet,
    TextLayout,
    detect_text_layout,
    read_source_sheets,
    read_text_rows,
)
from xl_salesflow.imports.repeated_headers import find_repeated_headers, join_agreeing_columns
from xl_salesflow.imports.sheet_shapes import (
    ENTERED_HEADER,
    find_list_places,
    join_stage_columns,
    tell_outcome_of_title,
    turn_fields_to_headers,
)
from xl_salesflow.imports.text_damage import repair_misread_rows
from xl_salesflow.imports.web_tables import read_web_tables, read_xml_spreadsheet
from xl_salesflow.locale.texts import TextList

NO_HEADER_ROWS: Mapping[str, int] = MappingProxyType({})
_MOST_NAMED_HEADERS = 6
_KEPT_SOURCES = 8  # files


_LONGEST_HEADER = 4_000
_WHOLE_DIGITS, _DIGITS_BEHIND = re.compile(r"[^\w.]?\s?[0-9]{1,9}"), re.compile(r"[0-9]{2,3}(?:\.[0-9]+)?\W*")
_MOST_HEADERS = 16_384  # a sheet has no more columns

SAMPLED_ROWS, _SAMPLED_CELLS = 5_000, 500
"""The rows that are examined to recognise a column, and the filled cells that are tried."""


@dataclass(frozen=True)
class ImportSource:
    """One rectangle of text: a CSV file or a sheet. *cells* is indexed by row number as a person sees it; blank is ""."""

    path: Path
    sheet: str
    layout: TextLayout
    cells: pd.DataFrame
    ragged: tuple[int, ...] = ()  # rows with more cells than there are headers
    left_out: tuple[tuple[int, str], ...] = ()  # rows that are not part of the list, and why (list_extent)
    hidden: bool = False
    number_cells: frozenset[str] = frozenset()  # texts of number cells with decimals (raw_files)
    date1904: bool = False
    long_numbers: frozenset[str] = frozenset()  # texts of number cells whose last digits Excel has lost
    notices: tuple[SourceNotice, ...] = ()  # what is said about its rows
    torn: pd.DataFrame = field(default_factory=pd.DataFrame)  # rows with a delimiter too many, like *cells*
    letterhead: tuple[tuple[str, ...], ...] = ()  # the lines around the list, which may tell the unit of its amounts
    hidden_rows: frozenset[int] = frozenset()  # rows that a filter or a person has hidden
    hidden_headers: frozenset[str] = frozenset()  # of the columns that a person has hidden
    rivals: Mapping[str, str] = field(
        default_factory=dict
    )  # header → the header of which a person has to choose one, "" if alone
    own_columns: tuple[DeclaredColumn, ...] = ()  # of the workbook that the source is for

    _samples: dict[str, pd.Series] = field(default_factory=dict, init=False, repr=False, compare=False)

    def sample(self, header: str) -> pd.Series:
        """Return some filled cells of a column, without the blanks around them; more tell no more about it."""
        if header not in self._samples:
            texts = self.cells[header].head(SAMPLED_ROWS)
            self._samples[header] = texts[texts != ""].str.strip().head(_SAMPLED_CELLS)
        return self._samples[header]

    @property
    def name(self) -> str:
        """Return the name that messages use for the source."""
        return f"{self.path.name} › {self.sheet}" if self.sheet else self.path.name

    def without_hidden_rows(self) -> ImportSource:
        """Return the source with its hidden rows left out and listed as such."""
        away = sorted(self.hidden_rows)
        left_out = tuple(sorted((*self.left_out, *((row, HIDDEN_ROW) for row in away))))
        notices = tuple(notice for notice in self.notices if notice.rule != "hidden_rows" and notice.row not in away)
        return replace(self, cells=self.cells.drop(index=away), left_out=left_out, notices=notices)

    def without_hidden_columns(self) -> ImportSource:
        """Return the source without the notice about its hidden columns, which the map leaves out."""
        return replace(self, notices=tuple(notice for notice in self.notices if notice.rule != "hidden_columns"))

    @property
    def headers(self) -> list[str]:
        """Return the headers, without repetition."""
        return [str(header) for header in self.cells.columns]


def read_import_sources(
    path: Path, layout: TextLayout | None = None, headers: Mapping[str, int] = NO_HEADER_ROWS
) -> tuple[ImportSource, ...]:
    """Return the rectangles of *path*: the lists of a text file, or of each filled sheet of a workbook.

    *headers* is sheet → number of its header row, for sheets where a person has named it.

    Raises:
        UsageError: the file is missing, password-protected, empty, or not of a supported format.
    """
    if not path.is_file():
        raise UsageError("{path} does not exist; check the name.", path=path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        why = error.strerror or "?"
        raise UsageError("{path} cannot be opened: {why}.", path=path, why=why) from error
    of_format = detect_file_format(path)
    layout = (layout or detect_text_layout(raw)) if of_format is FileFormat.TEXT else TextLayout()
    contents = hashlib.sha256(raw).digest()
    return _read_known_contents(path, contents, of_format, layout, tuple(sorted(headers.items())))


@lru_cache(_KEPT_SOURCES)
def _read_known_contents(
    path: Path, _: bytes, of_format: FileFormat, layout: TextLayout, headers: tuple[tuple[str, int], ...]
) -> tuple[ImportSource, ...]:
    """Return the rectangles of *path*, whose contents have the digest *_*: a map is proposed and followed in one run."""
    rows = dict(headers)
    sheets = _read_sheets_of_format(path, of_format, layout)
    found = tuple(
        source for layout, sheet in sheets for source in _cut_out_sources(path, layout, sheet, rows.get(sheet.name))
    )
    if not found:
        raise UsageError("{path} has no rows below its headers.", path=path)
    return found


def _read_sheets_of_format(
    path: Path, of_format: FileFormat, layout: TextLayout
) -> Iterator[tuple[TextLayout, SourceSheet]]:
    if of_format is FileFormat.WORKBOOK:
        for sheet in read_source_sheets(path):
            yield TextLayout(), sheet
        return
    raw = path.read_bytes()
    if of_format is FileFormat.TEXT:
        yield layout, _read_text_sheet(raw, layout, path)
        return
    read = read_web_tables if of_format is FileFormat.WEB_PAGE else read_xml_spreadsheet
    for name, rows in read(raw, path):
        yield TextLayout(), SourceSheet(name, rows)


def _read_text_sheet(raw: bytes, layout: TextLayout, path: Path) -> SourceSheet:
    """Return the records of a text file as a sheet, with text that was misread before repaired."""
    records = read_text_rows(raw, layout, path)
    rows, repaired = repair_misread_rows(records.rows)
    notices = [SourceNotice("stray_quote", row) for row in records.repaired]
    if repaired:
        notices.append(SourceNotice("misread", repaired[0] + 1, (("count", len(repaired)),)))
    return SourceSheet("", rows, notices=tuple(notices))


def _cut_out_sources(path: Path, layout: TextLayout, sheet: SourceSheet, header: int | None) -> Iterator[ImportSource]:
    """Yield the lists of *sheet*, each with what was done to its layout; *header* is the number of its header row."""
    if header is None and (turned := turn_fields_to_headers(sheet.rows)):
        notices = (*sheet.notices, SourceNotice("turned", 1))
        sheet = replace(sheet, rows=turned, merges=(), uncalculated=frozenset(), scaled=(), notices=notices)
    above: tuple[tuple[str, ...], ...] = ()
    for place in find_list_places(sheet.rows, None if header is None else header - 1):
        rows = place.cut(sheet.rows)
        named = replace(sheet, name=f"{sheet.name} {place.mark}".strip() if place.mark else sheet.name)
        source = _cut_out_list(path, layout, replace(named, rows=rows), place.header, above)
        if source is None:
            continue
        above = above or source.letterhead  # what stands above the first list holds for the others too
        further = (SourceNotice("further_list", int(source.cells.index[0])),) if place.mark else ()
        yield replace(source, notices=(*source.notices, *further))


def _cut_out_list(
    path: Path,
    layout: TextLayout,
    sheet: SourceSheet,
    header: int | None,
    above: tuple[tuple[str, ...], ...],
) -> ImportSource | None:
    found = find_list_extent(sheet.rows, sheet.merges, header)
    if found is None:
        return None
    _refuse_endless_headers(path, found)
    rows = fill_down_merged_cells(sheet.rows, sheet.merges, found.first)
    rows = mark_uncalculated_cells(rows, sheet.uncalculated, found.first, len(found.headers))
    headers, none_of_it = _name_source_headers(found.headers), dict(found.left_out)
    letterhead = (*above, *_read_letterhead(rows, found))
    rows, divided = divide_scaled_cells(rows, sheet.scaled, found.first, _read_units(found.headers, letterhead, sheet))
    places = [at for at in range(found.first, len(rows)) if at not in none_of_it and any(map(str.strip, rows[at]))]
    if not places:
        return None
    body = _make_body(rows, places, headers, len(found.headers), layout.delimiter)
    left_out = tuple((at + 1, why) for at, why in found.left_out)
    cells, rivals = _keep_columns(body.cells, found.headers)
    cells, notices = _make_plain_cells(cells, found)
    if told := tell_outcome_of_title(cells, rows, found.top, sheet.name):
        cells, notices = told.cells, [*notices, SourceNotice("title_outcome", int(cells.index[0]), told.facts)]
    hidden = _find_hidden_headers(sheet, headers, cells)
    if hidden:
        facts = (("headers", TextList(hidden)),)
        notices = [*notices, SourceNotice("hidden_columns", int(cells.index[0]), facts)]
    if plain := _read_open_shape(cells, layout, sheet.number_cells):
        kept_notices = (notice for notice in notices if notice.rule not in ("board", "months"))
        notices = [*kept_notices, SourceNotice(plain.rule, int(cells.index[0]), plain.facts)]
        cells, divided, rivals = plain.cells, divided | plain.number_texts, {**rivals, **plain.rivals}
        notices += [SourceNotice(rule, int(cells.index[0]), facts) for rule, facts in plain.remarks]
    return ImportSource(
        path, sheet.name, layout, cells, body.ragged, left_out, sheet.hidden, sheet.number_cells | divided,
        sheet.date1904, sheet.long_numbers, (*sheet.notices, *notices), body.torn, letterhead,
        sheet.hidden_rows.intersection(cells.index), frozenset(hidden),
        {name: first for name, first in rivals.items() if name in cells},
    )  # fmt: skip


def _keep_columns(cells: pd.DataFrame, row: TextRow) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the columns of *cells* that have a header in *row* or hold something, and the rivals among them."""
    headers = list(map(str, cells.columns))
    named = {h for h, text in zip(headers, [*row, *[""] * len(headers)], strict=False) if text.strip()}
    kept = cells[[h for h in headers if h in named or (cells[h] != "").any()]]
    repeated = find_repeated_headers(row, headers)
    return join_agreeing_columns(kept, repeated) if repeated else (kept, {})


def _find_hidden_headers(sheet: SourceSheet, headers: Sequence[str], cells: pd.DataFrame) -> tuple[str, ...]:
    """Return the headers of the columns that are hidden on a sheet that is not hidden itself."""
    hidden = (header for at, header in enumerate(headers) if at in sheet.hidden_columns and header in cells)
    return () if sheet.hidden else tuple(hidden)


@dataclass(frozen=True)
class _ListBody:
    """The rows of a list below its *headers*, those that are torn apart, and the numbers of those that are too long."""

    cells: pd.DataFrame
    torn: pd.DataFrame
    ragged: tuple[int, ...]


def _make_body(
    rows: Sequence[TextRow], places: Sequence[int], headers: Sequence[str], header_cells: int, delimiter: str
) -> _ListBody:
    """Return the rows at *places*; *header_cells* is how many cells the line of headers of a text file has."""
    width, filled = len(headers), [rows[at] for at in places]
    torn = _find_torn_rows(filled, header_cells) if delimiter else frozenset[int]()
    if len(torn) == len(filled):
        raise UsageError(
            "Row {row} and all others have more cells than the line of headers, as if “{delimiter}” stood inside a number; put "
            "such cells in quotation marks and import again.",
            row=places[0] + 1,
            delimiter=delimiter,
        )
    long = [at for at, row in enumerate(filled) if any(map(str.strip, row[width:]))]
    for at in sorted(torn):  # nothing of it may be lost
        filled[at] = [*filled[at][: width - 1], delimiter.join(filled[at][width - 1 :])]
    even = [row if len(row) == width else [*row[:width], *[""] * (width - len(row))] for row in filled]
    index = pd.Index([at + 1 for at in places], dtype="int64")
    columns = zip(headers, zip(*even, strict=True), strict=True)
    cells = pd.DataFrame({h: pd.Series(list(c), index, dtype=object) for h, c in columns}, index=index)
    apart = cells.iloc[sorted(torn)]
    whole = cells.drop(index=apart.index) if torn else cells
    return _ListBody(whole, apart, tuple(places[at] + 1 for at in long if at not in torn))


def _find_torn_rows(rows: Sequence[TextRow], width: int) -> frozenset[int]:
    """Return the positions of *rows* with more cells than the line of headers has, unless most rows have.

    A delimiter inside one of their cells was not quoted, so that the cells behind it are not below their headers. Where
    a number was torn apart ("1,200"), it does not matter how many rows are.
    """
    torn = frozenset(at for at, row in enumerate(rows) if len(row) > width and any(map(str.strip, row[width:])))
    return torn if 2 * len(torn) < len(rows) else frozenset(at for at in torn if _is_number_torn(rows[at]))


def _is_number_torn(row: TextRow) -> bool:
    """Return whether two neighbouring cells may be one number: its digits before a comma, and thousands or cents behind."""
    pairs = itertools.pairwise(row)
    return any(_WHOLE_DIGITS.fullmatch(one.strip()) and _DIGITS_BEHIND.fullmatch(two.strip()) for one, two in pairs)


def _read_units(headers: TextRow, letterhead: Sequence[TextRow], sheet: SourceSheet) -> Mapping[int, float]:
    """Return what 1 stands for in each column whose header, or the lines around the list, names a unit."""
    if not sheet.scaled:
        return {}
    around = read_letterhead_unit(letterhead).times
    units = {column: read_header_unit(header).times for column, header in enumerate(headers)}
    return {column: unit for column, times in units.items() if (unit := times if times != 1 else around) != 1}


def _refuse_endless_headers(path: Path, found: ListExtent) -> None:
    longest, count = max(map(len, found.headers), default=0), len(found.headers)
    if longest > _LONGEST_HEADER or count > _MOST_HEADERS:
        raise UsageError(
            "{path}, row {row}: {count:,} headers, the longest with {longest:,} letters, are not those of a list; is a quotation "
            "mark missing? Correct it and import again.",
            path=path,
            row=found.top + 1,
            count=count,
            longest=longest,
        )


def _read_letterhead(rows: Sequence[TextRow], found: ListExtent) -> Iterator[tuple[str, ...]]:
    """Yield the lines below the list, and those above it, which are nearer to its headers."""
    below = (at for at, why in found.left_out if why == NOTE_BELOW_LIST)
    for at in (*below, *range(found.top)):
        if line := tuple(cell for cell in rows[at] if cell.strip()):
            yield line


def _make_plain_cells(cells: pd.DataFrame, found: ListExtent) -> tuple[pd.DataFrame, Sequence[SourceNotice]]:
    """Return *cells* with headings and marked stages as columns, and notices about it."""
    notices, first = list[SourceNotice](), int(cells.index[0])
    if found.sections:
        headings = pd.Series({at + 1: text for at, text in found.sections.items()}, dtype=object)
        header = found.section_header if found.section_header not in cells else f"{found.section_header} (2)"
        cells = cells.assign(**{header: headings.reindex(cells.index, method="ffill").fillna("")})
        example = next(iter(found.sections.values()))
        notices.append(SourceNotice("sections", first, (("example", example), ("named", header))))
    if (joined := join_stage_columns(cells)) is not None:
        headers = TextList(tuple(str(header) for header in cells.columns if header not in joined.cells))
        notices.append(SourceNotice("stage_marks", first, (("headers", headers), ("named", joined.header))))
        if joined.days is not None:
            entered = joined.days.rename(columns=lambda stage: ENTERED_HEADER.format(stage=stage))
            return pd.concat([joined.cells, entered], axis=1), notices
        return joined.cells, notices
    if shape := find_open_shape(cells):
        headers = TextList(tuple(map(str, cells.columns[:_MOST_NAMED_HEADERS])))
        notices.append(SourceNotice(shape, first, (("headers", headers),)))
    return cells, notices


def _read_open_shape(cells: pd.DataFrame, layout: TextLayout, number_cells: frozenset[str]) -> PlainList | None:
    """Return a board or a list with months as a plain list; None if it is neither, or does not say what a deal is."""
    shape = find_open_shape(cells)
    if shape == "board":
        return read_board(cells)
    return read_months(cells, layout.delimiter, number_cells) if shape == "months" else None


def _name_source_headers(row: TextRow) -> list[str]:
    names: list[str] = []
    for number, cell in enumerate(row, 1):
        name = base = " ".join(remove_invisible_characters(cell).split()) or f"column {number}"
        again = 1
        while name in names:
            again += 1
            name = f"{base} ({again})"
        names.append(name)
    while names and not row[len(names) - 1].strip():
        names.pop()  # blank columns to the right of the table
    return names
