"""Keep account of every row and amount of an import: what became of it in the workbook, or why it was left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Edit
from xl_salesflow.core.verb_answers import (
    ImportedAmounts,
    ImportedFiles,
    ImportedRowCounts,
    LeftOutRows,
    LostCells,
    UnfinishedRows,
)
from xl_salesflow.core.written_numbers import parse_number_reading
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.map_parts import UNFINISHED_REASON_HEADER, ColumnMap, FileMap
from xl_salesflow.imports.row_matching import FILE_COLUMN, ROW_COLUMN, MatchedRows
from xl_salesflow.schema.table_columns import ColumnType, extend_table
from xl_salesflow.schema.table_registry import TABLES

_FATE_COLUMN, _CREATED, _UPDATED, _UNCHANGED = "fate", "created", "updated", "unchanged"
_PLACE_COLUMNS = [FILE_COLUMN, ROW_COLUMN]
RowFates: TypeAlias = Mapping[str, pd.DataFrame]
"""Table → its imported rows with file, row, key, fate, and their amounts as they are in the workbook afterwards."""


@dataclass
class SourceAccount:
    """What happened to the rows and cells of one source, mapped by *file*.

    *left_out* is row → reason, *faults* row → the reasons why it, or some of its cells, could not be used. *keys* are
    the keys of the rows that were used.
    """

    source: ImportSource
    file: FileMap
    lost: list[LostCells] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)
    faults: dict[int, list[str]] = field(default_factory=dict)
    amounts: list[tuple[str, str, float, float]] = field(
        default_factory=list
    )  # header, target, sum in the file, factor
    keys: pd.Series | None = None

    @property
    def table(self) -> str:
        """Return the table that the rows go to."""
        return self.file.table

    def leave_out(self, row: int, why: str, is_fault: bool = True) -> None:
        """Record that *row* was left out; a fault is something that a person can mend."""
        self.left_out[row] = why
        if is_fault:
            self.faults.setdefault(row, []).append(why)

    def add_fault(self, rows: pd.Index, why: str) -> None:
        """Record that a cell in each of *rows* could not be used."""
        for row in rows:
            self.faults.setdefault(int(row), []).append(why)

    def count_lost(self, header: str, column: str, rows: pd.Index, filled: int) -> None:
        """Record that the cells of *header* in *rows* could not be read."""
        if len(rows):
            places = tuple(int(row) for row in rows)
            self.lost.append(LostCells(self.source.name, header, self.table, column, len(rows), filled, places))

    def add_amounts(self, header: str, how: ColumnMap, texts: pd.Series, values: pd.Series) -> None:
        """Record the sum of a column as the file has it: in its own unit and currency, unreadable cells included if possible."""
        unread = texts[values.isna() & (texts != "")]
        rest = sum(_bare_amount(text, how.decimal) for text in unread)
        factor = how.times * (how.rate or 1.0)
        self.amounts.append((header, how.to, round(float(values.sum()) / factor + rest, 6), factor))

    def join_amounts(self, column: str, other: str, gained: float) -> None:
        """Count the amounts of two columns as one, *column*; *gained* is by how much *other* changes its sum, in the workbook."""
        joined = {
            to: (header, in_file, factor) for header, to, in_file, factor in self.amounts if to in (column, other)
        }
        if len(joined) == 2:
            (header, in_file, factor), (more, _, _) = joined[column], joined[other]
            self.amounts = [amounts for amounts in self.amounts if amounts[1] not in joined]
            self.amounts.append((f"{header} / {more}", column, round(in_file + gained / factor, 6), factor))


def _bare_amount(text: str, decimal: str) -> float:
    reading = parse_number_reading(text)
    value = reading and (reading.comma if decimal == "," else reading.dot)
    return float(value) if value is not None else 0.0


def trace_matched_rows(
    table: str, matched: MatchedRows, edits: Sequence[Edit], existing: pd.DataFrame, keys: pd.Series | None = None
) -> pd.DataFrame:
    """Return the fate of each of the *matched* rows of *table*, and its amounts after *edits* of *existing* rows."""
    listed = extend_table(TABLES[table], map(str, matched.new.columns)).columns
    columns = [column.id for column in listed if column.type is ColumnType.MONEY]
    key = TABLES[table].key
    changed: set[object] = set().union(*(edit.after.index for edit in edits))
    known = matched.known.copy()
    known[_FATE_COLUMN] = np.where(known.index.isin(list(changed)), _UPDATED, _UNCHANGED)
    if key:
        known[key] = existing.loc[known.index, key]
    for column_id in sorted(set(columns) & set(known)):
        known[column_id] = known[column_id].fillna(existing.loc[known.index, column_id])
    new = matched.new.assign(**{_FATE_COLUMN: _CREATED})
    kept = [*_PLACE_COLUMNS, _FATE_COLUMN, *([key] if key else []), *(c for c in columns if c in known or c in new)]
    return pd.concat([part.reindex(columns=kept) for part in (new, known) if len(part)] or [new.reindex(columns=kept)])


def find_created_rows(fates: pd.DataFrame, key: str) -> Mapping[str, tuple[str, int]]:
    """Return the file and row of every created row of *fates*, by its *key*."""
    new = fates[(fates[_FATE_COLUMN] == _CREATED).to_numpy(bool)] if key in fates else fates.head(0)
    cells = zip(new[key], new[FILE_COLUMN], new[ROW_COLUMN], strict=True) if len(new) else ()
    return {str(name): (str(file), int(row)) for name, file, row in cells if name}


def summarise_import(accounts: Sequence[SourceAccount], fates: RowFates) -> ImportedFiles:
    """Return the answer of an import: rows and amounts by file, and everything that was not used."""
    return ImportedFiles(
        tuple(_count_rows(account, fates[account.table]) for account in accounts),
        tuple(run for account in accounts for run in _list_left_out_runs(account)),
        tuple(amounts for account in accounts for amounts in _compare_amounts(account, fates[account.table])),
        tuple(lost for account in accounts for lost in account.lost),
        tuple(rows for account in accounts if (rows := _collect_unfinished_rows(account)) is not None),
    )


def _own_rows(account: SourceAccount, fates: pd.DataFrame) -> pd.DataFrame:
    return fates[(fates[FILE_COLUMN] == account.source.name).to_numpy(bool)]


def _count_rows(account: SourceAccount, fates: pd.DataFrame) -> ImportedRowCounts:
    counts = _own_rows(account, fates)[_FATE_COLUMN].value_counts()
    created, updated, unchanged = (int(counts.get(fate, 0)) for fate in (_CREATED, _UPDATED, _UNCHANGED))
    left_out = len(account.left_out)
    read = len(set(account.source.cells.index) | set(account.left_out))
    joined = read - left_out - created - updated - unchanged
    return ImportedRowCounts(account.source.name, account.table, read, created, updated, unchanged, joined, left_out)


def _list_left_out_runs(account: SourceAccount) -> Iterator[LeftOutRows]:
    """Yield the rows that were left out, with neighbours of one reason joined."""
    first, last, reason = 0, 0, ""
    for row, why in sorted(account.left_out.items()):
        if (why, row - 1) == (reason, last):
            last = row
            continue
        if reason:
            yield LeftOutRows(account.source.name, first, last, reason)
        first, last, reason = row, row, why
    if reason:
        yield LeftOutRows(account.source.name, first, last, reason)


def _compare_amounts(account: SourceAccount, fates: pd.DataFrame) -> Iterator[ImportedAmounts]:
    own = _own_rows(account, fates)
    key = TABLES[account.table].key
    if account.keys is not None and key in fates:
        elsewhere = account.keys[~account.keys.index.isin(own[ROW_COLUMN]) & (account.keys != "")]
        own = pd.concat([own, fates[fates[key].isin(elsewhere)]])
    for header, column, in_file, factor in account.amounts:
        in_workbook = round(float(own[column].sum()), 6) if column in own else 0.0
        yield ImportedAmounts(account.source.name, header, account.table, column, in_file, in_workbook, factor)


def _collect_unfinished_rows(account: SourceAccount) -> UnfinishedRows | None:
    source = account.source
    whole = source.cells if source.torn.empty else pd.concat([source.cells, source.torn]).sort_index().fillna("")
    rows = [row for row in whole.index if row in account.faults]
    if not rows:
        return None
    headers = [header for header in source.headers if header not in UNFINISHED_REASON_HEADER.translations()]
    cells = whole.loc[rows, headers]
    for header in headers:
        if (how := account.file.columns.get(header)) and how.decimal == ",":
            # number cells of a sheet have a decimal point; in a text file they are read like the rest of the column
            cells[header] = [_with_decimal_comma(text, source.number_cells) for text in cells[header]]
    return UnfinishedRows(
        str(source.path), source.sheet, source.layout.delimiter or ",", tuple(headers),
        tuple(tuple(map(str, row)) for row in cells.itertuples(index=False, name=None)),
        tuple(" ".join(dict.fromkeys(account.faults[row])) for row in rows),
    )  # fmt: skip


def _with_decimal_comma(text: str, number_cells: Collection[str]) -> str:
    return text.replace(".", ",") if text in number_cells else text
