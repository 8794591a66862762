"""The answer of the verb customer: everything the workbook knows about one customer, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from xl_salesflow.core.answers import Answer, Money


@dataclass(frozen=True)
class CustomerContact(Answer):
    """A person at the customer."""

    contact: str
    """Full name."""
    account: str
    """Company they work for: the customer, or one that belongs to it."""
    title: str
    """Job title."""
    decision_role: str
    """Part in the decision, an id of the list decision_role; "" if unknown."""
    attitude: str
    """Towards us and the offer."""
    phone: str
    """Direct line or mobile."""
    email: str
    """E-mail address."""
    last_contact: date | None
    """Day of the last activity with this person; null if there is none."""


@dataclass(frozen=True)
class CustomerDeal(Answer):
    """A deal with the customer."""

    deal: str
    """Key of the deal."""
    name: str
    """What the deal is about."""
    account: str
    """Company it is with."""
    owner: str
    """Who works the deal."""
    stage: str
    """Recorded stage."""
    outcome: str
    """open, won or lost."""
    amount: Money | None
    """Amount; null if none is given."""
    expected_close: date | None
    """Day the decision is expected, for an open deal."""
    closed: date | None
    """Day it was won or lost."""
    next_step: str
    """What is done next, for an open deal."""
    next_step_date: date | None
    """The day of the next step."""


@dataclass(frozen=True)
class DealTotal(Answer):
    """How many deals, and what they are worth together."""

    count: int
    """Number of deals."""
    value: Money
    """Sum of their amounts; a deal without an amount adds nothing."""


@dataclass(frozen=True)
class CustomerQuote(Answer):
    """A quote that is a draft, or sent and not decided."""

    quote: str
    """Key of the quote."""
    deal: str
    """Deal it is for."""
    status: Literal["draft", "sent"]
    """Where it stands."""
    total: Money | None
    """What the customer pays, in the currency of the quote."""
    currency: str
    """Currency of the quote."""
    valid_until: date | None
    """Last day on which it is valid."""


@dataclass(frozen=True)
class CustomerActivity(Answer):
    """The last activity with anybody at the customer."""

    date: date
    """The day it happened."""
    type: str
    """Kind of activity, an id of the list activity_type or a value of the team's own."""
    contact: str
    """With whom."""
    by: str
    """Who did it."""
    summary: str
    """What was said."""


@dataclass(frozen=True)
class CustomerIssue(Answer):
    """An issue that is not resolved."""

    feedback: str
    """Key of the row in Feedback."""
    date: date | None
    """When it came."""
    deal: str
    """Deal it is about."""
    owner: str
    """Who is responsible."""
    comment: str
    """In the customer's words."""


@dataclass(frozen=True)
class BoughtProduct(Answer):
    """A product that the customer has bought."""

    product: str
    """Name of the product."""
    deals: int
    """Number of won deals with it."""
    last: date | None
    """Day the last of them was won."""


@dataclass(frozen=True)
class ProductToOffer(Answer):
    """A product that alike customers have bought and this one has not."""

    product: str
    """Name of the product."""
    customers: int
    """How many of the alike customers have bought it; at least two."""


@dataclass(frozen=True)
class CustomerAnswer(Answer):
    """One customer, with the companies that belong to it."""

    customer: str
    """Name of the customer."""
    companies: tuple[str, ...]
    """The customer, and the companies whose parent it is, directly or through others."""
    parent: str
    """The company it belongs to; "" if none."""
    account_class: str
    """Class of the customer."""
    owner: str
    """Who looks after the customer."""
    industry: str
    """Line of business."""
    phone: str
    """Switchboard."""
    fit_score: float | None
    """Points of the ideal customer that it meets; null while nothing is known."""
    open: DealTotal
    """Open deals."""
    won: DealTotal
    """Won deals."""
    lost: DealTotal
    """Lost deals."""
    last_contact: CustomerActivity | None
    """Last activity on any of the deals; null if there is none."""
    next_contact: CustomerDeal | None
    """The open deal with the earliest next step; null if no open deal has the day of one."""
    contacts: tuple[CustomerContact, ...]
    """People, decision-makers first."""
    deals: tuple[CustomerDeal, ...]
    """Open deals by the day of their next step, then closed ones, the last one first."""
    quotes: tuple[CustomerQuote, ...]
    """Quotes that are not decided."""
    issues: tuple[CustomerIssue, ...]
    """Issues that are not resolved, the oldest first."""
    satisfaction: float | None
    """Mean of the satisfaction in Feedback, from 1 to 5; null if nobody gave one."""
    bought: tuple[BoughtProduct, ...]
    """Products of won deals, the last one first."""
    alike_by: Literal["product", "industry"] | None
    """What makes other customers alike: they bought one of the same products, or, as long as the customer has bought
    nothing, are in the same industry; null if there are none."""
    alike_customers: int
    """Number of alike customers that have bought anything."""
    to_offer: tuple[ProductToOffer, ...]
    """Products of alike customers that this one has not bought, the most frequent first."""
