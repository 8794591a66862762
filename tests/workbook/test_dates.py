"""Dates written as text: which are read, which are ambiguous."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbook.lines import lines
from xl_salesflow.core.written_dates import DateStyle
from xl_salesflow.workbook.cell_conversion import read_typed_date
from xl_salesflow.workbook.cell_findings import ValueFinding

TAKEN = """
    text                 | means
    2025-05-01           | 2025-05-01
    2025/5/1             | 2025-05-01
    2025.5.1             | 2025-05-01
    2025年5月1日         | 2025-05-01
    ２０２５年５月１日   | 2025-05-01
    20250501             | 2025-05-01
    25/12/2025           | 2025-12-25
    12/25/2025           | 2025-12-25
    05/05/2025           | 2025-05-05
    1 May 2025           | 2025-05-01
    1-May-2025           | 2025-05-01
    May 1, 2025          | 2025-05-01
    2025-05-01 09:30     | 2025-05-01T09:30
    2025-05-01T09:30:15Z | 2025-05-01T09:30:15
    9999-12-31           | 9999-12-31
    3.4.2025             | 2025-04-03
    3.4.25               | 2025-04-03
    1st May 2025         | 2025-05-01
    01-May-25            | 2025-05-01
    Mon, 1 May 2025      | 2025-05-01
    2025年5月1号         | 2025-05-01
    45000                | 2023-03-15
    5. März 2026         | 2026-03-05
    令和7年5月1日        | 2025-05-01
"""
ASKED_ABOUT = """
    text        | rule            | says
    2025-02-30  | impossible_date |
    2025-13-01  | impossible_date |
    31/31/2025  | impossible_date |
    20250230    | impossible_date |
    2025年2月30日 | impossible_date |
    03/04/2025  | ambiguous_date  | 2025-03-04 2025-04-03
    1/5/25      | ambiguous_date  | 2025-01-05 2025-05-01
    soon        | undecided       |
    Q3          | not_a_date      |
    5/1         | not_a_date      |
    5 May       | not_a_date      |
    1 Mud 2025  | not_a_date      |
"""


def parse_typed_date(text: str) -> tuple[datetime | None, ValueFinding | None]:
    return read_typed_date(text, DateStyle())


@pytest.mark.parametrize(("text", "means"), lines(TAKEN))
def test_a_clear_date_is_taken_with_a_note(text: str, means: str) -> None:
    moment, doubt = parse_typed_date(text)
    assert moment == datetime.fromisoformat(means)
    assert doubt is not None
    assert doubt.rule == "date_as_text"


@pytest.mark.parametrize(("text", "rule", "says"), lines(ASKED_ABOUT))
def test_an_ambiguous_or_invalid_day_is_a_finding(text: str, rule: str, says: str) -> None:
    moment, doubt = parse_typed_date(text)
    assert moment is None
    assert doubt is not None
    assert doubt.rule == rule
    assert list(doubt.facts.values()) == says.split()


@given(st.dates(date(1000, 1, 1)))
def test_every_day_can_be_read_in_iso_and_chinese(day: date) -> None:
    for text in (day.isoformat(), f"{day.year}年{day.month}月{day.day}日"):
        moment, _ = parse_typed_date(text)
        assert moment is not None
        assert moment.date() == day


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_a_finding_and_never_an_error(text: str) -> None:
    moment, doubt = parse_typed_date(text)
    assert moment is not None or doubt is not None
