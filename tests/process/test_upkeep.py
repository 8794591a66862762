"""Columns that are filled in with every run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.deal_upkeep import fill_derived_cells


def kept(pipeline: Pipeline) -> Pipeline:
    after = apply_change_set(pipeline, fill_derived_cells(pipeline))
    assert not fill_derived_cells(after).writes
    return after


def test_a_deal_without_a_playbook_gets_the_default() -> None:
    after = kept(crm(Deals=[{"deal": "D1"}, {"deal": "D2", "playbook": "b2b"}, {}]))
    assert after["Deals"]["playbook"].tolist() == ["crm", "b2b", ""]


def test_last_activity_is_the_latest_past_one() -> None:
    days = [TODAY - timedelta(days=9), TODAY - timedelta(days=2), TODAY + timedelta(days=1)]
    acts = [{"deal": "D1", "date": day, "type": "call"} for day in days]
    deals = [{"deal": "D1"}, {"deal": "D2", "last_activity": date(2026, 1, 1)}]
    after = kept(crm(Deals=deals, Activities=acts))
    assert after["Deals"]["last_activity"].dt.date.tolist() == [TODAY - timedelta(days=2), date(2026, 1, 1)]
    assert after["Activities"]["activity"].tolist() == ["A000001", "A000002", "A000003"]


@pytest.mark.parametrize(
    ("seen", "expected", "outcome", "pushes"),
    [
        (None, date(2026, 5, 1), "open", None),
        (date(2026, 4, 1), date(2026, 5, 1), "open", 1),
        (date(2026, 5, 1), date(2026, 4, 1), "open", None),
        (date(2026, 4, 1), date(2026, 5, 1), "lost", None),
        (date(2026, 4, 1), None, "open", None),
    ],
)
def test_a_later_expected_close_is_a_push(seen: Any, expected: Any, outcome: str, pushes: float | None) -> None:
    deal = {"deal": "D1", "expected_close": expected, "last_expected_close": seen, "outcome": outcome}
    after = kept(crm(Deals=[deal]))["Deals"].iloc[0]
    assert after["pushes"] == pushes if pushes else after["pushes"] != after["pushes"]
    assert after["last_expected_close"].date() == (expected or seen)


def test_numbers_continue_from_the_last_one() -> None:
    acts = [{"activity": "A000041", "date": TODAY}, {"date": TODAY, "deal": "D1"}, {"activity": "call-7"}]
    assert kept(crm(Activities=acts))["Activities"]["activity"].tolist() == ["A000041", "A000042", "call-7"]
