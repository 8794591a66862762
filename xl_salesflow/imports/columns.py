"""What becomes of each column of a file: its target, and how its dates and numbers are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from xl_salesflow.imports.cells import filled, tidied
from xl_salesflow.imports.dates import EITHER, YEAR_FIRST, format_of
from xl_salesflow.imports.headers import Match, refers_to
from xl_salesflow.imports.mapping import ColumnMap, FileMap
from xl_salesflow.imports.numbers import decimal_of, numbers, times_of
from xl_salesflow.imports.remarks import Remarks
from xl_salesflow.imports.sources import Source
from xl_salesflow.imports.targets import targets
from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES

Columns = Mapping[str, str]
Found = Sequence[tuple[Source, FileMap]]


def foreign_keys(
    source: Source, match: Match, matches: Iterable[tuple[Source, Match | None]], pipeline: Pipeline, remarks: Remarks
) -> Columns:
    """Return the columns of *match*, and those whose values are the keys of a table that nothing refers to yet."""
    columns, wanted = dict(match.columns), targets(match.table)
    for target in wanted.values():
        if target.type is not Type.REF or target.id in columns.values() or target.options in ("Stages", match.table):
            continue
        keys = _keys(str(target.options), matches, pipeline)
        for header in source.headers:
            if header not in columns and refers_to(tidied(source.cells[header]), keys):
                columns[header] = target.id
                remarks.foreign_key(source, header, target)
                break
    return columns


def column_maps(source: Source, table: str, columns: Columns, remarks: Remarks) -> dict[str, ColumnMap]:
    """Return what becomes of every column of *source*, in the file's order."""
    known = targets(table) if table else {}
    maps = {header: _how(source, header, known.get(columns.get(header, ""))) for header in source.headers}
    decided = {how.dates for how in maps.values()} - {"", EITHER, YEAR_FIRST}
    if len(decided) == 1:  # one program wrote the file, and one column of it says which way round days are
        format = next(iter(decided))
        for header, how in maps.items():
            if how.dates == EITHER:
                maps[header] = replace(how, dates=format)
                remarks.dates_as_beside(source, header, format)
    return maps


def _how(source: Source, header: str, target: Column | None) -> ColumnMap:
    if target is None:
        return ColumnMap()
    texts = tidied(source.cells[header])
    texts = texts[filled(texts)]
    if target.type.is_date:
        return ColumnMap(target.id, dates=format_of(texts))
    if target.type.is_text or target.type is Type.POINTS:
        return ColumnMap(target.id)
    decimal = decimal_of(texts, source.layout.delimiter)
    times = times_of(header)
    if target.type is Type.PERCENT:
        times = _percent(texts, decimal, times)
    return ColumnMap(target.id, decimal=decimal, times=times)


def _percent(texts: pd.Series, decimal: str, times: float) -> float:
    # 60 in a column of fractions can only be per cent
    if times == 1.0 and numbers(texts, decimal).max() > 1:
        return 0.01
    return times


def _keys(table: str, matches: Iterable[tuple[Source, Match | None]], pipeline: Pipeline) -> set[str]:
    key = str(TABLES[table].key)
    keys = set(pipeline[table][key])
    for source, match in matches:
        if match and match.table == table:
            keys |= {text for header, to in match.columns.items() if to == key for text in tidied(source.cells[header])}
    return keys - {""}


def texts_of(found: Found, table: str, target: str) -> pd.Series:
    """Return the texts of every file's column that becomes *target* of *table*."""
    columns = [
        source.cells[header]
        for source, file in found
        if file.table == table
        for header, how in file.columns.items()
        if how.to == target
    ]
    return tidied(pd.concat(columns)) if columns else pd.Series([], dtype=object)
