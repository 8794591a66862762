"""Find the table that a file holds, and the meaning of its headers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import pandas as pd

from xl_salesflow.core.name_suggestions import find_similar, token_sort_ratio
from xl_salesflow.core.written_dates import parse_date_reading
from xl_salesflow.core.written_money import read_header_unit
from xl_salesflow.core.written_numbers import is_number_range, is_written_number
from xl_salesflow.core.written_values import words_for_no_day, words_for_nothing, yes_no_of_word
from xl_salesflow.imports.composed_headers import is_part_of_name, shorter_header_place
from xl_salesflow.imports.import_sources import SAMPLED_ROWS, ImportSource
from xl_salesflow.imports.import_stages import (
    kind_of_outcome,
    kind_of_stage_name,
    tells_outcomes,
    words_of_stage_name,
)
from xl_salesflow.imports.import_values import FAILED_FORMULA_VALUES, UNCALCULATED_FORMULA
from xl_salesflow.imports.import_vocabulary import (
    CLOSING_PROBABILITY_TARGET,
    FIRST_NAME_TARGET,
    IMPORTABLE_TABLES,
    IMPORTED_HISTORY_TABLE,
    LAST_NAME_TARGET,
    LEAD_NUMBER_TARGET,
    OWNER_FIRST_NAME_TARGET,
    OWNER_LAST_NAME_TARGET,
    choice_of_word,
    fold_name,
    is_header_of_status,
    is_put_away_word,
    is_status_in_progress,
    names_of_targets,
    read_file_words,
    read_header_words,
    targets_of_table,
)
from xl_salesflow.imports.probability_scales import drop_scale
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.choice_lists import CHOICES, identify_choice
from xl_salesflow.schema.table_columns import Column, ColumnType
from xl_salesflow.schema.table_registry import TABLES

_DECLARED_SCORE, _SYNONYM_SCORE, _PREFIXED_SCORE, _FUZZY_SCORE = 100.0, 96.0, 92.0, 90.0
_OWN_SCORE = 98.0  # of a column that the team declared: before the synonyms of ours
_FEWEST_KEY_ROWS = 5  # with fewer rows, a shared key may be a coincidence
_FITTING_CELLS_SHARE = 0.6  # share of the filled cells that must be valid for the target
_FIGURE_TYPES = frozenset(
    {ColumnType.MONEY, ColumnType.NUMBER, ColumnType.INTEGER, ColumnType.PERCENT, ColumnType.DATE, ColumnType.TIME}
)
_ANY_DIGIT = re.compile(r"\d")
_ON_HOLD = "hold"  # the id of the usual stage
_POINTS_TEXT = re.compile(r"[0-3](?:\.0+)?")
_DEAL_IDENTITY = frozenset({"deal", "name", "account", "contact", "last_name"})
_SUBSTANCE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Deals": frozenset(
            {"name", "account", "stage", "outcome", "amount", "closed", "expected_close", "next_step", "next_step_date"}
        ),
        "Activities": frozenset({"activity", "date", "type", "contact_channel", "outcome", "summary"}),
        "Quotes": frozenset({"quote", "date", "status", "valid_until", "discount"}),
        "Payments": frozenset({"payment", "share", "due", "invoice", "invoiced", "paid", "paid_on", "reminder"}),
        "Subscriptions": frozenset({"subscription", "start", "end", "period", "notice", "notice_days", "renewed_by"}),
        "Credits": frozenset({"credit", "share"}),
        "Tasks": frozenset({"task", "task_id", "due", "done"}),
    }
)
"""Table → the columns of which its lists have at least one; what they share with other tables is no evidence."""

_SAYS_OUTCOME = frozenset({"stage", "stage_before", "loss_reason", "notes", "forecast"})
_PARTS_OF_OWNER: Mapping[str, str] = MappingProxyType(
    {OWNER_FIRST_NAME_TARGET: FIRST_NAME_TARGET, OWNER_LAST_NAME_TARGET: LAST_NAME_TARGET}
)
_NAME_TARGETS = frozenset({"name", "account", "contact", "owner", "person", "product"})
_ID_SHARE, _ID_PENALTY = 0.9, 20.0
OWN_SHEET_TABLES = {name: table.name for table in TABLES.values() for name in (table.name, *table.title.translations())}
"""Sheet name in either language → table, for workbooks made by this product."""


ColumnTargets = Mapping[str, str]
"""Header → target id."""


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
    changes = match_source_to_table(source, IMPORTED_HISTORY_TABLE)
    if _is_history_of_changes(changes):
        return changes
    matches = [match_source_to_table(source, table) for table in IMPORTABLE_TABLES]
    convincing = [match for match in matches if _is_convincing_match(match, source)]
    best = max(convincing, key=lambda match: match.score, default=None)
    return _claim_unreadable_columns(best, source) if best else None


def _is_history_of_changes(match: TableMatch) -> bool:
    found = set(match.columns.values())
    return found >= {"deal", "stage", "entered"} and bool(found & {"field", "stage_before"})


def match_source_to_table(source: ImportSource, table: str) -> TableMatch:
    """Return the columns of *source* as columns of *table*, each target at most once."""
    columns = _assign_header_targets(source, table)
    found = set(columns.values())
    key = TABLES[table].key
    required = {c.id for c in TABLES[table].columns if c.required and c.id != key}
    score = len(columns) + 1.5 * (key in found) + len(required & found)
    if words_of_file_name(f"{source.path.stem} {source.sheet}") & read_file_words().get(table, frozenset()):
        score += 2
    if table in _SUBSTANCE and not found & _SUBSTANCE[table] and not _is_list_of_owners(found, table):
        score -= 2
    return TableMatch(table, columns, score)


def _is_list_of_owners(found: Collection[str], table: str) -> bool:
    """Return whether the columns say whose each deal is, and nothing else."""
    return table == "Deals" and set(found) == {"deal", "owner"}


def _claim_unreadable_columns(match: TableMatch, source: ImportSource) -> TableMatch:
    """Return *match* with the columns that have a known name but unreadable values, so that their cells are reported."""
    columns = dict(match.columns)
    for header in source.headers:
        if header in columns:
            continue
        known = [target for target, score in _score_targets(source, header, match.table) if score >= _PREFIXED_SCORE]
        free = (target for target in known if target not in columns.values())
        target = next(free, None)
        is_figure = target is not None and targets_of_table(match.table)[target].type in _FIGURE_TYPES
        if is_figure and source.cells[header].head(SAMPLED_ROWS).str.contains(_ANY_DIGIT).any():
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
    if match.table == "Deals" and not found & _DEAL_IDENTITY:
        return False  # sums by stage or month, such as a pivot table
    narrow = len(source.cells.columns) <= 2 and key in found
    wide = len(found) >= 2 and (
        key in found or len(found) * 3 >= len(source.cells.columns) or {"name", "stage"} & found
    )
    return bool(narrow or wide)


def _assign_header_targets(source: ImportSource, table: str) -> dict[str, str]:
    jobs = table == "Deals" and _is_list_of_people(source)
    candidates = [
        (score - _ID_PENALTY * _holds_ids_for_names(source, header, target), -order, header, target)
        for order, header in enumerate(source.headers)
        for target, score in _score_targets(source, source.rivals.get(header) or header, table)
        if target not in (LEAD_NUMBER_TARGET, CLOSING_PROBABILITY_TARGET)  # the proposal finds or asks (map_proposal)
        if not (jobs and target == "name" and fold_name(header) in names_of_targets("Contacts")["title"])
    ]
    columns: dict[str, str] = {}
    for _, _, header, target in sorted(candidates, reverse=True):
        free = header not in columns and target not in columns.values()
        if free and is_fitting_target(source.sample(header), targets_of_table(table)[target]):
            columns[header] = target
    if table == "Deals":
        _name_deals_by_title(source, columns)
        _claim_record_status(source, columns)
    return {header: columns[header] for header in source.headers if header in columns}


def _claim_record_status(source: ImportSource, columns: dict[str, str]) -> None:
    """Add a free column of statuses whose texts say of each row whether it is active, or archived or deleted."""
    for header in source.headers if "record_status" not in columns.values() else ():
        is_free = header not in columns or targets_of_table("Deals")[columns[header]].type is ColumnType.LIST
        texts = set(source.sample(header).unique()) if is_free and is_header_of_status(header) else set()
        away = {text for text in texts if is_put_away_word(text)}
        if away and all(is_status_in_progress(text) for text in texts - away):
            columns[header] = "record_status"
            return


def _is_list_of_people(source: ImportSource) -> bool:
    """Return whether rows are persons, as in a list of leads: their "Title" is a job."""
    names = names_of_targets("Contacts")
    return all(
        any(fold_name(header) in names[part] for header in source.headers) for part in ("first_name", "last_name")
    )


def _holds_ids_for_names(source: ImportSource, header: str, target: str) -> bool:
    """Return whether a column that should hold names of things or people holds the ids of another program."""
    if target not in _NAME_TARGETS:
        return False
    sample = source.sample(header)
    return bool(len(sample)) and bool((sample.str.contains(_ANY_DIGIT) & ~sample.str.contains(" ")).mean() >= _ID_SHARE)


def _name_deals_by_title(source: ImportSource, columns: dict[str, str]) -> None:
    """Let a column that was taken for the deals' numbers be their names if it holds words, not codes."""
    header = next((header for header, target in columns.items() if target == "deal"), None)
    if header is None or "name" in columns.values() or fold_name(header) not in names_of_targets("Deals")["name"]:
        return
    sample = source.sample(header)
    if (sample.str.contains(_ANY_DIGIT) & ~sample.str.contains(" ")).mean() < _FITTING_CELLS_SHARE:
        columns[header] = "name"
        if number := _find_number_beside_title(source, columns):
            columns[number] = "deal"


def _find_number_beside_title(source: ImportSource, columns: Mapping[str, str]) -> str | None:
    """Return the free column whose header names the deals' numbers, such as "Deal ID" beside the titles in "Deal"."""
    free = [header for header in source.headers if header not in columns]
    scores = {header: dict(_score_header_targets(header, "Deals")).get("deal", 0.0) for header in free}
    fits = (h for h in free if scores[h] and is_fitting_target(source.sample(h), targets_of_table("Deals")["deal"]))
    return max(fits, key=lambda header: scores[header], default=None)


def find_rival_columns(source: ImportSource, table: str, columns: Mapping[str, str]) -> ColumnTargets:
    """Return the columns that fit the target of another one with the same header, or that are a question by themselves."""
    if not table:
        return {}
    found: dict[str, str] = {}
    for header, first in source.rivals.items():
        siblings = (header,) if not first else (first, *(name for name, of in source.rivals.items() if of == first))
        target = next((columns[name] for name in siblings if name in columns), None)
        is_free = header not in columns or not first
        if target and is_free and is_fitting_target(source.sample(header), targets_of_table(table)[target]):
            found[header] = target
    return found


def _score_targets(source: ImportSource, header: str, table: str) -> Iterator[tuple[str, float]]:
    """Yield the targets that *header* may mean, those first that the team declared, with how surely it does."""
    for own in source.own_columns:
        if own.table == table and fold_text(header) in own.names:
            yield own.column.id, _OWN_SCORE
    yield from _score_header_targets(header, table)


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
        elif table == "Deals" and (place := shorter_header_place(name, target, names)):
            found[target] = _PREFIXED_SCORE - place / 10
        elif part := _PARTS_OF_OWNER.get(target):
            if is_part_of_name(name, names_of_targets(table)["owner"], names_of_targets(table)[part]):
                found[target] = _PREFIXED_SCORE
        elif len(name) >= 5:
            if " " not in name and target == TABLES[table].key:
                continue  # "Quoted" is no number of a quote
            for _, score in find_similar(name, names, _FUZZY_SCORE, measure=token_sort_ratio):
                found[target] = score - _FUZZY_SCORE / 2
    return tuple(found.items())


def _fold_header(header: str, table: str) -> str:
    """Return *header* in the form used for comparison, without a trailing unit (Amount in k€) if that gives a known name."""
    name, known = fold_name(header), _names_of_all_targets(table)
    if name in known:
        return name
    bares = (fold_name(bare) for bare in (read_header_unit(header).name, drop_scale(header)))
    return next((bare for bare in bares if bare in known), name)


@cache
def _names_of_all_targets(table: str) -> frozenset[str]:
    return frozenset[str]().union(*names_of_targets(table).values())


def _is_mere_status(text: str) -> bool:
    """Return whether *text* says of an open deal no more than that it is open or on hold."""
    words = words_of_stage_name(text)
    return is_status_in_progress(text) or (words is not None and words.id == _ON_HOLD)


def is_fitting_target(sample: pd.Series, target: Column) -> bool:
    if not target.type.is_text:
        sample = sample[
            ~sample.isin(FAILED_FORMULA_VALUES | {UNCALCULATED_FORMULA})
            & ~sample.str.casefold().isin(words_for_nothing() | (words_for_no_day() if target.type.is_date else set()))
        ]
    if sample.empty:
        return True
    if target.type.is_date:
        good = sample.map(lambda cell: parse_date_reading(cell) is not None)
    elif target.id == "outcome":
        good = sample.map(kind_of_outcome).notna() | sample.map(is_put_away_word)
        # a column that tells one open stage from another holds the stages
        if any(kind_of_stage_name(cell) == "open" and not _is_mere_status(cell) for cell in sample.unique()):
            return False
    elif target.options == "yes_no":
        good = sample.map(lambda cell: yes_no_of_word(cell) is not None)
    elif target.type is ColumnType.CHOICE:
        options = str(target.options)
        good = sample.map(lambda cell: bool(identify_choice(CHOICES[options], cell) or choice_of_word(options, cell)))
    elif target.type is ColumnType.POINTS:
        good = sample.str.fullmatch(_POINTS_TEXT)  # a budget of 8,500 is an amount
    elif target.type is ColumnType.KEY:
        return len(sample) < _FEWEST_KEY_ROWS or bool(sample.nunique() >= _FITTING_CELLS_SHARE * len(sample))
    elif target.type.is_text:
        return target.id in _SAYS_OUTCOME or not tells_outcomes(sample)
    elif target.type is ColumnType.MONEY:
        good = sample.map(lambda cell: is_written_number(cell) or is_number_range(cell))
    else:
        good = sample.map(is_written_number)
    return bool(good.mean() >= _FITTING_CELLS_SHARE)
