"""The rule of a commission plan in sentences, and why a deal would bring a person what it does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from xl_salesflow.core.rule_declarations import format_short_number
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.readings.commission_ledger import Account
from xl_salesflow.schema.choice_lists import choice_label

_EARNED = {
    "signature": Text(
        "Commission is earned on what you are credited with of each deal that is won, by the day it is won."
    ),
    "payment": Text(
        "Commission is earned on what you are credited with of each instalment that is paid in full, by the day on which "
        "its last part came in."
    ),
}
_OF_FAMILY = Text("Only deals of the product family {family} count.")
_TARGET = Text("The target of the period is {target}; the credited value of {credited} is {attainment} of it.")
_MARGINAL = Text("{rate} of the part from {start} to {end}")
_MARGINAL_LAST = Text("{rate} of the part above {start}")
_RETROACTIVE = Text("{rate} of everything once {start} is reached")
_FLAT = Text("{rate} of everything")
_CAP = Text("At most {cap} is earned in a period.")
_CLAWBACK = Text(
    "If a deal is lost or reopened, or money is credited back, within {days} days after it was won, its commission is taken "
    "back in the period in which that happens."
)
_ROUNDING = Text("Lines are differences of the running total, rounded to the cent, so that they add up.")


def format_cents(cents: int) -> str:
    """Return an amount in cents with two decimals and thousands marks."""
    return f"{cents / 100:,.2f}"


def format_rate(rate: object) -> str:
    """Return a fraction in per cent with the digits that it has, at most four."""
    return f"{format_short_number(round(float(rate) * 100, 4))}%"  # type: ignore[arg-type]


def word_rule(account: Account, language: Language) -> Iterator[str]:
    """Yield the rule of the account's plan in sentences."""
    plan = account.plan
    yield _EARNED[plan.basis].in_(language)
    if plan.series:
        yield _OF_FAMILY.in_(language, family=plan.series)
    if account.target and plan.uses_target:
        reached = format_rate(round(account.credited / account.target, 4))
        target, credited = format_cents(account.target), format_cents(account.credited)
        yield _TARGET.in_(language, target=target, credited=credited, attainment=reached)
    yield from word_tiers(account, language)
    if plan.cap is not None:
        yield _CAP.in_(language, cap=format_cents(plan.cap))
    if plan.clawback_days is not None:
        yield _CLAWBACK.in_(language, days=plan.clawback_days)
    yield _ROUNDING.in_(language)
    if plan.notes:
        yield plan.notes


def word_tiers(account: Account, language: Language) -> Iterator[str]:
    """Yield the rate of each tier and what it applies to."""
    bands = account.bands
    for band, after in pairwise((*bands, None)):
        assert band is not None
        rate, start = format_rate(band.rate), format_cents(band.start)
        if account.plan.retroactive or (after is None and band.start <= 0):
            yield (_RETROACTIVE if band.start > 0 else _FLAT).in_(language, rate=rate, start=start)
        elif after is None:
            yield _MARGINAL_LAST.in_(language, rate=rate, start=start)
        else:
            yield _MARGINAL.in_(language, rate=rate, start=start, end=format_cents(after.start))


_PARTS = Text("{value} of it at {rate}: {amount}")
_REACHES = Text("The credited value of the period rises from {before} to {after}, and a tier begins at {start}: {rate}")
_OTHERS = Text("The higher rate adds {amount} to the other lines of the period.")
_CUT = Text("The most that can be earned in the period cuts off {amount}.")
_NO_PLAN_TIER = Text("No tier is reached yet.")


def word_gain(before: Account | None, after: Account, deal: str, language: Language) -> Iterator[str]:
    """Yield why *after*, which has the deal with the key *deal*, differs from *before*."""
    own = [one for one in after.earnings if one.deal.deal == deal]
    for step in (step for one in own for step in one.steps):
        band, value, amount = step
        yield _PARTS.in_(language, value=format_cents(value), rate=format_rate(band.rate), amount=format_cents(amount))
    then, now = 0 if before is None else before.credited, after.credited
    for band in after.bands:
        if max(then, 0) < band.start <= now:
            yield _REACHES.in_(
                language, before=format_cents(then), after=format_cents(now), start=format_cents(band.start),
                rate=format_rate(band.rate),
            )  # fmt: skip
    if after.bands and now < after.bands[0].start:
        yield _NO_PLAN_TIER.in_(language)
    cut = sum(one.capped for one in own)
    if cut:
        yield _CUT.in_(language, amount=format_cents(cut))
    rest = after.total - (0 if before is None else before.total) - sum(one.amount for one in own)
    if rest:
        yield _OTHERS.in_(language, amount=format_cents(rest))


def word_period(account: Account, language: Language) -> str:
    """Return the kind of the plan's period, such as quarter."""
    return choice_label("subscription_period", account.plan.period, language)
