"""The answer about recurring revenue: its value and retention, the bridge by month, and the contracts that end next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from xl_salesflow.core.answers import Answer, JsonCell, KeyedBy, Money, Ratio


@dataclass(frozen=True)
class RecurringFigures(Answer):
    """What all contracts come to on the as-of date."""

    monthly_value: Money
    """Per month (MRR), of the contracts that count on the as-of date."""
    yearly_value: Money
    """Per year (ARR), of the same contracts."""
    customer_count: int
    """Customers with at least one of them."""
    customer_value: Money | None
    """Per month ÷ customers."""
    year_ago_value: Money
    """Per month, of the contracts that counted a year before the as-of date."""
    gross_retention: Ratio | None
    """Of the customers of a year ago: the smaller of their value then and now ÷ their value then."""
    net_retention: Ratio | None
    """Of the customers of a year ago: their value now ÷ their value then."""
    ending_value: Money
    """Per month, of the contracts that end within the days of Settings and that nobody ended or continued."""


@dataclass(frozen=True)
class RecurringMonth(Answer):
    """The bridge of one month, in value per month."""

    month: date
    """First day of the month."""
    opening: Money
    """What all contracts came to on the last day before the month."""
    new_value: Money
    """Of customers who had no contract the day before."""
    expansion: Money
    """What existing customers pay more."""
    contraction: Money
    """What customers who stay pay less."""
    churn: Money
    """What customers paid who have no contract the day after."""
    closing: Money
    """Opening + new + expansion − contraction − churn."""
    gross_retention: Ratio | None
    """(Opening − contraction − churn) ÷ opening."""
    net_retention: Ratio | None
    """(Opening + expansion − contraction − churn) ÷ opening."""


@dataclass(frozen=True)
class RecurringAnswer(Answer):
    """Recurring value, retention, the bridge by month, and the contracts that are running or begin later."""

    as_of: date
    """The day the numbers are for."""
    figures: RecurringFigures
    """What all contracts come to on that day."""
    months: tuple[RecurringMonth, ...]
    """Eleven months before that of the as-of date, and this one up to that day."""
    contracts: tuple[Annotated[Mapping[str, JsonCell], KeyedBy("table Subscriptions")], ...]
    """The rows of the sheet Subscriptions that are not over today, those that end first at the top."""
