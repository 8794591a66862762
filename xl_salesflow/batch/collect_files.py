"""Read the workbooks that people sent back, each beside the state that was shared with them, and merge them as one run.

A file is recognised by the run that shared it, not by its name, so a renamed or an older one is merged with its own base. A
file that cannot be read or was not shared from here is a finding; the others go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from xl_salesflow.batch.batch_tasks import is_workbook_path
from xl_salesflow.batch.share_messages import make_share_finding, make_unreadable_finding
from xl_salesflow.batch.shared_states import SharedState, SharedStates, digest_of_bytes, read_shared_states
from xl_salesflow.changelog.copy_differences import index_by_identity
from xl_salesflow.changelog.returned_copies import NEEDED_TABLES, ReturnedCopy, find_needed_rows
from xl_salesflow.changelog.shared_rows import COLLECTED_TABLES, find_share_run
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.share_answers import CollectedCopies, CollectedFile
from xl_salesflow.core.verb_answers import RunAnswer
from xl_salesflow.engine import Run
from xl_salesflow.errors import UsageError, WorkbookError
from xl_salesflow.locale.texts import TextList, fold_text
from xl_salesflow.metrics.rollup.rollup_review import LOST_VALUE_RULES
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import collect
from xl_salesflow.workbook.closed_book import ClosedBook

_ROW_OF_CELL = re.compile(r"[A-Z]+(\d+)$")


@dataclass(frozen=True)
class _FoundCopy:
    """A workbook to merge; *is_whole* is false if cells of it could not be read."""

    path: Path
    data: bytes
    state: SharedState
    copy: ReturnedCopy
    is_whole: bool


@dataclass
class TeamCollection:
    """One run of collect on the workbook at *path*: what is in *folder*, what to merge, and what to say about it."""

    path: Path
    folder: Path
    today: date
    files: list[CollectedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _states: SharedStates = field(init=False)
    _found: list[_FoundCopy] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._states = read_shared_states(self.path)
        if not self.folder.is_dir():
            raise UsageError("{folder} is not a folder; give the one that salesflow share filled.", folder=self.folder)
        if not self._states.states:
            raise UsageError("Nothing was shared from {book} yet; start with: salesflow share.", book=self.path)

    def merge(self, pipeline: Pipeline, run: Run) -> ChangeSet[RunAnswer[CollectedCopies]]:
        """Read the folder and return the change set that merges what came back into *pipeline*."""
        self.files, self.findings, self._found = [], [], []
        for path in sorted(file for file in self.folder.iterdir() if file.is_file() and is_workbook_path(file)):
            try:
                self._look_at_file(path, pipeline)
            except WorkbookError as error:
                self.findings.append(make_unreadable_finding("collect", error, pipeline.language))
                self.files.append(CollectedFile(str(path), "", "left"))
        self._report_missing(pipeline)
        plan = collect(pipeline, (found.copy for found in self._found), run)
        for found, taken in zip(self._found, plan.answer.result.copies, strict=True):
            self.files.append(CollectedFile(str(found.path), found.state.person, "collected", taken))
        self.files.sort(key=lambda one: one.file)
        return plan

    def record(self, plan: ChangeSet[RunAnswer[CollectedCopies]]) -> None:
        """Remember what *plan*, which has been written, collected; a file with cells that could not be read stays open."""
        lines = [one.rows for one in plan.appends if one.table == "Journal"]
        runs = [str(run) for rows in lines for run in rows.loc[rows["verb"] == "collect", "run"]]
        number = runs[0] if runs else ""
        whole = [found for found in self._found if found.is_whole]
        added = [
            (replace(found.state, digest=digest_of_bytes(found.data), collected=number), found.data) for found in whole
        ]
        if added:
            self._states = self._states.save(added, self.path)

    def _look_at_file(self, path: Path, pipeline: Pipeline) -> None:
        data = path.read_bytes()
        if known := self._states.find_known(digest_of_bytes(data), pipeline["Journal"]):
            self.files.append(CollectedFile(str(path), known.person, "unchanged"))
            return
        returned = self._read(path, data)
        state = self._states.find_share(find_share_run(returned)[0])
        shared = self._states.read(state) if state else None
        if not state or shared is None:
            self._add(pipeline, "collect_foreign", file=path.name)
            self.files.append(CollectedFile(str(path), state.person if state else "", "left"))
            return
        collected = self._states.find_collected(state.run, pipeline["Journal"])
        later = self._states.read(collected) if collected else None
        base = self._read(path, shared)
        returned, unread = _put_unread_cells_back(returned, base)
        copy = ReturnedCopy(base, returned, self._read(path, later) if later else None)
        self._report(pipeline, path, state, copy, unread)
        if copy.is_unchanged and not copy.collected:
            self.files.append(CollectedFile(str(path), state.person, "unchanged"))
            return
        self._found.append(_FoundCopy(path, data, state, copy, not unread))

    def _read(self, path: Path, data: bytes) -> Pipeline:
        return replace(ClosedBook(path, data).read(self.today), source=path.name)

    def _report(
        self, pipeline: Pipeline, path: Path, state: SharedState, copy: ReturnedCopy, unread: list[Finding]
    ) -> None:
        file, language = path.name, pipeline.language
        for one in unread:
            self._add(pipeline, "collect_unread", file=file, what=f"{one.cell}: {one.message}")
        latest = self._states.find_latest(state.person)
        if latest and latest.run != state.run:
            self._add(pipeline, "collect_older", file=file, person=state.person)
        if changes := copy.setup_changes:
            sheets = TextList(tuple(dict.fromkeys(TABLES[table].title.in_(language) for table in changes)))
            self._add(pipeline, "collect_setup", file=file, count=sum(changes.values()), sheets=sheets)
        if copy.holds_moves_back:
            self._add(pipeline, "collect_held", file=file)
        for table in NEEDED_TABLES:
            for key in find_needed_rows(pipeline, copy, table)[TABLES[table].key or ""]:
                self._add(pipeline, "collect_kept", file=file, sheet=TABLES[table].title.in_(language), key=key)

    def _report_missing(self, pipeline: Pipeline) -> None:
        came = {fold_text(found.state.person) for found in self._found} | {fold_text(one.person) for one in self.files}
        shared = {fold_text(one.person): one for one in self._states.states if one.collected is None}
        for person, state in shared.items():
            if person not in came:
                self._add(pipeline, "collect_missing", file=state.file, person=state.person)
                self.files.append(CollectedFile(str(self.folder / state.file), state.person, "missing"))

    def _add(self, pipeline: Pipeline, rule: str, **facts: object) -> None:
        self.findings.append(make_share_finding(rule, pipeline.language, **facts))


def _put_unread_cells_back(returned: Pipeline, shared: Pipeline) -> tuple[Pipeline, list[Finding]]:
    """Return the workbook with the cells that could not be read as they were shared, and the findings about them."""
    unread = [
        one
        for one in returned.cell_findings
        if one.rule in LOST_VALUE_RULES and one.table in COLLECTED_TABLES and one.column
    ]
    changed = dict[str, pd.DataFrame]()
    for name, row, column in _list_places(unread):
        rows = changed.get(name, returned[name])
        before = index_by_identity(TABLES[name], shared[name])
        names = index_by_identity(TABLES[name], rows)
        identity = names.index[(names == row).to_numpy(bool)]
        if len(identity) and identity[0] in before.index:
            was = shared[name].loc[[before[identity[0]]], column].set_axis([row])
            changed[name] = rows.assign(**{column: was.combine_first(rows[column].drop(row)).reindex(rows.index)})
    return returned.with_tables(**changed), unread


def _list_places(findings: list[Finding]) -> Iterator[tuple[str, int, str]]:
    for one in findings:
        if place := _ROW_OF_CELL.search(one.cell):
            yield one.table, int(place[1]), one.column
