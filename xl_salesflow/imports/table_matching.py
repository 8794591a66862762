"""Find the table that a file holds, the meaning of its headers, and related files in the same folder.

Files next to the one with the deals may hold its accounts, its price list, its team, or more about the same deals.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz, process

from xl_salesflow.core.written_dates import parse_date_reading
from xl_salesflow.core.written_money import read_header_unit
from xl_salesflow.core.written_numbers import is_written_number
from xl_salesflow.core.written_values import words_for_nothing, yes_no_of_word
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_sources import (
    SPREADSHEET_SUFFIXES,
    TEXT_FILE_SUFFIXES,
    ImportSource,
    read_import_sources,
)
from xl_salesflow.imports.import_stages import kind_of_stage_name
from xl_salesflow.imports.import_values import FAILED_FORMULA_VALUES, UNCALCULATED_FORMULA, tidy_texts
from xl_salesflow.imports.import_vocabulary import (
    IMPORTABLE_TABLES,
    fold_name,
    is_status_in_progress,
    names_of_targets,
    read_file_words,
    read_header_words,
    targets_of_table,
)
from xl_salesflow.imports.proposal_notes import ProposalNotes
from xl_salesflow.imports.raw_files import list_sheet_names
from xl_salesflow.schema.choice_lists import CHOICES, identify_choice
from xl_salesflow.schema.table_columns import Column, ColumnType
from xl_salesflow.schema.table_registry import TABLES

_DECLARED_SCORE, _SYNONYM_SCORE, _PREFIXED_SCORE, _FUZZY_SCORE = 100.0, 96.0, 92.0, 90.0
_SAMPLED_ROWS, _SAMPLED_CELLS = 5_000, 500  # rows examined, filled cells tried
_FEWEST_KEY_ROWS = 5  # with fewer rows, a shared key may be a coincidence
_FITTING_CELLS_SHARE = 0.6  # share of the filled cells that must be valid for the target
_FIGURE_TYPES = frozenset(
    {ColumnType.MONEY, ColumnType.NUMBER, ColumnType.INTEGER, ColumnType.PERCENT, ColumnType.DATE, ColumnType.TIME}
)
_ANY_DIGIT = re.compile(r"\d")
OWN_SHEET_TABLES = {name: table.name for table in TABLES.values() for name in (table.name, *table.title.translations())}
"""Sheet name in either language → table, for workbooks made by this product."""


@dataclass(frozen=True)
class TableMatch:
    """A table for a source, and its columns as header → target id.

    *score* compares tables; below 2 there is no evidence for one.
    """

    table: str
    columns: Mapping[str, str]
    score: float


def find_best_table(source: ImportSource) -> TableMatch | None:
    """Return the table that *source* most likely holds, or None if it looks like none of ours."""
    if source.sheet in OWN_SHEET_TABLES:  # a sheet of one of our workbooks: what the product wrote there is not input
        own = OWN_SHEET_TABLES[source.sheet]
        return (
            _claim_unreadable_columns(match_source_to_table(source, own), source) if own in IMPORTABLE_TABLES else None
        )
    matches = [match_source_to_table(source, table) for table in IMPORTABLE_TABLES]
    best = max(matches, key=lambda match: match.score)
    return _claim_unreadable_columns(best, source) if _is_convincing_match(best, source) else None


def match_source_to_table(source: ImportSource, table: str) -> TableMatch:
    """Return the columns of *source* as columns of *table*, each target at most once."""
    columns = _assign_header_targets(source, table)
    found = set(columns.values())
    key = TABLES[table].key
    required = {c.id for c in TABLES[table].columns if c.required and c.id != key}
    score = len(columns) + 1.5 * (key in found) + len(required & found)
    if words_of_file_name(f"{source.path.stem} {source.sheet}") & read_file_words().get(table, frozenset()):
        score += 2
    return TableMatch(table, columns, score)


def _claim_unreadable_columns(match: TableMatch, source: ImportSource) -> TableMatch:
    """Return *match* with the columns that have a known name but unreadable values, so that their cells are reported."""
    columns = dict(match.columns)
    for header in source.headers:
        if header in columns:
            continue
        known = [target for target, score in _score_header_targets(header, match.table) if score >= _PREFIXED_SCORE]
        free = (target for target in known if target not in columns.values())
        target = next(free, None)
        is_figure = target is not None and targets_of_table(match.table)[target].type in _FIGURE_TYPES
        if is_figure and source.cells[header].head(_SAMPLED_ROWS).str.contains(_ANY_DIGIT).any():
            columns[header] = str(target)
    return TableMatch(match.table, {h: columns[h] for h in source.headers if h in columns}, match.score)


def words_of_file_name(name: str) -> frozenset[str]:
    """Return the words of a file name; in Chinese names, the known words are searched for."""
    compared = fold_name(name)
    known = {word for words in read_file_words().values() for word in words if not word.isascii() and word in compared}
    return frozenset({*compared.split(), compared, *known})


def is_reference_to(cells: pd.Series, keys: Collection[str]) -> bool:
    """Return whether nearly all of the distinct filled *cells* are among *keys*."""
    filled = {text for text in cells.unique() if text}
    return len(filled) >= 2 and len(filled & set(keys)) >= 0.8 * len(filled)


def _is_convincing_match(match: TableMatch, source: ImportSource) -> bool:
    key, found = TABLES[match.table].key, set(match.columns.values())
    narrow = len(source.cells.columns) <= 2 and key in found
    wide = len(found) >= 2 and (
        key in found or len(found) * 3 >= len(source.cells.columns) or {"name", "stage"} & found
    )
    return bool(narrow or wide)


def _assign_header_targets(source: ImportSource, table: str) -> dict[str, str]:
    candidates = [
        (score, -order, header, target)
        for order, header in enumerate(source.headers)
        for target, score in _score_header_targets(header, table)
    ]
    columns: dict[str, str] = {}
    for _, _, header, target in sorted(candidates, reverse=True):
        free = header not in columns and target not in columns.values()
        if free and _is_fitting_target(source.cells[header], targets_of_table(table)[target]):
            columns[header] = target
    return {header: columns[header] for header in source.headers if header in columns}


@cache
def _score_header_targets(header: str, table: str) -> tuple[tuple[str, float], ...]:
    name, found = _fold_header(header, table), dict[str, float]()
    first, _, rest = name.partition(" ")
    for target, names in names_of_targets(table).items():
        own = {fold_name(target), *map(fold_name, targets_of_table(table)[target].header.translations())}
        if name in own:
            found[target] = _DECLARED_SCORE
        elif name in names:
            # a word with two meanings comes first in the table where it is most common
            found[target] = _SYNONYM_SCORE - read_header_words()[table][target].index(name) / 100
        elif rest in names and first in read_file_words().get(table, frozenset()):
            found[target] = _PREFIXED_SCORE
        elif len(name) >= 5:
            alike = process.extractOne(name, names, scorer=fuzz.token_sort_ratio, score_cutoff=_FUZZY_SCORE)
            if alike:
                found[target] = alike[1] - _FUZZY_SCORE / 2
    return tuple(found.items())


def _fold_header(header: str, table: str) -> str:
    """Return *header* in the form used for comparison, without a trailing unit (Amount in k€) if that gives a known name."""
    name, bare = fold_name(header), fold_name(read_header_unit(header).name)
    known = names_of_targets(table).values()
    return bare if not any(name in names for names in known) and any(bare in names for names in known) else name


def _is_fitting_target(cells: pd.Series, target: Column) -> bool:
    texts = cells.head(_SAMPLED_ROWS)
    sample = texts[texts != ""].str.strip().head(_SAMPLED_CELLS)
    if not target.type.is_text:
        sample = sample[
            ~sample.isin(FAILED_FORMULA_VALUES | {UNCALCULATED_FORMULA})
            & ~sample.str.casefold().isin(words_for_nothing())
        ]
    if sample.empty:
        return True
    if target.type.is_date:
        good = sample.map(lambda cell: parse_date_reading(cell) is not None)
    elif target.id == "outcome":
        good = sample.map(kind_of_stage_name).notna()
        # a column that tells one open stage from another holds the stages
        if any(kind_of_stage_name(cell) == "open" and not is_status_in_progress(cell) for cell in sample.unique()):
            return False
    elif target.options == "yes_no":
        good = sample.map(lambda cell: yes_no_of_word(cell) is not None)
    elif target.type is ColumnType.CHOICE:
        choices = CHOICES[str(target.options)]
        good = sample.map(lambda cell: identify_choice(choices, cell) is not None)
    elif target.type is ColumnType.KEY:
        return len(sample) < _FEWEST_KEY_ROWS or bool(sample.nunique() >= _FITTING_CELLS_SHARE * len(sample))
    elif target.type.is_text:
        return True
    else:
        good = sample.map(is_written_number)
    return bool(good.mean() >= _FITTING_CELLS_SHARE)


_MOST_SIBLING_FILES, _MOST_SIBLING_BYTES = 30, 20_000_000  # do not search through a folder of downloads
_SHARED_KEYS_SHARE = 0.5

SourceMatches = list[tuple[ImportSource, TableMatch | None]]


def find_sibling_files(given: SourceMatches, book: str, remarks: ProposalNotes) -> SourceMatches:
    """Return the files in the folders of *given* deal files that share keys with them, each with its table.

    The workbook itself (*book*) and workbooks like it are skipped.
    """
    found: SourceMatches = []
    for deals, match in given:
        if match is None or match.table != "Deals":
            continue
        taken = {source.path.resolve() for source, _ in [*given, *found]}
        for source in _read_files_beside(deals, book):
            if source.path.resolve() in taken or (other := find_best_table(source)) is None:
                continue
            if shared := _find_shared_header(deals, match, source, other):
                remarks.add_sibling(source, deals, shared)
                found.append((source, other))
    return found


def _read_files_beside(deals: ImportSource, book: str) -> Iterator[ImportSource]:
    endings = SPREADSHEET_SUFFIXES | TEXT_FILE_SUFFIXES - {".txt"}
    files = sorted(path for path in deals.path.resolve().parent.iterdir() if path.suffix.lower() in endings)
    for path in files[:_MOST_SIBLING_FILES]:
        passed_over = path.name.startswith(("~$", ".")) or path in (deals.path.resolve(), Path(book).resolve())
        if passed_over or path.stat().st_size > _MOST_SIBLING_BYTES:
            continue
        if path.suffix.lower() in SPREADSHEET_SUFFIXES and _is_salesflow_workbook(list_sheet_names(path)):
            continue
        try:
            yield from read_import_sources(path)
        except UsageError:
            continue  # this file was not asked for


def _is_salesflow_workbook(sheets: Iterable[str]) -> bool:
    return {"Stages", "Settings"} <= {OWN_SHEET_TABLES.get(name) for name in sheets}


def _find_shared_header(deals: ImportSource, match: TableMatch, other: ImportSource, its: TableMatch) -> str | None:
    """Return the header that relates *other* to *deals*: the deals' own key, or a reference to the key of its table."""
    key = _find_header_of_target(its, str(TABLES[its.table].key))
    target = "deal" if its.table == "Deals" else _find_reference_target(match, its.table)
    header = _find_header_of_target(match, target) if target else None
    if key is None or header is None:
        return None
    mine, theirs = set(tidy_texts(deals.cells[header])) - {""}, set(tidy_texts(other.cells[key])) - {""}
    if its.table == "Deals" and (key != header or not set(other.cells) - set(deals.cells)):
        return None
    enough = min(len(mine), len(theirs)) if its.table == "Deals" else len(mine)
    return header if enough and len(mine & theirs) >= _SHARED_KEYS_SHARE * enough else None


def _find_reference_target(match: TableMatch, table: str) -> str | None:
    targets = set(match.columns.values())
    return next((c.id for c in TABLES["Deals"].columns if c.options == table and c.id in targets), None)


def _find_header_of_target(match: TableMatch, target: str) -> str | None:
    return next((header for header, to in match.columns.items() if to == target), None)
