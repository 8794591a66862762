"""The answer about payments: what came in, what is still to pay by age, cash by month, and the instalments that are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from xl_salesflow.core.answers import Answer, JsonCell, KeyedBy, Money, Ratio
from xl_salesflow.core.metric_answers import FunnelPeriod


@dataclass(frozen=True)
class Collections(Answer):
    """What came in against what was due; all instalments."""

    due_value: Money
    """To pay, of the instalments due in the period up to the as-of date."""
    collected: Money
    """Paid, of the instalments whose last payment came in the period up to the as-of date."""
    collected_rate: Ratio | None
    """Collected ÷ due."""
    open_value: Money | None
    """Still to pay, due or not; null for a past date."""
    overdue_value: Money | None
    """Still to pay and due before the as-of date; null for a past date."""
    days_to_pay: float | None
    """Mean days from the invoice to the last payment of the instalments fully paid in the period."""
    paid_count: int
    """The instalments that the mean is based on."""


@dataclass(frozen=True)
class Receivable(Answer):
    """What is still to pay, of one age."""

    age: str
    """not_due, from_0, from_31, from_61, from_91, undated, or all."""
    label: str
    """The age in the language of the workbook."""
    payment_count: int | None
    """Instalments that are not fully paid; null for a past date."""
    open_value: Money | None
    """What is still to pay of them; null for a past date."""
    share: Ratio | None
    """Of all that is still to pay."""


@dataclass(frozen=True)
class CashMonth(Answer):
    """What was due, came in and is expected in one month."""

    month: date
    """First day of the month."""
    due_value: Money
    """To pay, of the instalments due in the month."""
    collected: Money
    """Paid, of the instalments whose last payment came in the month."""
    collected_rate: Ratio | None
    """Collected ÷ due."""
    expected: Money | None
    """Still to pay, due in the month; the month of the as-of date has everything overdue too."""
    cumulative: Money | None
    """Expected cash from the month of the as-of date on."""


@dataclass(frozen=True)
class PaymentsAnswer(Answer):
    """Receivables, collections and expected cash, and the open instalments."""

    as_of: date
    """The day the numbers are for."""
    period: FunnelPeriod
    """The period of what was due and collected."""
    collections: Collections
    """What came in against what was due."""
    receivables: tuple[Receivable, ...]
    """What is still to pay, by age; the last one is the sum."""
    months: tuple[CashMonth, ...]
    """Five months before that of the as-of date, this one, and six that follow."""
    payments: tuple[Annotated[Mapping[str, JsonCell], KeyedBy("table Payments")], ...]
    """The rows of the sheet Payments that are not fully paid, those due first at the top."""
