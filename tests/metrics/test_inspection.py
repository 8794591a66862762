"""Deal inspection: what changed of each open deal, its amounts, its pace against won deals, and who is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.metrics.flow_stories import pipeline_of_changes
from xl_salesflow.cli.inspect_commands import draw_sparkline
from xl_salesflow.core.inspection_answers import InspectedDeal, InspectionAnswer, RecordedAmount
from xl_salesflow.metrics.readings.deal_inspection import InspectionRequest, answer_inspection

TODAY = date(2026, 5, 20)
DEALS = """
deal|owner|account|amount|expected_close|forecast|pushes| visits                         | changes
D-1 |Anna |Acme   | 100  | 2026-06-01   |        | 2    | Lead 01-10, Demo 05-10         | CHANGES
D-2 |Ben  |Bolt   | 500  | 2026-06-01   |        |      | Lead 01-10                     | owner 05-18 Anna; forecast 05-13 commit
D-3 |Anna |Acme   |      |              |        |      | Lead 05-14                     |
D-4 |Anna |Acme   | 70   | 2026-06-01   |        |      | Lead 01-10, Lost 03-01, Demo 05-19 |
D-5 |Anna |Acme   | 70   | 2026-07-01   |        |      | Lead 01-10                     |
D-6 |Anna |Acme   | 70   | 2026-06-01   |        |      | Lead 01-10, Won 05-19          |
"""
DEALS = DEALS.replace("CHANGES", "amount 02-10 120; amount 05-15 90.5; close 05-16 2026-06-20")
WON = "\n".join(
    f"W-{n} | Ben | Bolt | 10 | | | | Lead 01-01, Demo 02-01, Won 02-{1 + days:02} |"
    for n, days in enumerate([2, 4, 10, 20, 27])
)
CONTACTS = [
    {"contact": "Ida", "account": "Acme", "decision_role": "decision_maker"},
    {"contact": "Kim", "account": "Acme", "decision_role": "champion"},
]


def inspected(today: date = TODAY, **asked: Any) -> InspectionAnswer:
    pipeline = replace(pipeline_of_changes(f"{DEALS.strip()}\n{WON}", TODAY, Contacts=CONTACTS), today=today)
    return answer_inspection(pipeline, InspectionRequest(**asked))


@pytest.fixture(scope="module")
def deals() -> dict[str, InspectedDeal]:
    """Return every inspected deal by its key."""
    return {deal.deal: deal for owner in inspected().owners for deal in owner.deals}


def test_open_deals_of_the_quarter_are_listed_by_owner_with_what_moved_first() -> None:
    answer = inspected()
    assert (answer.since, answer.expected_by) == (date(2026, 5, 13), date(2026, 6, 30))
    assert [(owner.owner, owner.count, owner.value, [deal.deal for deal in owner.deals]) for owner in answer.owners] == [
        ("Anna", 4, 660.5, ["D-2", "D-1", "D-4", "D-3"]),
    ]  # fmt: skip


def test_an_owner_and_a_later_day_can_be_asked_for() -> None:
    assert inspected(owner="ben").owners == ()
    (anna,) = inspected(owner="ANNA", expected_by=date(2026, 7, 1)).owners
    assert "D-5" in {deal.deal for deal in anna.deals}


@pytest.mark.parametrize(
    ("deal", "changes"),
    [
        ("D-1", [("amount", 120, 90.5), ("expected_close", "2026-06-01", "2026-06-20")]),
        ("D-2", [("owner", "Ben", "Anna")]),
        ("D-3", [("deal", None, "D-3")]),
        ("D-4", [("deal", "Lost", "D-4")]),
    ],
)
def test_what_changed_within_a_week(
    deals: dict[str, InspectedDeal], deal: str, changes: list[tuple[str, Any, Any]]
) -> None:
    assert [(one.column, one.before, one.after) for one in deals[deal].changes] == changes


def test_changes_are_counted_from_another_day() -> None:
    found = {deal.deal: deal for owner in inspected(since=date(2026, 5, 9)).owners for deal in owner.deals}
    assert [one.column for one in found["D-1"].changes] == ["recorded_stage", "amount", "expected_close"]
    assert [one.column for one in found["D-2"].changes] == ["forecast", "owner"]


def test_every_amount_has_the_day_from_which_it_held(deals: dict[str, InspectedDeal]) -> None:
    assert [(str(one.day), one.amount) for one in deals["D-1"].amounts] == [
        ("2026-01-10", 100), ("2026-02-10", 120), ("2026-05-15", 90.5),
    ]  # fmt: skip
    assert [one.amount for one in deals["D-3"].amounts] == [None]


def test_days_in_a_stage_are_ranked_among_won_deals(deals: dict[str, InspectedDeal]) -> None:
    demo, lead = deals["D-1"], deals["D-3"]
    assert (demo.days_in_stage, demo.usual_days, demo.stage_rank, demo.won_deals) == (10, 10, 0.4, 5)
    assert (lead.days_in_stage, lead.usual_days, lead.stage_rank, lead.won_deals) == (6, 31, 0, 6)
    assert (demo.pushes, lead.pushes) == (2, 0)


def test_a_stage_entered_later_has_no_days_yet() -> None:
    shown = {deal.deal: deal.days_in_stage for owner in inspected(date(2026, 5, 12)).owners for deal in owner.deals}
    assert (shown["D-1"], shown["D-3"]) == (2, None)


def test_roles_that_nobody_at_the_customer_has_are_missing(deals: dict[str, InspectedDeal]) -> None:
    assert deals["D-1"].missing == ("approver",)
    assert deals["D-2"].missing == ("decision_maker", "approver", "champion")


@pytest.mark.parametrize(
    ("amounts", "drawn"), [([], ""), ([5.0], ""), ([100.0, 50.0, None], "█▅▁"), ([0.0, 0.0], "▁▁")]
)
def test_amounts_are_drawn_as_bars(amounts: list[float | None], drawn: str) -> None:
    assert draw_sparkline([RecordedAmount(TODAY, amount) for amount in amounts]) == drawn
