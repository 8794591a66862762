"""The follow-up list as a calendar, read back with a common library."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from tests.documents import samples
from tests.documents.samples import ATTACKS, TODAY
from xl_salesflow.core.change_sets import Document
from xl_salesflow.documents.document_writer import render_document, write_document_file
from xl_salesflow.documents.followup_list_formats import render_followup_calendar
from xl_salesflow.locale.texts import LANGUAGES, Language


def events(document: Document, language: Language = "en") -> list[Any]:
    """Return the entries of the calendar."""
    return list(Calendar.from_ical(render_document(document, language, "ics")).walk("VEVENT"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_deal_has_one_all_day_entry(language: Language) -> None:
    first, second, _ = events(samples.followups(), language)
    assert (
        first["summary"] == {"en": "Call Bob Stone, Acme: Call Bob", "zh": "致电Acme Bob Stone\uff1aCall Bob"}[language]
    )
    assert (first["dtstart"].dt, first["dtend"].dt) == (TODAY, TODAY + timedelta(days=1))  # overdue: today
    assert first["description"].splitlines()[0] == "Next step overdue by 2 days."
    assert second["summary"].endswith("D-2")
    assert (first["priority"], second["priority"]) == (1, 9)


def test_a_deal_is_on_the_day_it_is_planned_for() -> None:
    assert events(samples.followups())[1]["dtstart"].dt == date(2026, 11, 23)


@pytest.mark.parametrize("minutes", [1, 24 * 60])
def test_a_later_list_updates_the_earlier_one(minutes: int) -> None:
    """The same deal of the same workbook keeps its id, wherever the workbook is; the later list has the higher sequence."""
    today, tomorrow = samples.followups(), samples.followups()
    later = tomorrow.facts["made"] + timedelta(minutes=minutes)
    moved = {**tomorrow.facts, "made": later, "source": "C:/Users/li/pipeline.xlsx"}
    before, after = events(today), events(Document("followups", "x", moved))
    assert [event["uid"] for event in before] == [event["uid"] for event in after]
    assert len({event["uid"] for event in before}) == 3
    assert after[0]["sequence"] > before[0]["sequence"]
    assert after[0]["dtstamp"].dt > before[0]["dtstamp"].dt


def test_another_workbook_has_other_entries() -> None:
    other = {**samples.followups().facts, "source": "/home/li/south.xlsx"}
    assert events(Document("followups", "x", other))[0]["uid"] != events(samples.followups())[0]["uid"]


@pytest.mark.parametrize(
    "attack", [*ATTACKS, "x\nDTSTART:19700101", "x\r\nEND:VEVENT", "a;b,c:d\\n", "\u2028BEGIN:VALARM"]
)
def test_typed_text_cannot_become_a_line_of_the_calendar(attack: str) -> None:
    plain, shown = (render_document(samples.followups(word), "en", "ics") for word in ("x", attack))
    names = [[line.split(b":")[0].split(b";")[0] for line in unfolded(ics)] for ics in (plain, shown)]
    assert names[0] == names[1]
    typed = " ".join("".join(mark if mark.isprintable() else " " for mark in attack).split())
    assert events(samples.followups(attack))[0]["summary"] == f"Call {typed}, {typed}: {typed}"


def unfolded(ics: bytes) -> list[bytes]:
    """Return the logical lines of a calendar."""
    return ics.replace(b"\r\n ", b"").split(b"\r\n")


def test_the_same_list_gives_the_same_bytes() -> None:
    assert render_document(samples.followups(), "zh", "ics") == render_document(samples.followups(), "zh", "ics")


def _listing(*deals: str, days: int = 0, whose: str = "", source: str = "pipeline.xlsx") -> Document:
    """Return a list of these deals, made a number of days later, each for the day the list is made."""
    sample = samples.followups()
    today = TODAY + timedelta(days=days)
    row = sample.facts["owners"][0]["rows"][0]
    rows = [{**row, "deal": deal, "account": deal, "next_step": deal, "day": today} for deal in deals]
    facts = {
        "today": today, "day": today, "made": sample.facts["made"] + timedelta(days=days), "whose": whose, "source": source,
        "owners": [{"owner": "Li Wei", "email": "", "left": 0, "rows": rows}] if rows else [],
    }  # fmt: skip
    return Document("followups", "x", {**sample.facts, **facts})


def _states(path: Path) -> dict[str, str]:
    return {
        str(event["summary"]).split()[-1]: str(event["status"])
        for event in Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    }


@pytest.mark.parametrize(
    ("then", "states"),
    [
        pytest.param(_listing("D-1", "D-2"), {"D-1": "CONFIRMED", "D-2": "CONFIRMED"}, id="the same list"),
        pytest.param(_listing("D-1"), {"D-1": "CONFIRMED", "D-2": "CANCELLED"}, id="a line left"),
        pytest.param(_listing(), {"D-1": "CANCELLED", "D-2": "CANCELLED"}, id="every line left"),
        pytest.param(_listing("D-1", days=1), {"D-1": "CONFIRMED"}, id="its day is over: it stays what it was"),
        pytest.param(_listing("D-1", whose="Li Wei"), {"D-1": "CONFIRMED"}, id="another person's list"),
        pytest.param(_listing("D-1", source="south.xlsx"), {"D-1": "CONFIRMED"}, id="another workbook's list"),
    ],
)
def test_entries_that_left_the_list_are_cancelled(tmp_path: Path, then: Document, states: dict[str, str]) -> None:
    path = write_document_file(_listing("D-1", "D-2"), tmp_path / "calls.ics", "en", "ics")
    assert _states(write_document_file(then, path, "en", "ics")) == states


def test_an_entry_stays_cancelled_until_it_is_listed_again(tmp_path: Path) -> None:
    path, kept = tmp_path / "calls.ics", []
    for listing in (_listing("D-1"), _listing(), _listing(), _listing("D-1")):
        write_document_file(listing, path, "en", "ics")
        kept.append(_states(path)["D-1"])
    assert kept == ["CONFIRMED", "CANCELLED", "CANCELLED", "CONFIRMED"]


def test_a_cancelled_entry_has_the_same_id_and_a_higher_sequence() -> None:
    (first,), later = events(_listing("D-1")), _listing()
    later.facts["made"] += timedelta(minutes=1)  # type: ignore[index]  # made for this test, so it may change
    calendar = render_followup_calendar(later, "en", render_document(_listing("D-1"), "en", "ics"))
    last: Any = Calendar.from_ical(calendar).walk("VEVENT")[0]
    assert (last["uid"], last["dtstart"].dt, last["summary"]) == (first["uid"], first["dtstart"].dt, first["summary"])
    assert last["sequence"] > first["sequence"]


_TWISTED = render_document(_listing("D-2"), "en", "ics").replace(b"DTSTART;VALUE=DATE:", b"DTSTART;VALUE=PERIOD:x")
"""An entry with an invalid day."""


@pytest.mark.parametrize(
    "before", [b"", b"no calendar", b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", b"\xff\xfe\x00", _TWISTED]
)
def test_a_file_that_is_not_our_calendar_is_replaced(tmp_path: Path, before: bytes) -> None:
    path = tmp_path / "calls.ics"
    path.write_bytes(before)
    assert write_document_file(_listing("D-1"), path, "en", "ics").read_bytes() == render_document(
        _listing("D-1"), "en", "ics"
    )


@pytest.mark.parametrize("damage", [b";VALUE=DATE,TEXT:", b";VALUE=:", b";TZID=a;TZID=b:", b':"\r\n', b"\xff:"])
def test_a_damaged_earlier_calendar_is_replaced(tmp_path: Path, damage: bytes) -> None:
    """Found by fuzzing: the library fails on a parameter with several values."""
    path = write_document_file(_listing("D-1"), tmp_path / "calls.ics", "en", "ics")
    path.write_bytes(path.read_bytes().replace(b"DTSTART;VALUE=DATE:", b"DTSTART" + damage))
    assert _states(write_document_file(_listing("D-2"), path, "en", "ics"))["D-2"] == "CONFIRMED"
