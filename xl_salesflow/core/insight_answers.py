"""The answer of the verb insights: what makes deals won or lost, how people compare, and how cohorts of deals turn out.

Money is a decimal number in the currency of the workbook, a ratio a fraction; None means unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from xl_salesflow.core.answers import OPTIONAL, Answer, Money, Ratio
from xl_salesflow.locale.texts import Text

FACTOR_COLUMNS: Mapping[str, Text] = MappingProxyType(
    {
        "size": Text("Employees"),
        "price_band": Text("Amount"),
        "closed_month": Text("Closed in", context="insights"),
    }
)
"""Groups of deals that are no column of Deals → their names."""


@dataclass(frozen=True)
class CohortMonth(Answer):
    """The deals created in one month; each list has one number for each month since, from that of the creation on."""

    month: date
    """First day of the month."""
    deals: int
    """Deals created in it."""
    won: int
    """Those won by the as-of date."""
    won_value: Money
    """Sum of their amounts."""
    won_shares: tuple[Ratio | None, ...]
    """Share of the deals that was won by the end of the month; null if the month is not over, or projected."""
    won_values: tuple[Money | None, ...]
    """Sum of the amounts won by the end of the month; null if the month is not over, or projected."""
    projected_shares: tuple[Ratio | None, ...]
    """The share expected at the end of a month that is not over; null if it is over, or too few older deals are known."""
    projected_values: tuple[Money | None, ...]
    """The value expected at the end of a month that is not over; null if it is over, or too few older deals are known."""


@dataclass(frozen=True)
class CohortsAnswer(Answer):
    """The triangle of cohorts: months of creation by months since."""

    cohorts: tuple[CohortMonth, ...]
    """The last months with their cohorts, the oldest first."""
    basis: tuple[int, ...]
    """The deals not won before that each month since was observed on; a projection needs as many as a small sample."""
    without_day: int
    """Deals that are in no cohort, because their day of creation is not known."""

    def count_shown_months(self) -> int:
        """Return the months since that a table shows: up to the last one that is known or projected of a cohort."""
        numbers = (zip(each.won_shares, each.projected_shares, strict=True) for each in self.cohorts)
        known = [place for row in numbers for place, pair in enumerate(row) if pair != (None, None)]
        return max(known, default=-1) + 1


@dataclass(frozen=True)
class WinFactor(Answer):
    """The closed deals that share a value of a column, against all others."""

    column: str
    """Id of the column of Deals, or size (employees of the customer), price_band (amount), closed_month."""
    value: str
    """The value as displayed in a cell; blank for deals without one."""
    closed: int
    """Won and lost deals."""
    won: int
    """Won deals."""
    rate: Ratio
    """Share of the closed deals that was won."""
    low: Ratio
    """Lower end of its 95 % interval."""
    high: Ratio
    """Upper end of its 95 % interval."""
    others_rate: Ratio | None
    """Win rate of all other closed deals; null if there are none."""
    worth: Money | None
    """Difference of the two rates × closed deals × their mean amount: what the value brought or cost; null without amounts."""
    p_value: float | None
    """Probability that chance alone makes such a difference, corrected for all tests; null if too few deals to test."""
    more_than_chance: bool
    """Whether it is below 5 %."""


@dataclass(frozen=True)
class WinCombination(Answer):
    """Two values that together go with a higher or lower win rate, found on older deals and confirmed on newer ones."""

    first_column: str
    """Column of the first value."""
    first_value: str
    """First value."""
    second_column: str
    """Column of the second value."""
    second_value: str
    """Second value."""
    found_closed: int
    """Closed deals with both values among the older deals."""
    found_won: int
    """Won deals among them."""
    held_closed: int
    """Closed deals with both values among the newer deals."""
    held_won: int
    """Won deals among them."""
    low: Ratio
    """Lower end of the 95 % interval of their win rate among the newer deals."""
    high: Ratio
    """Upper end of it."""
    others_rate: Ratio
    """Win rate of all other newer deals."""
    p_value: float
    """Probability that chance alone makes such a difference among the newer deals, corrected for all candidates."""


@dataclass(frozen=True)
class LossReasonQuarters(Answer):
    """The deals lost for one reason, quarter by quarter."""

    reason: str
    """The reason as displayed in a cell; blank for deals without one."""
    counts: tuple[int, ...]
    """Lost deals in each quarter."""
    values: tuple[Money | None, ...]
    """Sum of their amounts; null if none of them has an amount."""


@dataclass(frozen=True)
class WinsAnswer(Answer):
    """What goes with winning and losing."""

    closed: int
    """Closed deals considered."""
    won: int
    """Won ones among them."""
    factors: tuple[WinFactor, ...]
    """Values of all columns, those worth most first, whether gained or lost."""
    tests: int
    """Number of tests that p_value is corrected for."""
    combinations: tuple[WinCombination, ...]
    """At most three; none where chance explains what was found."""
    combinations_tried: int
    """Number of combinations that were compared on the older deals."""
    held_out_from: date | None
    """Day from which closed deals were held out to confirm combinations; null if there were too few."""
    loss_quarters: tuple[date, ...]
    """First days of the last four quarters up to the as-of date."""
    loss_reasons: tuple[LossReasonQuarters, ...]
    """Lost deals of these quarters by reason, the most frequent first."""


@dataclass(frozen=True)
class PersonStage(Answer):
    """What became of the deals of one person in one stage."""

    stage: str
    """Name of the stage."""
    left: int
    """Deals that left it, forward or lost."""
    went_on: int
    """Deals that went on."""
    conversion: Ratio | None
    """Share that went on."""
    conversion_low: Ratio | None
    """Lower end of its 95 % interval."""
    conversion_high: Ratio | None
    """Upper end of its 95 % interval."""
    stays: int
    """Stays with known days."""
    median_days: float | None
    """Median days of these stays."""
    days_low: float | None
    """Lower end of its 95 % interval."""
    days_high: float | None
    """Upper end of its 95 % interval."""


@dataclass(frozen=True)
class PersonFigures(Answer):
    """One owner of deals."""

    owner: str
    """Name; blank for deals without an owner."""
    open: int
    """Open deals."""
    open_value: Money | None
    """Sum of their amounts; null if there are open deals and none has an amount."""
    limit: float | None
    """Open deals at most, from the sheet Team."""
    new_deals: int
    """Deals created in the period."""
    answered: int
    """Those with an activity of ours since."""
    response_days: float | None
    """Median days from the creation to the first activity; 0 is the same day."""
    response_low: float | None
    """Lower end of its 95 % interval."""
    response_high: float | None
    """Upper end of its 95 % interval."""
    stages: tuple[PersonStage, ...]
    """Every open stage of the playbook."""


@dataclass(frozen=True)
class CoachingHint(Answer):
    """A difference between one person and all others that is more than chance."""

    owner: str
    """Whom it is about."""
    about: Literal["conversion", "days", "response"]
    """What differs: the share that goes on from a stage, the days in it, or the days until the first activity."""
    stage: str
    """The stage; blank for the response."""
    better: bool
    """Whether the person does better than the others."""
    value: float
    """Share, or median days."""
    others: float
    """That of all others."""
    n: int
    """Number of deals or stays behind *value*."""
    others_n: int
    """Number behind *others*."""
    p_value: float
    """Probability that chance alone makes such a difference, corrected for all tests."""
    action: str
    """The recommended action of the stage; blank if the sheet Stages has none."""


@dataclass(frozen=True)
class RampRange(Answer):
    """What the established people had after as many months; null if they are too few."""

    n: int
    """Number of established people whose first day is known."""
    median: float | None
    """Their median."""
    lowest: float | None
    """The lowest."""
    highest: float | None
    """The highest."""


@dataclass(frozen=True)
class PersonRamp(Answer):
    """What a person who began within the last year has won and done so far, against others in their first months."""

    owner: str
    """Who it is."""
    since: date
    """Day of their first deal or activity."""
    months: int
    """Whole months of thirty days since then, which everything is counted in."""
    won_value: Money | None
    """Won in these months; null if none of the won deals has an amount."""
    activities: int
    """Activities in these months."""
    others_won_value: RampRange
    """What the established people had won after as many months."""
    others_activities: RampRange
    """Activities of the established people in as many months."""


@dataclass(frozen=True)
class ResponseFigures(Answer):
    """How soon new deals were answered: by the first activity of ours since the day of their creation."""

    name: str
    """The owner or the source; blank for all deals, and for those without one."""
    new_deals: int
    """Deals created in the period."""
    answered: int
    """Those that were answered by the as-of date."""
    median_days: float | None
    """Median days from the creation to the answer; 0 is the same day."""
    due: int
    """Those that were answered, or whose answer is overdue."""
    in_time: int
    """Those that were answered within the working days of the setting."""
    in_time_share: Ratio | None
    """in_time ÷ due."""
    in_time_low: Ratio | None
    """Lower end of its 95 % interval."""
    in_time_high: Ratio | None
    """Upper end of its 95 % interval."""


@dataclass(frozen=True)
class LeadResponses(Answer):
    """How soon the deals created in the period were answered."""

    within_days: int
    """Working days after the creation by which the answer is due, from the settings."""
    total: ResponseFigures
    """All deals."""
    owners: tuple[ResponseFigures, ...]
    """By owner, by name."""
    sources: tuple[ResponseFigures, ...]
    """By source, by name."""


@dataclass(frozen=True)
class PeopleAnswer(Answer):
    """How the owners of deals compare."""

    from_: date
    """First day of the period: stays that ended, and deals created, since then."""
    people: tuple[PersonFigures, ...]
    """Every owner, by name."""
    hints: tuple[CoachingHint, ...]
    """Differences that are more than chance, the clearest first."""
    tests: int
    """Number of tests that they are corrected for."""
    ramps: tuple[PersonRamp, ...]
    """People who began within the last year, the newest first."""
    responses: LeadResponses
    """How soon new deals were answered."""


@dataclass(frozen=True)
class InsightsAnswer(Answer):
    """What the closed and open deals say about the reasons of results."""

    as_of: date
    """As-of date."""
    wins: WinsAnswer | None = field(default=None, metadata=OPTIONAL)
    """What goes with winning and losing; omitted if another part was asked for."""
    people: PeopleAnswer | None = field(default=None, metadata=OPTIONAL)
    """How the owners of deals compare; omitted if another part was asked for."""
    cohorts: CohortsAnswer | None = field(default=None, metadata=OPTIONAL)
    """How the deals created in each month turned out; omitted if another part was asked for."""
