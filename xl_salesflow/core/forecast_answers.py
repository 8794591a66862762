"""The answers about the future and the past of the forecast: forecast and accuracy.

Money is a decimal number in the currency of the workbook, a ratio a fraction; None means unknown. Every value of a period
includes what is already won in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from xl_salesflow.core.answers import INLINED, Answer, Money, Ratio


@dataclass(frozen=True)
class ForecastRange(Answer):
    """The spread of a simulated result: a tenth, a half and nine tenths of the runs end below these values."""

    p10: Money | None
    """Won value that nine of ten runs pass."""
    p50: Money | None
    """Won value that half of the runs pass."""
    p90: Money | None
    """Won value that one of ten runs passes."""


@dataclass(frozen=True)
class ForecastCounts(Answer):
    """The spread of the number of won deals."""

    p10: float | None
    """Deals that nine of ten runs pass or reach."""
    p50: float | None
    """Deals that half of the runs pass or reach."""
    p90: float | None
    """Deals that one of ten runs passes or reaches."""


@dataclass(frozen=True)
class ForecastCategories(Answer):
    """What the forecast categories say, each with the more certain ones and what is won."""

    commit: Money | None
    """Won, and open deals in the category commit expected to close in the period."""
    best_case: Money | None
    """These, and the category best case."""
    pipeline: Money | None
    """These, and all others but omitted."""


@dataclass(frozen=True)
class CommitCall(Answer):
    """What somebody committed to win in a period: the newest call of an owner, or of the team."""

    call: str
    """Number of the call."""
    owner: str
    """Whose call it is; blank for the whole team."""
    value: Money
    """What will be won in the period, with what is already won."""
    day: date | None
    """The day of the call."""
    by: str
    """Who made it."""
    note: str
    """What it rests on."""


@dataclass(frozen=True)
class ForecastPeriod(Answer):
    """What will be won in one month or quarter."""

    from_: date
    """First day."""
    to: date
    """Last day."""
    won: Money
    """Won in it so far."""
    range: ForecastRange = field(metadata=INLINED)
    count: ForecastCounts
    """Number of won deals."""
    target: Money | None
    """Target of its days."""
    chance: Ratio | None
    """Share of the runs that reach the target."""
    call: Money | None
    """Commit call of the team."""


@dataclass(frozen=True)
class OwnerForecast(Answer):
    """What one owner will win in the period."""

    owner: str
    """Name; blank for deals without an owner."""
    won: Money
    """Won so far."""
    range: ForecastRange = field(metadata=INLINED)
    weighted: Money | None
    """Won, and the weighted value of the open deals expected to close in the period."""
    categories: ForecastCategories
    """The same by forecast category."""
    target: Money | None
    """Target of the owner's own for these days."""
    chance: Ratio | None
    """Share of the runs that reach it."""
    call: Money | None
    """The owner's commit call."""


@dataclass(frozen=True)
class DecidingDeal(Answer):
    """An open deal that the result depends on."""

    deal: str
    """Key of the deal."""
    name: str
    """What it is about."""
    owner: str
    """Who works it."""
    stage: str
    """Stage it is in."""
    amount: Money | None
    """Its amount."""
    expected_close: date | None
    """The day its owner expects the decision."""
    chance: Ratio
    """Chance to be won in the period."""
    swing: Ratio | None
    """Chance of the team to reach the target if it is won, less that if it is not; null without a target."""


@dataclass(frozen=True)
class ForecastSamples(Answer):
    """What the simulation rests on."""

    since: date | None
    """First day of the record."""
    closed: int
    """Closed deals that were learned from."""
    won: int
    """Won ones among them."""
    stays: int
    """Stage stays that were learned from."""
    new_deals: int
    """New deals of the last year, which make the creation rate."""
    open: int
    """Open deals simulated."""
    undated: int
    """Open deals among them that do not say since when they are in their stage; they count as new there."""
    runs: int
    """Runs of the simulation."""


@dataclass(frozen=True)
class ForecastAnswer(Answer):
    """What will be won in a period, and how sure that is."""

    as_of: date
    """Day of the forecast."""
    from_: date
    """First day of the period."""
    to: date
    """Last day of the period."""
    won: Money
    """Won in the period so far."""
    won_count: int
    """Number of deals won in the period so far."""
    range: ForecastRange = field(metadata=INLINED)
    target: Money | None
    """Target of the period: the share of each target that falls on its days."""
    chance: Ratio | None
    """Share of the runs that reach the target; null without one."""
    deals: tuple[DecidingDeal, ...]
    """The open deals that spread the result most, largest first."""
    count: ForecastCounts
    """Number of won deals."""
    months: tuple[ForecastPeriod, ...]
    """Every month from that of the day on."""
    quarters: tuple[ForecastPeriod, ...]
    """Every quarter from that of the day on."""
    weighted: Money | None
    """Won, and the weighted value of the open deals expected to close in the period."""
    categories: ForecastCategories
    """The same by forecast category."""
    call: Money | None
    """Commit call of the team: the one without an owner, or else the sum of the owners' calls."""
    calls: tuple[CommitCall, ...]
    """The newest call of each owner for exactly this period."""
    owners: tuple[OwnerForecast, ...]
    """Every owner with open or won deals."""
    samples: ForecastSamples
    """What the simulation rests on."""
    why_not: str | None
    """Why nothing is simulated, in the language of the workbook; null if it is."""
