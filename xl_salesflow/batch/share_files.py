"""Make and refresh a workbook for each person of the team, in a folder; what a person typed since is never overwritten.

A file is refreshed only if nothing in it is left to collect: it is the one that was shared, or one that was collected, or at
least has the same rows. Everything else is left as it is, with the reason as a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from xl_salesflow.batch.share_messages import make_share_finding, make_unreadable_finding
from xl_salesflow.batch.shared_states import SharedState, SharedStates, digest_of_bytes, read_shared_states
from xl_salesflow.changelog.returned_copies import ReturnedCopy
from xl_salesflow.changelog.shared_rows import (
    COLLECTED_TABLES,
    COMMISSION_TABLES,
    SETUP_COPIES,
    count_unnumbered_rows,
    find_share_run,
    log_sharing,
    select_shared_rows,
)
from xl_salesflow.core.file_saving import safe_file_name
from xl_salesflow.core.key_numbers import COUNTED_TABLES, find_key_columns, next_run_number
from xl_salesflow.core.own_columns import EXTENSIBLE_TABLES
from xl_salesflow.core.person_identity import list_active_people
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.share_answers import SharedFile
from xl_salesflow.engine import Run
from xl_salesflow.errors import UsageError, WorkbookError
from xl_salesflow.locale.texts import TextList, fold_text
from xl_salesflow.schema.table_columns import extend_table
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import share
from xl_salesflow.workbook.atomic_save import refuse_if_open, save_workbook
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.locked_sheets import lock_record_sheets
from xl_salesflow.workbook.new_stores import build_new_workbook


@dataclass(frozen=True)
class _PresentFile:
    """The file of a person that is there: its digest, and the finding that keeps it from being replaced, if any."""

    digest: str
    kept: Finding | None = None
    notes: tuple[Finding, ...] = ()


@dataclass
class TeamShare:
    """One run of share on the workbook at *path*, read as *pipeline*, into *folder*; a dry run writes nothing."""

    path: Path
    pipeline: Pipeline
    folder: Path
    run: Run
    dry_run: bool = False
    findings: list[Finding] = field(default_factory=list)
    _states: SharedStates = field(init=False)

    def __post_init__(self) -> None:
        self._states = read_shared_states(self.path)

    def make_files(self) -> Iterator[SharedFile]:
        """Make or refresh the workbook of one person after another, and yield what was done; collect the findings."""
        people = [str(row["person"]) for row in list_active_people(self.pipeline)]
        if not people:
            raise UsageError("The sheet Team names nobody to share with; enter the people there, and share again.")
        self._report_rows_of_nobody(people)
        names = _name_files(people)
        marks = {fold_text(one.person): one.mark for one in self._states.states}
        for person in people:
            part = select_shared_rows(self.pipeline, person)
            marks[fold_text(person)] = mark = _choose_mark(self.pipeline, part, person, marks)
            yield self._make_file(part, person, self.folder / names[person], mark)
        self._report_people_who_left(people)

    def _make_file(self, part: Pipeline, person: str, path: Path, mark: str) -> SharedFile:
        rows, latest = _digest_rows(part, mark), self._states.find_latest(person)
        deals = len(part["Deals"])
        try:
            there = self._look_at_file(path, person) if path.exists() else None
            if there and there.kept:
                self.findings.append(there.kept)
                return SharedFile(person, str(path), "kept", deals, latest.mark if latest else mark)
            if there and latest and latest.rows == rows and latest.file == path.name:
                return SharedFile(person, str(path), "unchanged", deals, mark)
            if not self.dry_run:
                self._write(part, SharedState(person, path.name, "", mark, "", rows), path, there)
        except WorkbookError as error:
            self.findings.append(make_unreadable_finding("share", error, self.pipeline.language))
            return SharedFile(person, str(path), "kept", deals, mark)
        self.findings += there.notes if there else ()
        return SharedFile(person, str(path), "refreshed" if there else "made", deals, mark)

    def _look_at_file(self, path: Path, person: str) -> _PresentFile:
        """Look at the file that a person has; raises WorkbookError if it cannot be read."""
        refuse_if_open(path)
        data, journal = path.read_bytes(), self.pipeline["Journal"]
        digest = digest_of_bytes(data)
        if self._states.find_known(digest, journal):
            return _PresentFile(digest, None, self._note_own_columns(path, data, person))
        returned = ClosedBook(path, data).read(self.pipeline.today)
        state = self._states.find_share(find_share_run(returned)[0])
        known = self._states.read(state) if state else None
        if not state or known is None:
            return _PresentFile(digest, self._find("share_in_the_way", file=path.name))
        bases = [known]
        collected = self._states.find_collected(state.run, journal)
        if collected and (later := self._states.read(collected)):
            bases.append(later)
        if any(self._is_same_work(path, base, returned) for base in bases):
            return _PresentFile(digest, None, self._note_own_columns(path, data, person))
        return _PresentFile(digest, self._find("share_uncollected", file=path.name))

    def _is_same_work(self, path: Path, base: bytes, returned: Pipeline) -> bool:
        return ReturnedCopy(ClosedBook(path, base).read(self.pipeline.today), returned).is_unchanged

    def _note_own_columns(self, path: Path, data: bytes, person: str) -> tuple[Finding, ...]:
        own = ClosedBook(path, data).read_as_needed(self.pipeline.today).own_columns
        headers = [header for table in EXTENSIBLE_TABLES for header in own.list_headers(table)]
        if not headers:
            return ()
        return (self._find("share_own_columns", file=path.name, columns=TextList(tuple(headers)), person=person),)

    def _write(self, part: Pipeline, state: SharedState, path: Path, there: _PresentFile | None) -> None:
        language, today = self.pipeline.language, self.pipeline.today
        book = ClosedBook(path, build_new_workbook(language), keeps_backups=False)
        number = next_run_number(self.run.now, self._states.runs)
        plan = log_sharing(
            share(book.read(today), part, state.mark, self.run), number, self.run.now, self.run.by, state.person
        )
        data = lock_record_sheets(path, book.write_to_bytes(plan)[0])
        new = SharedState(state.person, path.name, number, state.mark, digest_of_bytes(data), state.rows)
        self._states = self._states.save([(new, data)], self.path)
        backups = max(int(self.pipeline.settings.number("backups")), 1)
        path.parent.mkdir(parents=True, exist_ok=True)

        def write_whole(file: BinaryIO) -> None:
            file.write(data)

        save_workbook(path, write_whole, there.digest if there else None, backups)

    def _report_rows_of_nobody(self, people: Iterable[str]) -> None:
        deals, known = self.pipeline["Deals"], {fold_text(person) for person in people}
        others = deals[
            [
                bool(key) and fold_text(owner) not in known
                for key, owner in zip(deals["deal"], deals["owner"], strict=True)
            ]
        ]
        if len(others):
            first = others.iloc[0]
            self._add("share_unowned", count=len(others), name=first["name"] or first["deal"])
        if count := count_unnumbered_rows(self.pipeline):
            self._add("share_unnumbered", count=count)

    def _report_people_who_left(self, people: Iterable[str]) -> None:
        active = {fold_text(person) for person in people}
        left = {one.file: one.person for one in self._states.states if fold_text(one.person) not in active}
        for file, person in left.items():
            if (self.folder / file).exists():
                self._add("share_left_over", file=file, person=person)

    def _find(self, rule: str, **facts: object) -> Finding:
        return make_share_finding(rule, self.pipeline.language, **facts)

    def _add(self, rule: str, **facts: object) -> None:
        self.findings.append(self._find(rule, **facts))


def _name_files(people: Iterable[str]) -> dict[str, str]:
    """Return the name of each person's file; two people whose names make one file name get a number."""
    names, taken = dict[str, str](), set[str]()
    for person in people:
        stem, count = safe_file_name(person), 1
        name = stem
        while name.casefold() in taken:
            count += 1
            name = f"{stem} {count}"
        taken.add(name.casefold())
        names[person] = f"{name}.xlsx"
    return names


_LONGEST_MARK = 3


def _choose_mark(pipeline: Pipeline, part: Pipeline, person: str, marks: dict[str, str]) -> str:
    """Return the mark of *person*: the one they had, or their initials, with a number if it could give a number twice."""
    others = {mark.casefold() for name, mark in marks.items() if name != fold_text(person)}
    words = ["".join(filter(str.isalnum, word)) for word in person.split()]
    initials = "".join(word[:1] for word in words) if len(words) > 1 else "".join(words)
    short = initials[:_LONGEST_MARK] if not initials.isascii() or len(words) > 1 else initials[:2]
    known = marks.get(fold_text(person), "").rstrip("0123456789")
    first = known or short.upper() or "X"
    used = _list_marks_in_use(pipeline, part)
    count = 1
    while (mark := first if count == 1 else f"{first}{count}").casefold() in others or mark.casefold() in used:
        count += 1
    return mark


def _list_marks_in_use(pipeline: Pipeline, part: Pipeline) -> set[str]:
    """Return the marks of numbers in the workbook that are no longer among the rows of the person, and so could come again."""
    found = set[str]()
    for table in COUNTED_TABLES:
        for name, column in find_key_columns(TABLES[table]):
            if TABLES[name].generated:
                continue
            held = {*pipeline[name][column]} - {*part[name][column]}
            found |= {key.rsplit("-", 2)[-2].casefold() for key in held if key.count("-") >= 2}
    return found


def _digest_rows(part: Pipeline, mark: str) -> str:
    """Return a digest of everything that a workbook with the rows of *part* would hold."""
    digests = [mark]
    for name in sorted({*COLLECTED_TABLES, *SETUP_COPIES, *COMMISSION_TABLES, "Targets", "Deals"}):
        listed = extend_table(TABLES[name], part[name].columns).columns
        columns = [column.id for column in listed if not column.is_formula]
        hashed = pd.util.hash_pandas_object(part[name][columns], index=False).to_numpy()
        digests.append(f"{name}:{digest_of_bytes(hashed.tobytes())}")
    return digest_of_bytes("\n".join(digests).encode())
