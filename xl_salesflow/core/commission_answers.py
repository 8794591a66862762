"""The answer about commission: a statement per person, plan and period that explains every line, and what a deal would bring.

Money is a decimal number in the currency of the workbook, a ratio a fraction; None means unknown or without a limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from xl_salesflow.core.answers import Answer, Money, Ratio
from xl_salesflow.locale.texts import Text

RETURN_REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "lost": Text("Deal lost again", context="commission"),
        "reopened": Text("Deal reopened", context="commission"),
        "credited_back": Text("Credited back", context="commission"),
    }
)
"""The kinds of lines that take something back → how they are called."""


@dataclass(frozen=True)
class CommissionStep(Answer):
    """The part of a line that lies in one tier."""

    from_: Money
    """Credited value of the period from which the tier applies."""
    to: Money | None
    """Where the next tier begins; null for the last one, and if the rate applies to everything of the period."""
    rate: Ratio
    """Rate of the tier."""
    value: Money
    """Credited value of the line in this tier."""
    amount: Money
    """What it earns, before the cap."""


@dataclass(frozen=True)
class CommissionLine(Answer):
    """One line of a statement; the lines of a statement add up to its total."""

    kind: str
    """earned, or why it is taken back: lost, reopened, credited_back."""
    day: date
    """The day of the win, of the payment, or on which it was taken back."""
    deal: str
    """Key of the deal."""
    name: str
    """What the deal is about."""
    account: str
    """Customer."""
    payment: str
    """Number of the instalment; blank on signature."""
    earned_on: date | None
    """For what is taken back, the day on which it was earned."""
    deal_value: Money
    """What the deal, or this instalment of it, is worth without tax."""
    share: Ratio
    """Share of the deal that is credited to the person."""
    credited: Money
    """Credited value; 0 for what is taken back."""
    running: Money
    """Credited value of the period up to this line."""
    steps: tuple[CommissionStep, ...]
    """The credited value by tier."""
    capped: Money
    """What the cap cut off."""
    amount: Money
    """Commission of the line; negative if it is taken back."""


@dataclass(frozen=True)
class CommissionStatement(Answer):
    """The commission of one person under one plan in one period."""

    person: str
    """Whose statement it is."""
    plan: str
    """Name of the plan."""
    from_: date
    """First day of the period."""
    to: date
    """Last day of the period."""
    rule: tuple[str, ...]
    """The rule of the plan in sentences, in the language of the workbook."""
    target: Money | None
    """Target of the person for the period; null without one."""
    credited: Money
    """Credited value of the period."""
    attainment: Ratio | None
    """Credited value ÷ target; null without a target."""
    earned: Money
    """What the credited value earned, after the cap."""
    capped: Money
    """What the cap cut off."""
    taken_back: Money
    """What was taken back, as a negative number."""
    total: Money
    """Earned, less what was taken back."""
    lines: tuple[CommissionLine, ...]
    """Every line, by day."""


@dataclass(frozen=True)
class DealCommission(Answer):
    """What all persons together get for one deal in the statements listed."""

    deal: str
    """Key of the deal."""
    account: str
    """Customer."""
    amount: Money
    """Sum of the deal's lines over all persons."""


@dataclass(frozen=True)
class CommissionGain(Answer):
    """What one person would earn more with the deal of a what-if."""

    person: str
    """The person."""
    plan: str
    """Name of the plan."""
    from_: date
    """First day of the period."""
    to: date
    """Last day of the period."""
    before: Money
    """Total of the statement without the deal."""
    after: Money
    """Total with it."""
    more: Money
    """After less before."""
    of_deal: Money
    """The part that the deal itself earns; the rest is what a higher rate adds to other deals."""
    because: tuple[str, ...]
    """Why, in sentences, in the language of the workbook."""


@dataclass(frozen=True)
class CommissionWhatIf(Answer):
    """What would happen if a deal were won, and on payment paid in full, on a day."""

    deal: str
    """Key of the deal."""
    name: str
    """What the deal is about."""
    account: str
    """Customer."""
    amount: Money
    """Its amount."""
    day: date
    """The day."""
    more: Money
    """What all persons together would earn more."""
    gains: tuple[CommissionGain, ...]
    """Each person and plan whose statement changes."""


@dataclass(frozen=True)
class CommissionAnswer(Answer):
    """The statements of the periods asked for."""

    as_of: date
    """Nothing after this day is counted."""
    from_: date
    """First day asked for."""
    to: date
    """Last day asked for."""
    total: Money
    """Sum of the statements."""
    statements: tuple[CommissionStatement, ...]
    """By person, plan and period; periods that touch the days asked for."""
    deals: tuple[DealCommission, ...]
    """The same by deal; they add up to the total."""
    not_credited: tuple[str, ...]
    """Won deals that nobody is credited with, because the shares of their split do not add up or they have no owner."""
    without_plan: tuple[str, ...]
    """Persons who are credited with something in these days and have no plan for it."""
    what_if: CommissionWhatIf | None
    """What the deal of --what-if would bring; null if none was asked for."""
