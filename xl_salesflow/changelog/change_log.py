"""The change log (sheet Journal): what each run changed, so that it can be undone.

It records every cell that a run changed and every row that it added or removed. It does not record what every run
recomputes (formulas, warnings, counts of activities), nor the first stage stays of a new deal. An added row is recorded
as a digest of its input columns, a removed row in full, and a row that loses its key as such a digest too. Of the
generated sheets only Conflicts is recorded, because no later run could reconstruct the questions of a merge.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

import pandas as pd

from xl_salesflow.core.answers import SomeAnswer
from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, Remove
from xl_salesflow.core.key_numbers import next_run_number
from xl_salesflow.schema.plain_values import is_blank, json_value
from xl_salesflow.schema.table_columns import Column, ColumnWriter, TableSchema, extend_table
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

STAGE_MOVE_COLUMNS = (
    "recorded_stage", "since", "outcome", "closed", "furthest", "move_status", "move_reasons", "move_warnings",
)  # fmt: skip
"""The columns of Deals that a stage move changes together."""

RECOMPUTED_COLUMNS = {
    "warnings", "warned", "last_activity", "learned_probability", "learned_why", "score_trail", "pushes", "last_expected_close",
    "trait_score", "won_deals", "attempts", "contact_days", "sales_cost", "spin_kinds", "spin", "solution_version", "seal",
    "weighted_value", "step", "draft_texts", "first_meeting", "fit_score", "fit_reasons", "last_amount", "last_forecast",
    "last_owner", "recorded_since", "value_start", "value_now", "effect",
    "deal_value", "won_on", "shares_before", "credited", "taken", "deal_name",
}  # fmt: skip
"""Columns computed from other cells; they are not logged and do not count as differences between two copies. A column of
one of these ids that people fill in, such as the effect of a gate, is none of them.
"""

RUNNING_COUNT_COLUMNS = ("pushes", "last_expected_close")
"""Columns that a run counts up from their last value; only the Journal knows their earlier values."""

NOTED_COLUMNS = ("last_amount", "last_forecast", "last_owner", "recorded_since")
"""Columns in which a run notes what it saw; the Journal tells when it changed, and only the product needs to decide."""

FIRST_RUN_COLUMNS = (*STAGE_MOVE_COLUMNS[1:], *RUNNING_COUNT_COLUMNS, *NOTED_COLUMNS)
"""The columns of Deals that a deal's first run fills; they were blank before, so their old values are not logged."""

KEYLESS_MARK = "#"
"""Prefix of the key of a row without a key in the Journal; a digest of the row's contents follows."""
_COMPUTED_CLASS = ("Accounts", "account_class")
_LONGEST_LOG_CELL = 30_000  # a cell holds 32,767 characters


def log_changes(
    plan: ChangeSet,
    verb: str,
    by: str,
    now: datetime,
    taken: Iterable[str] = (),
    left: Mapping[str, pd.DataFrame] = MappingProxyType({}),
    account: str = "",
    filled: Mapping[tuple[str, str], pd.Series] = MappingProxyType({}),
) -> ChangeSet:
    """Return the change set that logs *plan* as one run of *verb*; it is empty if there is nothing to log.

    *taken* are the names of existing runs; runs within one second differ by a suffix. *left* are the tables after the
    plan, used to identify rows that it leaves without a key. *account* is the one on the computer, beside the name *by*.
    *filled* is table and column → the reasons for cells that steps of the run filled, by row: the class of an account that
    was added with it is logged, so that a later run knows that no person chose it.
    """
    head = {"run": next_run_number(now, set(taken)), "time": now.replace(microsecond=0), "verb": verb, "by": by}
    head["account"] = account
    plan += _list_conflict_changes(plan)
    rows = [
        {**head, **row}
        for row in (
            *_log_changed_cells(plan, left),
            *_log_brought_values(plan, left),
            *_log_added_rows(plan),
            *_log_computed_classes(plan, filled.get(_COMPUTED_CLASS)),
            *_log_removed_rows(plan),
        )
    ]
    if not rows:
        return ChangeSet()
    return ChangeSet(appends=(Append("Journal", make_table_frame(TABLES["Journal"], rows), verb),))


def format_log_value(value: Any) -> str:
    """Return the text of a cell in the Journal."""
    plain = json_value(value)
    return "" if plain is None else str(plain)


def digest_rows(table: TableSchema, rows: pd.DataFrame) -> list[str]:
    """Return a digest for each of *rows* that changes if a person changes one of its cells.

    A column that came with a later version counts if it is filled, so digests of older versions still match.
    """
    listed = extend_table(table, rows.columns).columns
    columns = [column for column in listed if column.writer is ColumnWriter.PERSON or table is CONFLICTS_TABLE]
    if not columns:
        return [""] * len(rows)
    texts = {column.id: _list_log_texts(rows[column.id]) for column in columns}
    lines = [list(line) for line in zip(*(texts[column.id] for column in columns if not column.added), strict=True)]
    for column in columns:
        if column.added and any(texts[column.id]):
            for line, text in zip(lines, texts[column.id], strict=True):
                if text:
                    line.append(f"{column.id}={text}")
    return [blake2b("\t".join(line).encode(), digest_size=8).hexdigest() for line in lines]


def _list_log_texts(cells: pd.Series) -> list[str]:
    """Return the text of each cell in the form used for comparison; a text that occurs again is formatted once."""
    filled = cells[cells.notna() & (cells != "")]
    if filled.empty:
        return [""] * len(cells)
    known = {cell: _compared_log_text(cell) for cell in {one for one in filled.tolist() if isinstance(one, str)}}
    return [known.get(cell, "") if isinstance(cell, str) else _compared_log_text(cell) for cell in cells.tolist()]


def _compared_log_text(cell: Any) -> str:
    return collapse_cell_spaces(format_log_value(cell))


def name_keyless_rows(table: TableSchema, rows: pd.DataFrame) -> list[str]:
    """Return the names that the Journal uses for *rows* of *table* without a key."""
    return [KEYLESS_MARK + digest for digest in digest_rows(table, rows.assign(**{table.key or "": ""}))]


def log_key_column(table: TableSchema) -> str:
    """Return the column whose value identifies a row in the Journal."""
    return table.name_column


def name_logged_rows(table: TableSchema, rows: pd.DataFrame) -> list[str]:
    """Return the name that the Journal uses for each of *rows*; a conflict is named by the cell it is about."""
    columns = ("table", "key", "column") if table is CONFLICTS_TABLE else (log_key_column(table),)
    return [
        " ".join(filter(None, map(format_log_value, cells)))
        for cells in zip(*(rows[column_id] for column_id in columns), strict=True)
    ]


def collapse_cell_spaces(cell: str) -> str:
    """Return a text in the form used for comparison: sheets keep neither surrounding blanks nor all kinds of line breaks."""
    return " ".join(cell.split())


def _log_changed_cells(plan: ChangeSet, left: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    begun, unnoted = _find_first_run_rows(plan.edits), _find_blank_rows(plan.edits, "recorded_since")
    for edit in plan.edits:
        table = TABLES[edit.table]
        if edit.column == table.key:
            yield from _log_numbered_rows(edit, table, left)
        if edit.table == "Journal" or not _is_logged_column(table[edit.column], table):
            continue
        # blank cells of a new deal are not logged
        follows = begun if edit.table == "Deals" and edit.column in FIRST_RUN_COLUMNS else set()
        # nor what is noted of a deal of an older workbook for the first time
        follows = follows | unnoted if edit.table == "Deals" and edit.column in NOTED_COLUMNS else follows
        for row, change in zip(edit.after.index, edit, strict=True):
            before = format_log_value(change.before)
            if before or row not in follows:
                yield {
                    "operation": "change", "table": change.table, "key": change.key, "column": change.column,
                    "before": before, "after": format_log_value(change.after), "because": change.because,
                }  # fmt: skip


def _log_numbered_rows(edit: Edit, table: TableSchema, left: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Log keys given to rows that had none, and keys removed from rows that are identified by their contents."""
    rows = edit.after.index
    held = left[table.name].loc[rows] if table.name in left else None
    marks = name_keyless_rows(table, held) if held is not None else [KEYLESS_MARK] * len(rows)
    for mark, before, after in zip(marks, edit.before, edit.after, strict=True):
        yield {
            "operation": "change", "table": table.name, "key": after or mark, "column": edit.column, "before": before,
            "after": after, "because": "numbered" if after else "number taken back",
        }  # fmt: skip


def _log_brought_values(plan: ChangeSet, left: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Log the values that a deal had before its first run and kept; everything else was blank before."""
    begun = pd.Index(sorted(_find_first_run_rows(plan.edits)))
    changed = {edit.column: edit.after.index for edit in plan.edits if edit.table == "Deals"}
    for column_id in FIRST_RUN_COLUMNS if len(begun) and "Deals" in left else ():
        held = left["Deals"].loc[begun.difference(changed.get(column_id, begun[:0]))]
        for key, cell in zip(held["deal"], held[column_id].map(format_log_value), strict=True):
            if cell:
                yield {
                    "operation": "change", "table": "Deals", "key": key, "column": column_id, "before": cell, "after": cell,
                    "because": "brought along",
                }  # fmt: skip


def _find_first_run_rows(edits: Iterable[Edit]) -> set[int]:
    return _find_blank_rows(edits, "recorded_stage")


def _find_blank_rows(edits: Iterable[Edit], column: str) -> set[int]:
    """Return the rows of Deals in which *edits* fill a blank cell of *column*."""
    filled = (edit for edit in edits if (edit.table, edit.column) == ("Deals", column))
    return {
        row for edit in filled for row in edit.before.index[((edit.before == "") | edit.before.isna()).to_numpy(bool)]
    }


def is_recomputed(column: Column) -> bool:
    """Return whether runs compute the cells of *column* from other cells."""
    return column.id in RECOMPUTED_COLUMNS and column.writer is not ColumnWriter.PERSON


def _is_logged_column(column: Column, table: TableSchema) -> bool:
    is_reported = not is_recomputed(column) or column.id in (*RUNNING_COUNT_COLUMNS, *NOTED_COLUMNS)
    return is_reported and not column.is_formula and column.id != table.key


def _list_conflict_changes(plan: ChangeSet) -> ChangeSet:
    """Return the rows added to and removed from the sheet Conflicts as appends and removes."""
    name, found = CONFLICTS_TABLE.name, ChangeSet()
    for fill in plan.fills:
        if fill.table == name and fill.before is not None:
            came, left = _subtract_conflicts(fill.rows, fill.before), _subtract_conflicts(fill.before, fill.rows)
            found += ChangeSet(appends=(Append(name, came, "asked"),), removes=(Remove(name, left, "no longer asked"),))
    return found


def _subtract_conflicts(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    known = set(digest_rows(CONFLICTS_TABLE, others))
    new = pd.Series([one not in known for one in digest_rows(CONFLICTS_TABLE, rows)], rows.index, dtype=bool)
    return rows[new & (rows["table"] != "")]


def keep_row_reasons(plan: ChangeSet[SomeAnswer], added: Iterable[Append]) -> ChangeSet[SomeAnswer]:
    """Return *plan* with the reasons of *added* in its lines of the Journal about these rows, instead of the verb."""
    reasons = {
        (append.table, key): append.because
        for append in added
        for key in name_logged_rows(TABLES[append.table], append.rows)
    }
    return replace(plan, appends=tuple(_reword_added_rows(append, reasons) for append in plan.appends))


def _reword_added_rows(append: Append, reasons: Mapping[tuple[str, str], str]) -> Append:
    if append.table != "Journal" or not reasons:
        return append
    lines = append.rows
    named = zip(lines["operation"], lines["table"], lines["key"], lines["because"], strict=True)
    why = [reasons.get((table, key), why) if operation == "add" else why for operation, table, key, why in named]
    return replace(append, rows=lines.assign(because=why))


def _log_added_rows(plan: ChangeSet) -> Iterator[dict[str, Any]]:
    came = {deal for append in plan.appends if append.table == "Deals" for deal in append.rows["deal"]}
    for append in plan.appends:
        table = TABLES[append.table]
        if append.table == "Journal":
            continue
        rows = append.rows[~append.rows["deal"].isin(came)] if append.table == "History" else append.rows
        operation = "add" if table.key else "add_line"
        for key, digest in zip(name_logged_rows(table, rows), digest_rows(table, rows), strict=True):
            yield {
                "operation": operation, "table": table.name, "key": key, "after": digest, "because": append.because
            }  # fmt: skip


def _log_computed_classes(plan: ChangeSet, filled: pd.Series | None) -> Iterator[dict[str, Any]]:
    name, column = _COMPUTED_CLASS
    for append in plan.appends:
        if append.table != name or filled is None:
            continue
        computed = append.rows[append.rows.index.isin(filled.index) & (append.rows[column] != "")]
        for key, after, why in zip(
            name_logged_rows(TABLES[name], computed), computed[column], filled.reindex(computed.index), strict=True
        ):
            yield {
                "operation": "change", "table": name, "key": key, "column": column, "before": "", "after": after,
                "because": why,
            }  # fmt: skip


def _log_removed_rows(plan: ChangeSet) -> Iterator[dict[str, Any]]:
    for remove in plan.removes:
        table = TABLES[remove.table]
        listed = extend_table(table, remove.rows.columns).columns
        columns = [column for column in listed if not column.is_formula]
        cells = remove.rows[[column.id for column in columns]].to_dict("records")
        for key, row in zip(name_logged_rows(table, remove.rows), cells, strict=True):
            serialized = json.dumps(_serialize_removed_row(row), ensure_ascii=False)
            for start in range(0, len(serialized), _LONGEST_LOG_CELL):
                yield {
                    "operation": "remove", "table": table.name, "key": key,
                    "before": serialized[start : start + _LONGEST_LOG_CELL], "because": remove.because,
                }  # fmt: skip


def _serialize_removed_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {column_id: json_value(cell) for column_id, cell in row.items() if not is_blank(cell)}


CONFLICTS_TABLE = TABLES["Conflicts"]
