"""Nobody gets more lines a day than the Settings allow: the rest moves to the next working day, and the line says so."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.process.desk import TODAY, ago, desk
from xl_salesflow.process.due_followups import find_followups_beyond_limit, list_followups, make_followup_frame
from xl_salesflow.process.followup_deals import fit_into_days

WEEK = {"workweek": "mon_fri"}


@pytest.mark.parametrize(
    ("wanted", "room", "days", "given_"),
    [
        ([0, 0, 0], 2, 5, [0, 0, 1]),
        ([0, 0, 0, 0, 0], 2, 2, [0, 0, 1, 1, -1]),
        ([1, 0, 0, 1, 0], 1, 3, [1, 0, 2, -1, -1]),  # a postponed line does not move to an earlier day
        ([7, 0], 1, 3, [-1, 0]),  # beyond the list
        ([0, 0], 0, 3, [-1, -1]),
        ([], 3, 3, []),
    ],
)
def test_each_line_gets_the_first_day_with_room(wanted: list[int], room: int, days: int, given_: list[int]) -> None:
    assert fit_into_days(wanted, room, days) == given_


@given(st.lists(st.integers(0, 6), max_size=60), st.integers(0, 5), st.integers(1, 5))
def test_no_day_exceeds_the_limit_and_no_line_is_left_out_without_need(wanted: list[int], room: int, days: int) -> None:
    given_ = fit_into_days(wanted, room, days)
    held = Counter(day for day in given_ if day >= 0)
    assert all(count <= room for count in held.values())
    assert all(day >= first for day, first in zip(given_, wanted, strict=True) if day >= 0)
    for day, first in zip(given_, wanted, strict=True):
        if day < 0:
            assert all(held[other] == room for other in range(first, days))


def test_lines_above_the_limit_move_to_the_next_working_day() -> None:
    """22 November 2026 is a Sunday: the list begins on Monday, and a full Friday is continued after the weekend."""
    deals = [{"next_step_date": ago(n)} for n in range(20, 8, -1)]
    rows = make_followup_frame(desk(*deals, settings={**WEEK, "followups_per_day": 2, "followup_days": 6}))
    assert [day.day for day in rows["day"]] == [23, 23, 24, 24, 25, 25, 26, 26, 27, 27, 30, 30]
    assert list(rows["rank"]) == list(range(1, 13))
    assert "postponed" not in rows["why"].iloc[1]
    assert rows["why"].iloc[2].endswith("; postponed to 2026-11-24: the limit is 2 a day.")
    chinese = make_followup_frame(desk(*deals, settings={**WEEK, "followups_per_day": 2}, language="zh"))
    assert chinese["why"].iloc[2].endswith("；当日已满 2 个，顺延至 2026-11-24。")


def test_days_off_and_make_up_days_decide() -> None:
    """Monday is a holiday and the following Saturday is a working day."""
    holidays = [{"day": date(2026, 11, 23)}, {"day": date(2026, 11, 28), "kind": "work"}]
    deals = [{"next_step_date": ago(n)} for n in range(10, 4, -1)]
    rows = make_followup_frame(
        desk(*deals, settings={**WEEK, "followups_per_day": 1, "followup_days": 6}, Holidays=holidays)
    )
    assert [day.day for day in rows["day"]] == [24, 25, 26, 27, 28, 30]


LINES: list[tuple[dict[str, Any], date, int]] = [
    # the list is for Monday, 23 November
    ({"next_step_date": date(2026, 11, 21)}, date(2026, 11, 23), 0),  # a step on Saturday is due on Monday
    ({"next_step_date": date(2026, 11, 20)}, date(2026, 11, 20), 1),  # one on Friday is one working day late
    ({"next_step_date": date(2026, 11, 13)}, date(2026, 11, 13), 6),
    ({"next_step_date": date(2026, 11, 24)}, date(2026, 11, 24), -1),
    ({"idle_days": 16}, date(2026, 11, 20), 1),  # fourteen days after the last contact was a Friday
    ({"recorded_stage": "Care", "outcome": "won", "next_step_date": None, "since": date(2026, 8, 23)}, date(2026, 11, 23), 0),
]  # fmt: skip


@pytest.mark.parametrize(("deal", "due_on", "late"), LINES)
def test_due_dates_move_over_days_off_which_are_not_counted(deal: dict[str, Any], due_on: date, late: int) -> None:
    rows = make_followup_frame(desk(deal, settings=WEEK))
    if late == 0 and "since" in deal:
        assert rows.empty  # the day of the rhythm moved to the day of the list, so it is not late yet
        return
    assert [(row.due.date(), row.days_late) for row in rows.itertuples()] == [(due_on, late)]


def test_on_a_day_off_nothing_is_due_today() -> None:
    step = {"next_step_date": date(2026, 11, 22)}
    assert list(make_followup_frame(desk(step, settings=WEEK))["why"]) == ["Next step is due on 2026-11-23."]
    assert list(make_followup_frame(desk(step))["why"]) == ["Next step is due today."]


def test_a_future_step_is_on_its_own_day() -> None:
    (row,) = make_followup_frame(desk({"next_step_date": date(2026, 11, 24)}, settings=WEEK)).to_dict("records")
    assert (row["day"].date(), row["why"]) == (date(2026, 11, 24), "Next step in 1 working day.")


def test_a_call_about_an_expiring_quote_is_planned_before_its_last_day() -> None:
    """It is valid until Sunday the 29th, so the last day to call is Friday; the call is planned for the first day of the list."""
    quote = {"quote": "Q-7", "deal": "D-1", "status": "sent", "sent": ago(1), "valid_until": date(2026, 11, 29)}
    (row,) = make_followup_frame(desk({}, settings=WEEK, Quotes=[quote])).to_dict("records")
    assert (row["day"].date(), row["due"].date(), row["days_late"]) == (date(2026, 11, 23), date(2026, 11, 27), -4)


def test_a_customer_who_was_asked_again_has_time_to_answer() -> None:
    """After a call about a sent quote, the customer again has the same number of days; the same applies to a contract."""
    quote = {"quote": "Q-7", "deal": "D-1", "status": "sent", "sent": ago(30)}
    contract = {"deal": "D-1", "type": "contract_sent", "date": ago(30)}
    for last, calls in ((ago(6), 1), (ago(5), 0)):
        deal = {"last_activity": last}
        assert len(make_followup_frame(desk(deal, Quotes=[quote]))) == calls
        assert len(make_followup_frame(desk(deal, Activities=[contract]))) == calls


def test_an_expired_quote_is_a_reason_until_it_is_renewed() -> None:
    expired = {"quote": "Q-7", "deal": "D-1", "status": "expired", "sent": ago(30), "valid_until": ago(2)}
    assert list(make_followup_frame(desk({}, Quotes=[expired]))["why"]) == [
        "Quote Q-7 expired on 2026-11-20 without an answer."
    ]
    renewed = {"quote": "Q-8", "deal": "D-1", "status": "draft", "supersedes": "Q-7"}
    assert make_followup_frame(desk({}, Quotes=[expired, renewed])).empty


def test_lines_without_room_are_counted_in_a_finding_for_their_owner() -> None:
    deals = [{"next_step_date": ago(n), "owner": owner} for n in range(1, 8) for owner in ("Li", "Wu", "")]
    deals += [{"next_step_date": ago(1), "owner": "Bo"}]
    pipeline = desk(*deals, settings={"followups_per_day": 2, "followup_days": 3})
    found = list_followups(pipeline)
    assert found.without_room == {"": 1, "Li": 1, "Wu": 1}
    assert found.for_owner("wu").without_room == {"Wu": 1}
    assert set(found.for_owner("WU").rows["owner"]) == {"Wu"}
    findings = list(find_followups_beyond_limit(pipeline, found))
    assert [(one.severity, one.key) for one in findings] == [("note", ""), ("note", "Li"), ("note", "Wu")]
    assert findings[1].message.startswith("1 more follow-up is due than fit into 3 days at 2 a day.")
    assert findings[0].message == f"Deals without an owner: {findings[1].message}"


def test_the_list_says_which_day_it_is_for() -> None:
    assert list_followups(desk({})).day == TODAY
    assert list_followups(desk({}, settings=WEEK)).day == date(2026, 11, 23)
