"""The rows of every mapped file, typed, checked for keys, and joined by table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.imports import reports
from xl_salesflow.imports.cells import Reader, tidied
from xl_salesflow.imports.delimited import Layout
from xl_salesflow.imports.mapping import FileMap
from xl_salesflow.imports.mapping import Mapping as Map
from xl_salesflow.imports.sources import Source, read
from xl_salesflow.imports.targets import TO_NOTES, targets
from xl_salesflow.model.column import Column
from xl_salesflow.model.frames import DATE_DTYPE
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

FILE, ROW = "file", "row"
"""Columns that say where a row came from, beside the table's own."""

_NOTE = Text("{header}: {value}", "{header}:{value}")


@dataclass(frozen=True)
class Rows:
    """The rows the files hold for one table: typed columns by target id, and FILE and ROW. *given* are the mapped columns."""

    table: str
    frame: pd.DataFrame
    given: tuple[str, ...]


def rows_of(paths: Sequence[Path], mapping: Map, language: Language) -> tuple[dict[str, Rows], list[Finding]]:
    """Return the rows for each table that *mapping* fills from the files at *paths* (or beside them), and what is wrong."""
    found: list[Finding] = []
    parts: dict[str, list[Rows]] = {}
    for file in mapping.files:
        if file.table:
            source = _source(file, paths)
            parts.setdefault(file.table, []).append(_typed(source, file, mapping, language, found))
    return {table: _joined(rows) for table, rows in parts.items()}, found


def _source(file: FileMap, paths: Sequence[Path]) -> Source:
    named = [path for path in paths if file.file in (str(path), path.name)]
    beside = [path.parent / file.file for path in paths]
    path = next((path for path in (*named, *beside) if path.is_file()), None)
    if path is None:
        raise UsageError(
            f"The map speaks of {file.file}, which is neither given nor beside the files given.",
            f"映射中的 {file.file} 既未给出,也不在所给文件旁边。",
        )
    layout = Layout(file.encoding, file.delimiter) if file.encoding and file.delimiter else None
    sources = {source.sheet: source for source in read(path, layout)}
    if file.sheet not in sources:
        meant = nearest(file.sheet, sources) or next(iter(sources))
        raise UsageError(
            f"{path} has no filled sheet “{file.sheet}”; is it {meant}?",
            f"{path} 中没有含数据的工作表“{file.sheet}”;是否为 {meant}?",
        )
    return sources[file.sheet]


def _typed(source: Source, file: FileMap, mapping: Map, language: Language, found: list[Finding]) -> Rows:
    reader = Reader(source, file.table, language, mapping.values, found)
    columns: dict[str, pd.Series] = {}
    notes: list[pd.Series] = []
    for header, how in file.columns.items():
        if header not in source.cells:
            raise _no_header(source, header)
        if how.to == TO_NOTES:
            notes.append(_noted(header, tidied(source.cells[header]), language))
        elif how.to:
            columns[how.to] = reader.column(header, targets(file.table)[how.to], how)
    if notes:
        columns["notes"] = _lines(([columns["notes"]] if "notes" in columns else []) + notes)
    for row in source.ragged:
        found.append(reports.finding("ragged", reports.RAGGED, source.name, row, language, table=file.table))
    frame = pd.DataFrame(columns, index=source.cells.index)
    frame = frame.assign(**{FILE: source.name, ROW: source.cells.index})
    return Rows(file.table, _distinct(frame, source, file, language, found), tuple(columns))


def _no_header(source: Source, header: str) -> UsageError:
    meant = nearest(header, source.cells.columns)
    return UsageError(
        f"{source.name} has no column “{header}”{f'; is it “{meant}”?' if meant else ''} Put its header into the map.",
        f"{source.name} 中没有列“{header}”{f';是否为“{meant}”?' if meant else ''}请在映射中改为文件中的标题。",
    )


def _noted(header: str, texts: pd.Series, language: Language) -> pd.Series:
    return (_NOTE.in_(language, header=header, value="") + texts).where(texts != "", "")


def _lines(parts: Iterable[pd.Series]) -> pd.Series:
    lines = pd.concat(list(parts), axis=1)
    return lines.agg(lambda row: "\n".join(filter(None, row)), axis=1).astype(object)


def _distinct(
    frame: pd.DataFrame, source: Source, file: FileMap, language: Language, found: list[Finding]
) -> pd.DataFrame:
    """Return the rows whose key can be used, each key once; the others are told."""
    key = TABLES[file.table].key
    if key is None or key not in frame:
        return frame
    header = next(header for header, how in file.columns.items() if how.to == key)
    titled = TABLES[file.table].header(key, language)
    blank = frame[key] == ""
    for row in frame.index[blank & (frame.drop(columns=[FILE, ROW]) != "").any(axis=1)]:
        found.append(
            reports.finding("key", reports.NO_KEY, source.name, int(row), language, header=header, table=file.table, column=key,
                            severity="block", title=titled)
        )  # fmt: skip
    kept = frame[~blank]
    again = kept[key].duplicated()
    firsts = kept.loc[~again, [key]].reset_index().set_index(key).iloc[:, 0]
    for row, text in kept.loc[again, key].items():
        found.append(
            reports.finding("doubled", reports.DOUBLED, source.name, int(str(row)), language, header=header, table=file.table,
                            key=text, column=key, severity="block", text=text, first=firsts[text], title=titled)
        )  # fmt: skip
    return kept[~again]


def _joined(parts: Sequence[Rows]) -> Rows:
    """Return the rows of several files of one table as one: joined by key, later files fill in and win."""
    table = TABLES[parts[0].table]
    frame, given = parts[0].frame, dict.fromkeys(parts[0].given)
    for part in parts[1:]:
        given |= dict.fromkeys(part.given)
        both = table.key is not None and table.key in frame and table.key in part.frame
        frame = (
            _merged(frame, part.frame, str(table.key), table.name)
            if both
            else _stacked([frame, part.frame], table.name)
        )
    return Rows(table.name, frame.reset_index(drop=True), tuple(given))


def _merged(frame: pd.DataFrame, more: pd.DataFrame, key: str, table: str) -> pd.DataFrame:
    known = more[key].isin(frame[key])
    frame = _stacked([frame, more[~known]], table).set_index(key, drop=False)
    details = more[known].set_index(key, drop=False)
    for id in details.columns.difference([key, FILE, ROW]):
        said = details[id][~blanks(details[id])]
        frame.loc[said.index, id] = said
    return frame.reset_index(drop=True)


def _stacked(frames: Sequence[pd.DataFrame], table: str) -> pd.DataFrame:
    ids = list(dict.fromkeys(id for frame in frames for id in frame))
    return pd.DataFrame({id: pd.concat([column_of(frame, id, table) for frame in frames]) for id in ids}).reset_index(
        drop=True
    )


def column_of(frame: pd.DataFrame, id: str, table: str) -> pd.Series:
    """Return column *id* of *frame*, blank where it has none."""
    return frame[id] if id in frame else blank_column(targets(table)[id], frame.index)


def blank_column(target: Column, index: pd.Index) -> pd.Series:
    """Return a column of blanks, typed as model.frames says."""
    if target.type.is_text:
        return pd.Series("", index=index, dtype=object)
    if target.type.is_date:
        return pd.Series(pd.NaT, index=index, dtype=DATE_DTYPE)
    return pd.Series(np.nan, index=index, dtype="float64")


def blanks(column: pd.Series) -> pd.Series:
    """Tell which cells of a typed *column* are blank."""
    return column == "" if column.dtype == object else column.isna()
