"""Match rows of files to rows of the workbook: what is new, what differs, what may be a duplicate.

The files of one table are joined by its key first. Possible duplicates are only reported; the product does not decide
about them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Edit, find_equal_cells
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.imports.import_findings import (
    JOINED_LEADS_OF_FILE,
    OTHER_DEAL_OF_KEY_IN_FILE,
    OTHER_VALUES_OF_KEY_IN_FILE,
    POSSIBLE_DUPLICATE_IN_FILE,
    make_import_finding,
)
from xl_salesflow.imports.import_vocabulary import ENTERED_TARGET, LEAD_NUMBER_TARGET, targets_of_table
from xl_salesflow.locale.texts import Language, TextList, fold_text
from xl_salesflow.process.duplicate_rows import DUPLICATE_SIGNS, find_duplicate_pairs
from xl_salesflow.schema.table_columns import Column, TableSchema, extend_table
from xl_salesflow.schema.table_frames import DATE_DTYPE
from xl_salesflow.schema.table_registry import TABLES

FILE_COLUMN, ROW_COLUMN = "file", "row"
"""Additional columns that say which file and row a row came from."""


@dataclass(frozen=True)
class ImportedRows:
    """The rows of the files for one table: typed columns by target id, and FILE and ROW. *given* are the mapped columns."""

    table: str
    frame: pd.DataFrame
    given: tuple[str, ...]


def join_imported_rows(parts: Sequence[ImportedRows], language: Language, findings: list[Finding]) -> ImportedRows:
    """Return the rows of several files of one table joined by key; later files add values and take precedence.

    Values that differ are *findings*. A key that stands for another deal in a later file is taken off there, so that the
    deal gets a number of its own.
    """
    table = TABLES[parts[0].table]
    frame, given = parts[0].frame, dict.fromkeys(parts[0].given)
    for part in parts[1:]:
        given |= dict.fromkeys(part.given)
        if table.key not in frame or table.key not in part.frame:
            frame = _stack_imported_frames([frame, part.frame], table.name)
            continue
        key, more = str(table.key), part.frame
        if table.name == "Deals":
            more = _free_keys_of_other_deals(frame, more, language, findings)
        findings += _report_other_values(frame, more, table, language)
        frame = _merge_rows_by_key(frame, more, key, table.name)
    if LEAD_NUMBER_TARGET in frame and table.key in frame:
        frame = _join_leads_to_deals(frame, language, findings)
        given.pop(LEAD_NUMBER_TARGET, None)
    return ImportedRows(table.name, frame.reset_index(drop=True), tuple(given))


def _join_leads_to_deals(frame: pd.DataFrame, language: Language, findings: list[Finding]) -> pd.DataFrame:
    """Return the deals without the leads they came from, whose values fill what a deal leaves blank."""
    numbers = frame[LEAD_NUMBER_TARGET].fillna("")
    leads = frame[frame["deal"].isin(set(numbers) - {""})].drop_duplicates("deal").set_index("deal")
    came = numbers.isin(leads.index)
    frame = frame.drop(columns=LEAD_NUMBER_TARGET)
    for column_id in leads.columns.intersection(frame.columns).difference(
        ["stage", "outcome", FILE_COLUMN, ROW_COLUMN]
    ):
        known = pd.Series(leads[column_id].reindex(numbers[came]).to_numpy(), index=numbers.index[came])
        blank = is_blank_cell(frame.loc[came, column_id]) & ~is_blank_cell(known)
        frame.loc[blank.index[blank], column_id] = known[blank]
    joined = frame["deal"].isin(leads.index)
    if joined.any():
        row = frame[joined].iloc[0]
        findings.append(
            make_import_finding(
                "joined_lead", JOINED_LEADS_OF_FILE, row[FILE_COLUMN], int(row[ROW_COLUMN]), language, table="Deals",
                severity="note", count=int(joined.sum()),
            )
        )  # fmt: skip
    return frame[~joined]


def _free_keys_of_other_deals(
    frame: pd.DataFrame, more: pd.DataFrame, language: Language, findings: list[Finding]
) -> pd.DataFrame:
    """Return *more* without the keys of deals that have another name, and another customer if both files tell it."""
    shared = [column_id for column_id in ("name", "account") if column_id in frame and column_id in more]
    if "name" not in shared:
        return more
    first = frame.drop_duplicates("deal").set_index("deal")
    known = more["deal"].isin(first.index) & (more["deal"] != "")
    other = known.copy()
    for column_id in shared:
        mine, theirs = (
            more["deal"].map(first[column_id]).astype(object).fillna("").map(fold_text),
            more[column_id].map(fold_text),
        )
        other &= (mine != theirs) & (mine != "") & (theirs != "")
    if not other.any():
        return more
    row = more[other].iloc[0]
    findings.append(
        make_import_finding(
            "other_deal", OTHER_DEAL_OF_KEY_IN_FILE, row[FILE_COLUMN], int(row[ROW_COLUMN]), language, table="Deals",
            column="deal", count=int(other.sum()), other=first.loc[row["deal"], FILE_COLUMN], number=row["deal"],
        )
    )  # fmt: skip
    return more.assign(deal=more["deal"].mask(other, ""))


def _report_other_values(
    frame: pd.DataFrame, more: pd.DataFrame, table: TableSchema, language: Language
) -> Iterator[Finding]:
    """Yield one finding if rows of *more* have other values than the rows of the same key in *frame*."""
    key = str(table.key)
    first = frame[frame[key] != ""].drop_duplicates(key).set_index(key)
    later = more[more[key].isin(first.index)]
    differing, columns = pd.Series(False, index=later.index), list[str]()
    for column_id in later.columns.intersection(first.columns).difference([key, FILE_COLUMN, ROW_COLUMN], sort=False):
        mine, theirs = first[column_id].reindex(later[key]).set_axis(later.index), later[column_id]
        differs = (mine != theirs) & ~is_blank_cell(mine) & ~is_blank_cell(theirs)
        if differs.any():
            differing |= differs
            columns.append(table.header(column_id, language) if column_id in table.by_id else column_id)
    if columns:
        row = later[differing].iloc[0]
        yield make_import_finding(
            "other_values", OTHER_VALUES_OF_KEY_IN_FILE, row[FILE_COLUMN], int(row[ROW_COLUMN]), language, table=table.name,
            column=key, key=row[key], number=row[key], count=int(differing.sum()), other=first.loc[row[key], FILE_COLUMN],
            columns=TextList(tuple(columns)),
        )  # fmt: skip


def _merge_rows_by_key(frame: pd.DataFrame, more: pd.DataFrame, key: str, table: str) -> pd.DataFrame:
    known = more[key].isin(frame[key]) & (more[key] != "")
    frame = _stack_imported_frames([frame, more[~known]], table).set_index(key, drop=False)
    details = more[known].set_index(key, drop=False)
    for column_id in details.columns.difference([key, FILE_COLUMN, ROW_COLUMN]):
        filled = details[column_id][~is_blank_cell(details[column_id])]
        frame.loc[filled.index, column_id] = filled
    return frame.reset_index(drop=True)


def _stack_imported_frames(frames: Sequence[pd.DataFrame], table: str) -> pd.DataFrame:
    ids = dict.fromkeys(str(column_id) for frame in frames for column_id in frame.columns)
    columns = {
        column_id: pd.concat([column_or_blanks(frame, column_id, table) for frame in frames]) for column_id in ids
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def column_or_blanks(frame: pd.DataFrame, column_id: str, table: str) -> pd.Series:
    """Return column *column_id* of *frame*, or blanks if it has none."""
    if column_id in frame:
        return frame[column_id]
    is_entry = column_id.startswith(ENTERED_TARGET)
    return make_blank_column(targets_of_table(table)["stage_since" if is_entry else column_id], frame.index)


def make_blank_column(target: Column, index: pd.Index) -> pd.Series:
    """Return a column of blanks, typed as in schema.table_frames."""
    if target.type.is_text:
        return pd.Series("", index=index, dtype=object)
    if target.type.is_date:
        return pd.Series(pd.NaT, index=index, dtype=DATE_DTYPE)
    return pd.Series(np.nan, index=index, dtype="float64")


def is_blank_cell(column: pd.Series) -> pd.Series:
    """Return which cells of a typed *column* are blank."""
    return column == "" if column.dtype == object else column.isna()


_RECOGNISING_COLUMNS = {
    "Deals": ("name", "account", "contact", "product", "created"),
    "Activities": ("deal", "date", "type", "contact", "summary"),
}


@dataclass(frozen=True)
class MatchedRows:
    """*new* rows have a key and their origin; *known* holds, for every other row, the sheet row it updates."""

    new: pd.DataFrame
    known: pd.DataFrame


def match_rows_to_table(pipeline: Pipeline, table: str, rows: pd.DataFrame, given: Sequence[str]) -> MatchedRows:
    """Return which of *rows* are already in the workbook: by key, or for rows without one by their identifying columns."""
    key, existing = TABLES[table].key, pipeline[table]
    numbered = rows[key] != "" if key is not None and key in given else pd.Series(False, index=rows.index)
    sheet_row = pd.Series(np.nan, index=rows.index)
    if key is not None and numbered.any():
        places = pd.Series(existing.index, index=existing[key])
        sheet_row[numbered] = rows.loc[numbered, key].map(places[~places.index.duplicated()])
    if not numbered.all():
        unnumbered = rows[~numbered]
        given = [column_id for column_id in given if column_id != key]
        sheet_row[~numbered] = pd.Series(_recognise_rows(table, unnumbered, given, existing), unnumbered.index)
    rows = rows.assign(sheet_row=sheet_row)
    known = rows[rows["sheet_row"].notna()]
    new = rows[rows["sheet_row"].isna()].drop(columns="sheet_row")
    if key is not None and not numbered.all():
        waiting = ~numbered[new.index]
        keys = new[key].copy() if key in new else pd.Series("", index=new.index, dtype=object)
        numbers = next_keys(pipeline, table, int(waiting.sum()), keys[~waiting])
        keys[waiting] = pd.Series(numbers, keys.index[waiting], dtype=object)
        new = new.assign(**{key: keys})
    return MatchedRows(new, known.set_index(known["sheet_row"].astype("int64")).drop(columns="sheet_row"))


def change_known_rows(
    table: str, known: pd.DataFrame, given: Sequence[str], existing: pd.DataFrame, because: str
) -> tuple[Edit, ...]:
    """Return the edits for cells of *given* columns that differ in *known* rows (indexed by sheet row).

    A blank changes nothing.
    """
    if known.empty:
        return ()
    key, found = TABLES[table].name_column, list[Edit]()
    for column_id in given:
        if column_id == key:
            continue
        column = TABLES[table][column_id]
        after = known[column_id][~is_blank_cell(known[column_id])]
        before = existing.loc[after.index, column_id]
        after = after[~find_equal_cells(column, before, after)]
        if len(after):
            found.append(
                Edit(table, column_id, existing.loc[after.index, key], before.loc[after.index], after, because)
            )
    return tuple(found)


def complete_imported_frame(table: TableSchema, rows: pd.DataFrame) -> pd.DataFrame:
    """Return *rows* as a complete frame of *table*, each column typed as in schema.table_frames."""
    table = extend_table(table, map(str, rows.columns))
    rows = rows.reset_index(drop=True)
    blank = {column.id: make_blank_column(column, rows.index) for column in table.columns}
    return pd.DataFrame(
        {
            column_id: rows[column_id].astype(column.dtype) if column_id in rows else column
            for column_id, column in blank.items()
        }
    )


def _recognise_rows(table: str, rows: pd.DataFrame, given: Sequence[str], existing: pd.DataFrame) -> list[float]:
    """Return the sheet row of each of *rows*, or NaN if it is not in the workbook yet."""
    # the same row twice in a file means two rows, so a row is identified by its contents and the number of equal rows
    # before it
    by = [column_id for column_id in _RECOGNISING_COLUMNS.get(table, ()) if column_id in given] or list(given)
    places = dict(zip(_fingerprint_rows(existing, by), existing.index, strict=True))
    return [places.get(fingerprint, np.nan) for fingerprint in _fingerprint_rows(rows, by)]


def _fingerprint_rows(rows: pd.DataFrame, by: Sequence[str]) -> list[tuple[object, ...]]:
    contents, seen = (
        list(zip(*(rows[column_id].astype("str") for column_id in by), strict=True)),
        Counter[tuple[str, ...]](),
    )
    found: list[tuple[object, ...]] = []
    for words in contents:
        seen[words] += 1
        found.append((*words, seen[words]))
    return found


def find_imported_duplicates(
    table: str, new: pd.DataFrame, existing: pd.DataFrame, language: Language
) -> Iterator[Finding]:
    """Yield a finding for each of the *new* rows (with FILE and ROW) that may be a duplicate of another row of *table*."""
    if table not in DUPLICATE_SIGNS or new.empty:
        return
    key, before = TABLES[table].key or "", len(existing)
    rows = pd.concat([existing, complete_imported_frame(TABLES[table], new)], ignore_index=True)
    for pair in find_duplicate_pairs(table, rows):
        if pair.row >= before:
            came = new.iloc[pair.row - before]
            name, other = str(rows.at[pair.row, key]), str(rows.at[pair.other, key])
            why = pair.reason.in_(language, alike=pair.likeness)
            yield make_import_finding(
                "twice",
                POSSIBLE_DUPLICATE_IN_FILE,
                came[FILE_COLUMN],
                int(came[ROW_COLUMN]),
                language,
                table=table,
                column=key,
                key=name,
                severity="note",
                name=name,
                other=other,
                why=why,
            )
