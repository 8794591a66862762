"""The answers of verbs that read metrics: funnel, plan, compare, audit, and the contribution of a workbook to a roll-up.

Money is a decimal number in the currency of the workbook, a ratio a fraction, days are numbers, a date is a date; None
means unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Annotated, Literal, TypeAlias

from xl_salesflow.core.answers import INLINED, OPTIONAL, Answer, JsonCell, KeyedBy, Money, Ratio
from xl_salesflow.locale.texts import COMMA_SEPARATOR, LABEL_AND_VALUE, Language, Text
from xl_salesflow.schema.choice_lists import choice_label

MetricValue: TypeAlias = float | int | None
MetricValues: TypeAlias = Annotated[Mapping[str, MetricValue], KeyedBy("metrics")]


@dataclass(frozen=True)
class FunnelPeriod(Answer):
    """The days that count; null means open-ended."""

    from_: date | None
    """First day."""
    to: date | None
    """Last day."""


@dataclass(frozen=True)
class MetricGroup(Answer):
    """Every metric of the deals that share one value of a column."""

    key: str
    """The value, as displayed in a cell."""
    metrics: MetricValues = field(metadata=INLINED)
    activity: Annotated[Mapping[str, JsonCell], KeyedBy("numbers of TeamActivity")] | None = field(
        default=None, metadata=OPTIONAL
    )
    """By owner: what the person did in the last seven days against their goals, as the sheet Team activity has it."""


@dataclass(frozen=True)
class StageMoveCount(Answer):
    """One kind of stage move, counted over all deals."""

    playbook: str
    """Playbook of the stages."""
    from_: str
    """Stage that the deal left."""
    to: str
    """Stage that the deal entered."""
    move: str
    """Kind of move, an id of the list move."""
    count: int
    """How often it was made."""
    value: Money
    """Amounts of the deals moved."""


@dataclass(frozen=True)
class MetricChange(Answer):
    """A number on the as-of date and on the day it is compared with."""

    now: MetricValue
    """Value on the as-of date."""
    then: MetricValue
    """Value on the other day."""
    difference: MetricValue
    """The first minus the second; null if one is unknown."""


_NEVER_ENTERED_LABEL = Text("Never entered")


def describe_never_entered(stages: Sequence[str], language: Language) -> str:
    """Return the line about stages that no deal ever entered; blank if there are none."""
    named = COMMA_SEPARATOR.in_(language).join(stages)
    return LABEL_AND_VALUE.in_(language, label=_NEVER_ENTERED_LABEL.in_(language), value=named) if stages else ""


FunnelStage: TypeAlias = Annotated[Mapping[str, JsonCell], KeyedBy("funnel stages")]
StageChange: TypeAlias = Annotated[Mapping[str, JsonCell | MetricChange], KeyedBy("funnel stages")]


_MAX_NAMED_PEOPLE = 3  # the role says more than a long list
_BOTTLENECK_VALUE_TEXT = Text("Most worth improving: {stage}. One point more of its conversion brings {value}.")
_BOTTLENECK_ACTION_TEXT = Text("What to do: {action}")
_BOTTLENECK_OWNER_TEXT = Text("What to do: {action} ({who})")


@dataclass(frozen=True)
class Bottleneck(Answer):
    """The step of the funnel whose conversion is most worth improving, and what to do there."""

    stage: str
    """Stage that deals must leave more often."""
    one_point_more: Money
    """Won value that one percentage point more of its conversion would bring."""
    action: str
    """Recommended action of the stage."""
    role: str
    """Who is responsible for the stage: an id of the list role, or a team's own."""
    people: tuple[str, ...]
    """Those who have this role on the sheet Team."""
    skills: tuple[str, ...] = ()
    """What each of them knows well, and what to learn next."""

    def describe_value(self, value: str, language: Language) -> str:
        """Return the stage and what a point more is worth, with the formatted *value*."""
        return _BOTTLENECK_VALUE_TEXT.in_(language, stage=self.stage, value=value)

    def describe_action(self, language: Language) -> str:
        """Return what to do and who can; blank if the stage names no action."""
        skilled = zip_longest(self.people, self.skills, fillvalue="")
        named = [LABEL_AND_VALUE.in_(language, label=who, value=skills) if skills else who for who, skills in skilled]
        named = named if len(named) <= _MAX_NAMED_PEOPLE else []
        who = COMMA_SEPARATOR.in_(language).join(named) or choice_label("role", self.role, language)
        words = _BOTTLENECK_OWNER_TEXT if who else _BOTTLENECK_ACTION_TEXT
        return words.in_(language, action=self.action, who=who) if self.action else ""


@dataclass(frozen=True)
class FunnelFigures(Answer):
    """The numbers of one query without its groups and moves, as kept by a batch."""

    as_of: date
    """As-of date."""
    period: FunnelPeriod
    metrics: MetricValues
    """Every metric by its id."""
    stages: tuple[FunnelStage, ...]
    """One row for each step of the funnel."""


@dataclass(frozen=True)
class FunnelAnswer(Answer):
    """Every metric of one query, of its stages and of its groups."""

    as_of: date
    """As-of date."""
    period: FunnelPeriod
    metrics: MetricValues
    """Every metric by its id."""
    samples: Annotated[Mapping[str, MetricValue], KeyedBy("samples")]
    """The number of deals that each metric is based on."""
    stages: tuple[FunnelStage, ...]
    """One row for each step of the funnel."""
    by: tuple[MetricGroup, ...]
    """With --by: every metric for each value of that column, most deals first."""
    moves: tuple[StageMoveCount, ...]
    """Every kind of stage move by the as-of date, most frequent first."""
    bottleneck: Bottleneck | None
    """The step whose conversion is most worth improving; null if no conversion or won value is known."""
    never_entered: tuple[str, ...]
    """Steps in which no deal has been by the as-of date; those who got further skipped them. Empty without deals."""
    compared_to: date | None = field(default=None, metadata=OPTIONAL)
    """With --compare-to: that day."""
    comparison: Annotated[Mapping[str, MetricChange], KeyedBy("metrics")] | None = field(
        default=None, metadata=OPTIONAL
    )
    """With --compare-to: every metric on both days."""
    stage_comparison: tuple[StageChange, ...] | None = field(default=None, metadata=OPTIONAL)
    """With --compare-to: every number of every step on both days."""


@dataclass(frozen=True)
class SalesPlanFigures(Answer):
    """What is needed to win a value by a day."""

    by: date
    """Last day to win it."""
    target: Money | None
    """Target of the period."""
    won_to_date: Money | None
    """Value won of the target so far."""
    gap: Money | None
    """Target minus the value won; negative once the target is passed."""
    value_to_win: Money | None
    """Value still to be won."""
    mean_won_value: Money | None
    """Average value of a won deal."""
    won_needed: MetricValue
    """Deals to win."""
    leads_needed: MetricValue
    """Deals that the first stage needs."""
    activities_per_won: MetricValue
    """Activities it takes to win a deal."""
    activities_needed: MetricValue
    """Activities still to be done."""
    activities_per_week: MetricValue
    """Activities a week until the last day."""
    deal_size: Money | None
    """Value of a won deal that the plan uses."""
    deal_size_basis: Literal["own", "assumed"]
    """Whether it is the average won deal or an assumption."""
    activities_basis: Literal["own", "assumed"]
    """Whether the activities needed are from the team's own activities or from assumptions."""
    basis: str
    """Both in words, with the number of deals behind them."""
    strategy: tuple[str, ...]
    """How the target is to be reached, as the sheet Targets says."""
    stages: tuple[Annotated[Mapping[str, JsonCell], KeyedBy("metric table PlanStages")], ...]
    """What each step of the funnel needs, and by when."""


@dataclass(frozen=True)
class SalesPlanGroup(Answer):
    """The plan of one owner or channel that has a target of its own."""

    key: str
    """Name of the owner or channel."""
    figures: SalesPlanFigures = field(metadata=INLINED)


@dataclass(frozen=True)
class SalesPlanAnswer(Answer):
    """The sales plan: from the target back to deals, leads and activities."""

    as_of: date
    """As-of date."""
    figures: SalesPlanFigures = field(metadata=INLINED)
    owners: tuple[SalesPlanGroup, ...]
    """Plans of owners with a target of their own."""
    channels: tuple[SalesPlanGroup, ...]
    """Plans of channels with a target of their own."""


@dataclass(frozen=True)
class ComparisonAnswer(Answer):
    """Whether deals of one group are won more often than those of another."""

    by: str
    """Column whose values are compared."""
    first: str
    """Value of the first group."""
    second: str
    """Value of the second group."""
    first_closed: int
    """Closed deals of the first group."""
    second_closed: int
    """Closed deals of the second group."""
    first_rate: Ratio | None
    """Win rate of the first group."""
    second_rate: Ratio | None
    """Win rate of the second group."""
    difference: Ratio | None
    """The first rate less the second."""
    low: Ratio | None
    """Lower end of the 95 % interval of the difference."""
    high: Ratio | None
    """Upper end of the 95 % interval of the difference."""
    p_value: float | None
    """The probability that chance alone makes a difference of this size."""
    verdict: Literal["first", "second", "no difference", "too few"]
    """Which group is better, or why this cannot be decided."""


@dataclass(frozen=True)
class AuditReply(Answer):
    """One question of the audit and its answer from the workbook."""

    question: str
    """Id of the question."""
    text: str
    """The question, in the language of the workbook."""
    answer: str | None
    """The answer, in the language of the workbook; null if the workbook has no data for it."""
    facts: Mapping[str, str | float | int | None]
    """The numbers and names in the answer; shares are fractions."""


@dataclass(frozen=True)
class AuditAnswer(Answer):
    """How the team sells."""

    audit: tuple[AuditReply, ...]
    """Every question in order."""


@dataclass(frozen=True)
class BookContribution(Answer):
    """The contribution of one workbook to the team."""

    book: str
    """Name of the workbook."""
    metrics: Annotated[Mapping[str, MetricValue], KeyedBy("additive metrics")] = field(metadata=INLINED)
    deals: int = 0
    """Its deals, counted or not."""


@dataclass(frozen=True)
class TeamTotals(Answer):
    """What all workbooks are together, as the workbook of the team counts it."""

    together: Annotated[Mapping[str, MetricValue], KeyedBy("additive metrics")]
    """The metrics that can be summed, over all workbooks."""
    team_deals: int
    """Deals of all workbooks, counted or not."""
