"""The follow-up list as a calendar, read back by the library that others read it with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from tests.documents import samples
from tests.documents.samples import ATTACKS, TODAY
from xl_salesflow.documents import render
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import LANGUAGES, Language


def events(document: Document, language: Language = "en") -> list[Any]:
    """Return the entries of the calendar."""
    return list(Calendar.from_ical(render(document, language, "ics")).walk("VEVENT"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_day_long_entry_per_deal(language: Language) -> None:
    first, second, _ = events(samples.followups(), language)
    assert first["summary"] == {"en": "Follow up: Acme", "zh": "跟进\uff1aAcme"}[language]
    assert (first["dtstart"].dt, first["dtend"].dt) == (TODAY, TODAY + timedelta(days=1))  # overdue: today
    assert first["description"].splitlines()[0] == "Next step overdue by 2 days."
    assert second["summary"].endswith("D-2")
    assert (first["priority"], second["priority"]) == (1, 9)


def test_a_deal_stands_on_the_day_it_is_planned_for() -> None:
    assert events(samples.followups())[1]["dtstart"].dt == date(2026, 11, 23)


@pytest.mark.parametrize("minutes", [1, 24 * 60])
def test_a_later_list_updates_the_earlier_one(minutes: int) -> None:
    """The same deal of the same workbook keeps its id, wherever the workbook lies; the later list has the higher sequence."""
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
def test_nothing_typed_becomes_a_line_of_the_calendar(attack: str) -> None:
    plain, shown = (render(samples.followups(word), "en", "ics") for word in ("x", attack))
    names = [[line.split(b":")[0].split(b";")[0] for line in unfolded(ics)] for ics in (plain, shown)]
    assert names[0] == names[1]
    typed = " ".join("".join(mark if mark.isprintable() else " " for mark in attack).split())
    assert events(samples.followups(attack))[0]["summary"] == f"Follow up: {typed}"


def unfolded(ics: bytes) -> list[bytes]:
    """Return the logical lines of a calendar."""
    return ics.replace(b"\r\n ", b"").split(b"\r\n")


def test_the_same_list_gives_the_same_bytes() -> None:
    assert render(samples.followups(), "zh", "ics") == render(samples.followups(), "zh", "ics")
