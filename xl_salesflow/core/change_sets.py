"""Change sets: what a verb wants to change in a workbook, as values, and what it found.

Edits are columnar, because an update of a hundred thousand deals is a few columns, not a million cells;
`ChangeSet.changes` yields them one by one. A verb transforms a pipeline step by step: each change set is applied in
memory for the next step, and the difference between the first and the last state is written. So a step that changes
nothing writes nothing, and two steps that change the same cell give one change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Generic, Protocol, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.answers import NO_ANSWER, AnswerT, OwnFormulaResults, SomeAnswer
from xl_salesflow.core.lazy_frames import find_replaced_frames
from xl_salesflow.core.pipelines import Finding, Pipeline, with_declared_cells
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.named_values import SETTINGS_BY_ID, Settings
from xl_salesflow.schema.plain_values import json_value
from xl_salesflow.schema.table_columns import Column, ColumnType, TableSchema, extend_table
from xl_salesflow.schema.table_frames import complete_columns
from xl_salesflow.schema.table_registry import TABLES


@dataclass(frozen=True, slots=True)
class Change:
    """One cell: its old value, its new value, and the reason."""

    table: str
    key: str
    column: str
    before: Any
    after: Any
    because: str


@dataclass(frozen=True)
class Edit:
    """Cells of one column; *after*, *before* and *keys* are indexed by sheet row and have the dtype of the column."""

    table: str
    column: str
    keys: pd.Series
    before: pd.Series
    after: pd.Series
    because: str | pd.Series

    def __len__(self) -> int:
        return len(self.after)

    def __iter__(self) -> Iterator[Change]:
        reasons: Sequence[str] = [self.because] * len(self) if isinstance(self.because, str) else list(self.because)
        for key, before, after, because in zip(self.keys, self.before, self.after, reasons, strict=True):
            yield Change(self.table, str(json_value(key) or ""), self.column, before, after, because)


@dataclass(frozen=True)
class Append:
    """Rows to add below a table: a complete frame (see table_frames.py) whose index is ignored."""

    table: str
    rows: pd.DataFrame
    because: str


@dataclass(frozen=True)
class Remove:
    """Rows to remove from a table, with their current content: a complete frame indexed by sheet row."""

    table: str
    rows: pd.DataFrame
    because: str


@dataclass(frozen=True, slots=True)
class RowOrder:
    """The filled sheet rows of a table in the order in which they are to stand; blank rows follow them."""

    table: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Fill:
    """The complete new content of a generated table, and the previous content if known."""

    table: str
    rows: pd.DataFrame
    before: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class NamedCellChange:
    """A named cell and its new value; *cached* keeps the formula and only replaces its cached result."""

    name: str
    before: Any
    after: Any
    cached: bool = True


@dataclass(frozen=True)
class Document:
    """A document to print: the *kind* of the template, the *name* of the file without extension, and the facts to fill in."""

    kind: str
    name: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class ChangeSet(Generic[AnswerT]):
    """Everything that a verb wants to change, as values, so that a dry run prints exactly what the real run writes.

    *answer* is the result of the verb, of a type of its own. *own_formulas* is set after writing: what happened to
    formulas that users added.
    """

    edits: tuple[Edit, ...] = ()
    appends: tuple[Append, ...] = ()
    fills: tuple[Fill, ...] = ()
    caches: tuple[Edit, ...] = ()  # formula cells: the formula is kept, its cached value is updated
    named_cells: tuple[NamedCellChange, ...] = ()
    findings: tuple[Finding, ...] = ()
    documents: tuple[Document, ...] = ()
    repairs: Mapping[str, Mapping[str, Sequence[int]]] = field(default_factory=dict)
    """Table → column → rows whose formula is restored."""
    answer: AnswerT = field(default=cast("AnswerT", NO_ANSWER))
    summary: Text | None = None
    removes: tuple[Remove, ...] = ()
    own_formulas: OwnFormulaResults | None = None
    orders: tuple[RowOrder, ...] = ()  # never together with other changes to the same table
    asked: tuple[tuple[str, str], ...] = ()
    """(table, column) that a gate asks for at a move it does not let pass, or warns about; folded columns are opened."""

    def __add__(self, other: ChangeSet) -> ChangeSet:
        return ChangeSet(
            self.edits + other.edits,
            self.appends + other.appends,
            self.fills + other.fills,
            self.caches + other.caches,
            self.named_cells + other.named_cells,
            self.findings + other.findings,
            self.documents + other.documents,
            {**self.repairs, **other.repairs},
            self.answer if other.answer == NO_ANSWER else other.answer,
            other.summary or self.summary,
            self.removes + other.removes,
            other.own_formulas or self.own_formulas,
            self.orders + other.orders,
            self.asked + other.asked,
        )

    def with_answer(self, answer: SomeAnswer) -> ChangeSet[SomeAnswer]:
        """Return the same changes with another answer."""
        return replace(cast("ChangeSet[Any]", self), answer=answer)

    @property
    def writes(self) -> bool:
        """Return whether anything would be written to the workbook."""
        lengths = [len(edit) for edit in self.edits + self.caches]
        rows = [len(table.rows) for table in self.appends + self.removes]
        return any(lengths) or any(rows) or bool(self.fills or self.named_cells or self.repairs or self.orders)

    def without_changes(self) -> ChangeSet[AnswerT]:
        """Return only the findings and the answer, without any changes."""
        return ChangeSet(findings=self.findings, answer=self.answer)

    @property
    def blocks(self) -> bool:
        """Return whether a finding blocks (exit code 1)."""
        return any(finding.blocks for finding in self.findings)

    @property
    def changes(self) -> Iterator[Change]:
        """Yield every edit cell by cell, without cached values."""
        for edit in self.edits:
            yield from edit


ChangeReasons = Mapping[tuple[str, str], pd.Series]
"""Why cells changed: (table, column id) → reason by row; the reason for all other rows is *because*."""


def diff_pipelines(
    before: Pipeline, after: Pipeline, because: str = "", reasons: ChangeReasons | None = None
) -> ChangeSet:
    """Return the change set that turns *before* into *after*: edits, added and removed rows, filled tables, formula cells."""
    plan, replaced = ChangeSet(), find_replaced_frames(before.tables, after.tables)
    for table in [table for table in TABLES.values() if table.name in replaced]:
        old, new = before[table.name], after[table.name]
        if old is new:
            continue
        table = extend_table(table, [column for column in old.columns if column in new.columns])
        plan += (
            _diff_generated_table(table, old, new)
            if table.generated
            else _diff_edited_table(table, old, new, because, reasons or {})
        )
    return plan


def find_equal_cells(column: Column, old: pd.Series, new: pd.Series) -> npt.NDArray[np.bool_]:
    """Return where two series of *column* are equal: blank equals blank, numbers are compared to 12 digits."""
    alike: npt.NDArray[np.bool_] = np.asarray(old.to_numpy() == new.to_numpy(), dtype=bool)
    if column.type.is_date:
        alike |= old.isna().to_numpy() & new.isna().to_numpy()
    elif not column.type.is_text:
        alike |= np.isclose(old.to_numpy("float64"), new.to_numpy("float64"), rtol=1e-12, atol=0.0, equal_nan=True)
    return alike


def _diff_edited_table(
    table: TableSchema, old: pd.DataFrame, new: pd.DataFrame, because: str, reasons: ChangeReasons
) -> ChangeSet:
    if not len(old) and not len(new):
        return ChangeSet()
    removed = old.loc[old.index.difference(new.index, sort=False)]
    removes = (Remove(table.name, removed, because),) if len(removed) else ()
    old = old.drop(index=removed.index) if len(removed) else old
    kept = new.loc[old.index] if len(new) != len(old) else new
    keys = kept[table.name_column]
    edits: dict[bool, list[Edit]] = {False: [], True: []}
    same_rows = old.index is kept.index or old.index.equals(kept.index)
    for column in _find_suspects(table, old, kept) if same_rows else table.columns:
        was, now = old[column.id], kept[column.id]
        if same_rows and np.shares_memory(was.to_numpy(), now.to_numpy()):
            continue
        alike = find_equal_cells(column, was, now)
        if not alike.all():  # few columns change, and picking no rows costs as much as comparing them
            rows = old.index[~alike]
            why = reasons.get((table.name, column.id), pd.Series(dtype=object)).reindex(rows, fill_value=because)
            edit = Edit(table.name, column.id, keys.loc[rows], was.loc[rows], now.loc[rows], why)
            edits[column.is_formula].append(edit)
    added = new.loc[new.index.difference(old.index, sort=False)]
    appends = (Append(table.name, added, because),) if len(added) else ()
    return ChangeSet(edits=tuple(edits[False]), caches=tuple(edits[True]), appends=appends, removes=removes)


_FEW_ROWS = 64
"""Up to this many rows, looking at the columns one by one takes longer than comparing all cells at once."""


def _find_suspects(table: TableSchema, old: pd.DataFrame, kept: pd.DataFrame) -> Sequence[Column]:
    """Return the columns of *table* that may differ between two frames with the same rows."""
    if len(old) > _FEW_ROWS or not old.columns.equals(kept.columns):
        return table.columns
    was, now = old.to_numpy(dtype=object), kept.to_numpy(dtype=object)
    differ = ((was != now) & ~(pd.isna(was) & pd.isna(now))).any(axis=0)
    suspects = set(old.columns[differ])
    return [column for column in table.columns if column.id in suspects]


def _diff_generated_table(table: TableSchema, old: pd.DataFrame, new: pd.DataFrame) -> ChangeSet:
    alike = len(old) == len(new) and all(
        find_equal_cells(column, old[column.id], new[column.id]).all() for column in table.columns
    )
    return ChangeSet() if alike else ChangeSet(fills=(Fill(table.name, new, old),))


def apply_change_set(pipeline: Pipeline, plan: ChangeSet) -> Pipeline:
    """Return *pipeline* with the edits, removals, appends and fills of *plan*; cached values and documents are ignored.

    Appended rows get negative index values, because a row that is not in the sheet yet has no address.
    """
    # an unchanged table stays the same object, so it does not have to be compared
    tables = {edit.table: pipeline[edit.table].copy(deep=False) for edit in plan.edits}
    for edit in plan.edits:
        column = tables[edit.table][edit.column].copy()
        column.loc[edit.after.index] = edit.after
        tables[edit.table][edit.column] = column
    settings = _apply_to_settings(pipeline.settings, plan)
    for remove in plan.removes:
        tables[remove.table] = tables.get(remove.table, pipeline[remove.table]).drop(index=remove.rows.index)
    for append in plan.appends:
        held = tables.get(append.table, pipeline[append.table])
        table = extend_table(TABLES[append.table], held.columns)
        tables[append.table] = _append_rows(held, complete_columns(table, append.rows))
    for fill in plan.fills:
        tables[fill.table] = complete_columns(TABLES[fill.table], fill.rows)
    after = replace(pipeline.with_tables(**tables), settings=settings)
    return with_declared_cells(after) if any(append.table == "Columns" for append in plan.appends) else after


def _apply_to_settings(settings: Settings, plan: ChangeSet) -> Settings:
    # the only settings that a run changes are names, such as the default playbook
    edits = [edit for edit in plan.edits if (edit.table, edit.column) == ("Settings", "value")]
    changed = {change.key: str(change.after) for edit in edits for change in edit}
    names = {
        setting_id: value
        for setting_id, value in changed.items()
        if setting_id in SETTINGS_BY_ID and SETTINGS_BY_ID[setting_id].type is ColumnType.TEXT
    }
    return Settings({**settings.values, **names}) if names else settings


def _append_rows(frame: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    lowest = min(int(frame.index.min()), 0) if len(frame) else 0
    rows = rows.set_axis(pd.RangeIndex(lowest - 1, lowest - 1 - len(rows), -1), axis=0)
    return pd.concat([frame, rows]) if len(frame) else rows


class Book(Protocol):
    """A workbook that can be read as a pipeline and written by a change set."""

    def read(self, today: date) -> Pipeline:
        """Return the workbook as values; *today* is the current day for every rule."""

    def write(self, plan: ChangeSet) -> None:
        """Write *plan*, either completely or not at all."""
