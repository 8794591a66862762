"""Which table a file speaks of, and which column of it each of its headers means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd
from rapidfuzz import fuzz, process

from xl_salesflow.imports.dates import dates, format_of
from xl_salesflow.imports.numbers import decimal_of, numbers
from xl_salesflow.imports.sources import Source
from xl_salesflow.imports.stages import kind_of
from xl_salesflow.imports.targets import TAKES_ROWS, names_of, targets
from xl_salesflow.imports.vocabulary import file_words, header_words, plain
from xl_salesflow.imports.words import truth
from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.tables import TABLES

_DECLARED, _SYNONYM, _PREFIXED, _FUZZY = 100.0, 96.0, 92.0, 90.0
_FIRST, _SAMPLE = 5_000, 500  # rows looked at, filled cells tried
_TELLING = 5  # fewer rows may well share a key by mistake
_MOSTLY = 0.6  # of the filled cells must be what the target holds
OUR_SHEETS = {name: table.name for table in TABLES.values() for name in (table.name, *table.title.both())}
"""Sheet name in either language → table, of a workbook like ours."""


@dataclass(frozen=True)
class Match:
    """A table for a source, and its columns: header → target id. *score* compares tables; below 2 nothing speaks for it."""

    table: str
    columns: Mapping[str, str]
    score: float


def best_match(source: Source) -> Match | None:
    """Return the table that *source* most likely holds, or None when it looks like none of ours."""
    if source.sheet in OUR_SHEETS:  # a sheet of a workbook like ours: what the product wrote there is no input
        own = OUR_SHEETS[source.sheet]
        return match_with(source, own) if own in TAKES_ROWS else None
    matches = [match_with(source, table) for table in TAKES_ROWS]
    best = max(matches, key=lambda match: match.score)
    return best if _convinces(best, source) else None


def match_with(source: Source, table: str) -> Match:
    """Return the columns of *source* as columns of *table*, each target at most once."""
    columns = _assigned(source, table)
    found = set(columns.values())
    key = TABLES[table].key
    required = {c.id for c in TABLES[table].columns if c.required and c.id != key}
    score = len(columns) + 1.5 * (key in found) + len(required & found)
    if words_of(f"{source.path.stem} {source.sheet}") & file_words().get(table, frozenset()):
        score += 2
    return Match(table, columns, score)


def words_of(name: str) -> frozenset[str]:
    """Return the words of a file's name; Chinese names are searched for the words we know."""
    compared = plain(name)
    known = {word for words in file_words().values() for word in words if not word.isascii() and word in compared}
    return frozenset({*compared.split(), compared, *known})


def refers_to(cells: pd.Series, keys: Collection[str]) -> bool:
    """Tell whether the distinct filled *cells* are nearly all among *keys*."""
    filled = {text for text in cells.unique() if text}
    return len(filled) >= 2 and len(filled & set(keys)) >= 0.8 * len(filled)


def _convinces(match: Match, source: Source) -> bool:
    key, found = TABLES[match.table].key, set(match.columns.values())
    narrow = len(source.cells.columns) <= 2 and key in found
    wide = len(found) >= 2 and (
        key in found or len(found) * 3 >= len(source.cells.columns) or {"name", "stage"} & found
    )
    return bool(narrow or wide)


def _assigned(source: Source, table: str) -> dict[str, str]:
    candidates = [
        (score, -order, header, target)
        for order, header in enumerate(source.headers)
        for target, score in _candidates(header, table)
    ]
    columns: dict[str, str] = {}
    for _, _, header, target in sorted(candidates, reverse=True):
        free = header not in columns and target not in columns.values()
        if free and _fits(source.cells[header], targets(table)[target], source.layout.delimiter):
            columns[header] = target
    return {header: columns[header] for header in source.headers if header in columns}


@cache
def _candidates(header: str, table: str) -> tuple[tuple[str, float], ...]:
    name, found = plain(header), dict[str, float]()
    first, _, rest = name.partition(" ")
    for target, names in names_of(table).items():
        own = {plain(target), *map(plain, targets(table)[target].header.both())}
        if name in own:
            found[target] = _DECLARED
        elif name in names:
            # a word that means two things stands first where it usually means it
            found[target] = _SYNONYM - header_words()[table][target].index(name) / 100
        elif rest in names and first in file_words().get(table, frozenset()):
            found[target] = _PREFIXED
        elif len(name) >= 5:
            alike = process.extractOne(name, names, scorer=fuzz.token_sort_ratio, score_cutoff=_FUZZY)
            if alike:
                found[target] = alike[1] - _FUZZY / 2
    return tuple(found.items())


def _fits(cells: pd.Series, target: Column, delimiter: str) -> bool:
    texts = cells.head(_FIRST)
    sample = texts[texts != ""].str.strip().head(_SAMPLE)
    if sample.empty:
        return True
    if target.type.is_date:
        good = dates(sample, format_of(sample)).notna()
    elif target.id == "outcome":
        good = sample.map(lambda cell: kind_of(cell) is not None)
    elif target.options == "yes_no":
        good = sample.map(lambda cell: truth(cell) is not None)
    elif target.type is Type.CHOICE:
        choices = CHOICES[str(target.options)]
        good = sample.map(lambda cell: identify(choices, cell) is not None)
    elif target.type is Type.KEY:
        return len(sample) < _TELLING or bool(sample.nunique() >= _MOSTLY * len(sample))
    elif target.type.is_text:
        return True
    else:
        good = numbers(sample, decimal_of(sample, delimiter)).notna()
    return bool(good.mean() >= _MOSTLY)
