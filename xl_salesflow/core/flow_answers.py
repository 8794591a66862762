"""The answer of the verb flow: how the open pipeline of one day became that of another, step by step, with the deals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from xl_salesflow.core.answers import INLINED, OPTIONAL, Answer, Money
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.choice_lists import CHOICES

_STEP_DEFINITIONS: Mapping[str, Text] = MappingProxyType(
    {
        "opening": Text("Open deals on the evening before the first day, as far as their expected close counts"),
        "new": Text("Deals that began in the period, with the amount of their first day"),
        "raised": Text("What was added to the amounts of deals that count"),
        "lowered": Text("What was taken off the amounts of deals that count"),
        "pulled_in": Text(
            "Deals that were expected later and now count, or were decided before that, with their amount of before"
        ),
        "pushed_out": Text("Deals that counted and are now expected later, with their last amount"),
        "reopened": Text("Won or lost deals that became open again, with the amount of that day"),
        "won": Text("Deals won in the period, with their amount at its end"),
        "lost": Text("Deals lost in the period, with their amount at its end"),
        "removed": Text("Open deals whose row was deleted, with their last amount"),
        "closing": Text("Open deals on the evening of the last day, as far as their expected close counts"),
        "moved_stage": Text("Deals open at both ends that are in another stage; not part of the sum"),
        "later": Text("Open deals on the evening of the last day that are expected later; not part of the sum"),
    }
)

FLOW_STEPS: Mapping[str, tuple[Text, Text]] = MappingProxyType(
    {step: (CHOICES["flow_step"][step], definition) for step, definition in _STEP_DEFINITIONS.items()}
)
"""Step → its name and its definition, in the order in which they are shown."""

SIGNED_FLOW_STEPS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("new", "raised"), 1), "lowered": -1, "pulled_in": 1, "pushed_out": -1, "reopened": 1,
        **dict.fromkeys(("won", "lost", "removed"), -1),
    }
)  # fmt: skip
"""The steps from opening to closing, in order → the sign with which they count; a change of amounts counts no deals."""


@dataclass(frozen=True)
class FlowDeal(Answer):
    """One deal of a step."""

    deal: str
    """Key of the deal."""
    name: str
    """What the deal is about."""
    account: str
    """Customer."""
    owner: str
    """Owner at the end of the period."""
    value: Money
    """What the deal adds to the value of the step; never negative."""
    before: float | str | None = field(default=None, metadata=OPTIONAL)
    """What changed in the step: amount, expected close (a date) or stage at the beginning; omitted for other steps."""
    after: float | str | None = field(default=None, metadata=OPTIONAL)
    """The same at the end."""


@dataclass(frozen=True)
class FlowStep(Answer):
    """One bar of the flow; a deal that takes a step twice, such as won twice, counts twice."""

    count: int
    """Number of deals."""
    value: Money
    """Sum of the values of its deals; never negative."""
    deals: tuple[FlowDeal, ...]
    """Its deals, the largest first."""


@dataclass(frozen=True)
class FlowSteps(Answer):
    """The bars from opening to closing.

    Opening + new + raised − lowered + pulled_in − pushed_out + reopened − won − lost − removed = closing, to the cent;
    the same holds for the numbers of deals without raised and lowered.
    """

    opening: FlowStep
    """Open deals of the pipeline considered, on the evening before the first day."""
    new: FlowStep
    """Deals that began in the period."""
    raised: FlowStep
    """What was added to amounts."""
    lowered: FlowStep
    """What was taken off amounts."""
    pulled_in: FlowStep
    """Deals whose expected close moved into the pipeline considered."""
    pushed_out: FlowStep
    """Deals whose expected close moved out of the pipeline considered."""
    reopened: FlowStep
    """Won or lost deals that became open again."""
    won: FlowStep
    """Deals that were won."""
    lost: FlowStep
    """Deals that were lost."""
    removed: FlowStep
    """Open deals whose row was deleted."""
    closing: FlowStep
    """Open deals of the pipeline considered, on the evening of the last day."""
    moved_stage: FlowStep
    """Deals open at both ends that are in another stage; not part of the sum."""
    later: FlowStep
    """Open deals outside the pipeline considered, on the evening of the last day; not part of the sum."""


@dataclass(frozen=True)
class FlowGroup(Answer):
    """The flow of the deals that share a value of a column at the end of the period."""

    key: str
    """The value, as displayed in a cell."""
    steps: FlowSteps = field(metadata=INLINED)


@dataclass(frozen=True)
class FlowAnswer(Answer):
    """The flow of the pipeline between two days."""

    from_: date
    """First day of the period."""
    to: date
    """Last day of the period."""
    expected_by: date
    """The last day counted: the pipeline considered is the open deals expected to close by then, or without a day."""
    steps: FlowSteps = field(metadata=INLINED)
    known_since: date | None
    """If amounts or expected closes of some of the deals are not recorded for the whole period: the day from which all
    are; null if everything is recorded."""
    not_recorded: int
    """Number of deals for which a part of the period is not recorded."""
    by: str | None = None
    """Column of the groups."""
    groups: tuple[FlowGroup, ...] = ()
    """One flow per value of that column, the largest closing value first; together they are the flow of all deals."""
