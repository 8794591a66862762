"""Overdue instalments on the follow-up list."""

from __future__ import annotations

from typing import Any

import pytest

from tests.process.desk import QUIET, ago, desk
from xl_salesflow.process.due_followups import make_followup_frame

WON = {**QUIET, "recorded_stage": "Won", "stage": "Won", "outcome": "won", "since": ago(40)}
ONE = {"payment": "P-1", "deal": "D-1", "amount": 1000.0, "due": ago(9), "paid": 250.5}


def reasons(*payments: dict[str, Any], **deal: Any) -> list[tuple[str, str]]:
    listed = make_followup_frame(desk({**WON, **deal}, Payments=list(payments)))
    return [
        (why.removesuffix("."), priority)
        for why, priority in zip(listed["why"], listed["priority"], strict=True)
        if "paid" in why
    ]


CASES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {}, "749.50 has not been paid for 9 days (P-1)"),
    ({"invoice": "F-7"}, {}, "749.50 has not been paid for 9 days (F-7)"),
    ({"due": ago(0)}, {}, ""),
    ({"due": ago(1)}, {}, "749.50 has not been paid for 1 day (P-1)"),
    ({"paid": 1000.0}, {}, ""),
    ({"due": None, "event": "won", "happened": ago(30), "event_days": 10.0}, {}, "749.50 has not been paid for 20 days (P-1)"),
    ({"reminder": 1.0, "reminded": ago(2)}, {}, ""),
    ({"reminder": 1.0, "reminded": ago(5)}, {}, "749.50 has not been paid for 9 days (P-1), after reminder 1"),
    ({}, {"last_activity": ago(4)}, ""),
    ({}, {"last_activity": ago(5)}, "749.50 has not been paid for 9 days (P-1)"),
    ({}, {"last_activity": ago(12)}, "749.50 has not been paid for 9 days (P-1)"),
]  # fmt: skip


@pytest.mark.parametrize(("payment", "deal", "why"), CASES)
def test_an_overdue_instalment_asks_for_a_call(payment: dict[str, Any], deal: dict[str, Any], why: str) -> None:
    assert [text for text, _ in reasons({**ONE, **payment}, **deal)] == ([why] if why else [])


def test_a_deal_has_one_reason_for_all_its_overdue_instalments() -> None:
    second = {"payment": "P-2", "deal": "D-1", "amount": 50.0, "due": ago(20)}
    assert reasons(ONE, second) == [("799.50 has not been paid for 20 days (P-2)", "high")]
