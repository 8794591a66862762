"""Calendar files as Outlook, Google, Apple, QQ, 163 and others write them, each with the visits that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.imports.messages.messages_book import messages_book
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.intake_answers import LoggedMessages
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.imports.messages.message_files import read_messages
from xl_salesflow.imports.messages.message_log import log_messages, make_recurrence_window

CORPUS = Path(__file__).with_name("calendars.txt").read_text(encoding="utf-8")
ZONE = "BEGIN:VTIMEZONE\nTZID:{}\nBEGIN:DAYLIGHT\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nDTSTART:19700329T020000\n\
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nBEGIN:STANDARD\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n\
DTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE"


@dataclass(frozen=True)
class CalendarFile:
    """One entry of the corpus."""

    after: str
    raw: bytes
    expected: tuple[str, ...]


def read_corpus() -> dict[str, CalendarFile]:
    found = {}
    for entry in CORPUS.split("\n## ")[1:]:
        name, *lines = entry.rstrip("\n").split("\n")
        after = next((line[6:] for line in lines if line.startswith("after ")), "")
        expected = tuple(line[2:].strip() for line in lines if line.startswith("=>"))
        body = [line for line in lines if not line.startswith(("after ", "=>"))]
        encoding = "gb18030" if "GB18030" in body else "utf-8-sig" if "BOM" in body else "utf-8"
        newline = "\n" if "BOM" in body else "\r\n"
        text = "\n".join(line for line in body if line not in ("GB18030", "BOM"))
        text = text.replace("\nTZ\n", f"\n{ZONE.format('Europe/Berlin')}\n")
        text = text.replace("\nWINDOWS\n", f"\n{ZONE.format('W. Europe Standard Time')}\n")
        whole = f"BEGIN:VCALENDAR\nVERSION:2.0\n{text}\nEND:VCALENDAR\n".replace("\n", newline)
        found[name] = CalendarFile(after, whole.encode(encoding), expected)
    return found


FILES = read_corpus()


def log_file(book: Pipeline, name: str, folder: Path) -> ChangeSet[LoggedMessages]:
    path = folder / "invite.ics"
    path.write_bytes(FILES[name].raw)
    return log_messages(book, read_messages([path], make_recurrence_window(book)))


def book_before(name: str, folder: Path) -> Pipeline:
    """Return the workbook with everything logged that an entry comes after."""
    after = FILES[name].after
    if not after:
        return messages_book()
    before = book_before(after, folder)
    return apply_change_set(before, log_file(before, after, folder))


@pytest.mark.parametrize("name", FILES)
def test_a_calendar_file_becomes_its_visits(name: str, tmp_path: Path) -> None:
    book = book_before(name, tmp_path)
    plan = log_file(book, name, tmp_path)
    activities = apply_change_set(book, plan)["Activities"].set_index("activity")
    assert len(plan.answer.messages) == len(FILES[name].expected)
    for logged, expected in zip(plan.answer.messages, FILES[name].expected, strict=True):
        fate, *cells = (cell.strip() for cell in expected.split("|"))
        assert logged.fate == fate.partition(" ")[0]
        if rule := fate.partition(" ")[2]:
            assert f"log_{rule}" in [finding.rule for finding in plan.findings]
        if len(cells) > 1:
            columns = ("at", "type", "deal", "contact", "attendees")
            row = activities.loc[logged.activity] if logged.fate != "cancelled" else find_cancelled(activities, cells)
            assert [str(row["date"].date()), *(row[column] for column in columns)] == cells
            assert row["outcome"] == ("postponed" if logged.fate == "cancelled" else "")
        elif cells:
            assert [str(logged.day)] == cells
    again = log_file(apply_change_set(book, plan), name, tmp_path)
    assert not again.writes


def find_cancelled(activities: object, cells: list[str]) -> object:
    rows = activities[activities["date"].dt.date.astype(str) == cells[0]]  # type: ignore[index]
    return rows.iloc[0]


def test_a_series_that_moves_leaves_its_old_days(tmp_path: Path) -> None:
    name = "a series that moves to another weekday"
    book = book_before(name, tmp_path)
    rows = apply_change_set(book, log_file(book, name, tmp_path))["Activities"]
    held = {str(row["date"].date()): row["outcome"] for row in rows.to_dict("records")}
    assert held == {"2026-03-18": "", "2026-03-25": "", "2026-04-08": "postponed", "2026-04-01": ""}


def test_the_corpus_has_forty_files() -> None:
    assert len(FILES) >= 40
