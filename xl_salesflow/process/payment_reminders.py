"""Decide which reminder an overdue instalment gets next, and when: a friendly one, a firm one, and a final one.

Settings say how many days overdue each of them is due, such as 5/15/30. A reminder that was sent late moves the next one, so that
a customer always has the days between two steps to pay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.payment_upkeep import find_due_days, select_overdue_payments

REMINDER_STEPS = 3
"""Friendly, firm, final."""

_USUAL_REMINDER_DAYS = (5, 15, 30)
_DAYS_OF_STEPS = re.compile(r"\s*(\d{1,3})\s*/\s*(\d{1,3})\s*/\s*(\d{1,3})\s*", re.ASCII)


def read_reminder_days(written: str) -> tuple[int, ...] | None:
    """Return the days overdue of the three reminders, or None unless they are three numbers that grow."""
    match = _DAYS_OF_STEPS.fullmatch(written)
    days = tuple(map(int, match.groups())) if match else ()
    return days if days and days[0] < days[1] < days[2] else None


def select_due_reminders(pipeline: Pipeline) -> pd.DataFrame:
    """Return the overdue instalments that get a reminder today or later, those due first at the top.

    What is *missing* of each stands beside it, the *step* from 1 to 3, and the day on which the reminder is due, *remind_on*.
    """
    days = read_reminder_days(pipeline.settings.text("reminder_days")) or _USUAL_REMINDER_DAYS
    late = select_overdue_payments(pipeline)
    sent = late["reminder"].fillna(0.0).clip(lower=0.0).astype("int64")
    late, sent = late[sent < REMINDER_STEPS], sent[sent < REMINDER_STEPS]
    waits = (days[0], *(after - before for before, after in pairwise(days)))
    by_delay = find_due_days(late) + pd.to_timedelta(sent.map(dict(enumerate(days))).astype("float64"), unit="D")
    by_last = late["reminded"] + pd.to_timedelta(sent.map(dict(enumerate(waits))).astype("float64"), unit="D")
    remind_on = by_delay.where(~(by_last.where(sent > 0) > by_delay), by_last)
    listed = late.assign(step=sent + 1, remind_on=remind_on, due_day=find_due_days(late))
    return listed.sort_values("due_day", kind="stable")


def _find_unusable_days(pipeline: Pipeline) -> Iterable[RuleMatch]:
    settings = pipeline["Settings"]
    written = settings.loc[settings["setting"] == "reminder_days", "value"]
    wrong = written[[bool(text.strip()) and read_reminder_days(text) is None for text in written]]
    yield RuleMatch("Settings", wrong.index, "value", {"days": wrong})


UNUSABLE_REMINDER_DAYS = Rule(
    "reminder_days",
    Text("Days of reminders that cannot be read"),
    Text(
        "“{days}” are not the days of three reminders, so 5/15/30 are used: write three numbers that grow, such as 5/15/30."
    ),
    "warn",
    _find_unusable_days,
    needs=("Payments",),
)
