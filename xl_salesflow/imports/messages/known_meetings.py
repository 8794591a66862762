"""The appointments that were logged before, and what changes about them: another time, a cancellation, a moved series.

An appointment that is called off stays as a row whose outcome says that it did not take place. An outcome that a person filled in
is kept, whatever the calendar says later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

import pandas as pd

from xl_salesflow.core.change_sets import Edit, find_equal_cells
from xl_salesflow.core.intake_answers import MessageFate
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import EVENT_MARK
from xl_salesflow.imports.messages.message_values import Meeting
from xl_salesflow.schema.table_frames import make_column_series
from xl_salesflow.schema.table_registry import TABLES

_CALLED_OFF = "postponed"
MeetingKey = tuple[str, str]
"""The id of an appointment, and the name of its occurrence ("" if it does not repeat)."""


def latest_meetings(meetings: Iterable[Meeting]) -> Mapping[MeetingKey, Meeting]:
    """Return the last state of each of *meetings*: the one with the highest sequence, then the latest stamp."""
    found = dict[MeetingKey, Meeting]()
    for meeting in meetings:
        key = meeting.uid, meeting.recurrence
        other = found.get(key)
        if other is None or _rank(meeting) > _rank(other):
            found[key] = meeting
    return found


def _rank(meeting: Meeting) -> tuple[int, bool, str]:
    return meeting.sequence, meeting.cancelled, meeting.stamp


@dataclass
class KnownMeetings:
    """The logged appointments of a workbook, and the cells that the messages of this run change."""

    pipeline: Pipeline
    zone: tzinfo
    _rows: dict[MeetingKey, tuple[int, int]] = field(default_factory=dict)
    _of_uid: dict[str, list[MeetingKey]] = field(default_factory=lambda: defaultdict(list))
    _cells: dict[tuple[int, str], Any] = field(default_factory=dict)

    @classmethod
    def index(cls, pipeline: Pipeline, zone: tzinfo) -> KnownMeetings:
        """Return the appointments in the sheet Activities."""
        known, activities = cls(pipeline, zone), pipeline["Activities"]
        for row, mark in zip(activities.index, activities["message"], strict=True):
            uid, recurrence, sequence = _read_mark(mark)
            if uid:
                known._rows[uid, recurrence] = int(row), sequence
                known._of_uid[uid].append((uid, recurrence))
        return known

    def write_mark(self, meeting: Meeting) -> str:
        """Return what the column `message` holds for *meeting*."""
        return f"{EVENT_MARK}{meeting.uid}/{meeting.recurrence}/{meeting.sequence}"

    def place_start(self, meeting: Meeting) -> tuple[date, str]:
        """Return the day and the time of *meeting* in our zone; the time of a whole day is ""."""
        if not isinstance(meeting.start, datetime):
            return meeting.start, ""
        start = meeting.start.astimezone(self.zone)
        return start.date(), f"{start:%H:%M}"

    def holds(self, meeting: Meeting) -> bool:
        """Return whether *meeting*, or for the cancellation of a series an occurrence of it, was logged before."""
        return bool(self._find_keys(meeting))

    def _find_keys(self, meeting: Meeting) -> list[MeetingKey]:
        key = meeting.uid, meeting.recurrence
        if key in self._rows:
            return [key]
        return self._of_uid.get(meeting.uid, []) if meeting.cancelled and not meeting.recurrence else []

    def follow(self, meeting: Meeting, present: str) -> tuple[MessageFate, str, str]:
        """Note what changed about a logged appointment; return its fate, its activity and its deal."""
        keys = self._find_keys(meeting)
        activities = self.pipeline["Activities"]
        changed = [self._follow_row(*self._rows[key], meeting, present, key[1]) for key in keys]
        row = self._rows[keys[0]][0]
        fate: MessageFate = "known"
        if any(changed):
            fate = "cancelled" if meeting.cancelled else "changed"
        return fate, str(activities.at[row, "activity"]), str(activities.at[row, "deal"])

    def _follow_row(self, row: int, sequence: int, meeting: Meeting, present: str, recurrence: str) -> bool:
        outcome = str(self.pipeline["Activities"].at[row, "outcome"])
        if meeting.sequence < sequence:
            return False
        mark = f"{EVENT_MARK}{meeting.uid}/{recurrence}/{meeting.sequence}"
        if meeting.cancelled:
            return outcome == "" and self._set(row, outcome=_CALLED_OFF, message=mark)
        if outcome not in ("", _CALLED_OFF) or (outcome == _CALLED_OFF and meeting.sequence == sequence):
            return False
        day, at = self.place_start(meeting)
        return self._set(row, date=day, at=at, subject=meeting.subject, attendees=present, outcome="", message=mark)

    def _set(self, row: int, **cells: Any) -> bool:
        """Note the new *cells* of a row; return whether one differs."""
        activities, changed = self.pipeline["Activities"], False
        for column_id, value in cells.items():
            column = TABLES["Activities"][column_id]
            before = activities.loc[[row], column_id]
            if not find_equal_cells(column, before, make_column_series(column, [value], before.index)).all():
                self._cells[row, column_id] = value
                changed = True
        return changed

    def retire_moved(self, meetings: Iterable[Meeting], today: date) -> None:
        """Call off the occurrences to come of a series whose new rule no longer has them."""
        series = defaultdict[str, dict[str, int]](dict)
        for meeting in meetings:
            if meeting.in_series and not meeting.cancelled:
                series[meeting.uid][meeting.recurrence] = meeting.sequence
        activities = self.pipeline["Activities"]
        to_come = (activities["date"] >= pd.Timestamp(today)) & (activities["outcome"] == "")
        for uid, occurrences in series.items():
            newest = max(occurrences.values())
            for key in self._of_uid.get(uid, ()):
                row, sequence = self._rows[key]
                if key[1] not in occurrences and sequence < newest and to_come[row]:
                    self._set(row, outcome=_CALLED_OFF, message=f"{EVENT_MARK}{uid}/{key[1]}/{newest}")

    def describe(self, uid: str, recurrence: str) -> tuple[str, date | None]:
        """Return the subject and the day of a logged appointment; None if it was not logged."""
        found = self._rows.get((uid, recurrence)) or next((self._rows[key] for key in self._of_uid.get(uid, ())), None)
        if found is None:
            return "", None
        cells = self.pipeline["Activities"].loc[found[0]]
        return str(cells["subject"]), None if pd.isna(cells["date"]) else cells["date"].date()

    def list_edits(self, because: str) -> tuple[Edit, ...]:
        """Return the cells that change, column by column."""
        return tuple(self._make_edits(because))

    def _make_edits(self, because: str) -> Iterator[Edit]:
        activities = self.pipeline["Activities"]
        for column in TABLES["Activities"].columns:
            cells = {row: value for (row, column_id), value in self._cells.items() if column_id == column.id}
            if cells:
                rows = pd.Index(sorted(cells))
                after = make_column_series(column, [cells[row] for row in rows], rows)
                keys, before = activities.loc[rows, "activity"], activities.loc[rows, column.id]
                yield Edit("Activities", column.id, keys, before, after, because)


def _read_mark(mark: str) -> tuple[str, str, int]:
    """Return the id, the occurrence and the sequence of an appointment's mark; blank for other marks."""
    if not mark.startswith(EVENT_MARK) or mark.count("/") < 2:
        return "", "", 0
    uid, recurrence, sequence = mark.removeprefix(EVENT_MARK).rsplit("/", 2)
    return uid, recurrence, int(sequence) if sequence.isdecimal() else 0
