"""Merge what people changed in the workbooks that were made for them: the three-way merge, with the state shared as the base.

A workbook may come back several times before it is shared again. The state collected last then tells which of its changes are
already known: such a cell is no change of ours, and one that is back to its first value may be a change or an older copy, so a
person decides. Stage moves are taken as in any merge, unless the record or the set-up was changed by hand; then the stages are
only typed, and the gates of the main workbook judge them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd

from xl_salesflow.changelog.change_log import STAGE_MOVE_COLUMNS
from xl_salesflow.changelog.copy_differences import (
    find_copy_differences,
    find_table_differences,
    has_same_rows,
    index_by_identity,
    is_mergeable,
    list_compared_tables,
    list_merged_columns,
)
from xl_salesflow.changelog.copy_merge import fingerprint_stays, merge_copies
from xl_salesflow.changelog.shared_rows import COLLECTED_TABLES
from xl_salesflow.changelog.three_way_merge import Ancestor
from xl_salesflow.core.change_sets import Append, ChangeSet, Fill, apply_change_set, find_equal_cells
from xl_salesflow.core.history_seal import find_broken_seals
from xl_salesflow.core.key_numbers import find_key_columns, order_by_number
from xl_salesflow.core.name_spelling import unify_names
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.share_answers import CollectedCopies
from xl_salesflow.core.verb_answers import MergedCopy
from xl_salesflow.schema.table_columns import ColumnWriter, TableSchema
from xl_salesflow.schema.table_frames import blank_value, fold_keys
from xl_salesflow.schema.table_registry import TABLES

_JUDGING_TABLES = ("Stages", "Gates", "StageTasks", "Team", "Settings")
_PRODUCT_ROW_TABLES = ("Approvals", "Documents")  # rows that a run adds, so the merge of two copies leaves them alone
NEEDED_TABLES = ("Accounts", "Contacts")
"""Tables of which several people may have one row."""

_REQUEST_COLUMNS = ["kind", "deal", "quote", "stage", "gates"]

CopyStep = Callable[[Pipeline], ChangeSet]


@dataclass(frozen=True)
class ReturnedCopy:
    """A person's workbook as it was *shared*, as it was *collected* last (None: not yet), and as it came back."""

    shared: Pipeline
    returned: Pipeline
    collected: Pipeline | None = None

    def after(self, step: CopyStep) -> ReturnedCopy:
        """Return the copy after a step that its owner's own run would have made, such as numbering new rows."""

        def act(pipeline: Pipeline) -> Pipeline:
            return apply_change_set(pipeline, step(pipeline))

        shared = unify_names(self.shared)
        returned, collected = (
            one and act(unify_names(replace(one, settings=shared.settings))) for one in (self.returned, self.collected)
        )
        return ReturnedCopy(shared, returned or self.returned, collected)

    @cached_property
    def setup_changes(self) -> Mapping[str, int]:
        """Return how many cells and rows differ from what was shared, of each table that is not collected."""
        others = (table for table in TABLES.values() if is_mergeable(table) and table.name not in COLLECTED_TABLES)
        counts = {table.name: len([*find_table_differences(table, self.shared, self.returned)]) for table in others}
        return {table: count for table, count in counts.items() if count}

    @cached_property
    def holds_moves_back(self) -> bool:
        """Return whether stage moves are only typed: the record or the process was changed by hand."""
        broken = _list_broken_stays(self.returned["History"]) - _list_broken_stays(self.shared["History"])
        return bool(broken) or self._lacks_stays or any(table in self.setup_changes for table in _JUDGING_TABLES)

    @cached_property
    def logged_since(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """Return the keys of the cells that runs there changed after the copy was collected: these are no older ones."""
        if self.collected is None:
            return {}
        journal = self.returned["Journal"]
        new = journal[~journal["run"].isin(set(self.collected["Journal"]["run"])) & (journal["operation"] == "change")]
        keys = fold_keys(new["key"]).groupby([new["table"], new["column"]]).agg(frozenset).to_dict()
        moved = keys.get(("Deals", "recorded_stage"), frozenset())
        return keys | {("Deals", "stage"): keys.get(("Deals", "stage"), frozenset()) | moved}

    @property
    def _lacks_stays(self) -> bool:
        """Return whether stays of a deal that is still there are gone; the last stay of a deal breaks no seal."""
        stays, deals = self.shared["History"], fold_keys(self.returned["Deals"]["deal"])
        kept = stays["visit"][fold_keys(stays["deal"]).isin(deals)]
        return not kept.isin(self.returned["History"]["visit"]).all()

    @property
    def is_unchanged(self) -> bool:
        """Return whether nothing was changed since the workbook was shared."""
        return not any(find_copy_differences(self.shared, self.returned)) and _has_same_stays(
            self.shared, self.returned
        )


def list_merge_steps(copies: Iterable[ReturnedCopy]) -> Iterator[CopyStep]:
    """Yield the steps that merge *copies* one after another, and at last the step that answers what was taken."""
    taken: list[MergedCopy] = []

    def merge(now: Pipeline, copy: ReturnedCopy) -> ChangeSet:
        plan = merge_returned_copy(now, copy)
        taken.append(plan.answer)
        return plan

    for copy in copies:
        yield partial(take_followup_lines, copy=copy)
        yield partial(merge, copy=copy)
    yield lambda _: ChangeSet(answer=CollectedCopies(tuple(taken)))


def take_followup_lines(ours: Pipeline, copy: ReturnedCopy) -> ChangeSet:
    """Return the follow-up list with the lines that a person filled in there and that are not on our list."""
    table, lines = TABLES["FollowUps"], copy.returned["FollowUps"]
    typed = [column.id for column in table.columns if column.writer is ColumnWriter.PERSON]
    before = {line for one in (copy.shared, copy.collected) if one for line in _list_lines(one["FollowUps"], typed)}
    new = np.array([line not in before for line in _list_lines(lines, typed)], bool)
    listed = fold_keys(lines["deal"]).isin(fold_keys(ours["FollowUps"]["deal"])).to_numpy(bool)
    known = fold_keys(lines["deal"]).isin(fold_keys(ours["Deals"]["deal"])).to_numpy(bool)
    wanted = lines[new & ~listed & known & _has_typed_cell(lines, typed)] if len(lines) else lines
    if wanted.empty:
        return ChangeSet()
    return ChangeSet(fills=(Fill("FollowUps", pd.concat([ours["FollowUps"], wanted], ignore_index=True)),))


def _list_lines(lines: pd.DataFrame, typed: list[str]) -> list[tuple[str, ...]]:
    return [tuple(map(str, line)) for line in lines[["deal", *typed]].itertuples(index=False)]


def _has_typed_cell(lines: pd.DataFrame, typed: list[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    cells = lines[typed]
    filled: np.ndarray[tuple[int], np.dtype[np.bool_]] = (cells.notna() & (cells != "")).any(axis=1).to_numpy(bool)
    return filled


def merge_returned_copy(ours: Pipeline, copy: ReturnedCopy) -> ChangeSet[MergedCopy]:
    """Return the changes that bring the work of one person into *ours*; the answer counts them."""
    copy = _hold_moves_back(copy) if copy.holds_moves_back else copy
    tables, doubts = dict[str, pd.DataFrame](), dict[tuple[str, str], frozenset[str]]()
    for table in list_compared_tables(ours.tables, copy.shared.tables, copy.returned.tables):
        if table.name in COLLECTED_TABLES and is_mergeable(table):
            tables[table.name] = _compose_base(table, copy, doubts)
        elif is_mergeable(table):
            tables[table.name] = copy.shared[table.name]
    stays, theirs = _align_stays(ours, copy)
    kept = {name: copy.shared[name] for name in tables if name not in COLLECTED_TABLES}
    needed = {name: _put_needed_rows_back(ours, copy, name) for name in NEEDED_TABLES}
    returned = copy.returned.with_tables(History=theirs, Journal=_name_other_runs(copy), **kept, **needed)
    plan = merge_copies(Ancestor({**tables, "History": stays}, doubts), ours, returned)
    added = tuple(_append_product_rows(ours, copy))
    rows = plan.answer.rows + sum(len(one.rows) for one in added)
    return replace(plan, appends=plan.appends + added).with_answer(replace(plan.answer, rows=rows))


def _hold_moves_back(copy: ReturnedCopy) -> ReturnedCopy:
    """Return the copy with the recorded stages as they were shared; the stages that were typed stay typed."""
    was = copy.shared["Deals"].drop_duplicates("deal").set_index("deal")

    def hold(one: Pipeline) -> Pipeline:
        deals, table = one["Deals"], TABLES["Deals"]
        known = deals["deal"].isin(was.index)
        cells = {
            column: was[column].reindex(deals["deal"]).set_axis(deals.index).where(known, blank_value(table[column]))
            for column in STAGE_MOVE_COLUMNS
        }
        held = {column: values.astype(deals[column].dtype) for column, values in cells.items()}
        return one.with_tables(Deals=deals.assign(**held), History=copy.shared["History"])

    return ReturnedCopy(copy.shared, hold(copy.returned), copy.collected and hold(copy.collected))


def _compose_base(
    table: TableSchema, copy: ReturnedCopy, doubts: dict[tuple[str, str], frozenset[str]]
) -> pd.DataFrame:
    """Return the rows as shared, with what was collected since; add the cells that are back as shared to *doubts*."""
    was = copy.shared[table.name]
    if copy.collected is None or has_same_rows(was, copy.collected[table.name]):
        return was
    had, now = copy.collected[table.name], copy.returned[table.name]
    old, known, there = (index_by_identity(table, rows) for rows in (was, had, now))
    both, logged = old.index.intersection(known.index).intersection(there.index), copy.logged_since
    base = was.copy(deep=False)
    rows = old[both].to_numpy()
    for column in list_merged_columns(table) if len(both) else ():
        first = was.loc[rows, column.id]
        collected, returned = (
            frame.loc[index[both].to_numpy(), column.id].set_axis(first.index)
            for frame, index in ((had, known), (now, there))
        )
        moved = ~find_equal_cells(column, first, collected)
        back = moved & find_equal_cells(column, first, returned)
        if moved.any():
            cells = base[column.id].copy()
            cells.loc[first.index[moved]] = collected[moved]
            base[column.id] = cells
        doubts[table.name, column.id] = frozenset(both[back]) - logged.get((table.name, column.id), frozenset())
    new = known.index.intersection(there.index).difference(old.index, sort=False)
    return _add_rows(base, had.loc[known[new].to_numpy()])


def _add_rows(rows: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    if more.empty:
        return rows
    first = int(rows.index.max()) + 1 if len(rows) else 2
    return pd.concat([rows, more.set_axis(pd.RangeIndex(first, first + len(more)), axis=0)])


def _align_stays(ours: Pipeline, copy: ReturnedCopy) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the stage stays to compare with and those that came back, under our numbers where we took them before."""
    shared, returned = copy.shared["History"], order_by_number(copy.returned["History"])
    if copy.collected is None:
        return shared, returned
    collected = order_by_number(copy.collected["History"])
    prints = [fingerprint_stays(rows) for rows in (shared, collected, returned)]
    deals = prints[0].index.union(prints[1].index)
    was, had, now = (found.reindex(deals, fill_value=0) for found in prints)
    taken = set(deals[((had != was) & (now != was)).to_numpy(bool)])
    stays = collected[fold_keys(collected["deal"]).isin(taken)]
    numbers = _find_our_numbers(order_by_number(ours["History"]), stays)
    base = _add_rows(shared[~fold_keys(shared["deal"]).isin(taken)], _rename_stays(stays, numbers))
    of_taken = fold_keys(returned["deal"]).isin(taken)
    visits = returned["visit"].mask(of_taken, _rename_stays(returned, numbers)["visit"])
    return base, returned.assign(visit=visits)


def _find_our_numbers(ours: pd.DataFrame, stays: pd.DataFrame) -> dict[str, str]:
    """Return the numbers under which the stays of a copy stand in our History, the n-th of a deal beside the n-th."""
    mine = ours.groupby(fold_keys(ours["deal"]))["visit"].agg(list).to_dict()
    theirs = stays.groupby(fold_keys(stays["deal"]))["visit"].agg(list).to_dict()
    pairs = ((deal, visits) for deal, visits in theirs.items() if len(mine.get(deal, ())) == len(visits))
    return {their: our for deal, visits in pairs for their, our in zip(visits, mine[deal], strict=True)}


def _rename_stays(stays: pd.DataFrame, numbers: Mapping[str, str]) -> pd.DataFrame:
    # a stay that is new gets its number when it is taken; until then, no other may have its name
    return stays.assign(visit=[numbers.get(visit, f"{visit}~") for visit in stays["visit"]])


def _list_broken_stays(history: pd.DataFrame) -> set[str]:
    found = find_broken_seals(history)
    rows = (found.itself, found.before, found.unsealed, found.forged)
    return {visit for broken in rows for visit in history.loc[broken, "visit"]}


def _has_same_stays(one: Pipeline, other: Pipeline) -> bool:
    first, second = (fingerprint_stays(pipeline["History"]) for pipeline in (one, other))
    return first.sort_index().equals(second.sort_index())


def _name_other_runs(copy: ReturnedCopy) -> pd.DataFrame:
    """Return what the person's own runs logged, under names that no run of another workbook has."""
    journal, mark = copy.returned["Journal"], copy.shared.settings.text("number_mark")
    own = journal[~journal["run"].isin(set(copy.shared["Journal"]["run"])) & (journal["run"] != "")]
    return own.assign(run=own["run"] + f"-{mark}") if mark else own


def find_needed_rows(ours: Pipeline, copy: ReturnedCopy, name: str) -> pd.DataFrame:
    """Return the rows of *name* that were deleted there although rows of others mention them; they stay."""
    table = TABLES[name]
    old, there = (index_by_identity(table, one[name]) for one in (copy.shared, copy.returned))
    removed = old.index.difference(there.index, sort=False)
    if removed.empty:
        return copy.shared[name].iloc[:0]
    mentioned = set[str]()
    for other, column in find_key_columns(table)[1:]:
        rows = index_by_identity(TABLES[other], ours[other])
        of_others = rows[rows.index.difference(index_by_identity(TABLES[other], copy.shared[other]).index)]
        mentioned |= set(fold_keys(ours[other].loc[of_others.to_numpy(), column]))
    return copy.shared[name].loc[old[removed[removed.isin(list(mentioned))]].to_numpy()]


def _put_needed_rows_back(ours: Pipeline, copy: ReturnedCopy, name: str) -> pd.DataFrame:
    return _add_rows(copy.returned[name], find_needed_rows(ours, copy, name))


def _append_product_rows(ours: Pipeline, copy: ReturnedCopy) -> Iterator[Append]:
    """Yield the requests and the records of printed documents that the person's own runs added."""
    for name in _PRODUCT_ROW_TABLES:
        key, rows = TABLES[name].key or "", copy.returned[name]
        known = {"", *fold_keys(ours[name][key]), *fold_keys(copy.shared[name][key])}
        new = ~fold_keys(rows[key]).isin(known).to_numpy(bool)
        if name == "Approvals":  # we may have asked for the same
            asked = {*ours[name][_REQUEST_COLUMNS].itertuples(index=False, name=None)}
            lines = rows[_REQUEST_COLUMNS].itertuples(index=False, name=None)
            new &= np.array([line not in asked for line in lines], bool)
        if new.any():
            yield Append(name, rows[new], f"merge {copy.returned.source}".strip())
