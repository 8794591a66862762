"""The answer of the verb inspect: the open deals of a period, owner by owner, with what changed of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xl_salesflow.core.answers import Answer, Money, Ratio


@dataclass(frozen=True)
class RecordedAmount(Answer):
    """An amount of a deal, from a day on."""

    day: date
    """First day."""
    amount: Money | None
    """Amount; null if it was blank."""


@dataclass(frozen=True)
class DealChange(Answer):
    """What changed of a deal since the day compared with."""

    column: str
    """Id of the column of Deals: recorded_stage, amount, expected_close, forecast or owner; deal for a new deal."""
    before: float | str | None
    """Value on that day; null if it was blank, or the deal is new."""
    after: float | str | None
    """Value now."""


@dataclass(frozen=True)
class InspectedDeal(Answer):
    """One open deal."""

    deal: str
    """Key of the deal."""
    name: str
    """What the deal is about."""
    account: str
    """Customer."""
    stage: str
    """Recorded stage."""
    amount: Money | None
    """Amount."""
    expected_close: date | None
    """Expected close."""
    forecast: str
    """Forecast category: an id of the list forecast."""
    days_in_stage: int | None
    """Days in its stage."""
    usual_days: float | None
    """Median days in this stage of the deals that were won; null if there are none."""
    stage_rank: Ratio | None
    """Share of the deals won that were in this stage for fewer days; null below five of them."""
    won_deals: int
    """Number of won deals that these two are based on."""
    pushes: int
    """How often the expected close was pushed back."""
    changes: tuple[DealChange, ...]
    """What changed since the day compared with."""
    amounts: tuple[RecordedAmount, ...]
    """Every amount that is recorded, the first one first."""
    missing: tuple[str, ...]
    """Whom nobody knows at the customer: of decision_maker, approver and champion, ids of the list decision_role."""
    next_step: str
    """Next step."""
    next_step_date: date | None
    """Its day."""
    warnings: tuple[str, ...]
    """Early warnings as sentences."""


@dataclass(frozen=True)
class InspectedOwner(Answer):
    """The open deals of one owner, those with changes or warnings and the largest first."""

    owner: str
    """Owner; blank for deals that nobody owns."""
    count: int
    """Number of deals."""
    value: Money
    """Sum of their amounts."""
    deals: tuple[InspectedDeal, ...]


@dataclass(frozen=True)
class InspectionAnswer(Answer):
    """The open deals expected to close by a day, owner by owner."""

    day: date
    """The day of the inspection."""
    since: date
    """The day that changes are counted from: what was different on its evening."""
    expected_by: date
    """The last expected close that counts; deals without one count too."""
    owners: tuple[InspectedOwner, ...]
    """The owners, by name."""
