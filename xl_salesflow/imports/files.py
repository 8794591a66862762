"""The rows of every mapped file, typed, checked for keys, and joined by table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.imports import reports
from xl_salesflow.imports.cells import Reader, tidied
from xl_salesflow.imports.delimited import Layout
from xl_salesflow.imports.mapping import FileMap
from xl_salesflow.imports.mapping import Mapping as Map
from xl_salesflow.imports.rows import FILE, ROW, Rows, joined
from xl_salesflow.imports.sources import Source, read
from xl_salesflow.imports.targets import FIRST, LAST, TO_NOTES, targets
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

_NOTE = Text("{header}: {value}", "{header}:{value}")


def rows_of(paths: Sequence[Path], mapping: Map, language: Language) -> tuple[dict[str, Rows], list[Finding]]:
    """Return the rows for each table that *mapping* fills from the files at *paths* (or beside them), and what is wrong."""
    found: list[Finding] = []
    parts: dict[str, list[Rows]] = {}
    for file in mapping.files:
        if file.table:
            source = _source(file, paths)
            parts.setdefault(file.table, []).append(_typed(source, file, mapping, language, found))
    return {table: joined(rows) for table, rows in parts.items()}, found


def _source(file: FileMap, paths: Sequence[Path]) -> Source:
    named = [path for path in paths if file.file in (str(path), path.name)]
    beside = [path.parent / file.file for path in paths]
    path = next((path for path in (*named, *beside) if path.is_file()), None)
    if path is None:
        raise UsageError(
            f"The map speaks of {file.file}, which is neither given nor beside the files given.",
            f"映射中的 {file.file} 既未给出，也不在所给文件旁边。",
        )
    layout = Layout(file.encoding, file.delimiter) if file.encoding and file.delimiter else None
    sources = {source.sheet: source for source in read(path, layout)}
    if file.sheet not in sources:
        meant = nearest(file.sheet, sources) or next(iter(sources))
        raise UsageError(
            f"{path} has no filled sheet “{file.sheet}”; is it {meant}?",
            f"{path} 中没有含数据的工作表“{file.sheet}”；是否为 {meant}？",
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
    columns = _whole_names(file.table, columns)
    if notes:
        columns["notes"] = _lines(([columns["notes"]] if "notes" in columns else []) + notes)
    for row in source.ragged:
        found.append(reports.finding("ragged", reports.RAGGED, source.name, row, language, table=file.table))
    found += reports.left_out(source.name, source.left_out, language, file.table)
    frame = pd.DataFrame(columns, index=source.cells.index)
    frame[FILE], frame[ROW] = source.name, source.cells.index
    return Rows(file.table, _distinct(frame, source, file, language, found), tuple(columns))


def _whole_names(table: str, columns: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """Return *columns* with first and last names as the one name the table has; a name given whole wins."""
    parts = {id: columns.pop(id) for id in (FIRST, LAST) if id in columns and id not in TABLES[table].by_id}
    key = TABLES[table].key or ""
    if not parts or key in columns:
        return columns
    blank = pd.Series("", index=next(iter(parts.values())).index, dtype=object)
    pairs = zip(parts.get(FIRST, blank), parts.get(LAST, blank), strict=True)
    whole = [
        last + first if not (first + last).isascii() and len(first + last) <= 4 else f"{first} {last}".strip()
        for first, last in pairs
    ]
    return {key: pd.Series(whole, index=blank.index, dtype=object), **columns}


def _no_header(source: Source, header: str) -> UsageError:
    meant = nearest(header, source.headers)
    return UsageError(
        f"{source.name} has no column “{header}”{f'; is it “{meant}”?' if meant else ''} Put its header into the map.",
        f"{source.name} 中没有列“{header}”{f'；是否为“{meant}”？' if meant else ''}请在映射中改为文件中的标题。",
    )


def _noted(header: str, texts: pd.Series, language: Language) -> pd.Series:
    return (_NOTE.in_(language, header=header, value="") + texts).where(texts != "", "")


def _lines(parts: Sequence[pd.Series]) -> pd.Series:
    lines = ["\n".join(filter(None, row)) for row in zip(*parts, strict=True)]
    return pd.Series(lines, index=parts[0].index, dtype=object)


def _distinct(
    frame: pd.DataFrame, source: Source, file: FileMap, language: Language, found: list[Finding]
) -> pd.DataFrame:
    """Return the rows whose key can be used, each key once; the others are told."""
    key = TABLES[file.table].key
    if key is None or key not in frame:
        return frame
    header = next(header for header, how in file.columns.items() if how.to in (key, LAST, FIRST))
    titled = TABLES[file.table].header(key, language)
    blank = frame[key] == ""
    for row in frame.index[blank]:
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
