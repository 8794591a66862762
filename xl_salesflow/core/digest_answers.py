"""The answer of the verb digest: the week of each manager's team on one page.

Money is a decimal number in the currency of the workbook, a ratio a fraction; None means unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from xl_salesflow.core.answers import INLINED, Answer, JsonCell, KeyedBy, Money, Ratio
from xl_salesflow.core.forecast_answers import ForecastRange
from xl_salesflow.core.inspection_answers import DealChange
from xl_salesflow.core.metric_answers import Bottleneck


@dataclass(frozen=True)
class GroupOutlook(Answer):
    """What some owners together won in a period, and what they will have won at its end."""

    won: Money
    """Won in the period so far."""
    won_count: int
    """Number of deals won in the period so far."""
    target: Money | None
    """Target of the period: that of the team, or the sum of the owners' own; null without one."""
    range: ForecastRange = field(metadata=INLINED)
    chance: Ratio | None
    """Share of the runs that reach the target; null without one, or if nothing is simulated."""
    weighted: Money | None
    """Won, and the weighted value of the open deals expected to close in the period."""
    commit: Money | None
    """Won, and open deals in the category commit expected to close in the period."""


@dataclass(frozen=True)
class DigestStep(Answer):
    """One step of the flow of the week."""

    count: int
    """Number of deals."""
    value: Money
    """Sum of their values; never negative."""


@dataclass(frozen=True)
class DigestRisk(Answer):
    """An open deal that moved against us in the week, or has early warnings."""

    deal: str
    """Key of the deal."""
    name: str
    """What the deal is about."""
    account: str
    """Customer."""
    owner: str
    """Owner."""
    stage: str
    """Recorded stage."""
    amount: Money | None
    """Amount."""
    expected_close: date | None
    """Expected close."""
    against: tuple[DealChange, ...]
    """What moved against us: a lower amount, a later expected close, an earlier stage, a less certain forecast category."""
    warnings: tuple[str, ...]
    """Early warnings as sentences."""


@dataclass(frozen=True)
class DigestMeasure(Answer):
    """A measure of the sheet Measures that is due within a week or overdue."""

    measure: str
    """Number of the measure."""
    action: str
    """What is done; the problem if that is blank."""
    owner: str
    """Who is responsible for it."""
    due: date
    """The day on which its effect should show."""


@dataclass(frozen=True)
class ManagerDigest(Answer):
    """What one manager should know at the beginning of a week."""

    person: str
    """Whom it is for; blank if the sheet Team names no manager."""
    email: str
    """Address of the person."""
    owners: tuple[str, ...] | None
    """Whose deals it covers: the person and everybody who reports to them; null for the whole team."""
    outlook: GroupOutlook = field(metadata=INLINED)
    flow: Mapping[str, DigestStep]
    """What came into the open pipeline of the period, changed and left in the week, by step: the keys of the verb flow."""
    risks: tuple[DigestRisk, ...]
    """The deals to look at first: those that moved against us, then those with warnings, the largest first."""
    more_risks: int
    """Number of further ones."""
    bottleneck: Bottleneck | None
    """The step whose conversion is most worth improving; null if too little is known."""
    measures: tuple[DigestMeasure, ...]
    """Measures due within a week or overdue, the earliest first."""
    approvals: tuple[Annotated[Mapping[str, JsonCell], KeyedBy("table Approvals")], ...]
    """The requests that wait for the person's decision, as rows of the sheet Approvals."""


@dataclass(frozen=True)
class DigestsAnswer(Answer):
    """The digests of a week."""

    as_of: date
    """The day of the digests."""
    since: date
    """First day of the week that the flow is of; changes are counted from the evening before."""
    from_: date
    """First day of the period that result and forecast are of: the quarter that the next day is in."""
    to: date
    """Last day of the period."""
    why_not: str | None
    """Why nothing is simulated, in the language of the workbook; null if it is."""
    digests: tuple[ManagerDigest, ...]
    """One for each manager, in the order of the sheet Team."""
