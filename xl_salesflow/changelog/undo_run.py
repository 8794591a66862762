"""Undo a run by its change log: restore cells, remove added rows, put removed rows back.

Undoing a stage move removes its stage stays from History and continues the previous one; the change log keeps the
trace. An added stay back would count as a step back in the metrics. What somebody has changed since is kept and
reported. An undo is an ordinary run, so it can be undone too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from xl_salesflow.changelog.change_log import FIRST_RUN_COLUMNS, log_key_column
from xl_salesflow.changelog.undo_entries import UndoEntry, mark_dependent_entries, read_undo_entries
from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, Remove
from xl_salesflow.core.deal_titles import name_row
from xl_salesflow.core.history_seal import reseal_history
from xl_salesflow.core.key_numbers import KEY_FORMATS, next_keys, next_run_number
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.verb_answers import UndoneRun
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import COMMA_SEPARATOR, Language, Text
from xl_salesflow.schema.table_frames import blank_value, make_column_series, make_table_frame
from xl_salesflow.schema.table_registry import TABLES


def revert_run(pipeline: Pipeline, run: str | None = None, force: bool = False) -> ChangeSet[UndoneRun]:
    """Return the change set that undoes *run* (default: the last one); with *force*, later changes are overwritten too.

    Raises:
        UsageError: the Journal does not have that run.
    """
    lines = select_run_lines(pipeline["Journal"], run)
    if not force:
        _refuse_mixed_run(lines)
    number = str(lines["run"].iloc[0])
    entries = mark_dependent_entries(pipeline, read_undo_entries(pipeline, lines))
    done = [entry for entry in entries if entry.row is not None and (entry.is_untouched or force)]
    left = [entry for entry in entries if entry.row is None or not (entry.is_untouched or force)]
    taken_out = tuple(build_undo_removes(pipeline, done, force))
    removed = {remove.table: remove.rows.index for remove in taken_out}
    edits = tuple(build_undo_edits(pipeline, done, removed, f"undo {number}"))
    return ChangeSet(
        edits=(*edits, *_reseal_stays(pipeline["History"], edits)),
        appends=tuple(build_undo_appends(pipeline, done)),
        removes=taken_out,
        findings=tuple(list_undo_findings(pipeline, left, number)),
        answer=UndoneRun(number, str(lines["verb"].iloc[0]), undone=len(done), left=len(left)),
    )


def select_run_lines(journal: pd.DataFrame, run: str | None) -> pd.DataFrame:
    """Return the lines of *run*, or of the last run.

    Raises:
        UsageError: there is no such run, or no run at all.
    """
    if journal.empty:
        raise UsageError("The Journal has no run to undo.")
    times = journal.groupby("run", sort=False)["time"].max()  # in the order in which they were logged
    last = str(times.index[(times == times.max()).to_numpy(bool)][-1]) if times.notna().any() else str(times.index[-1])
    lines = journal[journal["run"] == (run or last)]
    if lines.empty:
        raise UsageError("The Journal has no run {run}; the last one is {last}.", run=run, last=last)
    return lines


def _refuse_mixed_run(lines: pd.DataFrame) -> None:
    """Refuse lines that no single run has written: a run has one name, one verb and one time, which gives its number.

    Raises:
        UsageError: somebody has added to the run or changed it by hand.
    """
    heads = lines[["time", "verb", "by"]].drop_duplicates()
    number, time = str(lines["run"].iloc[0]), heads["time"].iloc[0]
    if len(heads) > 1 or pd.isna(time) or not number.startswith(next_run_number(pd.Timestamp(time).to_pydatetime())):
        raise UsageError(
            "The lines of run {run} in the Journal do not add up: they differ in their time, verb or name, so they were changed "
            "by hand. Nothing is undone; --force undoes what they say.",
            run=number,
        )


def build_undo_edits(
    pipeline: Pipeline, done: list[UndoEntry], removed: dict[str, pd.Index], because: str
) -> Iterator[Edit]:
    """Yield the cells to restore, by column, except in rows that are removed (*removed*)."""
    cells: dict[tuple[str, str], dict[int, Any]] = {}
    for entry in done:
        if entry.column is not None and entry.row not in removed.get(entry.table.name, ()):
            cells.setdefault((entry.table.name, entry.column.id), {})[int(entry.row or 0)] = entry.value
    for row, value in cells.get(("Deals", "recorded_stage"), {}).items():
        for column_id in FIRST_RUN_COLUMNS if value == "" else ():  # in no stage yet, since nothing else is logged
            cells.setdefault(("Deals", column_id), {}).setdefault(row, blank_value(TABLES["Deals"][column_id]))
    for (name, column_id), values in cells.items():
        table, held, rows = TABLES[name], pipeline[name], pd.Index(list(values))
        after = make_column_series(table[column_id], values.values(), rows)
        yield Edit(name, column_id, held.loc[rows, log_key_column(table)], held.loc[rows, column_id], after, because)


def _reseal_stays(history: pd.DataFrame, edits: Iterable[Edit]) -> Iterator[Edit]:
    # the log has no seals, because they follow from the cells
    changed = [edit for edit in edits if edit.table == "History"]
    if not changed:
        return
    after = history.copy()
    for edit in changed:
        after.loc[edit.after.index, edit.column] = edit.after
    seals = reseal_history(history, after)["seal"]
    rows = history.index[(seals != history["seal"]).to_numpy(bool)]
    if len(rows):
        keys = history.loc[rows, log_key_column(TABLES["History"])]
        yield Edit("History", "seal", keys, history.loc[rows, "seal"], seals[rows], changed[0].because)


def build_undo_removes(pipeline: Pipeline, done: list[UndoEntry], force: bool) -> Iterator[Remove]:
    """Yield the rows to remove: those the run added, stage stays of removed deals, and with *force* the moves after."""
    rows: dict[str, set[int]] = {}
    for entry in done:
        if entry.operation == "add":
            rows.setdefault(entry.table.name, set()).add(int(entry.row or 0))
    history, deals = pipeline["History"], pipeline["Deals"]
    leaving = set(deals.loc[list(rows.get("Deals", ())), "deal"])
    visits = set(history.index[history["deal"].isin(leaving)]) | rows.get("History", set())
    if force:
        visits |= _find_later_stays(history, rows.get("History", set()))
    if visits:
        rows["History"] = visits
    for name, removed in rows.items():
        yield Remove(name, pipeline[name].loc[sorted(removed)], "undo")


def _find_later_stays(history: pd.DataFrame, rows: Iterable[int]) -> set[int]:
    numbers = pd.Series(KEY_FORMATS["History"].read(history["visit"]), history.index)
    first = numbers.loc[list(rows)].groupby(history["deal"]).min()
    return set(history.index[(numbers > history["deal"].map(first)).to_numpy(bool)])


def build_undo_appends(pipeline: Pipeline, done: list[UndoEntry]) -> Iterator[Append]:
    """Yield the rows to put back; a stage stay whose number was reused meanwhile gets a new one."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in done:
        if entry.operation == "remove":
            found.setdefault(entry.table.name, []).append(entry.value)
    taken = set(pipeline["History"]["visit"])
    given_away = [visit for visit in found.get("History", ()) if visit["visit"] in taken]
    for visit, number in zip(given_away, next_keys(pipeline, "History", len(given_away)), strict=True):
        visit["visit"] = number
        visit["seal"] = ""  # it was made for the other number; the run ends by sealing it again
    for name, rows in found.items():
        yield Append(name, make_table_frame(TABLES[name], rows), "undo")


UNDO_MESSAGES: Mapping[str, Text] = MappingProxyType(
    {
        "undo_changed": Text(
            "{table} {key} was changed since run {run} and is left as it is: {what}; --force undoes it anyway."
        ),
        "undo_gone": Text(
            "{table} {key} cannot be restored, because its row is gone or another row has its name: {what}."
        ),
        "undo_damaged": Text(
            "{table} {key} is left as it is: the Journal was changed by hand and no longer says what stood there: {what}."
        ),
    }
)
"""The rules of an undo by id; each one is a warning."""

_UNDO_ROW, _UNDO_ROWS = Text("the row"), Text("{count} {count:row|rows}")


def list_undo_findings(pipeline: Pipeline, left: list[UndoEntry], run: str) -> Iterator[Finding]:
    """Yield what was not undone and why, one finding per row with all its columns."""
    together: dict[tuple[str, str, str], list[UndoEntry]] = {}
    for entry in left:
        rule = "undo_damaged" if entry.is_damaged else "undo_gone" if entry.row is None else "undo_changed"
        together.setdefault((entry.table.name, entry.key, rule), []).append(entry)
    for (name, key, rule), entries in together.items():
        first, language = entries[0], pipeline.language
        what = COMMA_SEPARATOR.in_(language).join(_describe_undo_entries(entries, language))
        message = UNDO_MESSAGES[rule].in_(
            language, table=first.table.title.in_(language), key=name_row(pipeline, name, key), run=run, what=what
        )
        column = first.column.id if first.column else log_key_column(first.table)
        cell = "" if first.row is None else pipeline.cell_address(name, first.row, column)
        yield Finding(rule, "warn", message, name, key, column, cell)


def _describe_undo_entries(entries: list[UndoEntry], language: Language) -> Iterator[str]:
    # rows with the same name, such as the stages of a playbook, are counted
    rows = sum(e.column is None for e in entries)
    if rows:
        yield _UNDO_ROW.in_(language) if rows == 1 else _UNDO_ROWS.in_(language, count=rows)
    yield from dict.fromkeys(e.column.header.in_(language) for e in entries if e.column)
